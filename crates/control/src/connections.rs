//! Connections with organizations at the source: which there are, how they are asked, checked and
//! removed. Adding them by a pasted token: `internal.rs`; by an app: `app.rs` and `install.rs`.
//!
//! What asks the source takes the client as an argument and blocks. It is asked before anything is
//! decided, never within a change of the configuration.

mod app;
mod install;
mod installation;
mod internal;
mod job;
mod projects;
mod refresh;
mod tokens;

use std::str::FromStr;

use chrono::TimeDelta;
use watchbell_model::{
    Connection, ConnectionMode, ConnectionScope, ConnectionState, Integration, IntegrationId,
    Secret, Timestamp, cut,
};
use watchbell_provider::Provider;
use watchbell_sentry_client::{Base, Client, Error, InstallationId, Sentry};
use watchbell_store::{ConfigChange, ConnectionRecord, NewJob, StoredConfig};
use watchbell_vault::purpose;

use crate::{Control, ControlError, find};
pub use app::{AppNew, AppView, redirect_url};
pub use install::Installing;
pub use installation::InstallationHandler;
pub use internal::ConnectionNew;
use job::refresh_job;
pub use job::{REFRESH_JOB, RefreshHandler};
pub use projects::{ProjectChoice, ProjectOffer, ProjectOffers};
pub use refresh::Refreshed;
use refresh::is_asked_for;
use tokens::Tokens;

/// What a token must be able to do.
pub const NEEDED_SCOPES: [&str; 3] = ["org:read", "project:read", "event:read"];
/// The most characters of a reason that are kept.
const MAX_REASON: usize = 300;
/// How long before its end a token is replaced. Tokens of apps live for eight hours.
const LEAD: TimeDelta = TimeDelta::hours(1);

/// What is needed to ask the source for a connection's organization.
#[derive(Debug, Clone)]
pub struct Asking {
    /// The server.
    pub base: Base,
    /// Where the organization's data is, if elsewhere.
    pub region: Option<Base>,
    /// The organization's name in addresses.
    pub organization: String,
    /// The installation of the app, if it is one.
    pub installation: Option<InstallationId>,
    token: Secret,
}

impl Asking {
    /// The server, asked by `client`.
    pub const fn by<'a>(&'a self, client: &'a Client) -> Sentry<'a> {
        client.at(&self.base, &self.token).in_region(self.region.as_ref())
    }
}

