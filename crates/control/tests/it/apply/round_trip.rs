use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use watchbell_model::Role;
use watchbell_providers::PROVIDERS;

use super::{lines, wanted};
use crate::World;

const PEOPLE: [&str; 2] = ["ada@example.com", "bob@example.com"];
const SEVERITIES: [&str; 5] = ["SEV0", "SEV1", "SEV2", "SEV3", "SEV4"];
const ACTIONS: [&str; 3] = ["SEV0", "SEV3", "do_not_create"];

impl World {
    fn invite_people(&self) {
        for email in PEOPLE {
            self.user(email, Role::Viewer);
        }
    }

    fn exported(&self) -> Value {
        serde_json::to_value(self.control.config_export().unwrap()).unwrap()
    }

    /// An export applies to nothing here, and makes another database the same.
    fn assert_round_trip(&self) {
        let export = self.exported();
        let plan = self.control.config_apply(&wanted(&export), true).unwrap();
        assert!(plan.is_empty(), "{:?} of {export:#}", lines(&plan));
        let other = Self::new();
        other.invite_people();
        other.apply(&export);
        assert_eq!(other.exported(), export);
    }
}

#[test]
fn an_export_of_the_demo_applies_to_nothing_and_makes_the_same_elsewhere() {
    let world = World::new();
    let demo = world.control.demo_setup().unwrap().unwrap();
    world.assert_round_trip();
    let text = world.exported().to_string();
    for created in demo.integrations {
        assert!(!text.contains(created.routing_key.expose()), "a routing key is not in it");
    }
}

#[test]
fn an_export_of_nothing_is_nothing() {
    let world = World::new();
    world.assert_round_trip();
    assert_eq!(world.config().revision, 0);
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(
    some: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    proptest::option::of(some).boxed()
}

fn text() -> BoxedStrategy<String> {
    "[a-zA-Zäß日 .:#'\"-]{0,12}[a-z]".boxed()
}

fn settings() -> impl Strategy<Value = Value> {
    (maybe(text()), maybe(select(&SEVERITIES)), maybe(0_u32..3_650)).prop_map(
        |(name, severity, days)| {
            json!({"organization_name": name, "default_severity": severity, "reopen_days": days})
        },
    )
}

fn teams() -> impl Strategy<Value = Vec<Value>> {
    let team = (text(), maybe(text()), subsequence(&PEOPLE, 0..=2));
    vec(team, 0..3).prop_map(|teams| {
        let team = |(place, (name, description, members))| {
            json!({"name": format!("{name}{place}"), "description": description, "members": members})
        };
        teams.into_iter().enumerate().map(team).collect()
    })
}

/// Services, the first of which has the key `s0`, the second `s1`, and so on.
fn services() -> impl Strategy<Value = Vec<Value>> {
    let environment = select(&["production", "staging", "development"]);
    let kind = select(&["api", "web", "worker", "database", "internal"]);
    let url = maybe("https://[a-z]{1,8}/[a-z]{0,5}");
    let what = (text(), maybe(text()), any::<bool>(), maybe(select(&SEVERITIES)));
    let place = (environment, kind, maybe("[a-z]{1,5}/[a-z]{1,5}"), url);
    vec((what, place), 1..5).prop_map(|services| {
        let service = |(number, (what, place))| {
            let (name, description, active, severity): (_, _, bool, Option<&str>) = what;
            let (environment, kind, repository, url): (&str, &str, _, _) = place;
            let [description, repository, url]: [Option<String>; 3] =
                [description, repository, url];
            json!({
                "key": format!("s{number}"),
                "name": String::clone(&name),
                "description": description,
                "active": active,
                "default_severity": severity,
                "environment": environment,
                "type": kind,
                "repository": repository,
                "url": url,
            })
        };
        services.into_iter().enumerate().map(service).collect()
    })
}

fn integrations() -> impl Strategy<Value = Vec<Value>> {
    let slugs: Vec<_> = PROVIDERS.iter().map(|provider| provider.slug()).collect();
    let mapping = btree_map("[a-z]{1,6}", select(&ACTIONS), 0..3);
    let integration = (
        (text(), select(slugs), select(&["connected", "disabled", "disconnected"])),
        (0_u32..1_000_000, any::<bool>(), any::<bool>(), maybe(Just("s0"))),
        (mapping, btree_map("[a-z]{1,6}", any::<bool>(), 0..3), any::<bool>()),
    );
    vec(integration, 0..4).prop_map(|all| {
        let integration = |(place, (first, second, third))| {
            let (name, provider, state): (String, &str, &str) = first;
            let (limit, over, restricted, default): (u32, bool, bool, Option<&str>) = second;
            let (mapping, projects, is_linked): (_, BTreeMap<String, bool>, bool) = third;
            let links = is_linked.then(|| json!({"service": "s0", "mapping": mapping}));
            let projects = projects.iter().map(
                |(project, active)| json!({"project": project, "service": "s0", "active": active}),
            );
            json!({
                "name": format!("{name}{place}"),
                "provider": provider,
                "state": state,
                "rate_limit": limit,
                "accept_over_limit": over,
                "restricted_to_links": restricted,
                "default_service": default,
                "services": links.into_iter().collect::<Vec<_>>(),
                "projects": projects.collect::<Vec<_>>(),
            })
        };
        all.into_iter().enumerate().map(integration).collect()
    })
}

#[test]
fn an_export_of_anything_applies_to_nothing_and_makes_the_same_elsewhere() {
    let files = (settings(), teams(), services(), integrations(), any::<bool>());
    let mut runner =
        TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let tried = runner.run(&files, |(settings, teams, mut services, integrations, owned)| {
        let world = World::new();
        world.invite_people();
        if let (true, Some(team), Some(service)) = (owned, teams.first(), services.first_mut()) {
            service["team"] = team["name"].clone();
        }
        world.apply(&json!({
            "version": 1,
            "settings": settings,
            "teams": teams,
            "services": services,
            "integrations": integrations,
        }));
        world.assert_round_trip();
        Ok(())
    });
    tried.unwrap();
}
