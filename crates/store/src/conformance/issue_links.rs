//! Links between incidents and issues at a source.

use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;
use watchbell_model::{
    Actor, ConnectionScope, Incident, IncidentNumber, IntegrationId, IssueKey, IssueLink,
    LinkOrigin, LinkState, TimelineEntry, Timestamp,
};

use super::Fixture;
use super::config::bare_integration;
use super::expiry::expire_all;
use super::races::at_once;
use super::samples::{
    apply, assert_sound, at, ended, id, identity_of, incident, line, number, open, seconds,
    service_id,
};
use crate::{
    Changes, Class, ConfigChange, Expiry, IncidentStore, IssueLinkStore, JobFilter, JobStore,
    LinkChange, LinkWrite, Page, Store, StoreError, issue_link_job,
};

/// A link with every optional field set.
pub(super) fn issue_link(
    incident: IncidentNumber,
    integration: IntegrationId,
    issue: &str,
) -> IssueLink {
    IssueLink {
        id: id("lnk"),
        incident,
        key: IssueKey { integration, scope: id("scp"), issue: issue.to_owned() },
        short_id: Some("SHOP-\u{fc}".to_owned()),
        url: Some("https://acme.example/issues/1/?a=1&b=2".to_owned()),
        project: Some("shop".to_owned()),
        origin: LinkOrigin::Source,
        state: LinkState::Failed,
        reason: Some("because \"\u{1f514}\"".to_owned()),
        external: Some("7".to_owned()),
        installation: Some(Uuid::from_u128(7)),
        created_by: Actor::Integration(integration),
        created_by_name: Some("Meredith".to_owned()),
        created_at: at(1),
        changed_at: at(2),
    }
}

/// The same with every optional field absent.
fn bare(link: IssueLink) -> IssueLink {
    IssueLink {
        id: id("lnk"),
        key: IssueKey { scope: ConnectionScope::NONE, ..link.key },
        short_id: None,
        url: None,
        project: None,
        origin: LinkOrigin::Watchbell,
        reason: None,
        external: None,
        installation: None,
        created_by: Actor::System,
        created_by_name: None,
        ..link
    }
}

/// An open incident of an integration that is there.
fn opened(store: &impl Store, place: i64) -> (Incident, IntegrationId) {
    let integration = bare_integration();
    let id = integration.id;
    let revision = store.config_revision().unwrap();
    store.config_change(revision, &[ConfigChange::IntegrationAdd(integration)], &[]).unwrap();
    let one = incident(&identity_of(id, "linked"), service_id(), number(place));
    open(store, std::slice::from_ref(&one));
    (one, id)
}

fn set(store: &impl Store, link: &IssueLink) -> Result<(), StoreError> {
    let links = vec![LinkWrite::set(link.clone())];
    change(store, link.incident, &LinkChange { links, ..LinkChange::default() })
}

fn change(
    store: &impl Store,
    number: IncidentNumber,
    change: &LinkChange,
) -> Result<(), StoreError> {
    store.issue_links_change(number, &mut |_, _, _| Some(change.clone()))
}

pub fn every_field_of_a_link_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, integration) = opened(store, 1);
    let first = issue_link(one.number, integration, "1");
    let mut links = vec![first.clone()];
    for (issue, state) in ["2", "3", "4", "5"].into_iter().zip(LinkState::ALL) {
        links.push(IssueLink { state, ..bare(issue_link(one.number, integration, issue)) });
    }
    for link in &links {
        set(store, link).unwrap();
        let again = fixture.open_again();
        assert_eq!(&again.issue_link_get(link.id).unwrap(), link);
        assert_eq!(again.issue_links_to(&link.key).unwrap(), std::slice::from_ref(link));
    }
    assert_eq!(store.issue_links_of(one.number).unwrap(), links);
    assert_eq!(store.issue_links_of(number(99)).unwrap(), []);
    let missing = store.issue_link_get(id("lnk"));
    assert!(matches!(missing, Err(StoreError::NotFound { .. })), "{missing:?}");
    assert_sound(store);
}

pub fn a_link_is_written_with_its_incident_and_goes_with_it<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (other, integration) = opened(store, 1);
    let kept = issue_link(other.number, integration, "1");
    set(store, &kept).unwrap();
    let over =
        ended(incident(&identity_of(integration, "over"), service_id(), number(2)), seconds(1));
    let link = issue_link(over.number, integration, "2");
    let changes = Changes {
        links: vec![link.clone()],
        timeline: vec![line(over.id, at(2), "opened")],
        opened: vec![over.clone()],
        numbers_used: 2,
        ..Changes::default()
    };
    apply(store, &changes).unwrap();
    assert_eq!(store.issue_links_of(over.number).unwrap(), [link]);
    let gone: Timestamp = seconds(2);
    expire_all(store, &Expiry::default().with(Class::Incidents, gone));
    assert_eq!(store.issue_links_of(over.number).unwrap(), []);
    assert_eq!(store.issue_links_of(other.number).unwrap(), [kept]);
}

