//! What the source of an incident says of it, and linked issues, on the incident's page.

use std::time::Duration;

use serde_json::json;

use crate::connections::Source;
use crate::support::{SentryServer, Visitor, eventually};

/// What a token needs for links.
const SCOPES: [&str; 4] = ["org:read", "project:read", "event:read", "event:admin"];
const SOON: Duration = Duration::from_secs(30);
const HOSTILE: &str = "<script>alert('x')</script>\"'&";

/// An event whose every text is hostile.
fn hostile_event() -> serde_json::Value {
    json!({
        "eventID": "0".repeat(32), "title": HOSTILE, "culprit": HOSTILE,
        "release": {"version": HOSTILE}, "user": {"email": HOSTILE, "name": "Wanda"},
        "contexts": {"browser": {"name": HOSTILE, "version": "1"}},
        "tags": [{"key": "color", "value": HOSTILE}, {"key": HOSTILE, "value": "1"}],
        "entries": [
            {"type": "exception", "data": {"values": [{"type": HOSTILE, "value": HOSTILE, "stacktrace": {"frames": [
                {"filename": "lib/outer.py", "lineNo": 1, "inApp": false},
                {"filename": HOSTILE, "function": HOSTILE, "lineNo": 7, "inApp": true,
                 "context": [[6, "before"], [7, HOSTILE], [8, "after"]]},
            ]}}]}},
            {"type": "breadcrumbs", "data": {"values": [
                {"category": HOSTILE, "message": HOSTILE, "timestamp": "2026-11-21T12:00:00Z", "data": {"k": HOSTILE}},
            ]}},
        ],
    })
}

#[test]
fn the_page_shows_what_the_source_says_and_its_issues() {
    let source = Source::start();
    let token = source.sentry.internal_token("acme", &SCOPES);
    let body = json!({"token": token, "client_secret": SentryServer::CLIENT_SECRET,
                      "base_url": source.sentry.base()});
    assert_eq!(source.api().post(&source.path("/connections"), &body).status, 201);
    source.sentry.issue(7, "acme", "shop", 0);
    source.sentry.event(7, hostile_event());
    let number = source.alert(Some("7a485448-a9e2-4c85-8a3c-4f44175783c9"), "shop", 7).incident();
    let path = format!("/incidents/{number}");
    let owner = Visitor::owner(&source.server);
    let page = eventually("the source has said it", SOON, || {
        Some(owner.page(&path)).filter(|page| page.contains("asked at the source"))
    });
    super::is_safe(&owner.get(&path));
    assert!(!page.contains("<script>alert"), "{page}");
    let shown = "&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;";
    assert!(page.matches(shown).count() >= 10, "{}: {page}", page.matches(shown).count());
    for part in ["Wanda", "lib/outer.py:1", "own code", "<dd>120</dd>", "No issue is linked"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // Own frames are open, the others closed.
    assert!(
        page.contains(&format!(
            "<details id=\"frame-1-1\" open>\n<summary><span class=\"code\">{shown}"
        )),
        "{page}"
    );
    assert!(page.contains("\">\n<summary><span class=\"code\">lib/outer.py:1"), "{page}");

    let viewer = Visitor::with_role(&source.server, &source.api(), "viewer");
    let page = viewer.page(&path);
    assert!(!page.contains("Wanda") && page.contains("are seen by responders"), "{page}");
    assert!(!page.contains("Ask the source again") && !page.contains("Link an issue"), "{page}");
    for form in ["enrichment/retry", "link-issue", "unlink-issue"] {
        let refused = viewer.submit(&path, &format!("{path}/{form}"), &[]);
        assert_eq!(refused.status, 403, "{form}: {refused:?}");
    }

    let wrong = owner.submit(&path, &format!("{path}/link-issue"), &[("issue", "no issue")]);
    assert!(wrong.status == 400 && wrong.body.contains("issue"), "{wrong:?}");
    let linked = owner.submit(&path, &format!("{path}/link-issue"), &[("issue", "7")]);
    linked.leads_to(&format!("{path}?done=issue-linked"));
    let link = source.api().get(&format!("{path}/issue-links")).data()[0].clone();
    let id = link["link_id"].as_str().unwrap();
    assert!(owner.page(&path).contains(&format!("name=\"link\" value=\"{id}\"")));
    let gone = owner.submit(&path, &format!("{path}/unlink-issue"), &[("link", id)]);
    gone.leads_to(&format!("{path}?done=issue-unlinked"));
    eventually("it is gone", SOON, || {
        owner.page(&path).contains("No issue is linked").then_some(())
    });
    let again = owner.submit(&path, &format!("{path}/enrichment/retry"), &[]);
    again.leads_to(&format!("{path}?done=asked"));
}
