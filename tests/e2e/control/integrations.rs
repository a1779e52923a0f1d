//! Integrations through the API, from their making to their end.

use serde_json::{Value, json};

use crate::support::{Api, Server, alert};

/// The address at this server: what is shown is the address for senders elsewhere.
fn hook(server: &Server, shown: &Value) -> String {
    let (_, path) = shown["webhook_url"].as_str().unwrap().split_once("/webhooks/").unwrap();
    format!("{}/webhooks/{path}", server.url)
}

fn id(view: &Value) -> String {
    view["integration_id"].as_str().unwrap().to_owned()
}

#[test]
fn an_integration_is_made_and_takes_a_delivery_at_once() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let body = json!({
        "provider": "custom", "name": "Scripts", "service_keys": ["SER-00001"],
        "default_service_key": "SER-00001", "rate_limit": 7, "restricted_to_links": true,
        "generate_signing_secret": true,
    });
    let made = api.post("/integrations", &body);
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.data();
    assert_eq!(made["state"], "connected");
    assert_eq!(made["rate_limit"], 7);
    assert_eq!(made["services"].as_array().unwrap().len(), 1);
    assert_eq!(made["signing_secrets"].as_array().unwrap().len(), 1);
    assert!(made["signing_secret"].as_str().unwrap().starts_with("whsec_"));
    let url = &hook(&server, &made);
    assert_eq!(server.post(url, &alert("a")).refused(), "401 unauthorized", "it asks for a proof");
    // Without the secret the key alone is the proof.
    let path = format!("/integrations/{}", id(&made));
    let left = api.delete(&format!("{path}/secrets"));
    assert_eq!(left.data()["signing_secrets"], 0);
    assert_eq!(server.post(url, &alert("a")).said(), "processed/created");
    // What is shown later hides the key.
    let shown = api.get(&path).data();
    assert!(!shown.to_string().contains(made["routing_key"].as_str().unwrap()), "{shown}");
    assert!(shown["routing_keys"][0]["masked"].as_str().unwrap().starts_with("cu_…"));
    let revealed = api.post(&format!("{path}/reveal"), &json!({})).data();
    assert_eq!(revealed["webhook_url"], made["webhook_url"]);
    let guide = api.get(&format!("{path}/guide")).data();
    let guide = guide["markdown"].as_str().unwrap();
    assert!(
        guide.contains("/webhooks/cu_…") && !guide.contains(made["routing_key"].as_str().unwrap()),
        "{guide}"
    );
}

#[test]
fn it_moves_between_its_states() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let made = api
        .post("/integrations", &json!({"provider": "custom", "default_service_key": "SER-00001"}))
        .data();
    let (path, url) = (format!("/integrations/{}", id(&made)), &hook(&server, &made));
    let check = |to: &str, state: &str, answer: u16| {
        let moved = api.post(&format!("{path}/{to}"), &json!({})).data();
        assert_eq!(moved["state"], state, "{to}");
        assert_eq!(server.post(url, &alert("k")).status, answer, "{to}");
    };
    check("disable", "disabled", 403);
    check("enable", "connected", 202);
    check("disconnect", "disconnected", 404);
    let refused = api.post(&format!("{path}/enable"), &json!({}));
    assert_eq!(refused.refused(), "409 conflict");
    assert!(refused.error()["message"].to_string().contains("reconnect"));
    check("reconnect", "connected", 202);
    let all = api.get("/integrations?state=disabled").data();
    assert_eq!(all["total"], 0, "{all}");
    let all = api.get("/integrations?provider=custom&state=connected").data();
    assert_eq!(all["total"], 2, "{all}");
}

