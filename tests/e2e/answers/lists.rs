//! Lists of the API: pages, filters, and every wrong parameter at once.

use serde_json::{Value, json};

use crate::support::{Server, alert, group, with};

#[test]
fn a_list_comes_in_pages() {
    let server = Server::start();
    let hook = server.hook("custom");
    for place in 0..25 {
        assert_eq!(server.post(&hook, &alert(&place.to_string())).status, 202);
    }
    let check = |query: &str, count: usize, has_more: bool, next: Value| {
        let data = server.api(&format!("/api/v1/incidents{query}")).data();
        let mut keys: Vec<_> = data.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["has_more", "items", "next_cursor", "next_offset", "total"], "{query}");
        assert_eq!(data["total"], 25, "{query}");
        assert_eq!(data["items"].as_array().unwrap().len(), count, "{query}");
        assert_eq!((&data["has_more"], &data["next_offset"]), (&json!(has_more), &next), "{query}");
        data["items"].as_array().unwrap().clone()
    };
    check("", 20, true, 20.into());
    check("?offset=0", 20, true, 20.into());
    check("?limit=100", 25, false, Value::Null);
    check("?limit=25", 25, false, Value::Null);
    check("?limit=10&offset=15", 10, false, Value::Null);
    check("?limit=10&offset=25", 0, false, Value::Null);
    check("?limit=1&offset=10000", 0, false, Value::Null);
    check("?", 20, true, 20.into());
    let page = check("?limit=10&offset=5", 10, true, 15.into());
    let all = check("?limit=100", 25, false, Value::Null);
    assert_eq!(page, all[5..15], "items 6 to 15");
}

#[test]
fn a_cursor_goes_on_where_the_last_page_ended_whatever_is_added_meanwhile() {
    let server = Server::start();
    let hook = server.hook("custom");
    let open = |places: std::ops::Range<i32>| {
        for place in places {
            assert_eq!(server.post(&hook, &alert(&place.to_string())).status, 202);
        }
    };
    open(0..7);
    for list in ["/api/v1/incidents", "/api/v1/deliveries"] {
        let all = server.all(list);
        let first = server.api(&format!("{list}?limit=3&cursor=")).data();
        assert_eq!((&first["total"], &first["next_offset"]), (&Value::Null, &Value::Null));
        open(7..9);
        let mut walked = first["items"].as_array().unwrap().clone();
        let mut next = first["next_cursor"].clone();
        while let Some(cursor) = next.as_str() {
            let page = server.api(&format!("{list}?limit=3&cursor={cursor}")).data();
            walked.extend(page["items"].as_array().unwrap().iter().cloned());
            assert_eq!(page["has_more"], page["next_cursor"].is_string());
            next = page["next_cursor"].clone();
        }
        assert_eq!(walked, all, "what came later stands before the first page: {list}");
        let refused = |query: &str, expected: &[&str]| {
            let reply = server.api(&format!("{list}?{query}"));
            assert_eq!(reply.refused(), "400 validation_error", "{query}");
            assert_eq!(reply.paths(), expected, "{query}");
        };
        refused("cursor=x", &["cursor"]);
        refused("cursor=&offset=0", &["offset"]);
        refused(&format!("cursor={}", "0".repeat(33)), &["cursor"]);
    }
}

