//! The port of incidents: lists, what people change, and what they open.

use chrono::Datelike;
use watchbell_model::{
    Actor, IdempotencyKey, Incident, IncidentNumber, ServiceId, Severity, Status, TimelineEntry,
    Timestamp, UserId,
};

use crate::{IncidentCursor, Listed, NewJob, Page, StoreError};

/// Which incidents. Empty lists and absent bounds do not restrict; bounds are inclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// Any of these.
    pub status: Vec<Status>,
    /// Any of these.
    pub severity: Vec<Severity>,
    /// Opened then or later.
    pub opened_after: Option<Timestamp>,
    /// Opened then or earlier.
    pub opened_before: Option<Timestamp>,
    /// Resolved then or later.
    pub ended_after: Option<Timestamp>,
    /// Resolved then or earlier.
    pub ended_before: Option<Timestamp>,
    /// Whose they are.
    pub assigned_to: Option<UserId>,
    /// Who ended them.
    pub resolved_by: Option<Actor>,
    /// On any of these services; the further ones that suffer do not count. Unlike an absent list,
    /// an empty one lets nothing through: a team without services has no incidents.
    pub services: Option<Vec<ServiceId>>,
}

/// What somebody makes of an incident: as it shall be, and the lines for its timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentChange {
    /// The incident as it shall be. Its `version` must be one more than it was.
    pub incident: Incident,
    /// The lines to add.
    pub timeline: Vec<TimelineEntry>,
    /// Work that follows from it.
    pub jobs: Vec<NewJob>,
}

/// An incident that somebody opens, and the circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The moment. Its year is the year of the number.
    pub at: Timestamp,
    /// The request, if it brings an id of its own.
    pub request: Option<ApiRequest>,
    /// Requests that were made before this moment have served their time.
    pub remembered_since: Timestamp,
}

impl Opening {
    /// The year of the number.
    pub fn year(&self) -> i32 {
        self.at.year()
    }
}

/// A request with an id of its own. The id is its maker's: two makers may use the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiRequest {
    /// Who makes it.
    pub by: Actor,
    /// Its id and body.
    pub key: IdempotencyKey,
}

/// What is opened under a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIncident {
    /// The incident, with that number.
    pub incident: Incident,
    /// Its first lines.
    pub timeline: Vec<TimelineEntry>,
    /// Work that follows from it.
    pub jobs: Vec<NewJob>,
    /// The answer to the request, for whoever repeats it.
    pub response: Vec<u8>,
}

/// What came of opening an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It is open.
    New(Box<NewIncident>),
    /// The request was made before, with the same body.
    Before {
        /// What it opened.
        number: IncidentNumber,
        /// How it was answered.
        response: Vec<u8>,
    },
    /// The request's id was used before, with another body.
    OtherBody {
        /// What that opened.
        number: IncidentNumber,
    },
}

/// Reads incidents, and lets people open and change them.
pub trait IncidentStore {
    /// Incidents, the newest first; of two that were opened at one moment, the later number.
    fn incident_list(
        &self,
        filter: &IncidentFilter,
        page: Page<IncidentCursor>,
    ) -> Result<Listed<Incident, IncidentCursor>, StoreError>;

    /// How far each of the incidents with the `newest` highest numbers, and each of `also` that is
    /// there, has changed: its version. In no order, and what is asked for twice may come twice. It
    /// reads as many rows as it gives.
    fn incident_versions(
        &self,
        newest: i64,
        also: &[IncidentNumber],
    ) -> Result<Vec<(IncidentNumber, i64)>, StoreError>;

    /// An incident with its timeline, the oldest line first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    fn incident_get(
        &self,
        number: IncidentNumber,
    ) -> Result<(Incident, Vec<TimelineEntry>), StoreError>;

    /// One transaction: takes the next number of the year, hands it to `make`, writes what that
    /// gives, and remembers the request with its answer. Of requests with one id, whenever and through
    /// whatever server they come, exactly one opens an incident.
    ///
    /// # Errors
    /// [`StoreError::Refused`]: the incident cannot be stored, or has another number.
    fn incident_open(
        &self,
        opening: &Opening,
        make: &mut dyn FnMut(IncidentNumber) -> NewIncident,
    ) -> Result<Opened, StoreError>;

    /// One transaction: reads the incident, hands it to `decide`, writes what that gives. `None`
    /// changes nothing. Never loses a change that a batch makes at the same time. See
    /// [`change_or_refuse`] for a decision that may have a reason to refuse.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] if it would make two open incidents of
    /// one identity on one service.
    fn incident_change(
        &self,
        number: IncidentNumber,
        decide: &mut dyn FnMut(Incident) -> Option<IncidentChange>,
    ) -> Result<Incident, StoreError>;
}

/// Why an incident was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<E> {
    /// The decision was against it, with this reason.
    #[error("refused")]
    Refused(E),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// [`IncidentStore::incident_change`] with a decision that may refuse: then nothing changes, and the
/// caller gets its reason.
///
/// # Errors
/// [`ChangeError::Refused`] with the decision's own reason; [`ChangeError::Store`].
pub fn change_or_refuse<S: IncidentStore + ?Sized, E>(
    store: &S,
    number: IncidentNumber,
    mut decide: impl FnMut(Incident) -> Result<Option<IncidentChange>, E>,
) -> Result<Incident, ChangeError<E>> {
    let mut refused = None;
    let incident = store.incident_change(number, &mut |before| match decide(before) {
        Ok(change) => {
            refused = None;
            change
        }
        Err(reason) => {
            refused = Some(reason);
            None
        }
    })?;
    refused.map_or(Ok(incident), |reason| Err(ChangeError::Refused(reason)))
}
