//! `send`: every sample of every provider is understood.

use serde_json::Value;

use super::{error, run_with, told};
use crate::support::{Cli, Server, unlimited};

fn names(listed: &Value) -> Vec<String> {
    let samples = listed["samples"].as_array().unwrap();
    samples.iter().map(|sample| sample["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_sample_is_processed_or_ignored_and_the_first_opens_an_incident() {
    let server = Server::builder_for(unlimited()).start();
    server.add("custom", "Signed", &["--generate-secret"]);
    server.add("sentry", "Sentry", &["--generate-secret", "--default-service", "SER-00001"]);
    for integration in ["Custom webhook", "Signed", "alertmanager", "Sentry"] {
        let samples = names(&server.cli.json(&["send", integration, "--list"]));
        assert!(samples.len() >= 3, "{integration}: {samples:?}");
        for sample in &samples {
            let line = ["send", integration, sample, "--url", &server.url];
            let sent = server.cli.json(&line);
            let answer = &sent["answers"][0];
            assert_eq!(answer["status"], 202, "{line:?}: {sent}");
            assert_eq!(answer["sample"], sample.as_str(), "{line:?}: {sent}");
            let outcome = answer["answer"]["data"]["outcome"].as_str().unwrap();
            assert!(["processed", "ignored"].contains(&outcome), "{line:?}: {sent}");
        }
        let sent = server.cli.json(&["send", integration, "--url", &server.url, "--new"]);
        let data = &sent["answers"][0]["answer"]["data"];
        assert_eq!(data["reason"], "created", "{integration}: {sent}");
    }
    server.cli.assert_sound();
}

#[test]
fn samples_can_be_repeated_for_another_service_and_without_the_database() {
    let server = Server::start();
    let url = server.url.as_str();
    let line = ["send", "custom", "complete", "--count", "3", "--service", "SER-00002"];
    let sent = server.cli.json(&[line.as_slice(), &["--url", url]].concat());
    let said = |place: usize| sent["answers"][place]["answer"]["data"]["reason"].clone();
    assert_eq!([said(0), said(1), said(2)], ["created", "updated", "updated"]);
    let number = sent["answers"][0]["answer"]["data"]["alerts"][0]["incident_number"].clone();
    let incident = server.incident(number.as_str().unwrap());
    assert_eq!(incident["services"][0]["name"], "Demo Database");
    // From a machine that has neither database nor master key.
    let elsewhere = Cli::new();
    let key = server.cli.routing_key("custom");
    let line = ["send", "--provider", "custom", "--key", "-", "--url", url, "--sample", "minimal"];
    let (code, out, err) = told(&run_with(&elsewhere, &line, &format!("{key}\n")));
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.starts_with("202 minimal"), "{out}");
    assert_eq!(std::fs::read_dir(elsewhere.dir()).unwrap().count(), 0, "it left nothing behind");
}

#[test]
fn an_answer_that_is_no_success_is_1_and_no_answer_is_69() {
    let server = Server::start();
    let url = server.url.as_str();
    server.add("custom", "Signed", &["--secret", "not-so-secret"]);
    std::fs::write(server.cli.dir().join("wrong.txt"), "another-secret\n").unwrap();
    let key = server.cli.routing_key("Signed");
    let wrong = ["send", "--provider", "custom", "--key", "-", "--secret-file", "wrong.txt"];
    let (code, out, err) =
        told(&run_with(&server.cli, &[wrong.as_slice(), &["--url", url]].concat(), &key));
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.starts_with("401 ") && !out.contains(&key), "{out}");
    let (code, error) = error(&server.cli, &["send", "Signed", "--url", "http://127.0.0.1:9"]);
    assert_eq!((code, error["code"].as_str()), (69, Some("unavailable")), "{error}");
    assert!(!error.to_string().contains(&key), "{error}");
}
