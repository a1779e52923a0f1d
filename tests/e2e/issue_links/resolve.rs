//! Issues that are resolved with their incident, and no loops.

use serde_json::{Value, json};

use super::SCOPES;
use crate::connections::Source;
use crate::support::{Trouble, eventually};

/// How Sentry names whoever did something.
fn app() -> Value {
    json!({"type": "application", "id": "a1b2c3d4-1111-4aaa-8bbb-222233334444", "name": "Watchbell"})
}

fn person() -> Value {
    json!({"type": "user", "id": 1, "name": "Meredith Heller"})
}

impl Source {
    /// With an incident of issue 7 that is open.
    fn resolving(is_on: &str) -> (Self, String) {
        let source = Self::linkable(&SCOPES);
        source.set_option("resolve_in_sentry", is_on);
        let incident = source.server.all("/api/v1/incidents")[0]["incident_number"].clone();
        (source, incident.as_str().unwrap().to_owned())
    }

    fn becomes_resolved(&self, issue: u64) {
        eventually("Sentry's issue is resolved", super::SOON, || {
            (self.sentry.issue_status(issue) == "resolved").then_some(())
        });
    }

    /// How often Sentry was asked to change an issue.
    fn changed(&self) -> usize {
        self.sentry.asked().iter().filter(|asked| asked.method == "PUT").count()
    }

    fn status(&self, incident: &str) -> Value {
        self.server.incident(incident)["status"].clone()
    }

    fn no_jobs(&self) {
        eventually("no job is left", super::SOON, || self.jobs().is_empty().then_some(()));
    }
}

#[test]
fn an_incident_takes_its_issues_along_and_the_echo_changes_nothing() {
    let (source, incident) = Source::resolving("true");
    source.sentry.issue(8, "acme", "shop", 0);
    assert_eq!(source.link(&incident, "8").status, 201);
    source.stands(&incident, "it is linked", |(_, state, _)| state == "linked");
    source.moves(&incident, "resolved");
    source.becomes_resolved(7);
    source.becomes_resolved(8);
    source.no_jobs();
    let told = source.told(&incident);
    for text in ["resolved Sentry issue SHOP-7", "resolved Sentry issue SHOP-8"] {
        assert_eq!(told.iter().filter(|line| *line == text).count(), 1, "{told:?}");
    }
    // It comes back as a webhook, late: somebody has opened the incident again.
    source.moves(&incident, "investigating");
    let echo = source.issue_is("resolved", 7, &app());
    assert_eq!(echo.said(), "ignored/already_resolved");
    assert_eq!(source.status(&incident), "investigating");
    let steps = source.server.delivery(&echo.data()["delivery_id"])["trace"].to_string();
    assert!(steps.contains("resolved by an app in Sentry, as this server does"), "{steps}");
    assert_eq!(source.changed(), 2, "nothing was asked again");
    // What people and Sentry itself do works as always.
    assert_eq!(source.issue_is("resolved", 7, &person()).said(), "processed/resolved");
    assert_eq!(source.issue_is("unresolved", 7, &person()).said(), "processed/reopened");
    let sentry = json!({"type": "application", "id": "sentry", "name": "Sentry"});
    assert_eq!(source.issue_is("resolved", 7, &sentry).said(), "processed/resolved");
    source.no_jobs();
    assert_eq!(source.changed(), 2, "what Sentry resolved is not told to Sentry");
}

#[test]
fn where_nobody_wants_it_nothing_is_asked() {
    let (source, incident) = Source::resolving("false");
    source.moves(&incident, "resolved");
    assert_eq!(source.jobs(), Vec::<Value>::new(), "not even a job is written");
    assert_eq!((source.changed(), source.sentry.issue_status(7).as_str()), (0, "unresolved"));
    // Then it may be any app that resolved an issue.
    source.moves(&incident, "investigating");
    assert_eq!(source.issue_is("resolved", 7, &app()).said(), "processed/resolved");
}

#[test]
fn what_is_open_again_when_sentry_can_be_asked_stays_as_it_is() {
    let (source, incident) = Source::resolving("true");
    source.sentry.trouble("/issues/7/", 1, Trouble::Status(503, ""));
    source.moves(&incident, "resolved");
    eventually("Sentry was asked in vain", super::SOON, || (source.changed() == 1).then_some(()));
    source.moves(&incident, "investigating");
    source.no_jobs();
    assert_eq!((source.changed(), source.sentry.issue_status(7).as_str()), (1, "unresolved"));
    // And when it is over again, it is over there, too.
    source.moves(&incident, "resolved");
    source.becomes_resolved(7);
}

#[test]
fn why_an_issue_was_not_resolved_is_told() {
    let source = Source::linkable(&["org:read", "project:read", "event:read"]);
    source.set_option("resolve_in_sentry", "true");
    let incident = source.server.all("/api/v1/incidents")[0]["incident_number"].clone();
    let incident = incident.as_str().unwrap();
    source.moves(incident, "resolved");
    eventually("it is told", super::SOON, || {
        let told = source.told(incident);
        told.iter().find(|text| {
            text.starts_with("Sentry issue 7 could not be resolved with it: the token lacks the scope event:write")
        })?;
        Some(())
    });
    source.no_jobs();
}

#[test]
fn a_token_that_is_not_taken_any_more_is_replaced_and_nothing_is_lost() {
    let source = Source::with_app();
    let installed = source.sentry.install("acme");
    assert_eq!(source.connect(&source.owner(), &installed).status, 200);
    source.set_option("resolve_in_sentry", "true");
    source.sentry.issue(7, "acme", "shop", 0);
    let revoke = || {
        for token in source.sentry.live_tokens(&installed.uuid) {
            source.sentry.revoke(&token);
        }
    };
    let incident = source.opened("ours", "SER-00001");
    revoke();
    assert_eq!(source.link(&incident, "7").status, 201);
    source.stands(&incident, "it waits for the next token", |(_, state, reason)| {
        state == "pending" && reason.ends_with("the next one is asked for; it is tried again")
    });
    source.stands(&incident, "it is linked", |(_, state, _)| state == "linked");
    revoke();
    source.moves(&incident, "resolved");
    source.becomes_resolved(7);
    eventually("it is told", super::SOON, || {
        source.told(&incident).contains(&"resolved Sentry issue SHOP-7".to_owned()).then_some(())
    });
}

#[test]
fn what_is_resolved_already_is_not_resolved_again_because_another_waits() {
    let (source, incident) = Source::resolving("true");
    source.sentry.issue(8, "acme", "shop", 0);
    assert_eq!(source.link(&incident, "8").status, 201);
    source.stands(&incident, "it is linked", |(_, state, _)| state == "linked");
    source.sentry.trouble("/issues/8/", 1, Trouble::Status(503, ""));
    source.moves(&incident, "resolved");
    source.becomes_resolved(7);
    eventually("the other waits", super::SOON, || {
        let waits = |job: &Value| job["last_error"].as_str().is_some_and(|why| why.contains("503"));
        source.jobs().iter().any(waits).then_some(())
    });
    // Somebody opens it again there, and Sentry has not told it yet.
    source.sentry.issue_becomes(7, "unresolved");
    source.becomes_resolved(8);
    source.no_jobs();
    assert_eq!((source.changed(), source.sentry.issue_status(7).as_str()), (3, "unresolved"));
}
