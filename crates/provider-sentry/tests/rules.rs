//! The rules at their edges, and what an operator can set.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not tests to clippy")]

use std::collections::BTreeMap;

use watchbell_model::{
    Action, Alert, Auto, DedupKey, Headers, Reason, Secret, Severity, SeverityAction, Timestamp,
};
use watchbell_provider::conformance::{read_options, read_with};
use watchbell_provider::{GuideContext, Item, Options, Provider, Received, SampleContext};
use watchbell_provider_sentry::{ASSIGNED_ACKNOWLEDGES, SEVERITY_PRESET, Sentry};

fn received(resource: &str, body: &str) -> Received {
    let headers = Headers::new([("Sentry-Hook-Resource", resource)]);
    read_with(&Sentry, body.as_bytes(), headers).unwrap()
}

fn with_options(resource: &str, body: &str, options: &[(&str, &str)]) -> Received {
    let headers = Headers::new([("Sentry-Hook-Resource", resource)]);
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options: BTreeMap<_, _> = options.collect();
    read_options(&Sentry, body.as_bytes(), headers, &Options::new(&options)).unwrap()
}

fn alert(mut received: Received) -> Alert {
    assert_eq!(received.items.len(), 1, "{received:?}");
    match received.items.remove(0) {
        Item::Alert(alert) => *alert,
        other @ Item::Ignored { .. } => unreachable!("{other:?}"),
    }
}

/// An event alert with these fields of the event and these settings.
fn event_alert(event: &str, settings: &str) -> Alert {
    let body = format!(
        r#"{{"action":"triggered","data":{{
            "event":{{"issue_id":"7","title":"T",{event}}},
            "issue_alert":{{"settings":{settings}}}
        }}}}"#
    );
    alert(received("event_alert", &body))
}

#[test]
fn the_severity_of_an_action_is_one_of_its_words() {
    let check = |word: &str, expected: Option<Severity>| {
        let settings = format!(r#"[{{"name":"severity","value":"{word}"}}]"#);
        assert_eq!(event_alert(r#""level":"info""#, &settings).severity, expected, "{word}");
    };
    check("critical", Some(Severity::Sev0));
    check("error", Some(Severity::Sev2));
    check("warning", Some(Severity::Sev3));
    check("info", Some(Severity::Sev4));
    check("sev1", Some(Severity::Sev1));
    check("auto", None);
    check("urgent", None);
    check("", None);
}

#[test]
fn tags_about_people_become_metadata_only_where_they_are_kept() {
    let read = |options: &[(&str, &str)]| {
        let body = r#"{"action":"triggered","data":{"event":{"issue_id":"7","title":"T","tags":[
            ["user","email:dana@example.com"],["user.id","42"],["geo.city","Vienna"],["ip","203.0.113.9"],
            ["url","https://u:p@shop.example.com/cart?token=1#x"],["os","Linux"]]}}}"#;
        alert(with_options("event_alert", body, options)).metadata
    };
    let kept = read(&[]);
    assert_eq!(kept.get("user"), Some("email:dana@example.com"));
    assert_eq!(kept.get("url"), Some("https://shop.example.com/cart"));
    let left_out = read(&[("enrichment_personal_data", "false")]);
    for name in ["user", "user.id", "geo.city", "ip", "url"] {
        assert!(kept.get(name).is_some(), "{name}");
        assert_eq!(left_out.get(name), None, "{name}");
    }
    assert_eq!((kept.get("os"), left_out.get("os")), (Some("Linux"), Some("Linux")));
}

