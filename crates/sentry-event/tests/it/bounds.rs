//! No input panics, and none comes to more than is allowed.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};
use watchbell_sentry_event::{
    Event, LeftOut, MAX_BREADCRUMBS, MAX_BYTES, MAX_EXCEPTIONS, MAX_FRAMES, MAX_TAGS, Personal,
    Told,
};

fn told(event: &Value) -> Event {
    let by_webhook = json!({"data": {"event": event}}).to_string();
    let event = Told::by_webhook(by_webhook.as_bytes(), Personal::Keep).event.unwrap();
    let json = serde_json::to_vec(&event).unwrap();
    assert!(json.len() <= MAX_BYTES, "{}", json.len());
    assert!(event.exceptions.len() <= MAX_EXCEPTIONS);
    assert!(event.exceptions.iter().all(|exception| exception.frames.len() <= MAX_FRAMES));
    assert!(event.breadcrumbs.len() <= MAX_BREADCRUMBS && event.tags.len() <= MAX_TAGS);
    let again: Event = serde_json::from_slice(&json).unwrap();
    assert_eq!(again, event, "what is kept is read again as it was");
    event
}

/// An event that has much of everything, with texts of `unit`.
fn large(unit: &str, times: usize) -> Value {
    let text = unit.repeat(times);
    let short = unit.repeat(times.min(400));
    let frame = |line: usize| {
        json!({
            "filename": format!("{line}{short}"), "abs_path": short, "function": short, "module": short,
            "lineno": 10, "in_app": line.is_multiple_of(3), "pre_context": [short, short, short, short],
            "context_line": short, "post_context": [short, short],
        })
    };
    let frames: Vec<_> = (0..100).map(frame).collect();
    let exception = json!({"type": text, "value": text, "module": text,
                           "mechanism": {"type": text}, "stacktrace": {"frames": frames}});
    let crumb = json!({"message": text, "category": text, "type": text, "level": text,
                       "data": {"a": text, "b": text, "c": text}});
    let tags: Vec<_> = (0..300).map(|i| json!([format!("{i}{text}"), text])).collect();
    json!({
        "title": text, "message": text, "culprit": text, "platform": text, "release": text,
        "event_id": text, "environment": text, "level": text, "tags": tags,
        "user": {"id": text, "email": text, "username": text, "name": text, "ip_address": text},
        "request": {"method": text, "url": text},
        "contexts": {"os": {"name": text, "version": text}, "browser": {"name": text},
                     "device": {"model": text}, "runtime": {"name": text, "version": text}},
        "exception": {"values": vec![exception; 8]},
        "breadcrumbs": {"values": vec![crumb; 120]},
    })
}

#[test]
fn a_large_event_is_kept_as_far_as_it_fits() {
    for (unit, times) in
        [("x", 5), ("x", 60), ("x", 5_000), ("\u{1f514}", 5_000), ("\"", 5_000), ("\u{1}", 5_000)]
    {
        let event = told(&large(unit, times));
        assert!(event.left_out.contains(&LeftOut::Exceptions), "{unit} {times}");
        assert!(event.left_out.contains(&LeftOut::Frames), "{unit} {times}");
        assert!(event.title.is_some() && !event.exceptions.is_empty(), "{unit} {times}");
    }
    let small = told(&large("x", 5));
    assert_eq!(small.exceptions.len(), MAX_EXCEPTIONS);
    assert!(!small.exceptions[0].frames.is_empty());
    assert!(small.exceptions[0].frames.iter().any(|frame| frame.in_app));
}

#[test]
fn a_whole_event_leaves_nothing_out() {
    let event = json!({"title": "a", "tags": [["a", "b"]], "exception": {"values": [null, {
        "type": "E", "stacktrace": {"frames": [null, {"filename": "a.py", "in_app": true}]}}]}});
    let event = told(&event);
    assert_eq!(event.left_out, []);
    assert_eq!(event.own_files(), ["a.py"]);
}

#[test]
fn what_is_no_event_is_none() {
    for body in
        ["", "null", "[]", "7", "{}", "{\"data\": null}", "{\"data\": {\"event\": []}}", "{"]
    {
        assert_eq!(Told::by_webhook(body.as_bytes(), Personal::Keep), Told::default(), "{body}");
    }
    assert_eq!(Told::by_api(b"[]", Personal::Keep).event, None);
}

/// Names that the reader looks for, so that what is odd stands where something is looked for.
const NAMES: [&str; 24] = [
    "exception",
    "values",
    "stacktrace",
    "frames",
    "entries",
    "type",
    "data",
    "tags",
    "breadcrumbs",
    "request",
    "user",
    "contexts",
    "release",
    "version",
    "message",
    "title",
    "metadata",
    "lineno",
    "context",
    "pre_context",
    "context_line",
    "in_app",
    "threads",
    "timestamp",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        prop::sample::select(NAMES.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 120, 6, |inner| {
        let name =
            prop_oneof![prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned), ".{0,10}",];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(name, inner, 0..6).prop_map(|fields| json!(fields)),
        ]
    })
}

proptest! {
    #[test]
    fn odd_events_never_panic(value in any_json()) {
        for body in [value.clone(), json!({"data": {"event": value}}), json!({"event": value})] {
            let body = body.to_string();
            for personal in [Personal::Keep, Personal::LeaveOut] {
                for told in [
                    Told::by_webhook(body.as_bytes(), personal),
                    Told::by_api(body.as_bytes(), personal),
                ] {
                    if let Some(event) = told.event {
                        prop_assert!(serde_json::to_vec(&event).unwrap().len() <= MAX_BYTES);
                    }
                }
            }
        }
    }

    #[test]
    fn odd_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        drop(Told::by_webhook(&bytes, Personal::Keep));
        drop(Told::by_api(&bytes, Personal::Keep));
    }
}
