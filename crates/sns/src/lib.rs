#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod address;
mod arn;
mod confirm;
mod envelope;
mod field;
mod fields;
mod origin;
mod partition;
mod secrets;
mod shape;
mod signed;

pub use address::{AddressError, Origins, SigningCertificate};
pub use arn::TopicArn;
pub use envelope::{Envelope, NotAnEnvelope};
pub use origin::{BadOrigin, Origin, Scheme};
pub use secrets::without_secrets;
pub use signed::{FieldError, Kind, Signed, Version};
