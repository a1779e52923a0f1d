//! Exceptions: origins that may be asked although the public may not.

use std::fmt;

use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, parse_pem};

/// An origin that may be asked wherever it is, and without encryption if its address says so.
#[derive(Clone)]
pub struct Permit {
    scheme: String,
    host: String,
    port: u16,
    roots: Option<Vec<Certificate<'static>>>,
}

/// Why a permit cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPermit {
    /// The address is not `http(s)://host[:port]`.
    #[error("`{0}` is not http:// or https:// with a host and perhaps a port, and nothing else")]
    Origin(String),
    /// There are no certificates in the PEM.
    #[error("no certificate in PEM: {0}")]
    Roots(String),
}

impl Permit {
    /// A permit for the origin `https://host:port`; without a port, the usual one.
    ///
    /// # Errors
    /// It is not an origin.
    pub fn new(origin: &str) -> Result<Self, BadPermit> {
        let bad = || BadPermit::Origin(origin.to_owned());
        let uri: Uri = origin.parse().map_err(|_| bad())?;
        let (scheme, host, port) = parts(&uri).ok_or_else(bad)?;
        let alone = uri.path_and_query().is_none_or(|path| path == "/");
        let nobody = uri.authority().is_none_or(|authority| authority.as_str().contains('@'));
        if !alone || nobody || host.is_empty() {
            return Err(bad());
        }
        Ok(Self { scheme: scheme.to_owned(), host: host.to_ascii_lowercase(), port, roots: None })
    }

    /// The same with root certificates of its own, in PEM: they count instead of the public ones,
    /// and for this origin alone.
    ///
    /// # Errors
    /// There is no certificate in it, or something that is none.
    pub fn with_roots(mut self, pem: &[u8]) -> Result<Self, BadPermit> {
        let mut roots = Vec::new();
        for item in parse_pem(pem) {
            match item {
                Ok(PemItem::Certificate(certificate)) => roots.push(certificate),
                Ok(_) => return Err(BadPermit::Roots("something else is in it".to_owned())),
                Err(error) => return Err(BadPermit::Roots(error.to_string())),
            }
        }
        if roots.is_empty() {
            return Err(BadPermit::Roots("it is empty".to_owned()));
        }
        self.roots = Some(roots);
        Ok(self)
    }

    /// Whether `uri` is on this origin.
    pub(crate) fn fits(&self, uri: &Uri) -> bool {
        parts(uri).is_some_and(|(scheme, host, port)| {
            scheme == self.scheme && port == self.port && host.eq_ignore_ascii_case(&self.host)
        })
    }

    pub(crate) fn roots(&self) -> Option<&[Certificate<'static>]> {
        self.roots.as_deref()
    }
}

/// Scheme, host and port.
fn parts(uri: &Uri) -> Option<(&str, &str, u16)> {
    let scheme = uri.scheme_str()?;
    let usual = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    Some((scheme, uri.host()?, uri.port_u16().unwrap_or(usual)))
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roots = self.roots.as_ref().map_or(0, Vec::len);
        write!(f, "Permit({}://{}:{}, {roots} roots)", self.scheme, self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permit_is_for_one_origin() {
        let check = |origin: &str, uri: &str, fits: bool| {
            let permit = Permit::new(origin).unwrap();
            assert_eq!(permit.fits(&uri.parse().unwrap()), fits, "{permit:?} {uri}");
        };
        check("http://localhost:4566", "http://LOCALHOST:4566/cert.pem?x", true);
        check("http://localhost:4566/", "http://localhost:4567/", false);
        check("http://localhost:4566", "https://localhost:4566/", false);
        check("https://a.example", "https://a.example:443/x", true);
        check("https://a.example", "https://b.a.example/x", false);
        for wrong in
            ["", "localhost:4566", "ftp://a", "http://a/b", "http://a?b", "http://u@a", "http://"]
        {
            assert!(Permit::new(wrong).is_err(), "{wrong}");
        }
        let permit = || Permit::new("https://a.example").unwrap();
        assert!(permit().with_roots(b"").is_err());
        assert!(permit().with_roots(b"-----BEGIN CERTIFICATE-----\n").is_err());
    }
}
