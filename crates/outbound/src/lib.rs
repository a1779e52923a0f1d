#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod address;
mod error;
mod permit;
mod request;
mod resolver;

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use ureq::config::{AutoHeaderValue, Config};
use ureq::http;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, AsSendBody, Body};

pub use address::is_public;
pub use error::Error;
pub use permit::{BadPermit, Permit};
pub use request::{Answer, Method, Request};

use resolver::Guard;

/// Makes requests, each within the bounds of this crate. Cheap to clone, to be shared by threads.
#[derive(Debug, Clone)]
pub struct Outbound {
    permits: Arc<[Permit]>,
    /// For everybody who has no root certificates of their own.
    public: Agent,
    /// For each permit in turn, if it has root certificates of its own.
    own: Vec<Option<Agent>>,
}

impl Outbound {
    /// Requests to the public Internet, and to these exceptions. `user_agent` is how the program
    /// calls itself.
    pub fn new(permits: Vec<Permit>, user_agent: &str) -> Self {
        let permits: Arc<[Permit]> = permits.into();
        let agent = |roots: RootCerts| {
            let config = Config::builder()
                .tls_config(TlsConfig::builder().root_certs(roots).build())
                .proxy(None)
                .max_redirects(0)
                .http_status_as_error(false)
                .user_agent(user_agent)
                .accept_encoding(AutoHeaderValue::None)
                // A connection for each request: its address is checked each time.
                .max_idle_connections(0)
                .max_response_header_size(64 * 1024)
                .build();
            Agent::with_parts(config, DefaultConnector::default(), Guard::new(&permits))
        };
        let own = permits
            .iter()
            .map(|permit| permit.roots().map(|roots| agent(RootCerts::new_with_certs(roots))))
            .collect();
        Self { public: agent(RootCerts::WebPki), own, permits: Arc::clone(&permits) }
    }

    /// Sends `request` and reads the whole answer, whatever its status, redirects apart.
    ///
    /// # Errors
    /// It is not allowed, or there is no answer within its bounds.
    pub fn send(&self, request: &Request<'_>) -> Result<Answer, Error> {
        let uri: http::Uri = request.url.parse().map_err(|_| Error::Url)?;
        let agent = self.agent_for(&uri)?;
        let mut prepared = http::Request::builder().method(request.method.as_http()).uri(uri);
        for (name, value) in request.headers {
            prepared = prepared.header(*name, *value);
        }
        let response = if let Some(body) = request.body {
            run(agent, prepared, body, request.timeout)
        } else {
            run(agent, prepared, (), request.timeout)
        };
        let (parts, body) = response?.into_parts();
        if parts.status.is_redirection() {
            return Err(Error::Redirect(parts.status.as_u16()));
        }
        let most = u64::try_from(request.max_bytes).unwrap_or(u64::MAX);
        if body.content_length().is_some_and(|length| length > most) {
            return Err(Error::TooLarge(request.max_bytes));
        }
        let mut bytes = Vec::new();
        let mut reader = body.into_reader().take(most.saturating_add(1));
        reader.read_to_end(&mut bytes).map_err(|error| Error::from(ureq::Error::from(error)))?;
        if bytes.len() > request.max_bytes {
            return Err(Error::TooLarge(request.max_bytes));
        }
        let text =
            |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        Ok(Answer { status: parts.status.as_u16(), headers: headers.collect(), body: bytes })
    }

    /// What asks this address, if it may be asked at all. Whether its host may be connected to is
    /// seen when its name has been looked up.
    fn agent_for(&self, uri: &http::Uri) -> Result<&Agent, Error> {
        let authority = uri.authority().ok_or(Error::Url)?;
        if authority.as_str().contains('@') {
            return Err(Error::Url);
        }
        let found = self.permits.iter().position(|permit| permit.fits(uri));
        match (uri.scheme_str(), found) {
            (Some("https" | "http"), Some(index)) => {
                let own = self.own.get(index).and_then(Option::as_ref);
                Ok(own.unwrap_or(&self.public))
            }
            (Some("https"), None) => Ok(&self.public),
            (Some("http"), None) => Err(Error::NotHttps),
            _ => Err(Error::Url),
        }
    }
}

fn run(
    agent: &Agent,
    prepared: http::request::Builder,
    body: impl AsSendBody,
    timeout: Duration,
) -> Result<http::Response<Body>, Error> {
    let request = prepared.body(body).map_err(|_| Error::Header)?;
    let request = agent.configure_request(request).timeout_global(Some(timeout)).build();
    Ok(agent.run(request)?)
}
