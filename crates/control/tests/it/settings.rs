use watchbell_control::{
    ControlError, IntegrationSet, ServiceNew, ServiceSet, SettingsSet,
    documents::{ServiceDocument, etag},
};
use watchbell_model::{InstanceSettings, Severity};

use crate::{World, why};

#[test]
fn settings_are_set_and_go_back_to_the_file() {
    let world = World::new();
    let set = SettingsSet {
        organization_name: Some(Some(" Org ".to_owned())),
        default_severity: Some(Some(Severity::Sev4)),
        reopen_days: Some(Some(3)),
    };
    let (settings, is_changed) = world.control.settings_set(&set).unwrap();
    assert!(is_changed && !world.control.settings_set(&set).unwrap().1);
    let expected = InstanceSettings {
        organization_name: Some("Org".to_owned()),
        default_severity: Some(Severity::Sev4),
        reopen_days: Some(3),
    };
    assert_eq!((&settings, world.control.settings().unwrap()), (&expected, expected.clone()));
    let back = SettingsSet { default_severity: Some(None), ..SettingsSet::default() };
    let (settings, _) = world.control.settings_set(&back).unwrap();
    assert_eq!(settings, InstanceSettings { default_severity: None, ..expected });
    let wrong = SettingsSet {
        organization_name: Some(Some(String::new())),
        reopen_days: Some(Some(3_651)),
        ..SettingsSet::default()
    };
    let ControlError::Invalid(problems) = world.control.settings_set(&wrong).unwrap_err() else {
        panic!("expected wrong values");
    };
    let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["organization_name", "reopen_days"]);
}

#[test]
fn a_service_changes_only_if_it_is_what_was_seen() {
    let world = World::new();
    let service = world.control.service_add(&ServiceNew::named("Checkout")).unwrap();
    let seen = etag(&ServiceDocument::of(&world.config(), &service));
    let rename = |name: &str| ServiceSet { name: Some(name.to_owned()), ..ServiceSet::default() };
    let control = world.control.if_match(Some(&seen));
    control.service_set("SER-00001", &rename("Till")).unwrap();
    let late = control.service_set("SER-00001", &rename("Cash")).unwrap_err();
    assert!(matches!(late, ControlError::Changed { what: "service" }), "{late}");
    let any = world.control.if_match(None).service_set("SER-00001", &rename("Cash")).unwrap();
    assert_eq!((any.0.name.as_str(), &any.0.key), ("Cash", &service.key));
    let wrong = ServiceSet {
        url: Some(Some("ftp://host".to_owned())),
        repository: Some(Some("one".to_owned())),
        ..ServiceSet::default()
    };
    assert!(why(world.control.service_set("SER-00001", &wrong)).contains("repository: expected"));
    let id = world.custom();
    let set = IntegrationSet { rate_limit: Some(7), ..IntegrationSet::default() };
    let stale = world.control.if_match(Some("0000000000000000"));
    let refused = stale.integration_set(&id, &set).unwrap_err();
    assert!(matches!(refused, ControlError::Changed { what: "integration" }), "{refused}");
}
