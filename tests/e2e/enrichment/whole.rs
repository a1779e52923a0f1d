//! From the bytes of a webhook to what people see.

use serde_json::{Value, json};

use super::{SOON, alert, connected, issue, opened};
use crate::connections::Source;
use crate::support::{SentryServer, eventually};

/// The commit that the stand-in's Sentry suspects.
const SUSPECTED: &str = "3fa9c1e0aa11bb22cc33dd44ee55ff6600112233";

#[test]
fn a_webhook_leads_to_the_deploy_that_it_came_from() {
    let (source, _) = connected();
    let api = source.api();
    source.sentry.issue(41, "acme", "shop", 0);
    let made = api.post("/services/SER-00001/deploy-token", &json!({})).data();
    let token = made["deploy_token"].as_str().unwrap();
    let ago = |minutes: i64| {
        let at = crate::support::now_s() - 60 * minutes;
        watchbell_model::Timestamp::from_timestamp(at, 0).unwrap().to_rfc3339()
    };
    // By age alone the second one would be it.
    for (sha, minutes, file) in
        [(SUSPECTED, 50, "checkout/service.py"), ("bbbbbbb", 2, "docs/a.md")]
    {
        let told = json!({"commit_sha": sha, "deployed_at": ago(minutes), "environment": "production",
                          "commits": [{"sha": sha, "files": [file]}]});
        let headers = [("x-deploy-token", token), ("content-type", "application/json")];
        let told = told.to_string();
        let told = source.server.speak("POST", "/api/ingest/deploy", &headers, told.as_bytes());
        assert_eq!(told.status, 202, "{told:?}");
    }
    let number = source.opens(41);
    let known = source.is_done(&number);
    assert_eq!((&known["source"], &known["reason"]), (&json!("connection"), &Value::Null));
    assert_eq!((&known["attempts"], &known["next_try_at"]), (&json!(1), &Value::Null));
    let issue = &known["issue"];
    assert_eq!((&issue["short_id"], &issue["events"]), (&json!("SHOP-41"), &json!(120)));
    assert_eq!((&issue["users"], &issue["status"]), (&json!(7), &json!("unresolved")));
    let event = &known["event"];
    assert_eq!(event["release"], "checkout-api@2.14.0+3fa9c1e");
    assert_eq!(
        (&event["environment"], &event["tags"]["level"]),
        (&json!("production"), &json!("error"))
    );
    let frame = &event["exceptions"][0]["frames"][0];
    assert_eq!((&frame["file"], &frame["line"]), (&json!("checkout/service.py"), &json!(133)));
    assert_eq!(event["breadcrumbs"][0]["category"], "httplib");
    assert_eq!(event["user"]["email"], "dana@example.com");
    assert_eq!(known["commits"][0]["sha"], SUSPECTED);
    assert_eq!(known["personal_data"], "shown");

    let suspects = eventually("the commit is suspected", SOON, || {
        let suspects = api.get(&format!("/incidents/{number}/suspects")).data();
        (suspects["suspects"][0]["commit_sha"] == SUSPECTED).then_some(suspects)
    });
    let parts = suspects["suspects"][0]["parts"].as_array().unwrap().iter();
    let signals: Vec<_> = parts.map(|part| part["signal"].as_str().unwrap()).collect();
    assert!(signals.contains(&"files") && signals.contains(&"suspect_commit"), "{suspects}");
    assert_eq!(suspects["evidence"]["files"][0], "checkout/service.py");
    assert_eq!(suspects["evidence"]["commits"], json!([SUSPECTED]));
    // In short with the incident itself.
    let detail = source.incident(&number);
    let short = &detail["enrichment"];
    assert_eq!((&short["state"], &short["issue"]["events"]), (&json!("done"), &json!(120)));
    assert_eq!(short["tags"]["release"], "checkout-api@2.14.0+3fa9c1e");
    assert!(short.get("event").is_none(), "{short}");
    // Nobody was asked but the server that the operator named, and always with the token.
    assert!(source.sentry.asked().iter().all(|asked| asked.authorized));
}

#[test]
fn what_opens_is_asked_about_once_and_what_opens_again_once_more() {
    let (source, _) = connected();
    source.sentry.issue(42, "acme", "shop", 0);
    let number = source.opens(42);
    source.is_done(&number);
    let asked = || source.sentry.asked_for("/events/latest/");
    assert_eq!(asked(), 1);
    let repeat = source.deliver("event_alert", &alert(42, None));
    assert_eq!(repeat.said(), "processed/updated");
    let resolved = source.deliver("issue", &issue("resolved", 42));
    assert_eq!(resolved.said(), "processed/resolved");
    let before = source.enrichment(&number).data();
    let again = source.deliver("issue", &issue("unresolved_regressed", 42));
    assert_eq!(again.said(), "processed/reopened", "{again:?}");
    assert_eq!(again.incident(), number);
    source.is_known(&number, "it is asked about again", |known| {
        known["state"] == "done" && known["updated_at"] != before["updated_at"]
    });
    assert_eq!(asked(), 2, "the repeat asked nothing");
}

#[test]
fn without_a_connection_it_is_what_was_delivered() {
    let source = Source::start();
    let number = source.opens(43);
    let known = source.is_done(&number);
    assert_eq!((&known["source"], &known["attempts"]), (&json!("delivery"), &json!(0)));
    assert_eq!(known["event"]["exceptions"][0]["type"], "ValueError");
    assert_eq!(known["event"]["exceptions"][1]["frames"][0]["file"], "payments/client.py");
    assert_eq!(known["issue"], Value::Null);
    // An issue that is told of by itself has its numbers, and no event.
    let number = opened(&source.deliver("issue", &issue("created", 44)));
    let known = source.is_done(&number);
    assert_eq!((&known["issue"]["events"], &known["event"]), (&json!(57), &Value::Null));
    // Once it is connected, somebody can have it asked.
    let token = source.sentry.internal_token("acme", &super::SCOPES);
    let body = json!({"token": token, "base_url": source.sentry.base(),
                      "client_secret": SentryServer::CLIENT_SECRET});
    assert_eq!(source.api().post(&source.path("/connections"), &body).status, 201);
    source.sentry.issue(44, "acme", "shop", 0);
    assert_eq!(source.retry(&number).status, 200);
    let known = source.is_known(&number, "it is asked", |known| known["source"] == "connection");
    assert_eq!(known["issue"]["events"], 120);
    assert_eq!(source.lines(&number, "noted"), ["has the source asked again"]);
}

#[test]
fn nobody_is_asked_who_shall_not_be() {
    let (source, _) = connected();
    assert_eq!(source.option("enrichment", "false").status, 200);
    let number = source.opens(45);
    assert_eq!(source.enrichment(&number).refused(), "404 not_found");
    assert_eq!(source.incident(&number)["enrichment"], Value::Null);
    assert_eq!(source.retry(&number).refused(), "409 conflict");
    assert_eq!(source.enrichment("INC-2026-999").refused(), "404 not_found");
    assert_eq!(source.retry("INC-2026-999").refused(), "404 not_found");
    // What people open has no source.
    let body = json!({"title": "By hand", "service_ids": ["SER-00001"]});
    let by_hand = source.api().post("/incidents", &body).data();
    let by_hand = by_hand["incident_number"].as_str().unwrap();
    assert_eq!(source.enrichment(by_hand).refused(), "404 not_found");
    assert_eq!(source.sentry.asked_for("/issues/"), 0);
    assert_eq!(source.option("enrichment", "perhaps").refused(), "400 validation_error");
}
