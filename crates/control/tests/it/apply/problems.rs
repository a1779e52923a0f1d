use std::collections::BTreeSet;

use serde_json::{Value, json};
use watchbell_control::{IntegrationNew, IntegrationSet};
use watchbell_providers::PROVIDERS;

use crate::{World, why};

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let world = World::new();
    let wrong = world.wrong(&json!({
        "version": 2,
        "service": [],
        "settings": {"reopen_days": 4000, "default_severity": "sev1"},
        "teams": [{"name": "T", "members": ["nobody@example.com", 7]}, {"name": " t "}, {}],
        "services": [
            {"name": "", "environment": "prod", "type": 1, "team": "None"},
            {"key": "not a key", "name": "S"},
            {"description": "no name"},
            "S",
            {"name": "S2", "url": "ftp://host", "nmae": "S", "active": "yes"},
        ],
        "integrations": [
            {"name": "A"},
            {"name": "B", "provider": "pagerduty"},
            {"name": "C", "provider": "custom", "rate_limit": -1, "state": "off", "services": "S"},
            {
                "name": "D",
                "provider": "sentry",
                "default_service": "nowhere",
                "services": [{"service": "S2", "mapping": {"fatal": "SEV9"}}, "S2", {}],
                "projects": [{"project": " ", "service": "S2"}],
                "options": {"unknown": 1, "severity_preset": "none"},
            },
            {"name": "d", "provider": "sentry"},
        ],
    }));
    let nowhere = "expected the key of a service, or a name that only one service has, got";
    let expected = [
        "service: expected one of version, settings, teams, services, integrations, got an unknown field",
        "version: expected 1, got 2",
        "settings.default_severity: expected one of SEV0, SEV1, SEV2, SEV3, SEV4, got \"sev1\"",
        "teams[0].members[1]: expected a text: put it between \"quotes\", got 7",
        "teams[2].name: expected a text, got nothing",
        "services[0].environment: expected one of production, staging, development, got \"prod\"",
        "services[0].type: expected one of api, web, worker, database, internal, got 1",
        "services[1].key: expected 1 to 50 characters of A-Z, a-z, 0-9, _ and -, got \"not a key\"",
        "services[2]: expected a key, or a name, got neither",
        "services[3]: expected a map with key, legacy_key, slug, name, description, active, default_severity, environment, type, repository, url, team, got \"S\"",
        "services[4].nmae: expected one of key, legacy_key, slug, name, description, active, default_severity, environment, type, repository, url, team, got an unknown field",
        "services[4].active: expected true or false, got \"yes\"",
        "integrations[2].state: expected one of connected, disabled, disconnected, got \"off\"",
        "integrations[2].rate_limit: expected a whole number, 0 or more, got -1",
        "integrations[2].services: expected a list, got \"S\"",
        "integrations[3].services[0].mapping.fatal: expected one of SEV0, SEV1, SEV2, SEV3, SEV4, do_not_create, got \"SEV9\"",
        "integrations[3].services[2].service: expected a text, got nothing",
        "settings.reopen_days: expected 0 to 3650, got 4000",
        "teams[0].members[0]: expected the e-mail address of a user (`watchbell user invite` adds one), got \"nobody@example.com\"",
        "teams[1].name: expected each once, got \" t \" a second time",
        "services[0].team: expected the name of a team, got \"None\"",
        "services[0].name: expected 1 to 200 characters, got \"\"",
        "services[4].url: expected http:// or https:// and at most 2048 characters, got \"ftp://host\"",
    ];
    let slugs: Vec<_> = PROVIDERS.iter().map(|provider| provider.slug()).collect();
    let also = [
        "integrations[0].provider: expected the provider of an integration that is new, got nothing".to_owned(),
        format!("integrations[1].provider: expected one of {}, got \"pagerduty\"", slugs.join(", ")),
        format!("integrations[3].default_service: {nowhere} \"nowhere\""),
        "integrations[3].projects[0].project: expected 1 to 200 characters, got another length".to_owned(),
        "integrations[3].services[1]: expected each once, got \"S2\" a second time".to_owned(),
        "integrations[3].options.severity_preset: expected one of default, opsknight, got \"none\"".to_owned(),
        "integrations[3].options.unknown: expected one of severity_preset, assigned_acknowledges, enrichment, enrichment_personal_data, auto_worse_from, auto_much_worse_from, issue_links, resolve_in_sentry, got an unknown setting".to_owned(),
        "integrations[4].name: expected each once, got \"d\" a second time".to_owned(),
    ];
    let expected: BTreeSet<_> = expected.into_iter().map(str::to_owned).chain(also).collect();
    let told: BTreeSet<_> = wrong.iter().cloned().collect();
    let missing: Vec<_> = expected.difference(&told).collect();
    let too_much: Vec<_> = told.difference(&expected).collect();
    assert!(
        missing.is_empty() && too_much.is_empty(),
        "missing {missing:#?}, too much {too_much:#?}"
    );
    assert_eq!(wrong.len(), expected.len(), "each once");
}

#[test]
fn what_is_no_configuration_is_refused() {
    let world = World::new();
    let check = |file: Value, expected: &str| assert_eq!(world.wrong(&file), [expected], "{file}");
    check(json!(null), "version: expected 1, got nothing: the file has no fields");
    check(json!([]), "version: expected 1, got nothing: the file has no fields");
    check(json!({}), "version: expected 1, got nothing");
    check(json!({"version": "1"}), "version: expected 1, got \"1\"");
    check(json!({"version": 1, "services": null}), "services: expected a list, got nothing");
    let legacy = json!({"version": 1, "services": [{"key": "SER-00000", "name": "S"}]});
    check(legacy, "services[0].key: expected SER-00001 to SER-9999999, got \"SER-00000\"");
    let slug = json!({"version": 1, "services": [{"slug": "SER-00007", "name": "S"}]});
    check(
        slug,
        "services[0].slug: expected a word of yours that is no svc_… and no SER-…, got \"SER-00007\"",
    );
    let keys = json!({"version": 1, "services": [{"key": "SER-00001", "legacy_key": "SER-00002", "name": "S"}]});
    check(
        keys,
        "services[0].legacy_key: expected the sequential key, like SER-00001, got \"SER-00002\"",
    );
}

#[test]
fn integrations_that_share_a_name_are_not_guessed() {
    let world = World::new();
    let named = |name: &str| IntegrationNew {
        provider: "custom".to_owned(),
        name: Some(name.to_owned()),
        ..IntegrationNew::default()
    };
    world.control.integration_add(&named("Twin")).unwrap();
    let second = world.control.integration_add(&named("TWIN")).unwrap().view.integration.id;
    let file = json!({"version": 1, "integrations": [{"name": "Twin"}]});
    let expected = "integrations[0].name: expected a name that only one integration has: rename the others first, got \"Twin\"";
    assert_eq!(world.wrong(&file), [expected]);
    assert!(why(world.control.config_export()).contains("(\"Twin\"), "));
    let set = IntegrationSet { name: Some("Other".to_owned()), ..IntegrationSet::default() };
    world.control.integration_set(&second.to_string(), &set).unwrap();
    assert!(world.apply(&file).is_empty());
    let other = json!({"version": 1, "integrations": [{"name": "Twin", "provider": "sentry"}]});
    let expected = "integrations[0].provider: expected custom: a provider stays, got \"sentry\"";
    assert_eq!(world.wrong(&other), [expected]);
    let alias = json!({"version": 1, "integrations": [{"name": "Twin", "provider": "CUSTOM"}]});
    assert!(world.apply(&alias).is_empty());
}
