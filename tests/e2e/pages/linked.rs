//! What belongs to an integration: how linked services read levels, projects, topics; and the same
//! from a service's page.

use serde_json::{Value, json};

use crate::cloudwatch::{at, believing, post};
use crate::support::{Api, Server, SnsOrigin, Visitor};

/// An alert of Alertmanager's with this level, which is a problem of its own.
fn alert(key: &str, level: &str) -> Value {
    json!({"version": "4", "status": "firing", "groupKey": key, "alerts": [{
        "status": "firing", "fingerprint": key, "startsAt": "2026-11-21T08:00:00Z",
        "labels": {"alertname": key, "severity": level}, "annotations": {},
    }]})
}

/// What stands in the editor of the first linked service, and after it.
fn editor(page: &str) -> &str {
    page.split_once("Severity mapping of").expect("an editor").1
}

/// What is chosen for `level`.
fn chosen(page: &str, level: &str) -> String {
    let (_, rest) = editor(page)
        .split_once(&format!("name=\"level\" value=\"{level}\""))
        .unwrap_or_else(|| panic!("no {level}: {page}"));
    let (row, _) = rest.split_once("</select>").unwrap();
    let (before, _) = row.split_once(" selected").expect("something is chosen");
    before.rsplit("value=\"").next().unwrap().trim_end_matches('"').to_owned()
}

#[test]
fn a_mapping_that_is_changed_on_the_page_acts_on_the_next_delivery() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let hook = server.add("alertmanager", "Cluster", &["--default-service", "SER-00002"]);
    let path = server.path_of("Cluster");
    let severity = |key: &str, level: &str| {
        let said = server.post(&hook, &alert(key, level));
        (said.said(), said.data()["alerts"][0]["severity"].as_str().map(str::to_owned))
    };
    let opens = |severity: &str| ("processed/created".to_owned(), Some(severity.to_owned()));
    assert_eq!(severity("a", "warning"), opens("SEV2"));
    let page = owner.page(&path);
    assert_eq!(chosen(&page, "warning"), "");
    assert!(editor(&page).contains("as the provider&#39;s table: SEV2 Medium"), "{page}");
    let service = service_of(&page);
    let set = [
        ("service", service.as_str()),
        ("level", "warning"),
        ("action", "SEV0"),
        ("level", "critical"),
        ("action", "do_not_create"),
        ("level", "page"),
        ("action", ""),
        ("level", " Odd "),
        ("action", "SEV4"),
        ("level", ""),
        ("action", ""),
    ];
    let submit = |fields: &[(&str, &str)]| owner.submit(&path, &format!("{path}/mapping"), fields);
    submit(&set).leads_to(&format!("{path}?done=mapped"));
    assert_eq!(severity("b", "warning"), opens("SEV0"));
    assert_eq!(severity("c", "critical").0, "ignored/severity_do_not_create");
    assert_eq!(severity("d", "page"), opens("SEV0"));
    assert_eq!(severity("e", "odd"), opens("SEV4"));
    let page = owner.page(&path);
    assert_eq!([chosen(&page, "warning"), chosen(&page, "odd")], ["SEV0", "SEV4"]);
    assert!(page.contains("do not create an incident"), "{page}");
    // What is open goes on all the same.
    assert_eq!(server.post(&hook, &alert("a", "critical")).said(), "processed/updated");
    assert_eq!(server.post(&hook, &alert("a", "warning")).said(), "processed/raised");
    // A wrong word changes nothing, and what was typed stays.
    let wrong = submit(&[("service", &service), ("level", "warning"), ("action", "SEV9")]);
    assert_eq!(wrong.status, 400, "{wrong:?}");
    assert!(wrong.body.contains("<p>warning: expected "), "{wrong:?}");
    let typed = [("service", service.as_str()), ("level", "x"), ("action", "SEV9")];
    let typed = [typed[0], ("level", "new word"), ("action", "SEV3"), typed[1], typed[2]];
    let wrong = submit(&typed);
    assert!(wrong.status == 400 && wrong.body.contains("value=\"new word\""), "{wrong:?}");
    let nameless = submit(&[("service", &service), ("level", ""), ("action", "SEV3")]);
    assert_eq!(nameless.status, 400, "{nameless:?}");
    let long = "x".repeat(101);
    let long = submit(&[("service", &service), ("level", &long), ("action", "SEV3")]);
    assert!(long.status == 400 && long.body.contains("1 to 100 characters"), "{long:?}");
    let odd = submit(&[("service", &service), ("level", "warning")]);
    assert_eq!(odd.status, 400, "{odd:?}");
    assert_eq!(chosen(&owner.page(&path), "warning"), "SEV0");
    assert!(owner.page("/audit").contains("integration.changed"));
}

