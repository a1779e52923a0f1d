//! A service's page: what tells of its deploys.

use serde_json::json;

use crate::support::{Api, Server, Visitor};

const PAGE: &str = "/services/SER-00001";

/// What is shown this once.
fn made(page: &str) -> String {
    let (_, rest) = page.split_once("<code id=\"made\">").unwrap_or_else(|| panic!("{page}"));
    rest.split_once("</code>").unwrap().0.to_owned()
}

/// How a deploy is answered that is told with `token`.
fn told(server: &Server, token: &str) -> u16 {
    let headers = [("x-deploy-token", token), ("content-type", "application/json")];
    let body = json!({"commit_sha": "4f2a9c1d77e0b3a5"}).to_string();
    server.speak("POST", "/api/ingest/deploy", &headers, body.as_bytes()).status
}

#[test]
fn a_deploy_token_is_made_shown_once_replaced_and_removed() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let owner = Visitor::owner(&server);
    let page = owner.page(PAGE);
    assert!(page.contains("Make a deploy token") && page.contains("X-Deploy-Token"), "{page}");
    let form =
        |what: &str, fields: &[(&str, &str)]| owner.submit(PAGE, &format!("{PAGE}/{what}"), fields);
    let first = form("deploy-token", &[]);
    assert_eq!(first.status, 200, "{first:?}");
    super::is_safe(&first);
    let first = made(&first.body);
    assert_eq!(told(&server, &first), 202);
    // The same form once more: another tab's, or the page loaded again.
    let again = form("deploy-token", &[]);
    assert!(again.status == 409 && again.body.contains("has a deploy token already"), "{again:?}");
    assert_eq!(told(&server, &first), 202);
    let page = owner.page(PAGE);
    assert!(!page.contains(&first) && page.contains("Make a new deploy token"), "{page}");
    let second = made(&form("deploy-token", &[("grace", "3600")]).body);
    assert_eq!((told(&server, &first), told(&server, &second)), (202, 202), "for an hour, both");
    assert!(owner.page(PAGE).contains(", ends 20"));
    let third = made(&form("deploy-token", &[("grace", "0")]).body);
    assert_eq!((told(&server, &second), told(&server, &third)), (401, 202));
    let wrong = form("deploy-token", &[("grace", "99999999")]);
    assert!(wrong.status == 400 && wrong.body.contains("role=\"alert\""), "{wrong:?}");
    form("deploy-token/remove", &[]).leads_to(&format!("{PAGE}?done=deploy-key-gone"));
    assert_eq!(told(&server, &third), 401);
    let audit = api.get("/audit?limit=100").data().to_string();
    assert!(audit.contains("deploy_token") && audit.contains("olga@example.com"), "{audit}");
    assert!(!audit.contains(&first) && !audit.contains(&third));
    // The API and the command line remove as well.
    let path = "/services/SER-00001/deploy-token";
    assert_eq!(api.delete(path).data()["removed"], false);
    api.post(path, &json!({}));
    assert_eq!(api.delete(path).data()["removed"], true);
    let removed = server.cli.json(&["service", "deploy-token", "SER-00001", "--remove"]);
    assert_eq!(removed["removed"], false);
    for role in ["viewer", "responder"] {
        let visitor = Visitor::with_role(&server, &api, role);
        assert!(!visitor.page(PAGE).contains("deploy-token\""), "{role}");
        for what in ["deploy-token", "deploy-token/remove", "github-secret", "github-secret/remove"]
        {
            let refused = visitor.submit(PAGE, &format!("{PAGE}/{what}"), &[]);
            assert_eq!(refused.status, 403, "{role} {what}");
        }
    }
}

#[test]
fn githubs_secret_is_stored_and_removed_where_there_is_a_repository() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let owner = Visitor::owner(&server);
    let form =
        |what: &str, fields: &[(&str, &str)]| owner.submit(PAGE, &format!("{PAGE}/{what}"), fields);
    assert!(owner.page(PAGE).contains("give the service its repository first"));
    let refused = form("github-secret", &[("secret", "")]);
    assert!(refused.status == 409 && refused.body.contains("has no repository"), "{refused:?}");
    api.patch("/services/SER-00001", &json!({"repository": "acme/shop"}));
    let generated = form("github-secret", &[("secret", "")]);
    assert_eq!(generated.status, 200, "{generated:?}");
    let generated = made(&generated.body);
    let hooked = |secret: &str| {
        let body = json!({"repository": {"full_name": "acme/shop"}, "ref": "refs/heads/main"});
        let body = body.to_string();
        let signature = format!("sha256={}", crate::support::hmac(secret, &body));
        let headers = [
            ("x-hub-signature-256", signature.as_str()),
            ("x-github-event", "ping"),
            ("content-type", "application/json"),
        ];
        server.speak("POST", "/api/github/webhook", &headers, body.as_bytes()).status
    };
    assert!(hooked(&generated) < 300, "{}", hooked(&generated));
    let page = owner.page(PAGE);
    assert!(!page.contains(&generated) && page.contains("Replace the secret"), "{page}");
    let again = form("github-secret", &[("secret", "")]);
    assert!(again.status == 409 && again.body.contains("for GitHub already"), "{again:?}");
    assert!(hooked(&generated) < 300);
    let short = form("github-secret", &[("secret", "short"), ("grace", "0")]);
    assert!(short.status == 400 && short.body.contains("8 to 1000 characters"), "{short:?}");
    let pasted = form("github-secret", &[("secret", "a-secret-of-our-own"), ("grace", "0")]);
    pasted.leads_to(&format!("{PAGE}?done=deploy-secret"));
    assert_eq!((hooked(&generated), hooked("a-secret-of-our-own") < 300), (401, true));
    form("github-secret/remove", &[]).leads_to(&format!("{PAGE}?done=deploy-key-gone"));
    assert_eq!(hooked("a-secret-of-our-own"), 401);
}

#[test]
fn the_help_of_a_field_is_tied_to_it() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    assert_eq!(api.patch(PAGE, &json!({"repository": "acme/shop"})).status, 200);
    let page = owner.page(PAGE);
    let tied: Vec<_> = page.split("aria-describedby=\"").skip(1).collect();
    for part in &tied {
        let id = part.split('"').next().unwrap();
        assert!(page.contains(&format!("<span class=\"dim\" id=\"{id}\">")), "{id}: {page}");
    }
    assert!(!tied.is_empty(), "a field has help: {page}");
}
