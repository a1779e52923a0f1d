//! What others send stays text, wherever it is shown.

use serde_json::json;

use crate::support::{Api, Server, Visitor};

/// What would run, if it were not text.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}</textarea>";

/// The same for what must be short.
const NAME: &str = "<script>alert(1)</script>\"><img src=x";

#[test]
fn hostile_texts_stay_texts() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    api.patch("/services/SER-00001", &json!({"name": HOSTILE}));
    api.post("/teams", &json!({"name": HOSTILE}));
    api.patch("/services/SER-00001", &json!({"team": HOSTILE}));
    let body = json!({
        "title": HOSTILE, "description": HOSTILE, "service_id": "SER-00001", "dedup_key": HOSTILE,
        "source_name": HOSTILE, "source_url": "https://example.com/?a=\"><script>alert(3)</script>",
        "metadata": {NAME: HOSTILE, "url": "javascript:alert(4)"},
    });
    let hook = server.hook("custom");
    let number = server.post(&hook, &body).incident();
    assert_eq!(server.post(&hook, &body).status, 202);
    let path = format!("/incidents/{number}");
    let sent = owner.submit(&path, &format!("{path}/comments"), &[("comment", HOSTILE)]);
    sent.leads_to(&format!("{path}?done=comment"));
    let encoded: String = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    let found = format!("/incidents?q={encoded}");
    let none = format!("/incidents?status=over&q={encoded}&service={encoded}&team={encoded}");
    let delivery = server.newest("created")["delivery_id"].as_str().unwrap().to_owned();
    let delivery = format!("/deliveries/{delivery}");
    let keyed = format!("/deliveries?key={encoded}");
    for path in [
        "/",
        "/incidents",
        &path,
        &found,
        &none,
        "/deliveries?key=%3Cscript%3Ealert(1)%3C/script%3E",
        &delivery,
        &keyed,
    ] {
        let page = owner.page(path);
        assert!(page.contains("alert(1)"), "it is shown: {path}: {page}");
        // Nothing of it ends its place, and nothing becomes a place of its own.
        for wrong in ["<script>", "<img src=x", "</textarea><", "href=\"javascript"] {
            assert!(!page.contains(wrong), "{wrong} in {path}: {page}");
        }
    }
    let done = owner.get("/incidents?done=%3Cscript%3E");
    assert!(done.status == 400 && !done.body.contains("<script>"), "{done:?}");
}