impl Control {
    /// The connections of an integration, in the order of their making.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn connections(&self, reference: &str) -> Result<Vec<Connection>, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?.id;
        Ok(of(&config, integration).map(|record| record.connection.clone()).collect())
    }

    /// One connection of an integration.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn connection(
        &self,
        reference: &str,
        id: ConnectionScope,
    ) -> Result<Connection, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?;
        Ok(one(&config, integration.id, id)?.connection.clone())
    }

    /// The id of the connection of an integration with this id or organization.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn connection_named(
        &self,
        reference: &str,
        name: &str,
    ) -> Result<ConnectionScope, ControlError> {
        let named = |one: &&Connection| {
            one.organization.eq_ignore_ascii_case(name) || one.id.to_string() == name
        };
        let all = self.connections(reference)?;
        all.iter().find(named).map(|one| one.id).ok_or_else(|| ControlError::NotFound {
            what: "connection",
            reference: name.to_owned(),
            hint: " (`watchbell integration connection list` shows them)".to_owned(),
        })
    }

    /// How the source is asked about what came to `integration` in `scope`: by the connection of
    /// this id, or by the one whose token was pasted. None if there is none that works.
    ///
    /// # Errors
    /// [`ControlError::Vault`] if its token does not open here.
    pub fn connection_ask(
        &self,
        integration: IntegrationId,
        scope: ConnectionScope,
    ) -> Result<Option<Asking>, ControlError> {
        let config = self.store.config_load()?;
        let found = of(&config, integration).find(|one| one.connection.scope() == scope);
        match found.filter(|one| one.connection.state != ConnectionState::Disconnected) {
            Some(record) => self.asking(record).map(Some),
            None => Ok(None),
        }
    }

    /// Asks whether a connection works, and keeps what comes of it.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Refused`] if it has no token any more.
    pub fn connection_check(
        &self,
        client: &Client,
        reference: &str,
        id: ConnectionScope,
    ) -> Result<Connection, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?;
        let record = one(&config, integration.id, id)?;
        let asking = self.asking(record)?;
        let sentry = asking.by(client);
        let mut asked = sentry.organization(&asking.organization);
        let installation = record.connection.installation;
        let is_well = record.connection.state == ConnectionState::Connected
            || record.connection.mode == ConnectionMode::Internal;
        if let (Some(id), false, true) = (&asking.installation, is_well, asked.is_ok()) {
            // It may be that nobody has called the installation complete yet.
            asked = sentry.verify_install(id).and(asked);
        }
        self.change(|config| {
            let mut record = one(config, integration.id, id)?.clone();
            if record.connection.installation != installation {
                // Connected anew meanwhile: what was asked is not what is there now.
                return Ok((Vec::new(), record.connection));
            }
            let (now, mut job) = (self.clock.now(), None);
            match &asked {
                Ok(organization) => {
                    record.connection.organization_name.clone_from(&organization.name);
                    record.connection.region_url =
                        organization.region.as_ref().map(ToString::to_string);
                    become_state(&mut record.connection, ConnectionState::Connected, None, now);
                }
                Err(error) => {
                    job = self.refused(&mut record.connection, error);
                }
            }
            let connection = record.connection.clone();
            let mut changes = vec![ConfigChange::ConnectionSet(record)];
            changes.extend(job.map(ConfigChange::JobAdd));
            Ok((changes, connection))
        })
    }

    /// The source does not take the token that `asking` asked with. Says whether another one is asked for:
    /// an app gets its next one at once, and nobody but a person can give one that was pasted. Nothing
    /// changes if the connection has another token by now, or waits for one: its pauses stand.
    ///
    /// # Errors
    /// [`ControlError::Store`]; [`ControlError::Vault`].
    pub(crate) fn connection_refused(
        &self,
        integration: IntegrationId,
        scope: ConnectionScope,
        asking: &Asking,
        error: &Error,
    ) -> Result<bool, ControlError> {
        self.change(|config| {
            let found = of(config, integration).find(|one| one.connection.scope() == scope);
            let Some(mut record) = found.cloned() else { return Ok((Vec::new(), false)) };
            let has_another = match &record.sealed {
                Some(sealed) => {
                    self.tokens_open(record.connection.id, sealed)?.token != asking.token
                }
                None => false,
            };
            if has_another {
                return Ok((Vec::new(), true));
            }
            let is_over = |one: &Connection| one.state == ConnectionState::Disconnected;
            if is_over(&record.connection) || is_asked_for(&record.connection, self.clock.now()) {
                return Ok((Vec::new(), !is_over(&record.connection)));
            }
            let job = self.refused(&mut record.connection, error);
            let is_renewed = !is_over(&record.connection);
            let mut changes = vec![ConfigChange::ConnectionSet(record)];
            changes.extend(job.map(ConfigChange::JobAdd));
            Ok((changes, is_renewed))
        })
    }

    /// What an error of the source's makes of a connection, and the job that gets another token.
    fn refused(&self, connection: &mut Connection, error: &Error) -> Option<NewJob> {
        let now = self.clock.now();
        let state = state_after(connection, error);
        become_state(connection, state, Some(error.to_string()), now);
        if connection.mode != ConnectionMode::OAuth || !matches!(error, Error::Token(_)) {
            return None;
        }
        // Its next token need not wait for this one's end.
        connection.retry_at = Some(now);
        refresh_job(connection, &self.ids, now)
    }

    /// Removes a connection, its tokens and its mappings of projects. Incidents stay.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn connection_remove(
        &self,
        reference: &str,
        id: ConnectionScope,
    ) -> Result<(), ControlError> {
        self.change(|config| {
            let integration = find::integration(config, reference)?;
            one(config, integration.id, id)?;
            let mut changes = vec![ConfigChange::ConnectionRemove(id)];
            let mut without = integration.clone();
            without.projects.retain(|mapping| mapping.scope != id);
            if without != *integration {
                changes.push(ConfigChange::IntegrationSet(without));
            }
            Ok((changes, ()))
        })
    }

    /// The source says that the app was removed from an organization: the tokens are dead. False if
    /// no connection has this installation.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn connection_ended(
        &self,
        integration: IntegrationId,
        installation: &str,
    ) -> Result<bool, ControlError> {
        let Ok(installation) = InstallationId::from_str(installation) else { return Ok(false) };
        self.change(|config| {
            let uuid = Some(installation.as_uuid());
            let mut found = of(config, integration);
            let Some(record) = found.find(|one| one.connection.installation == uuid) else {
                return Ok((Vec::new(), false));
            };
            let mut record = record.clone();
            record.sealed = None;
            let connection = &mut record.connection;
            (connection.installation, connection.expires_at) = (None, None);
            (connection.attempts, connection.retry_at) = (0, None);
            let reason = Some("the app was removed from the organization".to_owned());
            become_state(connection, ConnectionState::Disconnected, reason, self.clock.now());
            Ok((vec![ConfigChange::ConnectionSet(record)], true))
        })
    }

    fn asking(&self, record: &ConnectionRecord) -> Result<Asking, ControlError> {
        let connection = &record.connection;
        let Some(sealed) = &record.sealed else {
            return Err(ControlError::refused(format!(
                "the connection with {} has no token any more: connect it again",
                connection.organization
            )));
        };
        Ok(Asking {
            base: base_of(&connection.base_url)?,
            region: connection.region_url.as_ref().and_then(|url| url.parse().ok()),
            organization: connection.organization.clone(),
            installation: connection.installation.map(InstallationId::from_uuid),
            token: self.tokens_open(connection.id, sealed)?.token,
        })
    }

    fn tokens_seal(&self, id: ConnectionScope, tokens: &Tokens) -> Result<Vec<u8>, ControlError> {
        Ok(self.vault.seal(&purpose::connection(id), &tokens.to_bytes())?)
    }

    fn tokens_open(&self, id: ConnectionScope, sealed: &[u8]) -> Result<Tokens, ControlError> {
        self.vault.refresh()?;
        let opened = self.vault.open(&purpose::connection(id), sealed)?;
        Tokens::of_bytes(&opened)
            .ok_or_else(|| ControlError::refused("the stored tokens are damaged: connect it again"))
    }
}

