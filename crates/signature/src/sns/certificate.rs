//! A certificate that signs messages.

use std::fmt;

use watchbell_model::Timestamp;
use x509_cert::Certificate as X509;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{self, Decode as _, DecodePem as _, Reader as _, SliceReader};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::time::Time;

/// More than any certificate needs.
const MAX_BYTES: usize = 16 * 1024;
/// The fewest bits of a key that is believed.
const MIN_BITS: usize = 2_048;
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END CERTIFICATE-----";

/// A certificate with an RSA key, ready to be used: its key, its names and its time.
///
/// Who signed it is not looked at. The service serves its certificates without those above them, so
/// what makes one genuine is where it was fetched: over TLS, from the service's own host.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    key: Vec<u8>,
    names: Vec<String>,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// Why a certificate may not sign. Completes a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// There is more or less than one certificate in PEM.
    #[error("is not exactly one block of PEM")]
    NotOneBlock,
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Its key is not one that signs here.
    #[error("has no RSA key of at least {MIN_BITS} bits")]
    Key,
    /// It is made out to somebody else.
    #[error("is made out to {found}, not to {expected}")]
    Name {
        /// What it is made out to, shortened.
        found: String,
        /// Any of these would do.
        expected: String,
    },
    /// It is too new.
    #[error("is not valid before {0}")]
    NotYet(Timestamp),
    /// It is too old.
    #[error("was valid until {0}")]
    Expired(Timestamp),
}

impl Certificate {
    /// The certificate in `pem`: one block, and nothing beside it. What serves certificates can
    /// also serve other things that hold one, such as an answer that repeats what it was asked.
    ///
    /// # Errors
    /// There is not exactly one certificate, or its key is none that signs here.
    pub fn from_pem(pem: &[u8]) -> Result<Self, BadCertificate> {
        let text = std::str::from_utf8(pem).ok().map(str::trim_ascii);
        let block = text.filter(|text| {
            pem.len() <= MAX_BYTES
                && text.starts_with("-----BEGIN CERTIFICATE-----")
                && text.ends_with(END)
                && text.matches(BEGIN).count() == 1
                && text.matches("-----END ").count() == 1
        });
        let block = block.ok_or(BadCertificate::NotOneBlock)?;
        let unreadable = |error: der::Error| BadCertificate::Unreadable(error.to_string());
        let certificate = X509::from_pem(block).map_err(unreadable)?;
        let body = certificate.tbs_certificate();

        let info = body.subject_public_key_info();
        let key = info.subject_public_key.as_bytes().filter(|_| info.algorithm.oid == RSA);
        let key = key.filter(|key| bits(key).is_some_and(|bits| bits >= MIN_BITS));
        let names = body.get_extension::<SubjectAltName>().map_err(unreadable)?;
        let names = names.into_iter().flat_map(|(_, SubjectAltName(names))| names);
        let names = names.filter_map(|name| match name {
            GeneralName::DnsName(name) => Some(name.as_str().to_ascii_lowercase()),
            _ => None,
        });
        let validity = body.validity();
        let moment = |time: &Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
            Timestamp::from_timestamp(seconds, 0)
        };
        let time = || BadCertificate::Unreadable("a time out of range".to_owned());
        Ok(Self {
            key: key.ok_or(BadCertificate::Key)?.to_owned(),
            names: names.collect(),
            not_before: moment(&validity.not_before).ok_or_else(time)?,
            not_after: moment(&validity.not_after).ok_or_else(time)?,
        })
    }

    /// Whether it has one of `names` and is valid at `now`.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, names: &[String], now: Timestamp) -> Result<(), BadCertificate> {
        if !self.names.iter().any(|name| names.contains(name)) {
            let found = watchbell_model::cut(self.names.join(", "), 200);
            let found = if found.is_empty() { "nobody".to_owned() } else { found };
            return Err(BadCertificate::Name { found, expected: names.join(" or ") });
        }
        if now < self.not_before {
            return Err(BadCertificate::NotYet(self.not_before));
        }
        if now > self.not_after {
            return Err(BadCertificate::Expired(self.not_after));
        }
        Ok(())
    }

    /// Until when it is valid.
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The key, as ring takes it.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }
}

/// How many bits the modulus of a public RSA key has, as certificates hold it (RFC 8017, A.1.1).
fn bits(key: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(key).ok()?;
    let modulus = reader
        .sequence(|fields| {
            let modulus = UintRef::decode(fields)?;
            UintRef::decode(fields)?;
            Ok::<_, der::Error>(modulus)
        })
        .ok()?;
    let bytes = modulus.as_bytes();
    let leading = usize::try_from(bytes.first()?.leading_zeros()).ok()?;
    bytes.len().checked_mul(8)?.checked_sub(leading)
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("names", &self.names)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
