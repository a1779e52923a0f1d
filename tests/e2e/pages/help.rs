//! What to do, where its symptom shows; and nothing where all is well.

use serde_json::json;

use crate::support::{Api, JumpingClock, Reply, Server, Visitor, alert, group, with};

/// What a page advises: the titles, in their order.
fn advised(page: &str) -> Vec<String> {
    let Some((_, rest)) = page.split_once("<section class=\"help\"") else { return Vec::new() };
    let (section, _) = rest.split_once("</section>").unwrap();
    let titles = section.split("<summary>").skip(1);
    titles.map(|part| part.split("</summary>").next().unwrap().to_owned()).collect()
}

/// Sends to a server whose own address is another one.
fn send(server: &Server, name: &str, body: &serde_json::Value) -> Reply {
    let hook = format!("{}/webhooks/{}", server.url, server.cli.routing_key(name));
    server.post(&hook, body)
}

const FAR: (&str, &str) = ("server.public_url", "https://bell.example.com");

#[test]
fn an_integration_says_what_to_do_while_something_is_wrong_with_it() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let path = server.path_of("Custom webhook");
    let check = |expected: &[&str]| assert_eq!(advised(&owner.page(&path)), expected);
    check(&["No delivery in the event log", "A sender on the internet, and a server on your desk"]);
    // Refused, and nothing was ever taken.
    let made = api.post(&format!("{path}/secrets"), &json!({})).data();
    assert_eq!(send(&server, "custom", &alert("a")).status, 401);
    server.newest("signature_missing");
    check(&["The signature is missing or wrong (401)"]);
    let viewer = Visitor::with_role(&server, &api, "viewer");
    assert!(advised(&viewer.page(&path)).is_empty(), "why is in the log, which viewers do not see");
    let secret = made["secret_id"].as_str().unwrap();
    owner.submit(&path, &format!("{path}/secrets/remove"), &[("secret", secret)]);
    assert_eq!(send(&server, "custom", &alert("a")).status, 202);
    check(&[]);
    owner.submit(&path, &format!("{path}/state"), &[("to", "disable")]);
    check(&["The integration is disabled or disconnected"]);
}

#[test]
fn a_missing_link_and_a_rule_form_that_is_not_used_yet_are_noticed() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let path = server.path_of("Sentry");
    api.patch(&path, &json!({"default_service_key": null}));
    for service in ["SER-00001", "SER-00002"] {
        assert_eq!(api.delete(&format!("{path}/services/{service}")).status, 200);
    }
    let expected = [
        "No delivery in the event log",
        "A sender on the internet, and a server on your desk",
        "What to do about service_not_linked",
    ];
    assert_eq!(advised(&owner.page(&path)), expected);
    let issue = json!({"action": "created", "issue": {
        "id": "1", "title": "Boom", "level": "info", "status": "unresolved",
    }});
    assert_eq!(send(&server, "sentry", &issue).said(), "ignored/missing_service");
    let titles = advised(&owner.page(&path));
    assert_eq!(titles, ["What to do about service_not_linked", "What to do about missing_service"]);
}

#[test]
fn a_form_that_would_be_refused_is_noticed() {
    let server = Server::builder().set(FAR.0, FAR.1).start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let path = server.path_of("Sentry");
    let form = "Sentry&#39;s page says that it could not fetch details";
    assert_eq!(advised(&owner.page(&path)), ["No delivery in the event log"], "nobody opened it");
    assert_eq!(api.post(&format!("{path}/secrets"), &json!({})).status, 201);
    let issue = json!({"action": "created", "issue": {"id": "1", "title": "Boom"}});
    assert_eq!(send(&server, "sentry", &issue).status, 401);
    server.newest("signature_missing");
    assert_eq!(advised(&owner.page(&path)), [form, "The signature is missing or wrong (401)"]);
}

#[test]
fn what_needs_nothing_brings_no_help() {
    let server = Server::builder().set(FAR.0, FAR.1).start();
    let owner = Visitor::owner(&server);
    let beat = group("firing", &json!({"alertname": "Watchdog", "severity": "none"}));
    assert_eq!(send(&server, "alertmanager", &beat).said(), "ignored/heartbeat");
    assert_eq!(advised(&owner.page(&server.path_of("Prometheus Alertmanager"))), [""; 0]);
    let newest = server.newest("heartbeat")["delivery_id"].as_str().unwrap().to_owned();
    assert_eq!(advised(&owner.page(&format!("/deliveries/{newest}"))), [""; 0]);
}

#[test]
fn a_source_that_fell_silent_says_what_to_look_at() {
    let clock = JumpingClock::new();
    let server = Server::builder().envs(&clock.env()).start();
    clock.jump_to(-25 * 3_600);
    assert_eq!(send(&server, "custom", &alert("a")).status, 202);
    clock.jump_to(0);
    let owner = Visitor::owner(&server);
    let path = server.path_of("Custom webhook");
    assert_eq!(advised(&owner.page(&path)), ["No delivery in the event log"]);
    assert_eq!(send(&server, "custom", &alert("b")).status, 202);
    assert_eq!(advised(&owner.page(&path)), [""; 0]);
}

#[test]
fn a_delivery_says_what_to_do_about_its_reason() {
    let server = Server::builder().set(FAR.0, FAR.1).start();
    let owner = Visitor::owner(&server);
    let path = server.path_of("Sentry");
    assert_eq!(advised(&owner.page(&path)).len(), 1, "its address is reached from elsewhere");
    let issue = json!({"action": "created", "issue": {
        "id": "1", "title": "Boom", "level": "debug", "status": "unresolved",
    }});
    let reply = send(&server, "sentry", &issue);
    assert_eq!(reply.said(), "ignored/severity_do_not_create");
    let page =
        owner.page(&format!("/deliveries/{}", reply.data()["delivery_id"].as_str().unwrap()));
    assert_eq!(advised(&page), ["What to do about severity_do_not_create"]);
    assert!(page.contains("Change the linked service&#39;s severity mapping"), "{page}");
    let resolved = with(alert("none"), "status", "resolved");
    let reply = send(&server, "custom", &resolved);
    let page =
        owner.page(&format!("/deliveries/{}", reply.data()["delivery_id"].as_str().unwrap()));
    assert_eq!(advised(&page), ["The incident is not resolved"]);
    let reply = send(&server, "custom", &alert("a"));
    let page =
        owner.page(&format!("/deliveries/{}", reply.data()["delivery_id"].as_str().unwrap()));
    assert!(advised(&page).is_empty(), "{page}");
}

#[test]
fn an_incident_says_what_to_do_if_it_stays_open_or_was_corrected() {
    let clock = JumpingClock::new();
    let server = Server::builder().envs(&clock.env()).start();
    clock.jump_to(-25 * 3_600);
    let old = format!("/incidents/{}", super::incidents::opened(&server, "a"));
    clock.jump_to(0);
    let owner = Visitor::owner(&server);
    let fresh = format!("/incidents/{}", super::incidents::opened(&server, "b"));
    let check = |path: &str, expected: &[&str]| assert_eq!(advised(&owner.page(path)), expected);
    check(&old, &["The incident is not resolved"]);
    check(&fresh, &[]);
    owner.submit(&old, &format!("{old}/severity"), &[("severity", "SEV4")]);
    check(&old, &["The incident is not resolved", "The severity is wrong"]);
    owner.submit(&old, &format!("{old}/status"), &[("status", "resolved")]);
    check(&old, &["The severity is wrong"]);
}
