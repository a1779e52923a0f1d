//! Deploys and the suspects of incidents.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use watchbell_control::{IncidentNew, OpeningRules, ServiceNew, SuspectsOfIncident, SuspectsSince};
use watchbell_deploy::Report;
use watchbell_model::{DeploySource, IncidentNumber, Service, Severity, Status, Told};
use watchbell_store::{Attempt, JobFilter, JobHandler, Page};
use watchbell_suspects::Evidence;

use crate::{World, at};

fn told(sha: &str) -> Report {
    let told = Told { commit_sha: sha.to_owned(), ..Told::default() };
    Report { told, at: None }
}

fn version(sha: &str, version: &str) -> Report {
    let Report { mut told, at } = told(sha);
    told.version = Some(version.to_owned());
    Report { told, at }
}

fn opened(world: &World, service: &Service) -> IncidentNumber {
    let new = IncidentNew {
        title: "Checkout fails".to_owned(),
        description: None,
        severity: None,
        services: vec![service.key.to_string()],
    };
    let mut number = None;
    let rules =
        OpeningRules { default_severity: Severity::Sev2, remember_for: Duration::from_hours(1) };
    let answer = |incident: &watchbell_model::Incident, _: &[_]| {
        number = Some(incident.number);
        Vec::new()
    };
    world.control.incident_open(&new, None, rules, answer).unwrap();
    number.unwrap()
}

/// Does every job that waits, as the worker would, and gives their kinds.
fn work(world: &World) -> Vec<String> {
    let handlers: [Box<dyn JobHandler>; 2] = [
        Box::new(SuspectsOfIncident(world.control.clone())),
        Box::new(SuspectsSince(world.control.clone())),
    ];
    let jobs = world.store.job_list(&JobFilter::default(), Page::new(100, 0)).unwrap().items;
    let stopping = AtomicBool::new(false);
    for job in jobs.iter().rev() {
        let handler = handlers.iter().find(|handler| handler.kind() == job.kind).unwrap();
        handler.run(&Attempt::new(job, handler.limits(), &stopping)).unwrap();
    }
    jobs.iter().rev().map(|job| job.kind.clone()).collect()
}

fn suspected(world: &World, number: IncidentNumber) -> Vec<String> {
    let shown = world.control.suspects_show(number).unwrap();
    shown.suspects.into_iter().map(|suspect| suspect.commit_sha).collect()
}

#[test]
fn an_incident_and_a_late_deploy_have_suspects_worked_out() {
    let world = World::new();
    let service = world.control.service_add(&ServiceNew::named("Shop")).unwrap();
    let take = |told| world.control.deploy_take(service.id, DeploySource::Token, told).unwrap();
    world.wait(3_600);
    take(told("aaaaaaa"));
    world.wait(600);
    let number = opened(&world, &service);
    assert_eq!(work(&world), ["suspects.since", "suspects.incident"]);
    assert_eq!(suspected(&world, number), ["aaaaaaa"]);
    // Told later, and done in between.
    world.wait(60);
    let late = Report { at: Some(at(4_000)), ..told("bbbbbbb") };
    assert!(take(late.clone()).is_new);
    assert!(!take(late).is_new, "the same one once more");
    assert_eq!(suspected(&world, number), ["aaaaaaa"], "the job has not run yet");
    work(&world);
    assert_eq!(suspected(&world, number), ["bbbbbbb", "aaaaaaa"]);
    // A clock that is ahead makes nothing happen in the future.
    let ahead = Report { at: Some(at(1_000_000)), ..told("ccccccc") };
    let added = take(ahead);
    assert_eq!(world.store.deploy_get(added.id).unwrap().at, world.clock.now());
}

#[test]
fn evidence_that_was_once_known_still_counts_when_a_deploy_arrives() {
    let world = World::new();
    let service = world.control.service_add(&ServiceNew::named("Shop")).unwrap();
    let take = |told| world.control.deploy_take(service.id, DeploySource::Token, told).unwrap();
    world.wait(3_600);
    take(version("aaaaaaa", "1.0.0"));
    world.wait(1_500);
    take(version("bbbbbbb", "1.0.1"));
    world.wait(60);
    let number = opened(&world, &service);
    work(&world);
    assert_eq!(suspected(&world, number), ["bbbbbbb", "aaaaaaa"]);
    let evidence = Evidence { release: Some("shop@1.0.0".to_owned()), ..Evidence::default() };
    world.control.suspects_work_out(number, Some(evidence.clone())).unwrap();
    assert_eq!(suspected(&world, number), ["aaaaaaa", "bbbbbbb"]);
    take(Report { at: Some(at(5_000)), ..told("ddddddd") });
    work(&world);
    let shown = world.control.suspects_show(number).unwrap();
    assert_eq!(shown.evidence, evidence);
    assert_eq!((shown.considered, shown.suspects[0].commit_sha.as_str()), (3, "aaaaaaa"));
}

#[test]
fn what_is_opened_again_is_looked_at_from_then_on() {
    let world = World::new();
    let service = world.control.service_add(&ServiceNew::named("Shop")).unwrap();
    world.wait(10_000);
    let number = opened(&world, &service);
    world.control.incident_move(number, Status::Resolved, None).unwrap();
    world.wait(10_000);
    world.control.deploy_take(service.id, DeploySource::Token, told("aaaaaaa")).unwrap();
    work(&world);
    assert_eq!(suspected(&world, number), [""; 0], "it came long after");
    world.wait(60);
    world.control.incident_move(number, Status::Investigating, None).unwrap();
    work(&world);
    assert_eq!(suspected(&world, number), ["aaaaaaa"]);
}
