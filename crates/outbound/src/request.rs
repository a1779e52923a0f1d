//! What is asked, and what is answered.

use std::time::Duration;

use ureq::http;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Hand in.
    Post,
    /// Put in its place.
    Put,
    /// Take away.
    Delete,
}

impl Method {
    pub(crate) const fn as_http(self) -> http::Method {
        match self {
            Self::Get => http::Method::GET,
            Self::Post => http::Method::POST,
            Self::Put => http::Method::PUT,
            Self::Delete => http::Method::DELETE,
        }
    }
}

/// A request with its bounds.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// What is to be done.
    pub method: Method,
    /// The whole address. It may hold a secret, and is in no error and no log of this crate.
    pub url: &'a str,
    /// Further headers.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is sent.
    pub body: Option<&'a [u8]>,
    /// The longest that all of it may take, the look-up of the name included.
    pub timeout: Duration,
    /// The most bytes that the answer's body may have.
    pub max_bytes: usize,
}

impl<'a> Request<'a> {
    /// Reads `url`, within 5 seconds and 64 KiB.
    pub const fn get(url: &'a str) -> Self {
        Self {
            method: Method::Get,
            url,
            headers: &[],
            body: None,
            timeout: Duration::from_secs(5),
            max_bytes: 64 * 1024,
        }
    }

    /// Hands in `body`, within 5 seconds; up to 64 KiB of an answer are read.
    pub const fn post(url: &'a str, body: &'a [u8]) -> Self {
        Self { method: Method::Post, body: Some(body), ..Self::get(url) }
    }
}

/// Without address, headers and body, which may hold secrets.
impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("timeout", &self.timeout)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status: never one of a redirect.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Itself, if the status is one of success (200 to 299).
    ///
    /// # Errors
    /// The status is another one.
    pub fn successful(self) -> Result<Self, crate::Error> {
        match self.status {
            200..=299 => Ok(self),
            status => Err(crate::Error::Status(status)),
        }
    }

    /// The first value of the header `name`, which must be given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}
