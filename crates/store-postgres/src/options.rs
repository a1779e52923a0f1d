//! Where a database is, and how it is used.

use std::fmt;
use std::time::Duration;

/// How long a statement may take before the connection is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// What libpq is told where the address says nothing else: to notice a server that is gone. Times
/// in seconds, but the last in milliseconds.
const DEFAULTS: [(&str, &str); 7] = [
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "15000"),
    ("client_encoding", "UTF8"),
    ("fallback_application_name", "watchbell"),
];

/// Where a database is, and how it is used. `Debug` shows no password.
#[derive(Clone)]
pub struct PostgresOptions {
    url: String,
    connections: u32,
    patience: Duration,
}

impl PostgresOptions {
    /// The database at this address, a [connection URI](https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS),
    /// with one connection for the committer and at most four for everything else.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), connections: 4, patience: PATIENCE }
    }

    /// The most connections beside the committer's.
    #[must_use]
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// How long a statement may take before its connection is given up; five seconds at first.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    pub(crate) fn most_connections(&self) -> u32 {
        self.connections
    }

    pub(crate) fn statement_time(&self) -> Duration {
        self.patience
    }

    /// The address with our defaults for what it does not say.
    pub(crate) fn full_url(&self) -> String {
        let (base, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let mut parts: Vec<String> =
            query.split('&').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        for (name, value) in DEFAULTS {
            let said = |part: &String| part.split('=').next() == Some(name);
            if !parts.iter().any(said) {
                parts.push(format!("{name}={value}"));
            }
        }
        format!("{base}?{}", parts.join("&"))
    }

    /// The address as it may be shown: without a password.
    pub fn shown(&self) -> String {
        let (base, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
        let place = match rest.rsplit_once('@') {
            Some((user, place)) => {
                let name = user.split(':').next().unwrap_or_default();
                format!("{name}@{place}")
            }
            None => rest.to_owned(),
        };
        let harmless = query.split('&').filter(|part| {
            let name = part.split('=').next().unwrap_or_default();
            !part.is_empty() && name != "password" && name != "sslpassword"
        });
        let query = harmless.collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{scheme}://{place}{mark}{query}")
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("url", &self.shown())
            .field("connections", &self.connections)
            .field("patience", &self.patience)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_address_says_is_kept_and_the_rest_added() {
        let full = PostgresOptions::new("postgres://a@b/c?connect_timeout=2&sslmode=require");
        let full = full.full_url();
        assert!(full.starts_with("postgres://a@b/c?connect_timeout=2&sslmode=require&"), "{full}");
        assert_eq!(full.matches("connect_timeout").count(), 1);
        assert!(full.contains("&tcp_user_timeout=15000"), "{full}");
        assert!(PostgresOptions::new("postgres:///c").full_url().starts_with("postgres:///c?"));
    }

    #[test]
    fn a_password_is_not_shown() {
        for (url, shown) in [
            ("postgres://wb:se:c@ret@db:5/x", "postgres://wb@db:5/x"),
            ("postgresql://wb@db/x?sslmode=require", "postgresql://wb@db/x?sslmode=require"),
            ("postgres:///x?host=/run&password=secret", "postgres:///x?host=/run"),
            ("postgres:///x?sslpassword=secret", "postgres:///x"),
        ] {
            let options = PostgresOptions::new(url);
            assert_eq!(options.shown(), shown);
            assert!(!format!("{options:?}").contains("ret@"), "{options:?}");
        }
    }
}
