//! What every suite needs: a server, a client, and waiting for what will happen.

mod alertmanager;
mod api;
mod broken;
mod chance;
mod client;
mod fire;
mod hostile;
mod identity_provider;
mod inspect;
mod load;
#[cfg(feature = "postgres")]
mod lossy;
mod place;
mod preload;
mod relay;
#[expect(dead_code, reason = "a stand-in that several suites share")]
#[path = "../../stand-ins/sentry/mod.rs"]
mod sentry_server;
mod server;
mod sns_origin;
mod story;
mod stream;
mod visitor;
mod waiting;

pub(crate) use alertmanager::{Alertmanager, Notify, STARTED, firing, resolved};
pub(crate) use api::Api;
pub(crate) use broken::Broken;
pub(crate) use chance::{Chance, rounds};
pub(crate) use client::{Client, Reply, raw};
pub(crate) use fire::{Fire, distinct_and_repeated};
pub(crate) use hostile::{MARK, Sent, payload};
pub(crate) use identity_provider::{IdentityProvider, Signed};
pub(crate) use inspect::peak_kib;
pub(crate) use load::{Load, unlimited, unlimited_on};
#[cfg(feature = "postgres")]
pub(crate) use lossy::{Lose, Lossy};
pub(crate) use place::{Place, WriteLock};
pub(crate) use preload::{Fault, FaultyDisk, JumpingClock};
pub(crate) use relay::Relay;
pub(crate) use sentry_server::{Installed, SentryServer, Trouble};
pub(crate) use server::{Cli, Server, ServerBuilder};
pub(crate) use sns_origin::{Served, SnsOrigin};
pub(crate) use story::{NOTICED, alert, group, hmac, now_s, with};
pub(crate) use stream::Stream;
pub(crate) use visitor::{PASSWORD, Visitor, csrf_of};
pub(crate) use waiting::{eventually, eventually_every};

/// The path of a file under `tests/fixtures`.
pub(crate) fn fixture(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(path)
}
