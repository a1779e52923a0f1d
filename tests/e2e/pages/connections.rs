//! Connections on the pages: by a token, by an app, and their projects.

use serde_json::{Value, json};

use crate::connections::Source;
use crate::support::{Api, PASSWORD, Reply, SentryServer, Trouble, Visitor};

const SCOPES: [&str; 3] = ["org:read", "project:read", "event:read"];

fn is_refused(reply: &Reply, status: u16, said: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    super::is_safe(reply);
    assert!(reply.body.contains("role=\"alert\"") && reply.body.contains(said), "{reply:?}");
}

/// An organization that is connected by a token: the path of its page.
pub(super) fn connected(source: &Source, owner: &Visitor<'_>) -> String {
    let list = source.path("/connections");
    let token = source.sentry.internal_token("acme", &SCOPES);
    let base = source.sentry.base();
    let made = owner.submit(&list, &list, &[("token", &token), ("base_url", &base)]);
    let next = made.header("location").unwrap_or_else(|| panic!("{made:?}"));
    next.strip_suffix("?done=source").unwrap_or_else(|| panic!("{next}")).to_owned()
}

fn mappings(source: &Source) -> Value {
    source.api().get(&source.path("")).data()["projects"].clone()
}

/// Others read, and no more.
fn only_admins_change(source: &Source, list: &str, one: &str) {
    let api = Api::for_everything(&source.server);
    let responder = Visitor::with_role(&source.server, &api, "responder");
    for seen in [list, one] {
        let shown = responder.page(seen);
        assert!(shown.contains("Acme Corp") && !shown.contains("<main><form"), "{shown}");
    }
    assert_eq!(responder.get(&format!("{one}/projects")).status, 403);
    for form in ["", "/check", "/remove", "/map", "/unmap?project=shop", "/projects"] {
        let action = if form.is_empty() { list.to_owned() } else { format!("{one}{form}") };
        assert_eq!(responder.submit(one, &action, &[]).status, 403, "{action}");
    }
    for form in ["/app", "/app/remove"] {
        assert_eq!(responder.submit(one, &format!("{list}{form}"), &[]).status, 403, "{form}");
    }
}

