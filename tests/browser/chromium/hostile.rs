//! Whatever others send is text, to a browser too: nothing of it runs, loads or becomes an element.

use serde_json::{Value, json};

use super::pages::signed_in;
use crate::driver::Browser;
use crate::support::{
    Api, MARK, PASSWORD, Sent, SentryServer, Server, SnsOrigin, eventually, payload,
};

/// How soon something in the background is done.
const SOON: std::time::Duration = std::time::Duration::from_secs(30);

/// What came to be of hostile texts on the page: what ran, elements, links that run.
const HARM: &str = "return [
    typeof pwned,
    [...document.querySelectorAll('img[src=x], [onerror], script:not([src]), iframe, object, embed')].map(e => e.outerHTML),
    [...document.querySelectorAll('a[href], form[action]')]
        .map(e => e.getAttribute('href') ?? e.getAttribute('action')).filter(a => /^\\s*javascript:/i.test(a)),
]";

/// Opens a page; nothing hostile on it may be more than text, and that must be there.
fn harmless(browser: &Browser, path: &str) {
    tells(browser, path, &[MARK]);
}

/// The same, and every one of `told` must be there.
fn tells(browser: &Browser, path: &str, told: &[&str]) {
    browser.go(path);
    unharmed(browser, path);
    let seen = browser.run("return document.body.textContent + [...document.querySelectorAll('input, textarea')].map(e => e.value)");
    for text in told {
        assert!(seen.as_str().unwrap().contains(text), "{path}: {text} is there as text: {seen}");
    }
}

fn unharmed(browser: &Browser, what: &str) {
    assert_eq!(browser.run(HARM), json!(["undefined", [], []]), "{what}");
    assert_eq!(browser.complaints(), Vec::<String>::new(), "{what}");
}

#[test]
fn the_test_would_see_harm() {
    let server = Server::start();
    let browser = Browser::of(&server, true);
    browser.go("/sign-in");
    unharmed(&browser, "as it is");
    let harm = format!("document.body.insertAdjacentHTML('beforeend', {})", json!(payload("a")));
    browser.run(&harm);
    let harmed = browser.run(HARM);
    assert_eq!(harmed[1].as_array().unwrap().len(), 2, "{harmed}");
    let complaints = eventually("the policy is told to be broken", SOON, || {
        Some(browser.complaints()).filter(|complaints| !complaints.is_empty())
    });
    // The image is of this server, so it is asked for; what its attribute says does not run.
    assert!(
        complaints.iter().any(|line| line.contains("Content Security Policy")),
        "{complaints:?}"
    );
    assert_eq!(browser.run("return typeof pwned"), "undefined");
}

#[test]
fn every_field_of_every_provider_is_shown_as_text() {
    let sns = SnsOrigin::start();
    let (path, name) = (SnsOrigin::CERTIFICATE_PATH, SnsOrigin::CERTIFICATE_NAME);
    let origins = format!("{}{path} {name}", sns.origin());
    let server = Server::builder().set("sns.origins", &origins).start();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    for provider in watchbell_providers::PROVIDERS {
        let slug = provider.slug();
        let hostile = payload(slug);
        let flags = ["--default-service", "SER-00001", "--rate-limit", "0"];
        let hook = server.add(slug, &hostile, &flags);
        server.post(&hook, &sns.question(&SnsOrigin::topic("hostile"), 1));
        let (mut last, mut titles) = (None, 0);
        for whole in [true, false] {
            for sent in Sent::samples(*provider, &format!("{slug}{whole}")) {
                let sent = sent.poisoned(*provider, &format!("{slug}{whole}"), whole);
                let reply = sent.send(*provider, &server, &hook, &sns);
                assert_eq!(reply.status, 202, "{}: {reply:?}", sent.name);
                let data = reply.data();
                let delivery = data["delivery_id"].as_str().unwrap().to_owned();
                tells(&browser, &format!("/deliveries/{delivery}"), &sent.told(*provider));
                let incident = data["alerts"][0]["incident_number"].as_str();
                let incident = incident.unwrap_or_else(|| panic!("{}: {data}", sent.name));
                // What is open already keeps its title.
                let is_new = data["alerts"][0]["reason"] == "created";
                let title = sent.title(*provider).filter(|_| is_new);
                tells(&browser, &format!("/incidents/{incident}"), title.as_slice());
                titles += usize::from(title.is_some());
                last = Some(delivery);
            }
        }
        let last = last.unwrap_or_else(|| panic!("{slug} has a sample that opens an incident"));
        assert!(titles > 0, "{slug}: no title of its was hostile");
        browser.go(&format!("/deliveries/{last}"));
        browser.click("form[action$='/rehearse'] button");
        browser.sees("#would", "Now");
        unharmed(&browser, "the rehearsal");
        let found = server.api(&format!("/api/v1/deliveries/{last}")).data();
        harmless(&browser, &format!("/integrations/{}", found["integration_id"].as_str().unwrap()));
    }
    let words: String =
        form_urlencoded::byte_serialize(format!("<img src=x {MARK}>").as_bytes()).collect();
    for path in ["/", "/incidents", "/deliveries", "/integrations", "/audit"] {
        harmless(&browser, path);
    }
    harmless(&browser, &format!("/incidents?q={words}"));
    harmless(&browser, &format!("/deliveries?key={words}"));
}

