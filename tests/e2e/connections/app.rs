//! Organizations that install the app.

use serde_json::{Value, json};

use super::Source;
use crate::support::{Cli, Installed, Reply, SentryServer};

const PASSWORD: &str = "a long walk by the sea";

/// Somebody's browser, signed in.
pub(crate) struct Browser {
    cookie: String,
    csrf: String,
}

impl Source {
    pub(crate) fn with_app() -> Self {
        Self::with_app_on(Cli::new())
    }

    /// With its server on the folder of `cli`.
    pub(crate) fn with_app_on(cli: Cli) -> Self {
        let source = Self::on(cli);
        let body = json!({"slug": SentryServer::APP_SLUG, "client_id": SentryServer::CLIENT_ID,
                          "client_secret": SentryServer::CLIENT_SECRET,
                          "base_url": source.sentry.base()});
        let set = source.api().put(&source.path("/app"), &body);
        assert_eq!(set.status, 200, "{set:?}");
        let app = set.data();
        assert_eq!(
            app["install_url"],
            format!("{}/sentry-apps/watchbell/external-install/", source.sentry.base())
        );
        let redirect = app["redirect_url"].as_str().unwrap();
        assert!(redirect.contains("/oauth/sentry/callback?integration=int_"), "{redirect}");
        assert!(!set.body.contains(SentryServer::CLIENT_SECRET));
        source
    }

    fn open(&self, path: &str, body: &Value) -> Reply {
        let body = body.to_string();
        self.server.speak("POST", &format!("/api/v1{path}"), &[], body.as_bytes())
    }

    fn browser(reply: &Reply) -> Browser {
        let cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Browser { cookie, csrf: reply.data()["csrf_token"].as_str().unwrap().to_owned() }
    }

    pub(crate) fn owner(&self) -> Browser {
        let link = self.server.cli.json(&["user", "owner-link"]);
        let link = link["link"].as_str().or(link["url"].as_str()).unwrap();
        let token = link.rsplit('/').next().unwrap();
        let body = json!({"token": token, "email": "olga@example.com", "name": "Olga",
                          "password": PASSWORD});
        Self::browser(&self.open("/auth/links/use", &body))
    }

