//! A connection by a token that somebody pasted.

use watchbell_model::{
    Connection, ConnectionMode, ConnectionScope, ConnectionState, Integration, Secret,
};
use watchbell_provider::Provider;
use watchbell_sentry_client::{Client, Error, Organization, Token};
use watchbell_store::{ConfigChange, ConnectionRecord, StoredConfig};

use super::tokens::Tokens;
use super::{NEEDED_SCOPES, base, become_state, must_connect, of, outside};
use crate::error::{problem, quoted};
use crate::keys::{check_secrets, secrets_of};
use crate::{Control, ControlError, find};

/// A connection to be made by a token.
#[derive(Debug, Clone)]
pub struct ConnectionNew {
    /// The token of the internal integration.
    pub token: Secret,
    /// What its deliveries are signed with; none: as it is.
    pub client_secret: Option<Secret>,
    /// The organization's name in addresses; none: the token's only one.
    pub organization: Option<String>,
    /// The address of the server; none: the public one.
    pub base_url: Option<String>,
}

impl Control {
    /// Connects an integration by a token, which is checked first. It takes the place of the
    /// one that was pasted before.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with what the source says about the token, or with the scopes that
    /// it lacks; [`ControlError::Outside`] if the source cannot be asked; [`ControlError::Refused`]
    /// if the integration has an app.
    pub fn connection_add(
        &self,
        client: &Client,
        reference: &str,
        new: &ConnectionNew,
    ) -> Result<Connection, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?;
        let provider = must_connect(integration)?;
        no_app(&config, integration)?;
        let base = base(new.base_url.as_deref())?;
        let sentry = client.at(&base, &new.token);
        let (token, organization) = checked(&sentry, new.organization.as_deref())?;
        self.change(|config| {
            let integration = find::integration(config, reference)?;
            no_app(config, integration)?;
            let mut changes = Vec::new();
            if let Some(secret) = &new.client_secret {
                changes.extend(self.secret_change(config, integration, provider, secret)?);
            }
            let before = of(config, integration.id)
                .find(|one| one.connection.mode == ConnectionMode::Internal);
            let now = self.clock.now();
            let id = before.map_or_else(
                || ConnectionScope::from_uuid(self.ids.next()),
                |record| record.connection.id,
            );
            let mut connection = Connection {
                id,
                integration: integration.id,
                mode: ConnectionMode::Internal,
                base_url: base.to_string(),
                region_url: organization.region.as_ref().map(ToString::to_string),
                organization: organization.slug.clone(),
                organization_name: organization.name.clone(),
                // Another organization names another one.
                installation: before
                    .map(|record| &record.connection)
                    .filter(|one| one.organization == organization.slug)
                    .and_then(|one| one.installation),
                scopes: token.scopes.clone().unwrap_or_default(),
                state: ConnectionState::Connected,
                reason: None,
                state_at: before.map_or(now, |record| record.connection.state_at),
                expires_at: None,
                attempts: 0,
                retry_at: None,
                created_at: before.map_or(now, |record| record.connection.created_at),
            };
            if let Some(before) = before {
                connection.state = before.connection.state;
                become_state(&mut connection, ConnectionState::Connected, None, now);
            }
            let tokens = Tokens { token: new.token.clone(), refresh_token: None };
            let sealed = Some(self.tokens_seal(id, &tokens)?);
            let shown = connection.clone();
            changes.push(ConfigChange::ConnectionSet(ConnectionRecord { connection, sealed }));
            Ok((changes, shown))
        })
    }

    /// Stores the secret that deliveries are signed with, unless it is there.
    pub(super) fn secret_change(
        &self,
        config: &StoredConfig,
        integration: &Integration,
        provider: &dyn Provider,
        secret: &Secret,
    ) -> Result<Option<ConfigChange>, ControlError> {
        let mut stored = Vec::new();
        for record in secrets_of(config, integration) {
            stored.push(self.open_secret(record)?);
        }
        // The newest is the one that is used for tokens.
        if stored.last() == Some(secret) {
            return Ok(None);
        }
        let all: Vec<_> = stored.iter().chain([secret]).collect();
        check_secrets(provider, &all)?;
        Ok(Some(ConfigChange::SigningSecretAdd(self.secret_record(integration.id, secret)?)))
    }
}

/// An integration is connected one way or the other.
fn no_app(config: &StoredConfig, integration: &Integration) -> Result<(), ControlError> {
    if config.apps.iter().any(|app| app.integration == integration.id) {
        return Err(ControlError::refused(format!(
            "{:?} is connected by its app: let organizations install it, or remove the app first",
            integration.name
        )));
    }
    Ok(())
}

/// What a token may do, and whose it is.
fn checked(
    sentry: &watchbell_sentry_client::Sentry<'_>,
    wanted: Option<&str>,
) -> Result<(Token, Organization), ControlError> {
    let token = match sentry.token() {
        Ok(token) => token,
        // A server that does not tell at its front door is asked for what is needed.
        Err(Error::NotFound(_) | Error::Scope { .. } | Error::Malformed(_)) => Token::default(),
        Err(error) => return Err(refused(error)),
    };
    let mut lacks: Vec<String> =
        token.lacks(&NEEDED_SCOPES).into_iter().map(str::to_owned).collect();
    let mut seen = |error: Error| match error {
        Error::Scope { needs, .. } => {
            if !lacks.iter().any(|one| one == needs) {
                lacks.push(needs.to_owned());
            }
            Ok(())
        }
        error => Err(refused(error)),
    };
    let organizations = match sentry.organizations() {
        Ok(organizations) => organizations,
        Err(error) => {
            seen(error)?;
            Vec::new()
        }
    };
    if !lacks.is_empty() {
        let expected = format!("a token with the scopes {}", NEEDED_SCOPES.join(", "));
        let got = format!("one without {}", lacks.join(", "));
        return Err(ControlError::invalid("token", expected, got));
    }
    let organization = chosen(organizations, wanted)?;
    match sentry.in_region(organization.region.as_ref()).projects(&organization.slug) {
        Ok(_) => Ok((token, organization)),
        Err(error) => Err(refused(error)),
    }
}

fn chosen(
    mut organizations: Vec<Organization>,
    wanted: Option<&str>,
) -> Result<Organization, ControlError> {
    let slugs: Vec<_> = organizations.iter().map(|one| one.slug.clone()).collect();
    let place = match wanted {
        Some(wanted) => slugs.iter().position(|slug| slug == wanted),
        None if slugs.len() == 1 => Some(0),
        None => None,
    };
    if let Some(place) = place {
        return Ok(organizations.swap_remove(place));
    }
    let expected = match slugs.as_slice() {
        [] => "a token of an organization: this one belongs to none".to_owned(),
        slugs => format!("one of the token's organizations: {}", slugs.join(", ")),
    };
    let got = wanted.map_or_else(|| "nothing".to_owned(), quoted);
    Err(ControlError::Invalid(vec![problem("organization", expected, got)]))
}

/// What somebody is told whose token does not do.
fn refused(error: Error) -> ControlError {
    match error {
        Error::Token(detail) => {
            ControlError::invalid("token", "a token that the source takes", detail)
        }
        Error::Scope { needs, .. } => {
            let expected = format!("a token with the scopes {}", NEEDED_SCOPES.join(", "));
            ControlError::invalid("token", expected, format!("one without {needs}"))
        }
        Error::Unreachable(_) | Error::Malformed(_) | Error::Refused { .. } => {
            ControlError::invalid(
                "base_url",
                "the address of a server at the source",
                error.to_string(),
            )
        }
        error => outside(&error),
    }
}
