//! What can go wrong with a store, in the two kinds that matter: whose fault, and whether to retry.

use std::error::Error;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What was asked for is not there.
    #[error("{what} not found")]
    NotFound {
        /// What was asked for.
        what: &'static str,
    },
    /// Somebody else was faster, or a unique name is taken. Nothing was written.
    #[error("{what} is taken or was changed meanwhile")]
    Conflict {
        /// What collided.
        what: &'static str,
    },
    /// The data itself cannot be stored: it broke a constraint or a type. Nothing was written.
    /// Trying the same again gives the same.
    #[error("the data cannot be stored")]
    Refused {
        /// The database's words.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The database did not do it, for a reason that passes: busy, full, gone. Nothing was written.
    #[error("the database is not available")]
    Unavailable {
        /// The database's words.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The connection was lost at the commit: it may or may not have been written. Look before
    /// writing again.
    #[error("it is not known whether the database wrote it")]
    CommitUnknown {
        /// The database's words.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A stored value is none that was ever written.
    #[error("a stored value is corrupt: {what}")]
    Corrupt {
        /// Which value.
        what: String,
    },
}

impl StoreError {
    /// Whether the caller's data is at fault, so that a retry is of no use.
    pub const fn is_callers_fault(&self) -> bool {
        match self {
            Self::NotFound { .. } | Self::Conflict { .. } | Self::Refused { .. } => true,
            Self::Unavailable { .. } | Self::CommitUnknown { .. } | Self::Corrupt { .. } => false,
        }
    }

    /// A passing trouble with these words.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { source: source.into() }
    }
}
