//! The next token of a connection, before the present one ends.
//!
//! Of several servers one asks at a time, by a lease for each connection: a refresh token works once,
//! and two that use it would lose it. A statement that is signed with the app's secret is tried first,
//! since it needs nothing stored and so also repairs what a lost answer has cost.

use std::time::Duration;

use watchbell_model::{
    Connection, ConnectionMode, ConnectionScope, ConnectionState, ServerId, Timestamp,
};
use watchbell_sentry_client::{App, Authorization, Client, Error, InstallationId};
use watchbell_store::{ConfigChange, ConnectionRecord, StoredConfig};

use super::app::app_of;
use super::tokens::Tokens;
use super::{LEAD, base_of, become_state};
use crate::{Control, ControlError};

/// How long one server has a connection for itself: longer than its few questions take.
const LEASE: Duration = Duration::from_mins(2);
/// The first pause after a failure; each further one is twice as long. It is short, since a lost
/// answer leaves no token that works.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(30);
/// So many failures in a row, and the token's end: then only a person can help.
const MOST_FAILURES: u32 = 10;
/// What passes by itself is counted no further: it is no reason to give up, and whoever comes back is
/// asked within minutes.
const MOST_TROUBLE: u32 = 6;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// There is nothing to do yet, or any more: it is gone, ended, or its token is fresh.
    NotDue(Option<Connection>),
    /// Somebody else is at it.
    Elsewhere,
    /// It has a new token.
    Fresh(Connection),
    /// It has not; the connection says why, and when it is tried again.
    Failed(Connection),
}

impl Control {
    /// Gets the next token of a connection if the present one ends soon, unless somebody else is at
    /// it.
    ///
    /// # Errors
    /// [`ControlError::Store`]; [`ControlError::Vault`].
    pub fn connection_refresh(
        &self,
        client: &Client,
        id: ConnectionScope,
    ) -> Result<Refreshed, ControlError> {
        let lease = format!("connection {id}");
        // A holder for this attempt alone: two of one server are two as well.
        let holder = ServerId::from_uuid(self.ids.next());
        if !self.store.lease_take(&lease, holder, LEASE)? {
            return Ok(Refreshed::Elsewhere);
        }
        let done = self.refresh_alone(client, id);
        // Whoever does not give it back keeps others waiting for some minutes, and no longer.
        let given_back = self.store.lease_give_back(&lease, holder);
        let done = done?;
        given_back?;
        Ok(done)
    }

    fn refresh_alone(
        &self,
        client: &Client,
        id: ConnectionScope,
    ) -> Result<Refreshed, ControlError> {
        // Only now: whoever had the lease before may have done it.
        let config = self.store.config_load()?;
        let found = config.connections.iter().find(|one| one.connection.id == id);
        let Some(record) =
            found.filter(|one| due(&one.connection).is_some_and(|due| due <= self.clock.now()))
        else {
            return Ok(Refreshed::NotDue(found.map(|one| one.connection.clone())));
        };
        let installation = record.connection.installation;
        let asked = self.next_token(client, &config, record)?;
        let trouble = match &asked {
            // It may be that nobody has called the installation complete yet.
            Ok(authorization) if record.connection.state != ConnectionState::Connected => {
                let base = base_of(&record.connection.base_url)?;
                let id = installation.map(InstallationId::from_uuid);
                let sentry = client.at(&base, &authorization.token);
                id.and_then(|id| sentry.verify_install(&id).err())
            }
            _ => None,
        };
        self.change(|config| {
            let found = config.connections.iter().find(|one| one.connection.id == id);
            // Removed, ended or connected anew meanwhile.
            let Some(record) = found.filter(|one| one.connection.installation == installation)
            else {
                let now = found.map(|one| one.connection.clone());
                return Ok((Vec::new(), Refreshed::NotDue(now)));
            };
            let mut record = record.clone();
            let now = self.clock.now();
            if let Ok(authorization) = &asked {
                record.sealed = Some(self.tokens_seal(id, &Tokens::of(authorization))?);
            }
            let connection = &mut record.connection;
            let done = match (&asked, &trouble) {
                (Ok(authorization), None) => {
                    taken(connection, authorization);
                    (connection.attempts, connection.retry_at) = (0, None);
                    become_state(connection, ConnectionState::Connected, None, now);
                    Refreshed::Fresh(connection.clone())
                }
                (Ok(authorization), Some(error)) => {
                    taken(connection, authorization);
                    incomplete(connection, error, now);
                    Refreshed::Failed(connection.clone())
                }
                (Err(error), _) => {
                    failed(connection, error, now);
                    Refreshed::Failed(connection.clone())
                }
            };
            Ok((vec![ConfigChange::ConnectionSet(record)], done))
        })
    }

