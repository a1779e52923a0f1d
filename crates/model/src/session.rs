//! How people are let in: sessions, and links that work once.

use std::fmt;

use crate::{Timestamp, UserId};

/// That somebody has signed in, without the token, which is only known as a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When it was last used, give or take a minute.
    pub last_seen_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

/// What a link that works once is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// Makes an owner, for whoever holds the database.
    FirstRun,
    /// Lets somebody who was invited choose a password.
    Invitation,
    /// Lets somebody who has forgotten their password choose another.
    Reset,
}

impl LinkPurpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::FirstRun, Self::Invitation, Self::Reset];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstRun => "first_run",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }
}

impl fmt::Display for LinkPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A link that works once, without its token, which is only known as a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimeLink {
    /// For whom; nobody yet where it is to make an owner.
    pub user: Option<UserId>,
    /// What for.
    pub purpose: LinkPurpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
}
