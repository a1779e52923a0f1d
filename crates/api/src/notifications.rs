//! The notification service behind signed deliveries: whose certificates are believed, and the one
//! way out to it. Everything here blocks.

use watchbell_ingest::{CertificateProof, ProofSays};
use watchbell_model::{Delivery, IntegrationId, Secret, Timestamp};
use watchbell_outbound::{Outbound, Request};
use watchbell_signature::sns::{self, Certificates, FetchFailed, Limits};
use watchbell_signature::{Refused, Verified};
use watchbell_sns::Origins;

/// The most bytes of a certificate.
const MAX_CERTIFICATE_BYTES: usize = 16 * 1024;

/// The notification service as this server knows it.
#[derive(Debug)]
pub struct Notifications {
    origins: Origins,
    certificates: Certificates,
    outbound: Outbound,
}

/// Why a subscription was not confirmed. Names no address: it holds the token.
#[derive(Debug, thiserror::Error)]
pub enum NotConfirmed {
    /// The address is none of the service's, or asks for something else.
    #[error("the address that confirms it is refused: {0}")]
    Address(String),
    /// The service did not answer as it should.
    #[error("the service did not confirm it")]
    Service(#[from] watchbell_outbound::Error),
}

impl Notifications {
    /// Amazon's service and `origins`, asked through `outbound`.
    pub fn new(origins: Origins, outbound: Outbound) -> Self {
        Self { origins, certificates: Certificates::new(Limits::default()), outbound }
    }

    /// Lets `delivery` in if the service signed it. Asks for the certificate unless it is known.
    ///
    /// # Errors
    /// It is not proven; the delivery comes back with the reason.
    pub(crate) fn prove(
        &self,
        delivery: Delivery,
        integration: IntegrationId,
        now: Timestamp,
    ) -> Result<Verified<Delivery>, Box<Refused>> {
        let claim = sns::claim(delivery, &self.origins)?;
        let certificate = self.certificates.get(claim.certificate(), integration, now, |wanted| {
            let request =
                Request { max_bytes: MAX_CERTIFICATE_BYTES, ..Request::get(wanted.url()) };
            let answer =
                self.outbound.send(&request).and_then(watchbell_outbound::Answer::successful);
            answer.map(|answer| answer.body).map_err(|error| {
                tracing::warn!(%error, url = wanted.url(), "a signing certificate was not fetched");
                FetchFailed(error.to_string())
            })
        });
        match certificate {
            Ok(certificate) => claim.check(&certificate, now),
            Err(error) => Err(Box::new(claim.without_certificate(error))),
        }
    }

    /// The address that confirms `topic`, put together anew from its checked parts.
    ///
    /// # Errors
    /// [`NotConfirmed::Address`].
    pub fn confirmation(
        &self,
        topic: &str,
        token: &Secret,
        given: &Secret,
    ) -> Result<Secret, NotConfirmed> {
        let url = self.origins.confirmation(topic, token.expose(), given.expose());
        url.map_err(|error| NotConfirmed::Address(error.to_string()))
    }

    /// Confirms at `url`, which [`Self::confirmation`] gave.
    ///
    /// # Errors
    /// [`NotConfirmed::Service`].
    pub fn confirm(&self, url: &Secret) -> Result<(), NotConfirmed> {
        self.outbound.send(&Request::get(url.expose()))?.successful()?;
        Ok(())
    }
}

impl CertificateProof for Notifications {
    fn look(&self, delivery: Delivery, now: Timestamp) -> ProofSays {
        let looked = sns::claim(delivery, &self.origins).and_then(|claim| {
            let wanted = claim.certificate();
            match self.certificates.cached(wanted, now) {
                Some(certificate) => {
                    let verified = claim.check(&certificate, now)?;
                    Ok(ProofSays::Held(verified.held_by()))
                }
                None => Ok(ProofSays::WithoutCertificate { url: wanted.url().to_owned() }),
            }
        });
        looked.unwrap_or_else(|refused| ProofSays::Failed(refused.error))
    }
}
