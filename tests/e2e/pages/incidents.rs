//! The list of incidents, and one of them.

use serde_json::{Value, json};

use crate::support::{Api, Server, Visitor, alert, with};

/// An incident of the demo's own webhook with this key.
pub(super) fn opened(server: &Server, key: &str) -> String {
    server.post(&server.hook("custom"), &alert(key)).incident()
}

fn titled(server: &Server, hook: &str, key: &str, title: &str, severity: &str) -> String {
    let body = with(with(alert(key), "title", title), "severity", severity);
    server.post(hook, &body).incident()
}

#[test]
fn the_list_shows_what_is_asked_for() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let empty = owner.page("/incidents");
    assert!(empty.contains("Nothing is open.") && empty.contains("by themselves"), "{empty}");
    assert!(owner.page("/").contains("All quiet."));
    let hook = server.hook("custom");
    let disk = titled(&server, &hook, "disk", "Disk full on db-7", "SEV0");
    let slow = titled(&server, &hook, "slow", "Checkout is slow", "SEV2");
    let cert = titled(&server, &hook, "cert", "Certificate runs out", "SEV3");
    let path = format!("/incidents/{cert}");
    let moved = owner.submit(&path, &format!("{path}/status"), &[("status", "resolved")]);
    moved.leads_to(&format!("{path}?done=status"));
    let all = [("disk", &disk), ("slow", &slow), ("cert", &cert)];
    let check = |query: &str, expected: &[&str]| {
        let page = owner.page(&format!("/incidents{query}"));
        for (name, number) in all {
            let is_there = page.contains(&format!("id=\"{number}\""));
            assert_eq!(is_there, expected.contains(&name), "{query} {name}: {page}");
        }
    };
    check("", &["disk", "slow"]);
    check("?status=all", &["disk", "slow", "cert"]);
    check("?status=over", &["cert"]);
    check("?status=resolved", &["cert"]);
    check("?severity=SEV0", &["disk"]);
    check("?severity=SEV0&severity=SEV2", &["disk", "slow"]);
    check("?service=SER-00001", &["disk", "slow"]);
    check("?service=SER-00002", &[]);
    check("?team=nobody", &[]);
    check("?mine=true", &[]);
    check("?q=CHECKOUT", &["slow"]);
    check("?q=full+disk", &["disk"]);
    check("?q=demo+api", &["disk", "slow"]);
    check("?q=nothing+of+the+kind", &[]);
    check("?q=certificate", &[]);
    check("?q=certificate&status=all", &["cert"]);
    let among_all = "href=\"/incidents?q=certificate&#38;status=all\"";
    let none = owner.page("/incidents?q=certificate");
    assert!(none.contains(among_all), "{none}");
    check("?q=&status=&service=&team=", &["disk", "slow"]);
    let number = slow.to_lowercase();
    owner.get(&format!("/incidents?q={number}")).leads_to(&format!("/incidents/{slow}"));
    check("?q=INC-2000-001", &[]);
    assert!(owner.page("/incidents?q=nothing").contains("No incident fits these filters."));
}

#[test]
fn a_long_list_is_walked_through_without_losing_any() {
    let server = Server::builder().start();
    let owner = Visitor::owner(&server);
    let hook = server.add("custom", "Many", &["--service", "SER-00001", "--rate-limit", "0"]);
    for part in 0..2 {
        let many: Vec<Value> = (0..60).map(|n| alert(&format!("many-{part}-{n}"))).collect();
        assert_eq!(server.post(&hook, &json!(many)).status, 202);
    }
    for words in ["", "disk"] {
        let mut numbers = std::collections::BTreeSet::new();
        let mut path = format!("/incidents?q={words}");
        let mut pages = 0;
        loop {
            let page = owner.page(&path);
            pages += 1;
            numbers.extend(
                page.split("<a id=\"")
                    .skip(1)
                    .map(|rest| rest.split('"').next().unwrap().to_owned()),
            );
            let older = page.split("<a class=\"button\" href=\"").skip(1).find_map(|rest| {
                let (address, text) = rest.split_once("\">")?;
                let is_older = text.starts_with("Older") || text.starts_with("Search further");
                is_older.then(|| address.replace("&amp;", "&").replace("&#38;", "&"))
            });
            let Some(older) = older else { break };
            path = older;
        }
        assert_eq!((numbers.len(), pages), (120, 3), "{words:?}");
    }
}