#[test]
fn what_people_and_pipelines_write_is_shown_as_text() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let done = |reply: crate::support::Reply| {
        assert!(reply.status < 300, "{reply:?}");
        reply.data()
    };
    done(api.post("/teams", &json!({"name": payload("team"), "description": payload("about")})));
    let service = json!({
        "name": payload("service"), "description": payload("about"), "team": payload("team"),
    });
    done(api.patch("/services/SER-00001", &service));
    let user = json!({"email": "eve@example.com", "name": payload("user"), "role": "admin"});
    let link = done(api.post("/users", &user))["link"].as_str().unwrap().to_owned();
    done(api.post("/api-keys", &json!({"name": payload("key"), "scopes": ["incidents:read"]})));
    done(api.patch("/settings", &json!({"organization_name": payload("org")})));
    let token = done(api.post("/services/SER-00001/deploy-token", &json!({})));
    let deploy = json!({
        "commit_sha": "4f2a9c1d77e0b3a5", "commit_message": payload("message"), "branch": payload("branch"),
        "deployed_by": payload("by"), "environment": payload("env"), "version": payload("version"),
        "url": "https://ci.example/run/88", "commits": [{"sha": "e83c516", "message": payload("c")}],
    });
    let token = token["deploy_token"].as_str().unwrap();
    let headers = [("x-deploy-token", token), ("content-type", "application/json")];
    let told = server.speak("POST", "/api/ingest/deploy", &headers, deploy.to_string().as_bytes());
    assert_eq!(told.status, 202, "{told:?}");
    let alert =
        json!({"title": payload("title"), "service_id": "SER-00001", "dedup_key": payload("key")});
    let number = server.post(&server.hook("custom"), &alert).incident();
    let path = format!("/incidents/{number}");
    eventually("the deploy is suspected", SOON, || {
        let suspects = api.get(&format!("{path}/suspects")).data();
        suspects.to_string().contains(MARK).then_some(())
    });

    // Eve signs in under her name: the frame of every page is hers.
    let browser = Browser::of(&server, true);
    browser.go(&format!("/sign-in/{}", super::pages::token_of(&link)));
    browser.write("#password", PASSWORD);
    browser.click("main button.main");
    browser.sees("header .who", "eve@example.com");
    browser.go(&path);
    browser.write("#comment", &payload("comment"));
    browser.click("form[action$='/comments'] button");
    browser.sees("#timeline", "comment\"'><img");
    browser.go("/teams");
    let team = browser.run("return document.querySelector('main th a').getAttribute('href')");
    for path in [
        "/",
        "/incidents",
        &path,
        "/deploys",
        "/services",
        "/services/SER-00001",
        "/teams",
        team.as_str().unwrap(),
        "/users",
        "/users/eve@example.com",
        "/api-keys",
        "/audit",
        "/settings",
        "/incidents/new",
    ] {
        harmless(&browser, path);
    }
    browser.go("/incidents?team=none&q=%3Cscript%3Epwned=1%3C/script%3E");
    unharmed(&browser, "a search that finds nothing");
}

