//! The signature of Amazon's Simple Notification Service, versions 1 and 2.
//!
//! In three steps, because the certificate may have to be fetched between them, and this crate
//! fetches nothing:
//!
//! 1. [`claim`] looks at the envelope and says which certificate is to be had.
//! 2. [`Certificates::get`] has it, or fetches it by a function that is handed in.
//! 3. [`Claim::check`] checks the signature and lets the delivery in.

mod certificate;
mod certificates;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use watchbell_model::{Delivery, Reason, Timestamp};
use watchbell_sns::{
    AddressError, Envelope, FieldError, NotAnEnvelope, Origins, SigningCertificate, Version,
};

pub use certificate::{BadCertificate, Certificate};
pub use certificates::{Certificates, FetchFailed, Limits, NoCertificate};

use crate::{HeldBy, ProofError, Refused, Verified};

/// A delivery that is said to come from the service, with all that is needed to check it except the
/// certificate.
///
/// `Debug` leaves out headers and body.
pub struct Claim {
    delivery: Delivery,
    said: Said,
}

/// What a claim takes from its delivery.
struct Said {
    version: Version,
    signed: String,
    signature: Vec<u8>,
    certificate: SigningCertificate,
}

/// What `delivery` claims to be, and the certificate that would prove it.
///
/// Only an envelope in which every signed field has its form gets this far, and only a certificate
/// at an address that `origins` let through: nothing need be fetched for anything else.
///
/// # Errors
/// There is no envelope, a field of it is missing or has not its form, or its certificate is said
/// to be where none is believed. The delivery comes back with the reason.
pub fn claim(delivery: Delivery, origins: &Origins) -> Result<Claim, Box<Refused>> {
    match said(&delivery, origins) {
        Ok(said) => Ok(Claim { delivery, said }),
        Err(error) => Err(Box::new(Refused { delivery, error: ProofError::Sns(error) })),
    }
}

fn said(delivery: &Delivery, origins: &Origins) -> Result<Said, SnsError> {
    let envelope = Envelope::read(&delivery.body, &delivery.headers)?;
    let signed = envelope.signed()?;
    let signature = STANDARD.decode(signed.signature()).map_err(|_| SnsError::SignatureForm)?;
    Ok(Said {
        version: signed.version(),
        signed: signed.string_to_sign(),
        signature,
        certificate: origins.certificate(&signed.topic(), signed.certificate_url())?,
    })
}

impl Claim {
    /// The certificate that is to be had.
    pub const fn certificate(&self) -> &SigningCertificate {
        &self.said.certificate
    }

    /// Lets the delivery in if `certificate` is one that may sign at `now` and its key signed it.
    ///
    /// # Errors
    /// The certificate is not made out to the service, is not valid at `now`, or the signature does
    /// not fit. The delivery comes back with the reason.
    pub fn check(
        self,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<Verified<Delivery>, Box<Refused>> {
        match self.holds(certificate, now) {
            Ok(()) => {
                let held_by = HeldBy::Sns { version: self.said.version };
                Ok(Verified::new(self.delivery, held_by))
            }
            Err(error) => Err(Box::new(self.refuse(error))),
        }
    }

    /// Gives the claim up because there is no certificate.
    pub fn without_certificate(self, error: NoCertificate) -> Refused {
        self.refuse(SnsError::NoCertificate(error))
    }

    fn holds(&self, certificate: &Certificate, now: Timestamp) -> Result<(), SnsError> {
        let Said { version, signed, signature, certificate: wanted } = &self.said;
        certificate.check(wanted.names(), now)?;
        let key: UnparsedPublicKey<&[u8]> = match version {
            Version::One => UnparsedPublicKey::new(
                &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
                certificate.key(),
            ),
            Version::Two => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, certificate.key()),
        };
        key.verify(signed.as_bytes(), signature).map_err(|_| SnsError::Mismatch)
    }

    fn refuse(self, error: SnsError) -> Refused {
        Refused { delivery: self.delivery, error: ProofError::Sns(error) }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("delivery", &self.delivery.id)
            .field("certificate", &self.said.certificate)
            .finish_non_exhaustive()
    }
}

/// [`claim`] and [`Claim::check`] in one, where the certificate is at hand.
///
/// # Errors
/// As those two.
pub fn check(
    delivery: Delivery,
    origins: &Origins,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<Verified<Delivery>, Box<Refused>> {
    claim(delivery, origins)?.check(certificate, now)
}

/// Why a delivery is not proven to come from the service. The text is for the event log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnsError {
    /// There is no envelope.
    #[error("the body is not the service's envelope: {0}")]
    NotAnEnvelope(#[from] NotAnEnvelope),
    /// A field is missing or has not its form.
    #[error("{0}")]
    Field(#[from] FieldError),
    /// The signature is not written as it must be.
    #[error("Signature is not Base64")]
    SignatureForm,
    /// The certificate is said to be where none is believed.
    #[error("{0}")]
    Address(#[from] AddressError),
    /// The certificate may not sign.
    #[error("the signing certificate {0}")]
    Certificate(#[from] BadCertificate),
    /// There is no certificate to check with.
    #[error("{0}")]
    NoCertificate(NoCertificate),
    /// The signature does not fit.
    #[error("the signature does not fit the signed fields and the certificate")]
    Mismatch,
}

impl SnsError {
    /// The reason in the event log.
    pub fn reason(&self) -> Reason {
        match self {
            Self::NotAnEnvelope(error) => error.reason(),
            Self::Field(error) => error.reason(),
            Self::SignatureForm | Self::Mismatch => Reason::SignatureMismatch,
            Self::Address(_) | Self::Certificate(_) => Reason::CertificateRefused,
            Self::NoCertificate(error) => error.reason(),
        }
    }
}
