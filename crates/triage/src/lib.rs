#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod route;
mod services;
mod severity;

use std::fmt;

use watchbell_model::{
    Alert, Assessment, Integration, Reason, ServiceId, Severity, SeverityAction,
};

pub use route::route;
pub use services::Services;

/// The configuration that decides about an integration's alerts.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The integration that the alert came through.
    pub integration: &'a Integration,
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
    match action {
        SeverityAction::Severity(severity) => {
            Assessment { severity: Some(severity), because, may_open: usable }
        }
        // A test of the set-up must be seen, whatever the mapping says.
        SeverityAction::DoNotCreate if alert.test => {
            Assessment { severity: Some(Severity::Sev4), because, may_open: usable }
        }
        SeverityAction::DoNotCreate => Assessment {
            severity: None,
            because,
            may_open: usable.and(Err(Reason::SeverityDoNotCreate)),
        },
    }
}

#[cfg(test)]
mod tests;
