//! The questions: the issue, its latest event, and whose commits are suspected of it.

use serde_json::json;
use watchbell_model::{Incident, IntegrationId};
use watchbell_sentry_client::{Error, Issue as Asked};
use watchbell_sentry_event::{Issue, Personal, Told};
use watchbell_store::JobError;

use super::document::{Known, KnownFrom, commits};
use crate::Control;
use crate::question::{Questions, again};

/// So often commits are asked for again before they are done without.
const ATTEMPTS_FOR_COMMITS: u32 = 5;
/// What is not there after so many attempts, some minutes, is not going to be.
const ATTEMPTS_TO_BE_THERE: u32 = 8;

/// What was found out, and what is missing all the same.
pub(super) struct Answers {
    pub(super) known: Known,
    pub(super) missing: Option<String>,
}

impl Questions<'_> {
    /// The issue.
    pub(super) fn issue(&self, id: &str) -> Result<Asked, Error> {
        self.ask(|sentry| sentry.issue(&self.asking.organization, id))
    }

    /// What follows where the source did not answer. Events come seconds after their alert, so what is
    /// not there may be soon.
    pub(super) fn failed(
        &self,
        error: &Error,
        control: &Control,
        incident: &Incident,
        integration: IntegrationId,
    ) -> JobError {
        let why = error.to_string();
        if let Error::NotFound(_) = error
            && self.attempt.job().attempts < ATTEMPTS_TO_BE_THERE
        {
            return JobError::retry(why);
        }
        again(control, integration, incident.scope, self.asking, error)
            .unwrap_or_else(|| JobError::give_up(why))
    }

    /// What belongs to an issue.
    pub(super) fn rest(&self, issue: &Asked, personal: Personal) -> Result<Answers, Error> {
        let organization = &self.asking.organization;
        let raw = self.ask(|sentry| sentry.latest_event(organization, &issue.id))?;
        let Some(event) = Told::by_api(&raw.0, personal).event else {
            return Err(Error::Malformed("the latest event is no event".to_owned()));
        };
        let project = issue.project.as_ref().map(|project| project.slug.as_str());
        let (suspects, missing) = match (project, &event.id) {
            (Some(project), Some(event)) if !project.is_empty() => {
                let asked = self.ask(|sentry| sentry.suspects(organization, project, event));
                self.or_without(asked)?
            }
            _ => (Vec::new(), None),
        };
        let known = Known {
            from: KnownFrom::Connection,
            event: Some(event),
            issue: of_api(issue),
            commits: commits(&suspects),
        };
        Ok(Answers { known, missing })
    }

    /// Commits are worth some attempts, and not the event that is there already.
    fn or_without<T: Default>(
        &self,
        asked: Result<T, Error>,
    ) -> Result<(T, Option<String>), Error> {
        match asked {
            Ok(found) => Ok((found, None)),
            Err(error @ (Error::RateLimited { .. } | Error::Token(_))) => Err(error),
            Err(error)
                if error.may_pass() && self.attempt.job().attempts < ATTEMPTS_FOR_COMMITS =>
            {
                Err(error)
            }
            Err(error) => Ok((T::default(), Some(format!("the suspected commits: {error}")))),
        }
    }
}

fn of_api(issue: &Asked) -> Option<Issue> {
    Issue::of(&json!({
        "id": issue.id,
        "shortId": issue.short_id,
        "level": issue.level,
        "status": issue.status,
        "count": issue.count,
        "userCount": issue.user_count,
        "firstSeen": issue.first_seen,
        "lastSeen": issue.last_seen,
        "permalink": issue.permalink,
    }))
}
