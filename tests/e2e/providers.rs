//! Trigger, acknowledge, resolve, come back: one problem's life for every provider that tells it, in
//! recorded bodies. Sentry's, signed and with all its resources, is in `sentry.rs`; CloudWatch's,
//! with its notification service, in `cloudwatch.rs`.

use serde_json::Value;

use crate::support::{Server, fixture};

/// What a body is answered, and how the incident then stands. None where it is another incident's.
type Line<'a> = (&'a str, &'a dyn Fn(&mut Value), &'a str, Option<&'a str>);

/// A body as it was recorded.
fn recorded(_: &mut Value) {}

/// Posts each body to `provider` and looks at the incident of the first. Gives how many incidents
/// there are in the end.
fn tell(provider: &str, flags: &[&str], story: &[Line<'_>]) -> usize {
    let server = Server::start();
    let hook = server.add(provider, "Story", flags);
    let mut number = None;
    for (file, edit, said, status) in story {
        let text = std::fs::read_to_string(fixture(&format!("{provider}/{file}.json"))).unwrap();
        let mut body: Value = serde_json::from_str(&text).unwrap();
        edit(&mut body);
        let reply = server.post(&hook, &body);
        assert_eq!(reply.said(), *said, "{provider}/{file}: {}", reply.body);
        let number = number.get_or_insert_with(|| reply.incident());
        let incident = server.incident(number);
        let Some(status) = status else { continue };
        assert_eq!(incident["status"], *status, "{provider}/{file}: {incident}");
    }
    server.cli.assert_sound();
    server.all("/api/v1/incidents").len()
}

const LINKED: [&str; 4] = ["--service", "SER-00001", "--default-service", "SER-00001"];

#[test]
fn a_monitor_of_datadog() {
    let incidents = tell(
        "datadog",
        &LINKED,
        &[
            ("recommended_triggered", &recorded, "processed/created", Some("new")),
            ("recommended_renotify", &recorded, "processed/updated", Some("new")),
            ("recommended_recovered", &recorded, "processed/resolved", Some("resolved")),
            // A reminder that comes late opens nothing again.
            ("recommended_re_triggered", &recorded, "ignored/already_resolved", Some("resolved")),
            ("recommended_triggered", &recorded, "processed/reopened", Some("new")),
            ("recommended_recovered", &recorded, "processed/resolved", Some("resolved")),
            // Another cycle is another incident.
            ("recommended_new_cycle", &recorded, "processed/created", Some("resolved")),
        ],
    );
    assert_eq!(incidents, 2);
}

/// When the one alert of the group began.
fn begins(at: &'static str) -> impl Fn(&mut Value) {
    move |body| body["alerts"][0]["startsAt"] = at.into()
}

#[test]
fn an_alert_of_grafana() {
    let anew = begins("2021-10-13T10:00:00+02:00");
    let incidents = tell(
        "grafana",
        &LINKED,
        &[
            ("firing", &recorded, "processed/created", Some("new")),
            ("firing", &recorded, "processed/updated", Some("new")),
            ("resolved", &recorded, "processed/resolved", Some("resolved")),
            ("resolved", &recorded, "ignored/nothing_open", None),
            ("firing", &recorded, "processed/reopened", Some("new")),
            ("resolved", &recorded, "processed/resolved", Some("resolved")),
            ("firing", &anew, "processed/created", Some("resolved")),
        ],
    );
    assert_eq!(incidents, 2);
}

#[test]
fn a_group_of_alertmanager_and_its_alerts() {
    let first = |body: &mut Value| body["alerts"].as_array_mut().unwrap().truncate(1);
    let over = |body: &mut Value| {
        first(body);
        body["alerts"][0]["status"] = "resolved".into();
        body["status"] = "resolved".into();
    };
    let incidents = tell(
        "alertmanager",
        &LINKED,
        &[
            ("group_of_several", &first, "processed/created", Some("new")),
            ("group_of_several", &first, "processed/updated", Some("new")),
            ("group_of_several", &over, "processed/resolved", Some("resolved")),
            ("group_of_several", &first, "processed/reopened", Some("new")),
            ("group_of_several", &over, "processed/resolved", Some("resolved")),
        ],
    );
    assert_eq!(incidents, 1);
    // One incident for a group: it is over when all of it is.
    let all_over = |body: &mut Value| {
        for alert in body["alerts"].as_array_mut().unwrap() {
            alert["status"] = "resolved".into();
        }
        body["status"] = "resolved".into();
    };
    let first_over = |body: &mut Value| body["alerts"][0]["status"] = "resolved".into();
    let incidents = tell(
        "alertmanager",
        &[&LINKED[..], &["--option", "grouping=group"]].concat(),
        &[
            ("group_of_several", &recorded, "processed/created", Some("new")),
            ("group_of_several", &first_over, "processed/updated", Some("new")),
            ("group_of_several", &all_over, "processed/resolved", Some("resolved")),
        ],
    );
    assert_eq!(incidents, 1);
}

#[test]
fn a_script_of_ones_own() {
    let status = |status: &'static str| move |body: &mut Value| body["status"] = status.into();
    let (new, investigating, resolved) =
        (status("new"), status("investigating"), status("resolved"));
    let incidents = tell(
        "custom",
        &[],
        &[
            ("valid_complete", &new, "processed/created", Some("new")),
            ("valid_complete", &investigating, "processed/updated", Some("investigating")),
            ("valid_complete", &resolved, "processed/resolved", Some("resolved")),
            ("valid_complete", &resolved, "ignored/nothing_open", None),
            // A script has no word for the same occurrence: what comes next is another incident.
            ("valid_complete", &new, "processed/created", Some("resolved")),
        ],
    );
    assert_eq!(incidents, 2);
}
