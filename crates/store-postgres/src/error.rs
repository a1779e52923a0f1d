//! From the database's troubles to the two questions that callers ask: whose fault, and was it
//! written.

use diesel::result::{ConnectionError, DatabaseErrorKind, Error};
use watchbell_store::StoreError;

/// What goes wrong inside this crate, before it is told to a caller.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The database said no.
    Database(Error),
    /// There is no connection to be had.
    Connect(ConnectionError),
    /// The connection did not answer in time, or ended.
    Lost(&'static str),
    /// We said no.
    Store(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        Self::Connect(error)
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
            Failure::Lost(why) => return Self::unavailable(why),
            Failure::Connect(error) => return Self::unavailable(error),
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
    /// The error of a COMMIT. Whatever it was, it may have happened after the commit became
    /// durable; only a broken rule surely undid it.
    pub(crate) fn of_commit(self) -> StoreError {
        match StoreError::from(self) {
            refused @ StoreError::Refused { .. } => refused,
            other => StoreError::CommitUnknown { source: other.into() },
        }
    }

    /// Whether the connection is of no further use.
    pub(crate) fn is_of_connection(&self) -> bool {
        match self {
            Self::Lost(_) | Self::Connect(_) => true,
            Self::Database(Error::DatabaseError(kind, _)) => matches!(
                kind,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand
            ),
            Self::Database(_) | Self::Store(_) => false,
        }
    }

    /// The same, with another error in place of a broken unique constraint.
    pub(crate) fn on_unique(self, instead: StoreError) -> Self {
        self.on(DatabaseErrorKind::UniqueViolation, instead)
    }

    /// The same, with another error in place of a reference to something that is not there.
    pub(crate) fn on_missing(self, instead: StoreError) -> Self {
        self.on(DatabaseErrorKind::ForeignKeyViolation, instead)
    }

    fn on(self, wanted: DatabaseErrorKind, instead: StoreError) -> Self {
        match self {
            Self::Database(Error::DatabaseError(kind, _))
                if std::mem::discriminant(&kind) == std::mem::discriminant(&wanted) =>
            {
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
    // Data errors that have no kind: a NUL, a value beyond its type's range, one that is too large
    // for an index or for a message.
    const WORDS: [&str; 6] = [
        "invalid byte sequence",
        "out of range",
        "invalid input syntax",
        "exceeds btree version",
        "invalid memory alloc request size",
        "row is too big",
    ];
    match kind {
        DatabaseErrorKind::UniqueViolation
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation => true,
        _ => WORDS.iter().any(|words| text.contains(words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(kind: DatabaseErrorKind, text: &str) -> Failure {
        Failure::from(Error::DatabaseError(kind, Box::new(text.to_owned())))
    }

    #[test]
    fn only_what_the_data_breaks_is_its_fault() {
        let nul = "invalid byte sequence for encoding \"UTF8\": 0x00";
        for failure in [
            database(DatabaseErrorKind::UniqueViolation, "duplicate key value"),
            database(DatabaseErrorKind::CheckViolation, "violates check constraint"),
            database(DatabaseErrorKind::Unknown, nul),
        ] {
            let told = StoreError::from(failure);
            assert!(matches!(told, StoreError::Refused { .. }), "{told:?}");
        }
        for text in ["deadlock detected", "could not extend file: No space left on device", "?"] {
            let told = StoreError::from(database(DatabaseErrorKind::Unknown, text));
            assert!(matches!(told, StoreError::Unavailable { .. }), "{text}: {told:?}");
        }
    }

    #[test]
    fn a_commit_that_failed_is_in_doubt_unless_a_rule_was_broken() {
        let told = database(DatabaseErrorKind::ClosedConnection, "server closed").of_commit();
        assert!(matches!(told, StoreError::CommitUnknown { .. }), "{told:?}");
        let told = Failure::Lost("no answer").of_commit();
        assert!(matches!(told, StoreError::CommitUnknown { .. }), "{told:?}");
        let told = database(DatabaseErrorKind::UniqueViolation, "twice").of_commit();
        assert!(matches!(told, StoreError::Refused { .. }), "{told:?}");
    }
}
