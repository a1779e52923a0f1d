//! The event log, and running again what stands in it.

use serde_json::json;

use crate::support::{Api, Server, Visitor, alert};

#[test]
fn the_event_log_shows_what_came_and_why() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let empty = owner.page("/deliveries");
    assert!(empty.contains("Nothing was delivered yet.") && empty.contains("watchbell send"));
    let hook = server.hook("custom");
    let opened = server.post(&hook, &alert("disk"));
    let (id, number) =
        (opened.data()["delivery_id"].as_str().unwrap().to_owned(), opened.incident());
    assert_eq!(server.post(&hook, &json!({"title": 1, "x": "y"})).status, 400);
    let refused = server.newest("invalid_field")["delivery_id"].as_str().unwrap().to_owned();
    let check = |query: &str, expected: [bool; 2]| {
        let page = owner.page(&format!("/deliveries{query}"));
        let has = |id: &str| page.contains(&format!("id=\"{id}\""));
        assert_eq!([has(&id), has(&refused)], expected, "{query}: {page}");
    };
    let key = server.api("/api/v1/integrations?provider=custom").data();
    let source = key["items"][0]["integration_id"].as_str().unwrap().to_owned();
    check("", [true, true]);
    check("?outcome=processed", [true, false]);
    check("?reason=invalid_field", [false, true]);
    check("?key=disk", [true, false]);
    check("?key=other", [false, false]);
    check(&format!("?incident={number}"), [true, false]);
    check(&format!("?source={source}"), [true, true]);
    check("?from=2000-01-01T00:00&until=2999-01-01T00:00", [true, true]);
    check("?until=2000-01-01T00:00", [false, false]);
    check("?from=2999-01-01T00:00:00", [false, false]);
    for wrong in ["outcome=x", "reason=x", "source=x", "incident=x", "from=x", "cursor=x", "y=z"] {
        let refused = owner.get(&format!("/deliveries?{wrong}"));
        super::is_safe(&refused);
        assert!(refused.status == 400 && refused.body.contains("role=\"alert\""), "{wrong}");
        assert!(refused.body.contains("<form class=\"filters\""), "{wrong}: it can be mended");
    }
    let page = owner.page(&format!("/deliveries/{id}"));
    super::is_safe(&owner.get(&format!("/deliveries/{id}")));
    for told in [number.as_str(), "created", "How it was decided", "&#34;dedup_key&#34;: &#34;disk"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    let page = owner.page(&format!("/deliveries/{refused}"));
    assert!(page.contains("invalid_field") && page.contains(">400<"), "{page}");
    assert_eq!(owner.get("/deliveries/dlv_00000000000070008000000000000000").status, 404);
    assert_eq!(owner.get("/deliveries/x").status, 404);
    // The incident leads there.
    assert!(owner.page(&format!("/incidents/{number}")).contains(&format!("/deliveries/{id}")));
}

#[test]
fn a_delivery_is_looked_at_again_and_then_run_again() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let hook = server.hook("custom");
    // The service is not there yet, so it is refused; a person mends that.
    let body = json!({"title": "Disk full", "service_id": "late", "dedup_key": "d"});
    assert_eq!(server.post(&hook, &body).status, 400);
    let id = server.newest("invalid_field")["delivery_id"].as_str().unwrap().to_owned();
    let path = format!("/deliveries/{id}");
    let still = owner.submit(&path, &format!("{path}/rehearse"), &[]);
    assert_eq!(still.status, 200, "{still:?}");
    super::is_safe(&still);
    assert!(still.body.contains("What would come of it now"), "{still:?}");
    let api = Api::for_everything(&server);
    assert_eq!(api.post("/services", &json!({"name": "Late", "key": "late"})).status, 201);
    let now = owner.submit(&path, &format!("{path}/rehearse"), &[]);
    assert!(now.body.contains("<strong>created</strong>"), "{now:?}");
    assert_eq!(server.all("/api/v1/incidents").len(), 0, "looking changes nothing");
    let ran = owner.submit(&path, &format!("{path}/replay"), &[]);
    assert_eq!(ran.status, 303, "{ran:?}");
    let next = ran.header("location").unwrap().to_owned();
    assert!(next.ends_with("?done=ran") && !next.contains(&id), "{next}");
    let page = owner.page(&next);
    assert!(page.contains("It was run again.") && page.contains("Runs again"), "{page}");
    assert_eq!(server.all("/api/v1/incidents").len(), 1);
    assert!(owner.page(&path).contains("Run again as"));
    let audit = api.get("/audit?action=delivery.replayed").data();
    assert_eq!(audit["items"][0]["actor"]["name"], "olga@example.com", "{audit}");
    // What did not prove itself is never run again.
    server.post_bytes(&format!("{hook}/x"), &[], b"");
    let responder = Visitor::with_role(&server, &api, "responder");
    assert_eq!(responder.submit(&path, &format!("{path}/rehearse"), &[]).status, 200);
    let viewer = Visitor::with_role(&server, &api, "viewer");
    for path in ["/deliveries", path.as_str()] {
        assert_eq!(viewer.get(path).status, 403, "{path}");
    }
    assert!(!viewer.page("/").contains("href=\"/deliveries\""), "no link to what is not theirs");
    assert_eq!(viewer.submit("/", &format!("{path}/replay"), &[]).status, 403);
}

#[test]
fn what_would_be_opened_has_no_number_yet() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    // Without a key, each opens another.
    let one = json!({"title": "Backup failed", "service_id": "SER-00001"});
    // Of two with one key the second would repeat what the first opens.
    let two = json!({"title": "Disk", "service_id": "SER-00001", "dedup_key": "disk"});
    let body = json!([one, two, two]);
    let opened = server.post(&server.hook("custom"), &body);
    let over = json!({"title": "Disk", "service_id": "SER-00001", "dedup_key": "disk", "status": "resolved"});
    assert_eq!(server.post(&server.hook("custom"), &over).said(), "processed/resolved");
    let path = format!("/deliveries/{}", opened.data()["delivery_id"].as_str().unwrap());
    let shown = owner.submit(&path, &format!("{path}/rehearse"), &[]);
    let (_, would) = shown.body.split_once("id=\"would\"").unwrap();
    let would = would.split("<details").next().unwrap();
    assert!(
        would.contains("A new incident would be opened.") && !would.contains("INC-"),
        "{would}"
    );
}

#[test]
fn what_was_not_let_in_cannot_be_run_again() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let source = server.path_of("Custom webhook");
    let stored = owner.submit(&source, &format!("{source}/secrets"), &[("secret", "")]);
    assert_eq!(stored.status, 200, "{stored:?}");
    assert_eq!(server.post(&server.hook("custom"), &alert("a")).status, 401);
    let id = server.newest("signature_missing")["delivery_id"].clone();
    let page = owner.page(&format!("/deliveries/{}", id.as_str().unwrap()));
    assert!(page.contains("what was not let in is never run again"), "{page}");
    assert!(!page.contains("/rehearse\"") && !page.contains("/replay\""), "{page}");
}
