//! The form of Sentry's alert rules: its JSON, and the answers to the person who saves a rule.

use serde_json::{Value, json};

use crate::support::{Reply, Server, hmac};

const SECRET: &str = "3f0d9c5b7e1a4c2d8b6f0a9e7d5c3b1a2f4e6d8c0b9a7f5e3d1c2b4a6f8e0d9c";

/// What Sentry posts when somebody saves a rule with these choices.
fn save(server: &Server, url: &str, fields: &Value, secret: &str) -> Reply {
    let body = json!({"fields": fields, "installationId": "7a485448-a9e2-4c85-8a3c-4f44175783c9"});
    let body = body.to_string();
    let signature = hmac(secret, &body);
    server.post_bytes(url, &[("Sentry-App-Signature", &signature)], body.as_bytes())
}

fn choice(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

#[test]
fn a_person_who_saves_a_rule_is_told_what_is_wrong_in_sentrys_own_form() {
    let server = Server::start();
    let hook = server.add("sentry", "Signed", &["--service", "SER-00001", "--secret", SECRET]);
    let key = hook.rsplit('/').next().unwrap().to_owned();
    let url = format!("{}/api/integrations/sentry/{key}/settings", server.url);
    let check = |fields: &Value, status: u16, part: &str| {
        let reply = save(&server, &url, fields, SECRET);
        assert_eq!(reply.status, status, "{fields}: {}", reply.body);
        let said = reply.json();
        let message = said["message"].as_str().unwrap_or_default();
        assert!(message.contains(part), "{fields}: {said}");
        assert!(said.get("error").is_none(), "{said}");
    };
    check(&json!([choice("service_id", "SER-00001")]), 200, "");
    check(&json!([choice("service_id", "SER-00001"), choice("severity", "sev1")]), 200, "");
    check(&json!([choice("service_id", "SER-00002")]), 400, "not linked");
    check(&json!([choice("service_id", "SER-00009")]), 400, "no service SER-00009");
    check(&json!([choice("service_id", "SER-00001"), choice("severity", "bad")]), 400, "severity");
    check(&json!([]), 400, "choose a Watchbell service");
    check(&json!("nothing"), 400, "could not read");

    let forged = save(&server, &url, &json!([choice("service_id", "SER-00001")]), "another one");
    assert_eq!(forged.status, 401);
    assert!(forged.json()["message"].as_str().unwrap().contains("signature"), "{}", forged.body);
    let custom = server.hook("custom").rsplit('/').next().unwrap().to_owned();
    for (provider, key) in
        [("sentry", "se_unknown"), ("sentry", custom.as_str()), ("custom", &custom)]
    {
        let url = format!("{}/api/integrations/{provider}/{key}/settings", server.url);
        let reply = save(&server, &url, &json!([]), SECRET);
        assert_eq!(reply.status, 404, "{provider}: {}", reply.body);
        assert!(reply.json()["message"].is_string(), "{}", reply.body);
    }
    // A rule is no alert: nothing of this is a delivery.
    for filter in ["outcome=processed", "outcome=ignored", "reason=signature_mismatch"] {
        assert_eq!(server.all(&format!("/api/v1/deliveries?{filter}")).len(), 0, "{filter}");
    }
}

#[test]
fn the_json_of_the_form_comes_from_the_command_line_and_the_api() {
    // Behind a proxy that gives it a part of its addresses.
    let public_url = "https://proxy.example/ops";
    let server = Server::builder().set("server.public_url", public_url).start();
    let hook =
        server.add("sentry", "Linked", &["--service", "SER-00002", "--service", "SER-00001"]);
    let key = hook.rsplit('/').next().unwrap().to_owned();
    let printed = server.cli.json(&["integration", "sentry-json", "Linked"]);
    let action = &printed["elements"][0];
    let path = format!("/ops/api/integrations/sentry/{key}");
    assert_eq!(action["uri"], format!("{path}/webhook"));
    assert_eq!(action["settings"]["uri"], format!("{path}/settings"));
    let options = action["settings"]["required_fields"][0]["options"].as_array().unwrap();
    let names: Vec<_> = options.iter().map(|option| option[1].as_str().unwrap()).collect();
    assert_eq!(names, ["Demo Database", "Demo API"], "in the order of linking");
    assert!(action["settings"].get("optional_fields").is_none(), "{action}");
    let extended = server.cli.json(&["integration", "sentry-json", "Linked", "--extended"]);
    let fields = extended["elements"][0]["settings"]["optional_fields"].as_array().unwrap();
    let names: Vec<_> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["severity", "auto_create", "environments", "notes"]);

    // Its address in the API needs a scope of its own: the JSON holds the routing key.
    let id = server.cli.json(&["integration", "show", "Linked"])["id"].as_str().unwrap().to_owned();
    let address = format!("/api/v1/integrations/{id}/rule-form");
    assert_eq!(server.api(&address).refused(), "403 forbidden");
    let secrets = ["key", "create", "Secrets", "--scope", "integrations:secrets"];
    let api_key = server.cli.json(&secrets)["token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {api_key}");
    let get = |address: &str| {
        let url = format!("{}{address}", server.url);
        server.client.get(&url, &[("Authorization", bearer.as_str())]).unwrap()
    };
    crate::support::eventually("the new key is known", std::time::Duration::from_secs(5), || {
        (get(&address).status == 200).then_some(())
    });
    assert_eq!(get(&address).data(), printed);
    assert_eq!(get(&format!("{address}?extended=true")).data(), extended);
    server.add("sentry", "Bare", &[]);
    let bare = server.cli.json(&["integration", "show", "Bare"])["id"].as_str().unwrap().to_owned();
    let refused = get(&format!("/api/v1/integrations/{bare}/rule-form"));
    assert_eq!(refused.refused(), "409 conflict");
    assert!(refused.body.contains("link a service first"), "{}", refused.body);
}