/// An event of Sentry's API whose every text is hostile.
fn event() -> Value {
    let text = payload;
    json!({
        "eventID": "0".repeat(32), "title": text("title"), "culprit": text("culprit"),
        "release": {"version": text("release")}, "user": {"email": text("mail"), "name": text("name")},
        "contexts": {"browser": {"name": text("browser"), "version": text("1")},
                     "os": {"name": text("os")}, "runtime": {"name": text("runtime")}},
        "tags": [{"key": "color", "value": text("tag")}, {"key": text("tagname"), "value": "1"}],
        "entries": [
            {"type": "exception", "data": {"values": [{"type": text("type"), "value": text("value"),
                "stacktrace": {"frames": [
                    {"filename": text("file"), "function": text("function"), "lineNo": 7, "inApp": true,
                     "context": [[6, text("before")], [7, text("line")]]},
                ]}}]}},
            {"type": "breadcrumbs", "data": {"values": [
                {"category": text("category"), "message": text("message"),
                 "timestamp": "2026-11-21T12:00:00Z", "data": {"k": text("data")}},
            ]}},
            {"type": "request", "data": {"method": "GET", "url": format!("https://a.example/{}", text("u"))}},
        ],
    })
}

#[test]
fn what_a_source_answers_is_shown_as_text() {
    let sentry = SentryServer::start();
    sentry.organization("acme", &payload("acme"), &["shop"]);
    let server = Server::builder().set("outbound.origins", &sentry.base()).start();
    let api = Api::for_everything(&server);
    let body = json!({"provider": "sentry", "name": "Ours", "default_service_key": "SER-00001"});
    let made = api.post("/integrations", &body).data();
    let id = made["integration"]["integration_id"].as_str().or(made["integration_id"].as_str());
    let id = id.unwrap().to_owned();
    let scopes = ["org:read", "project:read", "event:read", "event:admin"];
    let token = json!({"token": sentry.internal_token("acme", &scopes), "base_url": sentry.base()});
    let connected = api.post(&format!("/integrations/{id}/connections"), &token);
    assert_eq!(connected.status, 201, "{connected:?}");
    sentry.issue(7, "acme", "shop", 0);
    sentry.event(7, event());
    let body = json!({
        "action": "triggered", "installation": {"uuid": "7a485448-a9e2-4c85-8a3c-4f44175783c9"},
        "data": {"triggered_rule": payload("rule"), "event": {
            "event_id": "0".repeat(31) + "1", "issue_id": "7", "level": "error", "title": payload("title"),
            "url": "https://sentry.io/api/0/projects/acme/shop/events/0123456789abcdef/",
        }},
    });
    let hook = format!("{}/webhooks/{}", server.url, made["routing_key"].as_str().unwrap());
    let headers = [("sentry-hook-resource", "event_alert"), ("content-type", "application/json")];
    let number = server.post_bytes(&hook, &headers, body.to_string().as_bytes()).incident();
    let path = format!("/incidents/{number}");
    eventually("the source has said it", SOON, || {
        let known = api.get(&format!("{path}/enrichment"));
        (known.status == 200 && known.data()["state"] == "done").then_some(())
    });
    let linked = api.post(&format!("{path}/issue-links"), &json!({"issue": "7"}));
    assert!(linked.status < 300, "{linked:?}");
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    harmless(&browser, &path);
    let marks =
        browser.run(&format!("return document.body.textContent.split({}).length - 1", json!(MARK)));
    assert!(marks.as_i64() >= Some(12), "{marks} of its texts are shown");
    let path = format!("/integrations/{id}");
    browser.go(&path);
    unharmed(&browser, &path);
    // The organization's own name is hostile.
    harmless(&browser, &format!("{path}/connections"));
    let one = connected.data()["connection_id"].as_str().unwrap().to_owned();
    harmless(&browser, &format!("{path}/connections/{one}"));
    let path = format!("{path}/connections/{one}/projects");
    browser.go(&path);
    unharmed(&browser, &path);
}
