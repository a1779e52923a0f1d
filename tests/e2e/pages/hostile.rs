//! What others send stays text, wherever it is shown.

use serde_json::json;

use crate::support::{Api, MARK, Sent, Server, SnsOrigin, Visitor, payload};

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

/// Every one of `told` stands in a page of it, and none has become a part of the page.
fn is_text(page: &str, told: &[&str], what: &str) {
    for text in told {
        assert!(page.contains(text), "{what}: {text} is shown: {page}");
    }
    for wrong in ["<img src=x", "<script>pwned", "href=\"javascript"] {
        assert!(!page.contains(wrong), "{what}: {wrong}: {page}");
    }
}

#[test]
fn every_field_of_every_recorded_delivery_stays_text() {
    let sns = SnsOrigin::start();
    let server = crate::cloudwatch::believing(&[&sns]).start();
    let owner = Visitor::owner(&server);
    let (mut shown, mut titles) = (0, 0);
    for provider in watchbell_providers::PROVIDERS {
        let slug = provider.slug();
        let name = payload(slug);
        let limits = ["--default-service", "SER-00001", "--rate-limit", "0"];
        let hook = server.add(slug, &name, &limits);
        crate::cloudwatch::post(&server, &hook, &sns.question(&SnsOrigin::topic("hostile"), 1));
        let recorded = Sent::recorded(*provider).into_iter();
        let all = recorded.chain(Sent::samples(*provider, slug));
        for (number, sent) in all.enumerate() {
            let tag = format!("{slug}{number}");
            let sent = sent.poisoned(*provider, &tag, number % 2 == 0);
            let reply = sent.send(*provider, &server, &hook, &sns);
            assert_eq!(reply.status, 202, "{}: {reply:?}", sent.name);
            let data = reply.data();
            let delivery = data["delivery_id"].as_str().unwrap();
            let page = owner.page(&format!("/deliveries/{delivery}"));
            is_text(&page, &sent.told(*provider), &sent.name);
            if let Some(incident) = data["alerts"][0]["incident_number"].as_str() {
                let page = owner.page(&format!("/incidents/{incident}"));
                // What is open already keeps its title.
                let is_new = data["alerts"][0]["reason"] == "created";
                let title = sent.title(*provider).filter(|_| is_new);
                is_text(&page, title.as_slice(), &sent.name);
                shown += 1;
                titles += usize::from(title.is_some());
            }
        }
    }
    assert!(
        shown > 50 && titles > 25,
        "{shown} of the fixtures were shown, {titles} by their title"
    );
    is_text(&owner.page("/incidents"), &[MARK], "the list");
    server.cli.assert_sound();
}
