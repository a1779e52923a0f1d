//! The identity provider's name, which is an address.

use std::fmt;
use std::net::IpAddr;

use watchbell_outbound::Permit;

/// A text that cannot be an issuer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not https:// with a host, and perhaps a path (http:// only on the own machine)")]
pub struct BadIssuer;

/// The identity provider's name: its address, kept to the letter, since tokens are compared with it.
#[derive(Debug, Clone)]
pub struct Issuer {
    text: String,
    origin: String,
    permit: Permit,
}

impl Issuer {
    /// An issuer (OpenID Connect Core, section 2): `https`, without query and fragment. Without
    /// encryption only on this very machine.
    ///
    /// # Errors
    /// It is none.
    pub fn new(text: &str) -> Result<Self, BadIssuer> {
        let (scheme, rest) = text.split_once("://").ok_or(BadIssuer)?;
        let authority = rest.split('/').next().unwrap_or(rest);
        let is_plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"?#@\"<>\\".contains(&b));
        let may = match scheme {
            "https" => true,
            "http" => is_this_machine(authority),
            _ => false,
        };
        if !is_plain || !may {
            return Err(BadIssuer);
        }
        let origin = format!("{scheme}://{authority}");
        let permit = Permit::new(&origin).map_err(|_| BadIssuer)?;
        Ok(Self { text: text.to_owned(), origin, permit })
    }

    /// To the letter.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The permission to ask it, wherever it is.
    pub fn permit(&self) -> Permit {
        self.permit.clone()
    }

    /// Where it describes itself (OpenID Connect Discovery, section 4).
    pub(crate) fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.text.trim_end_matches('/'))
    }

    /// Whether `url` may be asked, or a browser be sent there: encrypted, or on its own origin.
    pub(crate) fn may_lead_to(&self, url: &str) -> bool {
        let is_plain = url.bytes().all(|b| b.is_ascii_graphic() && !b"#\"<>\\".contains(&b));
        let own = url.strip_prefix(&self.origin).is_some_and(|rest| rest.starts_with('/'));
        is_plain && (own || url.starts_with("https://"))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_this_machine(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_encrypted_or_on_this_machine() {
        let check = |text: &str, origin: Option<&str>| {
            let issuer = Issuer::new(text).ok();
            assert_eq!(issuer.as_ref().map(Issuer::origin), origin, "{text}");
        };
        check("https://accounts.example.com", Some("https://accounts.example.com"));
        check("https://id.example.com:8443/realms/a/", Some("https://id.example.com:8443"));
        check("http://127.0.0.1:9/x", Some("http://127.0.0.1:9"));
        check("http://[::1]:9", Some("http://[::1]:9"));
        check("http://localhost", Some("http://localhost"));
        check("http://localhost.example.com", None);
        check("http://10.0.0.1", None);
        check("https://", None);
        check("https:///x", None);
        check("https://u@id.example.com", None);
        check("https://id.example.com?x", None);
        check("https://id.example.com#x", None);
        check("ftp://id.example.com", None);
        check("id.example.com", None);
    }

    #[test]
    fn a_slash_at_the_end_belongs_to_the_name_and_not_to_the_address() {
        let issuer = Issuer::new("https://id.example.com/a/").unwrap();
        assert_eq!(issuer.as_str(), "https://id.example.com/a/");
        assert_eq!(issuer.discovery(), "https://id.example.com/a/.well-known/openid-configuration");
    }

    #[test]
    fn no_browser_is_sent_where_others_can_listen() {
        let issuer = Issuer::new("http://127.0.0.1:9").unwrap();
        let check = |url: &str, may: bool| assert_eq!(issuer.may_lead_to(url), may, "{url}");
        check("https://elsewhere.example/authorize?x=1", true);
        check("http://127.0.0.1:9/authorize", true);
        check("http://127.0.0.1:91/authorize", false);
        check("http://elsewhere.example/authorize", false);
        check("javascript:alert(1)", false);
        check("https://elsewhere.example/a#b", false);
        check("https://elsewhere.example/a\r\nx: y", false);
    }
}
