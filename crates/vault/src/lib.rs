#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod error;
mod key_file;
mod master_key;
mod master_keys;
mod password;
pub mod purpose;
mod seal;
#[cfg(test)]
mod tests;
mod text;
mod token;

pub use error::VaultError;
pub use key_file::{KeyFile, KeyFileLock, Origin};
pub use master_key::{KeyId, MasterKey};
pub use master_keys::{KeyUse, MasterKeys};
pub use password::{password_fits, password_hash};
pub use seal::Vault;
pub use token::{random, token_hash};
