//! What every suite needs: a server, a client, and waiting for what will happen.

mod client;
mod inspect;
mod load;
mod server;
mod waiting;

pub(crate) use client::{Client, Reply, raw};
pub(crate) use inspect::WriteLock;
pub(crate) use load::{Load, unlimited};
pub(crate) use server::{Cli, Server, ServerBuilder};
pub(crate) use waiting::eventually;

/// The path of a file under `tests/fixtures`.
pub(crate) fn fixture(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(path)
}
