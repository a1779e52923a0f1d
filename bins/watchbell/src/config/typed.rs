//! From texts and numbers to types. The only place that knows every setting by name.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use ipnet::IpNet;
use tracing_subscriber::EnvFilter;
use watchbell_model::{Secret, Severity};
use watchbell_outbound::Permit;
use watchbell_sns::Origin;
#[cfg(feature = "postgres")]
use watchbell_store_postgres::PostgresOptions;

use super::{
    Config, Database, DatabaseUrl, FirstRun, Incidents, Intake, Log, LogFormat, Maintenance,
    Organization, Server, SnsConfig, VaultConfig, oidc,
};
use crate::retention::Retention;
use crate::settings::{Problem, Settings};

/// Every setting as its type, or every problem.
pub(super) fn config(mut s: Settings) -> Result<Config, Vec<Problem>> {
    let server = server(&mut s);
    let intake = intake(&mut s);
    let incidents = Incidents {
        default_severity: s
            .parsed("incidents.default_severity", "one of SEV0 to SEV4", |text| text.parse().ok())
            .unwrap_or(Severity::Sev2),
        reopen: TimeDelta::days(s.number("incidents.reopen_days", 0..=3650)),
    };
    let name = s.parsed("organization.name", "1 to 200 characters", |text| {
        (1..=200).contains(&text.chars().count()).then(|| text.to_owned())
    });
    let database = Database {
        url: database_url(&mut s),
        migrate: s.flag("database.migrate"),
        readers: s.number("database.readers", 1..=64),
    };
    let key = s.text("vault.key");
    let vault = VaultConfig {
        key_file: path(&mut s, "vault.key_file"),
        previous_keys: s.list("vault.previous_keys", "a list of master keys", |text| {
            (!text.is_empty()).then(|| Secret::new(text))
        }),
        key: (!key.is_empty()).then(|| Secret::new(key)),
    };
    if vault.key.is_none() && !vault.previous_keys.is_empty() {
        // A key file has its own lines for them.
        s.problem("vault.previous_keys", "nothing while vault.key is not set");
    }
    let first_run =
        FirstRun { demo: s.flag("first_run.demo"), file: path(&mut s, "first_run.file") };
    let log = Log {
        filter: s
            .parsed("log.filter", "levels, like info or info,watchbell_ingest=debug", |text| {
                EnvFilter::try_new(text).ok().map(|_| text.to_owned())
            })
            .unwrap_or_default(),
        format: s
            .parsed("log.format", "one of auto, text, json", |text| match text {
                "auto" => Some(LogFormat::Auto),
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            })
            .unwrap_or(LogFormat::Auto),
    };
    let retention = Retention::read(&mut s);
    let maintenance = Maintenance {
        check_every: match s.number("maintenance.check_hours", 0..=8_760) {
            0 => None,
            hours => Some(Duration::from_hours(hours)),
        },
    };
    let sns = sns(&mut s);
    let permits = s.list(
        "outbound.origins",
        "a list of http:// or https:// with a host and perhaps a port, like \
         [\"http://sentry.internal:9000\"]",
        |text| Permit::new(text).ok(),
    );
    let oidc = oidc::oidc(&mut s);
    let organization = Organization { name: name.unwrap_or_default() };
    let shown = s.finish()?;
    Ok(Config {
        server,
        intake,
        incidents,
        organization,
        database,
        vault,
        first_run,
        log,
        retention,
        maintenance,
        sns,
        permits,
        oidc,
        shown,
    })
}

fn sns(s: &mut Settings) -> SnsConfig {
    let roots = s.text("sns.roots_file");
    SnsConfig {
        origins: s.list(
            "sns.origins",
            "a list of the address of a signing certificate and the name in it, like \
             [\"http://localhost:4566/cert.pem localhost\"]",
            origin,
        ),
        roots_file: (!roots.is_empty()).then(|| PathBuf::from(roots)),
    }
}

/// `http://localhost:4566/cert.pem localhost`.
fn origin(text: &str) -> Option<Origin> {
    let (address, name) = text.split_once(char::is_whitespace)?;
    let host = address.find("://")?.checked_add(3)?;
    let path = address.get(host..)?.find('/')?.checked_add(host)?;
    let (origin, path) = address.split_at_checked(path)?;
    Origin::new(origin, path, name.trim()).ok()
}

