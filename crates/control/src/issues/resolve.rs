//! The jobs that resolve an incident's issues at their source, where somebody wants that: one that
//! finds out which they are, and one for each.
//!
//! Each looks again at what is to be done when it runs, and setting what is set already changes nothing:
//! so it may run late and twice. What is done is not done again because of another that has to wait.

use std::collections::BTreeSet;
use std::time::Duration;

use watchbell_model::{
    Actor, Incident, IncidentNumber, IssueKey, JobId, LinkState, TimelineEntry, TimelineKind, cut,
};
use watchbell_sentry_client::{Client, IssueStatus};
use watchbell_store::{
    Attempt, Done, ISSUE_RESOLVE, Job, JobError, JobHandler, Limits, LinkChange, NewJob,
    ResolveIssue, ResolveWanted, StoreError, StoredConfig, issue_resolve_one_job,
};

use super::resolving;
use crate::question::{Questions, again, later};
use crate::{Control, ControlError};

/// The most characters of what is told of an issue that was not resolved.
const MAX_WHY: usize = 300;

/// Resolves incidents' issues.
#[derive(Debug)]
pub struct IssueResolveHandler {
    control: Control,
    client: Client,
}

impl IssueResolveHandler {
    /// Asks the source by `client`.
    pub const fn new(control: Control, client: Client) -> Self {
        Self { control, client }
    }

    /// The issues of an incident that are to be resolved now: none, if it was opened again, or ended
    /// by the source itself, meanwhile.
    fn issues(&self, number: IncidentNumber) -> Result<BTreeSet<IssueKey>, StoreError> {
        let incident = match self.control.store.incident_get(number) {
            Ok((incident, _)) => incident,
            Err(StoreError::NotFound { .. }) => return Ok(BTreeSet::new()),
            Err(error) => return Err(error),
        };
        if !is_ended_here(&incident) {
            return Ok(BTreeSet::new());
        }
        let config = self.control.store.config_load()?;
        let linked = self.control.store.issue_links_of(number)?.into_iter();
        // What waits to be told is linked, too, as far as people know.
        let linked = linked
            .filter(|link| link.state != LinkState::Unlinking)
            .map(|link| link.key)
            .filter(|key| resolving(&config, key.integration).is_some());
        Ok(own_issue(&config, &incident).into_iter().chain(linked).collect())
    }

    /// A job for each issue.
    fn each(&self, number: IncidentNumber) -> Result<Vec<NewJob>, StoreError> {
        let issues = self.issues(number)?;
        let job =
            |issue| issue_resolve_one_job(JobId::from_uuid(self.control.ids.next()), number, issue);
        Ok(issues.iter().map(job).collect())
    }

    /// Resolves one. What nobody can mend by waiting is told in the timeline.
    fn resolve(&self, attempt: &Attempt<'_>, issue: &IssueKey) -> Result<String, JobError> {
        let name = &issue.issue;
        let asking = match self.control.connection_ask(issue.integration, issue.scope) {
            Ok(Some(asking)) => asking,
            Ok(None) => {
                let why = "there is no connection that works with its organization";
                return Ok(unresolved(issue, why));
            }
            Err(ControlError::Refused { why }) => return Ok(unresolved(issue, &why)),
            Err(error) => return Err(later(error)),
        };
        let questions = Questions { client: &self.client, asking: &asking, attempt };
        let resolved = IssueStatus::Resolved;
        match questions.ask(|sentry| sentry.issue_set(&asking.organization, name, resolved)) {
            Ok(set) => {
                let name = set.short_id.as_deref().unwrap_or(name);
                Ok(format!("resolved Sentry issue {}", cut(name, MAX_WHY)))
            }
            Err(error) => {
                match again(&self.control, issue.integration, issue.scope, &asking, &error) {
                    Some(again) => Err(again),
                    None => Ok(unresolved(issue, &error.to_string())),
                }
            }
        }
    }

    /// Writes down what came of it, unless another attempt did since the incident ended.
    fn tell(&self, number: IncidentNumber, text: &str) -> Result<(), StoreError> {
        let told = self.control.store.issue_links_change(number, &mut |incident, _, timeline| {
            let is_new = since_the_end(timeline).iter().all(|line| line.text != text);
            let line = || self.control.line(incident, TimelineKind::Updated, text.to_owned());
            is_new.then(|| LinkChange { timeline: vec![line()], ..LinkChange::default() })
        });
        match told {
            // It was forgotten meanwhile.
            Err(StoreError::NotFound { .. }) => Ok(()),
            told => told,
        }
    }
}

impl JobHandler for IssueResolveHandler {
    fn kind(&self) -> &'static str {
        ISSUE_RESOLVE
    }

    /// One question, and the database. A source that is away for a day is waited for.
    fn limits(&self) -> Limits {
        Limits { attempts: 60, longest_wait: Duration::from_mins(30), ..Limits::default() }
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let wanted: ResolveWanted = attempt.payload()?;
        let number = number_of(&wanted).ok_or_else(|| JobError::give_up("no incident"))?;
        let Some(issue) = &wanted.issue else { return Ok(Done::then(self.each(number)?)) };
        let issue = issue.key().ok_or_else(|| JobError::give_up("it names no issue"))?;
        if !self.issues(number)?.contains(&issue) {
            return Ok(Done::default());
        }
        if attempt.is_stopping() {
            return Err(JobError::give_back());
        }
        self.tell(number, &self.resolve(attempt, &issue)?)?;
        Ok(Done::default())
    }

    fn given_up(&self, job: &Job, why: &str) {
        let Ok(wanted) = serde_json::from_str::<ResolveWanted>(&job.payload) else { return };
        let Some(number) = number_of(&wanted) else { return };
        // Where it cannot be read or written, the dead job says the same.
        let Ok(issues) = self.issues(number) else { return };
        let one = wanted.issue.as_ref().map(ResolveIssue::key);
        let is_meant =
            |issue: &&IssueKey| one.as_ref().is_none_or(|one| one.as_ref() == Some(*issue));
        for issue in issues.iter().filter(is_meant) {
            drop(self.tell(number, &unresolved(issue, why)));
        }
    }
}

fn number_of(wanted: &ResolveWanted) -> Option<IncidentNumber> {
    wanted.incident.parse().ok()
}

fn unresolved(issue: &IssueKey, why: &str) -> String {
    format!("Sentry issue {} could not be resolved with it: {}", issue.issue, cut(why, MAX_WHY))
}

/// Whether an incident is over, and not because its source said so.
fn is_ended_here(incident: &Incident) -> bool {
    let by_source = matches!(incident.resolved_by, Some(Actor::Integration(_)) | None);
    !incident.status.is_open() && !by_source
}

/// What an incident's timeline tells since it ended the last time.
fn since_the_end(timeline: &[TimelineEntry]) -> &[TimelineEntry] {
    let resolved = timeline.iter().rposition(|line| line.kind == TimelineKind::Resolved);
    resolved.and_then(|place| timeline.get(place..)).unwrap_or(timeline)
}

/// The issue whose alerts an incident is about.
fn own_issue(config: &StoredConfig, incident: &Incident) -> Option<IssueKey> {
    let integration = incident.integration?;
    let links = resolving(config, integration)?;
    let issue = links.issue_of(incident.dedup_key.as_ref()?)?.to_owned();
    Some(IssueKey { integration, scope: incident.scope, issue })
}