    /// Asks for it: by a statement, and where that is not taken by the refresh token.
    fn next_token(
        &self,
        client: &Client,
        config: &StoredConfig,
        record: &ConnectionRecord,
    ) -> Result<Result<Authorization, Error>, ControlError> {
        let connection = &record.connection;
        let gone = |detail: &str| Ok(Err(Error::NotFound(detail.to_owned())));
        let integration = config.integrations.iter().find(|one| one.id == connection.integration);
        let Some(integration) = integration else { return gone("the integration is gone") };
        let Ok(app) = app_of(config, integration) else { return gone("the app is not set") };
        let Some(uuid) = connection.installation else { return gone("it was removed") };
        let (base, secret) = match self.app_secret(config, integration) {
            Ok(secret) => (base_of(&app.base_url)?, secret),
            Err(ControlError::Refused { why }) => {
                return Ok(Err(Error::Refused { status: 401, detail: why }));
            }
            Err(error) => return Err(error),
        };
        let its = App { base: &base, client_id: &app.client_id, client_secret: &secret };
        let id = InstallationId::from_uuid(uuid);
        let (now, statement) = (self.clock.now(), self.ids.next());
        let refused = match client.authorize_by_statement(&its, &id, now, statement) {
            // A server that has trouble may take it the next time; one that never heard of
            // statements says no.
            Err(error @ (Error::Token(_) | Error::Refused { .. })) => error,
            other => return Ok(other),
        };
        let tokens = match &record.sealed {
            Some(sealed) => Some(self.tokens_open(connection.id, sealed)?),
            None => None,
        };
        match tokens.and_then(|tokens| tokens.refresh_token) {
            Some(token) => Ok(client.refresh(&its, &id, &token)),
            None => Ok(Err(refused)),
        }
    }
}

/// When the next token is to be asked for; never, if it has no end or nothing would come of it.
pub(super) fn due(connection: &Connection) -> Option<Timestamp> {
    let has_next = connection.mode == ConnectionMode::OAuth
        && connection.installation.is_some()
        && connection.state != ConnectionState::Disconnected;
    let due = connection.retry_at.or_else(|| Some(connection.expires_at? - LEAD));
    due.filter(|_| has_next)
}

/// Whether the next token is asked for now, or again when a pause is over.
pub(super) fn is_asked_for(connection: &Connection, now: Timestamp) -> bool {
    due(connection).is_some_and(|due| connection.retry_at.is_some() || due <= now)
}

fn taken(connection: &mut Connection, authorization: &Authorization) {
    connection.expires_at = authorization.expires_at;
    if !authorization.scopes.is_empty() {
        connection.scopes.clone_from(&authorization.scopes);
    }
}

/// There is a token, but the source was not told that the installation is complete, which it may be
/// waiting for. The next token is asked for soon, and it is told then.
pub(super) fn incomplete(connection: &mut Connection, error: &Error, now: Timestamp) {
    let reason = format!("the installation could not be called complete: {error}");
    again(connection, reason, error, now);
}

fn failed(connection: &mut Connection, error: &Error, now: Timestamp) {
    let reason = format!("the next token could not be had: {error}");
    again(connection, reason, error, now);
    let is_over = connection.expires_at.is_none_or(|end| end <= now);
    let is_gone = matches!(error, Error::NotFound(_));
    if is_gone || (is_over && connection.attempts >= MOST_FAILURES) {
        connection.retry_at = None;
        let reason = connection.reason.take();
        become_state(connection, ConnectionState::Disconnected, reason, now);
    }
}

/// It is tried again after a while.
fn again(connection: &mut Connection, reason: String, error: &Error, now: Timestamp) {
    let wait = if let Some(wait) = error.wait(now) {
        // A rate limit says nothing about the connection.
        wait.max(Duration::from_secs(1))
    } else {
        let most = if error.may_pass() { MOST_TROUBLE } else { MOST_FAILURES };
        connection.attempts = connection.attempts.saturating_add(1).min(most);
        pause(connection.attempts)
    };
    connection.retry_at = Some(now + wait);
    become_state(connection, ConnectionState::Degraded, Some(reason), now);
}

/// The pause after so many failures in a row.
fn pause(failures: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
    FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}
