//! Deploys, and the audit log: what only grows.

use watchbell_model::{AuditEntry, AuditId, Deploy, cut, is_http_url};
use watchbell_store::{AuditFilter, AuditOrder, AuditPage, DeployCursor, DeployFilter, Page};
use watchbell_web::page::{Cell, Table};
use watchbell_web::{Section, text as t};

use super::{As, answer, page, text};
use crate::query::Query;
use crate::ui::Shown;
use crate::ui::visit::Visit;
use crate::views::ActorView;

/// The rows of a page.
const ROWS: i64 = 50;
/// How many characters of a commit are shown.
const SHOWN_COMMIT: usize = 12;
/// The most characters of a change that are shown.
const SHOWN_CHANGE: usize = 600;

/// Where in the list the address says that one is.
fn place<T: std::str::FromStr>(query: &mut Query) -> Option<T> {
    query.one("cursor", "a place in this list")
}

pub(in crate::ui) async fn deploys(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let after: Option<DeployCursor> = place(&mut query);
    query.finish()?;
    let (filter, part) = (DeployFilter::default(), Page::after(ROWS, after));
    let listed = visit.call.store(move |store| store.deploy_list(&filter, part)).await?;
    let snapshot = visit.call.snapshot();
    let mut shown = As::default();
    let mut page = page(&visit, Section::Deploys, t::DEPLOYS, &mut shown);
    let (frame, base) = (&page.frame, visit.base());
    let row = |deploy: &Deploy| {
        let told = &deploy.told;
        let service = snapshot.services.get(deploy.service);
        let commit = cut(told.commit_sha.as_str(), SHOWN_COMMIT);
        vec![
            Cell::When(frame.moment(deploy.at)),
            text(service.map(|service| service.name.clone())),
            match told.url.as_ref().filter(|url| is_http_url(url)) {
                Some(url) => Cell::Link(url.clone(), commit),
                None => Cell::Code(commit),
            },
            text(told.commit_message.clone()),
            text(told.environment.clone()),
            text(told.version.clone()),
            text(told.branch.clone()),
            text(told.deployed_by.clone()),
            text(Some(deploy.source.as_str())),
        ]
    };
    let columns = [
        t::WHEN,
        t::SERVICE,
        t::COMMIT,
        t::DESCRIPTION,
        t::ENVIRONMENT,
        t::VERSION,
        t::BRANCH,
        t::BY,
        t::TOLD_BY,
    ];
    let table = Table {
        columns: columns.to_vec(),
        rows: listed.items.iter().map(row).collect(),
        empty: t::DEPLOYS_NONE,
        newest: after.map(|_| format!("{base}/deploys")),
        older: listed.next.map(|next| format!("{base}/deploys?cursor={next}")),
    };
    page.lead = t::DEPLOYS_LEAD;
    page.table = Some(table);
    Ok(answer(&shown, &page))
}

pub(in crate::ui) async fn audit(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let past: Option<AuditId> = place(&mut query);
    query.finish()?;
    let wanted = AuditPage { order: AuditOrder::NewestFirst, past, limit: ROWS.saturating_add(1) };
    let filter = AuditFilter::default();
    let mut entries =
        visit.call.control(move |control| control.audit_list(&filter, wanted)).await?;
    let most = usize::try_from(ROWS).unwrap_or(0);
    let more = entries.len() > most;
    entries.truncate(most);
    let snapshot = visit.call.snapshot();
    let mut shown = As::default();
    let mut page = page(&visit, Section::Audit, t::AUDIT, &mut shown);
    let (frame, base) = (&page.frame, visit.base());
    let row = |entry: &AuditEntry| {
        let change = |text: &Option<String>| {
            text.as_ref()
                .map_or(Cell::Nothing, |text| Cell::Lines(cut(text.as_str(), SHOWN_CHANGE)))
        };
        let subject = &entry.subject;
        let name = if subject.name.is_empty() { &subject.id } else { &subject.name };
        vec![
            Cell::When(frame.moment(entry.at)),
            Cell::Text(ActorView::new(entry.actor, &snapshot).into_name()),
            Cell::Text(entry.action.as_str().to_owned()),
            Cell::Text(format!("{} {name}", subject.kind.as_str())),
            change(&entry.before),
            change(&entry.after),
        ]
    };
    let columns = [t::WHEN, t::WHO, t::WHAT, t::SUBJECT, t::BEFORE_WORD, t::AFTER_WORD];
    let next = entries.last().filter(|_| more).map(|entry| entry.id);
    let table = Table {
        columns: columns.to_vec(),
        rows: entries.iter().map(row).collect(),
        empty: t::AUDIT_NONE,
        newest: past.map(|_| format!("{base}/audit")),
        older: next.map(|id| format!("{base}/audit?cursor={id}")),
    };
    page.lead = t::AUDIT_LEAD;
    page.table = Some(table);
    Ok(answer(&shown, &page))
}
