//! The port for the audit log, which only ever grows.

use watchbell_model::{Actor, AuditAction, AuditEntry, AuditId, SubjectKind, Timestamp};

use crate::StoreError;

/// Which entries. Absent ones do not restrict; bounds are inclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this one.
    pub actor: Option<Actor>,
    /// Of this kind.
    pub action: Option<AuditAction>,
    /// About this thing: its kind and its id.
    pub subject: Option<(SubjectKind, String)>,
    /// Of then or later.
    pub after: Option<Timestamp>,
    /// Of then or earlier.
    pub before: Option<Timestamp>,
}

/// In which order entries come. Of two of one moment the one with the lower id is the older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditOrder {
    /// For people.
    NewestFirst,
    /// For a copy of the whole.
    OldestFirst,
}

/// A part of the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditPage {
    /// In which order.
    pub order: AuditOrder,
    /// The last entry of the part before this one; none for the first part.
    pub past: Option<AuditId>,
    /// The most entries.
    pub limit: i64,
}

/// Reads the audit log and adds to it. There is nothing that changes or removes an entry: the
/// database itself refuses that.
pub trait AuditStore {
    /// Adds entries, all or none.
    fn audit_append(&self, entries: &[AuditEntry]) -> Result<(), StoreError>;

    /// A part of the log. It costs the same however far into the log it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no entry to go on after.
    fn audit_list(
        &self,
        filter: &AuditFilter,
        page: AuditPage,
    ) -> Result<Vec<AuditEntry>, StoreError>;
}
