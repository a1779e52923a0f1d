//! An organization has installed the app, and a browser brings the code for its first token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use watchbell_model::{
    Connection, ConnectionMode, ConnectionScope, ConnectionState, Secret, Timestamp,
};
use watchbell_sentry_client::{App, Authorization, Client, Error, InstallationId, Organization};
use watchbell_store::{ConfigChange, ConnectionRecord};
use watchbell_vault::purpose;

use super::app::app_of;
use super::job::refresh_job;
use super::refresh::incomplete;
use super::tokens::Tokens;
use super::{base_of, become_state, of, outside};
use crate::{Control, ControlError, find};

/// How long a code lives at the source.
const LIFE: TimeDelta = TimeDelta::minutes(10);
/// More than a browser brings along.
const MAX_BYTES: usize = 4_096;
/// The most characters of what the source puts into an address.
const MAX_CHARS: usize = 200;

/// An installation that waits for a person's yes. It is in the browser alone, sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Installing {
    code: String,
    installation: String,
    /// The organization, as the address says: it is looked at before anything is kept.
    pub organization: String,
    expires_s: i64,
}

impl Installing {
    /// What an address brings, at `now`. None if it cannot be an installation.
    pub fn new(code: &str, installation: &str, organization: &str, now: Timestamp) -> Option<Self> {
        let is_text = |text: &str| {
            (1..=MAX_CHARS).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let is_slug = |text: &str| {
            is_text(text) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let installation: InstallationId = installation.parse().ok()?;
        (is_text(code) && is_slug(organization)).then(|| Self {
            code: code.to_owned(),
            installation: installation.to_string(),
            organization: organization.to_owned(),
            expires_s: (now + LIFE).timestamp(),
        })
    }
}

/// Without the code.
impl std::fmt::Debug for Installing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Installing")
            .field("installation", &self.installation)
            .field("organization", &self.organization)
            .finish_non_exhaustive()
    }
}

impl Control {
    /// An installation for a cookie or a form.
    ///
    /// # Errors
    /// [`ControlError::Vault`].
    pub fn installing_seal(&self, installing: &Installing) -> Result<Secret, ControlError> {
        let text = serde_json::to_vec(installing).unwrap_or_default();
        let sealed = self.vault.seal(purpose::INSTALLATION, &text)?;
        Ok(Secret::new(URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Out of a cookie or a form; nothing, if it is not ours or too old.
    pub fn installing_open(&self, text: &str) -> Option<Installing> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok().filter(|_| text.len() <= MAX_BYTES)?;
        let opened = self.vault.open(purpose::INSTALLATION, &sealed).ok()?;
        let read: Installing = serde_json::from_slice(&opened).ok()?;
        (self.clock.now().timestamp() < read.expires_s).then_some(read)
    }

    /// Connects the organization that has installed the app of an integration: gets the first
    /// tokens, looks whose they are, and says that the installation is complete. An organization
    /// that was connected before keeps its connection, with its incidents and mappings.
    ///
    /// # Errors
    /// [`ControlError::Refused`] with the source's words if it does not take the code, or if the
    /// tokens are not that organization's; [`ControlError::Outside`] if it cannot be asked.
    pub fn installed(
        &self,
        client: &Client,
        reference: &str,
        installing: &Installing,
    ) -> Result<Connection, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?;
        let app = app_of(&config, integration)?.clone();
        let (base, secret) = (base_of(&app.base_url)?, self.app_secret(&config, integration)?);
        let id: InstallationId = installing
            .installation
            .parse()
            .map_err(|_| ControlError::refused("the installation's id is damaged"))?;
        let its = App { base: &base, client_id: &app.client_id, client_secret: &secret };
        let code = Secret::new(installing.code.as_str());
        let authorization = client.exchange_code(&its, &id, &code).map_err(not_taken)?;
        let sentry = client.at(&base, &authorization.token);
        let organization = match sentry.organization(&installing.organization) {
            Ok(organization) if organization.slug == installing.organization => organization,
            Ok(_) | Err(Error::NotFound(_) | Error::Scope { .. } | Error::Token(_)) => {
                return Err(ControlError::refused(format!(
                    "the installation is not one of {}: install the app again",
                    installing.organization
                )));
            }
            Err(error) => return Err(outside(&error)),
        };
        let trouble = sentry.verify_install(&id).err();
        let made = Made { id, authorization, organization, trouble };
        self.change(|config| {
            let integration = find::integration(config, reference)?;
            app_of(config, integration)?;
            let uuid = Some(id.as_uuid());
            let before = of(config, integration.id).find(|one| {
                one.connection.organization == made.organization.slug
                    || one.connection.installation == uuid
            });
            let record = self.made(before, integration.id, &app.base_url, &made)?;
            let connection = record.connection.clone();
            let job = refresh_job(&connection, &self.ids, self.clock.now());
            let mut changes = vec![ConfigChange::ConnectionSet(record)];
            changes.extend(job.map(ConfigChange::JobAdd));
            Ok((changes, connection))
        })
    }

    fn made(
        &self,
        before: Option<&ConnectionRecord>,
        integration: watchbell_model::IntegrationId,
        base_url: &str,
        made: &Made,
    ) -> Result<ConnectionRecord, ControlError> {
        let now = self.clock.now();
        let Made { id: installation, authorization, organization, trouble } = made;
        let before = before.map(|record| &record.connection);
        let id = before.map_or_else(|| ConnectionScope::from_uuid(self.ids.next()), |one| one.id);
        let mut connection = Connection {
            id,
            integration,
            mode: ConnectionMode::OAuth,
            base_url: base_url.to_owned(),
            region_url: organization.region.as_ref().map(ToString::to_string),
            organization: organization.slug.clone(),
            organization_name: organization.name.clone(),
            installation: Some(installation.as_uuid()),
            scopes: authorization.scopes.clone(),
            state: before.map_or(ConnectionState::Connected, |one| one.state),
            reason: None,
            state_at: before.map_or(now, |one| one.state_at),
            expires_at: authorization.expires_at,
            attempts: 0,
            retry_at: None,
            created_at: before.map_or(now, |one| one.created_at),
        };
        match trouble {
            None => become_state(&mut connection, ConnectionState::Connected, None, now),
            Some(error) => incomplete(&mut connection, error, now),
        }
        let sealed = Some(self.tokens_seal(id, &Tokens::of(authorization))?);
        Ok(ConnectionRecord { connection, sealed })
    }
}

/// What came of an installation at the source.
struct Made {
    id: InstallationId,
    authorization: Authorization,
    organization: Organization,
    trouble: Option<Error>,
}

/// What somebody is told whose code is not taken.
fn not_taken(error: Error) -> ControlError {
    match error {
        Error::Token(detail) | Error::Refused { detail, .. } | Error::NotFound(detail) => {
            ControlError::refused(format!(
                "Sentry does not take the code ({detail}): install the app again"
            ))
        }
        error => outside(&error),
    }
}