/// The connections of `integration`.
pub(crate) fn of(
    config: &StoredConfig,
    integration: IntegrationId,
) -> impl Iterator<Item = &ConnectionRecord> {
    config.connections.iter().filter(move |one| one.connection.integration == integration)
}

fn one(
    config: &StoredConfig,
    integration: IntegrationId,
    id: ConnectionScope,
) -> Result<&ConnectionRecord, ControlError> {
    of(config, integration).find(|one| one.connection.id == id).ok_or_else(|| {
        ControlError::NotFound {
            what: "connection",
            reference: id.to_string(),
            hint: String::new(),
        }
    })
}

/// The provider of `integration`, if its source can be asked.
fn must_connect(integration: &Integration) -> Result<&'static dyn Provider, ControlError> {
    let provider = find::provider_of(integration)?;
    if provider.connects() {
        return Ok(provider);
    }
    Err(ControlError::refused(format!(
        "{} is only listened to: there is nothing to connect with",
        provider.name()
    )))
}

/// The server at the source, or the public one.
fn base(given: Option<&str>) -> Result<Base, ControlError> {
    given.map_or_else(|| Ok(Base::public()), base_of)
}

fn base_of(text: &str) -> Result<Base, ControlError> {
    text.parse().map_err(|error: watchbell_sentry_client::BadBase| {
        ControlError::invalid("base_url", error.to_string(), crate::error::quoted(text))
    })
}

/// What somebody is told who cannot be served because of the source.
pub(crate) fn outside(error: &Error) -> ControlError {
    ControlError::Outside { why: error.to_string() }
}

fn become_state(
    connection: &mut Connection,
    state: ConnectionState,
    reason: Option<String>,
    now: Timestamp,
) {
    if connection.state != state {
        connection.state = state;
        connection.state_at = now;
    }
    connection.reason = reason.map(|reason| cut(reason, MAX_REASON));
}

/// The state of a connection whose token was answered with `error`. An app gets another token by
/// itself; nobody but a person can give one that was pasted.
const fn state_after(connection: &Connection, error: &Error) -> ConnectionState {
    match (connection.mode, error) {
        (ConnectionMode::Internal, Error::Token(_)) => ConnectionState::Disconnected,
        _ => ConnectionState::Degraded,
    }
}
