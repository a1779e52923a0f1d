//! What an incident and its timeline say.

use uuid::Uuid;
use watchbell_model::{
    ConnectionScope, DedupKey, GroupHash, Incident, IncidentId, IncidentNumber, Metadata,
    RepeatText, Severity, Status, Trigger,
};

use super::{
    A, Given, HOUR, NOW, Told, hear, incident, note, resolve, trigger, trigger_as, trigger_that,
    world,
};
use crate::world::{at, integration, service_id};

#[test]
fn a_new_incident_holds_what_its_alert_says() {
    let mut told = trigger();
    told.alert.description = Some("sda".to_owned());
    told.alert.source_name = Some("Probe".to_owned());
    told.alert.source_url = Some("https://example.com/".to_owned());
    told.alert.detected_at = Some(at(5));
    told.alert.group = Some(GroupHash::of("group"));
    told.alert.metadata.insert("disk", "sda");
    told.alert.test = true;
    let mut world = world(vec![]);
    hear(&mut world, &told);
    let expected = Incident {
        id: IncidentId::from_uuid(Uuid::from_u128(1)),
        number: IncidentNumber { year: 2026, place: 1 },
        integration: Some(integration()),
        scope: ConnectionScope::NONE,
        dedup_key: DedupKey::new("disk"),
        occurrence: Some("o1".to_owned()),
        group: Some(GroupHash::of("group")),
        service: service_id(A),
        also_affected: Vec::new(),
        title: "Disk is full".to_owned(),
        description: Some("sda".to_owned()),
        severity: Severity::Sev2,
        worst_reported: Severity::Sev2,
        status: Status::New,
        acknowledged: None,
        assigned_to: None,
        source_name: Some("Probe".to_owned()),
        source_url: Some("https://example.com/".to_owned()),
        metadata: told.alert.metadata.clone(),
        test: true,
        occurrences: 1,
        detected_at: Some(at(5)),
        opened_at: at(NOW),
        last_seen_at: at(NOW),
        ended_at: None,
        resolved_by: None,
        version: 1,
    };
    assert_eq!(world.incidents, [expected]);
    assert_eq!(world.timelines[0][0].1, "opened as a test with SEV2");
}

#[test]
fn a_repeat_says_only_when_it_was_and_what_is_around_it() {
    let mut told = trigger();
    told.alert.title = "Another title".to_owned();
    told.alert.description = Some("Another description".to_owned());
    told.alert.source_url = Some("https://example.com/2".to_owned());
    told.alert.occurrence = Some("o2".to_owned());
    told.alert.group = Some(GroupHash::of("group"));
    told.alert.metadata.insert("disk", "sda");
    let mut world = world(vec![incident()]);
    world.incidents[0].metadata.insert("disk", "?");
    world.incidents[0].metadata.insert("host", "web-1");
    let mut expected = world.incidents[0].clone();
    assert_eq!(hear(&mut world, &told), "updated: A new SEV2 x2");
    expected.last_seen_at = at(NOW);
    expected.occurrences = 2;
    expected.version = 2;
    expected.occurrence = Some("o2".to_owned());
    expected.group = Some(GroupHash::of("group"));
    expected.metadata.insert("disk", "sda");
    assert_eq!(world.incidents[0], expected);
    // What a repeat does not say stays.
    told.alert.occurrence = None;
    told.alert.group = None;
    told.alert.metadata = Metadata::new();
    hear(&mut world, &told);
    expected.occurrences = 3;
    expected.version = 3;
    assert_eq!(world.incidents[0], expected);
}

#[test]
fn metadata_is_united_up_to_fifty_keys() {
    let fifty = |prefix: &str| {
        let mut metadata = Metadata::new();
        for n in 0..50 {
            metadata.insert(&format!("{prefix}{n}"), "1");
        }
        metadata
    };
    let mut world = world(vec![incident()]);
    world.incidents[0].metadata = fifty("old");
    let mut told = trigger();
    told.alert.metadata.insert("new", "2");
    hear(&mut world, &told);
    assert_eq!(world.incidents[0].metadata.len(), 50);
    assert_eq!(world.incidents[0].metadata.get("new"), Some("2"));
    told.alert.metadata = fifty("newest");
    hear(&mut world, &told);
    assert_eq!(world.incidents[0].metadata, fifty("newest"));
}

#[test]
fn a_custom_repeat_sets_the_title_and_what_else_it_gives() {
    let mut told = trigger_that(Trigger { repeat_text: RepeatText::Replace, ..Trigger::default() });
    told.alert.title = "Disk is nearly full".to_owned();
    let mut world = world(vec![incident()]);
    world.incidents[0].description = Some("sda".to_owned());
    assert_eq!(hear(&mut world, &told), "updated: A new SEV2 x2 +updated");
    assert_eq!(world.incidents[0].title, "Disk is nearly full");
    assert_eq!(world.incidents[0].description.as_deref(), Some("sda"));
    // The same texts again are no change.
    assert_eq!(hear(&mut world, &told), "updated: A new SEV2 x3");
    told.alert.description = Some("sdb".to_owned());
    told.alert.source_url = Some("https://example.com/".to_owned());
    assert_eq!(hear(&mut world, &told), "updated: A new SEV2 x4 +updated");
    assert_eq!(world.incidents[0].description.as_deref(), Some("sdb"));
    assert_eq!(world.incidents[0].source_url.as_deref(), Some("https://example.com/"));
    // So it does when it reopens.
    hear(&mut world, &resolve());
    told.alert.title = "Disk is full again".to_owned();
    assert_eq!(hear(&mut world, &told), "reopened: A new SEV2 x5 +reopened +updated");
    assert_eq!(world.incidents[0].title, "Disk is full again");
}

#[test]
fn the_lines_tell_what_was_and_what_is() {
    let lines = |given: Given, told: Told| {
        let mut world = world(vec![given]);
        hear(&mut world, &told);
        let texts = world.timelines[0].iter().map(|(_, text)| text.clone());
        texts.collect::<Vec<_>>().join(" / ")
    };
    // The end and the acknowledgement that a reopening clears are kept in the timeline.
    let taken = incident().taken_by_a_person();
    let (by, ended) = (taken.0.acknowledged.unwrap().by, "2024-01-23T21:13:20Z");
    let reopened = lines(taken.resolved(HOUR), trigger());
    assert!(reopened.contains(ended), "{reopened}");
    assert!(reopened.contains(&by.to_string()), "{reopened}");
    assert_eq!(
        lines(incident().rated(Severity::Sev3), trigger_as(Severity::Sev0)),
        "raised from SEV3 to SEV0"
    );
    assert_eq!(lines(incident(), note()), "Disk is full");
    let mut told = note();
    told.alert.description = Some("sda".to_owned());
    assert_eq!(lines(incident(), told), "Disk is full: sda");
}
