//! Asking again until something is so.

use std::time::{Duration, Instant};

/// Whether `probe` came true within this time.
pub(crate) fn within(most: Duration, mut probe: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    loop {
        if probe() {
            return true;
        }
        if started.elapsed() > most {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
