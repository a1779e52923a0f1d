//! A heartbeat that is expected and does not come; and jobs that were given up, as people see them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Api, NOTICED, Server, eventually, eventually_every, group};

/// How long a missing heartbeat may take to be noticed, on a busy machine.
const WITHIN: Duration = Duration::from_secs(40);

const NAME: &str = "Prometheus Alertmanager";

fn watchdog() -> Value {
    group("firing", &json!({"alertname": "Watchdog", "severity": "none"}))
}

fn missing(server: &Server) -> Vec<Value> {
    let mut incidents = server.all("/api/v1/incidents");
    incidents.retain(|incident| incident["dedup_key"] == "heartbeat-Watchdog");
    incidents
}

/// The jobs that a query finds.
fn jobs(server: &Server, query: &str) -> Vec<Value> {
    let api = Api::with(server, &["jobs:read"]);
    let data = api.get(&format!("/jobs{query}")).data();
    data["items"].as_array().unwrap().clone()
}

/// Expects a heartbeat within so many seconds.
fn expect_every(server: &Server, seconds: &str) {
    let option = format!("heartbeat_every={seconds}");
    server.cli.json(&["integration", "set", NAME, "--option", &option]);
}

/// Sends a heartbeat, once the server knows that it is expected, and says what became of it.
fn beat(server: &Server) -> Value {
    let hook = server.hook(NAME);
    // Not so often that the rate limit is met.
    eventually_every(Duration::from_millis(100), "heartbeats are expected", NOTICED, || {
        let data = server.post(&hook, &watchdog()).data();
        (data["alerts"].as_array().unwrap().len() == 2).then_some(data)
    })
}

#[test]
fn a_missing_watchdog_opens_one_incident_and_the_next_one_resolves_it() {
    let server = Server::start();
    // Nobody expects it: nothing waits.
    let unexpected = server.post(&server.hook(NAME), &watchdog()).data();
    assert_eq!(unexpected["reason"], "heartbeat");
    assert!(jobs(&server, "").is_empty());

    expect_every(&server, "900");
    let first = beat(&server);
    assert_eq!((&first["outcome"], &first["reason"]), (&"ignored".into(), &"heartbeat".into()));
    let waiting = jobs(&server, "");
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!(waiting[0]["kind"], "heartbeat.watch");

    // Whoever waits already waits no longer than is expected now.
    expect_every(&server, "2");
    let opened = eventually("its absence is an incident", WITHIN, || missing(&server).pop());
    assert_eq!(opened["severity"], "SEV1");
    assert_eq!(opened["status"], "new");
    assert_eq!(opened["services"][0]["name"], "Demo API", "the default service");
    assert_eq!(opened["title"], "Watchdog is missing: no heartbeat for 2 s");
    // It is looked for again and again, and stays one.
    let api = Api::with(&server, &["jobs:read"]);
    let waits_until = || {
        let waiting = api.get("/jobs?state=waiting").data();
        waiting["items"].as_array().unwrap().first().map(|job| job["run_at"].clone())
    };
    for _ in 0..2 {
        let seen = eventually("somebody waits", WITHIN, waits_until);
        eventually("somebody looks again", WITHIN, || waits_until().filter(|now| *now != seen));
    }
    assert_eq!(missing(&server).len(), 1);

    expect_every(&server, "900");
    let back = beat(&server);
    assert_eq!((&back["outcome"], &back["reason"]), (&"processed".into(), &"resolved".into()));
    assert_eq!(missing(&server)[0]["status"], "resolved");
    server.cli.assert_sound();
}

#[test]
fn explaining_a_heartbeat_says_what_follows() {
    let server = Server::start();
    expect_every(&server, "900");
    let file = server.cli.dir().join("body.json");
    std::fs::write(&file, watchdog().to_string()).unwrap();
    let file = file.to_str().unwrap();
    let told = server.cli.json(&["explain", file, "--integration", NAME]);
    let said = "if no other Watchdog comes within 900 s, an incident opens on the default service";
    assert!(told.to_string().contains(said), "{told}");
    assert_eq!(told["answer"]["reason"], "heartbeat");
}

