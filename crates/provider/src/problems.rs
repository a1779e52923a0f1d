//! What is wrong with a body: all of it at once, within bounds.

use crate::FieldProblem;

/// How many problems are kept; what is beyond is counted.
const KEPT: usize = 1_000;

/// The problems of a body.
#[derive(Debug, Default)]
pub struct Problems {
    kept: Vec<FieldProblem>,
    beyond: usize,
}

impl Problems {
    /// One more.
    pub fn add(
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
    pub fn into_list(mut self) -> Vec<FieldProblem> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_bound_is_counted() {
        let listed = |number: usize| {
            let mut problems = Problems::default();
            for place in 0..number {
                problems.add(format!("[{place}]"), "an object", "a list");
            }
            let list = problems.into_list();
            (list.len(), list.last().map(|problem| problem.got.clone()))
        };
        assert_eq!(listed(0), (0, None));
        assert_eq!(listed(1_000), (1_000, Some("a list".to_owned())));
        assert_eq!(listed(1_002), (1_001, Some("2 more".to_owned())));
    }
}
