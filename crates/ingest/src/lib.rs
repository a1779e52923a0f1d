#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod committer;
mod explain;
mod fold;
mod heartbeat;
mod issues;
mod ledger;
mod limit;
mod overlap;
mod prepare;
mod queue;
mod refusal;
mod replay;
mod room;
mod snapshot;
mod wanted;

pub use committer::{BatchReport, Committer, CommitterSettings};
pub use explain::{
    CertificateProof, Decided, ExplainedAlert, ExplainedItem, Explainer, Explanation, IncidentStep,
    ProofSays,
};
pub use fold::{Answer, Batch};
pub use heartbeat::HeartbeatWatch;
pub use issues::{IssueDesk, NotLinked};
pub use limit::{RateLimits, RateSlot, RateState, RequestLimits};
pub use prepare::{Prepared, PreparedItem, RunAgain, Unreadable, prepare};
pub use queue::{Intake, IntakeSettings, Overloaded, Rejected, SubmitError};
pub use refusal::Refusal;
pub use replay::{NotReplayable, NotReplayed, Rehearsal, Rehearsed, Replayer, Would, replayable};
pub use room::Admission;
pub use snapshot::{DeployProofs, Hook, Live, Snapshot, SnapshotError, Source};
pub use wanted::{Asking, wanted};
