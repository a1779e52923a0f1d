//! What Sentry's own pages are answered.

use serde_json::{Value, json};

use super::{INSTALLATION, SCOPES, SOON, filled_in};
use crate::connections::{PUBLIC_URL, Source};
use crate::support::{Reply, SentryServer, eventually, hmac};

/// The answer that Sentry takes, and no other: three texts.
fn answer(incident: &str) -> Value {
    json!({"webUrl": format!("{PUBLIC_URL}/incidents/{incident}"), "project": "Watchbell",
           "identifier": incident})
}

fn check_refused(reply: &Reply, status: u16, part: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    let said = reply.json();
    let message = said["message"].as_str().unwrap_or_default();
    assert!(message.contains(part), "{said}");
    assert_eq!(said.as_object().unwrap().len(), 1, "Sentry's form, not ours: {said}");
}

fn new(issue: u64) -> Value {
    let fields = json!({"title": "Checkout is broken", "service_id": "SER-00001",
                        "description": "Since noon.\u{0}"});
    filled_in(&json!(issue), &fields)
}

fn existing(issue: u64, incident: &str) -> Value {
    filled_in(&json!(issue.to_string()), &json!({"incident": incident}))
}

#[test]
fn the_search_finds_open_incidents_of_linked_services_by_number_and_title() {
    let source = Source::by_token_with(&SCOPES);
    assert_eq!(source.search(""), json!([]));
    let ours = source.opened("Checkout is SLOW", "SER-00001");
    let elsewhere = source.opened("Checkout elsewhere", "SER-00002");
    let over = source.opened("Checkout was slow", "SER-00001");
    source.moves(&over, "resolved");
    let ours = json!([{"label": format!("{ours} Checkout is SLOW"), "value": ours}]);
    for query in
        ["", "&query=", "&query=slow", "&query=inc-", "&projectSlug=shop&query=checkout%20is"]
    {
        assert_eq!(source.search(query), ours, "{query}");
    }
    let number = ours[0]["value"].as_str().unwrap();
    assert_eq!(source.search(&format!("&query={number}")), ours);
    for query in ["nothing like it", &elsewhere, &over, "INC-2020-001"] {
        assert_eq!(
            source.search(&format!("&query={}", query.replace(' ', "+"))),
            json!([]),
            "{query}"
        );
    }
    let api = source.api();
    for place in 0..51 {
        let body = json!({"title": format!("Many {place}"), "service_ids": ["SER-00001"]});
        assert_eq!(api.post("/incidents", &body).status, 201);
    }
    let found = source.search("");
    assert_eq!(found.as_array().unwrap().len(), 50);
    assert!(found[0]["label"].as_str().unwrap().ends_with("Many 50"), "the newest first: {found}");
    // One that is not among them is found by its whole number.
    assert_eq!(source.search(&format!("&query={number}"))[0], ours[0]);
    source.set_option("issue_links", "false");
    assert_eq!(source.search(""), json!([]), "switched off");
}

#[test]
fn whoever_cannot_prove_it_gets_nothing() {
    let source = Source::by_token_with(&SCOPES);
    let incident = source.opened("A secret", "SER-00001");
    let get = |headers: &[(&str, &str)]| {
        source.server.client.get(&source.form("incidents"), headers).unwrap()
    };
    let (right, wrong) = (hmac(SentryServer::CLIENT_SECRET, ""), hmac("another", ""));
    check_refused(&get(&[]), 401, "signature");
    check_refused(&get(&[("Sentry-App-Signature", &wrong)]), 401, "signature");
    // Either name is taken.
    assert_eq!(get(&[("Sentry-Hook-Signature", &right)]).status, 200);
    for (form, body) in [("create", new(7)), ("link", existing(7, &incident))] {
        let url = source.form(form);
        let body = body.to_string();
        let post =
            |headers: &[(&str, &str)]| source.server.post_bytes(&url, headers, body.as_bytes());
        check_refused(&post(&[]), 401, "signature");
        check_refused(&post(&[("Sentry-App-Signature", &right)]), 401, "signature");
        check_refused(&source.server.client.get(&url, &[]).unwrap(), 405, "POST only");
    }
    let posted = source.server.post_bytes(&source.form("incidents"), &[], b"");
    check_refused(&posted, 405, "GET only");
    for key in ["se_unknown", "cu_unknown"] {
        let url = format!("{}/api/integrations/sentry/{key}/issue-link/link", source.server.url);
        check_refused(&source.server.post(&url, &json!({})), 404, "does not know this integration");
    }
    let custom = source.server.hook("custom").rsplit('/').next().unwrap().to_owned();
    let url =
        format!("{}/api/integrations/custom/{custom}/issue-link/incidents", source.server.url);
    check_refused(&source.server.client.get(&url, &[]).unwrap(), 404, "does not know");
    let disabled = source.api().post(&source.path("/disable"), &json!({}));
    assert_eq!(disabled.status, 200, "{disabled:?}");
    check_refused(&source.fill_in("create", &new(7)), 403, "disabled");
    assert_eq!(source.links(&incident), Vec::<Value>::new());
    // Whoever tries keys is soon answered no more.
    let url = format!("{}/api/integrations/sentry/se_x/issue-link/incidents", source.server.url);
    let asked = || source.server.client.get(&url, &[]).unwrap();
    for _ in 0..60 {
        assert!([404, 429].contains(&asked().status));
    }
    check_refused(&asked(), 429, "does not know");
}

