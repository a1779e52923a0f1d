//! The Sentry App JSON on its integration's page, and the guide in three levels.

use crate::support::{Api, Server, Visitor};

/// Text of a page as a browser hands it to the clipboard.
fn unescaped(html: &str) -> String {
    let entities =
        [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    entities.iter().fold(html.to_owned(), |text, (entity, is)| text.replace(entity, is))
}

/// What the copy button copies.
fn shown(page: &str) -> String {
    let (_, rest) =
        page.split_once("<code id=\"rule-form-text\">").unwrap_or_else(|| panic!("{page}"));
    unescaped(rest.split_once("</code>").unwrap().0)
}

#[test]
fn the_app_json_of_the_page_is_that_of_the_api_to_the_byte() {
    let server = Server::builder().set("server.public_url", "http://proxy.example").start();
    let api = Api::for_everything(&server);
    let owner = Visitor::owner(&server);
    server.add("sentry", "Ours", &["--service", "SER-00002", "--service", "SER-00001"]);
    let id = server.cli.json(&["integration", "show", "Ours"])["id"].as_str().unwrap().to_owned();
    let key = server.cli.routing_key("Ours");
    // Whatever a service is called: it is the same text.
    let name = "Checkout & <Cart> \"v2\" 'ü' \\ \u{1F514}";
    assert_eq!(api.patch("/services/SER-00002", &serde_json::json!({"name": name})).status, 200);
    let path = format!("/integrations/{id}");
    let page = owner.page(&path);
    assert!(page.contains("Sentry App JSON") && !page.contains(&key), "{page}");
    let told = || api.get("/audit?action=key.revealed").data()["items"].as_array().unwrap().len();
    for extended in ["false", "true"] {
        let before = told();
        let form = [("extended", extended)];
        let reply = owner.submit(&path, &format!("{path}/rule-form"), &form);
        assert_eq!(reply.status, 200, "{reply:?}");
        super::is_safe(&reply);
        assert_eq!(told(), before + 1, "showing it is told");
        let answer = api.get(&format!("/integrations/{id}/rule-form?extended={extended}"));
        let json = shown(&reply.body);
        assert_eq!(json, answer.data_as_it_stands(), "{extended}");
        assert!(json.contains(&format!("/api/integrations/sentry/{key}/webhook")), "{json}");
        assert_eq!(json.contains("optional_fields"), extended == "true");
        assert_eq!(json.contains("issue-link"), extended == "true");
        assert!(answer.data()["elements"][0].to_string().contains("v2"), "{answer:?}");
        let mut printed = vec!["integration", "sentry-json", "Ours"];
        printed.extend((extended == "true").then_some("--extended"));
        let printed = String::from_utf8(server.cli.run(&printed).stdout).unwrap();
        assert_eq!(printed.trim_end(), json, "the command line, too");
    }
    assert!(!owner.page(&path).contains(&key), "once");
    let wrong = owner.submit(&path, &format!("{path}/rule-form"), &[("extended", "perhaps")]);
    assert!(wrong.status == 400 && wrong.body.contains("role=\"alert\""), "{wrong:?}");
    for role in ["viewer", "responder"] {
        let visitor = Visitor::with_role(&server, &api, role);
        assert!(!visitor.page(&path).contains("/rule-form\""), "{role}");
        let refused = visitor.submit(&path, &format!("{path}/rule-form"), &[]);
        assert_eq!(refused.status, 403, "{role}");
    }
}

#[test]
fn without_a_linked_service_there_is_nothing_to_choose() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    server.add("sentry", "Bare", &[]);
    let id = server.cli.json(&["integration", "show", "Bare"])["id"].as_str().unwrap().to_owned();
    let path = format!("/integrations/{id}");
    assert!(owner.page(&path).contains("Link a service first"));
    let refused = owner.submit(&path, &format!("{path}/rule-form"), &[("extended", "false")]);
    assert!(refused.status == 409 && refused.body.contains("link a service first"), "{refused:?}");
    let custom = server.cli.json(&["integration", "show", "custom"])["id"].clone();
    let path = format!("/integrations/{}", custom.as_str().unwrap());
    assert!(!owner.page(&path).contains("id=\"rule-form\""), "only where the source has one");
    let refused = owner.submit(&path, &format!("{path}/rule-form"), &[]);
    assert!(refused.status == 409 && refused.body.contains("has no form"), "{refused:?}");
}

#[test]
fn sentrys_guide_has_three_levels_on_the_page_in_the_api_and_on_the_command_line() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let owner = Visitor::owner(&server);
    let shown = server.cli.json(&["integration", "show", "sentry"]);
    let id = shown["id"].as_str().unwrap();
    let page = unescaped(&owner.page(&format!("/integrations/{id}")));
    let guide = api.get(&format!("/integrations/{id}/guide")).data();
    let guide = guide["markdown"].as_str().unwrap();
    let printed = server.cli.json(&["integration", "guide", "sentry"]);
    assert!(printed["markdown"].as_str().unwrap().contains("# Level 3: writing back"), "{printed}");
    for told in [
        "Level 1: routing only",
        "Level 2: resolving with Sentry",
        "Level 3: writing back",
        "Alert on all issues in selected projects",
        "Continuous Integration (CI)",
        "Authorized JavaScript Origins",
        "Read & Write",
        "Action Throttle",
        "What that opens",
        "missing_service",
    ] {
        assert!(page.contains(told) && guide.contains(told), "{told}: {page}");
    }
    let (_, rule) = page.split_once("In Sentry: an alert rule</h4>").unwrap();
    let (steps, _) = rule.split_once("</ol>").unwrap();
    assert_eq!(steps.matches("<li>").count(), 11, "{steps}");
    for said in ["'elements' is a required property", "'uri' is a required property"] {
        assert_eq!(page.matches(said).count(), 2, "in the guide, and where the JSON is: {said}");
    }
    assert_eq!(page.matches("is not an allowed top-level type").count(), 2);
}
