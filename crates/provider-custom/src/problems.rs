//! What of a body is shown to people: foreign names, within bounds.

use watchbell_model::one_line;

/// How many ignored fields are named.
const NAMED: usize = 20;
/// The most characters of a foreign name or value that are shown.
const SHOWN_CHARS: usize = 64;

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
