//! The one place that waits: for something that will happen, not for time to pass.

use std::time::{Duration, Instant};

/// Asks again and again until `probe` gives something; panics with `what` after `within`.
pub(crate) fn eventually<T>(
    what: &str,
    within: Duration,
    mut probe: impl FnMut() -> Option<T>,
) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = probe() {
            return value;
        }
        assert!(started.elapsed() < within, "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
