//! This server as the provider sees it: begins sign-ins, and takes what comes of them.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::Serializer;
use serde::Deserialize;
use watchbell_model::{Secret, Timestamp};
use watchbell_outbound::{Outbound, Request};
use watchbell_vault::Vault;

use crate::metadata::Metadata;
use crate::provider::Provider;
use crate::token::{Expected, Person, Unproven};
use crate::transaction::{LIFE, Transaction};
use crate::{BadToken, Error, Issuer, Refused};

/// The most sign-ins that are asked about at once: each one holds a thread.
const MOST_AT_ONCE: usize = 16;
/// How long the provider may take over a code.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest text of the provider's that stands in a log.
const MOST_QUOTED: usize = 100;

/// What the operator has said about the provider.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The provider.
    pub issuer: Issuer,
    /// What it calls this server.
    pub client_id: String,
    /// What this server shows it.
    pub client_secret: Secret,
    /// Where it sends browsers back to.
    pub redirect_uri: String,
}

/// This server as the provider sees it. To be shared by threads.
pub struct RelyingParty {
    client_id: String,
    client_secret: Secret,
    redirect_uri: String,
    provider: Provider,
    under_way: AtomicUsize,
}

/// A sign-in that was begun.
#[derive(Debug)]
pub struct Started {
    /// Where the browser goes next.
    pub url: String,
    /// What the browser must bring back besides.
    pub cookie: Secret,
}

impl Started {
    /// How long the cookie is good for, in seconds.
    pub const LIFE_S: i64 = LIFE.num_seconds();
}

/// What a browser brings back from the provider, as it stands in the address.
#[derive(Debug, Clone, Default)]
pub struct CallBack {
    /// What [`Started::cookie`] was.
    pub cookie: Option<Secret>,
    /// `code`.
    pub code: Option<Secret>,
    /// `state`.
    pub state: Option<String>,
    /// `error`.
    pub error: Option<String>,
    /// `iss`.
    pub issuer: Option<String>,
}

/// Somebody whom the provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// What the provider knows them by, whatever else changes (`sub`).
    pub subject: String,
    /// Their e-mail address, which the provider has verified.
    pub email: String,
    /// What the provider calls them.
    pub name: Option<String>,
    /// The path to go back to.
    pub back: String,
}

/// What the token endpoint answers (RFC 6749, sections 5.1 and 5.2).
#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    error: Option<String>,
}

impl RelyingParty {
    /// Asks by `outbound`, which must permit the issuer's origin ([`Issuer::permit`]).
    pub fn new(settings: Settings, outbound: Outbound) -> Self {
        let Settings { issuer, client_id, client_secret, redirect_uri } = settings;
        let provider = Provider::new(issuer, outbound);
        Self { client_id, client_secret, redirect_uri, provider, under_way: AtomicUsize::new(0) }
    }

    /// Which provider it is.
    pub const fn issuer(&self) -> &Issuer {
        self.provider.issuer()
    }

    /// Begins a sign-in that shall end at the path `back`.
    ///
    /// # Errors
    /// [`Error::Provider`]; [`Error::Busy`]; [`Error::Vault`].
    pub fn start(&self, vault: &Vault, back: &str, now: Timestamp) -> Result<Started, Error> {
        let _place = self.place()?;
        let metadata = self.provider.metadata(now)?;
        let begun = Transaction::new(back, now)?;
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", "openid email profile")
            .append_pair("state", &begun.state)
            .append_pair("nonce", &begun.nonce)
            .append_pair("code_challenge", &begun.challenge())
            .append_pair("code_challenge_method", "S256")
            .finish();
        let address = &metadata.authorization_endpoint;
        let joint = if address.contains('?') { '&' } else { '?' };
        Ok(Started { url: format!("{address}{joint}{query}"), cookie: begun.seal(vault)? })
    }

