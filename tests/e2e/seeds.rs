//! The examples of the products that people come from: each JSON body, `curl` and signing script of
//! their documentation, word for word except for host and key, run by the program it was written
//! for, does here what it says there.
//!
//! `tests/fixtures/seeds/README.md` tells where each is from.

mod opsknight_sentry;
mod runframe_sentry;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{Server, fixture};

/// What an example says about its incident.
#[derive(Debug)]
struct Says {
    title: &'static str,
    service: &'static str,
    severity: &'static str,
    description: Option<&'static str>,
}

fn seed(name: &str) -> std::path::PathBuf {
    fixture("seeds").join(name)
}

/// Runs an example as a person would who has filled in address, key and secret.
fn run(server: &Server, secret: &str, name: &str) -> Output {
    run_for(&server.hook("custom"), secret, name)
}

/// [`run`] for the integration whose address is `url`.
fn run_for(url: &str, secret: &str, name: &str) -> Output {
    let path = seed(name);
    let (host, key) = url.split_once("/webhooks/").unwrap();
    let program =
        if path.extension().is_some_and(|end| end == "py") { python() } else { "bash".into() };
    let output = Command::new(program)
        .arg(&path)
        .env("HOST", host)
        .env("YOUR_ROUTING_KEY", key)
        .env("YOUR_ID", key)
        .env("SIGNING_SECRET", secret)
        .env("RUNFRAME_WEBHOOK_URL", url)
        .env("RUNFRAME_SIGNING_SECRET", secret)
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {output:?}");
    output
}

/// The Python that has `requests`.
#[expect(
    clippy::disallowed_methods,
    reason = "scripts/test names the interpreter in the environment"
)]
fn python() -> String {
    std::env::var("WATCHBELL_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn assert_says(incident: &Value, says: &Says, name: &str) {
    assert_eq!(incident["title"], says.title, "{name}: {incident}");
    assert_eq!(incident["services"][0]["name"], says.service, "{name}: {incident}");
    assert_eq!(incident["severity"], says.severity, "{name}: {incident}");
    assert_eq!(incident["description"].as_str(), says.description, "{name}: {incident}");
    assert_eq!(incident["status"], "new", "{name}: {incident}");
}

fn incidents(server: &Server) -> Vec<Value> {
    server.all("/api/v1/incidents")
}

/// `SER-00001` and `SER-00002` of a fresh instance.
const API: &str = "Demo API";
const DATABASE: &str = "Demo Database";

#[test]
fn the_curls_work_unchanged() {
    let server = Server::start();
    let check = |name: &str, says: &Says| {
        let output = run(&server, "", name);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["data"]["reason"], "created", "{name}: {answer}");
        let number = answer["data"]["alerts"][0]["incident_number"].as_str().unwrap();
        assert_says(&server.incident(number), says, name);
    };
    let test = Says {
        title: "Test webhook",
        service: API,
        severity: "SEV2",
        description: Some("Testing webhook integration"),
    };
    check("api_test.sh", &test);
    check("custom_test.sh", &test);
    let memory = Says {
        title: "High memory usage on production servers",
        service: API,
        severity: "SEV1",
        description: Some("Memory usage above 90% on 3 servers"),
    };
    check("custom_curl.sh", &memory);
    // Without dedup_key, every POST creates a new incident.
    check("custom_curl.sh", &memory);
    assert_eq!(incidents(&server).len(), 4);
}

#[test]
fn the_bodies_work_unchanged() {
    let server = Server::start();
    let hook = server.hook("custom");
    let post = |name: &str| {
        let body = std::fs::read(seed(name)).unwrap();
        server.post_bytes(&hook, &[], &body)
    };
    let minimal =
        Says { title: "Server is down", service: API, severity: "SEV2", description: None };
    for name in ["api_minimal.json", "custom_minimal.json"] {
        let first = post(name);
        assert_eq!(first.said(), "processed/created", "{name}");
        assert_says(&server.incident(&first.incident()), &minimal, name);
        let second = post(name);
        assert_eq!(second.said(), "processed/created", "{name}: no dedup_key creates two");
        assert_ne!(first.incident(), second.incident(), "{name}");
    }
    let pool = Says {
        title: "Database connection pool exhaustion",
        service: DATABASE,
        severity: "SEV1",
        description: Some("Database connections exhausted. API returning 500 errors."),
    };
    let first = post("api_example.json");
    assert_eq!(first.said(), "processed/created");
    let again = post("custom_complete.json");
    assert_eq!(again.said(), "processed/updated", "the same dedup_key is the same incident");
    assert_eq!(again.incident(), first.incident());
    let incident = server.incident(&first.incident());
    assert_says(&incident, &pool, "custom_complete.json");
    assert_eq!(incident["dedup_key"], "db-pool-prod-001");
    assert_eq!(incident["source_url"], "https://grafana.example.com/dashboard/db");
    let metadata = serde_json::json!({"environment": "production", "region": "us-east-1"});
    assert_eq!(incident["metadata"], metadata);
    assert_eq!(incident["occurrences"], 2);
    assert_eq!(incidents(&server).len(), 5);
}

#[test]
fn the_signing_scripts_work_unchanged() {
    let server = Server::start();
    let secret = "your-signing-secret";
    server.cli.json(&["integration", "secret", "add", "custom", "--secret", secret]);
    let hook = server.hook("custom");
    let unsigned = br#"{"title":"Unsigned","service_id":"SER-00001"}"#;
    crate::support::eventually("signatures are asked for", crate::support::NOTICED, || {
        (server.post_bytes(&hook, &[], unsigned).status == 401).then_some(())
    });
    let before = incidents(&server).len();
    run(&server, secret, "api_sign.sh");
    let failed =
        Says { title: "Deploy failed", service: DATABASE, severity: "SEV2", description: None };
    assert_says(&incidents(&server)[0], &failed, "api_sign.sh");
    run(&server, secret, "api_sign.py");
    let memory =
        Says { title: "High memory usage", service: API, severity: "SEV2", description: None };
    assert_says(&incidents(&server)[0], &memory, "api_sign.py");
    assert_eq!(incidents(&server).len(), before + 2);
    // With another secret the same scripts change nothing.
    run(&server, "guessed", "api_sign.py");
    let refused = server.newest("signature_mismatch");
    assert_eq!(refused["http_status"], 401, "{refused}");
    assert_eq!(incidents(&server).len(), before + 2);
}

/// The copies are the seeds' words: only host, key and secret became variables.
#[test]
fn nothing_else_was_changed() {
    for entry in std::fs::read_dir(fixture("seeds")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let is_readme = Path::new("README.md") == path.file_name().unwrap();
        let leaves = ["runframe.io", "YOUR_OPSKNIGHT_URL"].iter().any(|host| text.contains(host));
        assert!(is_readme || !leaves, "{path:?} would leave this machine");
    }
}