/// The service of the first editor.
fn service_of(page: &str) -> String {
    let (_, rest) = editor(page).split_once("name=\"service\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_preset_fills_the_form_and_stores_nothing() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    server.add("sentry", "App", &["--default-service", "SER-00002"]);
    let path = server.path_of("App");
    let page = owner.page(&path);
    let service = service_of(&page);
    for preset in [
        "the provider&#39;s table",
        "preset opsknight",
        "preset default",
        "of these levels only SEV0",
    ] {
        assert!(editor(&page).contains(preset), "{preset}: {page}");
    }
    let action = format!("{path}/mapping");
    let fill = |word: &str| {
        owner.submit(
            &path,
            &action,
            &[("service", &service), ("fill", word), ("level", "error"), ("action", "SEV1")],
        )
    };
    let filled = fill("opsknight");
    assert_eq!(filled.status, 200, "{filled:?}");
    super::is_safe(&filled);
    assert!(filled.body.contains("Nothing is saved yet"), "{filled:?}");
    let given =
        |page: &str| ["fatal", "error", "warning", "info", "debug"].map(|l| chosen(page, l));
    assert_eq!(given(&filled.body), ["SEV0", "SEV2", "SEV3", "SEV4", "SEV4"]);
    assert_eq!(given(&fill("worst").body)[..3], ["SEV0", "do_not_create", "do_not_create"]);
    assert_eq!(given(&fill("everything").body)[3..], ["SEV4", "SEV4"]);
    assert_eq!(given(&fill("table").body), [""; 5]);
    assert_eq!(given(&owner.page(&path)), [""; 5], "nothing was stored");
    assert_eq!(fill("nothing").status, 404);
    // Where alerts name severities and no levels, there is nothing to map.
    let custom = owner.page(&server.path_of("Custom webhook"));
    assert!(!custom.contains("Severity mapping of"), "{custom}");
}

#[test]
fn projects_are_mapped_switched_off_and_removed() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let hook = server.add("sentry", "App", &["--default-service", "SER-00002"]);
    let path = server.path_of("App");
    let event = |id: &str| {
        server.post(
            &hook,
            &json!({"action": "created", "issue": {
                "id": id, "title": "Boom", "level": "error", "status": "unresolved",
                "project": {"slug": "shop", "name": "Shop"},
            }}),
        )
    };
    let on = |reply: &crate::support::Reply| reply.data()["alerts"][0]["service_key"].clone();
    let page = owner.page(&path);
    assert!(page.contains("go to the default service"), "{page}");
    let first = on(&event("1"));
    let other = server.api("/api/v1/services/SER-00001").data()["service_key"].clone();
    assert_ne!(first, other);
    let map = |active: &str| {
        let fields =
            [("project", "Shop"), ("service", other.as_str().unwrap()), ("active", active)];
        owner.submit(&path, &format!("{path}/projects"), &fields)
    };
    map("true").leads_to(&format!("{path}?done=project"));
    assert_eq!(on(&event("2")), other);
    let page = owner.page(&path);
    assert!(page.contains(">shop<") && page.contains("opens incidents"), "{page}");
    map("false").leads_to(&format!("{path}?done=project"));
    assert_eq!(event("3").said(), "ignored/mapping_disabled");
    assert!(owner.page(&path).contains("Switch on"));
    let gone = owner.submit(&path, &format!("{path}/projects/remove"), &[("project", "shop")]);
    gone.leads_to(&format!("{path}?done=project-gone"));
    assert_eq!(on(&event("4")), first);
    let wrong = owner.submit(
        &path,
        &format!("{path}/projects"),
        &[("project", " "), ("service", "SER-00001")],
    );
    assert!(wrong.status == 400 && wrong.body.contains("role=\"alert\""), "{wrong:?}");
    // Alerts that must name their service have no use for them.
    let custom = owner.page(&server.path_of("Custom webhook"));
    assert!(!custom.contains("Projects at the source") && !custom.contains(">Topics<"), "{custom}");
}