#[test]
fn a_mapping_acts_on_the_next_delivery() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let services = api.get("/services").data();
    let key = services["items"][0]["service_key"].as_str().unwrap();
    let sentry = api.get("/integrations?provider=sentry").data();
    let path = format!("/integrations/{}", id(&sentry["items"][0]));
    let body = json!({"severity_mapping": {"fatal": "SEV3", "Warning": "do_not_create"}});
    let linked = api.put(&format!("{path}/services/{key}"), &body).data();
    let link = linked["services"].as_array().unwrap().iter().find(|l| l["service_key"] == key);
    let mapping = &link.unwrap()["severity_mapping"];
    assert_eq!(mapping, &json!({"fatal": "SEV3", "warning": "do_not_create"}));
    // A link without a mapping keeps the one that is there.
    let again = api.put(&format!("{path}/services/{key}"), &json!({})).data();
    assert_eq!(again["services"], linked["services"]);
    let wrong = json!({"severity_mapping": {"fatal": "SEV9", "error": null}});
    let reply = api.put(&format!("{path}/services/{key}"), &wrong);
    assert_eq!(reply.refused(), "400 validation_error");
    assert_eq!(reply.paths(), ["severity_mapping.error", "severity_mapping.fatal"]);
    for level in [String::new(), "x".repeat(101), "a\nb".to_owned()] {
        let wrong = json!({"severity_mapping": {level: "SEV1"}});
        let reply = api.put(&format!("{path}/services/{key}"), &wrong);
        assert_eq!(reply.paths(), ["severity_mapping"], "{reply:?}");
    }
    let default = api.delete(&format!("{path}/services/{key}"));
    assert_eq!(default.refused(), "409 conflict", "it is the default service");
    let unset = api.patch(&path, &json!({"default_service_key": null})).data();
    assert_eq!(unset["default_service_key"], Value::Null);
    let gone = api.delete(&format!("{path}/services/{key}")).data();
    assert_eq!(gone["services"].as_array().unwrap().len(), 1);
    let mapped = api.put(&format!("{path}/projects/Backend"), &json!({"service_key": key})).data();
    assert_eq!(
        mapped["projects"],
        json!([{"project": "backend", "service_key": key, "connection_id": null, "is_active": true}])
    );
    let unmapped = api.delete(&format!("{path}/projects/backend")).data();
    assert_eq!(unmapped["projects"], json!([]));
}

#[test]
fn a_key_is_replaced_and_secrets_live_two_at_a_time() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let made = api
        .post("/integrations", &json!({"provider": "custom", "default_service_key": "SER-00001"}))
        .data();
    let path = format!("/integrations/{}", id(&made));
    let old = &hook(&server, &made);
    let rotated = api.post(&format!("{path}/rotate"), &json!({"grace_s": 600}));
    assert_eq!(rotated.status, 201);
    let new = hook(&server, &rotated.data());
    assert_eq!(server.post(old, &alert("a")).status, 202, "both live");
    assert_eq!(server.post(&new, &alert("a")).status, 202);
    let last = api.post(&format!("{path}/rotate"), &json!({})).data();
    assert_eq!(server.post(&new, &alert("a")).status, 404, "at once");
    assert_eq!(server.post(&hook(&server, &last), &alert("a")).status, 202);
    let secrets = format!("{path}/secrets");
    let first = api.post(&secrets, &json!({"signing_secret": "swordfish-one"}));
    assert_eq!(first.status, 201);
    assert_eq!(first.data()["signing_secret"], Value::Null, "what was pasted is not shown");
    let second = api.post(&secrets, &json!({})).data();
    assert!(second["signing_secret"].is_string());
    assert_eq!(api.post(&secrets, &json!({})).refused(), "409 conflict", "two at most");
    let one = format!("{secrets}/{}", first.data()["secret_id"].as_str().unwrap());
    assert_eq!(api.delete(&one).data()["signing_secrets"], 1);
    assert_eq!(api.delete(&one).refused(), "404 not_found");
    let other = format!("{secrets}/{}", second["secret_id"].as_str().unwrap());
    assert_eq!(api.delete(&other).refused(), "409 conflict", "the last one goes by removing all");
    let short = api.post(&secrets, &json!({"signing_secret": "short"}));
    assert_eq!(short.refused(), "400 validation_error");
    assert!(!short.body.contains("short\""), "never shown: {short:?}");
}

#[test]
fn the_kinds_of_senders_say_how_they_are_set() {
    let server = Server::start();
    let api = Api::with(&server, &["integrations:read"]);
    let all = api.get("/providers").data();
    let all = all.as_array().unwrap();
    let slugs: Vec<_> = all.iter().map(|one| one["provider"].as_str().unwrap()).collect();
    assert!(slugs.contains(&"sentry") && slugs.contains(&"custom"), "{slugs:?}");
    let sentry = all.iter().find(|one| one["provider"] == "sentry").unwrap();
    assert_eq!(sentry["levels"]["fatal"], "SEV0");
    assert_eq!(sentry["levels"]["debug"], "do_not_create");
    for setting in all.iter().flat_map(|one| one["settings"].as_array().unwrap()) {
        assert!(!setting["help"].as_str().unwrap().is_empty(), "{setting}");
        assert_eq!(setting["kind"] == "choice", !setting["choices"].as_array().unwrap().is_empty());
    }
}
