//! What the program asks of others: built once from the configuration, behind one guard.

use std::fs;
use std::sync::Arc;

use watchbell_api::{Notifications, OpenId};
use watchbell_model::Secret;
use watchbell_oidc::{RelyingParty, Settings};
use watchbell_outbound::{Outbound, Permit};
use watchbell_sns::{Origin, Origins};
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
    let roots = match roots_file {
        None => None,
        Some(path) => Some(fs::read(path).map_err(|error| {
            wrong(
                "sns.roots_file",
                "a file that can be read",
                format!("{}: {error}", path.display()),
            )
        })?),
    };
    let permits: Result<Vec<_>, _> =
        origins.iter().map(|origin| permit(origin, roots.as_deref())).collect();
    let outbound = Outbound::new(permits?, USER_AGENT);
    Ok(Notifications::new(Origins::new(origins.clone()), outbound))
}

/// The identity provider, if one is configured. It is asked when somebody signs in, not before: a
/// provider that is down stops no alert.
pub(crate) fn open_id(config: &Config, vault: &Arc<Vault>) -> Result<Option<OpenId>, Failure> {
    let Some(OidcConfig { issuer, client_id, client_secret, name, new_user_role }) = &config.oidc
    else {
        return Ok(None);
    };
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
    let outbound = Outbound::new(vec![issuer.permit()], USER_AGENT);
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

fn permit(origin: &Origin, roots: Option<&[u8]>) -> Result<Permit, Failure> {
    let permit = Permit::new(&origin.to_string())
        .map_err(|error| wrong("sns.origins", "addresses of origins", error.to_string()))?;
    match roots {
        Some(pem) => permit
            .with_roots(pem)
            .map_err(|error| wrong("sns.roots_file", "certificates in PEM", error.to_string())),
        None => Ok(permit),
    }
}

fn wrong(setting: &str, expected: &str, got: String) -> Failure {
    Failure::Config(ConfigError(vec![Problem {
        setting: setting.to_owned(),
        expected: expected.to_owned(),
        got,
        source: None,
    }]))
}
