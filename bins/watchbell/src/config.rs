//! The configuration as one typed value.

mod oidc;
mod typed;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use ipnet::IpNet;
use watchbell_model::{Secret, Severity};
use watchbell_outbound::Permit;
use watchbell_sns::Origin;
#[cfg(feature = "postgres")]
use watchbell_store_postgres::PostgresOptions;

pub(crate) use self::oidc::{OidcConfig, SecretIn};
use crate::retention::Retention;
use crate::settings::{Layer, Problem, Settings, Shown};

/// The settings that are never shown.
const SECRET: &[&str] = &["vault.key", "vault.previous_keys", "oidc.client_secret"];

/// The file that is read if it is there and no other is named.
const USUAL_FILE: &str = "watchbell.toml";

/// Everything that is configured.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) intake: Intake,
    pub(crate) incidents: Incidents,
    pub(crate) organization: Organization,
    pub(crate) database: Database,
    pub(crate) vault: VaultConfig,
    pub(crate) first_run: FirstRun,
    pub(crate) log: Log,
    pub(crate) retention: Retention,
    pub(crate) maintenance: Maintenance,
    pub(crate) sns: SnsConfig,
    /// What may be asked inside the network.
    pub(crate) permits: Vec<Permit>,
    /// None: nobody signs in by an identity provider.
    pub(crate) oidc: Option<OidcConfig>,
    /// Every setting as it may be shown, with its source.
    pub(crate) shown: Vec<Shown>,
}

/// Section `server`.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    /// As set, without a slash at its end. None: it follows from the address of listening.
    pub(crate) public_url: Option<String>,
    /// Never 0.
    pub(crate) workers: usize,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) body_timeout: Duration,
    pub(crate) shutdown: Duration,
    /// None: API keys may ask as much as they like.
    pub(crate) key_requests_per_minute: Option<u32>,
}

/// Section `intake`.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    pub(crate) max_body_bytes: usize,
    pub(crate) max_in_flight_bytes: usize,
    pub(crate) queue_entries: usize,
    pub(crate) queue_wait: Duration,
    pub(crate) batch_deliveries: usize,
    pub(crate) answer_timeout: Duration,
    pub(crate) unproven_per_minute: u32,
}

/// Section `incidents`.
#[derive(Debug, Clone)]
pub(crate) struct Incidents {
    pub(crate) default_severity: Severity,
    pub(crate) reopen: TimeDelta,
}

/// Section `organization`.
#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub(crate) name: String,
}

/// Section `database`.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) url: DatabaseUrl,
    pub(crate) migrate: bool,
    pub(crate) readers: u32,
}

/// Section `vault`.
#[derive(Debug, Clone)]
pub(crate) struct VaultConfig {
    pub(crate) key_file: PathBuf,
    pub(crate) key: Option<Secret>,
    /// Keys that only open. Empty unless `key` is set.
    pub(crate) previous_keys: Vec<Secret>,
}

/// Section `first_run`.
#[derive(Debug, Clone)]
pub(crate) struct FirstRun {
    pub(crate) demo: bool,
    pub(crate) file: PathBuf,
}

/// Section `log`.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// Section `maintenance`.
#[derive(Debug, Clone)]
pub(crate) struct Maintenance {
    /// None: never.
    pub(crate) check_every: Option<Duration>,
}

/// Section `sns`.
#[derive(Debug, Clone)]
pub(crate) struct SnsConfig {
    /// Whose signatures are believed beside Amazon's.
    pub(crate) origins: Vec<Origin>,
    /// Root certificates of the further origins, in PEM.
    pub(crate) roots_file: Option<PathBuf>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    Text,
    Json,
}

/// Which database.
#[derive(Debug, Clone)]
pub(crate) enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A database of a PostgreSQL server.
    #[cfg(feature = "postgres")]
    Postgres(PostgresOptions),
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            #[cfg(feature = "postgres")]
            Self::Postgres(options) => f.write_str(&options.shown()),
        }
    }
}

impl Server {
    /// The address that senders and people use when the server listens on `bound`.
    pub(crate) fn public_url_at(&self, bound: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| {
            let host = match bound.ip() {
                ip if !ip.is_unspecified() => ip,
                IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
                IpAddr::V6(_) => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
            };
            format!("http://{}", SocketAddr::new(host, bound.port()))
        })
    }

    /// The address that senders and people use.
    pub(crate) fn public_url(&self) -> String {
        self.public_url_at(self.listen)
    }
}

/// What the command line says about the configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// `--listen`.
    pub(crate) listen: Option<String>,
    /// `--database`.
    pub(crate) database: Option<String>,
    /// Each `--set`.
    pub(crate) set: Vec<String>,
}

/// What is wrong with the configuration: everything at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the configuration is wrong")]
pub(crate) struct ConfigError(pub(crate) Vec<Problem>);

/// Reads the configuration: defaults, then the file, then `environment`, then `flags`.
pub(crate) fn load(
    flags: &Flags,
    environment: &BTreeMap<String, String>,
    read: impl Fn(&Path) -> std::io::Result<String>,
) -> Result<Config, ConfigError> {
    let mut problems = Vec::new();
    let mut layers = Vec::new();
    match file(flags, environment, read) {
        Ok(layer) => layers.extend(layer),
        Err(problem) => problems.push(problem),
    }
    layers.push(Layer::environment(environment));
    let mut last = Layer::default();
    for entry in &flags.set {
        match entry.split_once('=') {
            Some((name, value)) => last.flag("--set", name.trim(), value),
            None => problems.push(Problem {
                setting: "--set".to_owned(),
                expected: "section.key=value".to_owned(),
                got: "no =".to_owned(),
                source: None,
            }),
        }
    }
    if let Some(listen) = &flags.listen {
        last.flag("--listen", "server.listen", listen);
    }
    if let Some(database) = &flags.database {
        last.flag("--database", "database.url", database);
    }
    layers.push(last);
    let config = Settings::merge(layers, SECRET).and_then(typed::config);
    match config {
        Ok(config) if problems.is_empty() => Ok(config),
        Ok(_) => Err(ConfigError(problems)),
        Err(more) => {
            problems.extend(more);
            Err(ConfigError(problems))
        }
    }
}

/// The file's settings, if there is a file.
fn file(
    flags: &Flags,
    environment: &BTreeMap<String, String>,
    read: impl Fn(&Path) -> std::io::Result<String>,
) -> Result<Option<Layer>, Problem> {
    let of_environment = || environment.get("WATCHBELL_CONFIG").filter(|path| !path.is_empty());
    let (path, named_by) = match (&flags.file, of_environment()) {
        (Some(path), _) => (path.clone(), Some("--config")),
        (None, Some(path)) => (PathBuf::from(path), Some("WATCHBELL_CONFIG")),
        (None, None) => (PathBuf::from(USUAL_FILE), None),
    };
    match read(&path) {
        Ok(text) => Layer::toml(&path.display().to_string(), &text).map(Some),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && named_by.is_none() => Ok(None),
        Err(e) => Err(Problem {
            setting: path.display().to_string(),
            expected: "a file that can be read".to_owned(),
            got: e.to_string(),
            source: named_by.map(str::to_owned),
        }),
    }
}

#[cfg(test)]
mod tests;
