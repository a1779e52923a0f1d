//! Connections with Sentry through HTTP, against a server that behaves as Sentry does.

pub(crate) mod app;
mod refresh;

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::support::{Api, Cli, Reply, SentryServer, Server, Trouble, hmac};

/// No event has the id of another: it would be a repeat.
static EVENTS: AtomicU64 = AtomicU64::new(1);

/// Where the server says that it is.
pub(crate) const PUBLIC_URL: &str = "http://watchbell.example";

const SCOPES: [&str; 3] = ["org:read", "project:read", "event:read"];

/// A server that may ask the stand-in, with an integration of its own for it.
pub(crate) struct Source {
    pub(crate) server: Server,
    pub(crate) sentry: SentryServer,
    pub(crate) integration: String,
    pub(crate) hook: String,
}

impl Source {
    pub(crate) fn start() -> Self {
        Self::on(Cli::new())
    }

    /// With its server on the folder of `cli`.
    pub(crate) fn on(cli: Cli) -> Self {
        let sentry = SentryServer::start();
        let server = Server::builder_for(cli).set("outbound.origins", &sentry.base());
        let server = server.set("server.public_url", PUBLIC_URL).start();
        let api = Api::for_everything(&server);
        let body =
            json!({"provider": "sentry", "name": "Ours", "default_service_key": "SER-00001"});
        let made = api.post("/integrations", &body);
        assert_eq!(made.status, 201, "{made:?}");
        let made = made.data();
        let key = made["routing_key"].as_str().unwrap();
        let hook = format!("{}/webhooks/{key}", server.url);
        let integration = made["integration"]["integration_id"]
            .as_str()
            .or(made["integration_id"].as_str())
            .unwrap_or_else(|| panic!("{made}"))
            .to_owned();
        Self { server, sentry, integration, hook }
    }

    pub(crate) fn api(&self) -> Api<'_> {
        Api::for_everything(&self.server)
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/integrations/{}{rest}", self.integration)
    }

    fn by_token(&self, api: &Api<'_>, token: &str) -> Reply {
        let body = json!({"token": token, "base_url": self.sentry.base()});
        api.post(&self.path("/connections"), &body)
    }

    /// An event alert of an installation about an issue, signed with the app's secret.
    pub(crate) fn alert(&self, installation: Option<&str>, project: &str, issue: u64) -> Reply {
        let event = EVENTS.fetch_add(1, Ordering::Relaxed);
        let url =
            format!("https://sentry.io/api/0/projects/acme/{project}/events/0123456789abcdef/");
        let mut body = json!({
            "action": "triggered",
            "data": {"triggered_rule": "any", "event": {
                "event_id": format!("{event:032x}"), "issue_id": issue.to_string(),
                "level": "error", "title": "ValueError: bad value", "url": url,
            }},
        });
        if let Some(uuid) = installation {
            body["installation"] = json!({"uuid": uuid});
        }
        self.deliver("event_alert", &body)
    }

    pub(crate) fn deliver(&self, resource: &str, body: &Value) -> Reply {
        let body = body.to_string();
        let signature = hmac(SentryServer::CLIENT_SECRET, &body);
        let headers = [
            ("sentry-hook-resource", resource),
            ("sentry-hook-signature", signature.as_str()),
            ("content-type", "application/json"),
        ];
        self.server.post_bytes(&self.hook, &headers, body.as_bytes())
    }
}

#[test]
fn an_organization_is_connected_by_a_token() {
    let source = Source::start();
    let api = source.api();
    let wrong = source.by_token(&api, "not-a-token");
    assert_eq!(wrong.refused(), "400 validation_error");
    assert_eq!(wrong.error()["details"][0]["got"], "Invalid token", "what Sentry said");
    let weak = source.sentry.internal_token("acme", &["org:read"]);
    let weak = source.by_token(&api, &weak);
    assert_eq!(weak.error()["details"][0]["got"], "one without project:read, event:read");
    assert_eq!(weak.paths(), ["token"]);
    let elsewhere = json!({"token": "any-token-at-all", "base_url": "http://127.0.0.1:1"});
    let elsewhere = api.post(&source.path("/connections"), &elsewhere);
    assert_eq!(elsewhere.paths(), ["base_url"], "inward addresses take a permit");
    let unknown = json!({"token": "any-token-at-all", "nonsense": 1});
    assert_eq!(api.post(&source.path("/connections"), &unknown).paths(), ["nonsense"]);

    let token = source.sentry.internal_token("acme", &SCOPES);
    source.sentry.trouble("/api/0/", 1, Trouble::Status(503, ""));
    assert_eq!(source.by_token(&api, &token).refused(), "503 unavailable");
    let made = source.by_token(&api, &token);
    assert_eq!(made.status, 201, "{made:?}");
    assert!(!made.body.contains(&token));
    let made = made.data();
    assert_eq!(
        (&made["organization"], &made["organization_name"], &made["state"], &made["mode"]),
        (&json!("acme"), &json!("Acme Corp"), &json!("connected"), &json!("internal"))
    );
    let one = source.path(&format!("/connections/{}", made["connection_id"].as_str().unwrap()));
    assert_eq!(api.get(&one).data(), made);
    let projects = api.get(&format!("{one}/projects")).data();
    assert_eq!(projects["projects"][0]["project"], "shop");
    assert_eq!(projects["complete"], true);
    let import = json!({"projects": {"shop": "SER-00001", "billing": "nobody"}});
    assert_eq!(api.post(&format!("{one}/projects/import"), &import).paths(), ["projects.billing"]);
    let import = json!({"projects": {"shop": "SER-00001"}});
    let imported = api.post(&format!("{one}/projects/import"), &import).data();
    assert_eq!(imported["projects"][0]["project"], "shop");
    assert_eq!(imported["projects"][0]["connection_id"], Value::Null, "the integration's own");

    source.sentry.revoke(&token);
    let checked = api.post(&format!("{one}/check"), &json!({})).data();
    assert_eq!(checked["state"], "disconnected");
    assert_eq!(checked["reason"], "Sentry does not take the token: Invalid token");
    assert_eq!(api.delete(&one).data(), json!([]));
    assert_eq!(api.get(&one).refused(), "404 not_found");
    let audit = api.get("/audit?limit=100").data();
    let actions: Vec<_> =
        audit["items"].as_array().unwrap().iter().map(|one| one["action"].clone()).collect();
    for action in ["connection.added", "connection.changed", "connection.removed"] {
        assert!(actions.contains(&json!(action)), "{action}: {actions:?}");
    }
    assert!(!audit.to_string().contains(&token));
}

#[test]
fn an_internal_connection_refuses_no_installation() {
    let source = Source::start();
    let api = source.api();
    let token = source.sentry.internal_token("acme", &SCOPES);
    let body = json!({"token": token, "client_secret": SentryServer::CLIENT_SECRET,
                      "base_url": source.sentry.base()});
    assert_eq!(api.post(&source.path("/connections"), &body).status, 201);
    let opened = source.alert(Some("11111111-2222-4333-8444-555555555555"), "shop", 1);
    assert_eq!(opened.said(), "processed/created");
    let steps = source.server.delivery(&opened.data()["delivery_id"])["trace"].to_string();
    assert!(steps.contains("11111111-2222-4333-8444-555555555555"), "{steps}");
    assert_eq!(source.alert(None, "shop", 2).said(), "processed/created");
}
