//! Links that are made and taken back here.

use serde_json::{Value, json};

use super::{INSTALLATION, SCOPES, filled_in};
use crate::connections::{PUBLIC_URL, Source};
use crate::support::Trouble;

const EXTERNAL: &str = "/external-issues/";

/// What Sentry shows of an issue's link with an incident.
fn shown(incident: &str) -> (Value, Value) {
    (json!(format!("Watchbell#{incident}")), json!(format!("{PUBLIC_URL}/incidents/{incident}")))
}

impl Source {
    /// What Sentry shows of an issue's only link.
    fn shows(&self, issue: u64) -> (Value, Value) {
        let links = self.sentry.links(issue);
        assert_eq!(links.len(), 1, "{links:?}");
        (links[0]["displayName"].clone(), links[0]["webUrl"].clone())
    }
}

#[test]
fn an_incident_is_linked_shown_and_unlinked() {
    let source = Source::linkable(&SCOPES);
    let incident = source.opened("ours", "SER-00002");
    let made = source.link(&incident, "7");
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.data()["state"], "pending");
    let linked = source.stands(&incident, "it is linked", |(_, state, _)| state == "linked");
    assert_eq!(source.shows(7), shown(&incident));
    assert_eq!(linked["external_issue_id"], source.sentry.links(7)[0]["id"]);
    assert_eq!(
        [&linked["short_id"], &linked["project"], &linked["origin"]],
        [&json!("SHOP-7"), &json!("shop"), &json!("watchbell")]
    );
    assert_eq!(linked["created_by"]["kind"], "api_key");
    // Once more: told again, and still one.
    assert_eq!(source.link(&incident, "7").data()["link_id"], linked["link_id"]);
    source.stands(&incident, "it is linked again", |(_, state, _)| state == "linked");
    assert_eq!((source.shows(7), source.links(&incident).len()), (shown(&incident), 1));
    let short = source.server.incident(&incident)["issue_links"][0].clone();
    assert_eq!((&short["issue_id"], &short["state"]), (&json!("7"), &json!("linked")));
    assert!(short.get("origin").is_none(), "{short}");
    let shown = source.server.cli.json(&["incident", "show", &incident]);
    assert_eq!((&shown["title"], &shown["issue_links"]), (&json!("ours"), &json!([short])));
    let text = source.server.cli.run(&["incident", "show", &incident]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("issue SHOP-7 linked"), "{text:?}");
    let nobody = source.server.cli.run(&["incident", "show", "INC-2020-001"]);
    assert_eq!(nobody.status.code(), Some(1), "{nobody:?}");
    let left = source.unlink(&incident, &linked);
    assert_eq!((left.status, &left.data()[0]["state"]), (200, &json!("unlinking")));
    crate::support::eventually("it is gone", super::SOON, || {
        source.links(&incident).is_empty().then_some(())
    });
    assert_eq!(source.sentry.links(7), Vec::<Value>::new());
    assert_eq!(source.unlink(&incident, &linked).refused(), "404 not_found");
    assert_eq!(
        source.told(&incident)[1..],
        ["linked with Sentry issue 7", "unlinked from Sentry issue SHOP-7"]
    );
}

