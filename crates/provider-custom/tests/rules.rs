//! The rules at their edges.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not tests to clippy")]

use watchbell_model::{Action, Alert, Headers, RepeatText};
use watchbell_provider::conformance::{read, read_with};
use watchbell_provider::{Item, MAX_ALERTS, Provider, ReadError, Received};
use watchbell_provider_custom::Custom;

/// A body with one further field.
fn with(field: &str) -> String {
    format!(r#"{{"title":"t","service_id":"SER-00001",{field}}}"#)
}

fn alert(body: &str) -> Alert {
    let Received { mut items, .. } = read(&Custom, body.as_bytes()).unwrap();
    assert_eq!(items.len(), 1);
    match items.remove(0) {
        Item::Alert(alert) => *alert,
        other @ Item::Ignored { .. } => panic!("{other:?}"),
    }
}

/// The problems of a body, one a line.
fn problems(body: &str) -> String {
    match read(&Custom, body.as_bytes()) {
        Err(ReadError::Invalid { problems, .. }) => {
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn lengths_are_counted_in_characters() {
    let check = |field: &str, max: usize| {
        let text = "ä".repeat(max);
        let fits = if field == "title" || field == "service_id" {
            let other = if field == "title" { "service_id" } else { "title" };
            read(&Custom, format!(r#"{{"{field}":"{text}","{other}":"x"}}"#).as_bytes())
        } else {
            read(&Custom, with(&format!(r#""{field}":"{text}""#)).as_bytes())
        };
        assert!(fits.is_ok(), "{field}: {fits:?}");
        let long = with(&format!(r#""{field}":"{text}ä""#)).replace(
            &format!(r#""{field}":"{}","#, if field == "title" { "t" } else { "SER-00001" }),
            "",
        );
        let expected = format!("got text of {} characters", max + 1);
        assert!(problems(&long).ends_with(&expected), "{field}: {}", problems(&long));
    };
    check("title", 500);
    check("service_id", 50);
    check("description", 5_000);
    check("dedup_key", 255);
    let url = format!("https://a/{}", "x".repeat(2_038));
    assert_eq!(alert(&with(&format!(r#""source_url":"{url}""#))).source_url, Some(url.clone()));
    assert!(problems(&with(&format!(r#""source_url":"{url}x""#))).contains("text of 2049"));
}

#[test]
fn statuses_become_actions() {
    let action = |status: &str| alert(&with(&format!(r#""status":{status}"#))).action;
    for (status, expected) in [("null", false), (r#""new""#, false), (r#""investigating""#, true)] {
        let Action::Trigger(trigger) = action(status) else { panic!("{status}") };
        assert_eq!(trigger.investigating, expected);
        assert_eq!(trigger.repeat_text, RepeatText::Replace);
    }
    assert_eq!(action(r#""resolved""#), Action::Resolve);
}

#[test]
fn null_is_absent_in_optional_fields_only() {
    let fields = ["description", "severity", "status", "source_url", "dedup_key", "metadata"];
    let nulls = fields.map(|field| format!(r#""{field}":null"#)).join(",");
    assert_eq!(alert(&with(&nulls)), alert(r#"{"title":"t","service_id":"SER-00001"}"#));
    assert_eq!(
        problems(r#"{"title":null,"service_id":"x","metadata":{"a":null}}"#),
        "title: expected a text of 1 to 500 characters, got null\n\
         metadata.a: expected a text, number, true or false of at most 1000 characters, got null"
    );
}

#[test]
fn metadata_is_kept_as_it_is_written() {
    let body = with(
        r#""metadata":{"n":1.10,"big":123456789012345678901234567890,"e":1e999,"t":true,"s":" x "}"#,
    );
    let alert = alert(&body);
    let kept: Vec<_> = alert.metadata.iter().collect();
    let big = "123456789012345678901234567890";
    assert_eq!(kept, [("big", big), ("e", "1e999"), ("n", "1.10"), ("s", " x "), ("t", "true")]);
}

#[test]
fn idempotency_key_is_trimmed_and_bounded() {
    let body = br#"{"title":"t","service_id":"x"}"#;
    let read = |key: &str| read_with(&Custom, body, Headers::new([("Idempotency-Key", key)]));
    let id = |key: &str| read(key).unwrap().idempotency.unwrap();
    assert_eq!((id(" run-7 ").id.as_str(), id("x").same_body), ("run-7", true));
    assert_eq!(id(&"ä".repeat(255)).id, "ä".repeat(255));
    for (key, got) in [("x".repeat(256), "text of 256 characters"), ("  ".into(), "an empty text")]
    {
        let Err(ReadError::Invalid { problems, .. }) = read(&key) else { panic!("{key}") };
        assert_eq!(problems[0].path, "header Idempotency-Key");
        assert_eq!(problems[0].got, got);
    }
}

#[test]
fn lists_are_bounded() {
    let list = |count: usize| {
        let entries = vec![r#"{"title":"t","service_id":"x"}"#; count];
        read(&Custom, format!("[{}]", entries.join(",")).as_bytes())
    };
    assert_eq!(list(100).unwrap().items.len(), 100);
    for count in [0, 101, MAX_ALERTS] {
        let Err(ReadError::Invalid { problems, .. }) = list(count) else { panic!("{count}") };
        assert_eq!((problems.len(), problems[0].path.as_str()), (1, ""));
    }
    assert_eq!(list(MAX_ALERTS + 1), Err(ReadError::TooManyAlerts { found: MAX_ALERTS + 1 }));
}

#[test]
fn ten_names_fit_and_eleven_do_not() {
    let body = |count: usize| {
        let names: Vec<_> = (0..count).map(|n| format!(r#""k{n}":{n}"#)).collect();
        with(&format!(r#""metadata":{{{}}}"#, names.join(",")))
    };
    assert_eq!(alert(&body(10)).metadata.len(), 10);
    let expected = "metadata: expected an object of at most 10 names, got 11 names";
    assert_eq!(problems(&body(11)), expected);
}

#[test]
fn problems_and_warnings_are_bounded() {
    let many: Vec<_> = (0..5_000).map(|n| format!(r#""k{n}":null"#)).collect();
    let wrong = problems(&with(&format!(r#""metadata":{{{}}}"#, many.join(","))));
    assert_eq!(wrong.lines().count(), 1_001);
    assert_eq!(wrong.lines().last(), Some("expected at most 1000 problems, got 4001 more"));
    let received = read(&Custom, with(&many.join(",")).as_bytes()).unwrap();
    assert_eq!(received.warnings.len(), 21);
    assert_eq!(received.warnings[20], "and 4980 more unknown fields were ignored");
}

#[test]
fn the_guide_shows_a_body_that_is_taken() {
    let context = watchbell_provider::GuideContext {
        url: watchbell_model::Secret::new("https://watchbell.example/webhooks/cu_key"),
        service_key: "SER-00001".to_owned(),
    };
    let guide = Custom.guide(&context);
    // The first body of the guide is one that this parser takes.
    let (_, rest) = guide.split_once("-d '").unwrap();
    let (body, _) = rest.split_once("'\n").unwrap();
    assert_eq!(alert(body).metadata.get("environment"), Some("production"));
}
