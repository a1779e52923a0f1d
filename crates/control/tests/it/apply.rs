//! Configuration as code: a file becomes the configuration, and the configuration a file.

mod problems;
mod prune;
mod round_trip;
mod secrets;

use serde_json::{Value, json};
use watchbell_control::{ControlError, Plan, PlanAction, SecretSource, ServiceNew, Wanted};
use watchbell_model::{Role, Secret};

use crate::World;

/// Secrets that a test's files may name.
const SECRETS: [(&str, &str); 4] = [
    ("ONE", "the-first-secret"),
    ("TWO", "the-second-secret"),
    ("KEY", "cu_brought_along_from_elsewhere"),
    ("SHORT", "short"),
];

/// What `file` says. A variable's value is in [`SECRETS`], a file's is its name.
fn wanted(file: &Value) -> Wanted {
    Wanted::read(file, &|source| match source {
        SecretSource::Env(name) => {
            let found = SECRETS.iter().find(|(known, _)| known == name);
            found.map(|(_, text)| Secret::new(*text)).ok_or_else(|| "none of that name".to_owned())
        }
        SecretSource::File(path) => Ok(Secret::new(path.display().to_string())),
    })
}

fn lines(plan: &Plan) -> Vec<String> {
    plan.lines.iter().map(ToString::to_string).collect()
}

