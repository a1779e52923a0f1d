//! 413, and what is just small enough.

use std::time::Duration;

use crate::support::{Server, alert};

const LIMIT: usize = 10 << 20;

#[test]
fn one_byte_too_many_is_413_however_it_is_sent() {
    let server = Server::start();
    let hook = server.hook("custom");
    let announced = server.speak("POST", &hook, &[("content-length", "10485761")], b"");
    assert_eq!(announced.refused(), "413 too_large");
    assert_eq!(announced.header("x-ratelimit-category"), Some("webhook"));
    let absurd = server.speak("POST", &hook, &[("content-length", "18446744073709551615")], b"");
    assert!((400..500).contains(&absurd.status), "{absurd:?}");
    // Nobody can say beforehand how long a chunked body gets.
    let mut body = format!("{:x}\r\n", LIMIT + 1).into_bytes();
    body.resize(body.len() + LIMIT + 1, b' ');
    body.extend_from_slice(b"\r\n0\r\n\r\n");
    let chunked = server.speak("POST", &hook, &[("transfer-encoding", "chunked")], &body);
    assert_eq!(chunked.refused(), "413 too_large");
    let logged = server.newest("too_large");
    assert!(logged["body"].is_null() && logged["http_status"] == 413, "{logged}");
    assert_eq!(server.post(&hook, &alert("a")).status, 202, "the next one is welcome");
}

#[test]
fn the_limit_itself_is_read() {
    let server = Server::start();
    let hook = server.hook("custom");
    let mut padded = alert("a").to_string().into_bytes();
    padded.resize(LIMIT, b' ');
    let reply = server.post_bytes(&hook, &[], &padded);
    assert_eq!(reply.said(), "processed/created");
    let mut title = br#"{"service_id":"SER-00001","title":""#.to_vec();
    title.resize(LIMIT - 2, b'a');
    title.extend_from_slice(br#""}"#);
    let reply = server.post_bytes(&hook, &[], &title);
    assert_eq!(reply.refused(), "400 validation_error");
    assert_eq!(reply.paths(), ["title"]);
}

#[test]
fn the_limit_is_a_setting() {
    let server = Server::builder().set("intake.max_body_bytes", "2048").start();
    let hook = server.hook("custom");
    let check = |bytes: usize, expected: u16| {
        let mut body = alert("a").to_string().into_bytes();
        body.resize(bytes, b' ');
        assert_eq!(server.post_bytes(&hook, &[], &body).status, expected, "{bytes}");
    };
    check(2_048, 202);
    check(2_049, 413);
}

#[test]
fn a_body_that_does_not_arrive_is_not_waited_for_forever() {
    let server = Server::builder().set("server.body_timeout_seconds", "1").start();
    let hook = server.hook("custom");
    let reply = server.speak("POST", &hook, &[("content-length", "100")], b"{\"title\":");
    assert_eq!(reply.refused(), "400 malformed");
    assert_eq!(server.newest("malformed")["http_status"], 400);
    crate::support::eventually("the next one is welcome", Duration::from_secs(5), || {
        (server.post(&hook, &alert("a")).status == 202).then_some(())
    });
}
