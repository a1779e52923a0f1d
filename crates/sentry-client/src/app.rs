//! A public app, and the tokens of its installations.

use std::fmt;
use std::str::FromStr;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use watchbell_model::{Secret, Timestamp};
use watchbell_outbound::Method;
use watchbell_signature::HmacKey;

use crate::asking::{Asked, Place, most_bytes, read};
use crate::{Base, Client, Error, Sentry, jwt};

/// One installation of an app in an organization: a UUID with dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InstallationId(Uuid);

/// A text that is not an installation's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID")]
pub struct BadInstallation;

impl InstallationId {
    /// The installation with this UUID.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID inside.
    pub const fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl fmt::Display for InstallationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for InstallationId {
    type Err = BadInstallation;

    fn from_str(text: &str) -> Result<Self, BadInstallation> {
        let uuid = Uuid::try_parse(text.trim()).ok().filter(|uuid| !uuid.is_nil());
        uuid.map(Self).ok_or(BadInstallation)
    }
}

/// A public app on a server, as its owner sees it there.
#[derive(Clone, Copy)]
pub struct App<'a> {
    /// The server.
    pub base: &'a Base,
    /// What the server calls the app.
    pub client_id: &'a str,
    /// What the app shows the server.
    pub client_secret: &'a Secret,
}

/// Without the secret.
impl fmt::Debug for App<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("base", self.base)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Tokens of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// What requests are made with.
    pub token: Secret,
    /// What the next token is got with. It works once.
    pub refresh_token: Option<Secret>,
    /// When the token ends.
    pub expires_at: Option<Timestamp>,
    /// What it may do.
    pub scopes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawAuthorization {
    token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_at: Option<String>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

impl Client {
    /// The first tokens of an installation, for the code that came with it: it works once, for ten
    /// minutes.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::Token`], [`Error::Scope`] or [`Error::Refused`] with Sentry's words
    /// if it does not take the code.
    pub fn exchange_code(
        &self,
        app: &App<'_>,
        installation: &InstallationId,
        code: &Secret,
    ) -> Result<Authorization, Error> {
        let body = json!({
            "grant_type": "authorization_code",
            "code": code.expose(),
            "client_id": app.client_id,
            "client_secret": app.client_secret.expose(),
        });
        self.authorize(app, installation, None, &body)
    }

    /// The next tokens for a refresh token, which works once: the server forgets it and the token
    /// before it answers. If the answer is lost, so are both.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn refresh(
        &self,
        app: &App<'_>,
        installation: &InstallationId,
        refresh_token: &Secret,
    ) -> Result<Authorization, Error> {
        let body = json!({
            "grant_type": "refresh_token",
            "refresh_token": refresh_token.expose(),
            "client_id": app.client_id,
            "client_secret": app.client_secret.expose(),
        });
        self.authorize(app, installation, None, &body)
    }

    /// The next tokens for nothing but the app's secret, on servers that offer it (since November
    /// 2025): works also when the last answer was lost. `id` must be a new one each time.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::Refused`] with status 400 where the server does not know this way.
    pub fn authorize_by_statement(
        &self,
        app: &App<'_>,
        installation: &InstallationId,
        now: Timestamp,
        id: Uuid,
    ) -> Result<Authorization, Error> {
        let key = HmacKey::new(app.client_secret.expose().as_bytes()).map_err(|_| {
            Error::Refused { status: 401, detail: "the app's client secret is empty".to_owned() }
        })?;
        let bearer = format!("Bearer {}", jwt::signed(app.client_id, &key, now, id));
        let body = json!({"grant_type": "urn:sentry:params:oauth:grant-type:jwt-bearer"});
        self.authorize(app, installation, Some(&bearer), &body)
    }

    fn authorize(
        &self,
        app: &App<'_>,
        installation: &InstallationId,
        authorization: Option<&str>,
        body: &Value,
    ) -> Result<Authorization, Error> {
        let path = format!("sentry-app-installations/{installation}/authorizations/");
        let body = body.to_string();
        let answer = self.send(&Asked {
            method: Method::Post,
            base: app.base,
            path: &path,
            authorization,
            body: Some(body.as_bytes()),
            needs: "",
            max_bytes: most_bytes(),
        });
        // No scope is missing where no token is shown.
        let answer = answer.map_err(|error| match error {
            Error::Scope { detail, .. } => Error::Refused { status: 403, detail },
            other => other,
        })?;
        let raw: RawAuthorization = read(&answer)?;
        if raw.token.is_empty() {
            return Err(Error::Malformed("a token without a character".to_owned()));
        }
        let time = |text: &String| DateTime::parse_from_rfc3339(text).ok();
        Ok(Authorization {
            token: Secret::new(raw.token),
            refresh_token: raw.refresh_token.filter(|text| !text.is_empty()).map(Secret::new),
            expires_at: raw.expires_at.as_ref().and_then(time).map(|at| at.to_utc()),
            scopes: raw.scopes.unwrap_or_default(),
        })
    }
}

impl Sentry<'_> {
    /// Tells the server that the installation is complete: without it apps that ask for this get no
    /// alerts.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn verify_install(&self, installation: &InstallationId) -> Result<(), Error> {
        let path = format!("sentry-app-installations/{installation}/");
        let body = json!({"status": "installed"});
        self.change(Place::Control, Method::Put, &path, &body, "org:read").map(drop)
    }
}
