//! Room for deliveries between their first byte and their answer: bounded for all together, and for
//! each integration to a share, so that one whose senders are slow or greedy leaves room for the
//! others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use watchbell_model::IntegrationId;

use crate::{IntakeSettings, Overloaded};

/// How much there is.
#[derive(Debug, Clone)]
struct Space {
    entries: Arc<Semaphore>,
    kibibytes: Arc<Semaphore>,
}

impl Space {
    fn new(entries: usize, bytes: usize) -> Self {
        let kib = usize::try_from(kibibytes(bytes)).unwrap_or(usize::MAX);
        let semaphore =
            |permits: usize| Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)));
        Self { entries: semaphore(entries), kibibytes: semaphore(kib) }
    }

    /// Waits until there is room.
    async fn take(&self, kib: u32) -> Result<Taking, Overloaded> {
        let entry = Arc::clone(&self.entries).acquire_owned().await.map_err(|_| Overloaded)?;
        let bytes = Arc::clone(&self.kibibytes).acquire_many_owned(kib).await;
        Ok(Taking { _entry: entry, bytes: bytes.map_err(|_| Overloaded)? })
    }

    fn try_more(&self, kib: u32) -> Result<OwnedSemaphorePermit, Overloaded> {
        Arc::clone(&self.kibibytes).try_acquire_many_owned(kib).map_err(|_| Overloaded)
    }
}

/// What one delivery takes of a space.
#[derive(Debug)]
struct Taking {
    _entry: OwnedSemaphorePermit,
    bytes: OwnedSemaphorePermit,
}

/// All the room there is.
#[derive(Debug)]
pub(crate) struct Room {
    all: Space,
    entries: usize,
    shares: Mutex<HashMap<IntegrationId, Space>>,
    share_entries: usize,
    share_bytes: usize,
}

impl Room {
    pub(crate) fn new(settings: &IntakeSettings) -> Self {
        let entries = settings.entries.min(Semaphore::MAX_PERMITS);
        Self {
            all: Space::new(entries, settings.bytes),
            entries,
            shares: Mutex::default(),
            // Half of it: enough for one alone, and the other half is for the others.
            share_entries: settings.entries.div_ceil(2),
            share_bytes: settings.bytes.div_ceil(2).max(settings.largest),
        }
    }

    /// Waits until there is room for a body of `bytes` for `integration`.
    pub(crate) async fn take(
        &self,
        integration: IntegrationId,
        bytes: usize,
    ) -> Result<Admission, Overloaded> {
        let (share, kib) = (self.share(integration), kibibytes(bytes));
        // The share first: who waits for that is in nobody else's way.
        let of_share = share.take(kib).await?;
        let of_all = self.all.take(kib).await?;
        Ok(Admission { parts: [(share, of_share), (self.all.clone(), of_all)] })
    }

    /// How many deliveries have a place.
    pub(crate) fn taken(&self) -> usize {
        self.entries.saturating_sub(self.all.entries.available_permits())
    }

    fn share(&self, integration: IntegrationId) -> Space {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Space::new(self.share_entries, self.share_bytes);
        shares.entry(integration).or_insert_with(new).clone()
    }
}

/// A place for a delivery, taken before its body is read.
#[derive(Debug)]
pub struct Admission {
    parts: [(Space, Taking); 2],
}

impl Admission {
    /// Room for `bytes` in all; none if there is not enough right now.
    ///
    /// # Errors
    /// There is not enough: the body is not to be read any further.
    pub fn grow_to(&mut self, bytes: usize) -> Result<(), Overloaded> {
        for (space, taking) in &mut self.parts {
            let have = u32::try_from(taking.bytes.num_permits()).unwrap_or(u32::MAX);
            let more = kibibytes(bytes).saturating_sub(have);
            if more > 0 {
                taking.bytes.merge(space.try_more(more)?);
            }
        }
        Ok(())
    }
}

fn kibibytes(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1_024)).unwrap_or(u32::MAX)
}
