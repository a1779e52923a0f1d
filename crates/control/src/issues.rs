//! Links between incidents and issues at a source, made and taken back from here.
//!
//! What somebody asks for is written down with a job, which tells the source: `job.rs`. Resolving an
//! incident's issues: `resolve.rs`.

mod job;
mod resolve;

use std::collections::BTreeSet;

use watchbell_model::{
    Connection, ConnectionScope, ConnectionState, Incident, IncidentNumber, IssueKey, IssueLink,
    IssueLinkId, JobId, LinkOrigin, LinkState, TimelineKind, cut, is_http_url,
};
use watchbell_provider::{IssueLinks, IssueName, IssueNamed, Options};
use watchbell_sentry_client::{Client, Error, InstallationId, Issue};
use watchbell_store::{LinkChange, LinkWrite, StoredConfig, issue_link_job};

use crate::connections::outside;
use crate::error::quoted;
use crate::{Asking, Control, ControlError, find};
pub use job::IssueLinkHandler;
pub use resolve::IssueResolveHandler;

/// The most characters of what somebody writes to name an issue.
pub const MAX_ISSUE: usize = 2_048;
/// The most characters of an address that is kept.
const MAX_URL: usize = 2_048;

/// A link to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueLinkNew {
    /// The issue: its id, its short id, or the address of its page.
    pub issue: String,
    /// The connection with its organization; none: the one that there is no doubt about.
    pub connection: Option<ConnectionScope>,
}

/// A connection whose issues can be linked.
struct Candidate<'a> {
    connection: &'a Connection,
    links: &'static dyn IssueLinks,
}

impl Control {
    /// The links of an incident, the oldest first.
    ///
    /// # Errors
    /// [`ControlError::Store`], with `NotFound` if the incident is not there.
    pub fn issue_links(&self, number: IncidentNumber) -> Result<Vec<IssueLink>, ControlError> {
        self.store.incident_get(number)?;
        Ok(self.store.issue_links_of(number)?)
    }

    /// Links an incident with an issue, and has the source told. Doing it again has the source told
    /// again. A short id is asked for at the source first.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] if it is not clear which issue is meant, or of which connection;
    /// [`ControlError::Outside`] if a short id is given and the source cannot be asked;
    /// [`ControlError::Refused`] if nothing is connected, or the incident has too many links.
    pub fn issue_link_add(
        &self,
        client: &Client,
        number: IncidentNumber,
        new: &IssueLinkNew,
    ) -> Result<IssueLink, ControlError> {
        let (incident, _) = self.store.incident_get(number)?;
        let config = self.store.config_load()?;
        let candidates = candidates(&config);
        if candidates.is_empty() {
            return Err(ControlError::refused(
                "no integration is connected with a source whose issues can be linked: connect one \
                 first",
            ));
        }
        let named = candidates.iter().find_map(|one| one.links.named(&new.issue));
        let named = named.ok_or_else(|| {
            let expected = "an issue's id, its short id as in SHOP-1A, or the address of its page";
            ControlError::invalid("issue", expected, quoted(&new.issue))
        })?;
        let connection = chosen(&candidates, &incident, &named, new.connection)?;
        let (issue, known) = match named.issue {
            IssueName::Id(id) => (id, None),
            IssueName::Short(short) => {
                let issue = self.issue_by_short_id(client, connection, &short)?;
                (issue.id.clone(), Some(issue))
            }
        };
        let written = new.issue.trim();
        let url = Some(written).filter(|url| is_http_url(url)).map(|url| cut(url, MAX_URL));
        let link = IssueLink {
            id: IssueLinkId::from_uuid(self.ids.next()),
            incident: number,
            key: IssueKey { integration: connection.integration, scope: connection.scope(), issue },
            short_id: None,
            url,
            project: None,
            origin: LinkOrigin::Watchbell,
            state: LinkState::Pending,
            reason: None,
            external: None,
            installation: None,
            created_by: self.actor,
            created_by_name: None,
            created_at: self.clock.now(),
            changed_at: self.clock.now(),
        };
        self.issue_link_write(&known.iter().fold(link, with_issue))
    }

