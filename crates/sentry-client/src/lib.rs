#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod app;
mod asking;
mod base;
mod error;
mod event;
mod issue;
mod jwt;
mod lenient;
mod link;
mod organization;
mod page;

pub use app::{App, Authorization, InstallationId};
pub use asking::{Client, Sentry};
pub use base::{BadBase, Base};
pub use error::Error;
pub use event::{Author, Commit, RawEvent, Suspect};
pub use issue::{Issue, IssueStatus};
pub use link::ExternalIssue;
pub use organization::{Organization, Project, Projects, Token};
