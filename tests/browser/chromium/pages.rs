//! Every page, looked at by axe in light and dark, narrow and wide; and a picture of each.

use serde_json::json;

use crate::driver::Browser;
use crate::support::{Api, PASSWORD, Reply, SentryServer, Server, alert, with};

/// Widths in pixels and what they are called.
const WIDTHS: [(u32, &str); 3] = [(320, "narrow"), (1440, "wide"), (WIDEST, "widest")];
/// A tablet, and half of a screen: there tables turn into cards, or are narrow.
const BETWEEN: [u32; 2] = [820, 1_000];
/// The widest, of which there is a picture only: nothing else becomes of a page there than at the one before.
const WIDEST: u32 = 3840;

/// What stands at the end of a link.
pub(crate) fn token_of(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

/// The integration of Sentry's that the first run makes.
fn sentry_of(server: &Server) -> String {
    let shown = server.cli.json(&["integration", "show", "sentry"]);
    shown["id"].as_str().unwrap().to_owned()
}

/// A server on which something is going on, and which has a Sentry to ask.
pub(crate) fn lively() -> Server {
    let sentry = SentryServer::start();
    let server = Server::builder().set("outbound.origins", &sentry.base()).start();
    let api = Api::for_everything(&server);
    let token = sentry.internal_token("acme", &["org:read", "project:read", "event:read"]);
    let connections = format!("/integrations/{}/connections", sentry_of(&server));
    let done = |reply: Reply| {
        assert!(reply.status < 300, "{reply:?}");
        reply.data()
    };
    done(api.post(&connections, &json!({"token": token, "base_url": sentry.base()})));
    done(api.post("/teams", &json!({"name": "Payments", "description": "Cards and invoices"})));
    done(api.patch(
        "/services/SER-00001",
        &json!({"team": "Payments", "url": "https://api.example.com"}),
    ));
    let made = done(api.post("/services/SER-00001/deploy-token", &json!({})));
    let token = made["deploy_token"].as_str().unwrap();
    let deploy = json!({
        "commit_sha": "4f2a9c1d77e0b3a5", "commit_message": "Retry payments twice", "branch": "main",
        "deployed_by": "grace", "environment": "production", "version": "2.14.0",
    });
    let headers = [("x-deploy-token", token), ("content-type", "application/json")];
    let deploy = deploy.to_string();
    let told = server.speak("POST", "/api/ingest/deploy", &headers, deploy.as_bytes());
    assert_eq!(told.status, 202, "{told:?}");
    let ada = json!({"email": "ada@example.com", "name": "Ada", "role": "responder"});
    done(api.post("/users", &ada));
    let hook = server.hook("custom");
    let told: [(&str, &str, &str); 6] = [
        ("payments", "Payments fail with 502 for every fifth customer", "SEV0"),
        ("checkout", "Checkout takes longer than 2 s at the 95th percentile", "SEV1"),
        ("disk", "Disk of db-7 is 91 % full", "SEV2"),
        (
            "queue",
            "Mail queue has 12,431 entries, and a name_without_any_space_that_is_very_long_indeed",
            "SEV2",
        ),
        ("cert", "Certificate of api.example.com runs out in 13 days", "SEV3"),
        ("backup", "Backup took longer than usual", "SEV4"),
    ];
    for (key, title, severity) in told {
        let body = with(with(alert(key), "title", title), "severity", severity);
        let body = with(body, "description", "Seen from two regions.\nThe rest is quiet.");
        let body = with(body, "source_url", "https://grafana.example.com/d/1");
        let body = with(body, "source_name", "Grafana eu-1");
        let metadata = json!({"region": "eu-central-1", "release": "2.14.0", "host": "db-7"});
        let body = with(body, "metadata", metadata);
        // The worst is reported again and again.
        for _ in 0..if key == "payments" { 4 } else { 1 } {
            assert_eq!(server.post(&hook, &body).status, 202);
        }
    }
    assert_eq!(server.post(&hook, &json!({"title": 1})).status, 400);
    server
}

/// Signs in as the first owner by the link, through the page.
pub(crate) fn signed_in(server: &Server, browser: &Browser) {
    let link = server.cli.json(&["user", "owner-link"]);
    let token = token_of(link["url"].as_str().unwrap()).to_owned();
    browser.go(&format!("/sign-in/{token}"));
    browser.write("#email", "olga@example.com");
    browser.write("#name", "Olga");
    browser.write("#password", PASSWORD);
    browser.click("main button.main");
    // Where nothing has come in yet, the first steps are ahead.
    browser.sees("header .who", "olga@example.com");
}

/// A page that is looked at.
#[derive(Debug)]
pub(crate) struct Sight {
    /// What its pictures are called.
    name: &'static str,
    /// Its address in the documents.
    pub(crate) pattern: &'static str,
    /// An address of it.
    pub(crate) path: String,
    /// Who may see it, as the documents say.
    pub(crate) least: String,
}

/// The pages of the documents: addresses, and who may see them. That these are all there are is a test
/// beside the router.
fn told() -> Vec<(String, String)> {
    let rows =
        include_str!("../../../docs/pages.md").lines().filter(|line| line.starts_with("| `/"));
    let rows = rows.flat_map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (addresses, who) = (cells.next().unwrap(), cells.next().unwrap());
        let one = |address: &str| (address.trim().trim_matches('`').to_owned(), who.to_owned());
        addresses.split(',').map(one).collect::<Vec<_>>()
    });
    rows.collect()
}

