//! Random moments that can be repeated.

use std::hash::{BuildHasher, RandomState};

/// Numbers from a seed, which is printed.
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// A seed that is new in every run, or that of `WATCHBELL_CRASH_SEED`.
    pub(crate) fn new() -> Self {
        let told = variable("WATCHBELL_CRASH_SEED");
        let seed = told.unwrap_or_else(|| RandomState::new().hash_one("seed"));
        println!("WATCHBELL_CRASH_SEED={seed}");
        Self(seed)
    }

    /// A number from `least` to `most`.
    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let range = u64::try_from(most - least + 1).unwrap();
        least + usize::try_from((mixed ^ (mixed >> 31)) % range).unwrap()
    }
}

/// How many rounds to make: so many, or those of `WATCHBELL_CRASH_ROUNDS` if that is more.
pub(crate) fn rounds(at_least: usize) -> usize {
    let told = variable("WATCHBELL_CRASH_ROUNDS").unwrap_or(0);
    at_least.max(usize::try_from(told).unwrap())
}

#[expect(clippy::disallowed_methods, reason = "how a person asks for a longer or a repeated run")]
fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}")))
}
