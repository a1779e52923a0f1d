#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod committer;
mod fold;
mod ledger;
mod limit;
mod overlap;
mod prepare;
mod queue;
mod room;
mod snapshot;

pub use committer::{BatchReport, Committer, CommitterSettings};
pub use fold::{Answer, Asking, Batch, wanted};
pub use limit::{AddressLimits, RateLimits, RateSlot, RateState};
pub use prepare::{Prepared, PreparedItem, Unreadable, prepare};
pub use queue::{Intake, IntakeSettings, Overloaded, Rejected, SubmitError};
pub use room::Admission;
pub use snapshot::{Live, Snapshot, SnapshotError, Source};
