//! A webhook's form and the API's form of one event come to the same.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use watchbell_sentry_event::{Personal, Told};

/// An event, before it is written in either form.
#[derive(Debug, Clone)]
struct Original {
    title: String,
    platform: Option<String>,
    at_ms: i64,
    release: Option<String>,
    tags: Vec<(String, String)>,
    user: Option<(String, String)>,
    request: Option<(String, String)>,
    exceptions: Vec<Raised>,
    threads: bool,
    crumbs: Vec<(i64, Option<String>, String)>,
    runtime: Option<String>,
}

#[derive(Debug, Clone)]
struct Raised {
    kind: String,
    value: Option<String>,
    handled: Option<bool>,
    frames: Vec<Place>,
}

#[derive(Debug, Clone)]
struct Place {
    file: String,
    path: Option<String>,
    function: Option<String>,
    line: u64,
    column: Option<u64>,
    in_app: bool,
    before: Vec<String>,
    text: String,
    after: Vec<String>,
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Zäß🔔 ./:-]{1,30}"
}

fn place() -> impl Strategy<Value = Place> {
    let lines = || vec(word(), 0..6);
    let first =
        (word(), option::of(word()), option::of(word()), 7_u64..1_000, option::of(1_u64..99));
    (first, any::<bool>(), lines(), word(), lines()).prop_map(
        |(first, in_app, before, text, after)| {
            let (file, path, function, line, column) = first;
            Place { file, path, function, line, column, in_app, before, text, after }
        },
    )
}

fn raised() -> impl Strategy<Value = Raised> {
    (word(), option::of(word()), option::of(any::<bool>()), vec(place(), 0..80))
        .prop_map(|(kind, value, handled, frames)| Raised { kind, value, handled, frames })
}

fn original() -> impl Strategy<Value = Original> {
    let person = option::of((word(), word()));
    let request = option::of((word(), Just("https://shop.example/a?token=1".to_owned())));
    let crumbs = vec((0_i64..4_000_000_000_000, option::of(word()), word()), 0..70);
    (
        (word(), option::of(word()), 0_i64..4_000_000_000_000, option::of(word())),
        (vec((word(), word()), 0..120), person, request),
        (vec(raised(), 0..7), any::<bool>(), crumbs, option::of(word())),
    )
        .prop_map(|((title, platform, at_ms, release), (tags, user, request), rest)| {
            let (exceptions, threads, crumbs, runtime) = rest;
            Original {
                title,
                platform,
                at_ms,
                release,
                tags,
                user,
                request,
                exceptions,
                threads,
                crumbs,
                runtime,
            }
        })
}

