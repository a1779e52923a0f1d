//! Which topics at the source are let in, and until when.

use watchbell_control::{IntegrationNew, TopicOffered};
use watchbell_model::{IntegrationId, Secret};

use crate::{World, at, why};

/// The topics with their states.
fn shown(world: &World) -> Vec<String> {
    let topics = world.control.topics("Alarms").unwrap();
    topics.iter().map(|one| format!("{} {}", one.state, one.topic)).collect()
}

fn offered(world: &World, integration: IntegrationId, topic: &str) -> TopicOffered {
    let url = Secret::new(format!("https://sns.example/?Token={topic}"));
    world.control.topic_offered(integration, topic, &url).unwrap()
}

fn alarms(world: &World) -> IntegrationId {
    let (provider, name) = ("cloudwatch".to_owned(), Some("Alarms".to_owned()));
    let new = IntegrationNew { provider, name, ..IntegrationNew::default() };
    world.control.integration_add(&new).unwrap().view.integration.id
}

#[test]
fn the_first_topic_is_welcome_and_every_further_one_waits() {
    let world = World::new();
    let id = alarms(&world);
    assert_eq!(offered(&world, id, "arn:a"), TopicOffered::Welcome);
    assert_eq!(shown(&world), Vec::<String>::new(), "not before it is confirmed");
    world.control.topic_confirmed(id, "arn:a").unwrap();
    assert_eq!(offered(&world, id, "arn:b"), TopicOffered::Waits);
    assert_eq!(offered(&world, id, "arn:a"), TopicOffered::Welcome, "known");
    assert_eq!(shown(&world), ["confirmed arn:a", "waiting arn:b"]);
    assert!(why(world.control.topic_waiting("Alarms", "arn:a")).contains("no topic arn:a waits"));
    let (integration, url) = world.control.topic_waiting("Alarms", "arn:b").unwrap();
    assert_eq!((integration.id, url.expose()), (id, "https://sns.example/?Token=arn:b"));
    world.control.topic_confirmed(id, "arn:b").unwrap();
    assert_eq!(shown(&world), ["confirmed arn:a", "confirmed arn:b"]);
    assert!(world.config().subscriptions.iter().all(|record| record.sealed.is_none()), "done");
}

#[test]
fn what_ended_before_it_was_confirmed_again_goes_on() {
    let world = World::new();
    let id = alarms(&world);
    let ended = |said_at| world.control.topic_ended(id, "arn:a", said_at).unwrap();
    assert!(!ended(None), "not known");
    world.control.topic_confirmed(id, "arn:a").unwrap();
    world.wait(60);
    // Made again while the news of the end is still on its way.
    world.control.topic_confirmed(id, "arn:a").unwrap();
    assert!(!ended(Some(at(59))));
    assert_eq!(shown(&world), ["confirmed arn:a"]);
    assert!(ended(Some(at(60))));
    assert_eq!(shown(&world), ["ended arn:a"]);
    assert!(ended(Some(at(59))), "it is so");
    assert_eq!(offered(&world, id, "arn:a"), TopicOffered::Welcome, "it was let in before");
    assert_eq!(offered(&world, id, "arn:b"), TopicOffered::Waits, "no second first");
}

#[test]
fn strangers_fill_a_hundred_places_and_no_more() {
    let world = World::new();
    let id = alarms(&world);
    world.control.topic_confirmed(id, "arn:a").unwrap();
    for number in 0..100 {
        assert_eq!(offered(&world, id, &format!("arn:stranger-{number}")), TopicOffered::Waits);
    }
    assert_eq!(offered(&world, id, "arn:b"), TopicOffered::TooMany);
    assert_eq!(offered(&world, id, "arn:stranger-7"), TopicOffered::Waits, "it has its place");
    assert_eq!(shown(&world).len(), 101);
    world.control.topic_confirmed(id, "arn:stranger-7").unwrap();
    assert_eq!(offered(&world, id, "arn:b"), TopicOffered::Waits, "there is room again");
}
