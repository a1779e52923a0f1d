//! What was typed stays in the form that was refused; secrets do not.

use serde_json::json;

use crate::connections::Source;
use crate::support::{Api, Server, Visitor};

/// The form of a page that goes to `action`.
pub(super) fn form<'a>(page: &'a str, action: &str) -> &'a str {
    let all = page.split("<form ").skip(1).map(|part| part.split("</form>").next().unwrap());
    let its = all.filter(|form| form.contains(&format!("action=\"{action}\"")));
    its.last().unwrap_or_else(|| panic!("no form goes to {action}: {page}"))
}

/// Sends a form that is refused; `told` must stand in it afterwards.
fn refused(owner: &Visitor<'_>, page: &str, action: &str, fields: &[(&str, &str)], told: &[&str]) {
    let reply = owner.submit(page, action, fields);
    assert!((400..500).contains(&reply.status), "{action}: {reply:?}");
    super::is_safe(&reply);
    assert!(!reply.body.contains("sesame"), "a secret: {reply:?}");
    let form = form(&reply.body, action);
    for told in told {
        assert!(form.contains(told), "{told}: {form}");
    }
}

#[test]
fn a_refused_form_of_an_integration_keeps_what_was_typed() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let path = server.path_of("Sentry");
    let settings = [
        ("name", "Ours & <theirs>"),
        ("default_service", ""),
        ("rate_limit", "many"),
        ("restricted_to_links", "true"),
        ("options.severity_preset", "loud"),
        ("seen", "long-ago"),
    ];
    let kept = [
        "value=\"Ours &#38; &#60;theirs&#62;\"",
        "value=\"many\"",
        "name=\"restricted_to_links\" value=\"true\" checked",
        "name=\"accept_over_limit\" value=\"true\">",
        // What others did since is not undone by sending it once more.
        "name=\"seen\" value=\"long-ago\"",
    ];
    let action = format!("{path}/settings");
    refused(&owner, &path, &action, &settings, &kept);
    let reply = owner.submit(&path, &action, &settings);
    assert!(!form(&reply.body, &action).contains(" selected"), "no default service was chosen");
    assert!(reply.body.contains("<h1>Sentry"), "it is called as before: {reply:?}");
    let long = "x".repeat(201);
    let project = [("project", long.as_str()), ("service", "SER-00002"), ("active", "true")];
    refused(&owner, &path, &format!("{path}/projects"), &project, &[&long]);
    let hub = [("provider", "grafana"), ("service", "SER-09999"), ("name", "Cluster 7")];
    let kept = ["<option value=\"grafana\" selected>", "value=\"Cluster 7\""];
    refused(&owner, "/integrations", "/integrations", &hub, &kept);
}

#[test]
fn a_refused_form_of_a_record_keeps_what_was_typed() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let service = [
        ("name", ""),
        ("description", "Sells\r\nthings"),
        ("environment", "staging"),
        ("default_severity", "SEV1"),
        ("repository", "acme/shop"),
    ];
    let kept = [
        ">Sells",
        "<option value=\"staging\" selected>",
        "<option value=\"SEV1\" selected>",
        "value=\"acme/shop\"",
        "name=\"active\" value=\"true\">",
    ];
    refused(&owner, "/services", "/services", &service, &kept);
    let team = [("name", "Payments"), ("members", "nobody@example.com")];
    let kept = ["value=\"Payments\"", ">nobody@example.com</textarea>"];
    refused(&owner, "/teams", "/teams", &team, &kept);
    let user = [("email", "olga@example.com"), ("name", "Bo"), ("role", "admin")];
    let kept = ["value=\"olga@example.com\"", "<option value=\"admin\" selected>"];
    refused(&owner, "/users", "/users", &user, &kept);
    let key = [("name", "x"), ("scope", "incidents:write"), ("days", "0")];
    let kept = [
        "value=\"incidents:write\" checked",
        "value=\"incidents:read\">",
        "name=\"days\" type=\"number\" min=\"0\" value=\"0\"",
    ];
    refused(&owner, "/api-keys", "/api-keys", &key, &kept);
    let settings = [("organization_name", "Acme"), ("reopen_days", "99999")];
    refused(&owner, "/settings", "/settings", &settings, &["value=\"Acme\"", "value=\"99999\""]);
}

#[test]
fn a_refused_form_of_an_incident_keeps_what_was_typed() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let path = format!("/incidents/{}", super::incidents::opened(&server, "one"));
    let check = |form: &str, fields: &[(&str, &str)], kept: &[&str]| {
        refused(&owner, &path, &format!("{path}/{form}"), fields, kept);
    };
    check("assign", &[("assigned_to", "nobody@x")], &["data-typed", "value=\"nobody@x\""]);
    let texts = [("title", "  "), ("description", "from the\r\nbridge")];
    check("texts", &texts, &["data-typed", "value=\"  \"", ">from the"]);
    check("comments", &[("comment", &"x".repeat(5_001))], &[">xxxx"]);
    // Meanwhile somebody else ends it.
    owner.submit(&path, &format!("{path}/status"), &[("status", "resolved")]);
    let late = [("status", "fixing"), ("comment", "half of it is back")];
    check("status", &late, &["data-typed", "value=\"half of it is back\""]);
    owner.submit(&path, &format!("{path}/status"), &[("status", "closed")]);
    let refused = owner.submit(&path, &format!("{path}/status"), &late);
    assert!(refused.status == 409 && refused.body.contains("half of it is back"), "{refused:?}");
}

