//! Links between incidents and issues, from Sentry's pages and from here, against a server that behaves
//! as Sentry does.

mod crash;
mod from_here;
mod page;
mod resolve;

use std::time::Duration;

use serde_json::{Value, json};

use crate::connections::Source;
use crate::support::{Reply, SentryServer, eventually, hmac};

/// What a token needs for links and for resolving.
const SCOPES: [&str; 4] = ["org:read", "project:read", "event:read", "event:admin"];
/// The installation of an internal integration.
const INSTALLATION: &str = "7a485448-a9e2-4c85-8a3c-4f44175783c9";
/// A job that failed once comes again after some ten seconds.
const SOON: Duration = Duration::from_secs(45);

/// How a link stands: issue, state and why.
type Stands = (String, String, String);

impl Source {
    /// Connected by a token with these scopes; deliveries are signed.
    fn by_token_with(scopes: &[&str]) -> Self {
        let source = Self::start();
        let token = source.sentry.internal_token("acme", scopes);
        let body = json!({"token": token, "client_secret": SentryServer::CLIENT_SECRET,
                          "base_url": source.sentry.base()});
        let made = source.api().post(&source.path("/connections"), &body);
        assert_eq!(made.status, 201, "{made:?}");
        source
    }

    /// Connected by a token, and an installation that is known here.
    fn linkable(scopes: &[&str]) -> Self {
        let source = Self::by_token_with(scopes);
        source.sentry.issue(7, "acme", "shop", 0);
        let opened = source.alert(Some(INSTALLATION), "shop", 7);
        assert_eq!(opened.said(), "processed/created");
        source.installation_becomes(INSTALLATION);
        source
    }

    fn installation_becomes(&self, uuid: &str) {
        eventually("the installation is known", SOON, || {
            (self.connections()[0]["installation_id"] == uuid).then_some(())
        });
    }

    /// The address of a form on Sentry's pages.
    fn form(&self, form: &str) -> String {
        let key = self.hook.rsplit('/').next().unwrap();
        format!("{}/api/integrations/sentry/{key}/issue-link/{form}", self.server.url)
    }

    /// What Sentry posts when somebody fills a form in.
    fn fill_in(&self, form: &str, body: &Value) -> Reply {
        let body = body.to_string();
        let signature = hmac(SentryServer::CLIENT_SECRET, &body);
        let headers = [("Sentry-App-Signature", signature.as_str())];
        self.server.post_bytes(&self.form(form), &headers, body.as_bytes())
    }

    fn search(&self, query: &str) -> Value {
        let url = format!("{}?installationId={INSTALLATION}{query}", self.form("incidents"));
        let signature = hmac(SentryServer::CLIENT_SECRET, "");
        let reply = self.server.client.get(&url, &[("Sentry-App-Signature", &signature)]).unwrap();
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    /// An incident that somebody opens on a service.
    fn opened(&self, title: &str, service: &str) -> String {
        let body = json!({"title": title, "service_ids": [service]});
        let made = self.api().post("/incidents", &body);
        assert_eq!(made.status, 201, "{made:?}");
        made.data()["incident_number"].as_str().unwrap().to_owned()
    }

    fn links(&self, incident: &str) -> Vec<Value> {
        let listed = self.api().get(&format!("/incidents/{incident}/issue-links"));
        listed.data().as_array().unwrap().clone()
    }

    fn link(&self, incident: &str, issue: &str) -> Reply {
        self.api().post(&format!("/incidents/{incident}/issue-links"), &json!({"issue": issue}))
    }

    fn unlink(&self, incident: &str, link: &Value) -> Reply {
        let id = link["link_id"].as_str().unwrap();
        self.api().delete(&format!("/incidents/{incident}/issue-links/{id}"))
    }

    /// Waits until the only link of an incident is as wanted.
    fn stands(&self, incident: &str, what: &str, wanted: impl Fn(&Stands) -> bool) -> Value {
        eventually(what, SOON, || {
            let link = self.links(incident).pop()?;
            let text = |name: &str| link[name].as_str().unwrap_or_default().to_owned();
            wanted(&(text("issue_id"), text("state"), text("reason"))).then_some(link)
        })
    }

    /// The texts of an incident's timeline.
    fn told(&self, incident: &str) -> Vec<String> {
        let incident = self.server.incident(incident);
        let lines = incident["timeline"].as_array().unwrap().iter();
        lines.map(|line| line["text"].as_str().unwrap().to_owned()).collect()
    }

    fn set_option(&self, name: &str, value: &str) {
        let set = json!({"options": {name: value}});
        let set = self.api().patch(&self.path(""), &set);
        assert_eq!(set.status, 200, "{set:?}");
    }

    fn moves(&self, incident: &str, status: &str) {
        let moved =
            self.api().post(&format!("/incidents/{incident}/status"), &json!({"status": status}));
        assert_eq!(moved.status, 200, "{moved:?}");
    }

    fn jobs(&self) -> Vec<Value> {
        self.api().get("/jobs?limit=100").data()["items"].as_array().unwrap().clone()
    }

    /// What Sentry posts when an issue changes.
    fn issue_is(&self, action: &str, issue: u64, actor: &Value) -> Reply {
        let status = if action == "resolved" { "resolved" } else { "unresolved" };
        let body = json!({
            "action": action,
            "installation": {"uuid": INSTALLATION},
            "data": {"issue": {"id": issue.to_string(), "shortId": format!("SHOP-{issue}"),
                     "title": "ValueError: bad value", "level": "error", "status": status,
                     "project": {"slug": "shop", "name": "shop", "id": "1"}}},
            "actor": actor,
        });
        self.deliver("issue", &body)
    }
}

/// The body of a form.
fn filled_in(issue: &Value, fields: &Value) -> Value {
    json!({
        "fields": fields,
        "issueId": issue,
        "installationId": INSTALLATION,
        "webUrl": "https://acme.sentry.io/issues/7/",
        "project": {"slug": "shop", "id": 4_509_877_862_268_928_u64},
        "actor": {"type": "user", "id": 1, "name": "Meredith Heller"},
    })
}
