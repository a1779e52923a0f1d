//! The jobs of issue links: what they do at the edge of their time and when they are given up.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use watchbell_control::{
    IncidentNew, IntegrationSet, IssueLinkHandler, IssueLinkNew, IssueResolveHandler, OpeningRules,
    ServiceNew,
};
use watchbell_model::{IncidentNumber, IssueLink, LinkState, ServerId, Severity, Status};
use watchbell_store::{
    Attempt, IncidentFilter, Job, JobClaim, JobFilter, JobHandler, Limits, Next, Page,
};

use super::Source;

impl Source {
    /// With an organization whose issues are resolved with their incidents, and an incident that
    /// somebody opened.
    fn with_incident() -> (Self, IncidentNumber) {
        let source = Self::with_app();
        source.install("acme");
        source.server.issue(7, "acme", "shop", 0);
        let options = BTreeMap::from([("resolve_in_sentry".to_owned(), Some("true".to_owned()))]);
        let set = IntegrationSet { options, ..IntegrationSet::default() };
        source.control().integration_set(&source.integration, &set).unwrap();
        let new = ServiceNew::named("Shop");
        source.control().service_add(&new).unwrap();
        let new = IncidentNew {
            title: "It is slow".to_owned(),
            description: None,
            severity: None,
            services: vec!["SER-00001".to_owned()],
        };
        let rules = OpeningRules {
            default_severity: Severity::Sev2,
            remember_for: Duration::from_hours(1),
        };
        source.control().incident_open(&new, None, rules, |_, _| Vec::new()).unwrap();
        let page = source.world.store.incident_list(&IncidentFilter::default(), Page::new(1, 0));
        let number = page.unwrap().items[0].number;
        (source, number)
    }

    fn link(&self, incident: IncidentNumber) -> IssueLink {
        let new = IssueLinkNew { issue: "7".to_owned(), connection: None };
        self.control().issue_link_add(&self.client, incident, &new).unwrap()
    }

    fn linker(&self) -> IssueLinkHandler {
        let url = "https://watchbell.example".to_owned();
        IssueLinkHandler::new(self.control().clone(), self.client.clone(), url)
    }

    fn resolver(&self) -> IssueResolveHandler {
        IssueResolveHandler::new(self.control().clone(), self.client.clone())
    }

    /// The only job of a kind.
    fn job(&self, handler: &dyn JobHandler) -> Job {
        let filter = JobFilter { kind: Some(handler.kind().to_owned()), ..JobFilter::default() };
        let page = self.world.store.job_list(&filter, Page::new(10, 0)).unwrap();
        let [job] = <[Job; 1]>::try_from(page.items).unwrap();
        job
    }

    /// Ends the incident, and gives the job of its issue.
    fn resolution(&self, incident: IncidentNumber) -> Job {
        self.link(incident);
        self.control().incident_move(incident, Status::Resolved, None).unwrap();
        let (handler, stopping) = (self.resolver(), AtomicBool::new(false));
        let store = &self.world.store;
        let claim = JobClaim { kind: handler.kind(), most: 10, lease: Duration::from_mins(1) };
        let holder = ServerId::from_uuid(self.world.ids.next());
        let all = store.jobs_claim(holder, &[claim]).unwrap().remove(0);
        let then = handler.run(&Attempt::new(&all, handler.limits(), &stopping)).unwrap().then;
        assert!(store.job_finish(&all.lease(), &then).unwrap());
        self.job(&handler)
    }

    /// How many lines of an incident's timeline hold this.
    fn told(&self, incident: IncidentNumber, part: &str) -> usize {
        let (_, timeline) = self.world.store.incident_get(incident).unwrap();
        timeline.iter().filter(|line| line.text.contains(part)).count()
    }
}

#[test]
fn no_question_is_asked_when_the_time_is_over_or_the_server_stops() {
    let (source, incident) = Source::with_incident();
    let resolution = source.resolution(incident);
    let (linker, resolver) = (source.linker(), source.resolver());
    let link = source.job(&linker);
    let check = |handler: &dyn JobHandler, job: &Job, time: Duration, stops: bool, next: Next| {
        let stopping = AtomicBool::new(stops);
        let limits = Limits { time, ..handler.limits() };
        let ended = handler.run(&Attempt::new(job, limits, &stopping)).unwrap_err();
        assert_eq!(ended.next, next, "{} {ended}", handler.kind());
        assert_eq!(source.server.asked_for("/issues/7/"), 0, "{}", handler.kind());
    };
    check(&resolver, &resolution, Duration::ZERO, false, Next::Retry);
    check(&resolver, &resolution, Duration::from_secs(30), true, Next::GiveBack);
    check(&linker, &link, Duration::ZERO, false, Next::Retry);
}

#[test]
fn a_resolution_tells_once_what_came_of_it() {
    let (source, incident) = Source::with_incident();
    let (job, handler) = (source.resolution(incident), source.resolver());
    let failed = "Sentry issue 7 could not be resolved with it: too often";
    for _ in 0..2 {
        handler.given_up(&job, "too often");
        assert_eq!(source.told(incident, failed), 1);
    }
    // Somebody has it tried again.
    let stopping = AtomicBool::new(false);
    for _ in 0..2 {
        handler.run(&Attempt::new(&job, handler.limits(), &stopping)).unwrap();
        assert_eq!(source.told(incident, "resolved Sentry issue SHOP-7"), 1);
    }
    assert_eq!(source.server.issue_status(7), "resolved");
    // What is open again is not told of.
    source.control().incident_move(incident, Status::Investigating, None).unwrap();
    handler.given_up(&job, "late");
    assert_eq!(source.told(incident, "late"), 0);
}

#[test]
fn the_job_of_an_old_request_does_not_undo_a_newer_one() {
    let (source, incident) = Source::with_incident();
    let handler = source.linker();
    let link = source.link(incident);
    let old = source.job(&handler);
    source.wait(1);
    assert_eq!(source.link(incident).id, link.id);
    let now = || source.world.store.issue_link_get(link.id).unwrap();
    handler.given_up(&old, "too often");
    assert_eq!((now().state, now().reason), (LinkState::Pending, None));
    handler.given_up(&source.job(&handler), "too often");
    assert_eq!((now().state, now().reason.as_deref()), (LinkState::Failed, Some("too often")));
}
