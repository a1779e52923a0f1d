//! Services, teams and settings through the API, and edits at the same time.

use serde_json::{Value, json};

use crate::support::{Api, Server, alert};

#[test]
fn a_service_is_changed_by_whoever_has_seen_its_last_state() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let shown = api.get("/services/ser-00001");
    let etag = shown.header("etag").unwrap().to_owned();
    let change = |etag: &str, body: &Value| {
        api.ask("PATCH", "/services/SER-00001", &[("if-match", etag)], Some(body))
    };
    let changed = change(
        &etag,
        &json!({"description": "Takes orders", "default_severity": "SEV1", "repository": "acme/api"}),
    );
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.data()["default_severity"], "SEV1");
    let newer = changed.header("etag").unwrap();
    assert_ne!(newer, etag);
    let late = change(&etag, &json!({"description": "Mine"}));
    assert_eq!(late.refused(), "412 precondition_failed");
    assert_eq!(api.get("/services/SER-00001").data()["description"], "Takes orders");
    assert_eq!(change(newer, &json!({"description": null})).data()["description"], Value::Null);
    assert_eq!(change("*", &json!({"url": "https://acme.example"})).status, 200);
    let body = json!({"title": "x", "service_ids": ["SER-00001"]});
    assert_eq!(api.post("/incidents", &body).data()["severity"], "SEV1", "its own default acts");
}

#[test]
fn an_integration_is_changed_by_whoever_has_seen_its_last_state() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let all = api.get("/integrations?provider=custom").data();
    let path = format!("/integrations/{}", all["items"][0]["integration_id"].as_str().unwrap());
    let etag = api.get(&path).header("etag").unwrap().to_owned();
    let change = |rate: u32| {
        api.ask("PATCH", &path, &[("if-match", &etag)], Some(&json!({"rate_limit": rate})))
    };
    assert_eq!(change(5).data()["rate_limit"], 5);
    assert_eq!(change(6).refused(), "412 precondition_failed");
    let unlink =
        api.ask("DELETE", &format!("{path}/services/SER-00002"), &[("if-match", &etag)], None);
    assert_eq!(unlink.refused(), "412 precondition_failed", "whatever the change is");
}

#[test]
fn a_team_has_members_and_services_and_leaves_them_when_it_goes() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    api.post("/users", &json!({"email": "ada@example.com", "name": "Ada", "role": "viewer"}));
    let made = api.post("/teams", &json!({"name": "Payments", "members": ["ada@example.com"]}));
    assert_eq!(made.status, 201);
    assert_eq!(made.data()["members"][0]["email"], "ada@example.com");
    assert_eq!(api.post("/teams", &json!({"name": "PAYMENTS"})).refused(), "409 conflict");
    let wrong = api.post("/teams", &json!({"name": "x", "members": ["nobody@example.com"]}));
    assert_eq!(wrong.refused(), "400 validation_error");
    let service = api.post("/services", &json!({"name": "Till", "team": "Payments"})).data();
    assert_eq!(service["team_name"], "Payments");
    let team = api.get("/teams/payments").data();
    assert_eq!(team["services"], json!([service["service_key"]]));
    let id = team["team_id"].as_str().unwrap();
    let renamed =
        api.patch(&format!("/teams/{id}"), &json!({"name": "Money", "members": []})).data();
    assert_eq!((&renamed["name"], &renamed["members"]), (&json!("Money"), &json!([])));
    assert_eq!(api.get("/teams?search=mon").data()["total"], 1);
    assert_eq!(api.delete(&format!("/teams/{id}")).status, 200);
    assert_eq!(api.get(&format!("/teams/{id}")).refused(), "404 not_found");
    let path = format!("/services/{}", service["service_key"].as_str().unwrap());
    assert_eq!(api.get(&path).data()["team_name"], Value::Null);
    assert_eq!(api.get("/users?search=ada&is_active=true&limit=10&offset=0").data()["total"], 1);
    assert_eq!(api.get("/users?is_active=false").data()["total"], 0);
}

#[test]
fn settings_of_the_instance_act_at_once_and_go_back() {
    let server = Server::builder().set("organization.name", "File").start();
    let api = Api::for_everything(&server);
    let shown = api.get("/settings").data();
    assert_eq!(
        shown,
        json!({"organization_name": "File", "default_severity": "SEV2", "reopen_days": 7, "set_here": []})
    );
    let set = json!({"organization_name": "Acme", "default_severity": "SEV4"});
    let set = api.patch("/settings", &set).data();
    assert_eq!(set["set_here"], json!(["organization_name", "default_severity"]));
    assert_eq!(api.get("/auth/verify").data()["organization_name"], "Acme");
    let opened = server.post(&server.hook("custom"), &alert("a"));
    assert_eq!(opened.data()["alerts"][0]["severity"], "SEV4");
    let back = api
        .patch("/settings", &json!({"default_severity": null, "organization_name": null}))
        .data();
    assert_eq!(back, shown);
    assert_eq!(api.patch("/settings", &json!({"reopen_days": 3651})).paths(), ["reopen_days"]);
}
