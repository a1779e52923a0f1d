//! What shows that a sender lives, and that somebody should know when it does not.

use std::time::Duration;

use watchbell_model::DedupKey;

/// What an integration expects of its sender: to be heard again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// What the sender calls it.
    pub name: &'static str,
    /// The key of the incident that opens when it does not come, and is over when it comes again.
    pub key: DedupKey,
    /// The longest time between two of them.
    pub every: Duration,
}
