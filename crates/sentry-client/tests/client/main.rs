//! The client against a server that behaves as Sentry does.

#![cfg(test)]

mod asking;
mod grants;
#[expect(dead_code, reason = "other suites use the rest")]
#[path = "../../../../tests/stand-ins/sentry/mod.rs"]
mod sentry;

use sentry::SentryServer;
use watchbell_model::Secret;
use watchbell_outbound::{Outbound, Permit};
use watchbell_sentry_client::{App, Base, Client};

/// A stand-in, and a client that may ask it.
pub(crate) struct World {
    pub(crate) server: SentryServer,
    pub(crate) client: Client,
    pub(crate) base: Base,
    secret: Secret,
}

impl World {
    pub(crate) fn new() -> Self {
        let server = SentryServer::start();
        let permit = Permit::new(&server.base()).unwrap();
        let client = Client::new(Outbound::new(vec![permit], "tests"));
        let base = server.base().parse().unwrap();
        Self { server, client, base, secret: Secret::new(SentryServer::CLIENT_SECRET) }
    }

    pub(crate) fn app(&self) -> App<'_> {
        App { base: &self.base, client_id: SentryServer::CLIENT_ID, client_secret: &self.secret }
    }

    /// A token of an internal integration of `acme` with these scopes.
    pub(crate) fn token(&self, scopes: &[&str]) -> Secret {
        Secret::new(self.server.internal_token("acme", scopes))
    }
}
