//! Random histories, told to the crate and to the reference; after each step both must agree.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;
use watchbell_model::{
    Acknowledgement, Action, Actor, Alert, ApiKeyId, Assessment, DedupKey, Incident, Metadata,
    Reason, Reopen, RepeatText, Route, ServiceId, Severity, Status, TimelineKind, Trigger,
};

use crate::reference::{Act, Book, CHATTER, SERVICES, Say, Setting, Sheet, To, WINDOW, Who};
use crate::world::{World, at, seconds, service_id, service_number};

/// One thing that happens, after a while.
#[derive(Debug, Clone)]
struct Step {
    after: i64,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// An alert comes. Its clock, if it has one, is behind by so many seconds.
    Alert(Say),
    PersonMoves(Index, Status),
    PersonRates(Index, u8),
    PersonTakes(Index),
    Configure(Setting),
}

fn times() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => 0..4_000_i64,
        2 => Just(0),
        2 => select(vec![WINDOW / 2, WINDOW - 1, WINDOW, WINDOW + 1]),
    ]
}

fn acts() -> impl Strategy<Value = Act> {
    let reopen = select(vec![
        Reopen::SameOccurrence,
        Reopen::SameOccurrence,
        Reopen::SameOccurrence,
        Reopen::LatestOfKey,
        Reopen::Never,
    ]);
    let trigger = (prop::bool::weighted(0.2), reopen, any::<bool>(), prop::bool::weighted(0.3))
        .prop_map(|(investigating, reopen, replace, clears)| Act::Trigger {
            investigating,
            reopen,
            replace,
            clears,
        });
    prop_oneof![
        12 => trigger,
        3 => Just(Act::Acknowledge),
        2 => any::<bool>().prop_map(|investigating| Act::Note { investigating }),
        5 => Just(Act::Resolve),
    ]
}

fn says() -> impl Strategy<Value = Say> {
    let to = prop_oneof![
        8 => (0..SERVICES).prop_map(To::Service),
        1 => Just(To::NoSuchService),
        8 => Just(To::Unnamed),
    ];
    let metadata = prop_oneof![
        3 => Just(BTreeMap::new()),
        1 => prop::collection::btree_map(0..80_u8, 0..3_u8, 0..20),
    ];
    let clock = prop::option::weighted(0.3, select(vec![0, 1, 600, 2 * 24 * 3_600]));
    (
        acts(),
        prop_oneof![5 => Just(Some(0)), 3 => Just(Some(1)), 1 => Just(None)],
        to,
        prop::option::weighted(0.8, 0..3_u8),
        0..=CHATTER,
        (0..3_u8, prop::option::of(0..2_u8), prop::option::of(0..2_u8)),
        metadata,
        clock,
    )
        .prop_map(|(act, key, to, occurrence, level, texts, metadata, clock)| Say {
            act,
            key,
            to,
            occurrence,
            level,
            title: texts.0,
            description: texts.1,
            url: texts.2,
            metadata,
            clock,
        })
}

fn settings() -> impl Strategy<Value = Setting> {
    let off = prop::option::weighted(
        0.3,
        select(vec![Reason::ServiceInactive, Reason::ServiceNotLinked]),
    );
    let default = prop_oneof![
        3 => (0..SERVICES).prop_map(Ok),
        1 => select(vec![Err(Reason::MissingService), Err(Reason::UnmappedProject)]),
    ];
    (prop::array::uniform3(off), default).prop_map(|(off, default)| Setting { off, default })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let what = prop_oneof![
        20 => says().prop_map(What::Alert),
        4 => (any::<Index>(), select(Status::ALL.to_vec())).prop_map(|(i, to)| What::PersonMoves(i, to)),
        1 => (any::<Index>(), 0..5_u8).prop_map(|(i, severity)| What::PersonRates(i, severity)),
        1 => any::<Index>().prop_map(What::PersonTakes),
        1 => settings().prop_map(What::Configure),
    ];
    let step = (times(), what).prop_map(|(after, what)| Step { after, what });
    prop::collection::vec(step, 1..60)
}