#[test]
fn whoever_tries_signatures_is_soon_answered_no_more() {
    let source = Source::by_token_with(&SCOPES);
    let wrong = [("Sentry-App-Signature", "wrong")];
    let tried = || source.server.client.get(&source.form("incidents"), &wrong).unwrap();
    check_refused(&tried(), 401, "signature");
    for _ in 0..60 {
        assert!([401, 429].contains(&tried().status));
    }
    check_refused(&tried(), 429, "try again in a minute");
    let body = new(7).to_string();
    let posted = source.server.post_bytes(&source.form("create"), &wrong, body.as_bytes());
    check_refused(&posted, 429, "try again in a minute");
}

#[test]
fn an_incident_is_opened_once_and_what_comes_later_meets_it() {
    let source = Source::by_token_with(&SCOPES);
    let first = source.fill_in("create", &new(7));
    assert_eq!(first.status, 200, "{first:?}");
    let number =
        first.json()["identifier"].as_str().unwrap_or_else(|| panic!("{first:?}")).to_owned();
    assert_eq!(first.json(), answer(&number));
    // Somebody clicks twice, or five at once.
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| assert_eq!(source.fill_in("create", &new(7)).json(), answer(&number)));
        }
    });
    let incident = source.server.incident(&number);
    assert_eq!(
        [
            &incident["title"],
            &incident["description"],
            &incident["dedup_key"],
            &incident["severity"]
        ],
        [
            &json!("Checkout is broken"),
            &json!("Since noon.\u{fffd}"),
            &json!("sentry-7"),
            &json!("SEV2")
        ]
    );
    assert_eq!(incident["source_url"], "https://acme.sentry.io/issues/7/");
    assert_eq!(incident["metadata"], json!({"project": "shop"}));
    let links = source.links(&number);
    assert_eq!(links.len(), 1, "{links:?}");
    assert_eq!(
        [
            &links[0]["issue_id"],
            &links[0]["state"],
            &links[0]["origin"],
            &links[0]["created_by_name"]
        ],
        [&json!("7"), &json!("linked"), &json!("source"), &json!("Meredith Heller")]
    );
    assert_eq!(incident["issue_links"][0]["link_id"], links[0]["link_id"]);
    assert_eq!(
        source.told(&number),
        ["opened with SEV2: linked with Sentry issue 7 by Meredith Heller in Sentry"]
    );
    source.installation_becomes(INSTALLATION);
    // An alert about the same issue counts on it, and its end ends it.
    assert_eq!(source.alert(Some(INSTALLATION), "shop", 7).incident(), number);
    let person = json!({"type": "user", "id": 1, "name": "Meredith Heller"});
    let resolved = source.issue_is("resolved", 7, &person);
    assert_eq!((resolved.said(), resolved.incident()), ("processed/resolved".to_owned(), number));
    // Now it is another problem.
    let again = source.fill_in("create", &new(7));
    assert_eq!(again.status, 200);
    assert_ne!(again.json(), first.json());
    // None of it is a delivery.
    assert_eq!(source.server.all("/api/v1/deliveries").len(), 2);
}

#[test]
fn what_is_open_for_the_issue_is_linked_rather_than_opened_again() {
    let source = Source::by_token_with(&SCOPES);
    let open = source.alert(Some(INSTALLATION), "shop", 7).incident();
    assert_eq!(source.fill_in("create", &new(7)).json(), answer(&open));
    assert_eq!(source.links(&open).len(), 1);
    assert_eq!(source.server.all("/api/v1/incidents").len(), 1);
}

