//! One request, with its bounds.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use watchbell_model::Secret;
use watchbell_outbound::{Answer, Method, Outbound, Request};

use crate::{Base, Error};

/// The longest that one request may take, unless told otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most of an answer that is read, whole events apart.
const MAX_BYTES: usize = 1024 * 1024;

/// What is not encoded in a part of a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Asks Sentry servers. Cheap to clone, to be shared by threads.
#[derive(Debug, Clone)]
pub struct Client {
    outbound: Outbound,
    timeout: Duration,
}

impl Client {
    /// A client whose requests `outbound` makes.
    pub const fn new(outbound: Outbound) -> Self {
        Self { outbound, timeout: TIMEOUT }
    }

    /// The same, where one request takes no longer than this.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The server at `base`, asked with `token`.
    pub const fn at<'a>(&'a self, base: &'a Base, token: &'a Secret) -> Sentry<'a> {
        Sentry { client: self, base, region: None, token }
    }

    /// Sends one request, whose path begins after `/api/0/`.
    pub(crate) fn send(&self, asked: &Asked<'_>) -> Result<Answer, Error> {
        let Asked { method, base, path, authorization, body, needs, max_bytes } = *asked;
        let url = format!("{base}/api/0/{path}");
        let headers = [
            ("authorization", authorization.unwrap_or_default()),
            ("accept", "application/json"),
            ("content-type", "application/json"),
        ];
        // Without its first where there is nothing to show.
        let from = usize::from(authorization.is_none());
        let headers = headers.get(from..).unwrap_or_default();
        let request = Request {
            method,
            headers,
            body,
            timeout: self.timeout,
            max_bytes,
            ..Request::get(&url)
        };
        let answer = self.outbound.send(&request)?;
        match answer.status {
            200..=299 => Ok(answer),
            _ => Err(Error::of(&answer, needs)),
        }
    }
}

/// One request.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: Method,
    pub(crate) base: &'a Base,
    pub(crate) path: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) body: Option<&'a [u8]>,
    /// The scope that it takes.
    pub(crate) needs: &'static str,
    pub(crate) max_bytes: usize,
}

/// A server, asked with a token.
#[derive(Clone, Copy)]
pub struct Sentry<'a> {
    client: &'a Client,
    base: &'a Base,
    region: Option<&'a Base>,
    token: &'a Secret,
}

impl<'a> Sentry<'a> {
    /// The same, where what belongs to an organization is asked of `region`.
    #[must_use]
    pub const fn in_region(self, region: Option<&'a Base>) -> Self {
        Self { region, ..self }
    }

    /// The server itself.
    pub(crate) const fn base(&self) -> &'a Base {
        self.base
    }

    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        place: Place,
        path: &str,
        needs: &'static str,
    ) -> Result<T, Error> {
        read(&self.ask(place, Method::Get, path, None, needs, MAX_BYTES)?)
    }

    pub(crate) fn ask(
        &self,
        place: Place,
        method: Method,
        path: &str,
        body: Option<&[u8]>,
        needs: &'static str,
        max_bytes: usize,
    ) -> Result<Answer, Error> {
        let base = match place {
            Place::Control => self.base,
            Place::Region => self.region.unwrap_or(self.base),
        };
        let bearer = format!("Bearer {}", self.token.expose());
        let authorization = Some(bearer.as_str());
        self.client.send(&Asked { method, base, path, authorization, body, needs, max_bytes })
    }

    pub(crate) fn change(
        &self,
        place: Place,
        method: Method,
        path: &str,
        body: &serde_json::Value,
        needs: &'static str,
    ) -> Result<Answer, Error> {
        let body = body.to_string();
        self.ask(place, method, path, Some(body.as_bytes()), needs, MAX_BYTES)
    }
}

/// Without the token.
impl std::fmt::Debug for Sentry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sentry").field("base", self.base).finish_non_exhaustive()
    }
}

/// Who knows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The server that all organizations share: installations of apps, and their tokens.
    Control,
    /// The organization's region.
    Region,
}

/// Reads an answer as JSON.
pub(crate) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Error> {
    serde_json::from_slice(&answer.body).map_err(|error| Error::malformed(&error))
}

/// One part of a path. What would climb out of its place is asked for as nobody's name.
pub(crate) fn part(text: &str) -> String {
    match text {
        "" | "." | ".." => "-".to_owned(),
        text => utf8_percent_encode(text, PLAIN).to_string(),
    }
}

pub(crate) const fn most_bytes() -> usize {
    MAX_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_path_stays_one() {
        for (text, expected) in [
            ("my-org", "my-org"),
            ("a/b?c#d", "a%2Fb%3Fc%23d"),
            ("app@1.0+2", "app%401.0%2B2"),
            ("..", "-"),
            ("", "-"),
            ("ü", "%C3%BC"),
        ] {
            assert_eq!(part(text), expected);
        }
    }
}
