//! What every suite needs: a server, a client, and waiting for what will happen.

mod alertmanager;
mod client;
mod inspect;
mod load;
mod relay;
mod server;
mod story;
mod waiting;

pub(crate) use alertmanager::{Alertmanager, Notify, STARTED, firing, resolved};
pub(crate) use client::{Client, Reply, raw};
pub(crate) use inspect::WriteLock;
pub(crate) use load::{Load, unlimited};
pub(crate) use relay::Relay;
pub(crate) use server::{Cli, Server};
pub(crate) use story::{NOTICED, alert, group, hmac, now_s, with};
pub(crate) use waiting::eventually;

/// The path of a file under `tests/fixtures`.
pub(crate) fn fixture(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(path)
}
