//! The port for how people and keys are let in. None of it is configuration: it never moves the
//! revision, and a running server asks for it when it needs it.

use watchbell_model::{ApiKeyId, AuditEntry, OneTimeLink, Session, Timestamp, User, UserId};

use crate::StoreError;

/// From when on sessions and links are still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionExpiry {
    /// Sessions and links that end at this moment or before go.
    pub now: Timestamp,
    /// Sessions that were last used before this moment go.
    pub idle_since: Timestamp,
}

/// Keeps passwords, sessions, links that work once, and when API keys were last used. Tokens are
/// known by their hash alone, see the vault's `token_hash`. What is written into the audit log is
/// written in the same transaction.
pub trait SessionStore {
    /// The hash of a user's password, as PHC text; none if they have no password yet.
    fn password_get(&self, user: UserId) -> Result<Option<String>, StoreError>;

    /// Gives a user this password, and ends all of their sessions and links. `known` is the hash of
    /// the present one, for whoever may set another because they know it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]: there is no such user. [`StoreError::Conflict`]: the password is not
    /// the `known` one any more.
    fn password_set(
        &self,
        user: UserId,
        phc: &str,
        known: Option<&str>,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError>;

    /// Keeps a session under its token's hash. `known` is the hash of the password that was asked
    /// for, so that nobody stays in who has shown one that was changed meanwhile.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]: there is no such user, or they are not active.
    /// [`StoreError::Conflict`]: the password is not the `known` one any more.
    fn session_add(
        &self,
        hash: &[u8; 32],
        session: &Session,
        known: Option<&str>,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError>;

    /// The session of this hash and whose it is, unless they are not active. Whether it has ended is
    /// for the caller to say.
    fn session_find(&self, hash: &[u8; 32]) -> Result<Option<(User, Session)>, StoreError>;

    /// A session was used at `at`. The caller asks for this at most once a minute. It never goes
    /// back.
    fn session_touch(&self, hash: &[u8; 32], at: Timestamp) -> Result<(), StoreError>;

    /// Ends a session. False, and nothing in the audit log, if there is none.
    fn session_remove(&self, hash: &[u8; 32], audit: &[AuditEntry]) -> Result<bool, StoreError>;

    /// Ends all sessions of a user, and gives how many there were.
    fn sessions_remove(&self, user: UserId, audit: &[AuditEntry]) -> Result<usize, StoreError>;

    /// Whose account `subject` at the identity provider `issuer` is.
    fn account_find(&self, issuer: &str, subject: &str) -> Result<Option<UserId>, StoreError>;

    /// From now on the account `subject` at `issuer` is this user's, and they have no other there,
    /// until they are made inactive. Changes nothing if it is theirs already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]: there is no such user. [`StoreError::Conflict`]: they have another
    /// account there, or it is somebody else's.
    fn account_bind(&self, user: UserId, issuer: &str, subject: &str) -> Result<(), StoreError>;

    /// Keeps a link under its token's hash. Earlier ones of the same purpose for the same user work
    /// no more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]: there is no such user.
    fn link_add(
        &self,
        hash: &[u8; 32],
        link: &OneTimeLink,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError>;

    /// The link of this hash. Changes nothing. Whether it has ended is for the caller to say.
    fn link_find(&self, hash: &[u8; 32]) -> Result<Option<OneTimeLink>, StoreError>;

    /// Uses a link up, if it still works at `now`, and gives it: of any number who try at once, one
    /// gets it. None, and nothing in the audit log, for the others.
    fn link_take(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
        audit: &[AuditEntry],
    ) -> Result<Option<OneTimeLink>, StoreError>;

    /// An API key was used at `at`. The caller asks for this at most once a minute. It never goes
    /// back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]: there is no such key.
    fn key_used(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError>;

    /// When each API key that ever was used was used last.
    fn key_uses(&self) -> Result<Vec<(ApiKeyId, Timestamp)>, StoreError>;

    /// Forgets some of the sessions and links that have ended. Gives how many; call again while it
    /// is not 0.
    fn sessions_expire(&self, expiry: SessionExpiry) -> Result<usize, StoreError>;
}
