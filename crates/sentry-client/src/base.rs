//! The address of a Sentry server.

use std::fmt;
use std::str::FromStr;

/// A text that is not the address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not https:// or http:// with a host, perhaps a port and a path, and nothing else")]
pub struct BadBase;

/// The address of a Sentry server, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// The longest address that is taken.
    pub const MAX_CHARS: usize = 500;

    /// Sentry's own service.
    pub fn public() -> Self {
        Self("https://sentry.io".to_owned())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where a region of this server is, if the server names one that is a host below its own:
    /// `https://us.sentry.io` below `https://sentry.io`. A token is not sent anywhere else.
    pub fn region(&self, named: &str) -> Option<Self> {
        let region: Self = named.parse().ok()?;
        let ((scheme, own), (its_scheme, its)) = (self.origin(), region.origin());
        let is_below = its.strip_suffix(own).is_some_and(|rest| rest.ends_with('.'));
        let has_path =
            region.0.len() > its_scheme.len().saturating_add(3).saturating_add(its.len());
        (scheme == its_scheme && is_below && !has_path).then_some(region)
    }

    /// Where a browser goes to install the app with this slug.
    pub fn install_url(&self, slug: &str) -> String {
        format!("{}/sentry-apps/{slug}/external-install/", self.0)
    }

    /// Scheme and authority.
    fn origin(&self) -> (&str, &str) {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        (scheme, rest.split('/').next().unwrap_or(rest))
    }
}

impl FromStr for Base {
    type Err = BadBase;

    fn from_str(text: &str) -> Result<Self, BadBase> {
        let text = text.trim().trim_end_matches('/');
        let is_plain = text.len() <= Self::MAX_CHARS
            && text.bytes().all(|b| b.is_ascii_graphic() && !b"?#@\"<>\\%".contains(&b));
        let (scheme, rest) = text.split_once("://").ok_or(BadBase)?;
        let scheme = scheme.to_ascii_lowercase();
        let (authority, path) =
            rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
        let is_known = scheme == "https" || scheme == "http";
        let climbs = path.split('/').any(|part| part == "." || part == "..");
        if !is_plain || !is_known || climbs || authority.is_empty() || authority.starts_with(':') {
            return Err(BadBase);
        }
        Ok(Self(format!("{scheme}://{}{path}", authority.to_ascii_lowercase())))
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_that_of_a_server() {
        let check = |text: &str, expected: Option<&str>| {
            let base = text.parse::<Base>().ok();
            assert_eq!(base.as_ref().map(Base::as_str), expected, "{text}");
        };
        check("https://sentry.io", Some("https://sentry.io"));
        check(" HTTPS://Sentry.Example.com:9000/ ", Some("https://sentry.example.com:9000"));
        check("http://sentry.internal/tools/Sentry/", Some("http://sentry.internal/tools/Sentry"));
        check("http://[::1]:9000", Some("http://[::1]:9000"));
        for wrong in [
            "",
            "sentry.io",
            "ftp://sentry.io",
            "https://",
            "https://:80",
            "https://me@sentry.io",
            "https://sentry.io?x",
            "https://sentry.io#x",
            "https://sentry.io/a/../b",
            "https://sentry io",
            "https://sentry.io/%2e%2e",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_region_is_below_its_server() {
        let check = |base: &str, named: &str, expected: Option<&str>| {
            let region = base.parse::<Base>().unwrap().region(named);
            assert_eq!(region.as_ref().map(Base::as_str), expected, "{base} {named}");
        };
        check("https://sentry.io", "https://us.sentry.io", Some("https://us.sentry.io"));
        check("https://sentry.io", "https://de.sentry.io/", Some("https://de.sentry.io"));
        // The same address is no region of its own.
        check("https://sentry.example.com", "https://sentry.example.com", None);
        for elsewhere in [
            "https://evil.example",
            "https://evilsentry.io",
            "http://us.sentry.io",
            "https://us.sentry.io:8443",
            "https://us.sentry.io/path",
            "https://sentry.io.evil.example",
            "",
        ] {
            check("https://sentry.io", elsewhere, None);
        }
    }
}
