//! Warnings, bounded: two thousand odd entries must not make ten thousand lines.

/// How many warnings are kept; what is beyond is counted.
const KEPT: usize = 20;

/// What was odd, in plain words, each once.
///
/// ```
/// let mut warnings = watchbell_wire::Warnings::default();
/// (0..22).for_each(|n| warnings.add(|| format!("entry {n} is odd")));
/// let list = warnings.into_list();
/// assert_eq!(list.len(), 21);
/// assert_eq!(list.last().unwrap(), "and 2 more warnings");
/// ```
#[derive(Debug, Default)]
pub struct Warnings {
    kept: Vec<String>,
    beyond: usize,
}

impl Warnings {
    /// Adds a warning; its text is made only if it can be kept.
    pub fn add(&mut self, text: impl FnOnce() -> String) {
        if self.kept.len() >= KEPT {
            self.beyond = self.beyond.saturating_add(1);
            return;
        }
        let text = text();
        if !self.kept.contains(&text) {
            self.kept.push(text);
        }
    }

    /// The list for people.
    pub fn into_list(mut self) -> Vec<String> {
        if self.beyond > 0 {
            self.kept.push(format!("and {} more warnings", self.beyond));
        }
        self.kept
    }
}
