//! The Integrations Hub, and what admins do with an integration.

use serde_json::Value;

use crate::support::{Api, Server, Visitor};

fn id_of(server: &Server, provider: &str) -> String {
    let found = server.api(&format!("/api/v1/integrations?provider={provider}")).data();
    found["items"][0]["integration_id"].as_str().unwrap().to_owned()
}

fn shown(server: &Server, id: &str) -> Value {
    server.api(&format!("/api/v1/integrations/{id}")).data()
}

#[test]
fn a_source_is_connected_tested_and_shown() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let hub = owner.page("/integrations");
    for provider in watchbell_providers::PROVIDERS {
        assert!(hub.contains(provider.name()), "{}", provider.name());
    }
    assert!(hub.contains("nothing yet") && hub.contains("Last delivery: never"), "{hub}");
    let fields = [("provider", "alertmanager"), ("service", "SER-00002"), ("name", "Cluster 7")];
    let made = owner.submit("/integrations", "/integrations", &fields);
    assert_eq!(made.status, 303, "{made:?}");
    let next = made.header("location").unwrap().to_owned();
    let path = next.strip_suffix("?done=connected").unwrap().to_owned();
    let page = owner.page(&next);
    for told in ["It is connected.", "Cluster 7", "Demo Database", "How to set the sender up"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let tested = owner.submit(&path, &format!("{path}/test"), &[]);
    assert_eq!(tested.status, 303, "{tested:?}");
    let page = owner.page(tested.header("location").unwrap());
    assert!(page.contains("The test alert went through.") && page.contains("created"), "{page}");
    assert!(page.contains("that olga@example.com sent"), "{page}");
    assert!(owner.page(&path).contains("heard"));
    assert!(owner.page("/integrations").contains("heard"));
    let wrong = [("provider", "nothing"), ("service", "SER-00002")];
    let refused = owner.submit("/integrations", "/integrations", &wrong);
    assert!((400..500).contains(&refused.status), "{refused:?}");
    super::is_safe(&refused);
    let wrong = [("provider", "custom"), ("service", "SER-09999")];
    let refused = owner.submit("/integrations", "/integrations", &wrong);
    assert!(refused.status == 400 && refused.body.contains("role=\"alert\""), "{refused:?}");
}

#[test]
fn every_provider_has_its_page_and_a_test_alert_that_opens_an_incident() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    for provider in watchbell_providers::PROVIDERS {
        let id = id_of(&server, provider.slug());
        let path = format!("/integrations/{id}");
        let page = owner.page(&path);
        super::is_safe(&owner.get(&path));
        assert!(page.contains("How to set the sender up") && page.contains("<pre"), "{page}");
        for setting in provider.settings() {
            assert!(page.contains(&format!("name=\"option.{}\"", setting.key)), "{}", setting.key);
        }
        if !page.contains("Send a test alert") {
            let refused = owner.submit(&path, &format!("{path}/test"), &[]);
            assert_eq!(refused.status, 409, "{}: {refused:?}", provider.slug());
            continue;
        }
        // Once without a secret, and once signed with one, if it can be.
        for signed in [false, true] {
            if signed && page.contains("cannot sign with a secret") {
                continue;
            }
            if signed {
                let stored = owner.submit(&path, &format!("{path}/secrets"), &[("secret", "")]);
                assert!(stored.status == 200 && stored.body.contains("shown this once"));
            }
            let sent = owner.submit(&path, &format!("{path}/test"), &[]);
            assert_eq!(sent.status, 303, "{} {signed}: {sent:?}", provider.slug());
            let page = owner.page(sent.header("location").unwrap());
            assert!(page.contains("<strong>created</strong>"), "{}: {page}", provider.slug());
        }
    }
}

