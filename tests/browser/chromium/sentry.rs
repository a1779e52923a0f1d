//! Sentry's set-up in a browser: what is copied, and the pages of connections.

use serde_json::json;

use super::pages::{looked_at, signed_in};
use crate::driver::Browser;
use crate::support::{Api, SentryServer, Server};

#[test]
fn the_copy_of_the_app_json_is_that_of_the_api() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    server.add("sentry", "Ours", &["--service", "SER-00002", "--service", "SER-00001"]);
    api.patch("/services/SER-00002", &json!({"name": "Checkout & <Cart> \"v2\""}));
    let shown = server.cli.json(&["integration", "show", "Ours"]);
    let id = shown["id"].as_str().unwrap();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    for extended in [false, true] {
        browser.go(&format!("/integrations/{id}"));
        assert!(!browser.has("#rule-form-text"), "it is not shown unless asked for");
        browser.click(&format!("#rule-form button[value=\"{extended}\"]"));
        browser.sees("#rule-form-text", "alert-rule-action");
        browser.click("#rule-form button[data-copy]");
        browser.sees("#rule-form button[data-copy]", "Copied");
        let answer = api.get(&format!("/integrations/{id}/rule-form?extended={extended}"));
        assert_eq!(browser.clipboard(), answer.data_as_it_stands(), "{extended}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_pages_of_sentrys_set_up_are_accessible_and_fit() {
    let sentry = SentryServer::start();
    let server = Server::builder().set("outbound.origins", &sentry.base()).start();
    let api = Api::for_everything(&server);
    let shown = server.cli.json(&["integration", "show", "sentry"]);
    let path = format!("/integrations/{}", shown["id"].as_str().unwrap());
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    let list = format!("{path}/connections");
    looked_at(&browser, "connections-none", &list);
    let token = sentry.internal_token("acme", &["org:read", "project:read", "event:read"]);
    let made = api.post(&list, &json!({"token": token, "base_url": sentry.base()})).data();
    let one = format!("{list}/{}", made["connection_id"].as_str().unwrap());
    let project = format!("{one}/projects/shop");
    api.put(&project, &json!({"service_key": "SER-00001"}));
    sentry.revoke(&token);
    api.post(&format!("{one}/check"), &json!({}));
    looked_at(&browser, "connection-over", &one);
    looked_at(&browser, "integration-sentry", &path);
}