fn server(s: &mut Settings) -> Server {
    let listen = s.parsed("server.listen", "an address and a port, like 127.0.0.1:3000", |text| {
        text.parse().ok()
    });
    let public_url = s.parsed(
        "server.public_url",
        "http:// or https:// and a host, without ? and #, or nothing",
        |text| match text.trim_end_matches('/') {
            "" => Some(None),
            url if is_public_url(url) => Some(Some(url.to_owned())),
            _ => None,
        },
    );
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    Server {
        listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000))),
        public_url: public_url.flatten(),
        workers: match s.number("server.workers", 0..=1024) {
            0 => cores(),
            workers => workers,
        },
        trusted_proxies: s.list(
            "server.trusted_proxies",
            "a list of addresses or networks, like [\"10.0.0.7\", \"10.0.0.0/8\"]",
            |text| text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)),
        ),
        body_timeout: Duration::from_secs(s.number("server.body_timeout_seconds", 1..=3600)),
        shutdown: Duration::from_secs(s.number("server.shutdown_seconds", 0..=3600)),
        key_requests_per_minute: match s.number("server.key_requests_per_minute", 0..=1_000_000) {
            0 => None,
            most => Some(most),
        },
    }
}

fn intake(s: &mut Settings) -> Intake {
    let max_body_bytes = s.number("intake.max_body_bytes", 1024..=1_073_741_824);
    let max_in_flight_bytes = s.number("intake.max_in_flight_bytes", 1024..=68_719_476_736);
    if max_in_flight_bytes < max_body_bytes {
        s.problem("intake.max_in_flight_bytes", "at least intake.max_body_bytes");
    }
    Intake {
        max_body_bytes,
        max_in_flight_bytes,
        queue_entries: s.number("intake.queue_entries", 1..=1_000_000),
        queue_wait: Duration::from_millis(s.number("intake.queue_wait_ms", 0..=60_000)),
        batch_deliveries: s.number("intake.batch_deliveries", 1..=10_000),
        answer_timeout: Duration::from_secs(s.number("intake.answer_timeout_seconds", 1..=300)),
        unproven_per_minute: s.number("intake.unproven_per_minute", 1..=1_000_000),
    }
}

fn path(s: &mut Settings, name: &str) -> PathBuf {
    s.parsed(name, "the path of a file", |text| (!text.is_empty()).then(|| PathBuf::from(text)))
        .unwrap_or_default()
}

fn is_public_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest.chars().all(|c| c.is_ascii_graphic() && !"?#@\"<>\\".contains(c))
    })
}

#[cfg(feature = "postgres")]
pub(super) const DATABASE_EXPECTED: &str = "sqlite: and the path of a file, like sqlite:data/watchbell.db, or \
     the address of a PostgreSQL database, like postgres://user@host/name";
#[cfg(not(feature = "postgres"))]
pub(super) const DATABASE_EXPECTED: &str =
    "sqlite: and the path of a file, like sqlite:data/watchbell.db";

fn database_url(s: &mut Settings) -> DatabaseUrl {
    const NAME: &str = "database.url";
    let expected = if cfg!(not(feature = "postgres")) && s.starts_with(NAME, "postgres") {
        "sqlite: and the path of a file: this program was built without PostgreSQL; build one with \
         `cargo build --release --features postgres` (it needs make and perl)"
    } else {
        DATABASE_EXPECTED
    };
    let url = s.parsed(NAME, expected, |text| postgres_url(text).or_else(|| sqlite_url(text)));
    url.unwrap_or_else(|| DatabaseUrl::Sqlite(PathBuf::new()))
}

#[cfg(feature = "postgres")]
fn postgres_url(text: &str) -> Option<DatabaseUrl> {
    let is_address = text.starts_with("postgres://") || text.starts_with("postgresql://");
    is_address.then(|| DatabaseUrl::Postgres(PostgresOptions::new(text)))
}

#[cfg(not(feature = "postgres"))]
fn postgres_url(_: &str) -> Option<DatabaseUrl> {
    None
}

fn sqlite_url(text: &str) -> Option<DatabaseUrl> {
    let path = text.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    // A `:` or `?` would be read as more than a path by SQLite itself.
    let is_file = !path.is_empty() && !path.contains([':', '?', '\0']) && !path.ends_with('/');
    is_file.then(|| DatabaseUrl::Sqlite(PathBuf::from(path)))
}
