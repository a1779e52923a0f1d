//! Explaining and replaying through the API.

use serde_json::{Value, json};

use crate::support::{Api, Server, alert, with};

fn integration(api: &Api<'_>, provider: &str) -> String {
    let found = api.get(&format!("/integrations?provider={provider}")).data();
    found["items"][0]["integration_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_body_is_explained_and_nothing_is_written() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let id = integration(&api, "custom");
    let body = with(with(alert("disk"), "severity", "SEV1"), "colour", "red").to_string();
    let ask = json!({"integration_id": id, "body": body, "headers": {"x-build": "1"}});
    let explained = api.post("/explain", &ask).data();
    assert_eq!((&explained["then"], &explained["replays"]), (&Value::Null, &json!([])));
    let now = &explained["now"];
    assert_eq!(now["answer"], json!({"status": 202, "outcome": "processed", "reason": "created"}));
    let alert_ = &now["items"][0]["alert"];
    assert_eq!(alert_["identity"]["dedup_key"], "disk");
    let title =
        alert_["fields"].as_array().unwrap().iter().find(|f| f["field"] == "title").unwrap();
    assert_eq!(
        (&title["text"], &title["from"][0]["there"]),
        (&json!("Disk full"), &json!("Disk full"))
    );
    let incident = &now["decision"]["incidents"][0];
    assert_eq!((&incident["is_new"], &incident["before"]), (&json!(true), &Value::Null));
    assert_eq!(incident["after"]["severity"], "SEV1");
    assert!(now["trace"].to_string().contains("colour"));
    assert_eq!(api.get("/incidents").data()["total"], 0);
    assert_eq!(api.get("/deliveries").data()["total"], 0);
    // What is explained is what then happens.
    let done = server.post_bytes(&server.hook("custom"), &[], body.as_bytes());
    assert_eq!(done.said(), "processed/created");
    let again = api.post("/explain", &ask).data();
    assert_eq!(again["now"]["answer"]["reason"], "updated");
    assert_eq!(again["now"]["decision"]["incidents"][0]["before"]["occurrences"], 1);
    let stored = api.post("/explain", &json!({"delivery_id": done.data()["delivery_id"]})).data();
    assert_eq!(stored["then"]["reason"], "created");
    assert_eq!(stored["now"]["answer"]["reason"], "updated");
}

#[test]
fn what_cannot_be_explained_is_named() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let id = integration(&api, "custom");
    let check = |body: &Value, expected: &[&str]| {
        let reply = api.post("/explain", body);
        assert_eq!(reply.refused(), "400 validation_error", "{body}");
        assert_eq!(reply.paths(), expected, "{body}");
    };
    check(&json!({}), &["integration_id", "body"]);
    check(&json!({"integration_id": id, "body": "{}", "body_base64": "e30="}), &["body_base64"]);
    check(&json!({"integration_id": id, "body_base64": "?"}), &["body_base64"]);
    check(&json!({"integration_id": "x", "body": 1}), &["integration_id", "body"]);
    let zeros = "0".repeat(32);
    check(&json!({"delivery_id": format!("dlv_{zeros}"), "body": "{}"}), &["delivery_id"]);
    let gone = api.post("/explain", &json!({"delivery_id": format!("dlv_{zeros}")}));
    assert_eq!(gone.refused(), "404 not_found");
    let gone =
        api.post("/explain", &json!({"integration_id": format!("int_{zeros}"), "body": "{}"}));
    assert_eq!(gone.refused(), "404 not_found");
    let wrong = api.post("/explain", &json!({"integration_id": id, "body": "{}"})).data();
    assert_eq!(wrong["now"]["answer"]["status"], 400);
    assert_eq!(wrong["now"]["refused"]["reason"], "invalid_field");
}

