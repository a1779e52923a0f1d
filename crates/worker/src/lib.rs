#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod attempt;
mod backoff;
mod slots;
mod worker;

pub use backoff::wait_after;
pub use worker::{Observer, Outcome, Worker, WorkerSettings};
