//! Services, teams, users, API keys, settings, deploys and the audit log.

use serde_json::json;

use crate::support::{Api, PASSWORD, Server, Visitor};

/// Everything of this kind that admins see.
const PAGES: [&str; 7] =
    ["/services", "/teams", "/users", "/api-keys", "/deploys", "/audit", "/settings"];

#[test]
fn each_page_is_shown_to_whom_it_may() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let viewer = Visitor::with_role(&server, &api, "viewer");
    for path in PAGES {
        super::is_safe(&owner.get(path));
        assert_eq!(owner.get(path).status, 200, "{path}");
        let hidden = ["/api-keys", "/audit"].contains(&path);
        let reply = viewer.get(path);
        assert_eq!(reply.status, if hidden { 403 } else { 200 }, "{path}");
        if !hidden {
            assert!(!reply.body.contains("class=\"stacked card\""), "a form at {path}");
        }
        assert_eq!(viewer.page("/").contains(&format!("href=\"{path}\"")), !hidden, "{path}");
        assert_eq!(owner.get(&format!("{path}?x=y")).status, 400, "{path}");
    }
    for path in ["/services", "/teams", "/users", "/api-keys", "/settings"] {
        assert_eq!(viewer.submit("/", path, &[("name", "x")]).status, 403, "{path}");
    }
}

#[test]
fn a_service_and_a_team_are_added_and_changed() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let team = owner.submit(
        "/teams",
        "/teams",
        &[("name", "Payments"), ("members", "olga@example.com\r\n"), ("description", "")],
    );
    let team = team.header("location").unwrap().strip_suffix("?done=added").unwrap().to_owned();
    assert!(owner.page(&team).contains("olga@example.com"));
    let id = team.rsplit('/').next().unwrap();
    let fields = [
        ("name", "Checkout"),
        ("key", "checkout"),
        ("team", id),
        ("environment", "staging"),
        ("type", "web"),
        ("default_severity", "SEV1"),
        ("active", "true"),
        ("url", "https://example.com/checkout"),
    ];
    let added = owner.submit("/services", "/services", &fields);
    let path = added.header("location").unwrap().strip_suffix("?done=added").unwrap().to_owned();
    let page = owner.page(&path);
    for told in ["Checkout", "Payments", "staging", "SEV1 High", "checkout", "Its open incidents"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(owner.page("/services").contains("Checkout"));
    let changed = owner.submit(
        &path,
        &path,
        &[("name", "Checkout 2"), ("environment", "production"), ("type", "api")],
    );
    changed.leads_to(&format!("{path}?done=changed"));
    let now = api.get("/services/checkout").data();
    assert_eq!((&now["name"], &now["is_active"]), (&"Checkout 2".into(), &false.into()));
    assert!(now["team_name"].is_null() && now["default_severity"].is_null(), "{now}");
    let refused = |page: &str, action: &str, fields: &[(&str, &str)], status: u16| {
        let reply = owner.submit(page, action, fields);
        assert_eq!(reply.status, status, "{action} {fields:?}: {reply:?}");
        assert!(reply.body.contains("role=\"alert\""), "{reply:?}");
        super::is_safe(&reply);
    };
    refused("/services", "/services", &[("name", "")], 400);
    refused("/services", "/services", &[("name", "a"), ("environment", "x")], 400);
    refused("/services", "/services", &[("name", "a"), ("key", "checkout")], 409);
    refused(&path, &path, &[("name", "")], 400);
    refused("/teams", "/teams", &[("name", "payments")], 409);
    refused(&team, &team, &[("name", "Payments"), ("members", "nobody@example.com")], 400);
    let changed = owner.submit(&team, &team, &[("name", "Money"), ("members", "")]);
    changed.leads_to(&format!("{team}?done=changed"));
    owner.submit(&team, &format!("{team}/remove"), &[]).leads_to("/teams?done=gone");
    assert_eq!(owner.get(&team).status, 404);
    assert_eq!(owner.get("/services/nothing").status, 404);
    // All of it is told.
    let audit = owner.page("/audit");
    for told in ["service.added", "service.changed", "team.added", "team.removed"] {
        assert!(audit.contains(told), "{told}: {audit}");
    }
}

