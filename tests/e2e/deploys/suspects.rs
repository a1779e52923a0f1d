//! Which deploy an incident came from.

use serde_json::{Value, json};
use watchbell_model::Timestamp;

use super::{SERVICE, tell, token};
use crate::support::{Api, NOTICED, Server, eventually, now_s};

/// So many minutes ago.
fn ago(minutes: i64) -> String {
    Timestamp::from_timestamp(now_s() - 60 * minutes, 0).unwrap().to_rfc3339()
}

/// An incident on the demo service, in production.
fn incident(server: &Server, key: &str) -> String {
    let hook = server.add("custom", key, &[]);
    let body = json!({
        "title": "Checkout fails", "service_id": SERVICE, "dedup_key": key,
        "metadata": {"environment": "production", "release": "shop@2.4.1"},
    });
    let opened = server.post(&hook, &body);
    assert_eq!(opened.status, 202, "{opened:?}");
    opened.incident()
}

fn shas(suspects: &Value) -> Vec<&str> {
    let suspects = suspects["suspects"].as_array().unwrap().iter();
    suspects.map(|one| one["commit_sha"].as_str().unwrap()).collect()
}

#[test]
fn an_incident_names_the_deploys_that_it_may_have_come_from() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let token = token(&api, &json!({}));
    for (sha, minutes, environment, version) in [
        ("0ld0000", 61, "production", "2.3.0"),
        ("aaaaaaa", 40, "production", "2.4.1"),
        ("bbbbbbb", 20, "production", "2.4.2"),
        ("ccccccc", 3, "staging", "2.5.0"),
    ] {
        let told = json!({
            "commit_sha": sha, "environment": environment, "version": version,
            "deployed_at": ago(minutes), "deployed_by": "mona",
        });
        assert_eq!(tell(&server, &token, &told).status, 202);
    }
    let number = incident(&server, "one");
    eventually("the suspects are worked out", NOTICED, || {
        let metrics = server.client.get(&format!("{}/metrics", server.url), &[]).unwrap().body;
        let done = "watchbell_jobs_total{kind=\"suspects.incident\",result=\"done\"} 1";
        metrics.contains(done).then_some(())
    });
    let suspects = api.get(&format!("/incidents/{number}/suspects")).data();
    // Time alone would say c, b, a.
    assert_eq!(shas(&suspects), ["aaaaaaa", "bbbbbbb", "ccccccc"], "{suspects}");
    let first = &suspects["suspects"][0];
    assert_eq!(
        (&first["confidence_by_age"], &first["confidence"]),
        (&json!("lower"), &json!("high"))
    );
    let points: i64 = first["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["points"].as_i64().unwrap())
        .sum();
    assert_eq!(first["score"], points, "the sum is shown: {first}");
    let signals: Vec<_> = first["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["signal"].as_str().unwrap())
        .collect();
    assert_eq!(signals, ["age", "environment", "release"]);
    let last = &suspects["suspects"][2];
    assert_eq!(
        (&last["confidence_by_age"], &last["confidence"]),
        (&json!("high"), &json!("lower"))
    );
    assert_eq!(suspects["considered"], 3);
    assert_eq!(suspects["evidence"]["release"], "shop@2.4.1");
    // The incident itself shows them too.
    let detail = api.get(&format!("/incidents/{number}")).data();
    assert_eq!(shas(&detail["suspects"]), shas(&suspects));
    assert_eq!(api.get("/incidents/INC-2026-999/suspects").refused(), "404 not_found");
}

#[test]
fn a_deploy_that_is_told_late_is_suspected_too() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let token = token(&api, &json!({}));
    let number = incident(&server, "late");
    let path = format!("/incidents/{number}/suspects");
    let now = |expected: &[&str]| {
        eventually("the suspects are these", NOTICED, || {
            let suspects = api.get(&path).data();
            (shas(&suspects) == expected).then_some(())
        });
    };
    now(&[]);
    let told = |sha: &str, minutes: i64| json!({"commit_sha": sha, "deployed_at": ago(minutes)});
    assert_eq!(tell(&server, &token, &told("aaaaaaa", 10)).status, 202);
    now(&["aaaaaaa"]);
    assert_eq!(tell(&server, &token, &told("bbbbbbb", 5)).status, 202);
    now(&["bbbbbbb", "aaaaaaa"]);
    // What was deployed after it cannot have caused it.
    assert_eq!(tell(&server, &token, &json!({"commit_sha": "ccccccc"})).status, 202);
    now(&["bbbbbbb", "aaaaaaa"]);
}