#[test]
fn an_issue_is_linked_where_a_source_is_connected_and_a_slip_can_be_mended() {
    let source = Source::start();
    let owner = Visitor::owner(&source.server);
    let path = format!("/incidents/{}", super::incidents::opened(&source.server, "one"));
    let action = format!("{path}/link-issue");
    // Nobody can be asked: there is no form that could only fail.
    assert!(!owner.page(&path).contains(&action));
    super::connections::connected(&source, &owner);
    assert!(owner.page(&path).contains(&action));
    let long = "x".repeat(2_049);
    refused(&owner, &path, &action, &[("issue", &long)], &["value=\"xxx"]);
}

#[test]
fn what_was_written_about_a_status_stays_where_somebody_else_was_faster() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let path = format!("/incidents/{}", super::incidents::opened(&server, "one"));
    owner.submit(&path, &format!("{path}/acknowledge"), &[]);
    let same = [("status", "investigating"), ("comment", "the disk of db-7")];
    let said = owner.submit(&path, &format!("{path}/status"), &same);
    said.leads_to(&format!("{path}?done=status"));
    assert!(owner.page(&path).contains("the disk of db-7"));
}

#[test]
fn a_form_that_is_out_of_date_shows_what_others_did() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let found = api.get("/services/SER-00002").data()["service_key"].clone();
    let path = format!("/services/{}", found.as_str().unwrap());
    let seen = || {
        let page = owner.page(&path);
        let (_, rest) = form(&page, &path).split_once("name=\"seen\" value=\"").expect("a version");
        rest.split('"').next().unwrap().to_owned()
    };
    let old = seen();
    api.patch(&path, &json!({"url": "https://example.com/theirs"})).data();
    let typed = [("name", "Mine"), ("environment", "production"), ("type", "api"), ("seen", &old)];
    let refused = owner.submit(&path, &path, &typed);
    assert_eq!(refused.status, 412, "{refused:?}");
    super::is_safe(&refused);
    assert!(refused.body.contains("was changed meanwhile"), "{refused:?}");
    let shown = form(&refused.body, &path);
    assert!(shown.contains("https://example.com/theirs") && !shown.contains("Mine"), "{shown}");
    assert_eq!(api.get(&path).data()["url"], "https://example.com/theirs");
    // One with something else wrong besides still knows how old it is.
    let wrong = [("name", "Mine"), ("environment", "x"), ("type", "api"), ("seen", &old)];
    let refused = owner.submit(&path, &path, &wrong);
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(form(&refused.body, &path).contains(&format!("name=\"seen\" value=\"{old}\"")));
    let new = seen();
    let typed = [("name", "Mine"), ("environment", "production"), ("type", "api"), ("seen", &new)];
    owner.submit(&path, &path, &typed).leads_to(&format!("{path}?done=changed"));
}

#[test]
fn a_refused_connection_keeps_everything_but_its_secrets() {
    let source = Source::start();
    let owner = Visitor::owner(&source.server);
    let list = source.path("/connections");
    let base = source.sentry.base();
    let token = [
        ("token", "sesame"),
        ("client_secret", "sesame"),
        ("organization", "acme"),
        ("base_url", base.as_str()),
    ];
    refused(&owner, &list, &list, &token, &["value=\"acme\"", &format!("value=\"{base}\"")]);
    let app = [("slug", "a b"), ("client_id", "c1"), ("client_secret", "sesame")];
    let kept = ["value=\"a b\"", "value=\"c1\""];
    refused(&owner, &list, &format!("{list}/app"), &app, &kept);
}

#[test]
fn a_key_that_was_written_among_many_services_stays() {
    let source = Source::start();
    let owner = Visitor::owner(&source.server);
    super::records::many_services(&source.api());
    let one = super::connections::connected(&source, &owner);
    let (path, long) = (source.path(""), "x".repeat(300));
    let hub = [("provider", "grafana"), ("name", long.as_str())];
    let (project, provider) = ([("project", long.as_str())], [("provider", "nothing")]);
    let forms = [
        ("/integrations", "/integrations".to_owned(), &hub[..]),
        (path.as_str(), format!("{path}/link"), &[("nothing", "asked")]),
        (path.as_str(), format!("{path}/projects"), &project),
        (one.as_str(), format!("{one}/map"), &project),
        ("/welcome?step=source", "/welcome/source".to_owned(), &provider),
    ];
    // A right one of another kind, one of the first, one that is not offered, and a slip.
    for written in ["SER-00150", "SER-00001", "many-150", "SER-O9999"] {
        let kept = format!("value=\"{written}\"");
        for (page, action, fields) in &forms {
            let fields: Vec<_> = fields.iter().copied().chain([("service", written)]).collect();
            refused(&owner, page, action, &fields, &[&kept]);
        }
    }
    let emptied = [("provider", "grafana"), ("name", long.as_str()), ("service", "")];
    refused(&owner, "/integrations", "/integrations", &emptied, &["required value=\"\""]);
}