    /// Whom the provider vouches for, when a browser is back.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::Provider`] if the provider cannot be asked; [`Error::Busy`].
    pub fn finish(&self, vault: &Vault, back: &CallBack, now: Timestamp) -> Result<Vouched, Error> {
        let cookie = back.cookie.as_ref();
        let begun = cookie.and_then(|cookie| Transaction::open(vault, cookie, now));
        let begun = begun.filter(|begun| back.state.as_ref() == Some(&begun.state));
        let begun = begun.ok_or(Refused::NotBegun)?;
        let _place = self.place()?;
        let metadata = self.provider.metadata(now)?;
        let issuer = self.issuer().as_str();
        match &back.issuer {
            Some(named) if named == issuer => {}
            None if !metadata.authorization_response_iss_parameter_supported => {}
            _ => return Err(Refused::Issuer.into()),
        }
        let code = match (&back.error, &back.code) {
            (None, Some(code)) => code,
            (error, _) => {
                let error = error.as_deref().unwrap_or("nothing");
                return Err(Refused::Denied(quoted(error)).into());
            }
        };
        let token = self.exchange(&metadata, code, begun.verifier())?;
        let unproven = Unproven::read(&token).map_err(Refused::from)?;
        let (algorithm, kid) = (unproven.algorithm, unproven.kid.as_deref());
        let claims = self.provider.with_key(algorithm, kid, now, |key| unproven.proven_by(key))?;
        let claims = claims.map_err(Refused::from)?;
        let Person { subject, email, name } = claims.check(Expected {
            issuer,
            client_id: &self.client_id,
            nonce: &begun.nonce,
            now,
        })?;
        Ok(Vouched { subject, email, name, back: begun.back })
    }

    /// The ID token for a code (OpenID Connect Core, section 3.1.3).
    fn exchange(
        &self,
        metadata: &Metadata,
        code: &Secret,
        verifier: &str,
    ) -> Result<String, Error> {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code.expose())
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("code_verifier", verifier);
        let secret = self.client_secret.expose();
        let mut headers = vec![
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
        ];
        let basic = self.basic();
        if metadata.takes_basic() {
            headers.push(("authorization", &basic));
        } else {
            form.append_pair("client_id", &self.client_id).append_pair("client_secret", secret);
        }
        let body = form.finish();
        let request = Request::post(&metadata.token_endpoint, body.as_bytes());
        let request = Request { headers: &headers, timeout: TIMEOUT, ..request };
        let answer = self.provider.outbound().send(&request);
        let answer = answer.map_err(|error| Error::Provider(format!("token endpoint: {error}")))?;
        let read = serde_json::from_slice::<Tokens>(&answer.body);
        match (answer.status, read) {
            (200, Ok(Tokens { id_token: Some(token), .. })) => Ok(token),
            (200, _) => Err(Refused::Token(BadToken::Form).into()),
            (400, Ok(Tokens { error: Some(error), .. })) if error == "invalid_grant" => {
                Err(Refused::Code.into())
            }
            // A wrong secret, and whatever else only the operator can mend.
            (status, read) => {
                let error = read.ok().and_then(|read| read.error).unwrap_or_default();
                let error = quoted(&error);
                Err(Error::Provider(format!("token endpoint: status {status} {error}")))
            }
        }
    }

    /// The secret as a header (RFC 6749, section 2.3.1: both parts encoded before they are joined).
    fn basic(&self) -> String {
        let encoded = |text: &str| {
            form_urlencoded::byte_serialize(text.as_bytes()).collect::<Vec<_>>().concat()
        };
        let pair = format!("{}:{}", encoded(&self.client_id), encoded(self.client_secret.expose()));
        format!("Basic {}", STANDARD.encode(pair))
    }

    /// A place among those that are under way, until it is dropped.
    fn place(&self) -> Result<Place<'_>, Error> {
        let place = Place(&self.under_way);
        if self.under_way.fetch_add(1, Ordering::SeqCst) < MOST_AT_ONCE {
            Ok(place)
        } else {
            Err(Error::Busy)
        }
    }
}

/// A place among those that are under way.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty")
            .field("issuer", &self.issuer().as_str())
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// A text of somebody else's, short and on one line.
fn quoted(text: &str) -> String {
    watchbell_model::cut(text, MOST_QUOTED).escape_debug().to_string()
}
