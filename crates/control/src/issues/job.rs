//! The job that tells the source what became of a link here.
//!
//! The source takes no idempotency key, and needs none: it keeps one link for an issue and an app, and
//! a further one takes its place, so telling twice is as good as once; and taking away what is gone is
//! no error.

use std::time::Duration;

use watchbell_model::{
    IncidentNumber, IssueLink, IssueLinkId, LinkOrigin, LinkState, TimelineKind, cut,
};
use watchbell_sentry_client::{Client, Error, ExternalIssue, InstallationId, Issue};
use watchbell_store::{
    Attempt, Done, ISSUE_LINK_SYNC, Job, JobError, JobHandler, Limits, LinkChange, LinkWanted,
    LinkWrite, StoreError,
};

use super::{untold, with_issue};
use crate::question::{Questions, again, later};
use crate::{Asking, Control, incident_url};

/// What the source shows in front of an incident's number.
const PROJECT: &str = "Watchbell";

/// Tells sources what became of links.
#[derive(Debug)]
pub struct IssueLinkHandler {
    control: Control,
    client: Client,
    public_url: String,
}

impl IssueLinkHandler {
    /// Asks the source by `client`; incidents have their pages below `public_url`.
    pub const fn new(control: Control, client: Client, public_url: String) -> Self {
        Self { control, client, public_url }
    }