#[test]
fn issues_are_named_in_three_ways_and_what_is_wrong_is_told() {
    let source = Source::linkable(&SCOPES);
    let incident = source.opened("ours", "SER-00001");
    for issue in ["SHOP-7", "https://acme.sentry.io/issues/7/?project=1", "7"] {
        let made = source.link(&incident, issue);
        assert_eq!((made.status, &made.data()["issue_id"]), (201, &json!("7")), "{made:?}");
    }
    assert_eq!(source.links(&incident).len(), 1, "one issue");
    for wrong in ["nothing", "-1", "https://acme.sentry.io/", "SHOP-999"] {
        assert_eq!(source.link(&incident, wrong).paths(), ["issue"], "{wrong}");
    }
    let path = format!("/incidents/{incident}/issue-links");
    let api = source.api();
    assert_eq!(
        api.post(&path, &json!({"connection_id": "x", "more": 1})).paths(),
        ["issue", "connection_id", "more"]
    );
    let other = json!({"issue": "7", "connection_id": format!("scp_{:032x}", 7)});
    assert_eq!(api.post(&path, &other).paths(), ["connection_id"]);
    assert_eq!(source.link("INC-2020-001", "7").refused(), "404 not_found");
    assert_eq!(api.get("/incidents/INC-2020-001/issue-links").refused(), "404 not_found");
    // Only Sentry knows which one a short id means.
    source.sentry.trouble("/shortids/", 1, Trouble::Status(503, ""));
    assert_eq!(source.link(&incident, "SHOP-7").refused(), "503 unavailable");
    let unknown = source.link(&incident, "12345");
    assert_eq!(unknown.status, 201);
    let failed = crate::support::eventually("Sentry does not know it", super::SOON, || {
        source.links(&incident).into_iter().find(|one| one["state"] == "failed")
    });
    assert_eq!(failed["issue_id"], "12345");
    assert!(failed["reason"].as_str().unwrap().starts_with("Sentry does not know it"), "{failed}");
    let told = source.told(&incident);
    assert!(
        told.iter().any(|text| text.starts_with("Sentry issue 12345 could not be linked: ")),
        "{told:?}"
    );
}

#[test]
fn without_a_connection_or_an_installation_it_is_told_what_to_do() {
    let source = Source::start();
    let incident = source.opened("ours", "SER-00001");
    let refused = source.link(&incident, "7");
    assert_eq!(refused.refused(), "409 conflict");
    assert!(refused.body.contains("connect one first"), "{refused:?}");
    let source = Source::by_token_with(&SCOPES);
    source.sentry.issue(7, "acme", "shop", 0);
    let incident = source.opened("ours", "SER-00001");
    assert_eq!(source.link(&incident, "7").status, 201);
    let failed = source.stands(&incident, "it has failed", |(_, state, _)| state == "failed");
    assert!(
        failed["reason"].as_str().unwrap().contains("installation is not known here"),
        "{failed}"
    );
    // Nothing is there that Sentry would have to be told of.
    assert_eq!(source.unlink(&incident, &failed).data(), json!([]));
    assert_eq!(source.sentry.asked_for(EXTERNAL), 0);
    // A signed webhook makes it known.
    source.alert(Some(INSTALLATION), "shop", 8);
    source.installation_becomes(INSTALLATION);
    assert_eq!(source.link(&incident, "7").status, 201);
    source.stands(&incident, "it is linked", |(_, state, _)| state == "linked");
    assert_eq!(source.shows(7), shown(&incident));
}

#[test]
fn while_sentry_is_down_a_link_waits_and_says_so() {
    let source = Source::linkable(&SCOPES);
    let incident = source.opened("ours", "SER-00001");
    source.sentry.trouble("/api/0/", 1_000, Trouble::Status(503, ""));
    assert_eq!(source.link(&incident, "7").status, 201);
    source.stands(&incident, "it says why it waits", |(_, state, reason)| {
        state == "pending"
            && reason == "Sentry has trouble of its own (status 503); it is tried again"
    });
    source.sentry.calm();
    let linked = source.stands(&incident, "it is linked", |(_, state, _)| state == "linked");
    assert_eq!((&linked["reason"], source.shows(7)), (&Value::Null, shown(&incident)));
    source.sentry.trouble(EXTERNAL, 1, Trouble::RateLimited(2));
    assert_eq!(source.link(&incident, "7").status, 201);
    source.stands(&incident, "it waits for the limit", |(_, _, reason)| {
        reason.starts_with("Sentry's rate limit is used up")
    });
    source.stands(&incident, "the limit is over", |(_, state, _)| state == "linked");
}

#[test]
fn a_scope_that_is_missing_is_named_and_it_can_be_tried_again() {
    let source = Source::linkable(&["org:read", "project:read", "event:read"]);
    let incident = source.opened("ours", "SER-00001");
    assert_eq!(source.link(&incident, "7").status, 201);
    let failed = source.stands(&incident, "it has failed", |(_, state, _)| state == "failed");
    assert!(failed["reason"].as_str().unwrap().contains("lacks the scope event:write"), "{failed}");
    let token = source.sentry.internal_token("acme", &SCOPES);
    let body = json!({"token": token, "base_url": source.sentry.base()});
    assert_eq!(source.api().post(&source.path("/connections"), &body).status, 201);
    assert_eq!(source.link(&incident, "7").data()["link_id"], failed["link_id"]);
    source.stands(&incident, "it is linked", |(_, state, _)| state == "linked");
}

