//! What each role is offered, and what it is refused.

use serde_json::json;

use super::pages::{Sight, lively, sights, signed_in, token_of};
use crate::driver::Browser;
use crate::support::{Api, PASSWORD};

/// The roles, from the least, and what the documents call them.
const ROLES: [(&str, &str); 4] =
    [("viewer", "viewers"), ("responder", "responders"), ("admin", "admins"), ("owner", "owners")];

/// What stands in the navigation of each.
const VIEWER: &str =
    "Overview, Incidents, Integrations Hub, Services, Teams, Deploys, Users, Settings";
const RESPONDER: &str =
    "Overview, Incidents, Integrations Hub, Event log, Services, Teams, Deploys, Users, Settings";
const ADMIN: &str = "Overview, Incidents, Integrations Hub, Event log, Services, Teams, Deploys, \
                     Users, API keys, Audit log, Settings";

#[test]
fn each_role_sees_what_it_may_and_nothing_else() {
    let server = lively();
    let api = Api::for_everything(&server);
    let sights = sights(&server);
    for (rank, (role, _)) in ROLES.into_iter().enumerate() {
        let browser = Browser::of(&server, true);
        if role == "owner" {
            signed_in(&server, &browser);
        } else {
            let email = format!("{role}@example.com");
            let invited = json!({"email": email, "name": role, "role": role});
            let invited = api.post("/users", &invited).data();
            browser.go(&format!("/sign-in/{}", token_of(invited["link"].as_str().unwrap())));
            browser.write("#password", PASSWORD);
            browser.click("main button.main");
            browser.sees("header .who", &email);
        }
        let places = "return [...document.querySelectorAll('header nav a')].map(a => a.textContent).join(', ')";
        let expected = match role {
            "viewer" => VIEWER,
            "responder" => RESPONDER,
            _ => ADMIN,
        };
        assert_eq!(browser.run(places), expected, "{role}");
        for Sight { path, pattern, least, .. } in &sights {
            if least == "all" {
                continue;
            }
            browser.go(path);
            // Whoever has signed in is a viewer at least.
            let needed = ROLES.iter().position(|(_, name)| name == least).unwrap_or(0);
            if rank < needed {
                assert_eq!(browser.text("h1"), "Not allowed", "{role} at {path}");
                assert!(browser.text("main").contains("Ask an admin"), "{role} at {path}");
            } else {
                assert_ne!(browser.text("h1"), "Not allowed", "{role} at {path}");
            }
            // Whoever may only read is offered no form; responders work on incidents and deliveries.
            let forms = "return document.querySelectorAll('main form[method=post]').length";
            let forms = browser.run(forms).as_i64().unwrap();
            let works = pattern.starts_with("/incidents/") || pattern.starts_with("/deliveries/");
            let own = *pattern == "/account";
            match role {
                "viewer" => assert_eq!(forms > 0, own, "{path}"),
                "responder" => assert_eq!(forms > 0, works || own, "{path}"),
                _ => {}
            }
        }
    }
}
