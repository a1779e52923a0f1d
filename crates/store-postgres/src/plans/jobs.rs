//! What is due, and each walk of the list of jobs, is found by an index.

use watchbell_model::JobId;
use watchbell_store::{JobCursor, JobFilter, JobState, Page};

use super::{Plans, kept};
use crate::jobs::{self, Due};

#[test]
fn due_jobs_and_lists_of_jobs_are_found_by_an_index() {
    let plans = Plans::new();
    plans.readers(Due { kind: "a".to_owned(), most: 5 }, "Index Scan using jobs_due");
    let cursor = Some(JobCursor(JobId::from_uuid(uuid::Uuid::nil())));
    let check = |state, kind: Option<&str>, index: &str| {
        let filter = kept(JobFilter { state, kind: kind.map(str::to_owned) });
        for part in filter.parts() {
            for page in [Page::after(20, None), Page::new(20, 40), Page::after(20, cursor)] {
                plans.readers(jobs::page_of(kept(part.clone()), page), index);
            }
        }
    };
    check(None, None, "jobs_pkey");
    // Young tables are so small that what is found is sorted afterwards.
    check(Some(JobState::Dead), None, "jobs_state");
    check(None, Some("a"), "jobs_kind");
    check(Some(JobState::Dead), Some("a"), "jobs_kind");
}

#[test]
fn the_job_that_asks_about_an_incident_is_found_by_an_index() {
    let query = crate::enrichments::job_of("INC-2026-001".to_owned());
    Plans::new().readers(query, "jobs_enrichment");
}