#[test]
fn an_organization_is_connected_by_a_token_on_the_page_and_its_projects_mapped() {
    let source = Source::start();
    let owner = Visitor::owner(&source.server);
    let page = source.path("");
    let list = source.path("/connections");
    assert!(owner.page(&page).contains("no organization is connected"));
    super::is_safe(&owner.get(&list));
    let add = |token: &str| {
        let fields = [("token", token), ("client_secret", ""), ("base_url", &source.sentry.base())];
        owner.submit(&list, &list, &fields)
    };
    is_refused(&add(""), 400, "the token of an internal integration");
    is_refused(&add("not-a-token"), 400, "Invalid token");
    let weak = source.sentry.internal_token("acme", &["org:read"]);
    is_refused(&add(&weak), 400, "one without project:read, event:read");
    let token = source.sentry.internal_token("acme", &SCOPES);
    source.sentry.trouble("/api/0/", 1, Trouble::Status(503, ""));
    is_refused(&add(&token), 503, "Sentry");
    let made = add(&token);
    let next = made.header("location").unwrap_or_else(|| panic!("{made:?}")).to_owned();
    let one = next.strip_suffix("?done=source").unwrap_or_else(|| panic!("{next}")).to_owned();
    let shown = owner.page(&next);
    for told in ["Acme Corp", "connected", "org:read, project:read, event:read", "a token"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(!shown.contains(&token), "never shown");
    assert!(owner.page(&page).contains("Acme Corp: connected"));
    assert!(!owner.page("/integrations").contains("connection "), "all is well");

    let offers = format!("{one}/projects");
    let offered = owner.get(&offers);
    super::is_safe(&offered);
    assert!(offered.body.contains("shop") && offered.body.contains("billing"), "{offered:?}");
    let service = source.api().get("/services/SER-00002").data()["service_key"].clone();
    let key = service.as_str().unwrap();
    // However many projects there are, the services stand in the page once.
    let offer = format!("<option value=\"{key}\">");
    assert_eq!(offered.body.matches(&offer).count(), 1, "{offered:?}");
    let chosen = [("project", "billing"), ("service", ""), ("project", "shop"), ("service", key)];
    owner.submit(&offers, &offers, &chosen).leads_to(&format!("{one}?done=project"));
    let mapped = mappings(&source);
    assert_eq!((&mapped[0]["project"], mapped.as_array().unwrap().len()), (&json!("shop"), 1));
    is_refused(
        &owner.submit(&offers, &offers, &[("project", "billing"), ("service", "svc_NOBODY0000")]),
        400,
        "the key of a service",
    );
    let opened = source.alert(None, "shop", 1);
    assert_eq!(opened.said(), "processed/created");
    let incident = source.server.incident(&opened.incident());
    assert_eq!(incident["services"][0]["name"], "Demo Database", "the next delivery goes by it");
    assert_eq!(source.alert(None, "billing", 2).said(), "ignored/unmapped_project");
    let map = [("project", "Billing"), ("service", "SER-00001")];
    let map = owner.submit(&one, &format!("{one}/map"), &map);
    map.leads_to(&format!("{one}?done=project"));
    assert_eq!(source.alert(None, "billing", 3).said(), "ignored/mapping_disabled");
    is_refused(&owner.submit(&one, &format!("{one}/map"), &[]), 400, "1 to 200 characters");
    let unmap = owner.submit(&one, &format!("{one}/unmap?project=shop"), &[]);
    unmap.leads_to(&format!("{one}?done=project-gone"));
    assert_eq!(mappings(&source)[0]["project"], "billing");

    source.sentry.revoke(&token);
    owner.submit(&one, &format!("{one}/check"), &[]).leads_to(&format!("{one}?done=checked"));
    let shown = owner.page(&one);
    assert!(shown.contains("disconnected") && shown.contains("does not take the token"), "{shown}");
    is_refused(&owner.get(&offers), 503, "does not take the token");
    assert!(owner.page(&page).contains("Acme Corp: disconnected"));
    assert!(owner.page("/integrations").contains("connection lost"), "the Hub says it, too");

    only_admins_change(&source, &list, &one);
    owner.submit(&one, &format!("{one}/remove"), &[]).leads_to(&format!("{list}?done=source-gone"));
    assert_eq!(owner.get(&one).status, 404);
    let audit = source.api().get("/audit?limit=100").data().to_string();
    assert!(audit.contains("connection.added") && audit.contains("connection.removed"));
    assert!(audit.contains("olga@example.com") && !audit.contains(&token), "{audit}");
    let custom = source.server.cli.json(&["integration", "show", "custom"])["id"].clone();
    let none = format!("/integrations/{}/connections", custom.as_str().unwrap());
    assert_eq!(owner.get(&none).status, 404, "its sender is only listened to");
}

#[test]
fn an_app_is_entered_installed_and_connected_on_the_pages() {
    let source = Source::start();
    let owner = Visitor::owner(&source.server);
    let list = source.path("/connections");
    let base = source.sentry.base();
    let set = |slug: &str, secret: &str| {
        let fields = [
            ("slug", slug),
            ("client_id", SentryServer::CLIENT_ID),
            ("client_secret", secret),
            ("base_url", base.as_str()),
        ];
        owner.submit(&list, &format!("{list}/app"), &fields)
    };
    is_refused(&set("a b", SentryServer::CLIENT_SECRET), 400, "letters, digits and dashes");
    is_refused(&set(SentryServer::APP_SLUG, ""), 400, "none is stored yet");
    set(SentryServer::APP_SLUG, SentryServer::CLIENT_SECRET).leads_to(&format!("{list}?done=app"));
    let page = owner.page(&list);
    let install = format!("href=\"{base}/sentry-apps/watchbell/external-install/\"");
    assert!(page.contains(&install) && page.contains("/oauth/sentry/callback?integration=int_"));
    assert!(!page.contains(SentryServer::CLIENT_SECRET) && !page.contains("name=\"token\""));

    // Somebody who has not signed in comes back from Sentry, signs in with a password, and goes on.
    let installed = source.sentry.install("acme");
    let visitor = Visitor::stranger(&source.server);
    let asked = visitor.get(&format!("/oauth/sentry/callback?{}", installed.query()));
    assert_eq!(asked.status, 401);
    super::is_safe(&asked);
    let sign_in = "/sign-in?back=%2Foauth%2Fsentry%2Fcallback";
    assert!(asked.body.contains(&format!("href=\"{sign_in}\"")), "{asked:?}");
    let fields =
        [("email", "olga@example.com"), ("password", PASSWORD), ("back", "/oauth/sentry/callback")];
    visitor.submit(sign_in, "/sign-in", &fields).leads_to("/oauth/sentry/callback");
    let ask = visitor.get("/oauth/sentry/callback");
    assert_eq!(ask.status, 200, "{ask:?}");
    super::is_safe(&ask);
    assert!(ask.body.contains("Connect acme?") && ask.body.contains("aria-label=\"Main\""));
    let (_, rest) = ask.body.split_once("name=\"installing\" value=\"").unwrap();
    let installing = rest.split('"').next().unwrap();
    let csrf = crate::support::csrf_of(&ask.body);
    let fields = [
        ("installing", installing),
        ("csrf_token", csrf.as_str()),
        ("integration", source.integration.as_str()),
    ];
    let here = [("sec-fetch-site", "same-origin")];
    let done = visitor.post("/oauth/sentry/callback", &here, &fields);
    assert_eq!(done.status, 200, "{done:?}");
    super::is_safe(&done);
    assert!(done.body.contains("Acme Corp is connected. Now map its projects"), "{done:?}");
    let connection = source.api().get(&list).data()[0]["connection_id"].clone();
    let one = format!("{list}/{}", connection.as_str().unwrap());
    assert!(done.body.contains(&format!("href=\"{one}\"")), "{done:?}");
    let shown = owner.page(&one);
    assert!(shown.contains(&installed.uuid) && shown.contains("the app"), "{shown}");
    for secret in source.sentry.live_tokens(&installed.uuid) {
        assert!(!shown.contains(&secret));
    }
    is_refused(
        &owner.submit(&list, &format!("{list}/app/remove"), &[]),
        409,
        "organizations are connected by it",
    );
    owner.submit(&one, &format!("{one}/remove"), &[]).leads_to(&format!("{list}?done=source-gone"));
    owner
        .submit(&list, &format!("{list}/app/remove"), &[])
        .leads_to(&format!("{list}?done=app-gone"));
    assert_eq!(source.api().get(&source.path("/app")).status, 404);
}

#[test]
fn forms_of_a_connection_that_are_not_up_to_date_undo_nothing() {
    let source = Source::start();
    let owner = Visitor::owner(&source.server);
    let one = connected(&source, &owner);
    let (offers, api) = (format!("{one}/projects"), source.api());
    let put = |service: &str| {
        let found = api.get(&format!("/services/{service}")).data()["service_key"].clone();
        api.put(&source.path("/projects/shop"), &json!({"service_key": found, "is_active": false}));
    };
    let seen = |page: &str, action: &str| {
        let page = owner.page(page);
        let form = super::typed::form(&page, action);
        let (_, rest) = form.split_once("name=\"seen\" value=\"").expect("a version");
        rest.split('"').next().unwrap().to_owned()
    };
    let unseen = seen(&offers, &offers);
    put("SER-00001");
    let (map, unmap) = (format!("{one}/map"), format!("{one}/unmap?project=shop"));
    let old = seen(&one, &map);
    assert_eq!(seen(&one, &unmap), old);
    // Meanwhile somebody sends the project elsewhere.
    put("SER-00002");
    let now = mappings(&source);
    let shop = [("project", "shop"), ("service", "SER-00001"), ("active", "true")];
    let stale = [(&map, &shop[..], &old), (&unmap, &[], &old), (&offers, &shop[..2], &unseen)];
    for (action, fields, seen) in stale {
        let fields: Vec<_> = fields.iter().copied().chain([("seen", seen.as_str())]).collect();
        is_refused(&owner.submit(&one, action, &fields), 412, "was changed meanwhile");
        assert_eq!(mappings(&source), now, "{action}");
    }
    let new = seen(&one, &map);
    let fields: Vec<_> = shop.into_iter().chain([("seen", new.as_str())]).collect();
    owner.submit(&one, &map, &fields).leads_to(&format!("{one}?done=project"));
    let new = seen(&one, &unmap);
    let gone = owner.submit(&one, &unmap, &[("seen", &new)]);
    gone.leads_to(&format!("{one}?done=project-gone"));
    let new = seen(&offers, &offers);
    let fields: Vec<_> = shop[..2].iter().copied().chain([("seen", new.as_str())]).collect();
    owner.submit(&one, &offers, &fields).leads_to(&format!("{one}?done=project"));
}

#[test]
fn a_wrong_key_beside_one_project_loses_no_other() {
    let source = Source::start();
    let owner = Visitor::owner(&source.server);
    let one = connected(&source, &owner);
    let (offers, service) = (format!("{one}/projects"), "SER-00002");
    let action = format!("action=\"{offers}\"");
    let asked = source.sentry.asked().len();
    let submit = |shop: &str, seen: &str| {
        let fields = [
            ("seen", seen),
            ("project", "billing"),
            ("service", service),
            ("project", "shop"),
            ("service", shop),
        ];
        owner.submit(&one, &offers, &fields)
    };
    let seen = |page: &str| {
        let (_, form) = page.split_once(&action).expect("the form");
        let (_, rest) = form.split_once("name=\"seen\" value=\"").expect("a version");
        rest.split('"').next().unwrap().to_owned()
    };
    let keeps = |reply: &Reply, project: &str, key: &str| {
        let field = format!("Service: {project}\" value=\"{key}\"");
        let project = format!("name=\"project\" value=\"{project}\"");
        assert!(reply.body.contains(&field) && reply.body.contains(&project), "{field}: {reply:?}");
    };
    let old = seen(&owner.page(&offers));
    let listed = source.sentry.asked().len();
    assert!(listed > asked);
    for (shop, why) in [("SER-0000l", "the key of a service"), ("a\0b", "NUL")] {
        let wrong = submit(shop, &old);
        is_refused(&wrong, 400, why);
        keeps(&wrong, "billing", service);
        assert_eq!(seen(&wrong.body), old);
    }
    keeps(&submit("<SER>", &old), "shop", "&#60;SER&#62;");
    assert_eq!(mappings(&source), json!([]));
    // What somebody else mapped meanwhile stays as they did; what nobody mapped is still there.
    let theirs = json!({"service_key": "SER-00001", "is_active": false});
    source.api().put(&source.path("/projects/shop"), &theirs);
    let stale = submit("SER-00002", &old);
    is_refused(&stale, 412, "was changed meanwhile");
    keeps(&stale, "billing", service);
    assert!(!stale.body.contains("value=\"shop\""), "{stale:?}");
    assert!(stale.body.contains("<th scope=\"row\"><span class=\"code\">shop<"), "{stale:?}");
    let new = seen(&stale.body);
    let fields = [("seen", new.as_str()), ("project", "billing"), ("service", service)];
    owner.submit(&one, &offers, &fields).leads_to(&format!("{one}?done=project"));
    let mapped = mappings(&source);
    assert_eq!((&mapped[0]["project"], &mapped[0]["is_active"]), (&json!("billing"), &json!(true)));
    assert_eq!((&mapped[1]["project"], &mapped[1]["is_active"]), (&json!("shop"), &json!(false)));
    assert_eq!(source.sentry.asked().len(), listed, "the source was asked once");
}
