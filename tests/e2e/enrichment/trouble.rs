//! What Sentry does not answer, or not yet.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{SCOPES, alert, connected, opened};
use crate::connections::Source;
use crate::support::{Trouble, eventually};

#[test]
fn an_event_that_is_not_there_yet_is_asked_for_again() {
    let (source, _) = connected();
    source.sentry.issue(81, "acme", "shop", 2);
    let number = source.opens(81);
    let waiting = source.is_known(&number, "it is not there yet", |one| one["reason"].is_string());
    assert_eq!((&waiting["state"], &waiting["source"]), (&json!("pending"), &json!("delivery")));
    assert_eq!(waiting["reason"], "Sentry does not know it: No matching event");
    assert!(waiting["next_try_at"].is_string(), "{waiting}");
    assert_eq!(waiting["event"]["exceptions"][0]["type"], "ValueError", "what was delivered");
    let known = source.is_done(&number);
    assert_eq!((&known["source"], &known["attempts"]), (&json!("connection"), &json!(3)));
    assert_eq!(known["reason"], Value::Null);
}

#[test]
fn a_rate_limit_is_waited_for_and_counts_no_attempt() {
    let (source, _) = connected();
    source.sentry.issue(82, "acme", "shop", 0);
    source.sentry.trouble("/issues/82/", 1, Trouble::RateLimited(3));
    let number = source.opens(82);
    let waiting = source.is_known(&number, "it is limited", |known| known["reason"].is_string());
    assert_eq!((&waiting["state"], &waiting["attempts"]), (&json!("pending"), &json!(0)));
    assert_eq!(waiting["reason"], "Sentry's rate limit is used up");
    assert_eq!(source.is_done(&number)["attempts"], 1);
}

#[test]
fn a_token_that_is_not_taken_is_replaced() {
    let source = Source::with_app();
    let owner = source.owner();
    let installed = source.sentry.install("acme");
    assert_eq!(source.connect(&owner, &installed).status, 200);
    for token in source.sentry.live_tokens(&installed.uuid) {
        source.sentry.revoke(&token);
    }
    source.sentry.issue(83, "acme", "shop", 0);
    let mut body = alert(83, None);
    body["installation"] = json!({"uuid": installed.uuid});
    let number = opened(&source.deliver("event_alert", &body));
    let known = source.is_done(&number);
    assert_eq!(known["source"], "connection");
    assert!(known["attempts"].as_u64() > Some(1), "{known}");
    eventually("it is well again", super::SOON, || {
        (source.connections()[0]["state"] == "connected").then_some(())
    });
}

#[test]
fn tokens_that_are_not_taken_hasten_no_pause() {
    let source = Source::with_app();
    let owner = source.owner();
    let installed = source.sentry.install("acme");
    assert_eq!(source.connect(&owner, &installed).status, 200);
    for token in source.sentry.live_tokens(&installed.uuid) {
        source.sentry.revoke(&token);
    }
    source.sentry.trouble("/authorizations/", 1, Trouble::RateLimited(600));
    let opens = |id: u64| {
        source.sentry.issue(id, "acme", "shop", 0);
        let mut body = alert(id, None);
        body["installation"] = json!({"uuid": installed.uuid});
        opened(&source.deliver("event_alert", &body))
    };
    let connection = || source.connections().remove(0);
    let first = opens(101);
    let paused = eventually("the next token is waited for", super::SOON, || {
        let reason = "the next token could not be had: ";
        let is_so = |one: &Value| one["reason"].as_str().is_some_and(|is| is.starts_with(reason));
        Some(connection()).filter(is_so)
    });
    let asked = source.sentry.asked_for("/authorizations/");
    let others = [opens(102), opens(103)];
    for number in others.iter().chain([&first]) {
        source.is_known(number, "it is refused once more", |known| {
            known["attempts"].as_u64() >= Some(2) && known["next_try_at"].is_string()
        });
    }
    assert_eq!(source.sentry.asked_for("/authorizations/"), asked);
    assert_eq!(connection()["retry_at"], paused["retry_at"]);
    assert_eq!(connection()["state"], "degraded");
    // A person can have it asked at once.
    let check = format!("/connections/{}/check", paused["connection_id"].as_str().unwrap());
    assert_eq!(source.api().post(&source.path(&check), &json!({})).status, 200);
    source.is_done(&first);
}

#[test]
fn a_scope_that_is_missing_is_named_until_it_is_there() {
    let (source, token) = connected();
    source.sentry.issue(84, "acme", "shop", 0);
    source.sentry.scopes(&token, &["org:read", "project:read"]);
    let number = source.opens(84);
    let failed = source.is_known(&number, "it is given up", |known| known["state"] == "failed");
    let reason = failed["reason"].as_str().unwrap();
    assert!(reason.starts_with("the token lacks the scope event:read: "), "{reason}");
    assert_eq!(failed["source"], "delivery");
    let dead = || source.api().get("/jobs?state=dead").data()["items"].as_array().unwrap().len();
    assert_eq!(dead(), 1);
    source.sentry.scopes(&token, &SCOPES);
    let again = source.retry(&number);
    assert_eq!((again.status, &again.data()["state"]), (200, &json!("pending")));
    source.is_done(&number);
    assert_eq!(dead(), 0, "nobody has to look after it any more");
}