#[test]
fn an_incident_is_linked_and_whoever_cannot_is_told_why() {
    let source = Source::by_token_with(&SCOPES);
    let ours = source.opened("ours", "SER-00001");
    let elsewhere = source.opened("elsewhere", "SER-00002");
    let over = source.opened("over", "SER-00001");
    source.moves(&over, "resolved");
    for _ in 0..2 {
        let linked = source.fill_in("link", &existing(7, &ours));
        assert_eq!((linked.status, linked.json()), (200, answer(&ours)), "{linked:?}");
    }
    assert_eq!(source.links(&ours).len(), 1);
    let lines = source.told(&ours);
    assert_eq!(
        lines[1..],
        ["linked with Sentry issue 7 by Meredith Heller in Sentry"],
        "{lines:?}"
    );
    let check = |form: &str, body: &Value, part: &str| {
        check_refused(&source.fill_in(form, body), 400, part);
    };
    check("link", &existing(7, &elsewhere), "is on a service that is not linked");
    check("link", &existing(7, &over), "is resolved already");
    check("link", &existing(7, "INC-2020-001"), "no incident INC-2020-001");
    check("link", &existing(7, "nonsense"), "no incident nonsense");
    check("link", &filled_in(&json!(7), &json!({})), "choose an incident");
    check("link", &json!("nothing"), "could not read");
    let on = |service: &str| filled_in(&json!(7), &json!({"title": "t", "service_id": service}));
    check("create", &on("SER-00002"), "not linked to this integration");
    check("create", &on("SER-00009"), "no service SER-00009");
    check("create", &filled_in(&json!(7), &json!({"title": "t"})), "choose a Watchbell service");
    check(
        "create",
        &filled_in(&json!("x"), &json!({"title": "t", "service_id": "SER-00001"})),
        "could not read",
    );
    source.set_option("issue_links", "false");
    check("link", &existing(8, &ours), "switched off");
    check("create", &new(8), "switched off");
    assert_eq!(source.links(&ours).len(), 1);
}

#[test]
fn organizations_that_are_not_connected_link_nothing_and_others_their_own() {
    let source = Source::with_app();
    let owner = source.owner();
    let installed = source.sentry.install("acme");
    assert_eq!(source.connect(&owner, &installed).status, 200);
    check_refused(&source.fill_in("create", &new(7)), 400, "organization is not connected");
    let mut body = new(7);
    body["installationId"] = json!(installed.uuid);
    let opened = source.fill_in("create", &body);
    assert_eq!(opened.status, 200, "{opened:?}");
    let number = opened.json()["identifier"].as_str().unwrap().to_owned();
    assert_eq!(source.alert(Some(&installed.uuid), "shop", 7).incident(), number, "the same scope");
}

#[test]
fn the_json_offers_links_where_they_are_switched_on() {
    let source = Source::by_token_with(&SCOPES);
    let elements = |extended: bool| {
        let form = source.path(&format!("/rule-form?extended={extended}"));
        source.api().get(&form).data()["elements"].as_array().unwrap().clone()
    };
    assert_eq!(elements(false).len(), 1, "the plain form is the one that people know");
    let link = elements(true).remove(1);
    assert_eq!(link["type"], "issue-link");
    // What it names answers.
    let path = link["link"]["required_fields"][0]["uri"].as_str().unwrap();
    assert!(source.form("incidents").ends_with(path), "{path}");
    source.set_option("issue_links", "false");
    eventually("it is switched off", SOON, || (elements(true).len() == 1).then_some(()));
}

#[test]
fn sentry_is_asked_about_what_was_opened_on_its_page() {
    let source = Source::linkable(&SCOPES);
    source.sentry.issue(8, "acme", "shop", 0);
    let made = source.fill_in("create", &new(8));
    assert_eq!(made.status, 200, "{made:?}");
    let incident = made.json()["identifier"].as_str().unwrap().to_owned();
    let known = eventually("what Sentry says is known", SOON, || {
        let shown = source.api().get(&format!("/incidents/{incident}/enrichment"));
        Some(shown).filter(|shown| shown.status == 200 && shown.data()["state"] == "done")
    });
    assert_eq!(known.data()["source"], "connection", "{known:?}");
}
