use uuid::Uuid;
use watchbell_model::{
    Action, Alert, Auto, ConnectionScope, Environment, Integration, IntegrationId,
    IntegrationState, LegacyKey, LevelMapping, Link, ProjectMapping, Reason, Route, Service,
    ServiceId, ServiceKey, ServiceKind, ServiceReference, Severity, SeverityAction, Trace, Trigger,
};

use super::*;

fn service(number: u8, active: bool, default_severity: Option<Severity>) -> Service {
    Service {
        id: ServiceId::from_uuid(Uuid::from_u128(u128::from(number))),
        key: ServiceKey::from_random([number; 10]),
        legacy_key: LegacyKey::new(u32::from(number)),
        slug: (number == 1).then(|| "svc_CHECKOUT1".parse().unwrap()),
        name: format!("Service {number}"),
        description: None,
        active,
        default_severity,
        environment: Environment::Production,
        kind: ServiceKind::Api,
        repository: None,
        url: None,
        team: None,
        created_at: watchbell_model::Timestamp::default(),
    }
}

/// 1: linked, with a mapping. 2: linked, inactive. 3: not linked. 4: linked, default SEV4.
fn world() -> (Integration, Services) {
    let services = vec![
        service(1, true, None),
        service(2, false, None),
        service(3, true, None),
        service(4, true, Some(Severity::Sev4)),
    ];
    let mapping = LevelMapping::new([
        ("Error".to_owned(), SeverityAction::Severity(Severity::Sev1)),
        ("debug".to_owned(), SeverityAction::DoNotCreate),
    ]);
    let link = |n: usize, mapping| Link { service: services[n - 1].id, mapping };
    let integration = Integration {
        id: IntegrationId::from_uuid(Uuid::from_u128(9)),
        provider: "any".into(),
        name: "Any".into(),
        state: IntegrationState::Connected,
        rate_limit: 100,
        accept_over_limit: false,
        default_service: Some(services[3].id),
        links: vec![
            link(1, mapping),
            link(2, LevelMapping::default()),
            link(4, LevelMapping::default()),
        ],
        projects: Vec::new(),
        restricted_to_links: false,
        options: std::collections::BTreeMap::default(),
        created_at: watchbell_model::Timestamp::default(),
    };
    (integration, Services::new(services))
}

fn table(level: &str) -> Option<SeverityAction> {
    match level.to_ascii_lowercase().as_str() {
        "critical" => Some(SeverityAction::Severity(Severity::Sev0)),
        "error" => Some(SeverityAction::Severity(Severity::Sev2)),
        "none" => Some(SeverityAction::DoNotCreate),
        _ => None,
    }
}

