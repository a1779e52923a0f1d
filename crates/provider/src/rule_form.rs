//! Forms that a source shows while a person sets up an alert rule there.

use watchbell_model::{Reason, Secret, cut};

/// A source whose alert rules have a form of ours: the person chooses a service there, and what was
/// chosen comes back with each alert.
pub trait RuleForm: std::fmt::Debug {
    /// What people call the document.
    fn name(&self) -> &'static str;

    /// What the source says when it refuses the document, and because of what. Markdown, one line each.
    fn refusals(&self) -> &'static [(&'static str, &'static str)];

    /// The document that describes the form, to be pasted at the source. It holds the routing key.
    ///
    /// # Errors
    /// No service is linked, so there is nothing to choose.
    fn document(&self, context: &FormContext) -> Result<String, NothingToChoose>;

    /// Whether what a person chose can be used, as the source asks before it saves the rule.
    /// `service` says whether the service with a key can be chosen.
    ///
    /// # Errors
    /// What is wrong and what to do about it, for that person.
    fn check(
        &self,
        body: &[u8],
        service: &dyn Fn(&str) -> Result<(), Reason>,
    ) -> Result<(), String>;
}

/// What a form is made for.
#[derive(Debug, Clone)]
pub struct FormContext {
    /// The integration's own address, up to and including the routing key.
    pub address: Secret,
    /// The services that somebody may choose, in the order in which they are shown: their keys and
    /// their names.
    pub services: Vec<(String, String)>,
    /// Whether more can be chosen than the service.
    pub extended: bool,
    /// Whether issues can be linked with incidents, too. It is a part of the extended form.
    pub links: bool,
}

/// There is no service to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("link a service first: an alert rule must have one to choose")]
pub struct NothingToChoose;

/// What somebody is told who chose a service that cannot be used, for this reason.
pub fn cannot_be_chosen(key: &str, reason: Reason) -> String {
    const MAX_SHOWN_CHARS: usize = 100;
    let shown = cut(key, MAX_SHOWN_CHARS);
    match reason {
        Reason::ServiceInactive => format!(
            "The service {shown} is switched off in Watchbell. Switch it on, or choose another one."
        ),
        Reason::ServiceNotLinked => format!(
            "The service {shown} is not linked to this integration in Watchbell. Link it, or \
             choose another one."
        ),
        _ => format!(
            "Watchbell has no service {shown}. Paste the current JSON from Watchbell into the \
             integration's schema, then choose a service again."
        ),
    }
}
