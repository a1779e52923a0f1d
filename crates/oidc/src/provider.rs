//! The provider as it is known: its description and keys, fetched when they are needed.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use watchbell_model::Timestamp;
use watchbell_outbound::{Outbound, Request};
use watchbell_signature::PublicKey;

use crate::keys::Keys;
use crate::metadata::Metadata;
use crate::token::Algorithm;
use crate::{BadToken, Error, Issuer, Refused};

/// How long description and keys are used: a key that the provider has taken back is believed no
/// longer than this.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How often keys are fetched because a token names one that is not known. Anybody can make up
/// names.
const REFETCH: TimeDelta = TimeDelta::minutes(1);
/// How long a provider that did not answer is left alone: longer than a request takes, so that of
/// all who wait for one only one waits in vain.
const PAUSE: TimeDelta = TimeDelta::seconds(10);

/// The provider as it is known.
#[derive(Debug)]
pub(crate) struct Provider {
    issuer: Issuer,
    outbound: Outbound,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    metadata: Option<Fetched<Metadata>>,
    keys: Option<Fetched<Keys>>,
    /// When keys were last fetched because of a name that was not known.
    refetched: Option<Timestamp>,
    failed: Option<(Timestamp, String)>,
}

#[derive(Debug)]
struct Fetched<T> {
    value: Arc<T>,
    at: Timestamp,
}

impl<T> Fetched<T> {
    fn fresh(&self, now: Timestamp) -> Option<Arc<T>> {
        is_within(self.at, FRESH, now).then(|| Arc::clone(&self.value))
    }
}

/// Whether `now` is in the time `span` after `at`. A clock that was set back is out of it.
fn is_within(at: Timestamp, span: TimeDelta, now: Timestamp) -> bool {
    at <= now && now < at + span
}

impl Provider {
    pub(crate) fn new(issuer: Issuer, outbound: Outbound) -> Self {
        Self { issuer, outbound, known: Mutex::default() }
    }

    pub(crate) const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    pub(crate) const fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// What it says of itself. Who asks while another fetches waits for that.
    pub(crate) fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, Error> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.metadata_of(&mut known, now)
    }

    /// Looks at the key that a token names, which is fetched if need be.
    pub(crate) fn with_key<T>(
        &self,
        algorithm: Algorithm,
        kid: Option<&str>,
        now: Timestamp,
        look: impl FnOnce(&PublicKey) -> T,
    ) -> Result<T, Error> {
        let keys = self.keys(now)?;
        if let Some(key) = keys.find(algorithm, kid) {
            return Ok(look(key));
        }
        let keys = self.keys_again(now)?;
        let key = keys.as_ref().and_then(|keys| keys.find(algorithm, kid));
        Ok(look(key.ok_or(Refused::Token(BadToken::Key))?))
    }

    fn keys(&self, now: Timestamp) -> Result<Arc<Keys>, Error> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.keys.as_ref().and_then(|keys| keys.fresh(now)) {
            Some(keys) => Ok(keys),
            None => self.keys_of(&mut known, now),
        }
    }

    /// The keys fetched anew, unless they just were.
    fn keys_again(&self, now: Timestamp) -> Result<Option<Arc<Keys>>, Error> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.refetched.is_some_and(|at| is_within(at, REFETCH, now)) {
            // Who waited for the one that fetched them gets what came of it.
            return Ok(known.keys.as_ref().and_then(|keys| keys.fresh(now)));
        }
        known.refetched = Some(now);
        self.keys_of(&mut known, now).map(Some)
    }

    fn metadata_of(&self, known: &mut Known, now: Timestamp) -> Result<Arc<Metadata>, Error> {
        if let Some(metadata) = known.metadata.as_ref().and_then(|known| known.fresh(now)) {
            return Ok(metadata);
        }
        let fetched = self.fetch(known, &self.issuer.discovery(), now, |document| {
            Metadata::read(document, &self.issuer)
        })?;
        known.metadata = Some(Fetched { value: Arc::clone(&fetched), at: now });
        Ok(fetched)
    }

    fn keys_of(&self, known: &mut Known, now: Timestamp) -> Result<Arc<Keys>, Error> {
        let metadata = self.metadata_of(known, now)?;
        let fetched = self.fetch(known, &metadata.jwks_uri, now, Keys::read)?;
        known.keys = Some(Fetched { value: Arc::clone(&fetched), at: now });
        Ok(fetched)
    }

    fn fetch<T>(
        &self,
        known: &mut Known,
        url: &str,
        now: Timestamp,
        read: impl FnOnce(&[u8]) -> Result<T, Error>,
    ) -> Result<Arc<T>, Error> {
        if let Some((at, why)) = &known.failed
            && is_within(*at, PAUSE, now)
        {
            return Err(Error::Provider(why.clone()));
        }
        let answer = self.outbound.send(&Request::get(url));
        let answer = answer.and_then(watchbell_outbound::Answer::successful);
        let read = match answer {
            Ok(answer) => read(&answer.body),
            Err(error) => Err(Error::Provider(format!("{url}: {error}"))),
        };
        match read {
            Ok(value) => {
                known.failed = None;
                Ok(Arc::new(value))
            }
            Err(error) => {
                if let Error::Provider(why) = &error {
                    known.failed = Some((now, why.clone()));
                }
                Err(error)
            }
        }
    }
}