#[test]
fn people_work_on_an_incident() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let number = opened(&server, "work");
    let path = format!("/incidents/{number}");
    let done = |form: &str, fields: &[(&str, &str)], word: &str, said: &str| {
        let sent = owner.submit(&path, &format!("{path}/{form}"), fields);
        let next = format!("{path}?done={word}");
        sent.leads_to(&next);
        assert!(owner.page(&next).contains(said), "{form}");
    };
    let page = owner.page(&path);
    assert!(page.contains("href=\"/services/svc_") && page.contains("href=\"/integrations/int_"));
    done("acknowledge", &[], "acknowledged", "It is acknowledged.");
    done("severity", &[("severity", "SEV0")], "changed", "SEV0 Critical");
    done("status", &[("status", "fixing"), ("comment", "a part is ordered")], "status", "fixing");
    done("assign", &[("assigned_to", "")], "changed", "assigned to nobody");
    done("assign", &[("assigned_to", "olga@example.com")], "changed", "assigned to olga");
    done("comments", &[("comment", "two\r\nlines")], "comment", "two\nlines");
    done("texts", &[("title", "Disk is full"), ("description", "new")], "changed", "Disk is full");
    let incident = server.incident(&number);
    assert_eq!(incident["severity"], "SEV0");
    assert_eq!(incident["status"], "fixing");
    assert_eq!(incident["assigned_to"], "olga@example.com");
    assert_eq!(incident["acknowledged_by"]["name"], "olga@example.com");
    assert_eq!(
        (&incident["title"], &incident["description"]),
        (&json!("Disk is full"), &json!("new"))
    );
    let api = Api::for_everything(&server);
    let audited = api.get("/incidents?assigned_to=olga@example.com").data();
    assert_eq!(audited["items"].as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_done_is_said_on_the_incidents_own_page() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let number = opened(&server, "no");
    let path = format!("/incidents/{number}");
    let refused = |form: &str, fields: &[(&str, &str)], status: u16, said: &str| {
        let reply = owner.submit(&path, &format!("{path}/{form}"), fields);
        assert_eq!(reply.status, status, "{form}: {reply:?}");
        super::is_safe(&reply);
        assert!(reply.body.contains(said) && reply.body.contains("role=\"alert\""), "{reply:?}");
        assert!(reply.body.contains("<h1 id=\"title\">"), "the incident is still there: {reply:?}");
    };
    refused("status", &[("status", "closed")], 409, "may become investigating, fixing");
    refused("status", &[("status", "gone")], 400, "a status");
    refused("status", &[], 400, "a status");
    refused("severity", &[("severity", "bad")], 400, "SEV0, SEV1");
    refused("assign", &[("assigned_to", "nobody@example.com")], 400, "an active user");
    refused("comments", &[("comment", "  ")], 400, "1 to 5000 characters");
    let long = "wort ".repeat(1_001);
    refused("comments", &[("comment", &long)], 400, "wort wort wort");
    refused("texts", &[("title", "")], 400, "1 to 200 characters");
    refused("texts", &[("title", "x"), ("more", "y")], 400, "an unknown parameter");
    let taken = owner.submit(&path, &format!("{path}/acknowledge"), &[]);
    assert_eq!(taken.status, 303);
    refused("acknowledge", &[], 409, "was acknowledged already");
    assert_eq!(owner.submit(&path, "/incidents/INC-2000-001/acknowledge", &[]).status, 404);
}

#[test]
fn somebody_opens_an_incident_by_hand() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let viewer = Visitor::with_role(&server, &api, "viewer");
    assert!(owner.page("/incidents").contains("href=\"/incidents/new\""));
    assert!(!viewer.page("/incidents").contains("/incidents/new"));
    assert_eq!(viewer.get("/incidents/new").status, 403);
    let page = owner.get("/incidents/new");
    super::is_safe(&page);
    let fields = |title: &'static str, service: &'static str, once: &'static str| {
        [
            ("title", title),
            ("service", service),
            ("severity", "SEV1"),
            ("description", "since noon\r\nor so"),
            ("also", "SER-00002\r\n"),
            ("once", once),
        ]
    };
    let refused = owner.submit("/incidents/new", "/incidents", &fields(" ", "nobody", "1"));
    assert_eq!(refused.status, 400);
    super::is_safe(&refused);
    assert!(refused.body.contains("1 to 200 characters"), "{refused:?}");
    assert!(refused.body.contains("SER-00002") && refused.body.contains("or so"), "what was typed");
    let unknown = owner.submit("/incidents/new", "/incidents", &fields("Down", "nobody", "1"));
    assert!(unknown.status == 400 && unknown.body.contains("nobody"), "{unknown:?}");
    // A form that is sent twice opens one.
    let send = || owner.submit("/incidents/new", "/incidents", &fields("Down", "SER-00001", "2"));
    let opened = send();
    let path = opened.header("location").unwrap().to_owned();
    send().leads_to(&path);
    let number = path.strip_prefix("/incidents/").unwrap().strip_suffix("?done=opened").unwrap();
    let page = owner.page(&path);
    assert!(page.contains("It is open.") && page.contains("It was opened by hand"), "{page}");
    assert!(!page.contains("id=\"occurrences\""), "nothing reported it");
    let incident = server.incident(number);
    assert_eq!((&incident["title"], &incident["severity"]), (&json!("Down"), &json!("SEV1")));
    assert_eq!(incident["description"], "since noon\nor so");
    let listed = api.get("/incidents").data();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    // With another title it says what it opened, and is another form from then on.
    let other = fields("Down again", "SER-00001", "2");
    let told = owner.submit("/incidents/new", "/incidents", &other);
    assert_eq!(told.status, 409, "{told:?}");
    super::is_safe(&told);
    assert!(told.body.contains(&format!("{number} was opened by this form already")), "{told:?}");
    assert!(told.body.contains(&format!("href=\"/incidents/{number}\"")), "{told:?}");
    assert!(told.body.contains("value=\"Down again\""), "what was typed: {told:?}");
    let (_, once) = told.body.split_once("name=\"once\" value=\"").unwrap();
    let mut other = other;
    other[5].1 = once.split('"').next().unwrap();
    assert_eq!(owner.submit("/incidents/new", "/incidents", &other).status, 303);
}

#[test]
fn reports_are_drawn_over_time_for_everybody_who_reads() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let viewer = Visitor::with_role(&server, &Api::for_everything(&server), "viewer");
    let number = opened(&server, "again");
    let page = viewer.page(&format!("/incidents/{number}"));
    assert!(page.contains("<p>One report</p>"), "{page}");
    for _ in 0..3 {
        assert_eq!(opened(&server, "again"), number);
    }
    // Another's do not count.
    opened(&server, "another");
    for visitor in [&owner, &viewer] {
        let page = visitor.page(&format!("/incidents/{number}"));
        assert!(page.contains("<p>4 reports, over "), "{page}");
        assert!(page.contains("<rect class=\"bar\"") && !page.contains("There are more"), "{page}");
    }
}
