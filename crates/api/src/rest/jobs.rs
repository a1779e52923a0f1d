//! Jobs: the work that changes cause, how it stands, and what was given up.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use watchbell_model::JobId;
use watchbell_store::{Job, JobCursor, JobFilter, JobState, StoreError};

use super::Answered;
use super::call::Call;
use super::words;
use crate::envelope::{ListView, time};
use crate::error::{ApiError, Code};

/// A job. What its handler needs is not shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobView {
    job_id: String,
    /// What is to be done.
    kind: String,
    /// What it is about.
    subject: String,
    #[schema(schema_with = words::job_state)]
    state: &'static str,
    created_at: String,
    /// Waiting: not before this. Running: until then it is somebody's. Dead: since then.
    run_at: String,
    /// How often it was begun.
    attempts: u32,
    /// What went wrong the last time.
    last_error: Option<String>,
}

impl JobView {
    fn new(job: &Job) -> Self {
        Self {
            job_id: job.id.to_string(),
            kind: job.kind.clone(),
            subject: job.subject.clone(),
            state: job.state.as_str(),
            created_at: time(job.created_at),
            run_at: time(job.run_at),
            attempts: job.attempts,
            last_error: job.last_error.clone(),
        }
    }
}

/// That a job is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobDeletedView {
    job_id: String,
    deleted: bool,
}

/// Which jobs.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct JobQuery {
    /// That stand so.
    #[param(schema_with = words::job_state)]
    state: Option<String>,
    /// Of this kind.
    #[param(min_length = 1, max_length = 100)]
    kind: Option<String>,
    /// The most items.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// How many to leave out at the beginning.
    #[param(minimum = 0, maximum = 10000, default = 0)]
    offset: Option<u32>,
    /// Instead of `offset`: a `next_cursor`, or empty for the beginning. Nothing is counted then,
    /// and a page costs the same however deep it lies.
    cursor: Option<String>,
}

/// A state as it is written.
struct StateText(JobState);

impl std::str::FromStr for StateText {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        JobState::ALL.into_iter().find(|state| state.as_str() == text).map(Self).ok_or(())
    }
}

/// A kind in a query: one that no job can have is a mistake.
struct KindText(String);

impl std::str::FromStr for KindText {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_kind = (1..=100).contains(&text.chars().count()) && !text.contains('\0');
        is_kind.then(|| Self(text.to_owned())).ok_or(())
    }
}

pub(super) async fn list(call: Call) -> Answered {
    let mut query = call.query();
    let page = query.page::<JobCursor>();
    let filter = JobFilter {
        state: query.one::<StateText>("state", "waiting, running or dead").map(|text| text.0),
        kind: query.one::<KindText>("kind", "1 to 100 characters").map(|text| text.0),
    };
    query.finish()?;
    let listed = call.store(move |store| store.job_list(&filter, page)).await?;
    Ok(call.ok(&ListView::of(&listed, page, JobView::new)))
}

fn id(call: &Call) -> Result<JobId, ApiError> {
    call.named("id", "job", "job_ and 32 hexadecimal digits")
}

pub(super) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let id = id(&call)?;
    let job = call.store(move |store| store.job_get(id)).await?;
    Ok(call.ok(&JobView::new(&job)))
}

pub(super) async fn retry(call: Call) -> Answered {
    call.no_query()?;
    let id = id(&call)?;
    let revived = call.store(move |store| unless_alive(store.job_revive(id))).await?;
    let job = revived.ok_or_else(|| {
        let text = "the job is not dead, or another one for the same waits already: there is \
                    nothing to try again";
        ApiError::new(Code::Conflict, text)
    })?;
    tracing::info!(job = %id, kind = job.kind, "somebody has a dead job tried again");
    Ok(call.ok(&JobView::new(&job)))
}

pub(super) async fn delete(call: Call) -> Answered {
    call.no_query()?;
    let id = id(&call)?;
    let gone = call.store(move |store| unless_alive(store.job_delete(id))).await?;
    gone.ok_or_else(|| {
        ApiError::new(Code::Conflict, "the job is not dead: only what was given up can be deleted")
    })?;
    tracing::info!(job = %id, "somebody deleted a dead job");
    Ok(call.ok(&JobDeletedView { job_id: id.to_string(), deleted: true }))
}

/// Nothing, where a job is not in the state for it.
fn unless_alive<T>(done: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(StoreError::Conflict { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
