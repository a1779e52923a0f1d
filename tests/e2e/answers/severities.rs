//! Where an incident's severity comes from, and that the trace says so.

use serde_json::{Value, json};

use crate::support::{Server, group, unlimited};

/// The severity that came of it, and the sentence about it in the trace.
fn outcome(server: &Server, hook: &str, body: &Value) -> (String, String) {
    let reply = server.post(hook, body);
    let data = reply.data();
    assert_eq!(data["outcome"], "processed", "{reply:?}");
    let severity = data["alerts"][0]["severity"].as_str().unwrap().to_owned();
    let delivery = server.delivery(&data["delivery_id"]);
    let about = |step: &&Value| step["stage"] == "severity";
    let steps: Vec<_> = delivery["trace"].as_array().unwrap().iter().filter(about).collect();
    let texts: Vec<_> = steps.iter().map(|step| step["text"].as_str().unwrap()).collect();
    assert!(!texts.is_empty(), "{delivery}");
    let incident = server.incident(&reply.incident());
    assert_eq!(incident["severity"], severity, "{incident}");
    (severity, texts.join("; "))
}

#[test]
fn a_custom_webhook_names_it_or_the_service_has_one_or_the_instance() {
    let cli = unlimited();
    cli.json(&["service", "add", "Batch", "--key", "batch", "--severity", "SEV4"]);
    let server = Server::builder_for(cli).start();
    let hook = server.hook("custom");
    let check = |service: &str, named: Value, expected: &str| {
        let body = json!({"title": "Late", "service_id": service, "severity": named});
        assert_eq!(outcome(&server, &hook, &body).0, expected, "{body}");
    };
    for severity in ["SEV0", "SEV1", "SEV2", "SEV3", "SEV4"] {
        check("batch", severity.into(), severity);
    }
    check("batch", Value::Null, "SEV4");
    check("SER-00001", Value::Null, "SEV2");
}

#[test]
fn the_default_of_the_instance_is_a_setting() {
    let server = Server::builder().set("incidents.default_severity", "SEV3").start();
    let body = json!({"title": "Late", "service_id": "SER-00001"});
    assert_eq!(outcome(&server, &server.hook("custom"), &body).0, "SEV3");
}

#[test]
fn an_alertmanager_level_goes_through_mapping_table_and_defaults() {
    let cli = unlimited();
    cli.json(&["service", "add", "Batch", "--key", "batch", "--severity", "SEV4"]);
    let links = ["--service", "batch", "--default-service", "SER-00001"];
    cli.add("alertmanager", "Own", &links);
    cli.json(&["integration", "link", "Own", "SER-00001", "--map", "warning=SEV4"]);
    let server = Server::builder_for(cli).start();
    let hook = server.hook("Own");
    let check = |service: &str, level: &str, expected: &str, because: &str| {
        let labels = json!({"alertname": "Slow", "service_id": service, "severity": level});
        let (severity, trace) = outcome(&server, &hook, &group("firing", &labels));
        assert_eq!(severity, expected, "{labels}: {trace}");
        assert!(trace.to_lowercase().contains(because), "{labels}: {trace}");
    };
    check("SER-00001", "sev0", "SEV0", "sev0");
    check("SER-00001", "warning", "SEV4", "warning");
    check("batch", "warning", "SEV2", "warning");
    check("batch", "CRITICAL", "SEV0", "critical");
    check("batch", "p3", "SEV2", "p3");
    check("batch", "purple", "SEV4", "purple");
    check("SER-00001", "purple", "SEV2", "purple");
    check("SER-00001", "", "SEV2", "sev2");
}