    /// Writes a link down with the job that tells the source, new or not.
    fn issue_link_write(&self, new: &IssueLink) -> Result<IssueLink, ControlError> {
        let (mut written, mut too_many) = (new.clone(), false);
        self.store.issue_links_change(new.incident, &mut |incident, links, _| {
            let before = links.iter().find(|link| link.key == new.key);
            too_many = before.is_none() && links.len() >= IssueLink::MOST;
            if too_many {
                return None;
            }
            let told = before.is_some_and(|link| link.state != LinkState::Unlinking);
            written = match before {
                Some(link) => IssueLink {
                    state: LinkState::Pending,
                    reason: None,
                    changed_at: self.clock.now(),
                    ..link.clone()
                },
                None => new.clone(),
            };
            let text = format!("linked with Sentry issue {}", written.issue_name());
            let entry = (!told).then(|| self.line(incident, TimelineKind::Updated, text));
            Some(LinkChange {
                jobs: vec![issue_link_job(JobId::from_uuid(self.ids.next()), &written)],
                links: vec![LinkWrite::set(written.clone())],
                timeline: entry.into_iter().collect(),
            })
        })?;
        if too_many {
            let most = IssueLink::MOST;
            let why = format!("{} is linked with {most} issues: unlink one first", new.incident);
            return Err(ControlError::refused(why));
        }
        Ok(written)
    }

    /// Takes a link back, and has the source told; where it cannot be told, the link goes at once.
    /// Gives those that are left.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] if the incident has no such link.
    pub fn issue_link_remove(
        &self,
        number: IncidentNumber,
        id: IssueLinkId,
    ) -> Result<Vec<IssueLink>, ControlError> {
        let none = || ControlError::NotFound {
            what: "issue link",
            reference: id.to_string(),
            hint: String::new(),
        };
        let links = self.store.issue_links_of(number)?;
        let link = links.iter().find(|link| link.id == id).ok_or_else(none)?;
        let can_tell = self.issue_way(link)?.is_ok();
        let mut found = false;
        self.store.issue_links_change(number, &mut |incident, links, _| {
            let link = links.iter().find(|link| link.id == id)?;
            found = true;
            let name = link.issue_name();
            let (write, jobs, text) = if can_tell {
                let unlinking = IssueLink {
                    state: LinkState::Unlinking,
                    reason: None,
                    changed_at: self.clock.now(),
                    ..link.clone()
                };
                let job = issue_link_job(JobId::from_uuid(self.ids.next()), &unlinking);
                let text = format!("unlinked from Sentry issue {name}");
                (LinkWrite::set(unlinking), vec![job], text)
            } else {
                (LinkWrite::Remove(id), Vec::new(), untold(name))
            };
            let told = link.state == LinkState::Unlinking && can_tell;
            let entry = (!told).then(|| self.line(incident, TimelineKind::Updated, text));
            Some(LinkChange { links: vec![write], timeline: entry.into_iter().collect(), jobs })
        })?;
        if !found {
            return Err(none());
        }
        Ok(self.store.issue_links_of(number)?)
    }

    /// How the source of a link is told of it, or why it cannot be and what to do about that.
    pub(crate) fn issue_way(
        &self,
        link: &IssueLink,
    ) -> Result<Result<(Asking, InstallationId), String>, ControlError> {
        let asking = match self.connection_ask(link.key.integration, link.key.scope) {
            Ok(Some(asking)) => asking,
            Ok(None) => {
                return Ok(Err(
                    "there is no connection that works with the issue's organization: \
                               connect it, then link again"
                        .to_owned(),
                ));
            }
            Err(ControlError::Refused { why }) => return Ok(Err(why)),
            Err(error) => return Err(error),
        };
        let known = link.installation.map(InstallationId::from_uuid);
        let Some(installation) = asking.installation.or(known) else {
            return Ok(Err("the installation is not known here yet: Sentry names it in each of its \
                           webhooks and when somebody links on its page. Have it send one (signed), \
                           then link again"
                .to_owned()));
        };
        Ok(Ok((asking, installation)))
    }

