//! Hosts beside Amazon's own that an operator trusts to sign: private clouds and emulators.

use std::fmt;

use crate::shape::is_address;

/// How a host is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Encrypted.
    Https,
    /// In the clear: for a machine of one's own only. Whoever is between can forge every alarm.
    Http,
}

impl Scheme {
    /// As it stands in an address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    /// The port that an address without one means.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

/// A host that is trusted beside Amazon's own. It can sign messages of every topic, Amazon's
/// included, so each integration's list of topics must be looked at with it in mind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
    certificate_path: String,
    certificate_name: String,
}

/// Why a description of an origin is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadOrigin {
    /// The address is not `http(s)://host[:port]`.
    #[error("`{0}` is not http:// or https:// with a host and perhaps a port, and nothing else")]
    Address(String),
    /// The path is none.
    #[error("`{0}` is not a path: it must begin with one slash and have neither ? nor #")]
    CertificatePath(String),
    /// The name is none.
    #[error("`{0}` is not the name of a host")]
    CertificateName(String),
}

impl Origin {
    /// The origin at `address` (`http://localhost:4566`) that serves its signing certificate at
    /// `certificate_path`, made out to `certificate_name`.
    ///
    /// # Errors
    /// One of them is not what it must be.
    pub fn new(
        address: &str,
        certificate_path: &str,
        certificate_name: &str,
    ) -> Result<Self, BadOrigin> {
        let bad = || BadOrigin::Address(address.to_owned());
        let (scheme, rest) = split_scheme(address).ok_or_else(bad)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_port(rest, scheme).ok_or_else(bad)?;
        if !is_host(host) {
            return Err(bad());
        }
        let path = certificate_path;
        let is_path = path.starts_with('/')
            && !path.starts_with("//")
            && is_address(path)
            && !path.contains(['?', '#', '\\'])
            && !path.split('/').any(|segment| matches!(segment, "." | ".."));
        if !is_path {
            return Err(BadOrigin::CertificatePath(path.to_owned()));
        }
        if !is_host(certificate_name) {
            return Err(BadOrigin::CertificateName(certificate_name.to_owned()));
        }
        Ok(Self {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
            certificate_path: path.to_owned(),
            certificate_name: certificate_name.to_ascii_lowercase(),
        })
    }

    /// How it is asked.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Its host, lower case; a literal IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where it serves its signing certificate.
    pub fn certificate_path(&self) -> &str {
        &self.certificate_path
    }

    /// What its signing certificate is made out to.
    pub fn certificate_name(&self) -> &str {
        &self.certificate_name
    }

    /// What follows this origin in `address`, if it is an address on it.
    pub(crate) fn strip<'a>(&self, address: &'a str) -> Option<&'a str> {
        let (scheme, rest) = split_scheme(address)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (host, port) = split_port(authority, scheme)?;
        let same =
            scheme == self.scheme && port == self.port && host.eq_ignore_ascii_case(&self.host);
        same.then_some(path)
    }
}

/// As it begins an address: `https://host`, with the port where it is not the usual one.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port == self.scheme.default_port() {
            return Ok(());
        }
        write!(f, ":{}", self.port)
    }
}

fn split_scheme(address: &str) -> Option<(Scheme, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let known = [Scheme::Https, Scheme::Http];
    let found = known.into_iter().find(|known| scheme.eq_ignore_ascii_case(known.as_str()));
    found.map(|scheme| (scheme, rest))
}

/// Host and port of an authority without user information.
fn split_port(authority: &str, scheme: Scheme) -> Option<(&str, u16)> {
    match authority.rsplit_once(':') {
        // A colon inside brackets belongs to the address.
        Some((host, port)) if !port.contains(']') => {
            let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            Some((host, if digits { port.parse().ok()? } else { return None }))
        }
        _ => Some((authority, scheme.default_port())),
    }
}

/// Whether `text` is a host name or a literal address.
fn is_host(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            (1..=253).contains(&text.len())
                && text.split('.').all(|label| {
                    !label.is_empty()
                        && label
                            .bytes()
                            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_host_and_port_alone() {
        let check = |address: &str, expected: Option<&str>| {
            let got = Origin::new(address, "/cert.pem", "sns.example").ok();
            assert_eq!(got.map(|origin| origin.to_string()).as_deref(), expected, "{address}");
        };
        check("http://localhost:4566", Some("http://localhost:4566"));
        check("HTTPS://SNS.Cloud.Example/", Some("https://sns.cloud.example"));
        check("https://sns.cloud.example:443", Some("https://sns.cloud.example"));
        check("http://127.0.0.1:80", Some("http://127.0.0.1"));
        check("http://[::1]:4566", Some("http://[::1]:4566"));
        check("http://[::1]", Some("http://[::1]"));
        for wrong in [
            "",
            "localhost:4566",
            "ftp://localhost",
            "http://",
            "http://:80",
            "http://user@localhost",
            "http://localhost/path",
            "http://localhost:",
            "http://localhost:65536",
            "http://localhost:+80",
            "http://localhost?x",
            "http://a b",
            "http://[::1",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn path_and_name_are_checked_too() {
        let check = |path: &str, name: &str, good: bool| {
            let got = Origin::new("http://localhost", path, name);
            assert_eq!(got.is_ok(), good, "{path} {name}: {got:?}");
        };
        check("/_aws/sns/cert.pem", "sns.amazonaws.com", true);
        for path in ["", "cert.pem", "//x", "/a?b", "/a#b", "/a b", "/a/../b"] {
            check(path, "sns.example", false);
        }
        for name in ["", "*.example", "a..b", "a/b"] {
            check("/cert.pem", name, false);
        }
    }

    #[test]
    fn only_addresses_on_it_lose_their_beginning() {
        let origin = Origin::new("https://sns.example:8443", "/c", "sns.example").unwrap();
        let check = |address: &str, rest: Option<&str>| {
            assert_eq!(origin.strip(address), rest, "{address}");
        };
        check("https://sns.example:8443/c", Some("/c"));
        check("https://SNS.example:8443/?a=b", Some("/?a=b"));
        check("https://sns.example:8443", Some(""));
        for other in [
            "http://sns.example:8443/c",
            "https://sns.example/c",
            "https://sns.example:8443.evil.example/c",
            "https://sns.example:8443@evil.example/c",
            "https://evil.example/https://sns.example:8443/c",
            "https://sns.example:8443\\@evil.example/c",
        ] {
            check(other, None);
        }
    }
}
