#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod route;
mod services;
mod severity;

use std::fmt;

use watchbell_model::{
    Alert, Assessment, ConnectionScope, Integration, Reason, ServiceId, Severity, SeverityAction,
};

pub use route::route;
pub use services::Services;

/// The configuration that decides about an integration's alerts.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The integration that the alert came through.
    pub integration: &'a Integration,
    /// The connection that it came by, or none: projects are mapped for each.
    pub scope: ConnectionScope,
    /// Every service.
    pub services: &'a Services,
    /// The provider's table of levels.
    pub level_action: &'a dyn Fn(&str) -> Option<SeverityAction>,
    /// Whether a service must be linked to be opened on.
    pub needs_link: bool,
    /// The instance's default severity.
    pub default_severity: Severity,
}

impl fmt::Debug for Rules<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("integration", &self.integration.id).finish_non_exhaustive()
    }
}

/// Whether the integration may open incidents on `service` at all: it exists, is active, and is
/// linked where that is needed.
///
/// # Errors
/// The reason why not.
pub fn may_use(rules: &Rules<'_>, service: ServiceId) -> Result<(), Reason> {
    match rules.services.get(service) {
        None => Err(Reason::UnknownService),
        Some(service) if !service.active => Err(Reason::ServiceInactive),
        Some(service) if rules.needs_link && rules.integration.link(service.id).is_none() => {
            Err(Reason::ServiceNotLinked)
        }
        Some(_) => Ok(()),
    }
}

/// What `alert` would be on `service`: its severity there, and whether it may open an incident.
pub fn assess(rules: &Rules<'_>, alert: &Alert, service: ServiceId) -> Assessment {
    let (action, because) = severity::choose(rules, alert, service);
    let usable = may_use(rules, service);
    let (severity, wanted) = match action {
        SeverityAction::Severity(severity) => (Some(severity), Ok(())),
        // A test of the set-up must be seen, whatever mapping and filters say.
        SeverityAction::DoNotCreate if alert.test => (Some(Severity::Sev4), Ok(())),
        SeverityAction::DoNotCreate => (None, Err(Reason::SeverityDoNotCreate)),
    };
    let asked_for = match alert.must_not_open {
        Some(reason) if !alert.test => Err(reason),
        _ => Ok(()),
    };
    Assessment { severity, because, may_open: usable.and(asked_for).and(wanted) }
}

#[cfg(test)]
mod tests;
