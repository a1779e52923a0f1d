//! Every fixture comes to something, and no secret of theirs comes through.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;
use watchbell_sentry_event::{Event, Personal, Told};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(folder(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of a folder, by name.
fn files(of: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder(of)).unwrap().map(|file| file.unwrap().file_name());
    let files = files.map(|name| name.into_string().unwrap());
    let mut files: Vec<_> =
        files.filter(|name| Path::new(name).extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    files
}

/// An event in a few words.
fn shown(event: &Event) -> String {
    let mut out = event.title.clone().unwrap_or_else(|| "no title".to_owned());
    let words = [
        ("at", &event.occurred_at),
        ("in", &event.environment),
        ("release", &event.release),
        ("level", &event.level),
    ];
    for (name, value) in words {
        if let Some(value) = value {
            write!(out, "; {name} {value}").unwrap();
        }
    }
    for exception in &event.exceptions {
        let own = exception.frames.iter().filter(|frame| frame.in_app).count();
        let first = exception.frames.first().and_then(|frame| frame.file.as_deref());
        let kind = exception.kind.as_deref().unwrap_or("-");
        let (all, first) = (exception.frames.len(), first.unwrap_or("-"));
        write!(out, "; {kind} with {all} frames ({own} own) at {first}").unwrap();
    }
    let (tags, crumbs) = (event.tags.len(), event.breadcrumbs.len());
    write!(out, "; {tags} tags, {crumbs} breadcrumbs").unwrap();
    for (name, is_there) in [("user", event.user.is_some()), ("request", event.request.is_some())] {
        if is_there {
            write!(out, ", {name}").unwrap();
        }
    }
    out
}

#[test]
fn every_webhook_comes_to_something() {
    let mut table = String::new();
    for file in files("sentry") {
        let told = Told::by_webhook(&read(&format!("sentry/{file}")), Personal::Keep);
        let event = told.event.as_ref().map_or_else(|| "no event".to_owned(), shown);
        let issue = told.issue.as_ref().map_or_else(String::new, |issue| {
            let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            let (id, level, events) = (word(&issue.id), word(&issue.level), issue.events);
            format!(" | issue {id} {level}, events {events:?}, users {:?}", issue.users)
        });
        writeln!(table, "{file}: {event}{issue}").unwrap();
    }
    insta::assert_snapshot!(table);
}

fn whole(event: Option<Event>) -> String {
    serde_json::to_string_pretty(&event.unwrap()).unwrap()
}

#[test]
fn a_webhooks_event_is_read_whole() {
    let body = read("sentry/event_alert_triggered_modern.json");
    insta::assert_snapshot!(whole(Told::by_webhook(&body, Personal::Keep).event));
}

#[test]
fn the_apis_event_is_read_whole() {
    let body = read("sentry-api/latest_event_response.json");
    insta::assert_snapshot!(whole(Told::by_api(&body, Personal::Keep).event));
}

#[test]
fn what_the_two_fixtures_of_one_event_have_in_common_is_the_same() {
    let by_webhook = read("sentry/event_alert_triggered_modern.json");
    let by_webhook = Told::by_webhook(&by_webhook, Personal::Keep).event.unwrap();
    let by_api = read("sentry-api/latest_event_response.json");
    let by_api = Told::by_api(&by_api, Personal::Keep).event.unwrap();
    let common = |event: &Event| {
        let Event { id, title, message, platform, level, culprit, .. } = event;
        let Event { occurred_at, received_at, environment, release, user, request, .. } = event;
        let reported = event.exceptions.first().unwrap();
        json!([
            [id, title, message, platform, level, culprit],
            [occurred_at, received_at, environment, release],
            [user, request, event.runtime, reported.kind, reported.value, reported.handled],
            [reported.frames.first().map(|frame| (&frame.path, frame.line, frame.in_app))],
        ])
    };
    assert_eq!(common(&by_webhook), common(&by_api));
}

#[test]
fn what_says_who_somebody_is_is_left_out_where_nobody_wants_it() {
    // The person's address and id, where they came from, and what the request was about.
    const SECRET: [&str; 5] =
        ["dana@example.com", "203.0.113.9", "id:42", "shop.example.com", "pay.example.net"];
    for (folder, file) in [
        ("sentry", "event_alert_triggered_modern.json"),
        ("sentry-api", "latest_event_response.json"),
    ] {
        let body = read(&format!("{folder}/{file}"));
        let told = |personal| match folder {
            "sentry" => Told::by_webhook(&body, personal),
            _ => Told::by_api(&body, personal),
        };
        let kept = whole(told(Personal::Keep).event);
        let left_out = whole(told(Personal::LeaveOut).event);
        for text in SECRET {
            assert!(kept.contains(text), "{file} has no {text}");
            assert!(!left_out.contains(text), "{file}: {text}");
        }
        for text in ["ord_123'", "[Filtered]", "okhttp", "sys.argv", "dry_run\": "] {
            assert!(!kept.contains(text), "{file}: {text}");
        }
    }
}
