//! What triage hands to deduplication.

use std::borrow::Cow;

use crate::{Reason, ServiceId, Severity};

/// Where an alert goes, before its identity is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The payload names this service.
    Named(ServiceId),
    /// The payload names a service that does not exist.
    Unknown,
    /// The payload names none: it belongs to whatever is open under its key; a new incident would
    /// go to this service, or nowhere for this reason.
    Unnamed(Result<ServiceId, Reason>),
}

/// What an alert would be on one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Its severity there; none if the mapping says "do not create".
    pub severity: Option<Severity>,
    /// Which step of the chain gave the severity, in plain words.
    pub because: Cow<'static, str>,
    /// Whether it may open or reopen an incident there; if not, why not. Never stops an update, an
    /// acknowledgement or a resolve.
    pub may_open: Result<(), Reason>,
}
