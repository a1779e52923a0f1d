//! The audit log.

use std::str::FromStr;

use chrono::SecondsFormat;
use watchbell_control::Control;
use watchbell_ingest::Snapshot;
use watchbell_model::{
    Actor, ApiKey, AuditAction, AuditEntry, AuditId, SubjectKind, Timestamp, cut,
};
use watchbell_store::{AuditFilter, AuditOrder, AuditPage};
use watchbell_web::page::{Cell, Filter, Filters, Table};
use watchbell_web::{Section, text as t};

use super::filters::Asked;
use super::{As, answer, page};
use crate::ui::Shown;
use crate::ui::visit::Visit;
use crate::views::ActorView;

/// The rows of a page.
const ROWS: i64 = 50;
/// The most characters of a change that are shown.
const SHOWN_CHANGE: usize = 600;

/// A thing that was changed, as an address names it: its kind, a slash, its id.
struct Subject(SubjectKind, String);

impl FromStr for Subject {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (kind, id) = text.split_once('/').ok_or(())?;
        // PostgreSQL takes no NUL.
        if id.contains('\0') {
            return Err(());
        }
        Ok(Self(kind.parse().map_err(|_| ())?, id.to_owned()))
    }
}

pub(in crate::ui) async fn list(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let names = ["actor", "action", "subject", "from", "until"];
    let asked = Asked::new(format!("{}/audit", visit.base()), &mut query, &names);
    let subject: Option<Subject> = asked.value(&mut query, "subject", t::WANT_SUBJECT);
    let filter = AuditFilter {
        actor: asked.value(&mut query, "actor", t::WANT_ACTOR),
        action: asked.value(&mut query, "action", t::WANT_AUDITED),
        subject: subject.map(|Subject(kind, id)| (kind, id)),
        after: asked.minute(&mut query, "from"),
        before: asked.minute(&mut query, "until"),
    };
    let past: Option<AuditId> = query.one("cursor", t::WANT_PLACE);
    query.finish()?;
    let (after, before) = (filter.after, filter.before);
    let wanted = AuditPage { order: AuditOrder::NewestFirst, past, limit: ROWS.saturating_add(1) };
    let (mut entries, keys) = visit
        .call
        .control(move |control| {
            Ok((control.audit_list(&filter, wanted)?, Control::api_key_list(control)?))
        })
        .await?;
    let most = usize::try_from(ROWS).unwrap_or(0);
    let more = entries.len() > most;
    entries.truncate(most);
    let snapshot = visit.call.snapshot();
    let mut shown = As::default();
    let mut page = page(&visit, Section::Audit, t::AUDIT, &mut shown);
    let next = entries.last().filter(|_| more).map(|entry| entry.id);
    let row = |entry: &AuditEntry| {
        let change = |text: &Option<String>| {
            text.as_ref()
                .map_or(Cell::Nothing, |text| Cell::Lines(cut(text.as_str(), SHOWN_CHANGE)))
        };
        let subject = &entry.subject;
        let name = if subject.name.is_empty() { &subject.id } else { &subject.name };
        let about = format!("{}/{}", subject.kind.as_str(), subject.id);
        let about: String = form_urlencoded::byte_serialize(about.as_bytes()).collect();
        vec![
            Cell::When(page.frame.moment(entry.at)),
            Cell::Text(ActorView::new(entry.actor, &snapshot).into_name()),
            Cell::Text(entry.action.as_str().to_owned()),
            Cell::Link(
                format!("{}/audit?subject={about}", visit.base()),
                format!("{} {name}", subject.kind.as_str()),
            ),
            change(&entry.before),
            change(&entry.after),
        ]
    };
    let columns = [t::WHEN, t::WHO, t::WHAT, t::SUBJECT, t::BEFORE_WORD, t::AFTER_WORD];
    let table = Table {
        columns: columns.to_vec(),
        rows: entries.iter().map(row).collect(),
        empty: if asked.is_clear() { t::AUDIT_NONE } else { t::NOTHING_FITS },
        newest: past.map(|_| asked.address(None)),
        older: next.map(|id| asked.address(Some(id.to_string()))),
    };
    page.lead = t::AUDIT_LEAD;
    page.filters = Some(Filters {
        action: format!("{}/audit", visit.base()),
        fields: fields(&asked, &snapshot, &keys),
        is_clear: asked.is_clear(),
        export: Some((export(visit.base(), after, before), t::AUDIT_EXPORT)),
    });
    page.table = Some(table);
    Ok(answer(&visit, &shown, page))
}

fn fields(asked: &Asked, snapshot: &Snapshot, keys: &[ApiKey]) -> Vec<Filter> {
    let users = snapshot.users.iter().map(|user| (Actor::User(user.id), user.email.to_string()));
    let keys =
        keys.iter().map(|key| (Actor::ApiKey(key.id), format!("{} ({})", key.name, key.hint)));
    let sources = snapshot.sources().map(|source| &source.integration);
    let sources = sources.map(|one| (Actor::Integration(one.id), one.name.clone()));
    let mut actors: Vec<_> = users.chain(keys).chain(sources).collect();
    actors.sort_by_cached_key(|(_, name)| name.to_lowercase());
    actors.insert(0, (Actor::System, t::SYSTEM_ACTOR.to_owned()));
    let actors = actors.into_iter().map(|(actor, name)| (actor.to_string(), name));
    let action = |action: &AuditAction| (action.to_string(), action.to_string());
    // What is in the log is found by its own links.
    let subject = Some(asked.text("subject")).filter(|text| !text.is_empty());
    let subject = subject.map(|text| (text.to_owned(), text.replacen('/', " ", 1)));
    let mut fields = vec![
        asked.one_of("actor", t::WHO, actors),
        asked.one_of("action", t::WHAT, AuditAction::ALL.iter().map(action)),
    ];
    if subject.is_some() {
        fields.push(asked.one_of("subject", t::SUBJECT, subject));
    }
    fields.extend(asked.between());
    fields
}

/// The address of all that was written down within this time, as JSON lines.
fn export(base: &str, after: Option<Timestamp>, before: Option<Timestamp>) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, at) in [("after", after), ("before", before)] {
        if let Some(at) = at {
            out.append_pair(name, &at.to_rfc3339_opts(SecondsFormat::Secs, true));
        }
    }
    let query = out.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{base}/api/v1/audit/export{mark}{query}")
}
