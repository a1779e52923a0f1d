//! Which forms are believed.

use serde_json::json;

use crate::support::{Api, PASSWORD, Server, Visitor, csrf_of};

#[test]
fn a_form_without_the_sessions_own_token_changes_nothing() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let responder = Visitor::with_role(&server, &api, "responder");
    let number = super::incidents::opened(&server, "a");
    let page = format!("/incidents/{number}");
    let action = format!("{page}/acknowledge");
    let (own, other) = (csrf_of(&owner.page(&page)), csrf_of(&responder.page(&page)));
    assert_ne!(own, other);
    let here = ("sec-fetch-site", "same-origin");
    let check = |headers: &[(&str, &str)], token: Option<&str>, expected: u16| {
        let fields: Vec<_> = token.map(|token| ("csrf_token", token)).into_iter().collect();
        let reply = owner.post(&action, headers, &fields);
        assert_eq!(reply.status, expected, "{headers:?} {token:?}: {reply:?}");
        let taken = server.incident(&number)["acknowledged_at"].is_string();
        assert_eq!(taken, expected == 303, "{headers:?} {token:?}");
    };
    check(&[here], None, 403);
    check(&[here], Some("x"), 403);
    check(&[here], Some(&other), 403);
    check(&[("sec-fetch-site", "cross-site")], Some(&own), 403);
    check(&[("sec-fetch-site", "same-site")], Some(&own), 403);
    check(&[("origin", "https://evil.example")], Some(&own), 403);
    check(&[("origin", "null")], Some("x"), 403);
    check(&[("origin", "null"), ("sec-fetch-site", "cross-site")], Some(&own), 403);
    // Over plain HTTP browsers say no more than this about a form of a page that tells nobody where it is.
    check(&[("origin", "null")], Some(&own), 303);
}

#[test]
fn nobody_is_signed_in_by_a_form_that_is_not_ours() {
    let server = Server::start();
    Visitor::owner(&server);
    let fields = |csrf: &str| {
        [
            ("csrf_token".to_owned(), csrf.to_owned()),
            ("email".to_owned(), "olga@example.com".to_owned()),
            ("password".to_owned(), PASSWORD.to_owned()),
        ]
    };
    let check = |visitor: &Visitor<'_>, csrf: &str, expected: u16| {
        let fields = fields(csrf);
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let reply = visitor.post("/sign-in", &[("origin", "null")], &fields);
        assert_eq!(reply.status, expected, "{reply:?}");
        let session = reply
            .headers
            .iter()
            .any(|(name, value)| name == "set-cookie" && value.starts_with("watchbell_session="));
        assert_eq!(session, expected == 303);
    };
    let (one, other) = (Visitor::stranger(&server), Visitor::stranger(&server));
    let (own, others) = (csrf_of(&one.page("/sign-in")), csrf_of(&other.page("/sign-in")));
    let bare = Visitor::stranger(&server);
    check(&bare, &own, 403);
    check(&one, "", 403);
    check(&one, &others, 403);
    check(&one, &own, 303);
}

#[test]
fn a_form_that_is_too_large_is_refused() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let number = super::incidents::opened(&server, "a");
    let page = format!("/incidents/{number}");
    let csrf = csrf_of(&owner.page(&page));
    let fields = [("csrf_token", csrf.as_str()), ("comment", &"x".repeat(140_000))];
    let reply = owner.post(&format!("{page}/comments"), &[], &fields);
    assert_eq!(reply.status, 413, "{reply:?}");
    assert!(owner.submit(&page, &format!("{page}/comments"), &[("comment", "x")]).status == 303);
}

#[test]
fn the_longest_description_is_taken_whatever_its_characters() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    // A form escapes every byte of them by three.
    let [opened, changed] = ["山", "🔔"].map(|character| character.repeat(10_000));
    let fields = [("title", "x"), ("service", "SER-00001"), ("description", opened.as_str())];
    let made = owner.submit("/incidents/new", "/incidents", &fields);
    assert_eq!(made.status, 303, "{}", made.status);
    let (page, _) = made.header("location").unwrap().split_once('?').unwrap();
    let number = page.rsplit('/').next().unwrap();
    assert!(server.incident(number)["description"] == opened.as_str());
    let fields = [("title", "x"), ("description", changed.as_str())];
    assert_eq!(owner.submit(page, &format!("{page}/texts"), &fields).status, 303);
    assert!(server.incident(number)["description"] == changed.as_str());
}

#[test]
fn a_nul_is_a_wrong_value_and_no_trouble_of_ours() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let number = super::incidents::opened(&server, "a");
    let page = format!("/incidents/{number}");
    let reply = owner.submit(&page, &format!("{page}/comments"), &[("comment", "a\0b")]);
    assert!(reply.status == 400 && reply.body.contains("Comment: expected"), "{reply:?}");
    let service = owner.submit("/welcome", "/welcome/service", &[("name", "a\0b")]);
    assert_eq!(service.status, 400, "{service:?}");
    let searched = owner.get("/incidents?q=a%00b");
    assert!(searched.status == 400 && searched.body.contains("NUL"), "{searched:?}");
    let found = api.get("/incidents?search=a%00b");
    assert_eq!(found.refused(), "400 validation_error");
    assert_eq!(found.paths(), ["search"]);
    let body = json!({"title": "x", "description": "a\0b", "service_ids": ["SER-00001"]});
    let opened = api.post("/incidents", &body);
    assert_eq!(opened.refused(), "400 validation_error");
    assert_eq!(opened.paths(), ["description"]);
}
