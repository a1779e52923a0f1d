//! The job that resolves an incident's issues at their source, where somebody wants that.
//!
//! It looks again at what is to be done when it runs, and setting what is set already changes nothing:
//! so it may run late and twice.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use watchbell_model::{
    Actor, Incident, IncidentNumber, IssueKey, LinkState, TimelineEntry, TimelineKind, cut,
};
use watchbell_sentry_client::{Client, IssueStatus};
use watchbell_store::{
    Attempt, Done, ISSUE_RESOLVE, JobError, JobHandler, Limits, LinkChange, StoreError,
    StoredConfig,
};

use super::again::{again, later};
use super::resolving;
use crate::{Control, ControlError};

/// The most characters of what is told of an issue that was not resolved.
const MAX_WHY: usize = 300;

#[derive(Deserialize)]
struct Payload {
    incident: String,
}

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

    /// The issues that are to be resolved now.
    fn issues(
        &self,
        config: &StoredConfig,
        incident: &Incident,
    ) -> Result<BTreeSet<IssueKey>, StoreError> {
        let own = incident.integration.and_then(|integration| {
            let links = resolving(config, integration)?;
            let issue = links.issue_of(incident.dedup_key.as_ref()?)?.to_owned();
            Some(IssueKey { integration, scope: incident.scope, issue })
        });
        let linked = self.control.store.issue_links_of(incident.number)?.into_iter();
        // What waits to be told is linked, too, as far as people know.
        let linked = linked
            .filter(|link| link.state != LinkState::Unlinking)
            .map(|link| link.key)
            .filter(|key| resolving(config, key.integration).is_some());
        Ok(own.into_iter().chain(linked).collect())
    }

    /// Resolves one. What nobody can mend by waiting is told in the timeline.
    fn resolve(&self, issue: &IssueKey) -> Result<String, JobError> {
        let name = &issue.issue;
        let not = |why: &str| {
            let why = cut(why, MAX_WHY);
            Ok(format!("Sentry issue {name} could not be resolved with it: {why}"))
        };
        let asking = match self.control.connection_ask(issue.integration, issue.scope) {
            Ok(Some(asking)) => asking,
            Ok(None) => return not("there is no connection that works with its organization"),
            Err(ControlError::Refused { why }) => return not(&why),
            Err(error) => return Err(later(error)),
        };
        let sentry = asking.by(&self.client);
        match sentry.issue_set(&asking.organization, name, IssueStatus::Resolved) {
            Ok(set) => {
                let name = set.short_id.as_deref().unwrap_or(name);
                Ok(format!("resolved Sentry issue {}", cut(name, MAX_WHY)))
            }
            Err(error) => match again(&self.control, issue, &asking, &error) {
                Some(again) => Err(again),
                None => not(&error.to_string()),
            },
        }
    }

    /// Writes down what was done, unless an earlier attempt did.
    fn tell(
        &self,
        number: IncidentNumber,
        timeline: &[TimelineEntry],
        texts: &[String],
    ) -> Result<(), StoreError> {
        let resolved = timeline.iter().rposition(|line| line.kind == TimelineKind::Resolved);
        let since = resolved.and_then(|place| timeline.get(place..)).unwrap_or(timeline);
        let is_new = |text: &&String| since.iter().all(|line| line.text != **text);
        let new: Vec<_> = texts.iter().filter(is_new).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        self.control.store.issue_links_change(number, &mut |incident, _| {
            let line =
                |text: &String| self.control.line(incident, TimelineKind::Updated, text.clone());
            Some(LinkChange { timeline: new.iter().map(line).collect(), ..LinkChange::default() })
        })
    }
}

impl JobHandler for IssueResolveHandler {
    fn kind(&self) -> &'static str {
        ISSUE_RESOLVE
    }

    /// One question for each issue. A source that is away for a day is waited for.
    fn limits(&self) -> Limits {
        Limits {
            time: Duration::from_mins(2),
            attempts: 60,
            longest_wait: Duration::from_mins(30),
            ..Limits::default()
        }
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let Payload { incident } = attempt.payload()?;
        let number = incident.parse().map_err(|_| JobError::give_up("it names no incident"))?;
        let (incident, timeline) = match self.control.store.incident_get(number) {
            Ok(found) => found,
            Err(StoreError::NotFound { .. }) => return Ok(Done::default()),
            Err(error) => return Err(error.into()),
        };
        // Opened again, or ended by the source itself, meanwhile.
        let by_source = matches!(incident.resolved_by, Some(Actor::Integration(_)) | None);
        if incident.status.is_open() || by_source {
            return Ok(Done::default());
        }
        let config = self.control.store.config_load()?;
        let mut texts = Vec::new();
        let mut trouble = None;
        for issue in self.issues(&config, &incident)? {
            match self.resolve(&issue) {
                Ok(text) => texts.push(text),
                // The others are not to wait for this one.
                Err(error) => trouble = Some(error),
            }
        }
        self.tell(number, &timeline, &texts)?;
        trouble.map_or_else(|| Ok(Done::default()), Err)
    }
}
