//! Who sees who a person is.

use serde_json::{Value, json};

use super::{alert, connected, opened};
use crate::connections::Source;
use crate::support::Api;

/// What tells who a person is, in the event of the stand-in.
const SECRET: [&str; 4] = ["dana@example.com", "203.0.113.9", "id:42", "shop.example.com"];

#[test]
fn who_may_see_deliveries_sees_the_person_and_others_see_that_there_is_one() {
    let (source, _) = connected();
    source.sentry.issue(51, "acme", "shop", 0);
    let number = source.opens(51);
    let whole = source.is_done(&number);
    let path = format!("/incidents/{number}/enrichment");
    let viewer = Api::with(&source.server, &["incidents:read"]);
    let redacted = viewer.get(&path);
    let detail = viewer.get(&format!("/incidents/{number}"));
    let short = detail.data()["enrichment"].clone();
    for text in SECRET {
        assert!(whole.to_string().contains(text), "{text}: {whole}");
        assert!(!redacted.body.contains(text), "{text}: {redacted:?}");
        assert!(!short.to_string().contains(text), "{text}: {short}");
    }
    let redacted = redacted.data();
    assert_eq!(
        (&redacted["personal_data"], &short["personal_data"]),
        (&json!("redacted"), &json!("redacted"))
    );
    assert_eq!(
        (&redacted["event"]["user"], &redacted["event"]["request"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(redacted["event"]["breadcrumbs"], json!([]));
    assert_eq!(redacted["event"]["exceptions"], whole["event"]["exceptions"]);
    assert_eq!(redacted["issue"], whole["issue"]);
    // Asking again takes the right to change incidents.
    let retry = viewer.post(&format!("{path}/retry"), &json!({}));
    assert_eq!(retry.refused(), "403 forbidden");
    let stranger = Api::with(&source.server, &["services:read"]);
    assert_eq!(stranger.get(&path).refused(), "403 forbidden");
}

#[test]
fn personal_data_can_be_left_out() {
    let (source, _) = connected();
    assert_eq!(source.option("enrichment_personal_data", "false").status, 200);
    source.sentry.issue(52, "acme", "shop", 1);
    let number = source.opens(52);
    // What the delivery held is left out as well, while Sentry does not know the event yet.
    source.is_known(&number, "the delivery is shown", |known| known["event"].is_object());
    let known = source.is_done(&number);
    assert_eq!(known["source"], "connection");
    assert_eq!(known["personal_data"], "left_out");
    assert_eq!(known["event"]["left_out"], json!(["personal"]));
    for text in SECRET {
        assert!(!known.to_string().contains(text), "{text}: {known}");
    }
    let crumb = &known["event"]["breadcrumbs"][0];
    assert_eq!((&crumb["category"], &crumb["data"]), (&json!("httplib"), &json!({})));
    assert_eq!(crumb["message"], Value::Null);
    assert_eq!(known["event"]["exceptions"][0]["type"], "ValueError");
    // Who may not see deliveries sees no more because less is kept.
    let viewer = Api::with(&source.server, &["incidents:read"]);
    let redacted = viewer.get(&format!("/incidents/{number}/enrichment")).data();
    assert_eq!(redacted["personal_data"], "left_out");
    assert_eq!(redacted["event"]["breadcrumbs"], json!([]));
    assert_eq!(redacted["event"]["exceptions"], known["event"]["exceptions"]);
    // Nor does the metadata of the incident hold it.
    let metadata = source.incident(&number)["metadata"].to_string();
    assert!(metadata.contains("production"), "{metadata}");
    for text in SECRET {
        assert!(!metadata.contains(text), "{text}: {metadata}");
    }
}

#[test]
fn queries_secrets_and_bodies_in_breadcrumbs_are_shown_to_nobody() {
    let source = Source::start();
    let mut body = alert(53, None);
    body["data"]["event"]["breadcrumbs"] = json!({"values": [
        {"category": "navigation", "data": {"from": "/login?code=hunter2", "to": "/#hunter2"}},
        {"category": "fetch", "message": "GET https://shop.example.com/cart?code=hunter2 [502]",
         "data": {"http.query": "code=hunter2", "body": "hunter2", "data": "hunter2",
                  "response_headers": "hunter2", "status_code": 502}},
    ]});
    let number = opened(&source.deliver("event_alert", &body));
    let known = source.is_done(&number);
    assert!(!known.to_string().contains("hunter2"), "{known}");
    let crumbs = &known["event"]["breadcrumbs"];
    assert_eq!(crumbs[0]["data"], json!({"from": "/login", "to": "/"}));
    assert_eq!(crumbs[1]["message"], "GET https://shop.example.com/cart [502]");
    assert_eq!(crumbs[1]["data"], json!({"status_code": "502"}));
}