#[test]
fn the_last_heartbeat_outlives_the_server_that_heard_it() {
    let mut server = Server::start();
    expect_every(&server, "900");
    beat(&server);
    expect_every(&server, "2");
    server.kill();
    server.restart();
    eventually("the next server misses it", WITHIN, || missing(&server).pop());
    // One that ends by kill -9 while it works on the job leaves it to the next one.
    server.kill();
    server.restart();
    let opened = missing(&server);
    assert_eq!(opened.len(), 1, "{opened:?}");
    assert_eq!(beat(&server)["reason"], "resolved");
    server.cli.assert_sound();
}

#[cfg(feature = "postgres")]
#[test]
fn of_several_servers_one_opens_the_incident() {
    let database = watchbell_testkit::Database::fresh();
    let cli = crate::support::Cli::on_postgres(database.url());
    let one = Server::builder_for(cli.clone()).start();
    let two = Server::builder_for(cli).start();
    expect_every(&one, "900");
    beat(&two);
    expect_every(&one, "2");
    eventually("one of them misses it", WITHIN, || missing(&one).pop());
    let waiting = jobs(&two, "");
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    expect_every(&one, "900");
    assert_eq!(beat(&two)["reason"], "resolved");
    assert_eq!(missing(&one).len(), 1);
    one.cli.assert_sound();
}

#[test]
fn what_was_given_up_is_shown_and_tried_again() {
    let server = Server::start();
    let api = Api::with(&server, &["jobs:read", "jobs:write"]);
    let added = ["integration", "add", "alertmanager", "--name", "Nowhere"];
    server.cli.json(&[&added[..], &["--option", "heartbeat_every=1"]].concat());
    // There is no service on which the incident could open.
    let dead = eventually("it is given up", WITHIN, || {
        api.get("/jobs?state=dead&kind=heartbeat.watch&cursor=").data()["items"]
            .as_array()?
            .first()
            .cloned()
    });
    let id = dead["job_id"].as_str().unwrap();
    let why = dead["last_error"].as_str().unwrap();
    assert!(why.ends_with("the integration has no default service"), "{why}");
    assert_eq!(api.get(&format!("/jobs/{id}")).data(), dead);
    eventually("it is counted", WITHIN, || {
        let metrics = server.client.get(&format!("{}/metrics", server.url), &[]).unwrap().body;
        let attempts = "watchbell_jobs_total{kind=\"heartbeat.watch\",result=\"dead\"} 1";
        let told = metrics.contains("watchbell_jobs_dead 1\n") && metrics.contains(attempts);
        told.then_some(())
    });
    let listed = server.cli.json(&["jobs", "list", "--state", "dead"]);
    assert_eq!(listed["jobs"][0]["job_id"], id);

    // Somebody mends it, and has it tried again.
    server.cli.json(&["integration", "set", "Nowhere", "--default-service", "SER-00001"]);
    let retried = eventually("the server knows the service", WITHIN, || {
        let reply = api.ask("POST", &format!("/jobs/{id}/retry"), &[], None);
        // A watch that began with the change waits already: it does the same.
        matches!(reply.status, 200 | 409).then_some(reply.status)
    });
    eventually("the incident opens", WITHIN, || missing(&server).pop());
    if retried == 409 {
        let gone = api.delete(&format!("/jobs/{id}")).data();
        assert_eq!(gone["deleted"], true);
    }
    // Each second one takes the place of the one before, which is not found then.
    eventually("one that waits is not deleted", WITHIN, || {
        let waiting = api.get("/jobs?kind=heartbeat.watch&state=waiting").data();
        let alive = waiting["items"].as_array()?.first()?["job_id"].as_str()?.to_owned();
        let refused = api.delete(&format!("/jobs/{alive}"));
        (refused.error()["code"] == "conflict").then_some(())
    });
    let unknown = "/jobs/job_00000000000000000000000000000000";
    assert_eq!(api.get(unknown).error()["code"], "not_found");
    assert_eq!(api.get("/jobs?state=done").error()["code"], "validation_error");
    let reader = Api::with(&server, &["jobs:read"]);
    assert_eq!(reader.delete(unknown).error()["code"], "forbidden");
    server.cli.assert_sound();
}
