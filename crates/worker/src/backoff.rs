//! How long a job waits after a failure.

use std::time::Duration;

use watchbell_store::Limits;

/// The wait after the `attempt`-th failure: twice as long each time, up to the kind's bound. Half of it
/// is left to chance, so that what failed together does not come again together. `chance` is a random
/// number.
pub fn wait_after(limits: &Limits, attempt: u32, chance: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(31);
    let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
    let whole = limits.first_wait.saturating_mul(factor).min(limits.longest_wait);
    let half = whole / 2;
    // Below 2^32, so the product of both fits, and so does the sum.
    let part = half.as_nanos().saturating_mul(u128::from(chance)) >> 32;
    half.saturating_add(Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        at_once: 1,
        attempts: 10,
        time: Duration::from_secs(1),
        first_wait: Duration::from_secs(10),
        longest_wait: Duration::from_mins(5),
    };

    #[test]
    fn each_wait_is_twice_the_last_one_up_to_the_bound() {
        let check = |attempt: u32, least: f64, most: f64| {
            let wait = |chance| -> f64 { wait_after(&LIMITS, attempt, chance).as_secs_f64() };
            assert!((wait(0) - least).abs() < 1e-6, "{attempt}: {}", wait(0));
            assert!((wait(u32::MAX) - most).abs() < 1e-6, "{attempt}: {}", wait(u32::MAX));
            let middle = f64::midpoint(least, most);
            assert!((wait(1 << 31) - middle).abs() < 1e-6, "{attempt}");
        };
        check(0, 5.0, 10.0);
        check(1, 5.0, 10.0);
        check(2, 10.0, 20.0);
        check(3, 20.0, 40.0);
        check(5, 80.0, 160.0);
        check(6, 150.0, 300.0);
        check(7, 150.0, 300.0);
        check(u32::MAX, 150.0, 300.0);
    }

    #[test]
    fn no_limits_overflow() {
        let limits = Limits { first_wait: Duration::MAX, longest_wait: Duration::MAX, ..LIMITS };
        assert!(wait_after(&limits, u32::MAX, u32::MAX) > Duration::from_hours(24 * 365));
        let none = Limits { first_wait: Duration::ZERO, ..LIMITS };
        assert_eq!(wait_after(&none, 9, 7), Duration::ZERO);
    }
}
