//! What is wrong with a body: all of it at once, within bounds.

use watchbell_model::one_line;
use watchbell_provider::FieldProblem;

/// How many problems are kept; what is beyond is counted.
const KEPT: usize = 1_000;
/// How many ignored fields are named.
const NAMED: usize = 20;
/// The most characters of a foreign name or value that are shown.
const SHOWN_CHARS: usize = 64;

/// The problems of a body.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    kept: Vec<FieldProblem>,
    beyond: usize,
}

impl Problems {
    pub(crate) fn add(
        &mut self,
        path: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) {
        if self.kept.len() < KEPT {
            let (path, expected, got) = (path.into(), expected.into(), got.into());
            self.kept.push(FieldProblem { path, expected, got });
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    /// All of them; none if nothing is wrong.
    pub(crate) fn into_list(mut self) -> Vec<FieldProblem> {
        if self.beyond > 0 {
            self.kept.push(FieldProblem {
                path: String::new(),
                expected: format!("at most {KEPT} problems"),
                got: format!("{} more", self.beyond),
            });
        }
        self.kept
    }
}

/// Fields that nobody asked for.
#[derive(Debug, Default)]
pub(crate) struct Ignored {
    named: Vec<String>,
    beyond: usize,
}

impl Ignored {
    pub(crate) fn add(&mut self, prefix: &str, name: &str) {
        if self.named.len() < NAMED {
            self.named.push(format!("unknown field `{prefix}{}` was ignored", shown(name)));
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    pub(crate) fn into_warnings(mut self) -> Vec<String> {
        if self.beyond > 0 {
            self.named.push(format!("and {} more unknown fields were ignored", self.beyond));
        }
        self.named
    }
}

/// A foreign text on one line, shortened; quotes for an empty one, which could not be seen.
pub(crate) fn shown(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    one_line(text, SHOWN_CHARS)
}
