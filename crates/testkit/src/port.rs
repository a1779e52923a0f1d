//! A port that stays ours while the server behind it comes and goes.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;

/// Below the ports that the system hands out by itself: nobody gets one of these by chance while
/// our server is down.
const FIRST: u16 = 15_000;
const COUNT: u16 = 16_000;

/// A port of this machine that nobody listens on.
pub(crate) fn free() -> u16 {
    let candidates = std::iter::repeat_with(|| {
        let random = RandomState::new().hash_one(std::process::id()) % u64::from(COUNT);
        FIRST + u16::try_from(random).unwrap()
    });
    let free = candidates.take(100).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.unwrap_or_else(|| panic!("no free port from {FIRST}"))
}
