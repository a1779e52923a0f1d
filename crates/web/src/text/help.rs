//! What to do about a symptom; the texts themselves are in `docs/troubleshooting.md`.

use watchbell_model::Reason;

pub const HELP: &str = "What to look at";

/// What the advice is about.
pub fn what_to_do(reason: Reason) -> String {
    format!("What to do about {reason}")
}