#[test]
fn somebody_is_invited_changed_and_put_out() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let fields = [("email", "bo@example.com"), ("name", "Bo"), ("role", "admin")];
    let invited = owner.submit("/users", "/users", &fields);
    assert_eq!(invited.status, 200, "{invited:?}");
    super::is_safe(&invited);
    let (_, link) = invited.body.split_once("/sign-in/").expect("the link is shown");
    let link = format!("/sign-in/{}", link.split('<').next().unwrap());
    assert!(!owner.page("/users").contains("/sign-in/"), "once");
    let bo = Visitor::stranger(&server);
    assert!(bo.page(&link).contains("You were invited."));
    let short = bo.submit(&link, &link, &[("password", "short")]);
    assert!(short.status == 400 && short.body.contains("role=\"alert\""), "{short:?}");
    bo.submit(&link, &link, &[("password", PASSWORD)]).leads_to("/");
    let gone = Visitor::stranger(&server).page(&link);
    assert!(gone.contains("This link does not work"), "{gone}");
    let users = owner.page("/users");
    let (before, _) = users.split_once("\">bo@example.com").unwrap();
    let path = before.rsplit('"').next().unwrap().to_owned();
    // An admin makes nobody an owner.
    let up = bo.submit(&path, &path, &[("name", "Bo"), ("role", "owner"), ("active", "true")]);
    assert!((400..500).contains(&up.status), "{up:?}");
    let made = owner.submit(&path, &format!("{path}/link"), &[]);
    assert!(made.status == 200 && made.body.contains("/sign-in/"), "{made:?}");
    let out = owner.submit(&path, &path, &[("name", "Bo"), ("role", "viewer")]);
    out.leads_to(&format!("{path}?done=changed"));
    bo.get("/").leads_to("/sign-in");
    let twice = owner.submit("/users", "/users", &fields);
    assert!(twice.status == 409 && twice.body.contains("role=\"alert\""), "{twice:?}");
    let wrong = owner.submit("/users", "/users", &[("email", "x"), ("name", ""), ("role", "king")]);
    assert!(wrong.status == 400 && wrong.body.contains("role"), "{wrong:?}");
}

#[test]
fn an_api_key_is_made_shown_once_and_ended() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let fields = [("name", "Exporter"), ("scope", "incidents:read"), ("days", "7")];
    let made = owner.submit("/api-keys", "/api-keys", &fields);
    assert_eq!(made.status, 200, "{made:?}");
    let (_, token) = made.body.split_once("<code id=\"made\">").unwrap();
    let token = token.split('<').next().unwrap().to_owned();
    assert!(!owner.page("/api-keys").contains(&token));
    let api = Api::new(&server, &token);
    assert_eq!(api.get("/incidents").status, 200);
    assert_eq!(api.get("/services").refused(), "403 forbidden");
    let page = owner.page("/api-keys");
    let (_, rest) = page.split_once("Exporter").unwrap();
    let (asked, rest) = rest.split_once("action=\"").unwrap();
    assert!(asked.contains("<summary aria-label=\"End it: Exporter\">"), "it takes two steps");
    let end = rest.split('"').next().unwrap();
    owner.submit("/api-keys", end, &[]).leads_to("/api-keys?done=ended");
    assert_eq!(api.get("/incidents").refused(), "401 unauthorized");
    for wrong in [
        vec![("name", "x")],
        vec![("name", ""), ("scope", "incidents:read")],
        vec![("name", "x"), ("scope", "everything")],
        vec![("name", "x"), ("scope", "incidents:read"), ("days", "0")],
    ] {
        let reply = owner.submit("/api-keys", "/api-keys", &wrong);
        assert!(
            reply.status == 400 && reply.body.contains("role=\"alert\""),
            "{wrong:?}: {reply:?}"
        );
    }
}

#[test]
fn settings_win_over_the_file_and_go_back_to_it() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let set = |fields: &[(&str, &str)]| owner.submit("/settings", "/settings", fields);
    set(&[("organization_name", "Acme"), ("default_severity", "SEV4"), ("reopen_days", "3")])
        .leads_to("/settings?done=changed");
    let page = owner.page("/settings");
    assert!(
        page.contains(">Acme<") && page.contains("SEV4 Minimal") && page.contains(">3<"),
        "{page}"
    );
    set(&[("organization_name", ""), ("default_severity", ""), ("reopen_days", "")])
        .leads_to("/settings?done=changed");
    assert!(!owner.page("/settings").contains(">Acme<"));
    let wrong = set(&[("reopen_days", "99999")]);
    assert!(wrong.status == 400 && wrong.body.contains("role=\"alert\""), "{wrong:?}");
}

/// More services than a list holds.
pub(super) fn many_services(api: &Api<'_>) {
    for number in 0..201 {
        assert_eq!(api.post("/services", &json!({"name": format!("Many {number}")})).status, 201);
    }
}

#[test]
fn many_services_make_no_page_long() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    many_services(&Api::for_everything(&server));
    let options = |page: &str| page.matches("<option value=\"svc_").count();
    for path in ["/incidents", "/incidents/new", "/deploys", "/integrations"] {
        let page = owner.page(path);
        assert!(page.contains("<datalist") && options(&page) == 200, "{path}: {page}");
        assert!(page.len() < 100_000, "{path}: {}", page.len());
    }
    let page = owner.page("/incidents?service=ser-00002");
    assert!(
        page.contains("\"service-long\" value=\"svc_"),
        "what is chosen stands in the field: {page}"
    );
    // Of 203 the newest 200, and the rest behind a link.
    let page = owner.page("/services");
    assert!(page.contains("SER-00203") && !page.contains("SER-00003"), "{page}");
    assert!(page.contains("/services?cursor=SER-00004"), "{page}");
    let rest = owner.page("/services?cursor=SER-00004");
    assert!(rest.contains("SER-00003") && !rest.contains("SER-00004"), "{rest}");
    let found = owner.page("/services?q=many+77");
    assert!(found.contains("Many 77") && !found.contains("Many 78"), "{found}");
}