pub fn an_incident_is_linked_with_an_issue_once<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, integration) = opened(store, 1);
    let (two, _) = opened(store, 2);
    let link = issue_link(one.number, integration, "1");
    set(store, &link).unwrap();
    let twice = set(store, &IssueLink { id: id("lnk"), ..link.clone() });
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    // Another incident, and the same number in another organization, are their own.
    let elsewhere = IssueLink { id: id("lnk"), incident: two.number, ..link.clone() };
    set(store, &elsewhere).unwrap();
    let key = IssueKey { scope: id("scp"), ..link.key.clone() };
    set(store, &IssueLink { id: id("lnk"), key, ..link.clone() }).unwrap();
    assert_eq!(store.issue_links_to(&link.key).unwrap(), [link, elsewhere.clone()]);
    assert_eq!(store.issue_links_of(one.number).unwrap().len(), 2);
    // A change is one incident's.
    let links = vec![LinkWrite::set(elsewhere)];
    let refused = change(store, one.number, &LinkChange { links, ..LinkChange::default() });
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
    let nobody = store.issue_links_change(number(99), &mut |_, _, _| None);
    assert!(matches!(nobody, Err(StoreError::NotFound { .. })), "{nobody:?}");
    assert_sound(store);
}

pub fn links_change_and_go_with_lines_and_jobs_or_not_at_all<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, integration) = opened(store, 1);
    let first = issue_link(one.number, integration, "1");
    let waiting = || store.job_list(&JobFilter::default(), Page::new(10, 0)).unwrap().items.len();
    let written = LinkChange {
        links: vec![LinkWrite::set(first.clone())],
        timeline: vec![line(one.id, at(9), "linked")],
        jobs: vec![issue_link_job(id("job"), &first)],
    };
    change(store, one.number, &written).unwrap();
    let told = || store.incident_get(one.number).unwrap().1.len();
    let (before, jobs) = (told(), waiting());
    assert_eq!(jobs, 1);
    // What cannot be written takes the rest along.
    let twice = IssueLink { id: id("lnk"), ..first.clone() };
    let refused = LinkChange { links: vec![LinkWrite::set(twice)], ..written };
    assert!(change(store, one.number, &refused).is_err());
    assert_eq!((told(), waiting()), (before, jobs));
    // It is handed what is there.
    let changed = IssueLink { state: LinkState::Linked, reason: None, ..first.clone() };
    let timeline_before = store.incident_get(one.number).unwrap().1;
    assert_eq!(timeline_before.last().unwrap().text, "linked");
    let decide = &mut |incident: &Incident, links: &[IssueLink], timeline: &[TimelineEntry]| {
        assert_eq!((incident.number, links), (one.number, std::slice::from_ref(&first)));
        assert_eq!(timeline, timeline_before);
        Some(LinkChange { links: vec![LinkWrite::set(changed.clone())], ..LinkChange::default() })
    };
    store.issue_links_change(one.number, decide).unwrap();
    assert_eq!(store.issue_link_get(first.id).unwrap(), changed);
    store.issue_links_change(one.number, &mut |_, _, _| None).unwrap();
    let links = vec![LinkWrite::Remove(first.id)];
    change(store, one.number, &LinkChange { links, ..LinkChange::default() }).unwrap();
    assert_eq!(store.issue_links_of(one.number).unwrap(), []);
    assert_sound(store);
}

pub fn lists_of_links_are_bounded<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, integration) = opened(store, 1);
    let scope = id("scp");
    let links = (0..=IssueLink::MOST).map(|issue| {
        let mut link = issue_link(one.number, integration, &issue.to_string());
        link.key.scope = scope;
        LinkWrite::set(link)
    });
    let links = links.collect();
    change(store, one.number, &LinkChange { links, ..LinkChange::default() }).unwrap();
    assert_eq!(store.issue_links_of(one.number).unwrap().len(), IssueLink::MOST);
}

pub fn of_many_who_link_at_once_exactly_one_does<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let (one, integration) = opened(store, 1);
    let scope = id("scp");
    let made = AtomicUsize::new(0);
    at_once(&[store, &again], 16, |store, _| {
        let mut link = issue_link(one.number, integration, "1");
        link.key.scope = scope;
        let mut is_new = false;
        let decide = &mut |_: &Incident, links: &[IssueLink], _: &[TimelineEntry]| {
            is_new = links.is_empty();
            is_new.then(|| LinkChange {
                links: vec![LinkWrite::set(link.clone())],
                ..LinkChange::default()
            })
        };
        store.issue_links_change(one.number, decide).unwrap();
        made.fetch_add(usize::from(is_new), Ordering::Relaxed);
    });
    assert_eq!(made.into_inner(), 1);
    assert_eq!(store.issue_links_of(one.number).unwrap().len(), 1);
    assert_sound(store);
}