    fn responder(&self) -> Browser {
        let body = json!({"email": "rita@example.com", "name": "Rita", "role": "responder"});
        let invited = self.api().post("/users", &body).data();
        let token = invited["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        Self::browser(&self.open("/auth/links/use", &json!({"token": token, "password": PASSWORD})))
    }

    /// A browser comes back from Sentry.
    fn arrive(&self, query: &str, cookie: &str) -> Reply {
        let headers = [("cookie", cookie), ("sec-fetch-site", "cross-site")];
        self.server.speak("GET", &format!("/oauth/sentry/callback?{query}"), &headers, b"")
    }

    /// Somebody says yes to a page.
    fn confirm(&self, page: &Reply, cookie: &str, csrf: &str, site: &str) -> Reply {
        let sealed = between(&page.body, "name=\"installing\" value=\"", "\"");
        let body =
            format!("installing={sealed}&csrf_token={csrf}&integration={}", self.integration);
        let headers = [
            ("cookie", cookie),
            ("sec-fetch-site", site),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.server.speak("POST", "/oauth/sentry/callback", &headers, body.as_bytes())
    }

    pub(crate) fn connect(&self, browser: &Browser, installed: &Installed) -> Reply {
        let page = self.arrive(&installed.query(), &browser.cookie);
        assert_eq!(page.status, 200, "{page:?}");
        self.confirm(&page, &browser.cookie, &browser.csrf, "same-origin")
    }

    pub(crate) fn connections(&self) -> Vec<Value> {
        self.api().get(&self.path("/connections")).data().as_array().unwrap().clone()
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("{before}: {text}")).1;
    rest.split_once(after).unwrap().0
}

#[test]
fn an_installation_needs_a_yes_from_somebody_who_may() {
    let source = Source::with_app();
    let (owner, responder) = (source.owner(), source.responder());
    let installed = source.sentry.install("acme");
    let stranger = source.arrive(&installed.query(), "");
    assert_eq!(stranger.status, 401, "{stranger:?}");
    assert!(stranger.body.contains("sign in"), "{stranger:?}");
    let kept = stranger.header("set-cookie").unwrap();
    assert!(kept.contains("HttpOnly") && kept.contains("Max-Age=600"), "{kept}");
    assert!(!kept.contains(&installed.code), "the code is sealed");
    let kept = kept.split(';').next().unwrap().to_owned();
    assert_eq!(source.arrive(&installed.query(), &responder.cookie).status, 403);
    // Back from signing in, without the code in the address.
    let both = format!("{}; {kept}", owner.cookie);
    let page = source.arrive("", &both);
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("Connect acme?") && page.body.contains("olga@example.com"));
    assert!(!page.body.contains(&installed.code));
    let no = |reply: &Reply| {
        assert!(reply.status == 403 && source.connections().is_empty(), "{reply:?}");
    };
    no(&source.confirm(&page, &owner.cookie, &owner.csrf, "cross-site"));
    no(&source.confirm(&page, &owner.cookie, &responder.csrf, "same-origin"));
    no(&source.confirm(&page, &responder.cookie, &responder.csrf, "same-origin"));
    assert_eq!(source.sentry.asked_for("/authorizations/"), 0, "nothing was asked yet");
    let yes = source.confirm(&page, &owner.cookie, &owner.csrf, "same-origin");
    assert!(yes.status == 200 && yes.body.contains("Acme Corp is connected"), "{yes:?}");
    assert!(source.sentry.is_verified(&installed.uuid));
    let all = source.connections();
    assert_eq!((all.len(), &all[0]["state"]), (1, &json!("connected")));
    assert_eq!(all[0]["installation_id"], installed.uuid);
    assert!(all[0]["token_expires_at"].is_string());
    let again = source.confirm(&page, &owner.cookie, &owner.csrf, "same-origin");
    assert_eq!(again.status, 409);
    assert!(
        again.body.contains("Could not find grant for given code"),
        "Sentry's words: {again:?}"
    );
    let late = source.sentry.install("acme");
    source.sentry.advance(601);
    let late = source.connect(&owner, &late);
    assert!(late.status == 409 && late.body.contains("Grant has already expired"), "{late:?}");
    let audit = source.api().get("/audit?limit=100").data().to_string();
    assert!(audit.contains("olga@example.com") && audit.contains("connection.added"), "{audit}");
    for secret in [&installed.code, &source.sentry.live_tokens(&installed.uuid)[0]] {
        assert!(!audit.contains(secret.as_str()));
    }
}

#[test]
fn a_yes_that_does_not_count_leaves_the_code_for_another() {
    let source = Source::with_app();
    let (owner, responder) = (source.owner(), source.responder());
    let page = source.arrive(&source.sentry.install("acme").query(), &owner.cookie);
    let kept = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let refused = |browser: &str, csrf: &str, site: &str, status: u16| {
        let reply = source.confirm(&page, &format!("{browser}; {kept}"), csrf, site);
        assert_eq!(reply.status, status, "{reply:?}");
        assert_eq!(reply.header("set-cookie"), None, "{reply:?}");
    };
    refused("a=b", &owner.csrf, "same-origin", 401);
    refused(&owner.cookie, &responder.csrf, "same-origin", 403);
    refused(&owner.cookie, &owner.csrf, "cross-site", 403);
    refused(&responder.cookie, &responder.csrf, "same-origin", 403);
    // "Open this address again": it has no code, which is kept.
    let both = format!("{}; {kept}", owner.cookie);
    let again = source.arrive("", &both);
    assert!(again.status == 200 && again.body.contains("Connect acme?"), "{again:?}");
    let torn = Reply { body: "name=\"installing\" value=\"x\"".to_owned(), ..again.clone() };
    // Used, used before, and of no use.
    for (page, status) in [(&again, 200), (&again, 409), (&torn, 400)] {
        let reply = source.confirm(page, &both, &owner.csrf, "same-origin");
        assert_eq!(reply.status, status, "{reply:?}");
        assert!(reply.header("set-cookie").unwrap().contains("Max-Age=0"), "{reply:?}");
    }
}

#[test]
fn nothing_that_others_write_into_an_address_is_believed() {
    let source = Source::with_app();
    let owner = source.owner();
    for query in [
        "",
        "code=x",
        "code=x&installationId=no-uuid&orgSlug=acme",
        "code=x&installationId=11111111-2222-4333-8444-555555555555&orgSlug=%3Cscript%3E",
        "code=x&installationId=11111111-2222-4333-8444-555555555555&orgSlug=acme&integration=int_1",
    ] {
        let reply = source.arrive(query, &owner.cookie);
        assert_eq!(reply.status, 400, "{query}: {reply:?}");
    }
    let reply = source.server.speak("GET", "/oauth/nobody/callback?code=x", &[], b"");
    assert_eq!(reply.status, 404);
    source.sentry.organization("evil", "Evil Inc", &[]);
    let lie = Installed { organization: "acme".to_owned(), ..source.sentry.install("evil") };
    let refused = source.connect(&owner, &lie);
    assert!(refused.status == 409 && refused.body.contains("is not one of acme"), "{refused:?}");
    assert!(source.connections().is_empty());
}

#[test]
fn deliveries_belong_to_the_connection_of_their_installation() {
    let source = Source::with_app();
    let owner = source.owner();
    source.sentry.organization("other", "Other Ltd", &["shop"]);
    let (acme, other) = (source.sentry.install("acme"), source.sentry.install("other"));
    assert_eq!(source.alert(Some(&acme.uuid), "shop", 1).said(), "ignored/unknown_installation");
    assert_eq!(source.alert(None, "shop", 1).said(), "ignored/unknown_installation");
    for installed in [&acme, &other] {
        assert_eq!(source.connect(&owner, installed).status, 200);
    }
    // The same issue number in two organizations is two problems.
    let first = source.alert(Some(&acme.uuid), "shop", 1);
    let second = source.alert(Some(&other.uuid), "shop", 1);
    assert_eq!(
        (first.said(), second.said()),
        ("processed/created".to_owned(), "processed/created".to_owned())
    );
    assert_ne!(first.incident(), second.incident());
    assert_eq!(source.alert(Some(&acme.uuid), "shop", 1).incident(), first.incident());
    // Projects are mapped for each organization.
    let all = source.connections();
    let of = |organization: &str| {
        let found = all.iter().find(|one| one["organization"] == organization).unwrap();
        found["connection_id"].as_str().unwrap().to_owned()
    };
    let path = source.path(&format!("/connections/{}/projects/shop", of("acme")));
    let mapped = source.api().put(&path, &json!({"service_key": "SER-00002"})).data();
    assert_eq!(mapped["projects"][0]["connection_id"], of("acme"));
    let opened = source.alert(Some(&acme.uuid), "shop", 2);
    let incident = source.server.incident(&opened.incident());
    assert_eq!(incident["services"][0]["name"], "Demo Database", "{incident}");
    assert_eq!(source.alert(Some(&other.uuid), "shop", 2).said(), "ignored/unmapped_project");
    let unmapped = source.api().delete(&path).data();
    assert_eq!(unmapped["projects"], json!([]));
    // What explains says the same as what takes.
    let body = json!({"action": "triggered", "installation": {"uuid": "99999999-2222-4333-8444-555555555555"},
                      "data": {"event": {"event_id": "1", "issue_id": "7", "level": "error", "title": "x"}}});
    let said = source.deliver("event_alert", &body);
    assert_eq!(said.said(), "ignored/unknown_installation");
    // The app is removed in one organization.
    let gone = source.sentry.uninstall(&acme.uuid);
    assert_eq!(source.deliver("installation", &gone).said(), "ignored/installation");
    let all = source.connections();
    let acme_now = all.iter().find(|one| one["organization"] == "acme").unwrap();
    assert_eq!(acme_now["state"], "disconnected");
    assert_eq!(acme_now["reason"], "the app was removed from the organization");
    assert_eq!(source.alert(Some(&acme.uuid), "shop", 3).said(), "ignored/unknown_installation");
    assert_eq!(source.alert(Some(&other.uuid), "shop", 3).said(), "processed/created");
    // And comes back.
    let back = source.sentry.install("acme");
    assert_eq!(source.connect(&owner, &back).status, 200);
    assert_eq!(
        source.alert(Some(&back.uuid), "shop", 1).incident(),
        first.incident(),
        "the same problem"
    );
}