#[test]
fn auto_counts_events_by_the_operators_numbers() {
    let check = |count: &str, options: &[(&str, &str)], expected: Auto| {
        let body = format!(
            r#"{{"action":"triggered","data":{{
                "issue":{{"id":"7","title":"T","status":"unresolved","count":{count}}},
                "activity":{{"type":"status_escalating"}},
                "alert":{{"settings":[{{"name":"severity","value":"Auto"}}]}}
            }}}}"#
        );
        let read = with_options("activity_alert", &body, options);
        assert_eq!(alert(read).auto, Some(expected), "{count}");
    };
    let auto = |events, worse_from, much_worse_from| Auto { events, worse_from, much_worse_from };
    check("\"57\"", &[], auto(Some(57), 100, 1_000));
    check("57", &[("auto_worse_from", "5")], auto(Some(57), 5, 1_000));
    check("null", &[("auto_much_worse_from", "200")], auto(None, 100, 200));
    check("\"many\"", &[("auto_worse_from", "2000")], auto(None, 2_000, 2_000));
    let named = r#"[{"name":"severity","value":"error"}]"#;
    assert_eq!(event_alert(r#""level":"info""#, named).auto, None);
    assert_eq!(event_alert(r#""level":"info""#, "[]").auto, None);
}

#[test]
fn an_alert_says_what_its_source_can_be_asked_about() {
    let asked = |resource: &str, body: &str, options: &[(&str, &str)]| {
        alert(with_options(resource, body, options)).inquiry.map(|inquiry| inquiry.issue)
    };
    let event =
        |more: &str| format!(r#"{{"data":{{"event":{{"title":"T","event_id":"e"{more}}}}}}}"#);
    let issue = || Some(Some("7".to_owned()));
    assert_eq!(asked("event_alert", &event(r#","issue_id":7"#), &[]), issue());
    assert_eq!(asked("event_alert", &event(""), &[]), Some(None), "only what was delivered");
    let test = event(r#","issue_id":7,"tags":[["sample_event","yes"]]"#);
    assert_eq!(asked("event_alert", &test, &[]), Some(None), "a test has no issue");
    assert_eq!(asked("event_alert", &event(r#","issue_id":7"#), &[("enrichment", "false")]), None);
    let of = |action: &str| format!(r#"{{"action":"{action}","data":{{"issue":{{"id":"7"}}}}}}"#);
    assert_eq!(asked("issue", &of("created"), &[]), issue());
    assert_eq!(asked("issue", &of("resolved"), &[]), None, "it opens nothing");
    let metric = r#"{"action":"critical","data":{"metric_alert":{"id":"1","title":"T"}}}"#;
    assert_eq!(asked("metric_alert", metric, &[]), None, "it has no issue");
    let odd = format!(r#","issue_id":"{}""#, "7".repeat(101));
    assert_eq!(asked("event_alert", &event(&odd), &[]), Some(None));
}

#[test]
fn rules_of_an_action_stop_opening_only() {
    let check = |event: &str, settings: &str, expected: Option<Reason>| {
        assert_eq!(event_alert(event, settings).must_not_open, expected, "{event} {settings}");
    };
    let setting = |name: &str, value: &str| format!(r#"[{{"name":"{name}","value":"{value}"}}]"#);
    let production = r#""environment":"Production""#;
    check(production, &setting("environments", "staging,PRODUCTION"), None);
    check(production, &setting("environments", "staging"), Some(Reason::EnvironmentFiltered));
    check(production, &setting("environments", " , "), None);
    let tagged = r#""tags":[["environment","staging"]]"#;
    check(tagged, &setting("environments", "staging"), None);
    check(r#""tags":[]"#, &setting("environments", "staging"), Some(Reason::EnvironmentFiltered));
    check(production, &setting("auto_create", "no"), Some(Reason::AutoCreateOff));
    check(production, r#"{"auto_create":false}"#, Some(Reason::AutoCreateOff));
    check(production, &setting("auto_create", "yes"), None);

    // A resolve of the same rule names nothing and is stopped by nothing.
    let body = r#"{"action":"triggered","data":{
        "issue":{"id":"7","status":"resolved"},
        "activity":{"type":"status_resolved"},
        "alert":{"settings":[{"name":"auto_create","value":"no"},
                             {"name":"service_id","value":"svc_CHECKOUT1"}]}
    }}"#;
    let resolve = alert(received("activity_alert", body));
    assert_eq!((resolve.action, resolve.must_not_open), (Action::Resolve, None));
    assert_eq!(resolve.service, None);
}

#[test]
fn titles_are_the_first_that_says_something() {
    let check = |event: &str, expected: &str| {
        let body = format!(r#"{{"data":{{"event":{{"issue_id":"7",{event}}}}}}}"#);
        assert_eq!(alert(received("event_alert", &body)).title, expected, "{event}");
    };
    check(r#""title":"A","occurrence":{"issueTitle":"B"}"#, "B");
    check(r#""title":" A ","message":"M""#, "A");
    check(r#""title":"<untitled>","metadata":{"type":"E","value":"v"}"#, "E: v");
    check(r#""title":"<unlabeled event>","metadata":{"type":"E"}"#, "E");
    check(r#""title":"","metadata":{"title":"MT"},"message":"M""#, "MT");
    check(r#""title":null,"metadata":{"title":"<untitled>"},"message":"M","culprit":"c""#, "M");
    check(r#""message":"","culprit":"c""#, "c");
    check(r#""level":"error""#, "Sentry Error");
}

#[test]
fn keys_are_the_issue_before_the_event() {
    let check = |event: &str, expected: Option<&str>| {
        let body = format!(r#"{{"data":{{"event":{{"title":"T",{event}}}}}}}"#);
        let key = alert(received("event_alert", &body)).dedup_key;
        assert_eq!(key.as_ref().map(DedupKey::as_str), expected, "{event}");
    };
    check(r#""issue_id":"1","event_id":"e""#, Some("sentry-1"));
    check(r#""issue_id":4509877862268928"#, Some("sentry-4509877862268928"));
    check(r#""issue_url":"https://sentry.io/api/0/issues/5/","event_id":"e""#, Some("sentry-5"));
    check(r#""issue_id":"","issue_url":"nonsense","event_id":"e""#, Some("sentry-e"));
    check(r#""issue_id":null"#, None);
}

#[test]
fn traces_of_a_test_button_make_a_test() {
    let test = |event: &str, rule: &str| {
        let body = format!(
            r#"{{"data":{{"event":{{"issue_id":"7",{event}}},"issue_alert":{{"id":{rule}}}}}}}"#
        );
        alert(received("event_alert", &body)).test
    };
    assert!(test(r#""tags":[["sample_event","yes"]]"#, "5"));
    assert!(test(r#""tags":[]"#, "-1"));
    assert!(test(r#""tags":[]"#, r#""-1""#));
    assert!(test(r#""occurrence":{"type":9001}"#, "5"));
    assert!(!test(r#""occurrence":{"type":4001},"tags":[["sample_event","no"]]"#, "5"));
}

#[test]
fn the_header_decides_before_the_shape() {
    let issue = r#"{"action":"created","issue":{"id":"1","title":"T"}}"#;
    let resource = |name: &str| match received(name, issue).items.remove(0) {
        Item::Ignored { reason, .. } => Some(reason),
        Item::Alert(_) => None,
    };
    assert_eq!(resource("issue"), None);
    assert_eq!(resource(" "), None);
    assert_eq!(resource("event_alert"), Some(Reason::NoIssueOrEvent));
    assert_eq!(resource("metric_alert"), Some(Reason::NoIssueOrEvent));
    assert_eq!(resource("preprod_artifact"), Some(Reason::UnsupportedResource));
    assert_eq!(resource("installation"), Some(Reason::Installation));
    // Nothing of Sentry's without its header is not Sentry's; with it, it is some news of theirs.
    assert!(read_with(&Sentry, b"{}", Headers::default()).is_err());
    assert!(matches!(
        received("issue", "{}").items[..],
        [Item::Ignored { reason: Reason::NoIssueOrEvent, .. }]
    ));
}

#[test]
fn an_assignment_acknowledges_if_the_operator_says_so() {
    let body = br#"{"action":"assigned","data":{"issue":{"id":"1","title":"T"}}}"#;
    let action = |value: &str| {
        let entries = BTreeMap::from([(ASSIGNED_ACKNOWLEDGES.key.to_owned(), value.to_owned())]);
        let headers = Headers::new([("sentry-hook-resource", "issue")]);
        alert(read_options(&Sentry, body, headers, &Options::new(&entries)).unwrap()).action
    };
    assert_eq!(action("false"), Action::Note { investigating: false });
    assert_eq!(action("true"), Action::Acknowledge);
}

#[test]
fn the_preset_opens_what_the_default_leaves_out() {
    let check = |preset: &str, level: &str, expected: Option<SeverityAction>| {
        let entries = BTreeMap::from([(SEVERITY_PRESET.key.to_owned(), preset.to_owned())]);
        let action = Sentry.level_action(level, &Options::new(&entries));
        assert_eq!(action, expected, "{preset} {level}");
    };
    let severity = |severity| Some(SeverityAction::Severity(severity));
    for preset in ["default", "opsknight", "a preset of another version"] {
        check(preset, "fatal", severity(Severity::Sev0));
        check(preset, "Error", severity(Severity::Sev2));
        check(preset, "warning", severity(Severity::Sev3));
        check(preset, "sample", None);
    }
    for level in ["info", "debug"] {
        check("default", level, Some(SeverityAction::DoNotCreate));
        check("opsknight", level, severity(Severity::Sev4));
    }
}

#[test]
fn a_delivery_is_known_again_by_what_it_says() {
    let id = |resource: &str, key: Option<&str>, body: &str| {
        let headers = [("sentry-hook-resource", resource)].into_iter();
        let headers = headers.chain(key.map(|key| ("idempotency-key", key)));
        read_with(&Sentry, body.as_bytes(), Headers::new(headers)).unwrap().idempotency
    };
    let of = |resource: &str, body: &str| id(resource, None, body).map(|found| found.id);
    let rule = |rule: &str| {
        let event = r#""event":{"event_id":"e","title":"T"}"#;
        of(
            "event_alert",
            &format!(r#"{{"installation":{{"uuid":"u"}},"data":{{{event},{rule}}}}}"#),
        )
    };
    assert_eq!(rule(r#""issue_alert":{"id":5}"#).unwrap(), "event_alert:u:e:5");
    assert_eq!(rule(r#""triggered_rule":"R""#).unwrap(), "event_alert:u:e:R");
    assert_ne!(rule(r#""issue_alert":{"id":5}"#), rule(r#""issue_alert":{"id":6}"#));
    // Repeats of these change nothing, and a state that is reported twice may be news.
    let issue = r#"{"action":"resolved","data":{"issue":{"id":"1","title":"T"}}}"#;
    assert_eq!(of("issue", issue), None);
    assert_eq!(of("error", r#"{"data":{"error":{"event_id":"e","title":"T"}}}"#), None);
    assert_eq!(id("issue", Some(" 0a1b "), issue).unwrap().id, "0a1b");
    assert_eq!(id("issue", Some(" "), issue), None);
    assert!(!id("issue", Some("0a1b"), issue).unwrap().same_body);
    let long = "x".repeat(300);
    assert_eq!(id("issue", Some(&long), issue).unwrap().id.chars().count(), 255);
}

#[test]
fn a_grant_is_not_kept_and_the_rest_reads_the_same() {
    let body = include_bytes!("../../../tests/fixtures/sentry/installation_created.json");
    let kept = Sentry.without_secrets(body).unwrap();
    let text = String::from_utf8(kept.clone()).unwrap();
    assert!(!text.contains("1dc8b0a28b7f45959d01bfc99d9bd568") && text.contains("\"****"));
    let read = |body: &[u8]| read_with(&Sentry, body, Headers::default());
    assert_eq!(read(&kept), read(body));
    assert_eq!(Sentry.without_secrets(&kept), None);
}

#[test]
fn one_problem_meets_through_all_samples() {
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let context =
        SampleContext { service_key: "SER-00001".to_owned(), now, nonce: "n1".to_owned() };
    let read: BTreeMap<_, _> = Sentry
        .samples(&context)
        .into_iter()
        .map(|sample| {
            let headers = Headers::new(sample.headers);
            (sample.name, alert(read_with(&Sentry, sample.body.as_bytes(), headers).unwrap()))
        })
        .collect();
    let key = |name: &str| read[name].dedup_key.clone().unwrap();
    for name in ["assigned", "ignored", "resolved", "regressed"] {
        assert_eq!(key(name), key("triggered"), "{name}");
    }
    assert_eq!(key("metric-resolved"), key("metric-critical"));
    assert!(read["test"].test && key("test") != key("triggered"));
    assert!(read.values().filter(|alert| alert.test).count() == 1);
}

#[test]
fn the_guide_shows_a_body_that_is_taken() {
    let guide = Sentry.guide(&GuideContext {
        url: Secret::new("https://watchbell.example/webhooks/se_key"),
        service_key: "SER-00001".to_owned(),
    });
    let (_, rest) = guide.split_once("-d '").unwrap();
    let (body, _) = rest.split_once("'\n").unwrap();
    let read = alert(read_with(&Sentry, body.as_bytes(), Headers::default()).unwrap());
    assert_eq!(read.title, "Test Error from Sentry");
    assert_eq!(read.source_name.as_deref(), Some("Sentry - Test Project"));
}

/// Whether a request about a resolved issue is taken for what this server did itself.
fn is_own_doing(on: &str, resource: &str, body: &str) -> bool {
    let options = BTreeMap::from([("resolve_in_sentry".to_owned(), on.to_owned())]);
    let headers = Headers::new([("Sentry-Hook-Resource", resource)]);
    let options = Options::new(&options);
    let mut received = read_options(&Sentry, body.as_bytes(), headers, &options).unwrap();
    matches!(
        received.items.remove(0),
        Item::Ignored { reason: Reason::AlreadyResolved, what } if what.contains("by an app")
    )
}

const OWN: &str = r#""a1b2c3d4-1111-4aaa-8bbb-222233334444""#;

#[test]
fn what_an_app_resolved_is_ones_own_doing_only_where_one_resolves() {
    let check = |on: &str, action: &str, kind: &str, id: &str, is_own: bool| {
        let body = format!(
            r#"{{"action":"{action}","data":{{"issue":{{"id":"7","title":"T","status":"{action}"}}}},
                "actor":{{"type":"{kind}","id":{id},"name":"x"}}}}"#
        );
        assert_eq!(is_own_doing(on, "issue", &body), is_own, "{on} {body}");
    };
    check("true", "resolved", "application", OWN, true);
    check("false", "resolved", "application", OWN, false);
    check("true", "resolved", "application", r#""sentry""#, false);
    check("true", "resolved", "user", "1", false);
    check("true", "unresolved", "application", OWN, false);
    check("true", "ignored", "application", OWN, false);
}

#[test]
fn an_activity_alert_about_ones_own_doing_is_none() {
    let check = |on: &str, activity: &str, kind: &str, id: &str, is_own: bool| {
        let body = format!(
            r#"{{"action":"triggered","data":{{"issue":{{"id":"7","title":"T","status":"resolved"}},
                "activity":{{"type":"{activity}","details":{{}}}}}},
                "actor":{{"type":"{kind}","id":{id},"name":"x"}}}}"#
        );
        assert_eq!(is_own_doing(on, "activity_alert", &body), is_own, "{on} {body}");
    };
    check("true", "status_resolved", "application", OWN, true);
    check("false", "status_resolved", "application", OWN, false);
    check("true", "status_resolved", "application", r#""sentry""#, false);
    check("true", "status_resolved", "user", "1", false);
    check("true", "status_resolved_in_release", "application", OWN, false);
    check("true", "status_unresolved", "application", OWN, false);
}
