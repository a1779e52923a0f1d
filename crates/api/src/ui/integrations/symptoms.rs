//! What is wrong with an integration, as far as its page can see it.

use watchbell_control::IntegrationView;
use watchbell_model::{
    ConnectionState, Counts, DeliveryRecord, IntegrationState, Outcome, Reason, Timestamp,
};
use watchbell_provider::{Provider, ServicePolicy};
use watchbell_web::{Help, Symptom, help};

use crate::ui::overview::sources::is_silent;

/// What is looked at.
pub(super) struct Look<'a> {
    pub(super) view: &'a IntegrationView,
    pub(super) provider: Option<&'a dyn Provider>,
    pub(super) counts: Counts,
    /// When it was last heard of. Refusals are counted a moment later than they are there.
    pub(super) last: Option<Timestamp>,
    pub(super) now: Timestamp,
    /// The newest deliveries, if whoever looks may see them.
    pub(super) newest: &'a [DeliveryRecord],
    pub(super) public_url: &'a str,
}

/// What to do about what is wrong; nothing while all is well.
pub(super) fn found(look: &Look<'_>) -> Vec<Help> {
    let mut symptoms = Vec::new();
    if look.view.integration.state != IntegrationState::Connected {
        symptoms.push(Symptom::SwitchedOff);
    } else if look.last.is_some_and(|last| is_silent(last, look.now)) {
        symptoms.push(Symptom::FellSilent);
    } else if look.last.is_none() && look.counts.received == 0 {
        symptoms.push(Symptom::NeverReceived);
        if is_local(look.public_url) {
            symptoms.push(Symptom::LocalAddress);
        }
    }
    let has_form = look.provider.is_some_and(|provider| provider.rule_form().is_some());
    if has_form && look.newest.first().is_some_and(|one| is_unproven(one.reason)) {
        symptoms.push(Symptom::FormRefused);
    }
    if look.view.connections.iter().any(|one| one.state != ConnectionState::Connected) {
        symptoms.push(Symptom::ConnectionDown);
    }
    help(&symptoms, &reasons(look))
}

/// Why deliveries open nothing: a link is missing, none of the newest touched an incident, or the
/// newest was refused.
fn reasons(look: &Look<'_>) -> Vec<Reason> {
    let integration = &look.view.integration;
    let needs_link = integration.restricted_to_links
        || look.provider.is_some_and(|one| one.service_policy() == ServicePolicy::NeedsLink);
    let mut reasons = Vec::new();
    if integration.links.is_empty() && needs_link {
        reasons.push(Reason::ServiceNotLinked);
    }
    let is_well = |record: &DeliveryRecord| record.outcome == Outcome::Processed;
    if !look.newest.iter().any(is_well) {
        reasons.extend(look.newest.iter().map(|record| record.reason));
    }
    let newest = look.newest.first();
    let refused = newest.filter(|one| matches!(one.outcome, Outcome::Rejected | Outcome::Failed));
    reasons.extend(refused.map(|record| record.reason));
    reasons
}

/// Whether a request was refused since it was not signed as it must be. What the source asks while its
/// form is opened is signed with the same secret.
const fn is_unproven(reason: Reason) -> bool {
    matches!(reason, Reason::SignatureMissing | Reason::SignatureMismatch | Reason::TimestampStale)
}

/// Whether an address of this server leads to the reader's own machine, wherever they are.
fn is_local(public_url: &str) -> bool {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    name == "localhost" || host.starts_with("127.") || host.starts_with("[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_local_or_not() {
        for local in ["http://127.0.0.1:3000", "http://localhost/bell", "http://[::1]:80"] {
            assert!(is_local(local), "{local}");
        }
        for far in ["https://bell.example.com", "https://10.0.0.1", "https://x.example/127."] {
            assert!(!is_local(far), "{far}");
        }
    }
}