/// Every page of the documents on a lively server, and no other. The stream is no page.
pub(crate) fn sights(server: &Server) -> Vec<Sight> {
    let items = server.api("/api/v1/incidents?severity=SEV0").data();
    let number = items["items"][0]["incident_number"].as_str().unwrap().to_owned();
    let items = server.api("/api/v1/deliveries?outcome=processed").data();
    let delivery = items["items"][0]["delivery_id"].as_str().unwrap().to_owned();
    let source = items["items"][0]["integration_id"].as_str().unwrap().to_owned();
    let link = server.cli.json(&["user", "owner-link"]);
    let token = token_of(link["url"].as_str().unwrap()).to_owned();
    let connections = format!("/integrations/{}/connections", sentry_of(server));
    let items = server.api(&format!("/api/v1{connections}")).data();
    let connection = format!("{connections}/{}", items[0]["connection_id"].as_str().unwrap());
    let projects = format!("{connection}/projects");
    let all = [
        ("sign-in", "/sign-in", "/sign-in".to_owned()),
        ("link", "/sign-in/{token}", format!("/sign-in/{token}")),
        ("overview", "/", "/".to_owned()),
        ("welcome", "/welcome", "/welcome".to_owned()),
        ("incidents", "/incidents", "/incidents".to_owned()),
        ("incident", "/incidents/{number}", format!("/incidents/{number}")),
        ("incident-new", "/incidents/new", "/incidents/new".to_owned()),
        ("account", "/account", "/account".to_owned()),
        ("deliveries", "/deliveries", "/deliveries".to_owned()),
        ("delivery", "/deliveries/{id}", format!("/deliveries/{delivery}")),
        ("integrations", "/integrations", "/integrations".to_owned()),
        ("integration", "/integrations/{id}", format!("/integrations/{source}")),
        ("connections", "/integrations/{id}/connections", connections),
        ("connection", "/integrations/{id}/connections/{connection}", connection),
        ("projects", "/integrations/{id}/connections/{connection}/projects", projects),
        ("services", "/services", "/services".to_owned()),
        ("service", "/services/{key}", "/services/SER-00001".to_owned()),
        ("teams", "/teams", "/teams".to_owned()),
        ("team", "/teams/{team}", "/teams/Payments".to_owned()),
        ("users", "/users", "/users".to_owned()),
        ("user", "/users/{user}", "/users/ada@example.com".to_owned()),
        ("api-keys", "/api-keys", "/api-keys".to_owned()),
        ("deploys", "/deploys", "/deploys".to_owned()),
        ("audit", "/audit", "/audit".to_owned()),
        ("settings", "/settings", "/settings".to_owned()),
    ];
    let told = told();
    let missing: Vec<_> = told
        .iter()
        .filter(|(path, _)| path != "/live")
        .filter(|(path, _)| !all.iter().any(|(_, pattern, _)| pattern == path))
        .collect();
    assert!(missing.is_empty(), "nobody looks at {missing:?}");
    let sight = |(name, pattern, path): (&'static str, &'static str, String)| {
        let (_, least) = told.iter().find(|(path, _)| path == pattern).expect(pattern);
        Sight { name, pattern, path, least: least.clone() }
    };
    all.into_iter().map(sight).collect()
}

