//! The audit log: who changed what, saw a secret, signed in.

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use watchbell_ingest::Snapshot;
use watchbell_model::{AuditEntry, AuditId, SubjectKind};
use watchbell_store::{AuditFilter, AuditOrder, AuditPage};

use super::call::Call;
use super::{Answered, words};
use crate::envelope::time;
use crate::error::ApiError;
use crate::query::Query;
use crate::views::ActorView;

/// How many entries of an export are read at a time.
const EXPORT_STEP: i64 = 500;

/// One thing that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditView {
    audit_id: String,
    at: String,
    actor: ActorView,
    #[schema(schema_with = words::audit_action)]
    action: &'static str,
    subject: SubjectView,
    /// What was different before: secrets are never in it.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// What is different after.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// The request that did it, as the server's log has it.
    request_id: Option<String>,
}

/// What it was done to.
#[derive(Debug, Serialize, ToSchema)]
struct SubjectView {
    #[schema(schema_with = words::subject_kind)]
    kind: &'static str,
    id: String,
    name: String,
}

impl AuditView {
    fn new(entry: &AuditEntry, snapshot: &Snapshot) -> Self {
        let json = |text: &Option<String>| {
            text.as_deref().and_then(|text| serde_json::from_str(text).ok())
        };
        Self {
            audit_id: entry.id.to_string(),
            at: time(entry.at),
            actor: ActorView::new(entry.actor, snapshot),
            action: entry.action.as_str(),
            subject: SubjectView {
                kind: entry.subject.kind.as_str(),
                id: entry.subject.id.clone(),
                name: entry.subject.name.clone(),
            },
            before: json(&entry.before),
            after: json(&entry.after),
            request_id: entry.request.map(|id| id.to_string()),
        }
    }
}

/// A part of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditListView {
    items: Vec<AuditView>,
    has_more: bool,
    /// Where the next part begins, for `cursor`.
    next_cursor: Option<String>,
}

/// Which entries.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct AuditQuery {
    /// By this one: the id of a user, an API key or an integration, or `system`.
    actor: Option<String>,
    /// Of this kind.
    #[param(schema_with = words::audit_action)]
    action: Option<String>,
    /// About a thing of this kind; together with `subject_id`.
    #[param(schema_with = words::subject_kind)]
    subject_kind: Option<String>,
    /// The thing's id; together with `subject_kind`.
    subject_id: Option<String>,
    /// Done then or later.
    after: Option<String>,
    /// Done then or earlier.
    before: Option<String>,
    /// The most items.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// A `next_cursor`, or empty for the beginning.
    cursor: Option<String>,
}

fn filter(query: &mut Query) -> AuditFilter {
    let kind: Option<SubjectKind> = query.one("subject_kind", "a kind of thing");
    let id: Option<String> = query.one("subject_id", "the id of a thing");
    if kind.is_none() && id.is_some() {
        query.wrong("subject_id", "subject_kind beside it", "nothing");
    }
    if kind.is_some() && id.is_none() {
        query.wrong("subject_kind", "subject_id beside it", "nothing");
    }
    AuditFilter {
        actor: query.one("actor", "the id of a user, an API key or an integration, or system"),
        action: query.one("action", "an action of the audit log"),
        subject: kind.zip(id),
        after: query.moment("after"),
        before: query.moment("before"),
    }
}

pub(super) async fn list(call: Call) -> Answered {
    let mut query = call.query();
    let filter = filter(&mut query);
    let limit = query.limit();
    let cursor: Option<CursorText> = query.one("cursor", "a next_cursor, or nothing");
    query.finish()?;
    let past = cursor.and_then(|cursor| cursor.0);
    let page = AuditPage { order: AuditOrder::NewestFirst, past, limit: limit.saturating_add(1) };
    let mut entries = call.control(move |control| control.audit_list(&filter, page)).await?;
    let most = usize::try_from(limit).unwrap_or(0);
    let has_more = entries.len() > most;
    entries.truncate(most);
    let snapshot = call.snapshot();
    let next = entries.last().filter(|_| has_more).map(|entry| entry.id.to_string());
    let items = entries.iter().map(|entry| AuditView::new(entry, &snapshot)).collect();
    Ok(call.ok(&AuditListView { items, has_more, next_cursor: next }))
}

/// An entry's id, or nothing for the beginning.
struct CursorText(Option<AuditId>);

impl std::str::FromStr for CursorText {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        text.parse().map(|id| Self(Some(id))).map_err(|_| ())
    }
}

/// Which entries of the whole.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct ExportQuery {
    /// Done then or later.
    after: Option<String>,
    /// Done then or earlier.
    before: Option<String>,
}

/// The log as JSON lines, the oldest first, in parts: it may be long.
pub(super) async fn export(call: Call) -> Answered {
    let mut query = call.query();
    let filter = AuditFilter {
        after: query.moment("after"),
        before: query.moment("before"),
        ..AuditFilter::default()
    };
    query.finish()?;
    let parts = futures_util::stream::unfold(Some((call, None)), move |state| {
        let filter = filter.clone();
        async move {
            let (call, past) = state?;
            let page = AuditPage { order: AuditOrder::OldestFirst, past, limit: EXPORT_STEP };
            let read = call.control(move |control| control.audit_list(&filter, page)).await;
            match read {
                // Cut off, so that nobody takes a part for the whole.
                Err(error) => Some((Err::<Bytes, ApiError>(error), None)),
                Ok(entries) => {
                    let last = entries.last()?.id;
                    let snapshot = call.snapshot();
                    let mut lines = Vec::new();
                    for entry in &entries {
                        lines.extend(crate::envelope::encode(&AuditView::new(entry, &snapshot)));
                        lines.push(b'\n');
                    }
                    Some((Ok(Bytes::from(lines)), Some((call, Some(last)))))
                }
            }
        }
    });
    Ok(HttpResponse::Ok().content_type("application/jsonl").streaming(Box::pin(parts)))
}
