//! How often deploys may be told.

use std::net::IpAddr;

use watchbell_ingest::RequestLimits;

/// The most requests of an address, and of a token, in any 60 seconds.
const PER_MINUTE: u32 = 60;
/// The most tests of an address in any 60 seconds.
const TESTS_PER_MINUTE: u32 = 10;

/// How often deploys may be told.
#[derive(Debug)]
pub struct DeployLimits {
    pub(super) addresses: RequestLimits<IpAddr>,
    pub(super) tokens: RequestLimits<[u8; 32]>,
    pub(super) tests: RequestLimits<IpAddr>,
}

impl Default for DeployLimits {
    fn default() -> Self {
        Self {
            addresses: RequestLimits::new(PER_MINUTE),
            tokens: RequestLimits::new(PER_MINUTE),
            tests: RequestLimits::new(TESTS_PER_MINUTE),
        }
    }
}