#[test]
fn a_topic_that_waits_is_let_in_on_the_page() {
    let sns = SnsOrigin::start();
    let server = believing(&[&sns]).start();
    let owner = Visitor::owner(&server);
    let hook = server.add("cloudwatch", "Alarms", &["--default-service", "SER-00001"]);
    let path = server.path_of("Alarms");
    assert!(owner.page(&path).contains("No topic has asked to be let in yet."));
    let [first, second] = ["first", "second"].map(SnsOrigin::topic);
    assert_eq!(post(&server, &hook, &sns.question(&first, 1)).status, 202);
    assert_eq!(post(&server, &hook, &sns.question(&second, 1)).status, 403);
    let page = owner.page(&path);
    let (_, topics) = page.split_once("id=\"topics\"").unwrap();
    assert!(topics.contains(&first) && topics.contains(">waits<"), "{topics}");
    assert_eq!(topics.matches("Let it in</button>").count(), 1, "{topics}");
    let confirm =
        |topic: &str| owner.submit(&path, &format!("{path}/topics/confirm"), &[("topic", topic)]);
    assert_eq!(confirm("no-such-topic").status, 409);
    sns.confirm(false);
    let failed = confirm(&second);
    assert!(failed.status == 503 && failed.body.contains("let the source ask again"), "{failed:?}");
    super::is_safe(&failed);
    assert!(failed.body.contains("Let it in</button>"), "the page, with a notice: {failed:?}");
    sns.confirm(true);
    confirm(&second).leads_to(&format!("{path}?done=topic"));
    let alarm = sns.alarm(&second, "errors", "ALARM", &at(1));
    assert_eq!(post(&server, &hook, &alarm).said(), "processed/created");
    assert!(!owner.page(&path).contains(">waits<"));
}

