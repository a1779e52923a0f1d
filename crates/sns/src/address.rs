//! Where a signing certificate may come from.

use std::time::Duration;

use watchbell_model::Secret;

use crate::arn::TopicArn;
use crate::confirm;
use crate::origin::Origin;
use crate::partition::Partition;

/// How long a certificate of a configured origin is believed before it is fetched again: emulators
/// make a new key each time they start, and serve it at the same address.
const CONFIGURED_MAX_AGE: Duration = Duration::from_mins(5);

/// How Amazon's certificates are called, without `/` in front and `.pem` behind.
const CERTIFICATE_NAME: &str = "SimpleNotificationService-";

/// Everybody who is trusted to sign: Amazon's own hosts, always, and what is configured beside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    further: Vec<Origin>,
}

/// A certificate that is to be had, and what it must be.
///
/// The address is one that was put together here, letter by letter, not the one that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SigningCertificate {
    url: String,
    names: Vec<String>,
    max_age: Option<Duration>,
}

impl SigningCertificate {
    /// The address to fetch it from, in PEM.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The names of which it must have one.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How long it may be kept. None: as long as it is valid.
    pub const fn max_age(&self) -> Option<Duration> {
        self.max_age
    }
}

/// Why an address is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is not where certificates of the topic's region are.
    #[error(
        "SigningCertURL is not the address of a signing certificate of the topic's region, nor of \
         a configured origin"
    )]
    Certificate,
    /// It is not what confirms this subscription, at the origin of the certificate.
    #[error(
        "SubscribeURL is not the confirmation of this topic and token, at the service of the \
         topic's region or at a configured origin"
    )]
    Confirmation,
}

impl Origins {
    /// Amazon's own hosts and `further` ones.
    pub const fn new(further: Vec<Origin>) -> Self {
        Self { further }
    }

    /// The configured ones.
    pub fn further(&self) -> &[Origin] {
        &self.further
    }

    /// The certificate at `given`, for messages of `topic`.
    ///
    /// Amazon's own are taken from the service's host in the topic's own region and partition, by
    /// the one name that they have there, and from nowhere else: other hosts of the same domain
    /// serve what their customers put there.
    ///
    /// # Errors
    /// It is not an address that is believed.
    pub fn certificate(
        &self,
        topic: &TopicArn<'_>,
        given: &str,
    ) -> Result<SigningCertificate, AddressError> {
        if let Some(found) = amazons(topic, given) {
            return Ok(found);
        }
        let found = self.further.iter().find(|o| o.strip(given) == Some(o.certificate_path()));
        let origin = found.ok_or(AddressError::Certificate)?;
        Ok(SigningCertificate {
            url: format!("{origin}{}", origin.certificate_path()),
            names: vec![origin.certificate_name().to_owned()],
            max_age: Some(CONFIGURED_MAX_AGE),
        })
    }

    /// The address that confirms the subscription to `topic`, by `token`: put together from these,
    /// and only if `given` means the same. It holds the token.
    ///
    /// # Errors
    /// `topic` or `token` is none, or `given` asks for something else or somebody else.
    pub fn confirmation(
        &self,
        topic: &str,
        token: &str,
        given: &str,
    ) -> Result<Secret, AddressError> {
        let refused = AddressError::Confirmation;
        let topic = TopicArn::parse(topic).ok_or(refused)?;
        let rest = amazons_host(&topic)
            .and_then(|host| Some((format!("https://{host}"), strip_host(given, &host)?)));
        let (base, rest) = rest
            .or_else(|| self.further.iter().find_map(|o| Some((o.to_string(), o.strip(given)?))))
            .ok_or(refused)?;
        confirm::url(&base, rest, &topic, token).map(Secret::new).ok_or(refused)
    }
}

/// The service's host in the region of one of Amazon's own topics.
fn amazons_host(topic: &TopicArn<'_>) -> Option<String> {
    let partition = Partition::find(topic.partition()).filter(|_| topic.is_amazons())?;
    Some(partition.host(topic.region()))
}

/// Amazon's certificate at `given`.
fn amazons(topic: &TopicArn<'_>, given: &str) -> Option<SigningCertificate> {
    let host = amazons_host(topic)?;
    let path = strip_host(given, &host)?;
    let digits = path.strip_prefix('/')?.strip_prefix(CERTIFICATE_NAME)?.strip_suffix(".pem")?;
    let is_hash = digits.len() == 32
        && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let partition = Partition::find(topic.partition()).filter(|_| is_hash)?;
    Some(SigningCertificate {
        url: format!("https://{host}/{CERTIFICATE_NAME}{digits}.pem"),
        names: partition.certificates(topic.region()),
        max_age: None,
    })
}

/// What follows `https://` and exactly this host, in any case, without a port.
fn strip_host<'a>(address: &'a str, host: &str) -> Option<&'a str> {
    let (scheme, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_at_checked(host.len())?;
    let same = scheme.eq_ignore_ascii_case("https")
        && authority.eq_ignore_ascii_case(host)
        && path.starts_with('/');
    same.then_some(path)
}
