//! One table of bytes for both providers.

use serde_json::{Value, json};

use crate::support::{Reply, Server, alert, group, unlimited};

/// What a provider must make of a body.
#[derive(Debug, Clone, Copy)]
enum Expect {
    /// 400 with this code and at least one detail.
    Refused(&'static str),
    /// 413.
    TooMany,
    /// 202.
    Taken,
}

use Expect::{Refused, Taken, TooMany};

const MALFORMED: Expect = Refused("malformed");
const INVALID: Expect = Refused("validation_error");

fn assert_answer(reply: &Reply, expected: Expect, what: &str) {
    let shown: String = reply.body.chars().take(600).collect();
    match expected {
        Refused(code) => {
            assert_eq!(reply.refused(), format!("400 {code}"), "{what}: {shown}");
            assert!(!reply.paths().is_empty(), "{what}: {shown}");
        }
        TooMany => assert_eq!(reply.refused(), "413 too_large", "{what}: {shown}"),
        Taken => assert_eq!(reply.status, 202, "{what}: {shown}"),
    }
    assert!(reply.body.len() < 1 << 20, "{what}: an answer of {} bytes", reply.body.len());
}

/// `{"a":{"a":…}}`, closed again or not.
fn nested(open: &str, close: &str, levels: usize) -> Vec<u8> {
    [open.repeat(levels), "1".to_owned(), close.repeat(levels)].concat().into_bytes()
}

fn custom_with(field: &str, value: &[u8]) -> Vec<u8> {
    let start = format!(r#"{{"title":"Disk full","service_id":"SER-00001","{field}":"#);
    [start.as_bytes(), value, b"}"].concat()
}

/// Alertmanager's body with these bytes as the value of an annotation.
fn group_with(value: &[u8]) -> Vec<u8> {
    let text = group("firing", &json!({"alertname": "Odd"})).to_string();
    let (before, after) = text.split_once(r#""it is slow""#).unwrap();
    [before.as_bytes(), value, after.as_bytes()].concat()
}

fn alerts(count: usize) -> Vec<u8> {
    let mut body = group("firing", &json!({"alertname": "Many"}));
    let one = body["alerts"][0].clone();
    let many = (0..count).map(|place| {
        let mut alert = one.clone();
        alert["fingerprint"] = format!("{place:016x}").into();
        alert["labels"]["place"] = place.to_string().into();
        alert
    });
    body["alerts"] = many.collect();
    body.to_string().into_bytes()
}

fn table() -> Vec<(&'static str, Vec<u8>, Expect, Expect)> {
    let objects = |count: usize| Value::Array(vec![alert("a"); count]).to_string().into_bytes();
    let twice = br#"{"title":"a","service_id":"SER-00001","title":"b"}"#.to_vec();
    vec![
        ("empty", b"".to_vec(), MALFORMED, MALFORMED),
        ("white space", b" \r\n\t".to_vec(), MALFORMED, MALFORMED),
        ("not JSON", b"title=Disk+full&service_id=SER-00001".to_vec(), MALFORMED, MALFORMED),
        ("cut off", br#"{"title":"Disk full","service_id":"#.to_vec(), MALFORMED, MALFORMED),
        ("two values", b"{} {}".to_vec(), MALFORMED, MALFORMED),
        ("byte order mark", b"\xEF\xBB\xBF{}".to_vec(), MALFORMED, MALFORMED),
        ("UTF-16", b"{\0}\0".to_vec(), MALFORMED, MALFORMED),
        ("null", b"null".to_vec(), MALFORMED, MALFORMED),
        ("text", br#""text""#.to_vec(), MALFORMED, MALFORMED),
        ("number", b"1e999".to_vec(), MALFORMED, MALFORMED),
        ("[]", b"[]".to_vec(), INVALID, MALFORMED),
        ("{}", b"{}".to_vec(), INVALID, MALFORMED),
        ("deep lists", nested("[", "]", 100_000), INVALID, MALFORMED),
        ("deep objects", nested(r#"{"a":"#, "}", 100_000), INVALID, MALFORMED),
        ("open lists", nested("[", "", 100_000), MALFORMED, MALFORMED),
        ("NUL byte", custom_with("description", b"\"a\0b\""), MALFORMED, MALFORMED),
        ("NUL", custom_with("description", br#""a\u0000b""#), INVALID, MALFORMED),
        ("half a surrogate pair", custom_with("title", br#""\ud800""#), INVALID, MALFORMED),
        ("half of one in a name", custom_with(r"\udc00", b"1"), MALFORMED, MALFORMED),
        ("invalid UTF-8", custom_with("description", b"\"\xC3\x28\""), MALFORMED, MALFORMED),
        ("a name twice", twice, INVALID, MALFORMED),
        ("101 objects", objects(101), INVALID, MALFORMED),
        ("2,001 objects", objects(2_001), TooMany, MALFORMED),
        ("alerts that are no list", br#"{"alerts":{}}"#.to_vec(), INVALID, MALFORMED),
        ("a group", group_with(b"\"fine\""), INVALID, Taken),
        ("NUL in a group", group_with(br#""a\u0000b""#), INVALID, Taken),
        ("half a pair in a group", group_with(br#""\ud800""#), INVALID, MALFORMED),
        ("invalid UTF-8 in a group", group_with(b"\"\xC3\x28\""), MALFORMED, Taken),
        ("a number in a group", group_with(b"7"), INVALID, Taken),
        ("2,000 alerts", alerts(2_000), INVALID, Taken),
        ("2,001 alerts", alerts(2_001), INVALID, TooMany),
    ]
}

#[test]
fn every_body_gets_a_clear_answer_from_both_providers() {
    let server = Server::builder_for(unlimited()).start();
    let (custom, prometheus) = (server.hook("custom"), server.hook("alertmanager"));
    for (what, body, of_custom, of_alertmanager) in table() {
        for (hook, expected, whose) in
            [(&custom, of_custom, "custom"), (&prometheus, of_alertmanager, "alertmanager")]
        {
            let reply = server.post_bytes(hook, &[], &body);
            assert_answer(&reply, expected, &format!("{what} to {whose}"));
        }
    }
    assert_eq!(server.post(&custom, &alert("after")).status, 202);
    server.cli.assert_sound();
}

#[test]
fn the_body_of_a_refused_delivery_is_kept_byte_by_byte() {
    let server = Server::builder_for(unlimited()).start();
    let hook = server.hook("custom");
    server.post_bytes(&hook, &[], b"no \xFF JSON");
    let logged = server.newest("malformed");
    assert_eq!(logged["body"], Value::Null, "{logged}");
    assert_eq!(logged["body_base64"], "bm8g/yBKU09O", "{logged}");
}

#[test]
fn headers_are_no_way_in_either() {
    let server = Server::builder_for(unlimited()).start();
    let hook = server.hook("custom");
    let body = alert("a").to_string();
    let check = |name: &str, value: &str| {
        let reply = server.speak("POST", &hook, &[(name, value)], body.as_bytes());
        assert!((200..500).contains(&reply.status), "{name}: {reply:?}");
    };
    check("x-odd", "\u{e4}\u{f6}\u{fc} \u{1f525}");
    check("x-odd", &"a".repeat(8_000));
    check("idempotency-key", "\u{1f525}");
    check("content-type", "\u{1f525}");
    check("content-length", "-1");
    check("content-length", "1, 2");
    check("expect", "100-continue");
    check("authorization", "\u{1f525}");
    check("x-forwarded-for", "\u{1f525}");
    assert_eq!(server.post(&hook, &alert("after")).status, 202);
    server.cli.assert_sound();
}
