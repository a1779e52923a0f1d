//! From the database's troubles to the two questions that callers ask: whose fault, and was it
//! written.

use diesel::result::{DatabaseErrorKind, Error};
use watchbell_store::StoreError;

/// What goes wrong inside this crate, before it is told to a caller.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The database said no.
    Database(Error),
    /// We did.
    Store(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let error = match failure {
            Failure::Store(error) => return error,
            Failure::Database(error) => error,
        };
        match &error {
            // A value that cannot be read is one that this program never wrote.
            Error::DeserializationError(cause) => Self::Corrupt { what: cause.to_string() },
            Error::SerializationError(_) => Self::Refused { source: error.into() },
            Error::DatabaseError(kind, information)
                if is_datas_fault(*kind, information.message()) =>
            {
                Self::Refused { source: error.into() }
            }
            _ => Self::unavailable(error),
        }
    }
}

impl Failure {
    /// Something refused for our own reason.
    pub(crate) fn refused(why: &'static str) -> Self {
        Self::Store(StoreError::Refused { source: why.into() })
    }

    /// Whether another process has what is wanted at this moment.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Database(Error::DatabaseError(_, information))
            if information.message().contains("database is locked"))
    }

    /// The error of a COMMIT. Full and busy leave nothing behind: the frame that makes a
    /// transaction valid was never written. Anything else may have happened after it was, above all
    /// a failed flush: then the frame can come back with the next start.
    pub(crate) fn of_commit(error: Error) -> StoreError {
        let surely_not = match &error {
            Error::DatabaseError(kind, information) => {
                let text = information.message();
                is_datas_fault(*kind, text)
                    || text.contains("database or disk is full")
                    || text.contains("database is locked")
            }
            _ => false,
        };
        if surely_not {
            Self::Database(error).into()
        } else {
            StoreError::CommitUnknown { source: error.into() }
        }
    }

    /// The same, with another error in place of a broken unique constraint.
    pub(crate) fn on_unique(self, instead: StoreError) -> Self {
        match self {
            Self::Database(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                Self::Store(instead)
            }
            other => other,
        }
    }

    /// The same, with another error in place of a reference to something that is not there.
    pub(crate) fn on_missing(self, instead: StoreError) -> Self {
        match self {
            Self::Database(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => {
                Self::Store(instead)
            }
            other => other,
        }
    }
}

/// Whether the data broke a rule, so that no retry can help. Everything else is taken for passing:
/// diesel cannot tell the other kinds apart, and to refuse a good delivery is worse than to try it
/// again.
fn is_datas_fault(kind: DatabaseErrorKind, text: &str) -> bool {
    match kind {
        DatabaseErrorKind::UniqueViolation
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation => true,
        // Two of SQLite's data errors have no kind: a value above the size limit, and one of the
        // wrong type for a STRICT table.
        _ => text.contains("too big") || text.starts_with("cannot store "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(kind: DatabaseErrorKind, text: &str) -> Error {
        Error::DatabaseError(kind, Box::new(text.to_owned()))
    }

    fn unknown(text: &str) -> Error {
        database(DatabaseErrorKind::Unknown, text)
    }

    #[test]
    fn only_what_the_data_breaks_is_its_fault() {
        let refused = [
            database(DatabaseErrorKind::UniqueViolation, "UNIQUE constraint failed: deliveries.id"),
            database(DatabaseErrorKind::CheckViolation, "CHECK constraint failed"),
            database(DatabaseErrorKind::NotNullViolation, "NOT NULL constraint failed"),
            database(DatabaseErrorKind::ForeignKeyViolation, "FOREIGN KEY constraint failed"),
            unknown("string or blob too big"),
            unknown("cannot store TEXT value in INTEGER column incidents.version"),
        ];
        for error in refused {
            let told = StoreError::from(Failure::from(error));
            assert!(matches!(told, StoreError::Refused { .. }), "{told:?}");
        }
        for text in ["database is locked", "database or disk is full", "disk I/O error", "?"] {
            let told = StoreError::from(Failure::from(unknown(text)));
            assert!(matches!(told, StoreError::Unavailable { .. }), "{text}: {told:?}");
        }
    }

    #[test]
    fn a_commit_that_failed_otherwise_than_full_or_busy_is_in_doubt() {
        for text in ["database is locked", "database or disk is full"] {
            let told = Failure::of_commit(unknown(text));
            assert!(matches!(told, StoreError::Unavailable { .. }), "{text}: {told:?}");
        }
        for text in ["disk I/O error", "database disk image is malformed", "?"] {
            let told = Failure::of_commit(unknown(text));
            assert!(matches!(told, StoreError::CommitUnknown { .. }), "{text}: {told:?}");
        }
    }
}
