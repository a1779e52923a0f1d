//! The first run, as a browser without scripts goes through it.

use crate::cloudwatch::{at, believing, post};
use crate::support::{Api, PASSWORD, Reply, Server, SnsOrigin, Visitor};

/// The part of an address behind `name=`.
fn part(reply: &Reply, name: &str) -> String {
    let address = reply.header("location").unwrap();
    let (_, rest) = address.split_once(&format!("{name}=")).expect(address);
    rest.split('&').next().unwrap().to_owned()
}

/// What stands between `before` and the next `<` or quotation mark.
fn after<'a>(page: &'a str, before: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("{before}: {page}"));
    rest.split(['<', '"']).next().unwrap()
}

/// The step that a page of the first run shows.
fn step(page: &str) -> &str {
    after(page, "<h2 id=\"step-head\">").split(':').next().unwrap()
}

#[test]
fn a_first_owner_is_led_from_the_link_to_the_first_incident() {
    let server = Server::start();
    let link = server.cli.json(&["user", "owner-link"]);
    let link = format!("/sign-in/{}", link["url"].as_str().unwrap().rsplit('/').next().unwrap());
    let owner = Visitor::stranger(&server);
    let fields = [("email", "olga@example.com"), ("name", "Olga"), ("password", PASSWORD)];
    owner.submit(&link, &link, &fields).leads_to("/welcome");
    let page = owner.page("/welcome");
    super::is_safe(&owner.get("/welcome"));
    assert_eq!(step(&page), "Name a service");
    assert!(page.contains("Demo API (SER-00001)") && page.contains("Skip: to the overview"));

    let empty = owner.submit("/welcome", "/welcome/service", &[("name", " "), ("rename", "")]);
    assert!(empty.status == 400 && empty.body.contains("role=\"alert\""), "{empty:?}");
    let named = [("name", "Checkout"), ("rename", "SER-00001")];
    let next = owner.submit("/welcome", "/welcome/service", &named);
    assert_eq!(part(&next, "done"), "named");
    let page = owner.page(next.header("location").unwrap());
    assert_eq!(step(&page), "Connect a source");
    assert!(page.contains("selected>Checkout (SER-00001)"), "{page}");
    for provider in watchbell_providers::PROVIDERS {
        assert!(page.contains(&format!("value=\"{}\"", provider.slug())), "{page}");
    }
    let service = part(&next, "service");
    assert_eq!(server.api("/api/v1/services/SER-00001").data()["name"], "Checkout");

    let audited = |api: &Api<'_>| api.get("/audit?action=key.revealed").data()["items"].clone();
    let api = Api::for_everything(&server);
    let before = audited(&api).as_array().unwrap().len();
    let fields = [("provider", "alertmanager"), ("service", service.as_str())];
    let connected = owner.submit("/welcome", "/welcome/source", &fields);
    assert_eq!(connected.status, 200, "{connected:?}");
    super::is_safe(&connected);
    assert!(connected.body.contains("How to set the sender up"), "{connected:?}");
    assert_eq!(audited(&api).as_array().unwrap().len(), before + 1, "that it was shown is told");
    let url = after(&connected.body, "<code id=\"webhook-url\">");
    assert!(url.ends_with(&server.cli.routing_key("alertmanager")), "{url}");
    // Whoever goes back leaves no trail: the one that waits is taken again.
    owner.submit("/welcome", "/welcome/source", &fields);
    let found = server.api("/api/v1/integrations?provider=alertmanager").data();
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    let id = found["items"][0]["integration_id"].as_str().unwrap().to_owned();
    assert!(connected.body.contains(&format!("/welcome?step=test&#38;source={id}")));

    let path = format!("/welcome?step=incident&source={id}");
    assert!(owner.page(&path).contains("Waiting for the first delivery."));
    let path = format!("/welcome?step=test&source={id}");
    assert_eq!(step(&owner.page(&path)), "Send a test alert");
    let sent = owner.submit(&path, "/welcome/test", &[("source", &id)]);
    sent.leads_to(&format!("/welcome?step=incident&source={id}"));
    // What is done is read from what is there: without any address it goes on where it was left.
    for path in ["/welcome", sent.header("location").unwrap()] {
        let page = owner.page(path);
        assert_eq!(step(&page), "See the incident");
        assert!(
            page.contains("It arrived.") && page.contains("<strong>created</strong>"),
            "{page}"
        );
        assert_eq!(page.matches("word good\">done").count(), 4, "{page}");
        let incident = after(&page, "id=\"incident\" href=\"").to_owned();
        assert!(owner.page(&incident).contains("Checkout"), "{incident}");
    }
}

