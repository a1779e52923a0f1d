//! What a page says once, in answer to a form: no address shows it again, so it is looked at on the way.

use serde_json::json;

use super::pages::{lively, signed_in};
use crate::driver::Browser;
use crate::support::{Api, SentryServer, Server, SnsOrigin};

/// Looks at the page as it stands, without fetching it again.
fn looked_at_once(browser: &Browser, name: &str) {
    for (width, scheme) in [(320, "dark"), (1440, "light")] {
        browser.look(width, scheme);
        let name = format!("answer-{name}-{width}-{scheme}");
        browser.picture(&name);
        browser.axe(&name);
    }
}

/// Sends the form that goes to an address that ends so, and looks at the answer, which says `told` there.
fn sent(browser: &Browser, end: &str, css: &str, told: &str, name: &str) {
    browser.click(&format!("main form[action$='{end}'] button:not([type=button])"));
    browser.sees(css, told);
    looked_at_once(browser, name);
}

#[test]
fn what_is_said_once_is_accessible_and_fits() {
    let server = lively();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    let custom = server.path_of("Custom webhook");
    browser.go(&custom);
    sent(&browser, "/reveal", "#webhook-url", "/webhooks/", "webhook-url");
    sent(&browser, "/secrets", "section.card", "shown this once", "secret");
    // The browser would not send it, so it is told to.
    browser.run("document.querySelector('#rate').type = 'text'");
    browser.write("#rate", "many");
    browser.write("#name", " and more");
    sent(&browser, "/settings", "[role=alert]", "Rate limit", "refused");
    let kept = browser.run("return document.querySelector('#name').value");
    assert!(kept.as_str().unwrap().ends_with(" and more"), "{kept}");
    browser.go("/services/SER-00001");
    sent(&browser, "/deploy-token", "section.card", "shown this once", "deploy-token");
    browser.go("/api-keys");
    browser.write("input[name=name]", "Exporter");
    sent(&browser, "/api-keys", "section.card", "shown this once", "api-key");
    let sentry = server.path_of("Sentry");
    browser.go(&sentry);
    browser.click("#projects summary");
    browser.write("#project", "shop");
    sent(&browser, "/projects", "#projects", "opens incidents", "project");
    sent(&browser, "/rule-form", "#rule-form-text", "alert-rule-action", "rule-form");
    let refused = server.newest("invalid_field")["delivery_id"].as_str().unwrap().to_owned();
    browser.go(&format!("/deliveries/{refused}"));
    sent(&browser, "/rehearse", "#would", "invalid_field", "rehearsal");
}

#[test]
fn what_a_source_asks_people_is_accessible_and_fits() {
    let (sns, sentry) = (SnsOrigin::start(), SentryServer::start());
    let (path, name) = (SnsOrigin::CERTIFICATE_PATH, SnsOrigin::CERTIFICATE_NAME);
    let origins = format!("{}{path} {name}", sns.origin());
    let server = Server::builder().set("sns.origins", &origins);
    let server = server.set("outbound.origins", &sentry.base()).start();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    let hook = server.add("cloudwatch", "Alarms", &["--default-service", "SER-00001"]);
    server.post(&hook, &sns.question(&SnsOrigin::topic("first"), 1));
    server.post(&hook, &sns.question(&SnsOrigin::topic("second"), 1));
    browser.go(&server.path_of("Alarms"));
    browser.sees("main", "Let it in");
    looked_at_once(&browser, "topics");
    let app = json!({
        "slug": SentryServer::APP_SLUG, "client_id": SentryServer::CLIENT_ID,
        "client_secret": SentryServer::CLIENT_SECRET, "base_url": sentry.base(),
    });
    let set = Api::for_everything(&server).put(&format!("{}/app", server.path_of("Sentry")), &app);
    assert_eq!(set.status, 200, "{set:?}");
    browser.go(&format!("/oauth/sentry/callback?{}", sentry.install("acme").query()));
    browser.sees("h1", "Connect acme?");
    looked_at_once(&browser, "installed");
    sent(&browser, "/callback", "main", "is connected", "connected");
}
