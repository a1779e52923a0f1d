//! What the sources of incidents say of them.

use watchbell_model::{IncidentId, Timestamp};

use super::Fixture;
use super::expiry::expire_all;
use super::jobs::{LONG, take};
use super::samples::{assert_sound, at, ended, id, identity, incident, number, open};
use crate::{
    Class, ENRICHMENT, EnrichmentRecord, EnrichmentState, EnrichmentStore, Expiry, JobState,
    JobStore, NewJob,
};

pub(super) fn enrichment(incident: IncidentId, updated_at: Timestamp) -> EnrichmentRecord {
    EnrichmentRecord {
        incident,
        state: EnrichmentState::Done,
        attempts: 3,
        reason: Some("Sentry's rate limit is used up: \u{fc}".to_owned()),
        updated_at,
        wanted: "{\"issue\": \"1\"}".to_owned(),
        document: Some("{\"a\": [1, \"\u{1f514}\"]}".to_owned()),
    }
}

fn bare(incident: IncidentId) -> EnrichmentRecord {
    let state = EnrichmentState::Pending;
    let whole = enrichment(incident, at(7));
    EnrichmentRecord { state, attempts: 0, reason: None, document: None, ..whole }
}

pub fn an_enrichment_is_kept_as_it_was_last_written_down<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let one = incident(&identity("enriched"), id("sid"), number(1));
    open(store, std::slice::from_ref(&one));
    let read = || fixture.open_again().enrichment_get(one.id, one.number).unwrap();
    assert_eq!((read().record, read().job), (None, None));
    let failed = EnrichmentRecord { state: EnrichmentState::Failed, ..enrichment(one.id, at(6)) };
    for record in [enrichment(one.id, at(5)), failed, bare(one.id), enrichment(one.id, at(8))] {
        store.enrichment_set(&record).unwrap();
        assert_eq!(read().record, Some(record));
    }
    let gone: IncidentId = id("inc");
    store.enrichment_set(&enrichment(gone, at(5))).unwrap();
    let of_nobody = store.enrichment_get(gone, number(9)).unwrap();
    assert_eq!(of_nobody.record, None, "the incident is not there");
    assert_sound(store);
}

pub fn an_enrichment_is_shown_with_its_job<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let one = incident(&identity("enriched"), id("sid"), number(1));
    open(store, std::slice::from_ref(&one));
    let add = |kind: &'static str, subject: &str| {
        let job = NewJob::joining(id("job"), kind, subject, "{}").after(LONG);
        store.jobs_add(std::slice::from_ref(&job)).unwrap();
        job.id
    };
    let now = || {
        let job = fixture.open_again().enrichment_get(one.id, one.number).unwrap().job;
        job.map(|job| (job.id, job.state))
    };
    // Those of other incidents, and other jobs about this one.
    add(ENRICHMENT, "INC-2026-002");
    add("another", &one.number.to_string());
    assert_eq!(now(), None);
    let first = add(ENRICHMENT, &one.number.to_string());
    assert_eq!(now(), Some((first, JobState::Waiting)));
    assert!(store.job_hasten(first).unwrap());
    let taken = take(store, ENRICHMENT);
    assert_eq!(now(), Some((first, JobState::Running)));
    store.job_give_up(&taken.lease(), "it never works").unwrap();
    assert_eq!(now(), Some((first, JobState::Dead)));
    let second = add(ENRICHMENT, &one.number.to_string());
    assert_eq!(
        now(),
        Some((second, JobState::Waiting)),
        "what waits counts more than what is dead"
    );
    assert_sound(store);
}

pub fn an_enrichment_goes_with_its_incident<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let one = ended(incident(&identity("over"), id("sid"), number(1)), at(5));
    let two = incident(&identity("open"), id("sid"), number(2));
    open(store, &[one.clone(), two.clone()]);
    for id in [one.id, two.id] {
        store.enrichment_set(&enrichment(id, at(5))).unwrap();
    }
    expire_all(store, &Expiry::default().with(Class::Incidents, at(9)));
    let left = |id, number| store.enrichment_get(id, number).unwrap().record.is_some();
    assert_eq!((left(one.id, one.number), left(two.id, two.number)), (false, true));
    assert_sound(store);
}
