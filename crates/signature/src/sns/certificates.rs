//! Signing certificates that were fetched.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use watchbell_model::{IntegrationId, Reason, Timestamp};
use watchbell_sns::SigningCertificate;

use super::{BadCertificate, Certificate};

/// How long fetches are counted, and how long a refused certificate stays refused.
const MINUTE: Duration = Duration::from_mins(1);
/// How long a host that did not answer is left alone: less than the 20 seconds after which the
/// service tries again.
const PAUSE: Duration = Duration::from_secs(5);

/// The bounds of [`Certificates`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most certificates that are kept; the one that was used longest ago gives way.
    pub kept: usize,
    /// The most fetches of a minute.
    pub fetches: usize,
    /// The most fetches of a minute because of one integration.
    pub fetches_for_one: usize,
    /// The most fetches at once.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { kept: 32, fetches: 60, fetches_for_one: 12, at_once: 4 }
    }
}

/// Signing certificates that were fetched, to be used again.
///
/// The address of a certificate is in the delivery, unsigned, and anybody who knows a routing key
/// can make up as many as they like. So fetches are rationed, for each integration and for all;
/// what was fetched is kept only if it may sign now; and who asks for the same one at the same time
/// waits for one fetch.
///
/// It has no clock: time is an argument. It blocks while it fetches.
pub struct Certificates {
    limits: Limits,
    state: Mutex<State>,
    /// Told whenever a fetch has ended.
    ended: Condvar,
}

/// What a fetch gives, for all who wait for it.
type Flight = Arc<OnceLock<Result<Arc<Certificate>, NoCertificate>>>;

#[derive(Default)]
struct State {
    kept: HashMap<String, Kept>,
    failed: HashMap<String, Failed>,
    under_way: HashMap<String, Flight>,
    /// The fetches of the last minute, and for whom they were.
    fetched: VecDeque<(Timestamp, IntegrationId)>,
    /// How many times one was asked for.
    asked: u64,
}

struct Kept {
    certificate: Arc<Certificate>,
    since: Timestamp,
    /// [`State::asked`] when it was last asked for.
    last_asked: u64,
}

struct Failed {
    until: Timestamp,
    error: NoCertificate,
}

/// Why a fetch gave nothing, for the event log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FetchFailed(pub String);

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCertificate {
    /// It could not be fetched. The sender is to try again.
    #[error("the signing certificate could not be fetched: {0}")]
    Unavailable(#[from] FetchFailed),
    /// Too many were fetched in the last minute. The sender is to try again.
    #[error("the signing certificate was not fetched: too many others were in the last minute")]
    Rationed,
    /// What was fetched may not sign.
    #[error("the signing certificate {0}")]
    Refused(#[from] BadCertificate),
}

impl NoCertificate {
    /// The reason in the event log.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Unavailable(_) | Self::Rationed => Reason::CertificateUnavailable,
            Self::Refused(_) => Reason::CertificateRefused,
        }
    }
}

