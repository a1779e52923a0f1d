//! Every provider's source is connected, tested and seen.

use serde_json::json;

use super::pages::signed_in;
use crate::driver::Browser;
use crate::support::{Server, SnsOrigin};

#[test]
fn each_provider_is_connected_and_its_first_alert_is_seen() {
    let sns = SnsOrigin::start();
    let (path, name) = (SnsOrigin::CERTIFICATE_PATH, SnsOrigin::CERTIFICATE_NAME);
    let origins = format!("{}{path} {name}", sns.origin());
    let server = Server::builder().set("sns.origins", &origins).start();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    for provider in watchbell_providers::PROVIDERS {
        let slug = provider.slug();
        let name = format!("Mine: {slug}");
        browser.go("/integrations");
        browser.choose("#provider", slug);
        browser.write("#name", &name);
        browser.click("form[action$='/integrations'] button.main");
        browser.sees("[role=status]", "It is connected.");
        browser.sees("h1", &name);
        assert!(browser.has(".guide pre"), "{slug} has a guide with something to paste");
        let place = browser.place();
        let page = place.split('?').next().unwrap();
        if browser.has("form[action$='/test']") {
            browser.click("form[action$='/test'] button");
            browser.sees("[role=status]", "The test alert went through.");
        } else {
            // Only a topic can send it: one asks for its confirmation, and then an alarm goes off.
            browser.click("form[action$='/reveal'] button");
            browser.sees("#webhook-url", "/webhooks/");
            let topic = SnsOrigin::topic("alarms");
            let url = browser.text("#webhook-url");
            let (_, key) = url.split_once("/webhooks/").unwrap();
            let url = format!("{}/webhooks/{key}", server.url);
            for envelope in [
                sns.question(&topic, 2),
                sns.alarm(&topic, "errors", "ALARM", "2026-11-21T08:10:00.000+0000"),
            ] {
                assert_eq!(server.post(&url, &envelope).status, 202);
            }
            browser.go(page);
            browser.sees("#log", "subscription_confirmed");
            browser.click("#log tbody tr:first-child th a");
        }
        browser.sees("h1", "Delivery");
        assert!(browser.text("main").contains("created"), "{slug}");
        browser.click("main td a[href*='/incidents/']");
        browser.sees("#timeline", "Opened");
        assert!(browser.text("main").contains(&name), "{slug}: the incident says where it is from");
        browser.go(page);
        browser.sees("#log", "created");
        browser.go("/integrations");
        let card =
            "return [...document.querySelectorAll('.card')].find(c => c.textContent.includes";
        let card = browser.run(&format!("{card}({})).textContent", json!(name)));
        assert!(card.as_str().unwrap().contains("heard"), "{slug}: {card}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_delivery_is_rehearsed_and_then_run_again() {
    let server = Server::start();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    let hook = server.hook("custom");
    let body = json!({"title": "Disk full", "service_id": "late", "dedup_key": "d"});
    assert_eq!(server.post(&hook, &body).status, 400);
    let id = server.newest("invalid_field")["delivery_id"].as_str().unwrap().to_owned();
    browser.go(&format!("/deliveries/{id}"));
    browser.sees("main", "invalid_field");
    browser.click("form[action$='/rehearse'] button.main");
    browser.sees("#would", "invalid_field");
    // The service that it names is added, by hand.
    browser.go("/services");
    browser.write("input[name=name]", "Late");
    browser.write("input[name=key]", "late");
    browser.click("main form[method=post] button.main");
    browser.sees("[role=status]", "It is added.");
    browser.go(&format!("/deliveries/{id}"));
    browser.click("form[action$='/rehearse'] button.main");
    browser.sees("#would", "created");
    assert_eq!(server.all("/api/v1/incidents").len(), 0, "looking changes nothing");
    browser.click("button[formaction$='/replay']");
    browser.sees("[role=status]", "It was run again.");
    assert!(!browser.place().contains(&id), "it is a delivery of its own");
    browser.sees("main", "created");
    browser.click("main td a[href*='/incidents/']");
    browser.sees("h1", "Disk full");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
