//! Runframe's page about Sentry: the app's JSON, the webhook's address, its tables of fields and
//! severities, repeats, tests, and the reasons that it lists for an incident that does not come.

use serde_json::{Value, json};

use super::seed;
use crate::support::{NOTICED, Reply, Server, eventually, fixture};

/// The page's routing key.
const KEY: &str = "se_12345abcde67890f12345abcde67890f";
/// The page's services.
const SERVICES: [(&str, &str); 3] = [
    ("svc_PROD12345", "Production API"),
    ("svc_CHECKOUT1", "Checkout"),
    ("svc_INFRA6789", "Internal Infrastructure"),
];

/// A server that is set up as the page tells, with one more service that is not linked, and a
/// default service where `default` names one.
fn start(default: Option<&str>) -> Server {
    let server = Server::start();
    for (key, name) in SERVICES {
        server.cli.json(&["service", "add", name, "--key", key]);
    }
    server.cli.json(&["service", "add", "Unlinked", "--key", "svc_UNLINKED12"]);
    let linked = SERVICES.iter().flat_map(|(key, _)| ["--service", *key]);
    let default = default.iter().flat_map(|key| ["--default-service", *key]);
    let flags: Vec<_> = ["--key", KEY].into_iter().chain(linked).chain(default).collect();
    let hook = server.add("sentry", "Runframe", &flags);
    assert!(hook.ends_with(KEY), "{hook}");
    server
}

/// The address that the page shows.
fn hook(server: &Server) -> String {
    format!("{}/api/integrations/sentry/{KEY}/webhook", server.url)
}

/// The recorded alert, about issue `issue`, as an action that has only the page's one field sends
/// it.
fn alert(issue: &str, service: Option<&str>, level: &str) -> Value {
    let text = std::fs::read_to_string(fixture("sentry/event_alert_settings.json")).unwrap();
    let mut body: Value = serde_json::from_str(&text.replace("6912345678", issue)).unwrap();
    let fields: Vec<_> =
        service.iter().map(|key| json!({"name": "service_id", "value": key})).collect();
    *body.pointer_mut("/data/issue_alert/settings").unwrap() = fields.into();
    let event = body.pointer_mut("/data/event").unwrap();
    event["level"] = level.into();
    event["event_id"] = format!("{issue:0>32}").into();
    body
}

fn post(server: &Server, body: &Value) -> Reply {
    let headers = [("sentry-hook-resource", "event_alert")];
    server.post_bytes(&hook(server), &headers, body.to_string().as_bytes())
}

/// The routing key and the names are the page's, so the JSON is too, but for the product's name and
/// the services' own keys, beside which the page's are known.
#[test]
fn the_apps_json_is_the_pages() {
    let server = start(None);
    let printed = server.cli.json(&["integration", "sentry-json", "Runframe"]);
    let mut printed = printed.to_string().replace("Watchbell", "Runframe");
    let known = server.cli.json(&["service", "list"]);
    for (key, name) in SERVICES {
        let service =
            known["services"].as_array().unwrap().iter().find(|service| service["name"] == name);
        let own = service.unwrap()["service_key"].as_str().unwrap();
        assert!(own.starts_with("svc_") && printed.contains(own), "{printed}");
        printed = printed.replace(own, key);
    }
    let page: Value =
        serde_json::from_slice(&std::fs::read(seed("runframe_sentry_app.json")).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), page);
    // The addresses in it are ones that answer: the form's wants a service that is linked.
    let settings = page["elements"][0]["settings"]["uri"].as_str().unwrap();
    let save = |service: &str| {
        let body = json!({"fields": [{"name": "service_id", "value": service}]});
        server.post(&format!("{}{settings}", server.url), &body).status
    };
    for (key, _) in SERVICES {
        assert_eq!(save(key), 200, "{key}");
    }
    assert_eq!(save("svc_UNLINKED12"), 400);
    assert_eq!(
        hook(&server),
        format!("{}{}", server.url, page["elements"][0]["uri"].as_str().unwrap())
    );
}