fn with_rules<T>(needs_link: bool, run: impl FnOnce(&Rules<'_>) -> T) -> T {
    let (integration, services) = world();
    run(&Rules {
        scope: ConnectionScope::NONE,
        integration: &integration,
        services: &services,
        level_action: &table,
        needs_link,
        default_severity: Severity::Sev2,
    })
}

fn alert() -> Alert {
    Alert::new(Action::Trigger(Trigger::default()), "Disk is full")
}

fn id(number: u8) -> ServiceId {
    ServiceId::from_uuid(Uuid::from_u128(u128::from(number)))
}

#[test]
fn a_service_answers_to_its_three_names_without_case() {
    let check = |reference: &str, expected: Option<u8>| {
        let mut alert = alert();
        alert.service =
            Some(ServiceReference { text: reference.into(), field: "service_id".into() });
        let route = with_rules(true, |rules| route(rules, &alert, 0, &mut Trace::new()));
        assert_eq!(route, expected.map_or(Route::Unknown, |n| Route::Named(id(n))), "{reference}");
    };
    check("SER-00001", Some(1));
    check(" ser-00002 ", Some(2));
    check("SVC_checkout1", Some(1));
    check(&service(3, true, None).key.as_str().to_lowercase(), Some(3));
    check("SER-00009", None);
    check(&"x".repeat(51), None);
    check("", None);
}

#[test]
fn an_alert_without_a_service_has_the_default_to_fall_back_on() {
    with_rules(true, |rules| {
        let mut trace = Trace::new();
        assert_eq!(route(rules, &alert(), 0, &mut trace), Route::Unnamed(Ok(id(4))));
        assert_eq!(trace.steps().len(), 1);
        let mut integration = rules.integration.clone();
        integration.default_service = None;
        let rules = Rules { integration: &integration, ..*rules };
        let expected = Route::Unnamed(Err(Reason::MissingService));
        assert_eq!(route(&rules, &alert(), 0, &mut trace), expected);
    });
}

#[test]
fn the_severity_chain_takes_the_first_that_speaks() {
    let check = |named: Option<Severity>, level: Option<&str>, on: u8, expected: &str| {
        let mut alert = alert();
        alert.severity = named;
        alert.level = level.map(str::to_owned);
        let got = with_rules(true, |rules| assess(rules, &alert, id(on)));
        let severity = got.severity.map_or("none", Severity::as_str);
        assert_eq!(format!("{severity}: {}", got.because), expected);
    };
    check(Some(Severity::Sev3), Some("error"), 1, "SEV3: named in the payload");
    check(None, Some("ERROR"), 1, "SEV1: level \"ERROR\" by the linked service's mapping");
    check(None, Some("error"), 4, "SEV2: level \"error\" by the provider's table");
    check(None, Some("Critical"), 1, "SEV0: level \"Critical\" by the provider's table");
    check(None, Some("odd"), 4, "SEV4: level \"odd\" is in no table; the service's default");
    check(None, Some("odd"), 1, "SEV2: level \"odd\" is in no table; the instance's default");
    check(None, None, 4, "SEV4: no level in the payload; the service's default");
    check(None, Some("debug"), 1, "none: level \"debug\" by the linked service's mapping");
    check(None, Some("none"), 4, "none: level \"none\" by the provider's table");
}

#[test]
fn what_the_level_gives_gets_worse_with_the_number_of_events() {
    let check = |named: Option<Severity>, level: &str, events: Option<u64>, expected: &str| {
        let mut alert = alert();
        alert.severity = named;
        alert.level = Some(level.to_owned());
        alert.auto = Some(Auto { events, worse_from: 100, much_worse_from: 1_000 });
        let got = with_rules(true, |rules| assess(rules, &alert, id(4)));
        let severity = got.severity.map_or("none", Severity::as_str);
        let because = got.because.split_once("; auto: ").map_or(&*got.because, |(_, auto)| auto);
        assert_eq!(format!("{severity}: {because}"), expected);
    };
    let steps = "(one step worse from 100, two from 1000)";
    check(None, "error", None, &format!("SEV2: the number of events is not known yet {steps}"));
    check(None, "error", Some(99), &format!("SEV2: 99 events change nothing {steps}"));
    check(None, "error", Some(100), &format!("SEV1: 100 events make it one step worse {steps}"));
    check(
        None,
        "error",
        Some(9_999),
        &format!("SEV0: 9999 events make it two steps worse {steps}"),
    );
    check(None, "critical", Some(100), &format!("SEV0: 100 events make it one step worse {steps}"));
    // What is in no table falls through the chain first.
    check(None, "odd", Some(100), &format!("SEV3: 100 events make it one step worse {steps}"));
    check(None, "none", Some(9_999), "none: level \"none\" by the provider's table");
}

#[test]
fn opening_needs_an_active_linked_service_and_a_severity() {
    let check = |on: u8, level: &str, needs_link: bool, expected: Result<(), Reason>| {
        let mut alert = alert();
        alert.level = Some(level.to_owned());
        let got = with_rules(needs_link, |rules| assess(rules, &alert, id(on)).may_open);
        assert_eq!(got, expected, "service {on}, {level}");
    };
    check(1, "error", true, Ok(()));
    check(2, "error", true, Err(Reason::ServiceInactive));
    check(3, "error", true, Err(Reason::ServiceNotLinked));
    check(3, "error", false, Ok(()));
    check(7, "error", true, Err(Reason::UnknownService));
    check(1, "debug", true, Err(Reason::SeverityDoNotCreate));
    check(4, "none", true, Err(Reason::SeverityDoNotCreate));
}

#[test]
fn a_test_notification_opens_whatever_the_mapping_says() {
    let mut alert = alert();
    alert.level = Some("none".into());
    alert.test = true;
    let got = with_rules(true, |rules| assess(rules, &alert, id(1)));
    assert_eq!((got.severity, got.may_open), (Some(Severity::Sev4), Ok(())));
}

#[test]
fn a_rule_at_the_source_stops_opening_but_not_a_test() {
    let check = |must_not_open, test, level: &str, expected: Result<(), Reason>| {
        let mut alert = alert();
        (alert.must_not_open, alert.test, alert.level) = (must_not_open, test, Some(level.into()));
        let got = with_rules(true, |rules| assess(rules, &alert, id(4)));
        assert_eq!(got.may_open, expected, "{must_not_open:?}, {level}");
    };
    let off = Some(Reason::AutoCreateOff);
    check(None, false, "error", Ok(()));
    check(off, false, "error", Err(Reason::AutoCreateOff));
    check(off, false, "none", Err(Reason::AutoCreateOff));
    check(off, true, "error", Ok(()));
    check(Some(Reason::EnvironmentFiltered), true, "none", Ok(()));
    check(None, false, "none", Err(Reason::SeverityDoNotCreate));
}

#[test]
fn a_mapped_project_has_its_own_service_and_others_have_none() {
    let mapping = |project: &str, service: u8, active| ProjectMapping {
        scope: ConnectionScope::NONE,
        project: project.to_owned(),
        service: id(service),
        active,
    };
    let elsewhere = ProjectMapping {
        scope: ConnectionScope::from_uuid(Uuid::max()),
        ..mapping("far", 1, true)
    };
    let projects = vec![
        mapping("web", 1, true),
        mapping("old", 2, false),
        mapping("lost", 99, true),
        elsewhere,
    ];
    let check = |project: Option<&str>, named: Option<&str>, expected: Route| {
        let mut alert = alert();
        alert.project = project.map(str::to_owned);
        alert.service = named
            .map(|text| ServiceReference { text: text.to_owned(), field: "service_id".into() });
        let got = with_rules(true, |rules| {
            let integration =
                Integration { projects: projects.clone(), ..rules.integration.clone() };
            route(&Rules { integration: &integration, ..*rules }, &alert, 0, &mut Trace::new())
        });
        assert_eq!(got, expected, "{project:?} {named:?}");
    };
    check(Some("web"), None, Route::Unnamed(Ok(id(1))));
    check(Some("WEB"), None, Route::Unnamed(Ok(id(1))));
    check(Some("old"), None, Route::Unnamed(Err(Reason::MappingDisabled)));
    check(Some("lost"), None, Route::Unnamed(Err(Reason::UnknownService)));
    check(Some("far"), None, Route::Unnamed(Err(Reason::UnmappedProject)));
    check(Some("other"), None, Route::Unnamed(Err(Reason::UnmappedProject)));
    check(None, None, Route::Unnamed(Err(Reason::UnmappedProject)));
    check(Some("other"), Some("SER-00002"), Route::Named(id(2)));
}