#[test]
fn keys_are_shown_to_whoever_asks_for_them_and_that_is_told() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let key = server.cli.routing_key("custom");
    let path = format!("/integrations/{}", id_of(&server, "custom"));
    let page = owner.page(&path);
    assert!(!page.contains(&key) && page.contains("Show the webhook URL"), "{page}");
    let told = || api.get("/audit?action=key.revealed").data()["items"].as_array().unwrap().len();
    let before = told();
    let shown = owner.submit(&path, &format!("{path}/reveal"), &[]);
    assert!(shown.status == 200 && shown.body.contains(&format!("/webhooks/{key}")), "{shown:?}");
    super::is_safe(&shown);
    assert_eq!(told(), before + 1);
    assert!(!owner.page(&path).contains(&key), "once");
    let rotated = owner.submit(&path, &format!("{path}/rotate"), &[("grace", "3600")]);
    rotated.leads_to(&format!("{path}?done=rotated"));
    assert_ne!(server.cli.routing_key("custom"), key);
    assert!(owner.page(&path).contains("ends 20"), "the old one lives on");
    let wrong = owner.submit(&path, &format!("{path}/rotate"), &[("grace", "99999999")]);
    assert!(wrong.status == 400 && wrong.body.contains("role=\"alert\""));
    let responder = Visitor::with_role(&server, &api, "responder");
    let page = responder.page(&path);
    assert!(!page.contains("<button class=\"main\">Show the webhook URL"), "{page}");
    for form in ["reveal", "rotate", "test", "state", "settings", "link", "unlink", "secrets"] {
        let refused = responder.submit(&path, &format!("{path}/{form}"), &[]);
        assert_eq!(refused.status, 403, "{form}");
    }
    let viewer = Visitor::with_role(&server, &api, "viewer");
    assert!(viewer.page(&path).contains("What was delivered is seen by responders"));
    assert_eq!(viewer.submit("/", "/integrations", &[]).status, 403);
}

#[test]
fn an_integration_is_changed_on_its_page() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let id = id_of(&server, "custom");
    let path = format!("/integrations/{id}");
    let done = |form: &str, fields: &[(&str, &str)], word: &str| {
        let sent = owner.submit(&path, &format!("{path}/{form}"), fields);
        sent.leads_to(&format!("{path}?done={word}"));
        shown(&server, &id)
    };
    let set = [
        ("name", "Scripts"),
        ("default_service", ""),
        ("rate_limit", "7"),
        ("accept_over_limit", "true"),
    ];
    let now = done("settings", &set, "changed");
    assert_eq!((&now["name"], &now["rate_limit"]), (&"Scripts".into(), &7.into()));
    assert_eq!(
        (&now["default_service_key"], &now["accept_over_limit"]),
        (&Value::Null, &true.into())
    );
    let key = now["services"][1]["service_key"].as_str().unwrap().to_owned();
    assert_eq!(
        done("unlink", &[("service", &key)], "unlinked")["services"].as_array().unwrap().len(),
        1
    );
    assert_eq!(
        done("link", &[("service", &key)], "linked")["services"].as_array().unwrap().len(),
        2
    );
    assert_eq!(done("state", &[("to", "disable")], "state")["state"], "disabled");
    let test = owner.submit(&path, &format!("{path}/test"), &[]);
    assert!(test.status == 409 && test.body.contains("enable it first"), "{test:?}");
    assert_eq!(done("state", &[("to", "enable")], "state")["state"], "connected");
    let pasted = done("secrets", &[("secret", "a-secret-of-the-sender")], "secret");
    let secret = pasted["signing_secrets"][0]["secret_id"].as_str().unwrap().to_owned();
    assert!(!owner.page(&path).contains("a-secret-of-the-sender"));
    let left = done("secrets/remove", &[("secret", &secret)], "removed");
    assert_eq!(left["signing_secrets"].as_array().unwrap().len(), 0);
    let refused = |form: &str, fields: &[(&str, &str)], status: u16| {
        let reply = owner.submit(&path, &format!("{path}/{form}"), fields);
        assert_eq!(reply.status, status, "{form}: {reply:?}");
        assert!(reply.body.contains("role=\"alert\""), "{reply:?}");
    };
    refused("settings", &[("name", ""), ("rate_limit", "x")], 400);
    refused("settings", &[("name", "a"), ("rate_limit", "7"), ("option.no_such", "x")], 400);
    refused("state", &[("to", "gone")], 400);
    refused("state", &[("to", "enable"), ("x", "y")], 400);
    refused("secrets", &[("secret", "short")], 400);
    assert_eq!(owner.get("/integrations/int_00000000000070008000000000000000").status, 404);
}