#[test]
fn a_delivery_is_run_again_after_its_service_was_linked() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let id = integration(&api, "custom");
    api.patch(&format!("/integrations/{id}"), &json!({"restricted_to_links": true}));
    let service = api.post("/services", &json!({"name": "Late"})).data()["service_key"].clone();
    let hook = server.hook("custom");
    let refused = server.post(&hook, &with(alert("a"), "service_id", service.clone()));
    assert_eq!(refused.refused(), "400 validation_error");
    let delivery = server.newest("invalid_field");
    let path = format!("/deliveries/{}/replay", delivery["delivery_id"].as_str().unwrap());
    let still = api.post(&path, &json!({})).data();
    assert_eq!(
        (&still["dry_run"], &still["deliveries"][0]["would"]),
        (&json!(true), &json!("refuse"))
    );
    let link = format!("/integrations/{id}/services/{}", service.as_str().unwrap());
    assert_eq!(api.put(&link, &json!({})).status, 200);
    let dry = api.post(&path, &json!({})).data();
    assert_eq!(
        dry["summary"],
        json!({"create": 1, "change": 0, "ignore": 0, "refuse": 0, "not_run": 0})
    );
    assert_eq!(dry["deliveries"][0]["then"]["reason"], "invalid_field");
    assert_eq!(dry["deliveries"][0]["now"]["decision"]["reason"], "created");
    assert_eq!(api.get("/incidents").data()["total"], 0, "nothing was changed");
    let run = api.post(&path, &json!({"dry_run": false})).data();
    let ran = &run["deliveries"][0]["ran"];
    assert_eq!((&run["dry_run"], &ran["reason"]), (&json!(false), &json!("created")));
    let number = ran["alerts"][0]["incident_number"].as_str().unwrap();
    let timeline = api.get(&format!("/incidents/{number}")).data()["timeline"].to_string();
    assert!(timeline.contains(delivery["delivery_id"].as_str().unwrap()), "marked: {timeline}");
    let again = api.post(&path, &json!({})).data();
    assert_eq!(again["deliveries"][0]["replays"], json!([ran["delivery_id"]]));
    assert_eq!(again["deliveries"][0]["would"], "change");
    let audit = api.get("/audit?action=delivery.replayed").data();
    assert_eq!(audit["items"][0]["subject"]["id"], delivery["delivery_id"]);
    assert_eq!(audit["items"][0]["after"]["ran_as"], ran["delivery_id"]);
}

#[test]
fn a_range_is_run_again_and_what_was_not_let_in_is_not() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let id = integration(&api, "custom");
    let hook = server.hook("custom");
    for key in ["a", "b", "c"] {
        server.post(&hook, &alert(key));
    }
    api.post(&format!("/integrations/{id}/disable"), &json!({}));
    assert_eq!(server.post(&hook, &alert("d")).status, 403);
    api.post(&format!("/integrations/{id}/enable"), &json!({}));
    server.newest("disabled");
    let ask = |more: Value| {
        let mut body = json!({"integration_id": id});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        api.post("/replays", &body)
    };
    let all = ask(json!({})).data();
    assert_eq!(
        all["summary"],
        json!({"create": 0, "change": 3, "ignore": 0, "refuse": 0, "not_run": 1})
    );
    let refused =
        all["deliveries"].as_array().unwrap().iter().find(|one| one["would"] == "not_run");
    assert!(refused.unwrap()["why_not"].as_str().unwrap().contains("403"));
    let one =
        ask(json!({"outcome": "processed", "reason": "created", "limit": 2, "dry_run": false}))
            .data();
    assert_eq!(one["summary"]["change"], 2);
    assert_eq!(
        ask(json!({"received_before": "2026-01-01T00:00:00Z"})).data()["deliveries"],
        json!([])
    );
    assert_eq!(ask(json!({"limit": 1001, "outcome": "fine"})).paths(), ["outcome", "limit"]);
    assert_eq!(api.post("/replays", &json!({})).paths(), ["integration_id"]);
    let zeros = format!("/deliveries/dlv_{}/replay", "0".repeat(32));
    assert_eq!(api.post(&zeros, &json!({})).refused(), "404 not_found");
}
