//! What an instance has decided for itself beside its configuration file.

use crate::Severity;

/// Settings of the instance that people change while it runs. One that is none is as the
/// configuration file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceSettings {
    /// What the organization is called.
    pub organization_name: Option<String>,
    /// The severity of what nothing else gives one.
    pub default_severity: Option<Severity>,
    /// For how many days after its end an incident may be reopened.
    pub reopen_days: Option<u32>,
}

impl InstanceSettings {
    /// The most days for which an incident may be reopened.
    pub const MAX_REOPEN_DAYS: u32 = 3_650;
}