#[test]
fn incidents_are_filtered_by_status_severity_and_time() {
    let server = Server::start();
    let hook = server.hook("custom");
    for (key, severity, status) in [
        ("a", "SEV0", "new"),
        ("b", "SEV1", "investigating"),
        ("c", "SEV1", "new"),
        ("d", "SEV4", "new"),
    ] {
        server.post(&hook, &with(with(alert(key), "severity", severity), "status", status));
    }
    server.post(&hook, &with(alert("d"), "status", "resolved"));
    let check = |query: &str, expected: &[&str]| {
        let items = server.all(&format!("/api/v1/incidents?{query}"));
        let mut keys: Vec<_> = items.iter().map(|i| i["dedup_key"].as_str().unwrap()).collect();
        keys.sort_unstable();
        assert_eq!(keys, expected, "{query}");
    };
    check("status=new", &["a", "c"]);
    check("status=investigating", &["b"]);
    check("status=resolved", &["d"]);
    check("status=new&status=resolved", &["a", "c", "d"]);
    check("severity=SEV1", &["b", "c"]);
    check("severity=SEV1&severity=SEV0&status=new", &["a", "c"]);
    check("status=closed", &[]);
    check("created_after=2000-01-01T00:00:00Z", &["a", "b", "c", "d"]);
    check("created_after=2999-01-01T00:00:00Z", &[]);
    check("created_before=2000-01-01T00:00:00Z", &[]);
    check("created_before=2999-01-01T00:00:00%2B01:00", &["a", "b", "c", "d"]);
    check("resolved_after=2000-01-01T00:00:00Z", &["d"]);
    check("resolved_before=2999-01-01T00:00:00Z", &["d"]);
    // A moment counts itself, on both sides.
    let end = server.all("/api/v1/incidents?status=resolved")[0]["created_at"].clone();
    let end = end.as_str().unwrap();
    check(&format!("status=resolved&created_after={end}"), &["d"]);
}

#[test]
fn deliveries_and_services_are_filtered() {
    let server = Server::start();
    let (custom, prometheus) = (server.hook("custom"), server.hook("alertmanager"));
    server.post(&custom, &alert("a"));
    server.post(&custom, &with(alert("b"), "status", "resolved"));
    server.post(&prometheus, &group("firing", &json!({"alertname": "Slow"})));
    server.post(&custom, &json!({}));
    server.newest("invalid_field");
    let integration = server.cli.json(&["integration", "show", "custom"])["id"].clone();
    let integration = integration.as_str().unwrap();
    let check = |path: &str, expected: usize| {
        assert_eq!(server.all(path).len(), expected, "{path}");
    };
    check("/api/v1/deliveries", 4);
    check(&format!("/api/v1/deliveries?integration_id={integration}"), 3);
    check(&format!("/api/v1/deliveries?integration_id={integration}&outcome=processed"), 1);
    check("/api/v1/deliveries?outcome=processed", 2);
    check("/api/v1/deliveries?outcome=rejected", 1);
    check("/api/v1/deliveries?outcome=failed", 0);
    check("/api/v1/deliveries?reason=nothing_open", 1);
    check("/api/v1/deliveries?reason=created&outcome=processed", 2);
    check("/api/v1/deliveries?reason=created&outcome=ignored", 0);
    check("/api/v1/services", 2);
    check("/api/v1/services?search=API", 1);
    check("/api/v1/services?search=ser-0000", 2);
    check("/api/v1/services?search=nothing", 0);
    let times: Vec<_> =
        server.all("/api/v1/deliveries").iter().map(|d| d["received_at"].to_string()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "the newest first: {times:?}");
}

#[test]
fn every_wrong_parameter_is_named_at_once() {
    let server = Server::start();
    let check = |path: &str, expected: &[&str]| {
        let reply = server.api(path);
        assert_eq!(reply.refused(), "400 validation_error", "{path}");
        assert_eq!(reply.paths(), expected, "{path}");
    };
    check("/api/v1/incidents?limit=0", &["limit"]);
    check("/api/v1/incidents?limit=101", &["limit"]);
    check("/api/v1/incidents?limit=ten", &["limit"]);
    check("/api/v1/incidents?limit=", &["limit"]);
    check("/api/v1/incidents?offset=-1", &["offset"]);
    check("/api/v1/incidents?offset=10001", &["offset"]);
    check("/api/v1/incidents?offset=99999999999999999999", &["offset"]);
    check("/api/v1/services?limit=0&offset=-1", &["limit", "offset"]);
    check(
        "/api/v1/incidents?limit=x&offset=y&status=gone&severity=SEV9&created_after=yesterday\
         &created_before=1&resolved_after=2&resolved_before=3",
        &[
            "limit",
            "offset",
            "status",
            "severity",
            "created_after",
            "created_before",
            "resolved_after",
            "resolved_before",
        ],
    );
    check("/api/v1/incidents?status=new&status=gone&status=lost", &["status", "status"]);
    check(
        "/api/v1/deliveries?integration_id=int_1&outcome=fine&reason=none",
        &["outcome", "integration_id", "reason"],
    );
}
