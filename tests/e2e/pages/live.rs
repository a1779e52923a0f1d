//! What open pages are told, so that they fetch their parts again.

use std::time::{Duration, Instant};

use serde_json::json;

use super::incidents::opened;
use crate::support::{Api, Server, Visitor, eventually};

#[test]
fn open_pages_are_told_what_kind_of_thing_has_changed() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let viewer = Visitor::with_role(&server, &Api::for_everything(&server), "viewer");
    let mut stream = owner.listen("/live", &[]);
    assert!(stream.head.starts_with("http/1.1 200 "), "{}", stream.head);
    for header in [
        "content-type: text/event-stream\n",
        "cache-control: no-store\n",
        "x-accel-buffering: no\n",
        "transfer-encoding: chunked\n",
    ] {
        assert!(stream.head.contains(header), "{header}: {}", stream.head);
    }
    // Whoever begins to listen may have missed something.
    assert_eq!(stream.heard(), "incidents deliveries");
    let mut seen = viewer.listen("/live", &[]);
    assert_eq!(seen.heard(), "incidents", "the event log is not for everybody");
    let number = opened(&server, "one");
    assert_eq!(stream.heard(), "incidents deliveries");
    assert_eq!(seen.heard(), "incidents");
    let path = format!("/incidents/{number}");
    owner.submit(&path, &format!("{path}/acknowledge"), &[]);
    assert_eq!(stream.heard(), "incidents");
    assert_eq!(seen.heard(), "incidents");
    assert_eq!(server.post_bytes(&server.hook("custom"), &[], b"{").status, 400);
    assert_eq!(stream.heard(), "deliveries");
}

#[test]
fn whoever_comes_again_is_told_what_they_missed_only() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let number = opened(&server, "one");
    let mut stream = owner.listen("/live", &[]);
    assert_eq!(stream.heard(), "incidents deliveries");
    let id = stream.last_id.clone();
    drop(stream);
    // Nothing was missed: the first thing that is told is what happens then.
    let mut again = owner.listen("/live", &[("last-event-id", &id)]);
    let path = format!("/incidents/{number}");
    owner.submit(&path, &format!("{path}/comments"), &[("comment", "on it")]);
    assert_eq!(again.heard(), "incidents");
    // Something was, and another server's count says nothing here.
    let mut again = owner.listen("/live", &[("last-event-id", &id)]);
    assert_eq!(again.heard(), "incidents");
    let mut other = owner.listen("/live", &[("last-event-id", "srv_0.1.1")]);
    assert_eq!(other.heard(), "incidents deliveries");
}

#[test]
fn an_old_incident_is_listened_to_by_its_number() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let number = opened(&server, "old");
    let hook = server.add("custom", "Many", &["--service", "SER-00001", "--rate-limit", "0"]);
    for part in 0..3 {
        let many: Vec<_> =
            (0..100).map(|n| crate::support::alert(&format!("{part}-{n}"))).collect();
        assert_eq!(server.post(&hook, &json!(many)).status, 202);
    }
    let mut stream = owner.listen(&format!("/live?incident={number}"), &[]);
    assert_eq!(stream.heard(), "incidents deliveries");
    let path = format!("/incidents/{number}");
    owner.submit(&path, &format!("{path}/comments"), &[("comment", "on it")]);
    assert_eq!(stream.heard(), "incidents");
    assert_eq!(owner.get("/live?incident=17").status, 400);
}

#[test]
fn a_browser_has_connections_left() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let stranger = Visitor::stranger(&server);
    stranger.get("/live").leads_to("/sign-in?back=%2Flive");
    let mut first = owner.listen("/live", &[]);
    let rest: Vec<_> = (0..4).map(|_| owner.listen("/live", &[])).collect();
    // Of five streams of one session the oldest ends, and is told not to come again.
    while first.heard() != "enough" {}
    first.ends();
    eventually("four listen", Duration::from_secs(10), || {
        let metrics = server.client.get(&format!("{}/metrics", server.url), &[]).unwrap();
        metrics.body.contains("watchbell_open_pages 4\n").then_some(())
    });
    drop(rest);
}

/// What a page knows, as it was made.
fn seen(page: &str) -> &str {
    let (_, rest) = page.split_once("data-seen=\"").unwrap();
    rest.split('"').next().unwrap()
}

#[test]
fn a_page_that_was_just_made_need_not_fetch_itself_again() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let mut first = owner.listen("/live", &[]);
    assert_eq!(first.heard(), "incidents deliveries");
    let page = owner.page("/incidents");
    let path = format!("/live?seen={}", seen(&page));
    let mut stream = owner.listen(&path, &[]);
    let number = opened(&server, "one");
    assert_eq!(first.heard(), "incidents deliveries");
    assert_eq!(stream.heard(), "incidents deliveries");
    // Had it been told of itself at first, this would be one behind.
    let page = format!("/incidents/{number}");
    owner.submit(&page, &format!("{page}/acknowledge"), &[]);
    assert_eq!(stream.heard(), "incidents");
    // What came since the page was made is told.
    let mut late = owner.listen(&path, &[]);
    assert_eq!(late.heard(), "incidents deliveries");
}

#[test]
fn a_stream_ends_with_its_session() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let [viewer, admin] = ["viewer", "admin"].map(|role| Visitor::with_role(&server, &api, role));
    let begun = Instant::now();
    let mut own = owner.listen("/live", &[]);
    let mut seen = viewer.listen("/live", &[]);
    let mut other = admin.listen("/live", &[]);
    for stream in [&mut own, &mut seen, &mut other] {
        assert!(stream.heard().contains("incidents"));
    }
    owner.submit("/", "/sign-out", &[]).leads_to("/sign-in?done=signed-out");
    own.ends();
    assert!(begun.elapsed() < Duration::from_secs(14), "at once: {:?}", begun.elapsed());
    // Elsewhere it shows when the session is looked at again.
    api.patch("/users/viewer@example.com", &json!({"role": "responder"})).data();
    api.patch("/users/admin@example.com", &json!({"is_active": false})).data();
    seen.ends();
    other.ends();
    assert!(begun.elapsed() < Duration::from_mins(2), "{:?}", begun.elapsed());
}
