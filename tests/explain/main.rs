//! Explaining says exactly what ingestion then does, whatever the configuration and the deliveries.

#![cfg(test)]

mod bodies;
mod place;
mod world;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use watchbell_ingest::Explanation;
use watchbell_model::{DeliveryId, IncidentNumber, Outcome, Reason};
use watchbell_providers::PROVIDERS;

use bodies::{Post, posts, samples};
use place::Kind;
use world::{Ended, Setup, World, nameless, plain, setups};

/// What explaining says, in the words of what happens.
fn told(explanation: &Explanation) -> Ended {
    let (status, outcome, reason) = explanation.answer().unwrap();
    let decided = explanation.decided.as_ref().filter(|_| explanation.refused.is_none());
    Ended {
        status,
        outcome,
        reason,
        results: decided.map(|decided| decided.results.clone()).unwrap_or_default(),
        incidents: decided
            .map(|decided| decided.incidents.iter().map(|step| nameless(&step.after)).collect())
            .unwrap_or_default(),
        lines: decided
            .map(|decided| decided.timeline.iter().map(|entry| entry.text.clone()).collect())
            .unwrap_or_default(),
    }
}

fn explained_is_done(kind: Kind, setup: &Setup, deliveries: &[Post]) {
    let world = World::new(kind, setup);
    for (place, post) in deliveries.iter().enumerate() {
        let delivery = world.delivery(post, place);
        let before = world.rows();
        let explanation = world.explainer().sample(&world.source, delivery.clone()).unwrap();
        assert_eq!(world.rows(), before, "explaining wrote something");
        let known: Vec<_> = world.incidents();
        for step in explanation.decided.iter().flat_map(|decided| &decided.incidents) {
            let is = known.iter().find(|incident| incident.id == step.after.id);
            assert_eq!(step.before.as_ref(), is, "an incident is new, or as it was");
        }
        let done = world.ingest(delivery);
        assert_eq!(told(&explanation), done, "delivery {place}: {post:?}");
    }
    world.assert_sound();
    replayed_is_rehearsed(&world);
}

/// The same with the place of each number among those that were seen, which are the same ones in every
/// run: PostgreSQL takes numbers in blocks, so how long a range is rehearsed decides where gaps are.
fn renumbered(mut ended: Ended, seen: &mut Vec<IncidentNumber>) -> Ended {
    let mut place = |number: &mut IncidentNumber| {
        let found = seen.iter().position(|other| other == number).unwrap_or_else(|| {
            seen.push(*number);
            seen.len() - 1
        });
        number.place = i64::try_from(found).unwrap();
    };
    ended.incidents.iter_mut().for_each(|incident| place(&mut incident.number));
    ended.results.iter_mut().filter_map(|result| result.incident.as_mut()).for_each(place);
    ended
}

/// All of it once more: what the rehearsal of the whole range says is what running it does.
fn replayed_is_rehearsed(world: &World) {
    let before: Vec<_> = world.incidents().iter().map(|incident| incident.number).collect();
    let (mut said, mut did) = (before.clone(), before);
    let ids: Vec<DeliveryId> = world.stored();
    let rehearsed = world.rehearse(&ids);
    for (id, rehearsed) in ids.iter().zip(rehearsed) {
        let ran = world.replay(*id);
        match (rehearsed.now.filter(|now| now.refused.is_none()), ran) {
            (Some(now), Some(done)) => {
                let (told, done) = (renumbered(told(&now), &mut said), renumbered(done, &mut did));
                assert_eq!(told, done, "{id}");
            }
            (None, None) => {}
            (now, ran) => panic!("{id}: rehearsed {now:?}, but ran {ran:?}"),
        }
    }
    world.assert_sound();
}

/// Any configuration, and what may come to it.
fn stories() -> impl Strategy<Value = (Setup, Vec<Post>)> {
    setups().prop_flat_map(|setup| {
        let posts = posts(setup.provider);
        (Just(setup), prop::collection::vec(posts, 1..12))
    })
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        max_shrink_iters: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn what_is_explained_is_what_is_done((setup, deliveries) in stories()) {
        explained_is_done(Kind::Sqlite, &setup, &deliveries);
    }
}

// Fewer, since each one makes a database in the cluster.
#[cfg(feature = "postgres")]
proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn what_is_explained_is_what_is_done_on_postgres((setup, deliveries) in stories()) {
        explained_is_done(Kind::Postgres, &setup, &deliveries);
    }
}

#[test]
fn what_was_acknowledged_before_stays_as_it_is() {
    let sentry = *PROVIDERS.iter().find(|provider| provider.slug() == "sentry").unwrap();
    let samples = samples(sentry);
    let with = |word: &str| {
        let found = samples.iter().find(|post| String::from_utf8_lossy(&post.body).contains(word));
        found.unwrap().clone()
    };
    let (triggered, archived) = (with("\"triggered\""), with("\"archived_until_escalating\""));
    let world = World::new(Kind::Sqlite, &plain(sentry));
    for (place, post) in [&triggered, &archived, &archived].into_iter().enumerate() {
        world.ingest(world.delivery(post, place));
    }
    let again = world.delivery(&archived, 3);
    let explained = told(&world.explainer().sample(&world.source, again.clone()).unwrap());
    assert_eq!((explained.reason, &explained.incidents[..]), (Reason::Acknowledged, &[][..]));
    assert_eq!(explained, world.ingest(again));
}

#[test]
fn the_deliveries_do_many_things() {
    // The property is worth something only if what it meets is not all of one kind.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let tree = setups().new_tree(&mut runner).unwrap();
        let setup = tree.current();
        let world = World::new(Kind::Sqlite, &setup);
        let all = prop::collection::vec(posts(setup.provider), 1..8);
        for (place, post) in all.new_tree(&mut runner).unwrap().current().iter().enumerate() {
            let done = world.ingest(world.delivery(post, place));
            seen.insert(done.reason.as_str());
            assert_ne!(done.outcome, Outcome::Failed);
        }
    }
    for reason in
        ["created", "updated", "resolved", "nothing_open", "rate_limited", "missing_service"]
    {
        assert!(seen.contains(reason), "{reason} is not in {seen:?}");
    }
}
