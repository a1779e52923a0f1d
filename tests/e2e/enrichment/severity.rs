//! Severity `auto`: worse with the number of events, as soon as it is known.

use serde_json::{Value, json};

use super::{SOON, alert, connected, issue, opened};
use crate::connections::Source;
use crate::support::{Trouble, eventually};

/// An alert rule's settings that leave the severity to the number of events.
fn with_auto(mut body: Value) -> Value {
    body["data"]["alert"] = json!({"id": 1, "settings": [{"name": "severity", "value": "auto"}]});
    body
}

fn counted(number: u64, count: u64) -> Value {
    let mut body = with_auto(issue("created", number));
    body["data"]["issue"]["level"] = json!("error");
    body["data"]["issue"]["count"] = json!(count.to_string());
    body
}

fn severity(source: &Source, number: &str) -> Value {
    source.incident(number)["severity"].clone()
}

#[test]
fn a_number_that_is_delivered_counts_at_once() {
    let source = Source::start();
    let check = |id: u64, count: u64, expected: &str, says: &str| {
        let told = source.deliver("issue", &counted(id, count));
        let number = opened(&told);
        assert_eq!(severity(&source, &number), expected, "{count}");
        let delivery = source.server.delivery(&told.data()["delivery_id"]);
        let trace = delivery["trace"].to_string();
        assert!(trace.contains(says), "{says}: {trace}");
    };
    check(
        61,
        99,
        "SEV2",
        "auto: 99 events change nothing (one step worse from 100, two from 1000)",
    );
    check(62, 100, "SEV1", "auto: 100 events make it one step worse");
    check(63, 1_000, "SEV0", "auto: 1000 events make it two steps worse");
    // Numbers of the integration's own.
    let two = json!({"options": {"auto_worse_from": "10", "auto_much_worse_from": "20"}});
    assert_eq!(source.api().patch(&source.path(""), &two).status, 200);
    check(64, 19, "SEV1", "one step worse from 10, two from 20");
    let wrong = source.option("auto_much_worse_from", "9");
    assert_eq!(wrong.paths(), ["options.auto_much_worse_from"]);
    assert_eq!(source.option("auto_worse_from", "0").paths(), ["options.auto_worse_from"]);
    // Without the word nothing is worse.
    let mut plain = counted(65, 5_000);
    plain["data"]["alert"] = Value::Null;
    let number = opened(&source.deliver("issue", &plain));
    assert_eq!(severity(&source, &number), "SEV2");
    // What its level leaves alone stays so.
    let mut quiet = counted(66, 5_000);
    quiet["data"]["issue"]["level"] = json!("info");
    assert_eq!(source.deliver("issue", &quiet).said(), "ignored/severity_do_not_create");
}

#[test]
fn a_number_that_the_source_tells_later_raises_what_nobody_has_changed() {
    let (source, _) = connected();
    // Answers wait until people have done what they do.
    let opens = |id: u64, word: &str| {
        source.sentry.issue(id, "acme", "shop", 0);
        source.sentry.count(id, 1_204);
        opened(&source.deliver("event_alert", &alert(id, Some(word))))
    };
    let number = opens(71, "auto");
    source.is_done(&number);
    assert_eq!(severity(&source, &number), "SEV0");
    let why = "the source counts 1204 events, two steps worse from 1000";
    assert_eq!(source.lines(&number, "raised"), [format!("raised from SEV2 to SEV0: {why}")]);
    // Asked again, it says the same, and nothing happens twice.
    assert_eq!(source.retry(&number).status, 200);
    source.is_known(&number, "it was asked again", |_| {
        source.sentry.asked_for("/issues/71/events/") == 2
    });
    source.is_done(&number);
    assert_eq!(source.lines(&number, "raised").len(), 1);
    // A severity that was named is not left to the number.
    let named = opens(72, "error");
    source.is_done(&named);
    assert_eq!(severity(&source, &named), "SEV2");
}

#[test]
fn what_a_person_set_or_ended_stays() {
    let (source, _) = connected();
    let api = source.api();
    let opens = |id: u64| {
        source.sentry.trouble(&format!("/issues/{id}/"), 1_000, Trouble::Status(503, ""));
        source.sentry.issue(id, "acme", "shop", 0);
        let number = opened(&source.deliver("event_alert", &alert(id, Some("auto"))));
        source.is_known(&number, "it was asked in vain", |known| known["reason"].is_string());
        number
    };
    let (set, ended) = (opens(73), opens(74));
    let to = json!({"severity": "SEV4"});
    assert_eq!(api.patch(&format!("/incidents/{set}"), &to).status, 200);
    let to = json!({"status": "resolved"});
    assert_eq!(api.post(&format!("/incidents/{ended}/status"), &to).status, 200);
    source.sentry.calm();
    for number in [&set, &ended] {
        source.is_done(number);
        assert_eq!(source.lines(number, "raised"), [""; 0]);
    }
    assert_eq!(
        (severity(&source, &set), severity(&source, &ended)),
        (json!("SEV4"), json!("SEV2"))
    );
    let notes = source.lines(&set, "noted");
    let kept = "the source counts 120 events, one step worse from 100: that is SEV1, but a person set \
                SEV4, which stays";
    assert!(notes.iter().any(|note| note == kept), "{notes:?}");
}