/// Every problem that a failure tells.
fn all_of(result: Result<Plan, ControlError>) -> Vec<String> {
    match result {
        Err(ControlError::Invalid(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => vec![format!("{other:?} in place of wrong values")],
    }
}

impl World {
    /// Applies a file; what was planned before is what is done.
    fn apply(&self, file: &Value) -> Vec<String> {
        self.apply_and(file, false)
    }

    fn apply_and(&self, file: &Value, prune: bool) -> Vec<String> {
        let wanted = wanted(file);
        let before = self.config();
        let planned = self.control.config_plan(&wanted, prune).unwrap();
        assert_eq!(self.config(), before, "planning changes nothing");
        let done = self.control.config_apply(&wanted, prune).unwrap();
        assert_eq!(planned, done);
        let again = self.control.config_apply(&wanted, prune).unwrap();
        assert!(again.is_empty(), "applied twice: {:?}", lines(&again));
        let revision = before.revision + i64::from(!done.is_empty());
        assert_eq!(self.config().revision, revision, "one change, or none");
        lines(&done)
    }

    /// Everything that is wrong with a file.
    fn wrong(&self, file: &Value) -> Vec<String> {
        let (before, told) = (self.config(), self.audit().len());
        let wanted = wanted(file);
        let planned = all_of(self.control.config_plan(&wanted, false));
        let problems = all_of(self.control.config_apply(&wanted, false));
        assert_eq!(planned, problems);
        assert_eq!(
            (self.config(), self.audit().len()),
            (before, told),
            "a failure changes nothing"
        );
        problems
    }
}

#[test]
fn a_file_makes_a_whole_configuration_in_one_step() {
    let world = World::new();
    let ada = world.user("ada@example.com", Role::Responder);
    let revision = world.config().revision;
    let file = json!({
        "version": 1,
        "settings": {"organization_name": "Org", "default_severity": "SEV4", "reopen_days": 3},
        "teams": [{"name": "Payments", "members": ["ADA@example.com"]}],
        "services": [
            {"name": "Checkout", "team": "payments", "type": "web", "default_severity": "SEV1"},
            {"key": "till", "name": "Till", "active": false},
        ],
        "integrations": [
            {
                "name": "Sentry",
                "provider": "sentry",
                "rate_limit": 200,
                "default_service": "checkout",
                "services": ["TILL", {"service": "Checkout", "mapping": {"Fatal": "SEV0", "info": "do_not_create"}}],
                "projects": [{"project": " Web ", "service": "till"}],
                "options": {"assigned_acknowledges": true},
            },
            {"name": "Backup", "provider": "custom", "state": "disabled"},
        ],
    });
    let done = world.apply(&file);
    let expected = [
        "~ settings: default_severity none -> SEV4, organization_name none -> Org, reopen_days none -> 3",
        "+ team \"Payments\"",
        "+ service \"Till\" (till)",
        "+ service \"Checkout\"",
        "+ integration \"Sentry\"",
        "+ integration \"Backup\"",
    ];
    assert_eq!(done, expected);
    let config = world.config();
    assert_eq!(config.revision, revision + 1);
    let export = serde_json::to_value(world.control.config_export().unwrap()).unwrap();
    let [till, checkout] = [0, 1].map(|place| export["services"][place]["key"].clone());
    assert_eq!(export["teams"][0]["members"], json!([ada.email.as_str()]));
    assert_eq!(export["services"][1]["team"], "Payments");
    let integration = json!({
        "provider": "sentry",
        "name": "Sentry",
        "state": "connected",
        "rate_limit": 200,
        "accept_over_limit": false,
        "default_service": checkout,
        "services": [
            {"service": till, "mapping": {}},
            {"service": checkout, "mapping": {"fatal": "SEV0", "info": "do_not_create"}},
        ],
        "projects": [{"project": "web", "service": till, "active": true}],
        "restricted_to_links": false,
        "options": {"assigned_acknowledges": "true"},
    });
    assert_eq!(export["integrations"][0], integration);
    assert_eq!(export["integrations"][1]["state"], "disabled");
    for integration in &config.integrations {
        let keys = config.routing_keys.iter().filter(|key| key.integration == integration.id);
        assert_eq!(keys.count(), 1, "each has an address");
    }
}

#[test]
fn what_a_file_does_not_say_stays() {
    let world = World::new();
    let described =
        ServiceNew { description: Some("Sells".to_owned()), ..ServiceNew::named("Checkout") };
    world.control.service_add(&described).unwrap();
    world.control.service_add(&ServiceNew::named("Other")).unwrap();
    world.custom();
    let file = json!({
        "version": 1,
        "services": [{"key": "ser-00001", "name": "Till", "url": "https://till.example"}],
        "integrations": [{"name": "custom webhook", "rate_limit": 5, "services": ["Till"]}],
    });
    let done = world.apply(&file);
    let key = &world.config().services[0].key;
    let expected = [
        "~ service \"Till\" (SER-00001): name Checkout -> Till, url none -> https://till.example"
            .to_owned(),
        format!(
            "~ integration \"custom webhook\": name \"Custom webhook\" -> \"custom webhook\", \
             rate_limit 100 -> 5, services[{key}] none -> {{\"mapping\":{{}}}}"
        ),
    ];
    assert_eq!(done, expected);
    let till = &world.config().services[0];
    assert_eq!((till.description.as_deref(), till.active), (Some("Sells"), true));
    assert_eq!(world.config().services[1].name, "Other");
    // What is there is what it says: nothing, and no services.
    let file = json!({
        "version": 1,
        "services": [{"name": "TILL", "description": null}],
        "integrations": [{"name": "custom webhook", "services": []}],
    });
    world.apply(&file);
    assert_eq!(world.config().services[0].description, None);
    assert!(world.config().integrations[0].links.is_empty());
}

#[test]
fn services_are_told_apart_by_their_keys() {
    let world = World::new();
    for _ in 0..2 {
        world.control.service_add(&ServiceNew::named("Twin")).unwrap();
    }
    let wrong = world.wrong(&json!({"version": 1, "services": [{"name": "twin"}]}));
    let expected = "services[0]: expected a key beside the name, which SER-00001, SER-00002 have, got \"twin\"";
    assert_eq!(wrong, [expected]);
    let file = json!({"version": 1, "services": [
        {"name": "New"},
        {"key": "SER-00003", "name": "Third"},
        {"key": "SER-00002", "name": "Other"},
        {"name": "Twin", "type": "web"},
    ]});
    let done = world.apply(&file);
    let expected = [
        "~ service \"Twin\" (SER-00001): type api -> web",
        "~ service \"Other\" (SER-00002): name Twin -> Other",
        "+ service \"Third\" (SER-00003)",
        "+ service \"New\"",
    ];
    assert_eq!(done, expected);
    assert_eq!(world.config().services[3].legacy_key.to_string(), "SER-00004");
    let wrong = world.wrong(&json!({"version": 1, "services": [
        {"key": "SER-00001", "slug": "word"},
        {"key": "SER-00002", "name": "A"},
        {"key": "ser-00002", "name": "B"},
        {"key": "SER-00009"},
    ]}));
    let expected = [
        "services[0]: expected keys of one service: SER-00001 has others, and keys stay, got SER-00001, word",
        "services[2]: expected each once, got \"A\" a second time",
        "services[3].name: expected the name of a service: none has its key yet, got nothing",
    ];
    assert_eq!(wrong, expected);
}

#[test]
fn files_that_are_applied_at_the_same_time_are_all_applied() {
    let world = World::new();
    let files: Vec<_> = (0..4)
        .map(|number| {
            wanted(&json!({
                "version": 1,
                "services": [{"name": format!("S{number}")}],
                "integrations": [{
                    "name": format!("I{number}"),
                    "provider": "custom",
                    "default_service": format!("S{number}"),
                }],
            }))
        })
        .collect();
    std::thread::scope(|scope| {
        for file in &files {
            scope.spawn(|| world.control.config_apply(file, false).unwrap());
        }
    });
    let config = world.config();
    assert_eq!((config.revision, config.services.len(), config.integrations.len()), (4, 4, 4));
    for file in &files {
        let plan = world.control.config_plan(file, true).unwrap();
        assert_eq!([PlanAction::Add, PlanAction::Change].map(|action| plan.count(action)), [0, 0]);
    }
}

#[test]
fn every_change_of_a_file_is_told_in_the_audit_log() {
    let world = World::new();
    world.apply(&json!({
        "version": 1,
        "settings": {"reopen_days": 1},
        "teams": [{"name": "T"}],
        "services": [{"name": "S", "team": "T"}],
        "integrations": [{"name": "I", "provider": "custom", "signing_secrets": [{"env": "ONE"}]}],
    }));
    let actions: Vec<_> = world.audit().iter().map(|entry| entry.action.as_str()).collect();
    let expected = [
        "settings.changed",
        "team.added",
        "service.added",
        "integration.added",
        "key.added",
        "secret.set",
    ];
    assert_eq!(actions, expected);
}
