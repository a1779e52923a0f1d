//! The severity chain.

use std::borrow::Cow;

use watchbell_model::{Alert, Auto, ServiceId, SeverityAction, cut};

use crate::Rules;

/// What the chain says for `alert` on `service`, and which step of it; worse, where the number of events
/// counts.
pub(crate) fn choose(
    rules: &Rules<'_>,
    alert: &Alert,
    service: ServiceId,
) -> (SeverityAction, Cow<'static, str>) {
    let (action, because) = by_level(rules, alert, service);
    match (action, alert.auto) {
        (SeverityAction::Severity(severity), Some(auto)) => {
            let worse = severity.worse_by(auto.known_steps());
            (SeverityAction::Severity(worse), format!("{because}; {}", by_events(auto)).into())
        }
        (action, _) => (action, because),
    }
}

/// What the number of events has to do with it.
fn by_events(auto: Auto) -> String {
    let Auto { events, worse_from, much_worse_from } = auto;
    let steps = format!("one step worse from {worse_from}, two from {much_worse_from}");
    match (events, auto.known_steps()) {
        (None, _) => format!("auto: the number of events is not known yet ({steps})"),
        (Some(events), 0) => format!("auto: {events} events change nothing ({steps})"),
        (Some(events), 1) => format!("auto: {events} events make it one step worse ({steps})"),
        (Some(events), _) => format!("auto: {events} events make it two steps worse ({steps})"),
    }
}

fn by_level(
    rules: &Rules<'_>,
    alert: &Alert,
    service: ServiceId,
) -> (SeverityAction, Cow<'static, str>) {
    if let Some(severity) = alert.severity {
        return (SeverityAction::Severity(severity), Cow::Borrowed("named in the payload"));
    }
    let mut passed_over = Cow::Borrowed("no level in the payload; ");
    if let Some(level) = &alert.level {
        let shown = cut(level, 40);
        let mapped = rules.integration.link(service).and_then(|link| link.mapping.get(level));
        if let Some(action) = mapped {
            return (action, format!("level \"{shown}\" by the linked service's mapping").into());
        }
        if let Some(action) = (rules.level_action)(level) {
            return (action, format!("level \"{shown}\" by the provider's table").into());
        }
        passed_over = format!("level \"{shown}\" is in no table; ").into();
    }
    let default = rules.services.get(service).and_then(|service| service.default_severity);
    let (severity, whose) = match default {
        Some(severity) => (severity, "the service's default"),
        None => (rules.default_severity, "the instance's default"),
    };
    (SeverityAction::Severity(severity), passed_over + whose)
}