fn alert(say: &Say, now: i64) -> Alert {
    let action = match say.act {
        Act::Trigger { investigating, reopen, replace, clears } => Action::Trigger(Trigger {
            investigating,
            reopen,
            repeat_text: if replace { RepeatText::Replace } else { RepeatText::Keep },
            clears_source_acknowledgement: clears,
        }),
        Act::Acknowledge => Action::Acknowledge,
        Act::Note { investigating } => Action::Note { investigating },
        Act::Resolve => Action::Resolve,
    };
    let mut metadata = Metadata::new();
    for (name, value) in &say.metadata {
        metadata.insert(&format!("{name:02}"), &value.to_string());
    }
    Alert {
        dedup_key: say.key.and_then(|key| DedupKey::new(key.to_string())),
        occurrence: say.occurrence.map(|n| n.to_string()),
        description: say.description.map(|n| n.to_string()),
        source_url: say.url.map(|n| n.to_string()),
        source_clock: say.clock.map(|behind| at(now - behind)),
        metadata,
        ..Alert::new(action, say.title.to_string())
    }
}

fn route(say: &Say, setting: &Setting) -> Route {
    match say.to {
        To::Service(service) => Route::Named(service_id(service)),
        To::NoSuchService => Route::Unknown,
        To::Unnamed => Route::Unnamed(setting.default.map(service_id)),
    }
}

fn assessment(say: &Say, setting: &Setting, service: ServiceId) -> Assessment {
    let service = service_number(service);
    Assessment {
        severity: Setting::severity(say.level, service).and_then(Severity::from_number),
        because: "so it is mapped".into(),
        may_open: setting.may_open(say.level, service),
    }
}

fn who(actor: Actor) -> Who {
    match actor {
        Actor::Integration(_) => Who::Source,
        Actor::ApiKey(_) | Actor::User(_) | Actor::System => Who::Person,
    }
}

/// What can be seen of an incident, as the reference writes it.
fn sheet(incident: &Incident, timeline: &[(TimelineKind, String)]) -> Sheet {
    let number = |text: &str| text.parse().unwrap();
    let optional = |text: &Option<String>| text.as_deref().map(number);
    Sheet {
        key: incident.dedup_key.as_ref().map(|key| number(key.as_str())),
        service: service_number(incident.service),
        status: incident.status,
        severity: incident.severity.number(),
        worst_reported: incident.worst_reported.number(),
        acknowledged: incident
            .acknowledged
            .map(|Acknowledgement { at, by }| (who(by), seconds(at))),
        occurrences: incident.occurrences,
        occurrence: optional(&incident.occurrence),
        title: number(&incident.title),
        description: optional(&incident.description),
        url: optional(&incident.source_url),
        metadata: incident
            .metadata
            .iter()
            .map(|(name, value)| (number(name), number(value)))
            .collect(),
        opened: seconds(incident.opened_at),
        last_seen: seconds(incident.last_seen_at),
        ended: incident.ended_at.map(seconds),
        resolved_by: incident.resolved_by.map(who),
        lines: timeline.iter().map(|(kind, _)| *kind).collect(),
    }
}

/// What the API does for people, in short.
fn person_moves(world: &mut World, i: usize, to: Status, now: i64) {
    let incident = &world.incidents[i];
    let twin = world.incidents.iter().any(|other| {
        other.status.is_open()
            && other.identity().is_some()
            && (other.identity(), other.service) == (incident.identity(), incident.service)
    });
    if incident.status.check_move(to) != Ok(true)
        || (incident.status == Status::Resolved && to.is_open() && twin)
    {
        return;
    }
    let incident = &mut world.incidents[i];
    let person = Actor::ApiKey(ApiKeyId::from_uuid(Uuid::from_u128(3)));
    match to {
        Status::Resolved => {
            (incident.ended_at, incident.resolved_by) = (Some(at(now)), Some(person));
        }
        Status::Closed => {}
        _ => (incident.ended_at, incident.resolved_by) = (None, None),
    }
    incident.status = to;
}