impl Certificates {
    /// No certificates yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: Mutex::default(), ended: Condvar::new() }
    }

    /// The certificate, if it was fetched before and may sign at `now`. Changes nothing, not even
    /// when it was used last, and does not block.
    pub fn cached(&self, wanted: &SigningCertificate, now: Timestamp) -> Option<Arc<Certificate>> {
        let state = self.lock();
        let kept = state.kept.get(wanted.url()).filter(|kept| kept.may_sign(wanted, now))?;
        Some(Arc::clone(&kept.certificate))
    }

    /// The certificate, by `fetch` if it must be. `fetch` gives what is at the address, in PEM, or
    /// says why it cannot; it must bound its time. `because_of` is whose delivery wants it.
    ///
    /// # Errors
    /// It cannot be had now, or what is there may not sign.
    pub fn get(
        &self,
        wanted: &SigningCertificate,
        because_of: IntegrationId,
        now: Timestamp,
        fetch: impl FnOnce(&SigningCertificate) -> Result<Vec<u8>, FetchFailed>,
    ) -> Result<Arc<Certificate>, NoCertificate> {
        let mut state = self.lock();
        if let Some(certificate) = state.take(wanted, now) {
            return Ok(certificate);
        }
        if let Some(flight) = state.under_way.get(wanted.url()).cloned() {
            return self.wait(state, &flight);
        }
        state.forget_old(now);
        if let Some(failed) = state.failed.get(wanted.url()) {
            return Err(failed.error.clone());
        }
        state.count_fetch(because_of, now, self.limits)?;
        let flight = Flight::default();
        state.under_way.insert(wanted.url().to_owned(), Arc::clone(&flight));
        drop(state);

        // Ends the flight also when `fetch` panics, so that nobody waits for ever.
        let landing = Landing { certificates: self, wanted, flight, now };
        let result = fetch(wanted).map_err(NoCertificate::from).and_then(|pem| {
            let certificate = Certificate::from_pem(&pem)?;
            certificate.check(wanted.names(), now)?;
            Ok(Arc::new(certificate))
        });
        landing.land(result.clone());
        result
    }

    fn wait(
        &self,
        mut state: MutexGuard<'_, State>,
        flight: &Flight,
    ) -> Result<Arc<Certificate>, NoCertificate> {
        loop {
            if let Some(result) = flight.get() {
                return result.clone();
            }
            state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The state. A panic elsewhere leaves it whole: nothing in here panics between two changes.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of a fetch, whatever happens.
struct Landing<'a> {
    certificates: &'a Certificates,
    wanted: &'a SigningCertificate,
    flight: Flight,
    now: Timestamp,
}

impl Landing<'_> {
    fn land(&self, result: Result<Arc<Certificate>, NoCertificate>) {
        let Self { certificates, wanted, flight, now } = self;
        let mut state = certificates.lock();
        if flight.set(result.clone()).is_ok() {
            state.under_way.remove(wanted.url());
            state.keep(wanted.url(), result, *now, certificates.limits);
        }
        drop(state);
        certificates.ended.notify_all();
    }
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        if self.flight.get().is_none() {
            let broke = FetchFailed("the fetch broke off".to_owned());
            self.land(Err(NoCertificate::Unavailable(broke)));
        }
    }
}

impl Kept {
    /// Asked each time anew: it may have expired while it was kept.
    fn may_sign(&self, wanted: &SigningCertificate, now: Timestamp) -> bool {
        let is_old = wanted.max_age().is_some_and(|most| !is_within(self.since, now, most));
        !is_old && self.certificate.check(wanted.names(), now).is_ok()
    }
}

impl State {
    /// The certificate that is kept, which is used by this.
    fn take(&mut self, wanted: &SigningCertificate, now: Timestamp) -> Option<Arc<Certificate>> {
        self.asked = self.asked.saturating_add(1);
        let kept = self.kept.get_mut(wanted.url())?;
        if !kept.may_sign(wanted, now) {
            self.kept.remove(wanted.url());
            return None;
        }
        kept.last_asked = self.asked;
        Some(Arc::clone(&kept.certificate))
    }

    fn forget_old(&mut self, now: Timestamp) {
        self.failed.retain(|_, failed| failed.until > now);
        self.fetched.retain(|(at, _)| is_within(*at, now, MINUTE));
    }

    fn count_fetch(
        &mut self,
        because_of: IntegrationId,
        now: Timestamp,
        limits: Limits,
    ) -> Result<(), NoCertificate> {
        let for_one = self.fetched.iter().filter(|(_, whose)| *whose == because_of).count();
        let full = self.fetched.len() >= limits.fetches
            || for_one >= limits.fetches_for_one
            || self.under_way.len() >= limits.at_once;
        if full {
            return Err(NoCertificate::Rationed);
        }
        self.fetched.push_back((now, because_of));
        Ok(())
    }

    fn keep(
        &mut self,
        url: &str,
        result: Result<Arc<Certificate>, NoCertificate>,
        now: Timestamp,
        limits: Limits,
    ) {
        match result {
            Ok(certificate) => {
                while self.kept.len() >= limits.kept.max(1) {
                    let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.last_asked);
                    let Some(oldest) = oldest.map(|(url, _)| url.clone()) else { break };
                    self.kept.remove(&oldest);
                }
                let kept = Kept { certificate, since: now, last_asked: self.asked };
                self.kept.insert(url.to_owned(), kept);
            }
            // No more of these than fetches in a minute.
            Err(error) => {
                let pause = match error {
                    NoCertificate::Refused(_) => MINUTE,
                    NoCertificate::Unavailable(_) | NoCertificate::Rationed => PAUSE,
                };
                self.failed.insert(url.to_owned(), Failed { until: now + pause, error });
            }
        }
    }
}

/// Whether `at` is less than `most` before `now`.
fn is_within(at: Timestamp, now: Timestamp, most: Duration) -> bool {
    (now - at).to_std().is_ok_and(|age| age < most)
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").field("limits", &self.limits).finish_non_exhaustive()
    }
}
