//! What is due, and each walk of the list of jobs, is found by an index in its order.

use watchbell_model::JobId;
use watchbell_store::{JobCursor, JobFilter, JobState, Page};

use super::Plans;
use crate::jobs::{self, Due};

#[test]
fn due_jobs_and_lists_of_jobs_are_found_by_an_index() {
    let plans = Plans::new();
    plans.check(
        Due { kind: "a", most: &5 },
        &["SEARCH jobs USING INDEX jobs_due (kind=? AND run_at<?)"],
    );
    let cursor = Some(JobCursor(JobId::from_uuid(uuid::Uuid::nil())));
    let check = |state, kind: Option<&str>, begin: &str, go_on: &str| {
        let filter = JobFilter { state, kind: kind.map(str::to_owned) };
        for part in filter.parts() {
            for (page, expected) in [
                (Page::after(20, None), begin),
                (Page::new(20, 40), begin),
                (Page::after(20, cursor), go_on),
            ] {
                plans.check(jobs::page_of(&part, page), &[expected]);
            }
        }
    };
    check(
        None,
        None,
        "SCAN jobs USING INDEX sqlite_autoindex_jobs_1",
        "SEARCH jobs USING INDEX sqlite_autoindex_jobs_1 (id<?)",
    );
    let (begin, go_on) = (
        "SEARCH jobs USING INDEX jobs_state (state=?)",
        "SEARCH jobs USING INDEX jobs_state (state=? AND id<?)",
    );
    check(Some(JobState::Dead), None, begin, go_on);
    let (begin, go_on) = (
        "SEARCH jobs USING INDEX jobs_kind (kind=? AND state=?)",
        "SEARCH jobs USING INDEX jobs_kind (kind=? AND state=? AND id<?)",
    );
    check(None, Some("a"), begin, go_on);
    check(Some(JobState::Dead), Some("a"), begin, go_on);
}

#[test]
fn the_job_that_asks_about_an_incident_is_found_by_an_index() {
    Plans::new().check(
        crate::enrichments::job_of("INC-2026-001".to_owned()),
        &["SEARCH jobs USING INDEX jobs_enrichment (subject=?)"],
    );
}
