//! Links between incidents and issues at a source.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use watchbell_model::{IncidentNumber, IssueKey, IssueLink, IssueLinkId};
use watchbell_store::stored::number_in;
use watchbell_store::{IssueLinkStore, LinkChange, LinkDecision, LinkWrite, StoreError};

use crate::SqliteStore;
use crate::error::Failure;
use crate::incidents::{incident_read, timeline_read};
use crate::jobs;
use crate::rows::{IssueLinkFields, IssueLinkRow, timeline_insert};
use crate::schema::issue_links;

const NOT_FOUND: StoreError = StoreError::NotFound { what: "issue link" };
const TWICE: StoreError = StoreError::Conflict { what: "the incident's link with the issue" };

impl IssueLinkStore for SqliteStore {
    fn issue_links_change(
        &self,
        number: IncidentNumber,
        decide: &mut LinkDecision<'_>,
    ) -> Result<(), StoreError> {
        let wrote = self.pool.write(|writer| {
            let incident = incident_read(writer, number)?;
            let links = read(of_incident(number_in(number)?), writer)?;
            let told = timeline_read(writer, incident.id)?;
            let Some(LinkChange { links, timeline, jobs }) = decide(&incident, &links, &told)
            else {
                return Ok(false);
            };
            for link in &links {
                match link {
                    LinkWrite::Set(link) if link.incident == number => set(writer, link)?,
                    LinkWrite::Set(_) => {
                        return Err(Failure::refused("a link of another incident"));
                    }
                    LinkWrite::Remove(id) => remove(writer, *id)?,
                }
            }
            for entry in &timeline {
                timeline_insert(writer, entry)?;
            }
            jobs::add(writer, &jobs)?;
            Ok(!jobs.is_empty())
        })?;
        self.waker.wrote(wrote);
        Ok(())
    }

    fn issue_links_of(&self, number: IncidentNumber) -> Result<Vec<IssueLink>, StoreError> {
        // A number that cannot be stored has none.
        let Ok(stored) = number_in(number) else { return Ok(Vec::new()) };
        self.pool.read(|reader| read(of_incident(stored), reader))
    }

    fn issue_links_to(&self, issue: &IssueKey) -> Result<Vec<IssueLink>, StoreError> {
        self.pool.read(|reader| read(to_issue(issue), reader))
    }

    fn issue_link_get(&self, id: IssueLinkId) -> Result<IssueLink, StoreError> {
        self.pool.read(|reader| {
            let row: Option<IssueLinkRow> =
                issue_links::table.find(&id.as_bytes()[..]).first(reader).optional()?;
            Ok(row.ok_or(NOT_FOUND)?.try_into()?)
        })
    }
}

type Links<'a> = issue_links::BoxedQuery<'a, Sqlite>;

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
        .filter(issue_links::integration.eq(&issue.integration.as_bytes()[..]))
        .filter(issue_links::scope.eq(&issue.scope.as_bytes()[..]))
        .filter(issue_links::issue.eq(&issue.issue))
        .order(issue_links::incident)
        .limit(most())
        .into_boxed()
}

fn most() -> i64 {
    i64::try_from(IssueLink::MOST).unwrap_or(i64::MAX)
}

fn read(query: Links<'_>, reader: &mut SqliteConnection) -> Result<Vec<IssueLink>, Failure> {
    let rows: Vec<IssueLinkRow> = query.load(reader)?;
    Ok(rows.into_iter().map(TryInto::try_into).collect::<Result<_, StoreError>>()?)
}

/// Writes a link, new or not.
pub(crate) fn set(writer: &mut SqliteConnection, link: &IssueLink) -> Result<(), Failure> {
    let fields = IssueLinkFields::new(link)?;
    let set = diesel::insert_into(issue_links::table)
        .values(&fields)
        .on_conflict(issue_links::id)
        .do_update()
        .set(&fields);
    set.execute(writer).map(drop).map_err(|error| Failure::from(error).on_unique(TWICE))
}

fn remove(writer: &mut SqliteConnection, id: IssueLinkId) -> Result<(), Failure> {
    let gone = issue_links::table.filter(issue_links::id.eq(&id.as_bytes()[..]));
    diesel::delete(gone).execute(writer)?;
    Ok(())
}