#[test]
fn opsknights_address_takes_the_key_from_the_query() {
    let server = Server::start();
    let hook = server.hook("alertmanager");
    let key = hook.rsplit('/').next().unwrap();
    let body = r#"{"alerts":[{"status":"firing","labels":{"alertname":"A"},"fingerprint":"f1"}]}"#;
    let post =
        |path: &str| server.post_bytes(&format!("{}{path}", server.url), &[], body.as_bytes());
    for provider in ["alertmanager", "prometheus"] {
        let said = post(&format!("/api/integrations/{provider}?source=x&integrationId={key}"));
        assert_eq!(said.status, 202, "{}", said.body);
    }
    assert_eq!(
        post(&format!("/api/integrations/grafana?integrationId={key}")).refused(),
        "404 not_found"
    );
    assert_eq!(
        post(&format!("/api/integrations/nobody?integrationId={key}")).refused(),
        "404 not_found"
    );
    assert_eq!(
        post("/api/integrations/alertmanager?integrationId=am_x").refused(),
        "404 not_found"
    );
    for without in ["", "?integrationId=", "?integration=1"] {
        let refused = post(&format!("/api/integrations/alertmanager{without}"));
        assert_eq!(refused.refused(), "400 validation_error");
        assert_eq!(refused.json()["error"]["details"][0]["path"], "integrationId");
    }
    assert_eq!(server.all("/api/v1/incidents").len(), 1);
}

#[test]
fn a_mapped_project_decides_and_an_unmapped_one_opens_nothing() {
    let server = Server::start();
    let hook = server.add("sentry", "Mapped", &["--default-service", "SER-00001"]);
    server.cli.json(&["integration", "map", "Mapped", "Web-Shop", "SER-00002"]);
    server.cli.json(&["integration", "map", "Mapped", "old", "SER-00002", "--off"]);
    let issue = |id: &str, project: &str| {
        json!({"action": "created", "data": {"issue": {"id": id, "title": "Broken", "level": "error",
               "status": "unresolved", "project": {"slug": project, "name": project}}}})
    };
    let post = |id: &str, project: &str| {
        let headers = [("Sentry-Hook-Resource", "issue")];
        server.post_bytes(&hook, &headers, issue(id, project).to_string().as_bytes())
    };
    // Who knows this one knows the mappings of before.
    server.add("sentry", "Later", &[]);
    assert_eq!(post("1", "nobody").said(), "ignored/unmapped_project");
    let opened = post("2", "web-shop");
    assert_eq!(opened.said(), "processed/created");
    let incident = server.api(&format!("/api/v1/incidents/{}", opened.incident())).data();
    assert_eq!(incident["services"][0]["name"], "Demo Database");
    assert_eq!(post("3", "old").said(), "ignored/mapping_disabled");
    // Whatever the mapping: what is open is still updated.
    server.cli.json(&["integration", "map", "Mapped", "web-shop", "SER-00002", "--off"]);
    assert_eq!(post("2", "web-shop").said(), "processed/updated");
    let trace = server.newest("unmapped_project");
    assert!(trace["trace"].to_string().contains("project nobody is not mapped"), "{trace}");
    server.cli.assert_sound();
}

#[test]
fn normalize_shows_what_a_parser_makes_of_a_body() {
    let cli = crate::support::Cli::new();
    let arguments = ["normalize", "--provider", "sentry", "--header", "sentry-hook-resource=issue"];
    let file = crate::support::fixture("sentry/issue_resolved.json");
    let output =
        cli.command(&arguments).stdin(std::fs::File::open(file).unwrap()).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("item 0: resolve") && shown.contains("key: sentry-"), "{shown}");
    let output = cli.command(&arguments).stdin(std::process::Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("malformed:"), "{output:?}");
}