#[test]
fn a_token_that_was_pasted_and_is_not_taken_needs_a_person() {
    let (source, token) = connected();
    source.sentry.issue(85, "acme", "shop", 0);
    source.sentry.revoke(&token);
    let number = source.opens(85);
    let failed = source.is_known(&number, "it is given up", |known| known["state"] == "failed");
    assert_eq!(failed["reason"], "Sentry does not take the token: Invalid token");
    assert_eq!(source.connections()[0]["state"], "disconnected");
}

#[test]
fn commits_that_cannot_be_had_are_done_without() {
    let (source, token) = connected();
    source.sentry.issue(86, "acme", "shop", 0);
    source.sentry.trouble("/committers/", 1, Trouble::Status(403, "{\"detail\": \"No.\"}"));
    let number = source.opens(86);
    let known = source.is_done(&number);
    assert_eq!(
        known["reason"],
        "the suspected commits: the token lacks the scope project:read: No."
    );
    assert_eq!((&known["commits"], &known["event"]["level"]), (&json!([]), &json!("error")));
    assert!(!known.to_string().contains(&token));
}

#[test]
fn while_sentry_is_down_it_says_so_and_somebody_can_hasten_it() {
    let (source, _) = connected();
    source.sentry.issue(87, "acme", "shop", 0);
    source.sentry.trouble("/issues/87/", 1_000, Trouble::Status(502, ""));
    let number = source.opens(87);
    // Then it waits for four seconds at least.
    let waiting = source.is_known(&number, "it was asked three times", |known| {
        known["attempts"].as_u64() >= Some(3) && known["next_try_at"].is_string()
    });
    assert_eq!(waiting["state"], "pending");
    assert_eq!(waiting["reason"], "Sentry has trouble of its own (status 502)");
    assert_eq!(source.incident(&number)["enrichment"]["reason"], waiting["reason"]);
    source.sentry.calm();
    assert_eq!(source.retry(&number).status, 200);
    source.is_done(&number);
    // The command line says the same.
    let shown = source.server.cli.json(&["incident", "show", &number]);
    let known = &shown["enrichment"];
    assert_eq!((&shown["severity"], &known["state"]), (&json!("SEV2"), &json!("done")));
    assert_eq!((&known["events"], &known["source"]), (&json!(120), &json!("connection")));
    assert_eq!(known["failed_in"], "checkout/service.py:133");
    let again = source.server.cli.json(&["incident", "enrich", &number]);
    assert_eq!(again["state"], "pending", "{again}");
    eventually("it is asked again", super::SOON, || {
        (source.lines(&number, "noted").len() == 2).then_some(())
    });
    source.is_done(&number);
}

#[test]
fn a_sentry_that_hangs_delays_no_answer() {
    let (source, _) = connected();
    for issue in 90..95 {
        source.sentry.issue(issue, "acme", "shop", 0);
    }
    source.sentry.trouble("/issues/", 5, Trouble::Hang);
    let mut fastest = Duration::MAX;
    let mut numbers = Vec::new();
    for issue in 90..95 {
        let body = alert(issue, None);
        let began = Instant::now();
        let reply = source.deliver("event_alert", &body);
        fastest = fastest.min(began.elapsed());
        numbers.push(opened(&reply));
    }
    assert!(fastest < Duration::from_millis(100), "{fastest:?}");
    let first = source.is_known(&numbers[0], "it does not answer", |one| one["reason"].is_string());
    assert_eq!(first["reason"], "Sentry does not answer in time");
    for number in &numbers {
        source.is_done(number);
    }
}

#[test]
fn kill_nine_between_opening_and_answer_loses_nothing_and_does_nothing_twice() {
    let (mut source, _) = connected();
    source.sentry.issue(88, "acme", "shop", 0);
    source.sentry.trouble("/events/latest/", 1, Trouble::Hang);
    let body = alert(88, Some("auto"));
    let number = opened(&source.deliver("event_alert", &body));
    // It is raised already, and the rest is being asked for.
    eventually("it is asked", super::SOON, || {
        (source.sentry.asked_for("/events/latest/") == 1).then_some(())
    });
    source.server.kill();
    source.server.restart();
    let api = source.api();
    // What was begun is taken over when its lease is over.
    eventually("it is done", Duration::from_secs(90), || {
        let known = api.get(&format!("/incidents/{number}/enrichment")).data();
        (known["state"] == "done" && known["source"] == "connection").then_some(())
    });
    drop(api);
    assert_eq!(source.lines(&number, "raised").len(), 1, "and raised once");
    assert_eq!(source.incident(&number)["severity"], "SEV1");
    let jobs = source.api().get("/jobs").data();
    let left = jobs["items"].as_array().unwrap().iter();
    assert_eq!(left.filter(|job| job["kind"] == "incident.enrich").count(), 0, "{jobs}");
}