    fn issue_by_short_id(
        &self,
        client: &Client,
        connection: &Connection,
        short: &str,
    ) -> Result<Issue, ControlError> {
        let asking = self.connection_ask(connection.integration, connection.scope())?;
        let asking = asking.ok_or_else(|| {
            ControlError::refused(format!(
                "the connection with {} does not work: connect it again",
                connection.organization
            ))
        })?;
        asking.by(client).issue_by_short_id(&asking.organization, short).map_err(
            |error| match error {
                Error::NotFound(_) => {
                    let expected = format!("an issue of {}", asking.organization);
                    ControlError::invalid("issue", expected, quoted(short))
                }
                Error::Token(_) | Error::Scope { .. } | Error::Refused { .. } => {
                    ControlError::refused(error.to_string())
                }
                error => outside(&error),
            },
        )
    }
}

/// What is said of a link that goes without the source being told.
fn untold(issue: &str) -> String {
    format!(
        "unlinked from Sentry issue {issue} here; Sentry could not be told, so its page may still \
         show the link"
    )
}

/// A link with what its source tells of the issue.
fn with_issue(link: IssueLink, issue: &Issue) -> IssueLink {
    let name = |text: &str| cut(text, IssueLink::MAX_NAME_CHARS);
    let page = issue.permalink.as_deref().filter(|url| is_http_url(url));
    let project = issue.project.as_ref().map(|project| project.slug.as_str());
    IssueLink {
        short_id: issue.short_id.as_deref().map(name).or(link.short_id),
        url: page.map(|url| cut(url, MAX_URL)).or(link.url),
        project: project.filter(|slug| !slug.is_empty()).map(name).or(link.project),
        ..link
    }
}

/// The connections whose issues can be linked.
fn candidates(config: &StoredConfig) -> Vec<Candidate<'_>> {
    let of = |connection: &'_ Connection| {
        let of_it = config.integrations.iter().find(|one| one.id == connection.integration)?;
        find::provider_of(of_it).ok()?.issue_links()
    };
    let all = config.connections.iter().map(|record| &record.connection);
    all.filter(|one| one.state != ConnectionState::Disconnected)
        .filter_map(|connection| Some(Candidate { connection, links: of(connection)? }))
        .collect()
}

/// The connection that is meant.
fn chosen<'a>(
    candidates: &[Candidate<'a>],
    incident: &Incident,
    named: &IssueNamed,
    wanted: Option<ConnectionScope>,
) -> Result<&'a Connection, ControlError> {
    let all = || candidates.iter().map(|one| one.connection);
    let unclear = || {
        let all: Vec<_> = all().map(|one| format!("{} ({})", one.id, one.organization)).collect();
        let got = wanted.map_or_else(|| "nothing".to_owned(), |id| quoted(&id.to_string()));
        ControlError::invalid("connection_id", format!("one of {}", all.join(", ")), got)
    };
    let mut left: Vec<_> = all().filter(|one| wanted.is_none_or(|id| one.id == id)).collect();
    if left.is_empty() {
        return Err(unclear());
    }
    if let Some(organization) = &named.organization {
        let known: BTreeSet<_> = left.iter().map(|one| one.organization.as_str()).collect();
        let known: Vec<_> = known.into_iter().collect();
        left.retain(|one| one.organization.eq_ignore_ascii_case(organization));
        // The same number in another organization is another issue.
        if left.is_empty() {
            let expected = format!("an issue of {}", known.join(" or "));
            let got = format!("one of {}", quoted(organization));
            return Err(ControlError::invalid("issue", expected, got));
        }
    }
    // Each narrows the choice, unless nothing is left then.
    let mut narrow = |is_meant: &dyn Fn(&Connection) -> bool| {
        let fewer: Vec<_> = left.iter().copied().filter(|one| is_meant(one)).collect();
        if !fewer.is_empty() {
            left = fewer;
        }
    };
    if let Some(integration) = incident.integration {
        narrow(&|one| one.integration == integration);
        narrow(&|one| one.integration == integration && one.scope() == incident.scope);
    }
    match left.as_slice() {
        [one] => Ok(*one),
        _ => Err(unclear()),
    }
}

/// Whether an integration's issues are resolved with its incidents, and how they are told apart.
pub(crate) fn resolving(
    config: &StoredConfig,
    integration: watchbell_model::IntegrationId,
) -> Option<&'static dyn IssueLinks> {
    let integration = config.integrations.iter().find(|one| one.id == integration)?;
    let links = find::provider_of(integration).ok()?.issue_links()?;
    links.resolves(&Options::new(&integration.options)).then_some(links)
}
