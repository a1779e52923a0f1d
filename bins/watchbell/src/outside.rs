//! What the program asks of others: built once from the configuration, behind one guard.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use watchbell_api::{Notifications, OpenId};
use watchbell_model::Secret;
use watchbell_oidc::{RelyingParty, Settings};
use watchbell_outbound::{Outbound, Permit};
use watchbell_sentry_client::Client;
use watchbell_sns::Origins;
use watchbell_vault::Vault;

use crate::cli::Failure;
use crate::config::{Config, ConfigError, OidcConfig, SecretIn, SnsConfig};
use crate::settings::Problem;

/// How the program calls itself.
const USER_AGENT: &str = concat!("Watchbell/", env!("CARGO_PKG_VERSION"));

/// Where the identity provider sends browsers back to, on this server.
const CALLBACK: &str = "/api/v1/auth/oidc/callback";

/// The notification service, with the further origins that are configured.
pub(crate) fn notifications(config: &Config) -> Result<Notifications, Failure> {
    let SnsConfig { origins, roots_file } = &config.sns;
    let permits = origins.iter().map(|origin| {
        let permit = Permit::new(&origin.to_string())
            .map_err(|error| wrong("sns.origins", "addresses of origins", error.to_string()))?;
        with_roots(permit, "sns.roots_file", roots_file.as_deref())
    });
    let outbound = Outbound::new(permits.collect::<Result<_, Failure>>()?, USER_AGENT);
    Ok(Notifications::new(Origins::new(origins.clone()), outbound))
}

/// What asks the source where an integration is connected with it.
pub(crate) fn sentry(config: &Config) -> Client {
    Client::new(Outbound::new(config.permits.clone(), USER_AGENT))
}

/// The identity provider, if one is configured. It is asked when somebody signs in, not before: a
/// provider that is down stops no alert.
pub(crate) fn open_id(config: &Config, vault: &Arc<Vault>) -> Result<Option<OpenId>, Failure> {
    let Some(oidc) = &config.oidc else { return Ok(None) };
    let OidcConfig { issuer, client_id, client_secret, roots_file, name, new_user_role } = oidc;
    let client_secret = match client_secret {
        SecretIn::Setting(secret) => secret.clone(),
        SecretIn::File(path) => {
            let text = fs::read_to_string(path).map_err(|error| error.to_string());
            let text = text.and_then(|text| match text.trim() {
                "" => Err("it is empty".to_owned()),
                secret => Ok(Secret::new(secret)),
            });
            text.map_err(|error| {
                let got = format!("{}: {error}", path.display());
                wrong("oidc.client_secret_file", "a file with the secret", got)
            })?
        }
    };
    let settings = Settings {
        issuer: issuer.clone(),
        client_id: client_id.clone(),
        client_secret,
        redirect_uri: format!("{}{CALLBACK}", config.server.public_url()),
    };
    let permit = with_roots(issuer.permit(), "oidc.roots_file", roots_file.as_deref())?;
    let outbound = Outbound::new(vec![permit], USER_AGENT);
    let party = RelyingParty::new(settings, outbound);
    Ok(Some(OpenId::new(party, Arc::clone(vault), name.clone(), *new_user_role)))
}

/// Says at the start that others than Amazon are believed.
pub(crate) fn warn(config: &Config) {
    for origin in &config.sns.origins {
        tracing::warn!(
            origin = %origin,
            certificate = origin.certificate_name(),
            "sns.origins: alarms signed by this origin are believed like Amazon's own"
        );
    }
}

/// With the root certificates in the file that `setting` names, if it names one.
fn with_roots(permit: Permit, setting: &str, file: Option<&Path>) -> Result<Permit, Failure> {
    let Some(path) = file else { return Ok(permit) };
    let got = |error: String| format!("{}: {error}", path.display());
    let pem = fs::read(path)
        .map_err(|error| wrong(setting, "a file that can be read", got(error.to_string())))?;
    permit
        .with_roots(&pem)
        .map_err(|error| wrong(setting, "certificates in PEM", got(error.to_string())))
}

fn wrong(setting: &str, expected: &str, got: String) -> Failure {
    Failure::Config(ConfigError(vec![Problem {
        setting: setting.to_owned(),
        expected: expected.to_owned(),
        got,
        source: None,
    }]))
}
