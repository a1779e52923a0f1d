#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod error;
mod issuer;
mod keys;
mod metadata;
mod party;
mod provider;
mod token;
mod transaction;

pub use error::{BadToken, Error, Refused};
pub use issuer::{BadIssuer, Issuer};
pub use party::{CallBack, RelyingParty, Settings, Started, Vouched};