#[test]
fn an_integration_is_added_from_a_services_page() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let key = server.api("/api/v1/services/SER-00002").data()["service_key"].clone();
    let path = format!("/services/{}", key.as_str().unwrap());
    let page = owner.page(&path);
    assert!(page.contains("Linked integrations") && page.contains("Add an integration"), "{page}");
    let sources = format!("{path}/sources");
    let added =
        owner.submit(&path, &sources, &[("provider", "sentry"), ("name", "From the service")]);
    let next = added.header("location").unwrap_or_else(|| panic!("{added:?}")).to_owned();
    let source = next.strip_suffix("?done=connected").unwrap();
    assert!(owner.page(&next).contains("It is connected."));
    let shown = server.api(&format!("/api/v1{source}")).data();
    assert_eq!(shown["default_service_key"], key);
    assert_eq!(shown["services"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(shown["options"]["severity_preset"], "opsknight", "{shown}");
    // A kind without that preset starts with its own table.
    assert_eq!(owner.submit(&path, &sources, &[("provider", "datadog"), ("name", "")]).status, 303);
    server.add("grafana", "Elsewhere", &["--default-service", "SER-00001"]);
    let elsewhere = server.path_of("Elsewhere");
    let id = elsewhere.rsplit('/').next().unwrap();
    let linked = owner.submit(&path, &format!("{sources}/link"), &[("integration", id)]);
    linked.leads_to(&format!("{path}?done=linked"));
    let page = owner.page(&path);
    for told in ["From the service", "Elsewhere", "as the provider&#39;s table says", source] {
        assert!(page.contains(told), "{told}: {page}");
    }
    for (form, fields) in [
        (sources.clone(), vec![("provider", "nothing"), ("name", "")]),
        (sources.clone(), vec![("provider", "custom"), ("name", &*"x".repeat(300))]),
    ] {
        let wrong = owner.submit(&path, &form, &fields);
        assert!((400..500).contains(&wrong.status), "{fields:?}: {wrong:?}");
        super::is_safe(&wrong);
    }
}

#[test]
fn whoever_may_not_set_up_sees_and_changes_nothing_of_it() {
    let server = Server::start();
    Visitor::owner(&server);
    let api = Api::for_everything(&server);
    let responder = Visitor::with_role(&server, &api, "responder");
    server.add("sentry", "App", &["--default-service", "SER-00002"]);
    let path = server.path_of("App");
    let page = responder.page(&path);
    assert!(page.contains("Severity mapping") && !page.contains("Severity mapping of"), "{page}");
    assert!(!page.contains("Map a project"), "{page}");
    let service = responder.page("/services/SER-00002");
    assert!(service.contains("Linked integrations") && service.contains(">App<"), "{service}");
    assert!(!service.contains("Add an integration"), "{service}");
    for form in ["mapping", "projects", "projects/remove", "topics/confirm"] {
        let refused = responder.submit(&path, &format!("{path}/{form}"), &[]);
        assert_eq!(refused.status, 403, "{form}");
    }
    for form in ["sources", "sources/link"] {
        let refused = responder.submit("/", &format!("/services/SER-00002/{form}"), &[]);
        assert_eq!(refused.status, 403, "{form}");
    }
}

#[test]
fn guides_are_ready_to_paste() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let check = |name: &str, pasted: &[&str]| {
        let path = server.path_of(name);
        let page = owner.page(&path);
        let codes = |page: &str| {
            let codes = page.split("<code id=\"guide-").skip(1);
            codes.map(|code| code.split("</code>").next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let (masked, key) = (codes(&page), server.cli.routing_key(name));
        assert!(!masked.is_empty() && !page.contains(&key), "{name}");
        assert_eq!(page.matches("data-copy=\"guide-").count(), masked.len(), "{name}");
        let shown = owner.submit(&path, &format!("{path}/reveal"), &[]);
        let all = codes(&shown.body).concat();
        for one in pasted {
            assert!(
                all.contains(&one.replace("{url}", &format!("/webhooks/{key}"))),
                "{one}: {all}"
            );
        }
    };
    check("Prometheus Alertmanager", &["receivers:", "{url}&#39;", "send_resolved: true"]);
    check("Datadog", &["$ALERT_TRANSITION", "service_id:"]);
    check("AWS CloudWatch", &["{url}&#39;", "--ok-actions"]);
    check("Grafana", &["{url}&#39;"]);
    check("Custom webhook", &["{url}&#39;"]);
}

#[test]
fn a_form_that_is_not_up_to_date_undoes_nothing() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    server.add("sentry", "App", &["--default-service", "SER-00002"]);
    let path = server.path_of("App");
    let id = path.rsplit('/').next().unwrap().to_owned();
    let shown = || api.get(&format!("/integrations/{id}")).data();
    let key = |name: &str| {
        let found = server.api(&format!("/api/v1/services/{name}")).data()["service_key"].clone();
        found.as_str().unwrap().to_owned()
    };
    let (first, second) = (key("SER-00001"), key("SER-00002"));
    api.put(&format!("/integrations/{id}/projects/shop"), &json!({"service_key": first}));
    let seen = || {
        let page = owner.page(&path);
        let (_, rest) = page.split_once("name=\"seen\" value=\"").expect("a version");
        rest.split('"').next().unwrap().to_owned()
    };
    let submit = |form: &str, fields: &[(&str, &str)]| {
        owner.submit(&path, &format!("{path}/{form}"), fields)
    };
    let old = seen();
    // Meanwhile the project goes elsewhere, and the first service is linked no more.
    api.put(&format!("/integrations/{id}/projects/shop"), &json!({"service_key": second}));
    api.delete(&format!("/integrations/{id}/services/{first}"));
    let now = shown();
    let stale = [
        ("projects", vec![("project", "shop"), ("service", first.as_str()), ("active", "false")]),
        ("projects/remove", vec![("project", "shop")]),
        ("mapping", vec![("service", &first), ("level", "error"), ("action", "SEV1")]),
        ("mapping", vec![("service", &second), ("level", "error"), ("action", "SEV1")]),
        ("settings", vec![("name", "App"), ("default_service", ""), ("rate_limit", "9")]),
    ];
    for (form, mut fields) in stale {
        fields.push(("seen", &old));
        let refused = submit(form, &fields);
        assert_eq!(refused.status, 412, "{form}: {refused:?}");
        super::is_safe(&refused);
        assert!(refused.body.contains("was changed meanwhile"), "{form}: {refused:?}");
        assert!(refused.body.contains("id=\"projects\""), "{form}: {refused:?}");
        assert_eq!(shown(), now, "{form}");
    }
    // A mapping does not link, whatever was seen; and a form without levels is none.
    let fields = [("service", first.as_str()), ("level", "error"), ("action", "SEV1")];
    let refused = submit("mapping", &fields);
    assert!(refused.status == 409 && refused.body.contains("link it first"), "{refused:?}");
    assert_eq!(submit("mapping", &[("service", &second)]).status, 400);
    assert_eq!(shown(), now);
    let (new, off) = (seen(), [("project", "shop"), ("service", &second), ("active", "false")]);
    let fields: Vec<_> = off.into_iter().chain([("seen", new.as_str())]).collect();
    submit("projects", &fields).leads_to(&format!("{path}?done=project"));
    // What a form does not say stays.
    let fields = [("name", "Shop"), ("rate_limit", "9"), ("seen", &seen())];
    submit("settings", &fields).leads_to(&format!("{path}?done=changed"));
    assert_eq!(shown()["default_service_key"], second.as_str());
}
