//! The one place that waits: for something that will happen, not for time to pass.

use std::time::{Duration, Instant};

/// Asks again and again until `probe` gives something; panics with `what` if it gave nothing when it
/// was asked after `within`.
pub(crate) fn eventually<T>(what: &str, within: Duration, probe: impl FnMut() -> Option<T>) -> T {
    eventually_every(Duration::from_millis(20), what, within, probe)
}

/// The same for what may not be asked that often.
pub(crate) fn eventually_every<T>(
    pause: Duration,
    what: &str,
    within: Duration,
    mut probe: impl FnMut() -> Option<T>,
) -> T {
    let started = Instant::now();
    loop {
        // Taken before: an answer may be old when it comes at last.
        let asked = started.elapsed();
        if let Some(value) = probe() {
            return value;
        }
        assert!(asked < within, "not within {within:?}: {what}");
        std::thread::sleep(pause);
    }
}
