#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "test code that lives in a library, so that several crates can use it"
)]

mod account;
mod cluster;
mod database;
mod install;
mod port;
mod process;
mod template;
mod tls_files;
mod waiting;

pub use cluster::{Builder, Postgres};
pub use database::{Database, client_at, psql_at};
pub use tls_files::TlsFiles;
