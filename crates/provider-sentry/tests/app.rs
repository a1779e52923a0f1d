//! The Sentry App JSON is what the seed shows, and what Sentry takes.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not tests to clippy")]

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use watchbell_model::Secret;
use watchbell_provider::FormContext;
use watchbell_provider_sentry::app::{IssueLinks, app_json, settings_check};

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/sentry-app");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn context(extended: bool) -> FormContext {
    let services = [
        ("svc_PROD12345", "Production API"),
        ("svc_CHECKOUT1", "Checkout"),
        ("svc_INFRA6789", "Internal Infrastructure"),
    ];
    FormContext {
        address: Secret::new(
            "https://watchbell.example/api/integrations/sentry/se_12345abcde67890f12345abcde67890f",
        ),
        services: services.map(|(key, name)| (key.into(), name.into())).to_vec(),
        extended,
        links: true,
    }
}

fn json_of(extended: bool, links: IssueLinks) -> Value {
    serde_json::from_str(&app_json(&context(extended), links).unwrap()).unwrap()
}

/// What Sentry finds wrong with `app`; nothing is what is hoped for.
fn problems(app: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(&fixture("schema.json")).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    validator.iter_errors(app).map(|error| error.to_string()).collect()
}

#[test]
fn by_default_it_is_the_seed_with_our_name_in_it() {
    let seed = fixture("runframe_seed.json").replace("Runframe", "Watchbell");
    assert_eq!(json_of(false, IssueLinks::No), serde_json::from_str::<Value>(&seed).unwrap());
    // The same order of fields too, so that people find what the seed's page tells of.
    let names = |json: &str| -> Vec<String> {
        let quoted = json.split('"').skip(1).step_by(2);
        let known = ["elements", "uri", "type", "title", "settings", "description"];
        quoted.filter(|text| known.contains(text)).map(str::to_owned).collect()
    };
    assert_eq!(names(&app_json(&context(false), IssueLinks::No).unwrap()), names(&seed));
}

#[test]
fn sentry_takes_every_form_of_it() {
    let none = Vec::<String>::new();
    assert_eq!(problems(&serde_json::from_str(&fixture("runframe_seed.json")).unwrap()), none);
    for links in [IssueLinks::Yes, IssueLinks::No] {
        for extended in [true, false] {
            let app = json_of(extended, links);
            assert_eq!(problems(&app), none, "{app:#}");
        }
    }
}

fn without(object: &mut Value, field: &str) {
    assert!(object.as_object_mut().unwrap().remove(field).is_some());
}

#[test]
fn the_schema_has_teeth() {
    let change = |change: &dyn Fn(&mut Value)| {
        let mut app = json_of(true, IssueLinks::Yes);
        change(&mut app);
        assert_ne!(problems(&app), Vec::<String>::new(), "{app:#}");
    };
    change(&|app| *app = json!({}));
    change(&|app| app["elements"] = json!([]));
    change(&|app| without(&mut app["elements"][0], "uri"));
    change(&|app| *app = json!({"elements": [app["elements"][0]["settings"]]}));
    change(&|app| app["elements"][0]["uri"] = json!("https://watchbell.example/x"));
    change(&|app| app["elements"][0]["settings"]["optional_fields"] = json!([]));
    change(&|app| app["elements"][0]["settings"]["description"] = json!("x".repeat(141)));
    change(&|app| app["elements"][0]["settings"]["required_fields"][0]["options"] = json!([["a"]]));
    change(&|app| app["elements"][0]["settings"]["required_fields"][0]["uri"] = json!("/x"));
    change(&|app| without(&mut app["elements"][1], "link"));
}

#[test]
fn the_extended_form_offers_what_the_parser_acts_on() {
    let app = json_of(true, IssueLinks::Yes);
    let names = |fields: &Value| -> Vec<String> {
        let name = |field: &Value| field["name"].as_str().unwrap().to_owned();
        fields.as_array().unwrap().iter().map(name).collect()
    };
    let settings = &app["elements"][0]["settings"];
    assert_eq!(names(&settings["required_fields"]), ["service_id"]);
    let optional = ["severity", "auto_create", "environments", "notes"];
    assert_eq!(names(&settings["optional_fields"]), optional);
    let link = &app["elements"][1];
    assert_eq!(link["type"], "issue-link");
    let base = "/api/integrations/sentry/se_12345abcde67890f12345abcde67890f/issue-link";
    assert_eq!(link["create"]["uri"], format!("{base}/create"));
    assert_eq!(link["link"]["uri"], format!("{base}/link"));
    assert_eq!(link["link"]["required_fields"][0]["uri"], format!("{base}/incidents"));
}

#[test]
fn services_keep_their_order_and_their_names() {
    let mut context = context(false);
    let name = "\"Quotes\", \\ and ünïcode\n";
    context.services = vec![("svc_B".into(), name.into()), ("svc_A".into(), "A".into())];
    let app = app_json(&context, IssueLinks::No).unwrap();
    let app: Value = serde_json::from_str(&app).unwrap();
    let options = &app["elements"][0]["settings"]["required_fields"][0]["options"];
    assert_eq!(*options, json!([["svc_B", name], ["svc_A", "A"]]));
}

#[test]
fn a_request_as_sentry_sends_it_on_saving_is_read() {
    // It was recorded for another app, whose form calls the service otherwise.
    let recorded = fixture("alert_rule_action_request.json");
    let answer = settings_check(recorded.as_bytes(), &|_| Ok(()));
    assert_eq!(answer, Err("Please choose a Watchbell service.".to_owned()));
    let ours = recorded.replace("\"service\"", "\"service_id\"");
    assert_eq!(settings_check(ours.as_bytes(), &|_| Ok(())), Ok(()));
}