#[test]
fn the_overview_leads_back_until_something_has_come_in() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let [responder, admin] = ["responder", "admin"].map(|r| Visitor::with_role(&server, &api, r));
    let told = "Go through the first steps";
    assert!(owner.page("/").contains(told) && admin.page("/").contains(told));
    assert!(!responder.page("/").contains(told));
    assert_eq!(responder.get("/welcome").status, 403);
    for form in ["service", "source", "test"] {
        let refused = responder.submit("/", &format!("/welcome/{form}"), &[]);
        assert_eq!(refused.status, 403, "{form}");
    }
    let number = super::incidents::opened(&server, "a");
    assert!(!owner.page("/").contains(told));
    // Whoever opens it all the same sees what came in last.
    assert!(admin.page("/welcome").contains(&format!("/incidents/{number}")));
}

#[test]
fn where_something_has_come_in_the_link_leads_to_the_overview() {
    let server = Server::start();
    super::incidents::opened(&server, "a");
    let link = server.cli.json(&["user", "owner-link"]);
    let link = format!("/sign-in/{}", link["url"].as_str().unwrap().rsplit('/').next().unwrap());
    let fields = [("email", "olga@example.com"), ("name", "Olga"), ("password", PASSWORD)];
    Visitor::stranger(&server).submit(&link, &link, &fields).leads_to("/");
}

#[test]
fn without_a_demo_everything_is_made_on_the_way() {
    let server = Server::builder().set("first_run.demo", "false").start();
    let owner = Visitor::owner(&server);
    let page = owner.page("/welcome");
    assert!(step(&page) == "Name a service" && !page.contains("name=\"rename\""), "{page}");
    // A step can be left out, but nothing is tested without a source.
    assert_eq!(step(&owner.page("/welcome?step=test")), "Connect a source");
    let none = owner.submit("/welcome", "/welcome/source", &[("provider", "custom")]);
    assert!((400..500).contains(&none.status), "{none:?}");
    let named = owner.submit("/welcome", "/welcome/service", &[("name", "Shop")]);
    let service = part(&named, "service");
    let fields = [("provider", "custom"), ("service", service.as_str())];
    let connected = owner.submit("/welcome", "/welcome/source", &fields);
    assert!(connected.body.contains("<code id=\"webhook-url\">"), "{connected:?}");
    // The only source is the one that is meant.
    let page = owner.page("/welcome");
    assert_eq!(step(&page), "Send a test alert");
    let id = after(&page, "name=\"source\" value=\"").to_owned();
    owner.submit("/welcome", "/welcome/test", &[("source", &id)]);
    assert!(owner.page("/welcome").contains("It arrived."));
    let wrong = [
        ("/welcome/source", [("provider", "nothing"), ("service", &service)]),
        ("/welcome/source", [("provider", "custom"), ("service", "SER-09999")]),
        ("/welcome/source", [("provider", "custom"), ("x", "y")]),
        ("/welcome/test", [("source", "int_1"), ("x", "y")]),
    ];
    for (form, fields) in wrong {
        let refused = owner.submit("/welcome", form, &fields);
        assert!((400..500).contains(&refused.status), "{fields:?}: {refused:?}");
        super::is_safe(&refused);
    }
    assert_eq!(owner.get("/welcome?step=fifth").status, 400);
    let gone = "/welcome?step=test&source=int_00000000000070008000000000000000";
    assert_eq!(owner.get(gone).status, 404);
}

#[test]
fn what_only_a_topic_can_send_says_what_to_do() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let found = server.api("/api/v1/integrations?provider=cloudwatch").data();
    let id = found["items"][0]["integration_id"].as_str().unwrap();
    let path = format!("/welcome?step=test&source={id}");
    let page = owner.page(&path);
    assert!(page.contains("set off an alarm by hand") && page.contains("<pre"), "{page}");
    assert!(!page.contains("action=\"/welcome/test\""), "{page}");
    let refused = owner.submit(&path, "/welcome/test", &[("source", id)]);
    assert!(refused.status == 409 && refused.body.contains("role=\"alert\""), "{refused:?}");
}

