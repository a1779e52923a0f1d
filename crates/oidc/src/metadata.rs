//! What the provider says of itself.

use serde::Deserialize;

use crate::{Error, Issuer};

/// What the provider says of itself (OpenID Connect Discovery, section 3).
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) jwks_uri: String,
    #[serde(default = "basic")]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// Whether it names itself when it sends a browser back (RFC 9207).
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

const BASIC: &str = "client_secret_basic";

fn basic() -> Vec<String> {
    vec![BASIC.to_owned()]
}

impl Metadata {
    /// Reads `document`, which must be `issuer`'s own.
    pub(crate) fn read(document: &[u8], issuer: &Issuer) -> Result<Self, Error> {
        let read: Self = serde_json::from_slice(document)
            .map_err(|error| Error::Provider(format!("its description cannot be read: {error}")))?;
        if read.issuer != issuer.as_str() {
            let named = watchbell_model::cut(&read.issuer, 200);
            return Err(Error::Provider(format!("it calls itself {named:?}, not {issuer}")));
        }
        let addresses = [
            ("authorization_endpoint", &read.authorization_endpoint),
            ("token_endpoint", &read.token_endpoint),
            ("jwks_uri", &read.jwks_uri),
        ];
        for (name, url) in addresses {
            if !issuer.may_lead_to(url) {
                return Err(Error::Provider(format!("its {name} is not https, or no address")));
            }
        }
        Ok(read)
    }

    /// Whether the secret goes into a header; else it goes into the body.
    pub(crate) fn takes_basic(&self) -> bool {
        self.token_endpoint_auth_methods_supported.iter().any(|method| method == BASIC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_the_issuers_own_and_encrypted() {
        let issuer = Issuer::new("https://id.example.com").unwrap();
        let document = |named: &str, keys: &str| {
            format!(
                r#"{{"issuer":"{named}","authorization_endpoint":"https://id.example.com/a",
                "token_endpoint":"https://token.example.com/t","jwks_uri":"{keys}","more":[1]}}"#
            )
        };
        let read = |named: &str, keys: &str| {
            Metadata::read(document(named, keys).as_bytes(), &issuer)
                .map(|read| read.takes_basic())
                .map_err(|error| error.to_string())
        };
        assert_eq!(read("https://id.example.com", "https://k.example.com/k"), Ok(true));
        let told = read("https://id.example.com/", "https://k.example.com/k").unwrap_err();
        assert!(told.contains("calls itself \"https://id.example.com/\""), "{told}");
        let told = read("https://id.example.com", "http://k.example.com/k").unwrap_err();
        assert!(told.contains("jwks_uri"), "{told}");
        assert!(Metadata::read(b"<html>", &issuer).is_err());
    }
}