#[test]
fn what_was_linked_on_sentrys_page_is_unlinked_there_too() {
    let source = Source::linkable(&["org:read", "project:read", "event:read", "event:write"]);
    let incident = source.opened("ours", "SER-00001");
    let body = filled_in(&json!(7), &json!({"incident": incident}));
    let answer = source.fill_in("link", &body).json();
    source.sentry.link_on_page(7, &answer);
    let link = source.links(&incident).remove(0);
    assert_eq!(source.unlink(&incident, &link).status, 200);
    // It is still there, and why.
    let still = source.stands(&incident, "it cannot be", |(_, state, reason)| {
        state == "linked"
            && reason.contains("could not be unlinked: the token lacks the scope event:admin")
    });
    assert_eq!(source.sentry.links(7).len(), 1);
    let token = source.sentry.internal_token("acme", &SCOPES);
    let body = json!({"token": token, "base_url": source.sentry.base()});
    assert_eq!(source.api().post(&source.path("/connections"), &body).status, 201);
    assert_eq!(source.unlink(&incident, &still).status, 200);
    crate::support::eventually("it is gone", super::SOON, || {
        source.links(&incident).is_empty().then_some(())
    });
    assert_eq!(source.sentry.links(7), Vec::<Value>::new());
}

#[test]
fn of_two_incidents_of_one_issue_the_other_is_shown_when_one_goes() {
    let source = Source::linkable(&SCOPES);
    let (first, second) = (source.opened("one", "SER-00001"), source.opened("two", "SER-00001"));
    for incident in [&first, &second] {
        assert_eq!(source.link(incident, "7").status, 201);
        source.stands(incident, "it is linked", |(_, state, _)| state == "linked");
        assert_eq!(source.shows(7), shown(incident), "Sentry shows one");
    }
    let link = source.links(&second).remove(0);
    assert_eq!(source.unlink(&second, &link).status, 200);
    crate::support::eventually("it is gone", super::SOON, || {
        source.links(&second).is_empty().then_some(())
    });
    assert_eq!(source.shows(7), shown(&first));
}

#[test]
fn what_is_taken_back_while_sentry_is_told_leaves_nothing_there() {
    let source = Source::linkable(&SCOPES);
    let incident = source.opened("ours", "SER-00001");
    source.sentry.trouble(EXTERNAL, 1, Trouble::Slow(3_000));
    assert_eq!(source.link(&incident, "7").status, 201);
    crate::support::eventually("Sentry is being told", super::SOON, || {
        (source.sentry.asked_for(EXTERNAL) == 1).then_some(())
    });
    let link = source.links(&incident).remove(0);
    assert_eq!(source.unlink(&incident, &link).status, 200);
    crate::support::eventually("nothing is left to do", super::SOON, || {
        (source.links(&incident).is_empty() && source.jobs().is_empty()).then_some(())
    });
    assert_eq!(source.sentry.links(7), Vec::<Value>::new());
}

#[test]
fn an_address_of_another_organization_links_nothing() {
    let source = Source::linkable(&SCOPES);
    let incident = source.opened("ours", "SER-00001");
    let connection = source.connections()[0]["connection_id"].clone();
    for issue in ["SHOP-7", "7"] {
        let elsewhere = format!("https://sentry.io/organizations/beta/issues/{issue}/");
        for body in
            [json!({"issue": elsewhere}), json!({"issue": elsewhere, "connection_id": connection})]
        {
            let refused = source.api().post(&format!("/incidents/{incident}/issue-links"), &body);
            assert_eq!(refused.paths(), ["issue"], "{refused:?}");
            assert_eq!(
                [&refused.error()["details"][0]["expected"], &refused.error()["details"][0]["got"]],
                [&json!("an issue of acme"), &json!("one of \"beta\"")]
            );
        }
    }
    assert_eq!(source.links(&incident), Vec::<Value>::new());
    let ours = source.link(&incident, "https://sentry.io/organizations/ACME/issues/SHOP-7/");
    assert_eq!(ours.status, 201, "{ours:?}");
}
