//! What the committer never asks for.

use watchbell_model::{ApiKeyId, AuditEntry, OneTimeLink, Session, Timestamp, User, UserId};
use watchbell_store::{
    AuditFilter, AuditPage, AuditStore, SessionExpiry, SessionStore, StoreError,
};

use super::Troubled;

impl AuditStore for Troubled {
    fn audit_append(&self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        self.inner.audit_append(entries)
    }

    fn audit_list(
        &self,
        filter: &AuditFilter,
        page: AuditPage,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.inner.audit_list(filter, page)
    }
}

impl SessionStore for Troubled {
    fn password_get(&self, user: UserId) -> Result<Option<String>, StoreError> {
        self.inner.password_get(user)
    }

    fn password_set(
        &self,
        user: UserId,
        phc: &str,
        known: Option<&str>,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError> {
        self.inner.password_set(user, phc, known, audit)
    }

    fn session_add(
        &self,
        hash: &[u8; 32],
        session: &Session,
        known: Option<&str>,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError> {
        self.inner.session_add(hash, session, known, audit)
    }

    fn account_find(&self, issuer: &str, subject: &str) -> Result<Option<UserId>, StoreError> {
        self.inner.account_find(issuer, subject)
    }

    fn account_bind(&self, user: UserId, issuer: &str, subject: &str) -> Result<(), StoreError> {
        self.inner.account_bind(user, issuer, subject)
    }

    fn session_find(&self, hash: &[u8; 32]) -> Result<Option<(User, Session)>, StoreError> {
        self.inner.session_find(hash)
    }

    fn session_touch(&self, hash: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
        self.inner.session_touch(hash, at)
    }

    fn session_remove(&self, hash: &[u8; 32], audit: &[AuditEntry]) -> Result<bool, StoreError> {
        self.inner.session_remove(hash, audit)
    }

    fn sessions_remove(&self, user: UserId, audit: &[AuditEntry]) -> Result<usize, StoreError> {
        self.inner.sessions_remove(user, audit)
    }

    fn link_add(
        &self,
        hash: &[u8; 32],
        link: &OneTimeLink,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError> {
        self.inner.link_add(hash, link, audit)
    }

    fn link_find(&self, hash: &[u8; 32]) -> Result<Option<OneTimeLink>, StoreError> {
        self.inner.link_find(hash)
    }

    fn link_take(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
        audit: &[AuditEntry],
    ) -> Result<Option<OneTimeLink>, StoreError> {
        self.inner.link_take(hash, now, audit)
    }

    fn key_used(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.inner.key_used(id, at)
    }

    fn key_uses(&self) -> Result<Vec<(ApiKeyId, Timestamp)>, StoreError> {
        self.inner.key_uses()
    }

    fn sessions_expire(&self, expiry: SessionExpiry) -> Result<usize, StoreError> {
        self.inner.sessions_expire(expiry)
    }
}
