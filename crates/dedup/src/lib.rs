#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod apply;
mod decide;

pub use decide::{Decision, Effect, Known, Policy, decide};