/// The kind of the jobs that count.
const COUNT: &str = "incident.count";

/// What waits to be counted.
fn to_count(source: &Source) -> Vec<Value> {
    let jobs = source.api().get("/jobs").data();
    let jobs = jobs["items"].as_array().unwrap().iter();
    jobs.filter(|job| job["kind"] == COUNT).cloned().collect()
}

#[test]
fn a_repeat_has_the_number_asked_for_whoever_opened_the_incident() {
    let (source, _) = connected();
    source.sentry.issue(76, "acme", "shop", 0);
    source.sentry.count(76, 3);
    let mut body = issue("created", 76);
    body["data"]["issue"]["level"] = json!("error");
    let number = opened(&source.deliver("issue", &body));
    source.is_done(&number);
    let repeats = |word: Option<&str>| {
        let repeat = source.deliver("event_alert", &alert(76, word));
        assert_eq!(
            (repeat.said(), repeat.incident()),
            ("processed/updated".to_owned(), number.clone())
        );
    };
    // Nothing is left to the number yet.
    repeats(None);
    repeats(Some("error"));
    assert_eq!(to_count(&source), [Value::Null; 0]);
    let before = source.enrichment(&number).data();
    repeats(Some("auto"));
    let first = to_count(&source).remove(0);
    assert_eq!((&first["state"], &first["subject"]), (&json!("waiting"), &json!(number)));
    repeats(Some("auto"));
    let jobs = to_count(&source);
    assert_eq!((jobs.len(), &jobs[0]["run_at"]), (1, &first["run_at"]), "once for both");
    assert_eq!(source.enrichment(&number).data(), before, "nothing else is asked");

    source.sentry.count(76, 104);
    source.server.cli.end_waiting(COUNT);
    eventually("it is counted", SOON, || (severity(&source, &number) == "SEV1").then_some(()));
    let why = "the source counts 104 events, one step worse from 100";
    assert_eq!(source.lines(&number, "raised"), [format!("raised from SEV2 to SEV1: {why}")]);
    assert_eq!(source.sentry.asked_for("/issues/76/events/"), 1, "only the number was asked for");
    // Trouble passes, and the number may have grown.
    source.sentry.count(76, 2_000);
    source.sentry.trouble("/issues/76/", 1, Trouble::Status(503, ""));
    repeats(Some("auto"));
    source.server.cli.end_waiting(COUNT);
    eventually("it is counted again", SOON, || {
        (severity(&source, &number) == "SEV0").then_some(())
    });
    eventually("it is done", SOON, || to_count(&source).is_empty().then_some(()));
    // It cannot become worse.
    repeats(Some("auto"));
    assert_eq!(to_count(&source), [Value::Null; 0]);
}

#[test]
fn what_cannot_be_counted_leaves_no_dead_job() {
    let (source, token) = connected();
    source.sentry.issue(77, "acme", "shop", 0);
    source.sentry.count(77, 3);
    let number = opened(&source.deliver("event_alert", &alert(77, Some("auto"))));
    source.is_done(&number);
    source.sentry.scopes(&token, &["org:read"]);
    let asked = source.sentry.asked_for("/issues/77/");
    source.deliver("event_alert", &alert(77, Some("auto")));
    assert_eq!(to_count(&source).len(), 1);
    source.server.cli.end_waiting(COUNT);
    eventually("it is over", SOON, || to_count(&source).is_empty().then_some(()));
    assert_eq!(source.sentry.asked_for("/issues/77/"), asked + 1);
    assert_eq!(severity(&source, &number), "SEV2");
}

#[test]
fn explaining_tells_of_it() {
    let source = Source::start();
    let body = counted(75, 250);
    let asked = json!({
        "integration_id": source.integration, "body": body.to_string(),
        "headers": {"sentry-hook-resource": "issue"},
    });
    let explained = source.api().post("/explain", &asked);
    assert!(explained.body.contains("auto: 250 events make it one step worse"), "{explained:?}");
    assert!(explained.body.contains("SEV1"), "{explained:?}");
}
