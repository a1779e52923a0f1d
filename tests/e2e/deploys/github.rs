//! What GitHub tells.

use std::fs;

use serde_json::{Value, json};

use super::SERVICE;
use crate::support::{Api, Reply, Server, fixture, hmac};

pub(super) fn webhook(server: &Server, event: &str, secret: &str, body: &str) -> Reply {
    let signature = format!("sha256={}", hmac(secret, body));
    let headers = [
        ("x-github-event", event),
        ("x-hub-signature-256", signature.as_str()),
        ("content-type", "application/json"),
    ];
    server.speak("POST", "/api/github/webhook", &headers, body.as_bytes())
}

pub(super) fn read(name: &str) -> String {
    fs::read_to_string(fixture(&format!("github/{name}.json"))).unwrap()
}

/// The demo service has this repository, and GitHub signs with this secret.
fn secret(api: &Api<'_>, repository: &str) -> String {
    let path = format!("/services/{SERVICE}");
    let set = api.patch(&path, &json!({"repository": repository}));
    assert_eq!(set.status, 200, "{set:?}");
    let made = api.post(&format!("{path}/github-secret"), &json!({}));
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.data();
    assert!(made["webhook_url"].as_str().unwrap().ends_with("/api/github/webhook"));
    made["secret"].as_str().unwrap().to_owned()
}

#[test]
fn github_tells_of_deploys_and_the_files_of_their_commits() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    // GitHub tells names apart without case.
    let secret = secret(&api, "Acme/Shop");
    let ping = webhook(&server, "ping", &secret, &read("ping"));
    assert_eq!((ping.status, &ping.data()["outcome"]), (202, &json!("ignored")));
    let begun =
        webhook(&server, "deployment_status", &secret, &read("deployment_status_in_progress"));
    assert!(begun.data()["reason"].as_str().unwrap().contains("in_progress"));
    assert_eq!(api.get("/deploys").data()["total"], 0);

    let pushed = webhook(&server, "push", &secret, &read("push")).data();
    assert_eq!(pushed["services"][0]["commits"], 2);
    let told = webhook(&server, "deployment_status", &secret, &read("deployment_status_success"));
    assert_eq!(told.status, 202, "{told:?}");
    let told = told.data();
    assert_eq!(told["outcome"], "recorded");
    let id = told["services"][0]["deploy_id"].as_str().unwrap().to_owned();
    let shown = api.get(&format!("/deploys/{id}")).data();
    assert_eq!((&shown["source"], &shown["deployed_by"]), (&json!("github"), &json!("mona")));
    assert_eq!(shown["deployed_at"], "2026-11-21T11:52:10.000Z", "as GitHub says");
    assert_eq!(shown["environment"], "production");
    assert_eq!(shown["commits"][0]["files"], json!(["src/tax/mod.rs", "src/tax/round.rs"]));
    // GitHub sends it again when somebody presses a button.
    let again = webhook(&server, "deployment_status", &secret, &read("deployment_status_success"));
    assert_eq!(again.data()["services"][0]["deploy_id"], json!(id));
    assert_eq!(api.get("/deploys").data()["total"], 1);
    let star = webhook(&server, "star", &secret, &read("ping"));
    assert_eq!(star.data()["outcome"], "ignored");
}

#[test]
fn what_github_did_not_sign_is_refused() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let secret = secret(&api, "acme/shop");
    let body = read("deployment_status_success");
    let send = |headers: &[(&str, &str)], body: &str| {
        server.speak("POST", "/api/github/webhook", headers, body.as_bytes())
    };
    let event = ("x-github-event", "deployment_status");
    let other = format!("sha256={}", hmac("another secret", &body));
    let good = format!("sha256={}", hmac(&secret, &body));
    for (what, headers, body) in [
        ("no signature", vec![event], body.clone()),
        ("another secret", vec![event, ("x-hub-signature-256", &other)], body.clone()),
        ("another body", vec![event, ("x-hub-signature-256", &good)], body.replace("main", "mine")),
        (
            "another repository",
            vec![event, ("x-hub-signature-256", &good)],
            body.replace("acme/", "evil/"),
        ),
        ("no JSON", vec![event, ("x-hub-signature-256", &good)], "payload=%7B%7D".to_owned()),
    ] {
        assert_eq!(send(&headers, &body).refused(), "401 unauthorized", "{what}");
    }
    assert_eq!(api.get("/deploys").data()["total"], 0);
    let broken = json!({"repository": {"full_name": "acme/shop"}}).to_string();
    let reply = webhook(&server, "deployment_status", &secret, &broken);
    assert_eq!(reply.refused(), "400 malformed");
    let got = server.speak("GET", "/api/github/webhook", &[], b"");
    assert_eq!(got.refused(), "405 method_not_allowed");

    // Replaced with grace both are taken; taken away none is.
    let path = format!("/services/{SERVICE}/github-secret");
    let pasted = json!({"secret": "a secret of our own", "grace_s": 600});
    let made = api.post(&path, &pasted).data();
    assert_eq!(made["secret"], Value::Null, "what was pasted is not shown");
    for secret in [secret.as_str(), "a secret of our own"] {
        assert_eq!(webhook(&server, "ping", secret, &read("ping")).status, 202);
    }
    assert_eq!(api.delete(&path).data()["removed"], true);
    assert_eq!(api.delete(&path).data()["removed"], false);
    for secret in [secret.as_str(), "a secret of our own"] {
        let refused = webhook(&server, "ping", secret, &read("ping"));
        assert_eq!(refused.refused(), "401 unauthorized");
    }
    // A service without a repository could not be found.
    let refused = api.post("/services/SER-00002/github-secret", &json!({}));
    assert_eq!(refused.refused(), "409 conflict");
}
