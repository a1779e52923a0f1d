//! The Hub's cards: what each source sent in the last day.

use serde_json::json;

use crate::support::{Server, Visitor, alert};

/// The card of a source.
fn card<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, rest) =
        page.split_once(&format!("\">{name}</a></h2>")).unwrap_or_else(|| panic!("{page}"));
    rest.split_once("</li>").unwrap().0
}

#[test]
fn a_card_shows_the_last_day_and_how_much_of_it_went_wrong() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let hook = server.hook("custom");
    for key in ["a", "b", "c"] {
        assert_eq!(server.post(&hook, &alert(key)).status, 202);
    }
    assert_eq!(server.post(&hook, &json!({"title": 1})).status, 400);
    let name = server.cli.json(&["integration", "show", "custom"])["name"].clone();
    let page = owner.page("/integrations");
    let shown = card(&page, name.as_str().unwrap());
    assert!(shown.contains("4 in the last 24 hours, 25 % refused or failed (1)"), "{shown}");
    assert!(shown.contains("class=\"processed\"") && shown.contains("class=\"rejected\""));
    let name = server.cli.json(&["integration", "show", "grafana"])["name"].clone();
    let quiet = card(&page, name.as_str().unwrap());
    assert!(quiet.contains("nothing in the last 24 hours") && quiet.contains("nothing yet"));
    assert!(!quiet.contains("class=\"processed\""), "{quiet}");
    // What is older is not of the last day.
    let past =
        if server.cli.place().setting().is_some() { "interval '1 day'" } else { "86400000000" };
    server.cli.place().sql(&format!("UPDATE deliveries SET received_at = received_at - {past}"));
    let page = owner.page("/integrations");
    assert!(!page.contains("refused or failed ("), "{page}");
}

#[test]
fn a_source_that_nothing_proves_is_not_verified() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let check = |name: &str, expected: bool| {
        let shown = server.cli.json(&["integration", "show", name]);
        let hub = owner.page("/integrations");
        let own = owner.page(&format!("/integrations/{}", shown["id"].as_str().unwrap()));
        let is_on = |page: &str| page.contains("not verified");
        let on = [is_on(card(&hub, shown["name"].as_str().unwrap())), is_on(&own)];
        assert_eq!(on, [expected; 2], "{name}");
    };
    assert_eq!(server.post(&server.hook("custom"), &alert("a")).status, 202);
    check("custom", true);
    check("sentry", true);
    // Topics are always proven, and Alertmanager cannot sign.
    check("cloudwatch", false);
    check("alertmanager", false);
    server.cli.json(&["integration", "secret", "add", "custom"]);
    check("custom", false);
}