#[test]
fn nobody_takes_what_somebody_else_is_setting_up() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let admin = Visitor::with_role(&server, &api, "admin");
    let connected = |visitor: &Visitor<'_>, name: &str, rename: &str| {
        let fields = [("name", name), ("rename", rename)];
        let service = part(&visitor.submit("/welcome", "/welcome/service", &fields), "service");
        let fields = [("provider", "alertmanager"), ("service", service.as_str())];
        let reply = visitor.submit("/welcome", "/welcome/source", &fields);
        let url = after(&reply.body, "<code id=\"webhook-url\">").to_owned();
        (service, url)
    };
    // The first one takes the demo's, and it is theirs from then on.
    let (first, url) = connected(&owner, "Checkout", "SER-00001");
    let (second, other) = connected(&admin, "Search", "");
    assert_ne!(url, other);
    let found = server.api("/api/v1/integrations?provider=alertmanager").data();
    let defaults: Vec<_> = found["items"].as_array().unwrap().iter().collect();
    let default = |place: usize| defaults[place]["default_service_key"].as_str().unwrap();
    let mut now = [default(0), default(1)];
    let mut expected = [first.as_str(), second.as_str()];
    now.sort_unstable();
    expected.sort_unstable();
    assert_eq!((defaults.len(), now), (2, expected));
    for one in defaults {
        let mut linked = one["services"].as_array().unwrap().iter().map(|s| &s["service_key"]);
        let is_only_first = one["default_service_key"] == first.as_str();
        assert_eq!(linked.any(|key| key == second.as_str()), !is_only_first, "{one}");
    }
    // Only a name of the demo's is given away.
    let fields = [("name", "Mine"), ("rename", first.as_str())];
    let refused = admin.submit("/welcome", "/welcome/service", &fields);
    assert!(refused.status == 409 && refused.body.contains("has a name already"), "{refused:?}");
    assert_eq!(server.api("/api/v1/services/SER-00001").data()["name"], "Checkout");
}

#[test]
fn the_last_step_waits_for_an_incident_whatever_else_comes() {
    let sns = SnsOrigin::start();
    let server = believing(&[&sns]).start();
    let owner = Visitor::owner(&server);
    let hook = server.add("cloudwatch", "Alarms", &["--default-service", "SER-00001"]);
    let shown = server.cli.json(&["integration", "show", "Alarms"]);
    let path = format!("/welcome?step=incident&source={}", shown["id"].as_str().unwrap());
    let (test, waits) = ("aria-current=\"step\"", "hx-trigger=\"every 2s");
    let is_tested = |page: &str| {
        let line = page.lines().find(|line| line.contains("Send a test alert")).unwrap();
        assert!(!line.contains(test), "{line}");
        line.contains("word good")
    };
    // What is refused proves nothing.
    assert_eq!(server.post_bytes(&hook, &[], b"{").status, 400);
    let page = owner.page(&path);
    assert!(page.contains("<strong>malformed</strong>") && page.contains(waits), "{page}");
    assert!(!is_tested(&page), "{page}");
    let topic = SnsOrigin::topic("alarms");
    assert_eq!(
        post(&server, &hook, &sns.question(&topic, 2)).said(),
        "ignored/subscription_confirmed"
    );
    let page = owner.page(&path);
    assert!(page.contains("The topic&#39;s subscription was confirmed."), "{page}");
    assert!(page.contains(waits) && is_tested(&page) && !page.contains("It arrived."), "{page}");
    let alarm = sns.alarm(&topic, "errors", "ALARM", &at(10));
    let number = post(&server, &hook, &alarm).incident();
    // What comes afterwards does not take it away.
    let other = sns.notification(&topic, Some("deployed"), "Nothing is wrong.", 2);
    assert_eq!(post(&server, &hook, &other).said(), "ignored/not_an_alarm");
    let page = owner.page(&path);
    assert!(
        page.contains("It arrived.") && page.contains(&format!("/incidents/{number}")),
        "{page}"
    );
    assert!(page.contains("<strong>not_an_alarm</strong>") && !page.contains(waits), "{page}");
}

/// The value that is chosen in the only field for choosing, if one is.
fn chosen(page: &str) -> Option<&str> {
    let (before, _) = page.split_once("\" selected>")?;
    Some(before.rsplit("<option value=\"").next().unwrap())
}

#[test]
fn a_refused_name_is_for_what_it_was_for() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let key = |legacy: &str| {
        let service = server.api(&format!("/api/v1/services/{legacy}")).data();
        service["service_key"].as_str().unwrap().to_owned()
    };
    let (first, second) = (key("SER-00001"), key("SER-00002"));
    assert_eq!(chosen(&owner.page("/welcome")), None);
    let name = |name: &str, rename: &str| {
        owner.submit("/welcome", "/welcome/service", &[("name", name), ("rename", rename)])
    };
    let check = |typed: &str, rename: &str, status: u16, expected: &str| {
        let reply = name(typed, rename);
        assert_eq!(reply.status, status, "{typed:?} {rename}: {reply:?}");
        assert_eq!(chosen(&reply.body), Some(expected), "{typed:?} {rename}: {reply:?}");
    };
    check(" ", "", 400, "");
    check(" ", &first, 400, &first);
    check(" ", &second, 400, &second);
    assert_eq!(name("Checkout", &first).status, 303);
    // It says: make a new one. Then it is a new one that is chosen, and not the demo's other one.
    check("Mine", &first, 409, "");
    check("a\0b", &first, 400, "");
    assert_eq!(name("Mine", "").status, 303);
    assert_eq!(server.api("/api/v1/services/SER-00002").data()["name"], "Demo Database");
}
