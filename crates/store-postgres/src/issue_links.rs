//! Links between incidents and issues at a source.

use diesel::pg::Pg;
use diesel::prelude::*;
use watchbell_model::{IncidentNumber, IssueKey, IssueLink, IssueLinkId};
use watchbell_store::stored::{number_in, refused};
use watchbell_store::{IssueLinkStore, LinkChange, LinkDecision, LinkWrite, StoreError};

use crate::PostgresStore;
use crate::error::Failure;
use crate::incidents::{incident_locked, timeline_read};
use crate::jobs;
use crate::pool::WRITE;
use crate::rows::{InsertLines, IssueLinkFields, IssueLinkRow};
use crate::schema::issue_links;

const NOT_FOUND: StoreError = StoreError::NotFound { what: "issue link" };
const TWICE: StoreError = StoreError::Conflict { what: "the incident's link with the issue" };

impl IssueLinkStore for PostgresStore {
    fn issue_links_change(
        &self,
        number: IncidentNumber,
        decide: &mut LinkDecision<'_>,
    ) -> Result<(), StoreError> {
        let mut session = self.pool.session()?;
        let before = session.begin(WRITE, move |writer| {
            let incident = incident_locked(writer, number)?;
            let links = read(of_incident(number_in(number)?), writer)?;
            let told = timeline_read(writer, incident.id)?;
            Ok((incident, links, told))
        });
        let changed = before.map_err(StoreError::from).and_then(|(incident, links, told)| {
            let Some(LinkChange { links, timeline, jobs }) = decide(&incident, &links, &told)
            else {
                return Ok(false);
            };
            let is_other =
                |link: &LinkWrite| matches!(link, LinkWrite::Set(link) if link.incident != number);
            if links.iter().any(is_other) {
                return Err(refused("a link of another incident"));
            }
            session.commit(move |writer| {
                for link in &links {
                    match link {
                        LinkWrite::Set(link) => set(writer, link)?,
                        LinkWrite::Remove(id) => remove(writer, *id)?,
                    }
                }
                InsertLines::add(&timeline, writer)?;
                jobs::add(writer, &jobs)?;
                Ok(!jobs.is_empty())
            })
        });
        session.roll_back();
        self.waker.wrote(changed?);
        Ok(())
    }

    fn issue_links_of(&self, number: IncidentNumber) -> Result<Vec<IssueLink>, StoreError> {
        // A number that cannot be stored has none.
        let Ok(stored) = number_in(number) else { return Ok(Vec::new()) };
        self.pool.read(move |reader| read(of_incident(stored), reader))
    }

    fn issue_links_to(&self, issue: &IssueKey) -> Result<Vec<IssueLink>, StoreError> {
        let issue = issue.clone();
        self.pool.read(move |reader| read(to_issue(&issue), reader))
    }

    fn issue_link_get(&self, id: IssueLinkId) -> Result<IssueLink, StoreError> {
        self.pool.read(move |reader| {
            let row: Option<IssueLinkRow> =
                issue_links::table.find(id.as_uuid()).first(reader).optional()?;
            Ok(row.ok_or(NOT_FOUND)?.try_into()?)
        })
    }
}

type Links<'a> = issue_links::BoxedQuery<'a, Pg>;

/// The links of an incident.
pub(crate) fn of_incident<'a>(number: i64) -> Links<'a> {
    issue_links::table
        .filter(issue_links::incident.eq(number))
        .order(issue_links::id)
        .limit(most())
        .into_boxed()
}

/// The links of an issue.
pub(crate) fn to_issue(issue: &IssueKey) -> Links<'_> {
    issue_links::table
        .filter(issue_links::integration.eq(issue.integration.as_uuid()))
        .filter(issue_links::scope.eq(issue.scope.as_uuid()))
        .filter(issue_links::issue.eq(&issue.issue))
        .order(issue_links::incident)
        .limit(most())
        .into_boxed()
}

fn most() -> i64 {
    i64::try_from(IssueLink::MOST).unwrap_or(i64::MAX)
}

fn read(query: Links<'_>, reader: &mut PgConnection) -> Result<Vec<IssueLink>, Failure> {
    let rows: Vec<IssueLinkRow> = query.load(reader)?;
    Ok(rows.into_iter().map(TryInto::try_into).collect::<Result<_, StoreError>>()?)
}

/// Writes a link, new or not.
pub(crate) fn set(writer: &mut PgConnection, link: &IssueLink) -> Result<(), Failure> {
    let fields = IssueLinkFields::new(link)?;
    let set = diesel::insert_into(issue_links::table)
        .values(&fields)
        .on_conflict(issue_links::id)
        .do_update()
        .set(&fields);
    set.execute(writer).map(drop).map_err(|error| Failure::from(error).on_unique(TWICE))
}

fn remove(writer: &mut PgConnection, id: IssueLinkId) -> Result<(), Failure> {
    let gone = issue_links::table.filter(issue_links::id.eq(id.as_uuid()));
    diesel::delete(gone).execute(writer)?;
    Ok(())
}
