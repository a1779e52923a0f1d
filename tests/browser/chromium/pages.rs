//! Every page, looked at by axe in light and dark, narrow and wide; and a picture of each.

use serde_json::{Value, json};

use crate::driver::Browser;
use crate::support::{Api, PASSWORD, Server, alert, with};

/// Widths in pixels and what they are called.
const WIDTHS: [(u32, &str); 2] = [(320, "narrow"), (1440, "wide")];

/// What stands at the end of a link.
pub(crate) fn token_of(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

/// A server on which something is going on.
pub(crate) fn lively() -> Server {
    let server = Server::start();
    let api = Api::for_everything(&server);
    api.post("/teams", &json!({"name": "Payments", "description": "Cards and invoices"}));
    api.patch(
        "/services/SER-00001",
        &json!({"team": "Payments", "url": "https://api.example.com"}),
    );
    let made = api.post("/services/SER-00001/deploy-token", &json!({})).data();
    let token = made["deploy_token"].as_str().or(made["token"].as_str()).unwrap_or_default();
    let deploy = json!({
        "commit_sha": "4f2a9c1d77e0b3a5", "commit_message": "Retry payments twice", "branch": "main",
        "deployed_by": "grace", "environment": "production", "version": "2.14.0",
    });
    let headers = [("x-deploy-token", token), ("content-type", "application/json")];
    server.speak("POST", "/api/ingest/deploy", &headers, deploy.to_string().as_bytes());
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
    server.post(&hook, &json!({"title": 1}));
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

fn looked_at(browser: &Browser, name: &str, path: &str) {
    for (width, breadth) in WIDTHS {
        for scheme in ["light", "dark"] {
            browser.look(width, scheme);
            browser.go(path);
            let name = format!("{name}-{breadth}-{scheme}");
            browser.picture(&name);
            browser.axe(&name);
            let wider = browser.run("return document.documentElement.scrollWidth - innerWidth");
            assert!(wider.as_i64() <= Some(0), "{name} is {wider} px wider than the window");
        }
    }
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{name}: {complaints:?}");
}

#[test]
fn every_page_is_accessible_and_fits() {
    let server = lively();
    let browser = Browser::of(&server, true);
    looked_at(&browser, "sign-in", "/sign-in");
    let link = server.cli.json(&["user", "owner-link"]);
    let token = token_of(link["url"].as_str().unwrap()).to_owned();
    looked_at(&browser, "link", &format!("/sign-in/{token}"));
    looked_at(&browser, "link-dead", "/sign-in/no-such-link");
    signed_in(&server, &browser);
    let items = server.api("/api/v1/incidents?severity=SEV0").data();
    let number = items["items"][0]["incident_number"].as_str().unwrap().to_owned();
    let items = server.api("/api/v1/deliveries?outcome=processed").data();
    let delivery = items["items"][0]["delivery_id"].as_str().unwrap().to_owned();
    let source = items["items"][0]["integration_id"].as_str().unwrap().to_owned();
    let pages = [
        ("overview", "/".to_owned()),
        ("incidents", "/incidents".to_owned()),
        ("incidents-none", "/incidents?status=closed".to_owned()),
        ("incident", format!("/incidents/{number}")),
        ("incident-new", "/incidents/new".to_owned()),
        ("account", "/account".to_owned()),
        ("deliveries", "/deliveries".to_owned()),
        ("delivery", format!("/deliveries/{delivery}")),
        ("integrations", "/integrations".to_owned()),
        ("integration", format!("/integrations/{source}")),
        ("services", "/services".to_owned()),
        ("service", "/services/SER-00001".to_owned()),
        ("teams", "/teams".to_owned()),
        ("team", "/teams/Payments".to_owned()),
        ("users", "/users".to_owned()),
        ("user", "/users/olga@example.com".to_owned()),
        ("api-keys", "/api-keys".to_owned()),
        ("deploys", "/deploys".to_owned()),
        ("audit", "/audit".to_owned()),
        ("settings", "/settings".to_owned()),
    ];
    for (name, path) in pages {
        looked_at(&browser, name, &path);
    }
    let missing: Value = browser.run("return document.querySelectorAll('main h1').length");
    assert_eq!(missing, 1);
}

#[test]
fn what_is_not_there_is_a_page_too() {
    let server = Server::start();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    for (name, path) in [
        ("overview-empty", "/"),
        ("incidents-empty", "/incidents"),
        ("deliveries-empty", "/deliveries"),
    ] {
        looked_at(&browser, name, path);
    }
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
