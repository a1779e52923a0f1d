//! What the program asks of others: built once from the configuration, behind one guard.

use std::fs;

use watchbell_api::Notifications;
use watchbell_outbound::{Outbound, Permit};
use watchbell_sns::{Origin, Origins};

use crate::cli::Failure;
use crate::config::{Config, ConfigError, SnsConfig};
use crate::settings::Problem;

/// How the program calls itself.
const USER_AGENT: &str = concat!("Watchbell/", env!("CARGO_PKG_VERSION"));

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
