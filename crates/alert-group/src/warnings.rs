//! Warnings, bounded: two thousand odd alerts must not make ten thousand lines.

/// How many warnings are kept; what is beyond is counted.
const KEPT: usize = 20;

/// What was odd, in plain words.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    kept: Vec<String>,
    beyond: usize,
}

impl Warnings {
    /// Adds a warning; its text is made only if it is kept.
    pub(crate) fn add(&mut self, text: impl FnOnce() -> String) {
        if self.kept.len() < KEPT {
            self.kept.push(text());
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    /// The list for people.
    pub(crate) fn into_list(mut self) -> Vec<String> {
        if self.beyond > 0 {
            self.kept.push(format!("and {} more warnings", self.beyond));
        }
        self.kept
    }
}