/// As Sentry writes a moment.
fn iso(ms: i64) -> String {
    let at = watchbell_model::Timestamp::from_timestamp_millis(ms).unwrap();
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// Seconds with a fraction, as a number.
fn float(ms: i64) -> Value {
    let text = format!("{}.{:03}", ms / 1_000, ms % 1_000);
    serde_json::from_str(&text).unwrap()
}

fn webhook(original: &Original) -> Value {
    let frame = |place: &Place| {
        json!({
            "filename": place.file, "abs_path": place.path, "function": place.function,
            "lineno": place.line, "colno": place.column, "in_app": place.in_app,
            "pre_context": place.before, "context_line": place.text, "post_context": place.after,
            "vars": {"secret": "1"},
        })
    };
    let stack = |frames: &[Place]| json!({"frames": frames.iter().map(frame).collect::<Vec<_>>()});
    let exceptions = original.exceptions.iter().map(|raised| {
        json!({"type": raised.kind, "value": raised.value, "module": null,
               "mechanism": {"type": "generic", "handled": raised.handled},
               "stacktrace": stack(&raised.frames)})
    });
    let exceptions: Vec<_> = exceptions.collect();
    let crumbs = original.crumbs.iter().enumerate().map(|(place, (at, kind, message))| {
        // A number or a text, as it happens.
        let at = if place % 2 == 0 { float(*at) } else { json!(iso(*at)) };
        json!({"timestamp": at, "type": kind, "message": message, "category": "a",
               "data": {"url": "https://a.example/?x=1", "status": 502}})
    });
    let mut event = json!({
        "event_id": "0123456789abcdef0123456789abcdef", "title": original.title, "message": "",
        "platform": original.platform, "release": original.release,
        "datetime": iso(original.at_ms), "timestamp": float(original.at_ms),
        "received": float(original.at_ms), "tags": original.tags, "culprit": "somewhere",
        "contexts": {"runtime": {"name": original.runtime}},
        "exception": {"values": exceptions},
        "breadcrumbs": {"values": crumbs.collect::<Vec<_>>()},
        "extra": {"more": 1},
    });
    if let Some((id, email)) = &original.user {
        event["user"] = json!({"id": id, "email": email, "ip_address": "203.0.113.9"});
    }
    if let Some((method, url)) = &original.request {
        event["request"] = json!({"method": method, "url": url, "cookies": [["sid", "1"]]});
    }
    if original.threads {
        let frames = [Place { in_app: true, ..of_thread() }];
        event["threads"] = json!({"values": [{"crashed": true, "stacktrace": stack(&frames)}]});
    }
    json!({"action": "triggered", "data": {"event": event}})
}

fn of_thread() -> Place {
    Place {
        file: "thread.c".to_owned(),
        path: None,
        function: Some("run".to_owned()),
        line: 9,
        column: None,
        in_app: true,
        before: Vec::new(),
        text: "run();".to_owned(),
        after: Vec::new(),
    }
}

fn api(original: &Original) -> Value {
    let frame = |place: &Place| {
        let mut context = Vec::new();
        let first = place.line - u64::try_from(place.before.len()).unwrap();
        let lines = place.before.iter().chain([&place.text]).chain(&place.after);
        for (number, line) in (first..).zip(lines) {
            context.push(json!([number, line]));
        }
        json!({
            "filename": place.file, "absPath": place.path, "function": place.function,
            "lineNo": place.line, "colNo": place.column, "inApp": place.in_app,
            "context": context, "vars": {"secret": "1"},
        })
    };
    let stack = |frames: &[Place]| {
        let frames: Vec<_> = frames.iter().map(frame).collect();
        json!({"frames": frames, "framesOmitted": null, "hasSystemFrames": true})
    };
    let exceptions = original.exceptions.iter().map(|raised| {
        json!({"type": raised.kind, "value": raised.value, "module": null, "threadId": null,
               "mechanism": {"type": "generic", "handled": raised.handled},
               "stacktrace": stack(&raised.frames), "rawStacktrace": null})
    });
    let crumbs = original.crumbs.iter().map(|(at, kind, message)| {
        let kind = kind.as_deref().map(str::trim).filter(|kind| !kind.is_empty());
        json!({"timestamp": iso(*at), "type": kind.unwrap_or("default"), "level": "info",
               "message": message, "category": "a", "event_id": null,
               "data": {"url": "https://a.example/?x=1", "status": 502}})
    });
    let mut entries = vec![
        json!({"type": "exception", "data": {"values": exceptions.collect::<Vec<_>>()}}),
        json!({"type": "breadcrumbs", "data": {"values": crumbs.collect::<Vec<_>>()}}),
    ];
    if let Some((method, url)) = &original.request {
        let data = json!({"method": method, "url": url, "cookies": [["sid", "1"]], "query": []});
        entries.push(json!({"type": "request", "data": data}));
    }
    if original.threads {
        let thread = json!({"crashed": true, "stacktrace": stack(&[of_thread()])});
        entries.push(json!({"type": "threads", "data": {"values": [thread]}}));
    }
    let tags = original.tags.iter().map(|(key, value)| json!({"key": key, "value": value}));
    let release = original.release.as_ref().map(|version| json!({"version": version, "ref": "1"}));
    let user = original.user.as_ref().map(|(id, email)| {
        json!({"id": id, "email": email, "ip_address": "203.0.113.9", "username": null,
               "name": null, "data": null})
    });
    json!({
        "id": "0123456789abcdef0123456789abcdef", "eventID": "0123456789abcdef0123456789abcdef",
        "groupID": "1", "title": original.title, "message": "", "platform": original.platform,
        "release": release, "dateCreated": iso(original.at_ms), "culprit": "somewhere",
        "dateReceived": iso(original.at_ms), "tags": tags.collect::<Vec<_>>(), "user": user,
        "contexts": {"runtime": {"name": original.runtime}}, "context": {"more": 1},
        "entries": entries, "location": null,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn both_forms_of_an_event_come_to_the_same(original in original()) {
        let (webhook, api) = (webhook(&original).to_string(), api(&original).to_string());
        for personal in [Personal::Keep, Personal::LeaveOut] {
            let by_webhook = Told::by_webhook(webhook.as_bytes(), personal).event;
            let by_api = Told::by_api(api.as_bytes(), personal).event;
            prop_assert!(by_webhook.is_some());
            prop_assert_eq!(by_webhook, by_api);
        }
    }
}
