//! The severity mapping of a linked service, and texts to paste, in the browser.

use serde_json::{Value, json};

use super::pages::signed_in;
use crate::driver::Browser;
use crate::support::Server;

/// An alert of Alertmanager's that is a problem of its own.
fn firing(key: &str) -> Value {
    json!({"version": "4", "status": "firing", "groupKey": key, "alerts": [{
        "status": "firing", "fingerprint": key, "startsAt": "2026-11-21T08:00:00Z",
        "labels": {"alertname": key, "severity": "warning"}, "annotations": {},
    }]})
}

#[test]
fn a_mapping_changed_in_the_browser_acts_on_the_next_delivery() {
    for with_scripts in [true, false] {
        let server = Server::start();
        let hook = server.add("alertmanager", "Cluster", &["--default-service", "SER-00002"]);
        let severity =
            |key: &str| server.post(&hook, &firing(key)).data()["alerts"][0]["severity"].clone();
        assert_eq!(severity("a"), "SEV2");
        let browser = Browser::of(&server, with_scripts);
        signed_in(&server, &browser);
        let items = server.all("/api/v1/integrations");
        let cluster = items.iter().find(|one| one["name"] == "Cluster").unwrap();
        browser.go(&format!("/integrations/{}", cluster["integration_id"].as_str().unwrap()));
        browser.click("#links details summary");
        browser.click("#links button[value=worst]");
        browser.sees("#links details[open] [role=status]", "Nothing is saved yet");
        assert_eq!(severity("b"), "SEV2", "nothing is stored");
        if with_scripts {
            for (width, scheme) in [(320, "dark"), (1440, "light")] {
                browser.look(width, scheme);
                browser.picture(&format!("mapping-{width}-{scheme}"));
                browser.axe("mapping");
                let wider = browser.run("return document.documentElement.scrollWidth - innerWidth");
                assert!(wider.as_i64() <= Some(0), "{wider} px wider than {width}");
            }
        }
        let row = "input[name=level][value=warning] + select";
        browser.write(row, "SEV0");
        browser.click("#links details[open] button.main");
        browser.sees("[role=status]", "The severity mapping is saved.");
        assert_eq!(severity("c"), "SEV0");
        assert!(browser.text("#links table").contains("do not create an incident"));
        // What is to be pasted is copied as it stands.
        assert_eq!(browser.has("button[data-copy^=guide]:not([hidden])"), with_scripts);
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
}
