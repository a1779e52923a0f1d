//! How often somebody may try to sign in.
//!
//! The counts are in memory, bounded, and each server has its own: what is counted in the database
//! would cost a stranger's every try a write, which is the better attack. A restart, or a second
//! server, gives an attacker some ten tries more, which does not matter for passwords of twelve
//! characters.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use watchbell_model::Timestamp;
use watchbell_vault::token_hash;

use crate::ControlError;

/// How many failures are too many.
const MOST: usize = 10;
/// Within how long.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// How many failures of strangers, all together, the audit log tells in that time.
const MOST_STRANGERS: usize = 100;
/// How many accounts and addresses are remembered. When there is no room, those go whose last
/// failure is the longest ago.
const ROOM: usize = 10_000;

/// An account or an address, as a digest: what people type may be long, and need not be kept.
type Slot = [u8; 32];

/// The tries of the last minutes. Cheap to clone: all clones count together.
#[derive(Clone, Default)]
pub(crate) struct Throttle(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    tries: HashMap<Slot, Vec<Timestamp>>,
    strangers: Vec<Timestamp>,
}

impl Throttle {
    /// A try begins, and counts as a failure until it is forgiven. Gives what to forgive it by.
    pub(super) fn begin(
        &self,
        account: &str,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<Timestamp, ControlError> {
        let slots = slots(account, from);
        let mut counts = self.lock();
        let waits = slots.iter().filter_map(|slot| counts.wait(slot, now));
        if let Some(wait) = waits.max() {
            let seconds = u32::try_from(wait.num_seconds().max(1)).unwrap_or(u32::MAX);
            return Err(ControlError::TooMany { retry_after_s: seconds });
        }
        counts.make_room(now);
        for slot in slots {
            counts.tries.entry(slot).or_default().push(now);
        }
        Ok(now)
    }

    /// The try that began then has not failed. Neither have earlier ones for this account: whoever
    /// knows the password had mistyped it.
    pub(super) fn forgive(&self, account: &str, from: IpAddr, began: Timestamp) {
        let [account, address] = slots(account, from);
        let mut counts = self.lock();
        counts.tries.remove(&account);
        if let Some(tries) = counts.tries.get_mut(&address)
            && let Some(place) = tries.iter().position(|at| *at == began)
        {
            tries.remove(place);
        }
    }

    /// Whether one more failure of somebody who is not there is told in the audit log.
    pub(super) fn may_log_a_stranger(&self, now: Timestamp) -> bool {
        let mut counts = self.lock();
        counts.strangers.retain(|at| now < *at + WINDOW);
        let may = counts.strangers.len() < MOST_STRANGERS;
        if may {
            counts.strangers.push(now);
        }
        may
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// For how long there may be no further try.
    fn wait(&mut self, slot: &Slot, now: Timestamp) -> Option<TimeDelta> {
        let tries = self.tries.get_mut(slot)?;
        tries.retain(|at| now < *at + WINDOW);
        let first = tries.first().filter(|_| tries.len() >= MOST)?;
        Some(*first + WINDOW - now)
    }

    fn make_room(&mut self, now: Timestamp) {
        // Two are added at a time.
        if self.tries.len() + 2 <= ROOM {
            return;
        }
        self.tries.retain(|_, tries| tries.last().is_some_and(|at| now < *at + WINDOW));
        let oldest = |tries: &HashMap<Slot, Vec<Timestamp>>| {
            tries.iter().min_by_key(|(_, tries)| tries.last().copied()).map(|(slot, _)| *slot)
        };
        while self.tries.len() + 2 > ROOM {
            let Some(slot) = oldest(&self.tries) else { break };
            self.tries.remove(&slot);
        }
    }
}

/// What is counted for a try: the account, and the network it comes from.
fn slots(account: &str, from: IpAddr) -> [Slot; 2] {
    let network = match from.to_canonical() {
        // Whoever has one address of version 6 has all of its network.
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        IpAddr::V4(address) => IpAddr::V4(address),
    };
    [token_hash("tried account", account), token_hash("tried address", &network.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn tries(throttle: &Throttle, account: &str, from: &str, second: i64) -> Option<u32> {
        match throttle.begin(account, from.parse().unwrap(), at(second)) {
            Ok(_) => None,
            Err(ControlError::TooMany { retry_after_s }) => Some(retry_after_s),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn ten_failures_of_an_account_are_too_many_wherever_they_come_from() {
        let throttle = Throttle::default();
        for second in 0..10 {
            let from = format!("192.0.2.{second}");
            assert_eq!(tries(&throttle, "ada", &from, second), None);
        }
        assert_eq!(tries(&throttle, "ada", "192.0.2.99", 10), Some(890));
        assert_eq!(tries(&throttle, "bob", "192.0.2.99", 10), None, "somebody else");
        // A refused try is none, and the first one is over.
        assert_eq!(tries(&throttle, "ada", "192.0.2.99", 900), None);
        assert_eq!(tries(&throttle, "ada", "192.0.2.99", 900), Some(1));
    }

    #[test]
    fn ten_failures_from_a_network_are_too_many_for_whatever_account() {
        let throttle = Throttle::default();
        for number in 0..10 {
            let from = format!("2001:db8::{number}");
            assert_eq!(tries(&throttle, &format!("user {number}"), &from, 0), None);
        }
        assert_eq!(tries(&throttle, "another", "2001:db8::ffff", 0), Some(900));
        assert_eq!(tries(&throttle, "another", "2001:db8:1::1", 0), None);
    }

    #[test]
    fn who_gets_in_is_forgiven_and_an_attacker_from_there_is_not() {
        let throttle = Throttle::default();
        let from = "192.0.2.1".parse().unwrap();
        for second in 0..9 {
            assert_eq!(tries(&throttle, "ada", "192.0.2.1", second), None);
        }
        let began = throttle.begin("ada", from, at(9)).unwrap();
        throttle.forgive("ada", from, began);
        assert_eq!(tries(&throttle, "ada", "192.0.2.1", 10), None, "the tenth from there");
        assert_eq!(tries(&throttle, "bob", "192.0.2.1", 11), Some(889));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..ROOM {
            let from = Ipv6Addr::from(u128::try_from(number).unwrap() << 64);
            throttle.begin(&number.to_string(), from.into(), at(0)).unwrap();
        }
        assert!(throttle.lock().tries.len() <= ROOM);
        let mut told = 0;
        while throttle.may_log_a_stranger(at(0)) {
            told += 1;
        }
        assert_eq!(told, MOST_STRANGERS);
        assert!(throttle.may_log_a_stranger(at(900)));
    }
}
