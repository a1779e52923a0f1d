//! Tokens that end, and the worker that gets the next ones.

use std::time::Duration;

use serde_json::{Value, json};

use super::Source;
use crate::support::{Trouble, eventually};

/// The first try, the pause after it, and the second try.
const SOON: Duration = Duration::from_secs(30);
/// How long Sentry's tokens live, in seconds.
const HOURS: i64 = 8 * 60 * 60;

impl Source {
    /// Waits until the only connection is as wanted.
    fn becomes(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        eventually(what, SOON, || self.connections().pop().filter(&wanted))
    }
}

#[test]
fn a_token_near_its_end_is_replaced_and_a_lost_answer_costs_nothing() {
    let source = Source::with_app();
    let owner = source.owner();
    source.sentry.token_life(1_800);
    let installed = source.sentry.install("acme");
    // The first is the exchange of the code, the second the token of the worker.
    source.sentry.trouble("/authorizations/", 1, Trouble::Slow(1));
    source.sentry.trouble("/authorizations/", 1, Trouble::LoseAnswer);
    assert_eq!(source.connect(&owner, &installed).status, 200);
    let token = |connection: &Value| connection["token_expires_at"].clone();
    let lost = source.becomes("the answer is lost", |one| one["state"] == "degraded");
    assert!(
        lost["reason"].as_str().unwrap().starts_with("the next token could not be had: "),
        "{lost}"
    );
    assert!(lost["retry_at"].is_string());
    source.sentry.token_life(HOURS);
    let fresh = source.becomes("it has another token", |one| one["state"] == "connected");
    assert!(token(&fresh).as_str() > token(&lost).as_str(), "{fresh}");
    assert_eq!((&fresh["reason"], &fresh["retry_at"]), (&Value::Null, &Value::Null));
    assert_eq!(source.sentry.live_tokens(&installed.uuid).len(), 1, "exactly one is valid");
    let one = format!("/connections/{}", fresh["connection_id"].as_str().unwrap());
    let checked = source.api().post(&source.path(&format!("{one}/check")), &json!({})).data();
    assert_eq!(checked["state"], "connected", "it is the one that is kept: {checked}");
    // The next job waits, and says what it is about.
    let jobs = source.api().get("/jobs?state=waiting").data();
    let about: Vec<_> = jobs["items"].as_array().unwrap().iter().collect();
    assert_eq!(about.len(), 1, "{jobs}");
    assert_eq!(
        (&about[0]["kind"], &about[0]["subject"]),
        (&json!("connection.refresh"), &fresh["connection_id"])
    );
    let audit = source.api().get("/audit?limit=100").data().to_string();
    for token in source.sentry.live_tokens(&installed.uuid) {
        assert!(!audit.contains(&token) && !jobs.to_string().contains(&token));
    }
}

#[test]
fn kill_nine_between_a_question_and_its_answer_loses_no_organization() {
    let mut source = Source::with_app();
    let owner = source.owner();
    source.sentry.token_life(1_800);
    let installed = source.sentry.install("acme");
    // The exchange of the code is answered; what the worker asks for is done, but nobody hears of it.
    source.sentry.trouble("/authorizations/", 1, Trouble::Slow(1));
    source.sentry.trouble("/authorizations/", 1, Trouble::Slow(600_000));
    assert_eq!(source.connect(&owner, &installed).status, 200);
    eventually("the next token is asked for", SOON, || {
        (source.sentry.asked_for("/authorizations/") == 2).then_some(())
    });
    let before = source.connections().pop().unwrap();
    source.server.kill();
    source.server.cli.end_leases();
    source.sentry.token_life(HOURS);
    source.server.restart();
    let fresh = source.becomes("the next server asks again", |one| {
        one["token_expires_at"].as_str() > before["token_expires_at"].as_str()
    });
    assert_eq!(fresh["state"], "connected", "{fresh}");
    assert_eq!(source.sentry.asked_for("/authorizations/"), 3);
    assert_eq!(source.sentry.live_tokens(&installed.uuid).len(), 1, "exactly one is valid");
    let check = format!("/connections/{}/check", fresh["connection_id"].as_str().unwrap());
    let checked = source.api().post(&source.path(&check), &json!({})).data();
    assert_eq!(checked["state"], "connected", "{checked}");
    source.server.cli.assert_sound();
}