    fn link(&self, id: &str) -> Result<Option<IssueLink>, JobError> {
        let id: IssueLinkId = id.parse().map_err(|_| JobError::give_up("it names no link"))?;
        match self.control.store.issue_link_get(id) {
            Ok(link) => Ok(Some(link)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    const fn questions<'a>(
        &'a self,
        asking: &'a Asking,
        attempt: &'a Attempt<'a>,
    ) -> Questions<'a> {
        Questions { client: &self.client, asking, attempt }
    }

    /// Tells the source of a link.
    fn make(&self, attempt: &Attempt<'_>, link: &IssueLink) -> Result<(), JobError> {
        let (asking, installation) = match self.control.issue_way(link).map_err(later)? {
            Ok(way) => way,
            Err(why) => return self.failed(link, &why),
        };
        let questions = self.questions(&asking, attempt);
        let made = self.tell(&questions, &installation, link);
        let (issue, external) = match made {
            Ok(made) => made,
            Err(error) => return self.trouble(link, &asking, &error),
        };
        let now = self.control.clock.now();
        let stands = self.settle(link, |before| {
            let linked = IssueLink {
                state: LinkState::Linked,
                reason: None,
                external: Some(cut(external.id.as_str(), IssueLink::MAX_NAME_CHARS)),
                installation: Some(installation.as_uuid()),
                changed_at: now,
                ..with_issue(before.clone(), &issue)
            };
            (LinkWrite::set(linked), None)
        })?;
        if stands {
            return Ok(());
        }
        // Somebody has changed it meanwhile. If they took it back, nobody may know of what was made.
        let is_wanted =
            self.link(&link.id.to_string())?.is_some_and(|link| link.state != LinkState::Unlinking);
        if !is_wanted {
            let gone = questions.ask(|sentry| sentry.link_remove(&installation, &external.id));
            gone.map_err(|error| JobError::retry(error.to_string()))?;
        }
        Ok(())
    }

    fn tell(
        &self,
        questions: &Questions<'_>,
        installation: &InstallationId,
        link: &IssueLink,
    ) -> Result<(Issue, ExternalIssue), Error> {
        let organization = &questions.asking.organization;
        let issue = questions.ask(|sentry| sentry.issue(organization, &link.key.issue))?;
        let external = self.point(questions, installation, link, link.incident)?;
        Ok((issue, external))
    }

    /// Has the issue of `link` shown as linked with an incident.
    fn point(
        &self,
        questions: &Questions<'_>,
        installation: &InstallationId,
        link: &IssueLink,
        incident: IncidentNumber,
    ) -> Result<ExternalIssue, Error> {
        let id = link.key.issue.parse();
        let id = id.map_err(|_| Error::NotFound("it has no number".to_owned()))?;
        let (url, number) = (incident_url(&self.public_url, incident), incident.to_string());
        questions.ask(|sentry| sentry.link_add(installation, id, &url, PROJECT, &number))
    }

    /// Has the source forget a link.
    fn unmake(&self, attempt: &Attempt<'_>, link: &IssueLink) -> Result<(), JobError> {
        let Ok((asking, installation)) = self.control.issue_way(link).map_err(later)? else {
            let text = untold(link.issue_name());
            return self.settle(link, |_| (LinkWrite::Remove(link.id), Some(text))).map(drop);
        };
        let questions = self.questions(&asking, attempt);
        match self.forget(&questions, &installation, link)? {
            Ok(()) => self.settle(link, |_| (LinkWrite::Remove(link.id), None)).map(drop),
            Err(error) => self.trouble(link, &asking, &error),
        }
    }

    fn forget(
        &self,
        questions: &Questions<'_>,
        installation: &InstallationId,
        link: &IssueLink,
    ) -> Result<Result<(), Error>, JobError> {
        let all = self.control.store.issue_links_to(&link.key)?;
        // The source shows one link for an issue: another incident's takes its place.
        let other = all.iter().rfind(|one| one.id != link.id && one.state == LinkState::Linked);
        if let Some(other) = other {
            return Ok(self.point(questions, installation, other, other.incident).map(drop));
        }
        Ok(self.forget_alone(questions, installation, link))
    }

    fn forget_alone(
        &self,
        questions: &Questions<'_>,
        installation: &InstallationId,
        link: &IssueLink,
    ) -> Result<(), Error> {
        if let Some(id) = &link.external
            && questions.ask(|sentry| sentry.link_remove(installation, id))?
        {
            return Ok(());
        }
        // What was made on the source's page has an id that nobody told us.
        let url = incident_url(&self.public_url, link.incident);
        let shown = match questions
            .ask(|sentry| sentry.links(&questions.asking.organization, &link.key.issue))
        {
            Ok(shown) => shown,
            Err(Error::NotFound(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        for one in shown.iter().filter(|one| one.web_url == url) {
            questions.ask(|sentry| sentry.link_remove(installation, &one.id))?;
        }
        Ok(())
    }

    /// Whether another attempt may help; if not, the link says why.
    fn trouble(&self, link: &IssueLink, asking: &Asking, error: &Error) -> Result<(), JobError> {
        let Some(again) = again(&self.control, link.key.integration, link.key.scope, asking, error)
        else {
            return self.failed(link, &error.to_string());
        };
        let reason = reason(&format!("{}; it is tried again", again.why));
        self.settle(link, |before| {
            let waiting = IssueLink { reason: Some(reason), ..before.clone() };
            (LinkWrite::set(waiting), None)
        })?;
        Err(again)
    }

    /// It will not work until somebody does something.
    fn failed(&self, link: &IssueLink, why: &str) -> Result<(), JobError> {
        let name = link.issue_name();
        let now = self.control.clock.now();
        let text = match link.state {
            LinkState::Unlinking => format!("Sentry issue {name} could not be unlinked: {why}"),
            _ => format!("Sentry issue {name} could not be linked: {why}"),
        };
        self.settle(link, |before| {
            // What could not be taken back is still there, if it ever was.
            let was = before.external.is_some() || before.origin == LinkOrigin::Source;
            let state = match before.state {
                LinkState::Unlinking if was => LinkState::Linked,
                _ => LinkState::Failed,
            };
            let unlinking = before.state == LinkState::Unlinking;
            let why =
                if unlinking { format!("could not be unlinked: {why}") } else { why.to_owned() };
            let failed =
                IssueLink { state, reason: Some(reason(&why)), changed_at: now, ..before.clone() };
            (LinkWrite::set(failed), Some(text))
        })
        .map(drop)
    }

    /// Writes down what came of a link, unless somebody has changed it since it was read. Gives
    /// whether it was written.
    fn settle(
        &self,
        link: &IssueLink,
        become_: impl FnOnce(&IssueLink) -> (LinkWrite, Option<String>),
    ) -> Result<bool, JobError> {
        let mut become_ = Some(become_);
        let mut decided: Option<(LinkWrite, Option<String>)> = None;
        let mut stands = false;
        let changed =
            self.control.store.issue_links_change(link.incident, &mut |incident, links, _| {
                let before = links.iter().find(|one| one.id == link.id)?;
                stands = before.state == link.state && before.changed_at == link.changed_at;
                if !stands {
                    return None;
                }
                // The store may ask again.
                if decided.is_none() {
                    decided = become_.take().map(|become_| become_(before));
                }
                let (write, text) = decided.clone()?;
                let entry = |text| self.control.line(incident, TimelineKind::Updated, text);
                Some(LinkChange {
                    links: vec![write],
                    timeline: text.map(entry).into_iter().collect(),
                    jobs: Vec::new(),
                })
            });
        match changed {
            Ok(()) => Ok(stands),
            // It went with its incident.
            Err(StoreError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl JobHandler for IssueLinkHandler {
    fn kind(&self) -> &'static str {
        ISSUE_LINK_SYNC
    }

    /// Three or four questions, and the database. A source that is away for a day is waited for.
    fn limits(&self) -> Limits {
        Limits {
            time: Duration::from_secs(30),
            attempts: 60,
            longest_wait: Duration::from_mins(30),
            ..Limits::default()
        }
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let wanted: LinkWanted = attempt.payload()?;
        let Some(link) = self.link(&wanted.link)? else { return Ok(Done::default()) };
        match link.state {
            LinkState::Pending => self.make(attempt, &link)?,
            LinkState::Unlinking => self.unmake(attempt, &link)?,
            LinkState::Linked | LinkState::Failed => {}
        }
        Ok(Done::default())
    }

    fn given_up(&self, job: &Job, why: &str) {
        let Ok(wanted) = serde_json::from_str::<LinkWanted>(&job.payload) else { return };
        // Where somebody has asked for something since, the job of that decides.
        if let Ok(Some(link)) = self.link(&wanted.link)
            && wanted.is_of(&link)
            && matches!(link.state, LinkState::Pending | LinkState::Unlinking)
        {
            drop(self.failed(&link, why));
        }
    }
}

fn reason(text: &str) -> String {
    cut(text, IssueLink::MAX_REASON_CHARS)
}
