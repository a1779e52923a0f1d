//! Events in both of their forms.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests are not tests to clippy"
)]

mod bounds;
mod fixtures;
mod two_forms;
