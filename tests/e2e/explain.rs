//! What a delivery would do is told before it does it, and nothing is written.

use std::fs;

use serde_json::Value;

use crate::support::{Cli, Server, alert, with};

fn explain(cli: &Cli, body: &Value, flags: &[&str]) -> Value {
    let file = cli.dir().join("body.json");
    fs::write(&file, body.to_string()).unwrap();
    cli.json(&[&["explain", file.to_str().unwrap()], flags].concat())
}

/// How many rows of each kind there are.
fn rows(cli: &Cli) -> Vec<String> {
    ["deliveries", "incidents", "timeline", "source_clocks", "idempotency", "integration_counters"]
        .iter()
        .map(|table| cli.place().sql(&format!("SELECT count(*) FROM {table}")))
        .collect()
}

#[test]
fn the_answer_is_the_one_that_comes() {
    let server = Server::start();
    let hook = server.hook("custom");
    let check = |body: &Value| {
        let before = rows(&server.cli);
        let told = explain(&server.cli, body, &["--integration", "custom"]);
        assert_eq!(rows(&server.cli), before, "explaining wrote something");
        let reply = server.post(&hook, body);
        assert_eq!(told["answer"]["status"], reply.status, "{told}");
        if reply.status == 202 {
            let data = reply.data();
            assert_eq!(told["answer"]["outcome"], data["outcome"]);
            assert_eq!(told["answer"]["reason"], data["reason"]);
            assert_eq!(
                told["decision"]["alerts"], data["alerts"],
                "on an idle server the number too"
            );
        }
        told
    };
    let told = check(&alert("a"));
    assert_eq!(told["decision"]["incidents"][0]["is_new"], true);
    let told = check(&with(alert("a"), "severity", "SEV0"));
    let step = &told["decision"]["incidents"][0];
    assert_eq!((&step["is_new"], &step["after"]["occurrences"]), (&false.into(), &2.into()));
    check(&with(alert("a"), "status", "resolved"));
    check(&with(alert("b"), "status", "resolved"));
    check(&with(alert("b"), "severity", "SEV9"));
    check(&with(alert("b"), "service_id", "SER-99999"));
    check(&Value::from("no object"));
    server.cli.json(&["integration", "disable", "custom"]);
    let told = explain(&server.cli, &alert("c"), &["--integration", "custom"]);
    assert_eq!(told["answer"]["reason"], "disabled");
    assert_eq!(told["decision"]["reason"], "created", "what would come of it otherwise");
}

#[test]
fn every_field_is_traced_to_its_place_and_the_proof_is_told() {
    let cli = Cli::new();
    cli.json(&["service", "add", "Checkout"]);
    cli.add("custom", "Signed", &["--service", "SER-00001", "--generate-secret"]);
    let body = with(alert("a"), "severity", "SEV1");
    let told = explain(&cli, &body, &[]);
    assert_eq!(told["answer"]["status"], 401, "{told}");
    assert!(told["proof"].as_str().unwrap().contains("x-watchbell-signature"), "{told}");
    assert_eq!(told["decision"]["reason"], "created");
    let fields = told["items"][0]["alert"]["fields"].as_array().unwrap();
    let from = |name: &str| {
        let field = fields.iter().find(|field| field["field"] == name).unwrap();
        field["from"][0]["path"].clone()
    };
    assert_eq!(from("title"), "title");
    assert_eq!(from("severity"), "severity");
    assert_eq!(from("service"), "service_id");
    let file = cli.dir().join("body.json");
    let output = cli.run(&["explain", file.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    for words in ["401 signature_missing", "service_id", "Decision, were it not refused", "INC-"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_stored_delivery_is_explained_then_and_now() {
    let server = Server::start();
    let reply = server.post(&server.hook("custom"), &alert("a"));
    let id = reply.data()["delivery_id"].as_str().unwrap().to_owned();
    let told = server.cli.json(&["explain", &id]);
    assert_eq!(told["then"]["reason"], "created");
    assert_eq!(told["now"]["decision"]["reason"], "updated");
    let output = server.cli.run(&["explain", &id]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("If it were run again now"), "{text}");
    assert_eq!(server.all("/api/v1/deliveries").len(), 1);
}
