//! `watchbell jobs`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use watchbell_model::JobId;
use watchbell_store::{Job, JobFilter, JobState, Page, StoreError};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Subcommand)]
pub(super) enum JobsCommand {
    /// Show jobs, the newest first: what waits, runs or was given up.
    List(ListArgs),
    /// Try a dead job again, as if it were new.
    Retry {
        /// Its id (job_…).
        job: JobId,
    },
    /// Delete a dead job.
    Delete {
        /// Its id (job_…).
        job: JobId,
    },
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only those that stand so: waiting, running, dead.
    #[arg(long, value_parser = state)]
    state: Option<JobState>,
    /// Only those of this kind.
    #[arg(long)]
    kind: Option<String>,
    /// The most that are shown.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

fn state(text: &str) -> Result<JobState, String> {
    let found = JobState::ALL.into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| "expected waiting, running or dead".to_owned())
}

pub(super) fn run(command: JobsCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let store = open(config)?.opened.store();
    match command {
        JobsCommand::List(ListArgs { state, kind, limit }) => {
            let filter = JobFilter { state, kind };
            let jobs = store.job_list(&filter, Page::after(limit, None))?;
            let items: Vec<_> = jobs.items.iter().map(value).collect();
            out.result(&json!({"jobs": items, "more": jobs.next.is_some()}), || list(&jobs.items));
        }
        JobsCommand::Retry { job } => {
            let job = store.job_revive(job).map_err(|error| not_dead(error, job))?;
            out.result(&value(&job), || format!("{} ({}) is tried again", job.id, job.kind));
        }
        JobsCommand::Delete { job } => {
            store.job_delete(job).map_err(|error| not_dead(error, job))?;
            let fields = json!({"job_id": job.to_string(), "deleted": true});
            out.result(&fields, || format!("deleted {job}"));
        }
    }
    Ok(())
}

fn not_dead(error: StoreError, job: JobId) -> Failure {
    match error {
        StoreError::Conflict { .. } => {
            Failure::Failed(format!("{job} is not dead, or another one for the same waits already"))
        }
        error => error.into(),
    }
}

fn list(jobs: &[Job]) -> String {
    if jobs.is_empty() {
        return "no jobs".to_owned();
    }
    let lines = jobs.iter().map(|job| {
        let Job { id, kind, subject, state, run_at, attempts, last_error, .. } = job;
        let error = last_error.as_ref().map(|error| format!("  {error}")).unwrap_or_default();
        let at = out::time(*run_at);
        let line = format!("{id}  {state:<7}  {at}  {attempts}x  {kind}  {subject}{error}");
        line.replace(char::is_control, " ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn value(job: &Job) -> Value {
    let time =
        |at: watchbell_model::Timestamp| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    json!({
        "job_id": job.id.to_string(),
        "kind": job.kind,
        "subject": job.subject,
        "state": job.state.as_str(),
        "created_at": time(job.created_at),
        "run_at": time(job.run_at),
        "attempts": job.attempts,
        "last_error": job.last_error,
    })
}
