//! The machine's clock and fresh ids: the only place that reads either.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use uuid::{Builder, Uuid};
use watchbell_model::{Clock, Ids, Timestamp};
use watchbell_vault::{VaultError, random};

/// The machine's clock.
pub(crate) fn system_clock() -> Clock {
    Clock::new(now)
}

/// `UUIDv7` ids that only ever grow within this process, so that what was made later sorts later
/// even within one millisecond.
///
/// # Errors
/// The system gives no random numbers.
pub(crate) fn system_ids() -> Result<Ids, VaultError> {
    let seed = random::<8>()?;
    let last = Mutex::new((Last::default(), Supply::default()));
    Ok(Ids::new(move || {
        let mut guard = last.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, supply) = &mut *guard;
        *last = last.next(u64::try_from(now().timestamp_millis()).unwrap_or(0));
        // Random numbers that fail later, after they worked at start, must not stop deliveries:
        // time and count keep ids apart within this process, the seed from other processes.
        uuid(last.millis, last.count, supply.next().unwrap_or(seed))
    }))
}

/// Random numbers from the system, fetched for many ids at a time: each id fetching its own cost a
/// hundredth of a loaded server's time.
#[derive(Debug, Default)]
struct Supply(Vec<[u8; 8]>);

impl Supply {
    fn next(&mut self) -> Option<[u8; 8]> {
        if self.0.is_empty() {
            let bytes = random::<512>().ok()?;
            self.0.extend(bytes.as_chunks().0);
        }
        self.0.pop()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where the machine's clock is read")]
fn now() -> Timestamp {
    SystemTime::now().into()
}

/// The time and count of the last id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Last {
    millis: u64,
    count: u16,
}

impl Last {
    /// The greatest count: the 12 bits beside the version (RFC 9562, 6.2, method 1).
    const MAX_COUNT: u16 = 0x0fff;

    /// What follows at `millis`, also if the clock stands still, goes back, or the count is full:
    /// then the time runs ahead of the clock.
    const fn next(self, millis: u64) -> Self {
        if millis > self.millis {
            Self { millis, count: 0 }
        } else if self.count < Self::MAX_COUNT {
            Self { millis: self.millis, count: self.count.saturating_add(1) }
        } else {
            Self { millis: self.millis.saturating_add(1), count: 0 }
        }
    }
}

fn uuid(millis: u64, count: u16, random: [u8; 8]) -> Uuid {
    let mut bytes = [0; 10];
    let parts = count.to_be_bytes().into_iter().chain(random);
    for (to, from) in bytes.iter_mut().zip(parts) {
        *to = from;
    }
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_also_when_the_clock_does_not() {
        let ids = system_ids().unwrap();
        let many: Vec<_> = (0..20_000).map(|_| ids.next()).collect();
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(many.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn a_clock_that_goes_back_does_not_lead_back() {
        let first = Last::default().next(1_000);
        let second = first.next(400);
        assert_eq!(second, Last { millis: 1_000, count: 1 });
        assert!(
            uuid(first.millis, first.count, [255; 8]) < uuid(second.millis, second.count, [0; 8])
        );
        let full = Last { millis: 1_000, count: Last::MAX_COUNT };
        assert_eq!(full.next(1_000), Last { millis: 1_001, count: 0 });
    }
}
