//! Fields of the custom webhook: every problem at once, with path, expected and got.

use serde_json::{Map, Value, json};

use crate::support::{Server, unlimited, with};

fn valid() -> Value {
    json!({"title": "Disk full", "service_id": "SER-00001"})
}

fn server() -> Server {
    Server::builder_for(unlimited()).start()
}

#[test]
fn each_rule_is_told_with_its_path() {
    let server = server();
    let hook = server.hook("custom");
    let check = |field: &str, value: Value, path: &str, expected: &str, got: &str| {
        let body = with(valid(), field, value);
        let reply = server.post(&hook, &body);
        assert_eq!(reply.refused(), "400 validation_error", "{body}");
        let details = json!([{"path": path, "expected": expected, "got": got}]);
        assert_eq!(reply.error()["details"], details, "{body}");
    };
    let names = |count: usize| -> Map<String, Value> {
        (0..count).map(|place| (format!("name{place}"), "x".into())).collect()
    };
    let text = |count: usize| "ä".repeat(count);
    let title = "a text of 1 to 500 characters";
    check("title", Value::Null, "title", title, "null");
    check("title", "".into(), "title", title, "an empty text");
    check("title", " \t\n".into(), "title", title, "only white space");
    check("title", 7.into(), "title", title, "number 7");
    check("title", json!(["a"]), "title", title, "a list");
    check("title", json!({}), "title", title, "an object");
    check("title", text(501).into(), "title", title, "text of 501 characters");
    check("title", "a\0b".into(), "title", title, "text with a NUL character");
    let service = "a text of 1 to 50 characters";
    check("service_id", text(51).into(), "service_id", service, "text of 51 characters");
    check("service_id", true.into(), "service_id", service, "true");
    let long = text(5_001);
    let description = "a text of at most 5000 characters";
    check("description", long.into(), "description", description, "text of 5001 characters");
    let severity = "one of SEV0, SEV1, SEV2, SEV3, SEV4";
    for word in ["sev1", "SEV5", "critical", "", " SEV1"] {
        let body = with(valid(), "severity", word);
        let error = server.post(&hook, &body).error();
        assert_eq!(error["details"][0]["expected"], severity, "{body}");
    }
    let status = "one of new, investigating, resolved";
    check("status", "fixing".into(), "status", status, "\"fixing\"");
    check("status", "New".into(), "status", status, "\"New\"");
    check("status", 1.into(), "status", status, "number 1");
    let url = "an http or https address of at most 2048 characters";
    for word in
        ["javascript:alert(1)", "ftp://a.example", "//a.example", "a.example", "http://", ""]
    {
        let body = with(valid(), "source_url", word);
        let error = server.post(&hook, &body).error();
        assert_eq!(error["details"][0]["expected"], url, "{body}");
    }
    let far = format!("http://a.example/{}", "a".repeat(2_032));
    check("source_url", far.into(), "source_url", url, "text of 2049 characters");
    let key = "a text of 1 to 255 characters";
    check("dedup_key", "".into(), "dedup_key", key, "an empty text");
    check("dedup_key", text(256).into(), "dedup_key", key, "text of 256 characters");
    let metadata = "an object of at most 10 names";
    check("metadata", names(11).into(), "metadata", metadata, "11 names");
    check("metadata", "text".into(), "metadata", "an object", "\"text\"");
    let value = "a text, number, true or false of at most 1000 characters";
    check("metadata", json!({"a": [1]}), "metadata.a", value, "a list");
    check("metadata", json!({"a": null}), "metadata.a", value, "null");
    check("metadata", json!({"a": text(1_001)}), "metadata.a", value, "text of 1001 characters");
    for name in [String::new(), text(65)] {
        let body = with(valid(), "metadata", json!({name: "x"}));
        let error = server.post(&hook, &body).error();
        assert_eq!(error["details"][0]["expected"], "a name of 1 to 64 characters", "{body}");
    }
    let listed = server.all("/api/v1/incidents");
    assert!(listed.is_empty(), "nothing came of it: {listed:?}");
    server.cli.assert_sound();
}

#[test]
fn what_is_just_right_is_taken() {
    let server = server();
    let hook = server.hook("custom");
    let check = |field: &str, value: Value| {
        let body = with(valid(), field, value);
        assert_eq!(server.post(&hook, &body).status, 202, "{body}");
    };
    check("title", "ä".repeat(500).into());
    check("description", "ä".repeat(5_000).into());
    check("dedup_key", "ä".repeat(255).into());
    check("source_url", format!("http://a.example/{}", "a".repeat(2_031)).into());
    let ten: Map<_, _> =
        (0..10).map(|n| (format!("{n}{}", "ä".repeat(63)), "ä".repeat(1_000).into())).collect();
    check("metadata", ten.into());
    check("metadata", json!({"number": 1.5e300, "yes": true, "no": false}));
    for field in ["description", "severity", "status", "source_url", "dedup_key", "metadata"] {
        check(field, Value::Null);
    }
    check("unknown", json!({"nested": [1, 2, {"deep": null}]}));
}

#[test]
fn every_problem_is_told_at_once() {
    let server = server();
    let body = json!({
        "title": 7, "service_id": "", "description": ["a"], "severity": "sev1", "status": "fixing",
        "source_url": "javascript:alert(1)", "dedup_key": "",
        "metadata": {"a": [], "b": null},
    });
    let reply = server.post(&server.hook("custom"), &body);
    let mut paths = reply.paths();
    paths.sort_unstable();
    let expected = [
        "dedup_key",
        "description",
        "metadata.a",
        "metadata.b",
        "service_id",
        "severity",
        "source_url",
        "status",
        "title",
    ];
    assert_eq!(paths, expected);
    let logged = server.newest("invalid_field");
    assert_eq!(logged["body"], body.to_string());
    assert!(logged["trace"].to_string().contains("javascript"), "{logged}");
    let missing = server.post(&server.hook("custom"), &json!({}));
    assert_eq!(missing.paths(), ["title", "service_id"]);
    assert_eq!(missing.error()["details"][0]["got"], "nothing");
}

#[test]
fn a_list_is_all_or_nothing() {
    let server = server();
    let hook = server.hook("custom");
    let check = |body: &Value, expected: &[&str]| {
        let reply = server.post(&hook, body);
        assert_eq!(reply.refused(), "400 validation_error", "{body}");
        assert_eq!(reply.paths(), expected, "{body}");
    };
    let bad = json!({"title": "", "service_id": "SER-00001", "severity": "SEV9"});
    check(&json!([valid(), valid(), bad]), &["[2].title", "[2].severity"]);
    check(&json!([valid(), 7, null, [valid()], "x"]), &["[1]", "[2]", "[3]", "[4]"]);
    let lost = json!({"title": "x", "service_id": "nowhere"});
    check(&json!([lost, valid(), bad]), &["[2].title", "[2].severity", "[0].service_id"]);
    check(&json!([]), &[""]);
    check(&Value::Array(vec![valid(); 101]), &[""]);
    let listed = server.all("/api/v1/incidents");
    assert!(listed.is_empty(), "nothing came of it: {listed:?}");
    let hundred = server.post(&hook, &Value::Array(vec![valid(); 100]));
    assert_eq!(hundred.data()["alerts"].as_array().unwrap().len(), 100);
    assert_eq!(server.all("/api/v1/incidents").len(), 100);
    assert_eq!(server.all("/api/v1/deliveries?outcome=processed").len(), 1, "one delivery");
}