#[test]
fn fields_and_levels_become_what_the_tables_say() {
    let server = start(None);
    let opened = post(&server, &alert("6912345678", Some("svc_CHECKOUT1"), "error"));
    assert_eq!(opened.said(), "processed/created");
    let incident = server.incident(&opened.incident());
    assert_eq!(incident["title"], "ValueError: bad value for order ord_123");
    assert_eq!(incident["severity"], "SEV2");
    assert_eq!(incident["services"][0]["name"], "Checkout");
    assert_eq!(incident["metadata"]["project"], "checkout-api");
    assert_eq!(incident["metadata"]["environment"], "production");
    let description = incident["description"].as_str().unwrap();
    assert!(description.contains("/api/checkout/{order_id}"), "the culprit: {incident}");
    let source_url = incident["source_url"].as_str().unwrap();
    assert!(
        source_url.starts_with("https://sentry.io/organizations/example-org/issues/6912345678/")
    );

    let levels = [
        ("fatal", Some("SEV0")),
        ("error", Some("SEV2")),
        ("warning", Some("SEV3")),
        ("info", None),
        ("debug", None),
    ];
    let check = |run: &str, table: &[(&str, Option<&str>)]| {
        for (number, (level, severity)) in table.iter().enumerate() {
            let issue = format!("{run}{number}");
            let reply = post(&server, &alert(&issue, Some("svc_PROD12345"), level));
            let Some(severity) = severity else {
                assert_eq!(reply.said(), "ignored/severity_do_not_create", "{level}");
                continue;
            };
            assert_eq!(reply.said(), "processed/created", "{level}");
            assert_eq!(server.incident(&reply.incident())["severity"], *severity, "{level}");
        }
    };
    check("10", &levels);
    // "You can ignore routine warning events or route only fatal errors to SEV0", per service.
    let only_fatal = ["--map", "error=do_not_create", "--map", "warning=do_not_create"];
    let link = ["integration", "link", "Runframe", "svc_PROD12345"];
    server.cli.json(&[&link[..], &only_fatal].concat());
    let probes = std::cell::Cell::new(200);
    eventually("the mapping is known", NOTICED, || {
        probes.set(probes.get() + 1);
        let probe = alert(&probes.get().to_string(), Some("svc_PROD12345"), "error");
        (post(&server, &probe).said() == "ignored/severity_do_not_create").then_some(())
    });
    check("30", &[("fatal", Some("SEV0")), ("error", None), ("warning", None)]);
    let other = post(&server, &alert("400", Some("svc_INFRA6789"), "warning"));
    assert_eq!(other.said(), "processed/created", "another service reads levels as before");
}

#[test]
fn repeats_update_the_same_incident() {
    let server = start(None);
    let first = alert("6912345678", Some("svc_CHECKOUT1"), "error");
    let opened = post(&server, &first);
    assert_eq!(opened.said(), "processed/created");
    let mut again = first.clone();
    again["data"]["event"]["event_id"] = "0".repeat(32).into();
    let repeat = post(&server, &again);
    assert_eq!(repeat.said(), "processed/updated");
    assert_eq!(repeat.incident(), opened.incident());
    assert_eq!(server.incident(&opened.incident())["occurrences"], 2);
}

/// "Click Send Test Notification and confirm Runframe creates an incident for the selected service."
#[test]
fn a_test_notification_creates_an_incident_for_the_selected_service() {
    let server = start(None);
    let text = std::fs::read_to_string(fixture("sentry/test_notification.json")).unwrap();
    let mut body: Value = serde_json::from_str(&text).unwrap();
    let chosen = json!([{"name": "service_id", "value": "svc_INFRA6789"}]);
    *body.pointer_mut("/data/issue_alert/settings").unwrap() = chosen;
    let reply = post(&server, &body);
    assert_eq!(reply.said(), "processed/created");
    let incident = server.incident(&reply.incident());
    assert_eq!(incident["services"][0]["name"], "Internal Infrastructure");
    assert_eq!(incident["test"], true);
    assert_eq!(incident["title"], "Test Issue");
}

/// "Check the Runframe integration event logs. Common reasons: …"
#[test]
fn the_event_log_has_the_common_reasons() {
    let server = start(None);
    let without_service = alert("1", None, "error");
    let not_linked = alert("2", Some("svc_UNLINKED12"), "error");
    let empty = json!({"action": "triggered", "data": {"triggered_rule": "Checkout errors"}});
    for (body, reason) in [
        (&without_service, "missing_service"),
        (&not_linked, "service_not_linked"),
        (&empty, "no_issue_or_event"),
    ] {
        assert_eq!(post(&server, body).said(), format!("ignored/{reason}"));
        assert_eq!(server.newest(reason)["http_status"], 202, "{reason}");
    }
    assert_eq!(server.all("/api/v1/incidents").len(), 0);
    // With a default service the first of them opens.
    let server = start(Some("svc_PROD12345"));
    let reply = post(&server, &without_service);
    assert_eq!(reply.said(), "processed/created");
    assert_eq!(server.incident(&reply.incident())["services"][0]["name"], "Production API");
}