fn person_takes(incident: &mut Incident, now: i64) {
    if incident.status.is_open() && incident.acknowledged.is_none() {
        let by = Actor::ApiKey(ApiKeyId::from_uuid(Uuid::from_u128(3)));
        incident.acknowledged = Some(Acknowledgement { at: at(now), by });
        if incident.status == Status::New {
            incident.status = Status::Investigating;
        }
    }
}

/// Tells a history to both, comparing after each step. Gives the reasons that came up.
fn tell(steps: &[Step]) -> Vec<Reason> {
    let (mut world, mut book) = (World::default(), Book::default());
    let mut setting = Setting { off: [None; 3], default: Ok(0) };
    let (mut now, mut reasons) = (0, Vec::new());
    for (n, step) in steps.iter().enumerate() {
        now += step.after;
        let pick = |i: &Index| (!book.sheets.is_empty()).then(|| i.index(book.sheets.len()));
        match &step.what {
            What::Alert(say) => {
                let alert = alert(say, now);
                let assess = |service| assessment(say, &setting, service);
                let outcome = world.hear(&alert, route(say, &setting), &assess, at(now));
                let say = Say { clock: say.clock.map(|behind| now - behind), ..say.clone() };
                assert_eq!(outcome, book.hear(&say, &setting, now), "step {n}: {step:?}");
                reasons.extend(outcome.into_iter().map(|(_, reason)| reason));
            }
            What::PersonMoves(i, to) => {
                if let Some(i) = pick(i) {
                    person_moves(&mut world, i, *to, now);
                    book.person_moves(i, *to, now);
                }
            }
            What::PersonRates(i, severity) => {
                if let Some(i) = pick(i) {
                    world.incidents[i].severity = Severity::from_number(*severity).unwrap();
                    book.person_rates(i, *severity);
                }
            }
            What::PersonTakes(i) => {
                if let Some(i) = pick(i) {
                    person_takes(&mut world.incidents[i], now);
                    book.person_takes(i, now);
                }
            }
            What::Configure(new) => setting = new.clone(),
        }
        assert_eq!(world.incidents.len(), book.sheets.len(), "step {n}: {step:?}");
        for (i, expected) in book.sheets.iter().enumerate() {
            let mut seen = sheet(&world.incidents[i], &world.timelines[i]);
            let mut expected = expected.clone();
            // Lines of one moment have no order.
            seen.lines.sort_by_key(|kind| kind.as_str());
            expected.lines.sort_by_key(|kind| kind.as_str());
            assert_eq!(seen, expected, "incident {i} after step {n}: {step:?}");
        }
        world.check_uniqueness();
    }
    reasons
}

#[test]
fn the_crate_and_the_reference_tell_the_same_histories() {
    let config = Config { cases: 1_000, failure_persistence: None, ..Config::default() };
    let seen = RefCell::new(HashSet::new());
    let mut runner = TestRunner::new(config);
    let ran = runner.run(&steps(), |steps| {
        seen.borrow_mut().extend(tell(&steps));
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
    let all = HashSet::from([
        Reason::Created,
        Reason::Reopened,
        Reason::Raised,
        Reason::Resolved,
        Reason::Acknowledged,
        Reason::Updated,
        Reason::Noted,
        Reason::MissingService,
        Reason::UnknownService,
        Reason::ServiceInactive,
        Reason::ServiceNotLinked,
        Reason::SeverityDoNotCreate,
        Reason::UnmappedProject,
        Reason::NothingOpen,
        Reason::AlreadyResolved,
        Reason::Stale,
    ]);
    assert_eq!(seen.into_inner(), all, "the histories reach everything");
}
