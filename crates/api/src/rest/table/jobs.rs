//! The part of the table that is about jobs.

use watchbell_model::Scope;

use super::{DELETE, GET, POST};
use crate::envelope::ListView;
use crate::rest::jobs::{self, JobView};
use crate::rest::operation::Access::Needs;
use crate::rest::operation::Operation;

pub(super) fn operations() -> Vec<Operation> {
    let (read, write) = (Needs(Scope::JobsRead), Needs(Scope::JobsWrite));
    vec![
        Operation::new::<ListView<JobView>, _, _>(
            GET,
            "/jobs",
            read,
            jobs::list,
            "List jobs, the newest first: what waits, runs or was given up",
        )
        .query::<jobs::JobQuery>(),
        Operation::new::<JobView, _, _>(GET, "/jobs/{id}", read, jobs::detail, "Show a job"),
        Operation::new::<JobView, _, _>(
            POST,
            "/jobs/{id}/retry",
            write,
            jobs::retry,
            "Try a dead job again, as if it were new",
        ),
        Operation::new::<jobs::JobDeletedView, _, _>(
            DELETE,
            "/jobs/{id}",
            write,
            jobs::delete,
            "Delete a dead job",
        ),
    ]
}
