//! One problem's life, as Sentry tells it to the real binary: signed, with recorded bodies.

use crate::support::{Reply, Server, fixture, hmac};

/// An app's client secret looks like this.
const SECRET: &str = "3f0d9c5b7e1a4c2d8b6f0a9e7d5c3b1a2f4e6d8c0b9a7f5e3d1c2b4a6f8e0d9c";
/// The issue in all bodies.
const ISSUE: &str = "6912345678";

/// A server with an integration that Sentry signs for: its default service is the demo's first, and
/// alert rules may choose the second.
struct Sentry {
    server: Server,
    hook: String,
}

impl Sentry {
    fn start() -> Self {
        let server = Server::start();
        let services = ["--default-service", "SER-00001", "--service", "SER-00002"];
        let flags = [services.as_slice(), &["--secret", SECRET]].concat();
        let hook = server.add("sentry", "Signed", &flags);
        Self { server, hook }
    }

    /// Posts a fixture about [`ISSUE`], with the headers that came with it, signed in `header`.
    fn post_signed(&self, name: &str, header: &str) -> Reply {
        let file = fixture(&format!("sentry/{name}.json"));
        let body = std::fs::read_to_string(&file).unwrap();
        let body = body.replace("1234567890", ISSUE).replace("svc_CHECKOUT1", "SER-00002");
        let recorded = std::fs::read_to_string(file.with_extension("headers")).unwrap_or_default();
        let signature = hmac(SECRET, &body);
        let mut headers: Vec<_> =
            recorded.lines().filter_map(|line| line.split_once(": ")).collect();
        headers.push((header, &signature));
        self.server.post_bytes(&self.hook, &headers, body.as_bytes())
    }

    fn post(&self, name: &str) -> Reply {
        self.post_signed(name, "Sentry-Hook-Signature")
    }

    fn said(&self, name: &str) -> String {
        self.post(name).said()
    }
}

#[test]
fn an_issue_is_followed_from_its_alert_to_its_return() {
    let sentry = Sentry::start();
    let opened = sentry.post("event_alert_settings");
    assert_eq!(opened.said(), "processed/created");
    let number = opened.incident();
    let incident = sentry.server.incident(&number);
    assert_eq!(incident["services"][0]["name"], "Demo Database", "the rule's choice: {incident}");
    assert_eq!(incident["severity"], "SEV1", "the rule's choice: {incident}");
    assert_eq!(incident["title"], "ValueError: bad value for order ord_123");
    assert_eq!(incident["metadata"]["environment"], "production");
    assert_eq!(incident["metadata"]["notes"], "Ask the payments team first.");

    // Sentry tries again after a timeout of its own: the same alert, under a new request id.
    assert_eq!(sentry.said("event_alert_settings"), "duplicate/duplicate_delivery");
    // The issue's own news names no service; it meets the incident all the same.
    assert_eq!(sentry.said("issue_assigned_user"), "processed/noted");
    assert_eq!(sentry.said("issue_ignored"), "processed/acknowledged");
    assert_eq!(sentry.server.incident(&number)["status"], "investigating");
    // The issue is fatal by now, which is worse than what the rule chose.
    assert_eq!(sentry.said("issue_unresolved_escalating"), "processed/raised");
    let escalated = sentry.server.incident(&number);
    assert!(escalated["acknowledged_at"].is_null(), "nobody has it in hand now: {escalated}");
    assert_eq!(sentry.said("issue_resolved"), "processed/resolved");
    assert_eq!(sentry.server.incident(&number)["status"], "resolved");
    let back = sentry.post("issue_unresolved_regressed");
    assert_eq!(back.said(), "processed/reopened");
    assert_eq!(back.incident(), number, "the same incident goes on");
    assert_eq!(sentry.server.all("/api/v1/incidents").len(), 1);
    sentry.server.cli.assert_sound();
}

#[test]
fn what_a_rule_chose_stops_opening_and_nothing_else() {
    let sentry = Sentry::start();
    assert_eq!(sentry.said("event_alert_settings_auto_create_off"), "ignored/auto_create_off");
    // The same event by another way: without the header that tells the resource.
    assert_eq!(sentry.said("event_alert_no_header"), "duplicate/duplicate_delivery");
    assert_eq!(sentry.said("error_created"), "processed/created");
    assert_eq!(sentry.said("activity_alert_status_resolved"), "processed/resolved");
    assert_eq!(sentry.said("unknown_resource"), "ignored/unsupported_resource");
    assert_eq!(sentry.said("installation_created"), "ignored/installation");
    assert_eq!(sentry.said("no_issue_or_event"), "ignored/no_issue_or_event");
    let test = sentry.post("test_notification");
    assert_eq!(test.said(), "processed/created");
    assert_eq!(sentry.server.incident(&test.incident())["test"], true);
    let metric = sentry.post("metric_alert_critical_settings");
    assert_eq!(metric.said(), "processed/created");
    assert_eq!(sentry.server.incident(&metric.incident())["services"][0]["name"], "Demo Database");
    assert_eq!(sentry.said("metric_alert_resolved"), "processed/resolved");
    sentry.server.cli.assert_sound();
}

#[test]
fn either_header_carries_the_signature_and_one_of_them_must() {
    let sentry = Sentry::start();
    let app = sentry.post_signed("issue_created", "Sentry-App-Signature");
    assert_eq!(app.said(), "processed/created");
    let other = sentry.post_signed("issue_resolved", "X-Sentry-Signature");
    assert_eq!(other.refused(), "401 unauthorized");
    let headers = [("Sentry-Hook-Signature", hmac("another secret", "{}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let wrong = sentry.server.post_bytes(&sentry.hook, &headers, b"{}");
    assert_eq!(wrong.refused(), "401 unauthorized");
    assert_eq!(sentry.server.incident(&app.incident())["status"], "new");
    // Proven, and nothing of Sentry's: a person should see it.
    let proven = hmac(SECRET, "{}");
    let headers = [("Sentry-Hook-Signature", proven.as_str())];
    let empty = sentry.server.post_bytes(&sentry.hook, &headers, b"{}");
    assert_eq!(empty.refused(), "400 malformed");
    sentry.server.cli.assert_sound();
}
