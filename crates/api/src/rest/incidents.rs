//! Incidents: lists and one of them.

use utoipa::IntoParams;
use watchbell_model::IncidentNumber;
use watchbell_store::{IncidentCursor, IncidentFilter};

use super::Answered;
use super::call::Call;
use super::words;
use crate::envelope::ListView;
use crate::views::{IncidentDetailView, IncidentView};

/// Which incidents. Moments are inclusive.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct IncidentQuery {
    /// Any of these; may be given several times.
    #[param(schema_with = words::statuses)]
    status: Vec<String>,
    /// Any of these; may be given several times.
    #[param(schema_with = words::severities)]
    severity: Vec<String>,
    /// Opened then or later.
    created_after: Option<String>,
    /// Opened then or earlier.
    created_before: Option<String>,
    /// Resolved then or later.
    resolved_after: Option<String>,
    /// Resolved then or earlier.
    resolved_before: Option<String>,
    /// The most items.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// How many to leave out at the beginning.
    #[param(minimum = 0, maximum = 10000, default = 0)]
    offset: Option<u32>,
    /// Instead of `offset`: a `next_cursor`, or empty for the beginning. Nothing is counted then,
    /// and a page costs the same however deep it lies.
    cursor: Option<String>,
}

pub(super) async fn list(call: Call) -> Answered {
    let mut query = call.query();
    let page = query.page::<IncidentCursor>();
    let filter = IncidentFilter {
        status: query.all("status", "new, investigating, fixing, monitoring, resolved or closed"),
        severity: query.all("severity", "SEV0, SEV1, SEV2, SEV3 or SEV4"),
        opened_after: query.moment("created_after"),
        opened_before: query.moment("created_before"),
        ended_after: query.moment("resolved_after"),
        ended_before: query.moment("resolved_before"),
        ..IncidentFilter::default()
    };
    query.finish()?;
    let listed = call.store(move |store| store.incident_list(&filter, page)).await?;
    let snapshot = call.snapshot();
    let view = ListView::of(&listed, page, |incident| IncidentView::new(incident, &snapshot));
    Ok(call.ok(&view))
}

pub(super) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let number: IncidentNumber = call.named("number", "incident", "INC-2026-001")?;
    let (incident, timeline) = call.store(move |store| store.incident_get(number)).await?;
    Ok(call.ok(&IncidentDetailView::new(&incident, &timeline, &call.snapshot())))
}
