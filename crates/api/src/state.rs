//! What every handler has at hand.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use watchbell_control::Control;
use watchbell_dedup::Policy;
use watchbell_ingest::{Intake, Live, RateLimits, RequestLimits};
use watchbell_model::{ApiKeyId, Clock, Ids, ServerId};
use watchbell_sentry_client::Client;
use watchbell_store::Store;

use crate::{DeployLimits, KeyUses, Metrics, Notifications, OpenId, TrustedProxies, Updates};

/// The bounds and names of the HTTP edge.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// The largest body that is read, in bytes.
    pub max_body_bytes: usize,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The server's own address, as senders and people use it.
    pub public_url: String,
    /// The organization's name, as `auth/verify` shows it, unless it was set in the instance.
    pub organization: String,
    /// What decides, unless it was set in the instance.
    pub policy: Policy,
    /// How long the ids that requests bring along are remembered.
    pub remember_for: Duration,
}

impl ApiSettings {
    /// Whether browsers reach the server through TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The name of the cookie with a person's session. With the prefix browsers take it from this very
    /// server only (RFC 6265bis, section 4.1.3.2), which they only do through TLS.
    pub(crate) fn session_cookie(&self) -> &'static str {
        if self.is_tls() { "__Host-watchbell_session" } else { "watchbell_session" }
    }

    /// The name of the cookie with a sign-in that is under way at an identity provider.
    pub(crate) fn oidc_cookie(&self) -> &'static str {
        if self.is_tls() { "__Host-watchbell_oidc" } else { "watchbell_oidc" }
    }

    /// The name of the cookie with an installation that waits for somebody to sign in.
    pub(crate) fn installing_cookie(&self) -> &'static str {
        if self.is_tls() { "__Host-watchbell_installing" } else { "watchbell_installing" }
    }

    /// The name of the cookie that proves of a form for strangers that it is ours.
    pub(crate) fn form_cookie(&self) -> &'static str {
        if self.is_tls() { "__Host-watchbell_form" } else { "watchbell_form" }
    }

    /// What stands before every path of this server where browsers reach it: nothing, or the path
    /// under which a proxy offers it.
    pub(crate) fn path(&self) -> &str {
        let rest = self.public_url.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest.find('/').and_then(|start| rest.get(start..));
        path.unwrap_or_default().trim_end_matches('/')
    }
}

/// What every handler has at hand.
#[derive(Debug)]
pub struct State {
    /// The configuration in use.
    pub live: Arc<Live>,
    /// The way to the committer.
    pub intake: Arc<Intake>,
    /// Whether the last batch was written.
    pub committing: Arc<AtomicBool>,
    /// The store, for reading.
    pub store: Arc<dyn Store>,
    /// What operators do, for what a delivery changes of the configuration.
    pub control: Control,
    /// The notification service that signs some deliveries.
    pub notifications: Arc<Notifications>,
    /// What asks the source where an integration is connected.
    pub sentry: Client,
    /// This server, among those on one database.
    pub server: ServerId,
    /// Sign-in at an identity provider, if there is one.
    pub open_id: Option<Arc<OpenId>>,
    /// The rate limit of every key.
    pub rates: RateLimits,
    /// How often deploys may be told.
    pub deploys: DeployLimits,
    /// What strangers may try.
    pub strangers: RequestLimits<IpAddr>,
    /// What API keys may ask; none: as much as they like.
    pub keys: Option<RequestLimits<ApiKeyId>>,
    /// The present moment.
    pub clock: Clock,
    /// Ids for requests and deliveries.
    pub ids: Ids,
    /// When API keys were last used.
    pub key_uses: KeyUses,
    /// What open pages are told.
    pub updates: Arc<Updates>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Bounds and names.
    pub settings: ApiSettings,
}
