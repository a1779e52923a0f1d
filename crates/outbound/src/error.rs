//! Why there is no answer.

use std::io;
use std::net::IpAddr;

/// Why there is no answer. No text holds the address that was asked: it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is not an address that can be asked.
    #[error("not an http or https address with a host, and without a user name")]
    Url,
    /// A header holds what no header can.
    #[error("a header cannot be written like this")]
    Header,
    /// It is not encrypted, and there is no exception for it.
    #[error("only https is asked")]
    NotHttps,
    /// Its host is not on the public Internet, and there is no exception for it.
    #[error("its host is not public ({address}), and no exception is configured")]
    Address {
        /// What the host's name leads to.
        address: IpAddr,
    },
    /// Its host's name leads nowhere.
    #[error("its host cannot be found")]
    Host,
    /// There is no connection, or it broke.
    #[error("no connection: {0}")]
    Connect(String),
    /// There is no encrypted connection: most often a certificate that is not trusted.
    #[error("no encrypted connection: {0}")]
    Tls(String),
    /// It took longer than it may.
    #[error("no answer in time")]
    Timeout,
    /// It answers with another address.
    #[error("a redirect (status {0}), which is not followed")]
    Redirect(u16),
    /// It answers with something else than success.
    #[error("status {0}")]
    Status(u16),
    /// Its answer has more bytes than it may.
    #[error("an answer of more than {0} bytes")]
    TooLarge(usize),
    /// Its answer is not HTTP.
    #[error("not an answer in HTTP: {0}")]
    Protocol(String),
}

/// What the resolver says, on its way through the client.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not public")]
pub(crate) struct NotPublic(pub(crate) IpAddr);

impl From<ureq::Error> for Error {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(_) => Self::Timeout,
            ureq::Error::HostNotFound => Self::Host,
            ureq::Error::BadUri(_) => Self::Url,
            ureq::Error::Http(_) => Self::Header,
            ureq::Error::RequireHttpsOnly(_) => Self::NotHttps,
            ureq::Error::Tls(text) => Self::Tls(text.to_owned()),
            ureq::Error::Rustls(error) => Self::Tls(error.to_string()),
            ureq::Error::Io(error) => Self::from_io(&error),
            ureq::Error::ConnectionFailed => Self::Connect("refused".to_owned()),
            other => Self::Protocol(other.to_string()),
        }
    }
}

impl Error {
    fn from_io(error: &io::Error) -> Self {
        let inner = error.get_ref();
        if let Some(NotPublic(address)) = inner.and_then(|inner| inner.downcast_ref()) {
            return Self::Address { address: *address };
        }
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::Timeout,
            // The client's way to say what TLS did not like.
            io::ErrorKind::InvalidData => Self::Tls(error.to_string()),
            _ if error.to_string().contains("failed to lookup address") => Self::Host,
            _ => Self::Connect(error.to_string()),
        }
    }
}
