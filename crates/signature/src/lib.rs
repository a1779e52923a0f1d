#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod hex;
mod hmac;
mod key;
mod public_key;
#[cfg(feature = "sns")]
pub mod sns;
#[cfg(test)]
mod tests;
mod verified;
mod verify;

pub use key::{EmptySecret, HmacKey};
pub use public_key::PublicKey;
pub use verified::{HeldBy, Verified};
pub use verify::{ProofError, Refused, sign, verify};