pub(crate) fn looked_at(browser: &Browser, name: &str, path: &str) {
    browser.go(path);
    for scheme in ["light", "dark"] {
        for (width, breadth) in WIDTHS {
            browser.look(width, scheme);
            let name = format!("{name}-{breadth}-{scheme}");
            browser.picture(&name);
            if width < WIDEST {
                browser.axe(&name);
            }
            fits(browser, &name);
        }
    }
    for width in BETWEEN {
        browser.look(width, "light");
        fits(browser, &format!("{name}-{width}"));
    }
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{name}: {complaints:?}");
}

/// Nobody has to move the page from side to side.
fn fits(browser: &Browser, name: &str) {
    let wider = browser.run("return document.documentElement.scrollWidth - innerWidth");
    assert!(wider.as_i64() <= Some(0), "{name} is {wider} px wider than the window");
}

/// Looks at every second page, from this place in the list on.
fn look_at_every_second(first: usize) {
    let server = lively();
    let browser = Browser::of(&server, true);
    let sights = sights(&server);
    let (strangers, others): (Vec<_>, Vec<_>) =
        sights.into_iter().partition(|sight| sight.least == "all");
    if first == 0 {
        for Sight { name, path, .. } in strangers {
            looked_at(&browser, name, &path);
        }
        looked_at(&browser, "link-dead", "/sign-in/no-such-link");
    }
    signed_in(&server, &browser);
    for Sight { name, path, .. } in others.into_iter().skip(first).step_by(2) {
        looked_at(&browser, name, &path);
        assert_eq!(browser.run("return document.querySelectorAll('main h1').length"), 1, "{name}");
    }
}

// The two halves run side by side: an even place is in the one, an odd place in the other.

#[test]
fn every_page_is_accessible_and_fits() {
    look_at_every_second(0);
}

#[test]
fn every_other_page_is_accessible_and_fits() {
    look_at_every_second(1);
}

#[test]
fn what_is_not_there_is_a_page_too() {
    let server = Server::start();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    for (name, path) in [
        ("overview-empty", "/"),
        ("incidents-empty", "/incidents"),
        ("incidents-none", "/incidents?status=closed"),
        ("deliveries-empty", "/deliveries"),
        ("welcome-service", "/welcome?step=service"),
        ("welcome-source", "/welcome?step=source"),
    ] {
        looked_at(&browser, name, path);
    }
    browser.go("/welcome?step=source");
    browser.click("button[value=custom]");
    browser.sees("#next", "Next:");
    let place = browser.run("return document.getElementById('next').getAttribute('href')");
    let place = place.as_str().unwrap();
    looked_at(&browser, "welcome-test", place);
    looked_at(&browser, "welcome-waiting", &place.replace("step=test", "step=incident"));
    looked_at(&browser, "welcome-connected", &place.replace("step=test", "step=source"));
    // The browser itself notes an answer that is a 404.
    for (name, path) in [("not-found", "/nothing"), ("wrong", "/incidents?status=gone")] {
        for scheme in ["light", "dark"] {
            browser.look(1440, scheme);
            browser.go(path);
            browser.picture(&format!("{name}-wide-{scheme}"));
            browser.axe(name);
        }
    }
}
