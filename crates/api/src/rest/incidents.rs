//! Incidents: lists and one of them.

pub(super) mod change;
pub(super) mod issue_links;

use utoipa::IntoParams;
use watchbell_control::{EnrichmentShown, SuspectsShown};
use watchbell_ingest::Snapshot;
use watchbell_model::{
    Actor, DeliveryRecord, Incident, IncidentNumber, IssueLink, Scope, Service, ServiceId,
    TimelineEntry,
};
use watchbell_store::{DeliveryFilter, IncidentCursor, IncidentFilter, Page};

use super::Answered;
use super::call::Call;
use super::words;
use crate::envelope::ListView;
use crate::error::ApiError;
use crate::views::{
    DeliveryView, EnrichmentShortView, IncidentDetailView, IncidentView, May, SuspectsView,
};

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
    /// The e-mail address of whose they are.
    assigned_to: Option<String>,
    /// The e-mail address of who resolved them.
    resolved_by: Option<String>,
    /// On a service of the team with exactly this name.
    team_name: Option<String>,
    /// On this service, by any of its keys; may be given several times.
    service_id: Option<Vec<String>>,
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
    let snapshot = call.snapshot();
    let person = |email: String| snapshot.user_by_email(&email).map(|user| user.id);
    let assigned_to = query.one::<String>("assigned_to", AN_EMAIL).map(person);
    let resolved_by = query.one::<String>("resolved_by", AN_EMAIL).map(person);
    let team: Option<String> = query.one("team_name", "a team's name");
    let services: Vec<String> = query.all("service_id", "a service's key");
    let filter = IncidentFilter {
        status: query.all("status", "new, investigating, fixing, monitoring, resolved or closed"),
        severity: query.all("severity", "SEV0, SEV1, SEV2, SEV3 or SEV4"),
        opened_after: query.moment("created_after"),
        opened_before: query.moment("created_before"),
        ended_after: query.moment("resolved_after"),
        ended_before: query.moment("resolved_before"),
        assigned_to: assigned_to.flatten(),
        resolved_by: resolved_by.flatten().map(Actor::User),
        services: services_of(&snapshot, team.as_deref(), &services),
    };
    query.finish()?;
    // Somebody who is not there has no incidents: nothing fits.
    let nobody = assigned_to == Some(None) || resolved_by == Some(None);
    let filter =
        if nobody { IncidentFilter { services: Some(Vec::new()), ..filter } } else { filter };
    let listed = call.store(move |store| store.incident_list(&filter, page)).await?;
    let view = ListView::of(&listed, page, |incident| IncidentView::new(incident, &snapshot));
    Ok(call.ok(&view))
}

/// The services that `team` and `services` name; nothing if neither was asked for.
pub(crate) fn services_of(
    snapshot: &Snapshot,
    team: Option<&str>,
    services: &[String],
) -> Option<Vec<ServiceId>> {
    let of_team = team.map(|name| {
        let team = snapshot.teams.iter().find(|team| team.name == name);
        let is_theirs = |service: &&Service| team.is_some_and(|t| service.team == Some(t.id));
        snapshot.services.iter().filter(is_theirs).map(|service| service.id).collect::<Vec<_>>()
    });
    if services.is_empty() {
        return of_team;
    }
    let named = services.iter().filter_map(|key| Some(snapshot.services.find(key)?.id));
    let fits = |id: &ServiceId| of_team.as_ref().is_none_or(|theirs| theirs.contains(id));
    Some(named.filter(fits).collect())
}

const AN_EMAIL: &str = "an e-mail address";
/// How many deliveries are shown with an incident.
const SHOWN_DELIVERIES: i64 = 20;

/// An incident with all that belongs to it.
pub(crate) struct Whole {
    pub(crate) incident: Incident,
    /// The oldest line first.
    pub(crate) timeline: Vec<TimelineEntry>,
    /// The newest that touched it; none where the caller may not see them.
    pub(crate) deliveries: Vec<DeliveryRecord>,
    pub(crate) suspects: SuspectsShown,
    /// What its source says of it; none where that is not asked.
    pub(crate) enrichment: Option<EnrichmentShown>,
    /// Whether the caller may see whom it says it happened to.
    pub(crate) may: May,
    /// The issues that it is linked with.
    pub(crate) links: Vec<IssueLink>,
}

/// The incident that the address names.
///
/// # Errors
/// 404.
pub(crate) async fn whole(call: &Call) -> Result<Whole, ApiError> {
    let number: IncidentNumber = call.named("number", "incident", "INC-2026-001")?;
    // What was delivered is more than what came of it: it takes a right of its own.
    let with_deliveries = call.principal()?.may(Scope::DeliveriesRead).is_ok();
    let (suspects, enrichment) = call
        .control(move |control| {
            Ok((control.suspects_show(number)?, control.enrichment_show(number)?))
        })
        .await?;
    let ((incident, timeline), deliveries, links) = call
        .store(move |store| {
            let found = store.incident_get(number)?;
            let filter = DeliveryFilter::default().narrowed_to(&found.0);
            let deliveries = match filter.filter(|_| with_deliveries) {
                Some(filter) => {
                    store.delivery_list(&filter, Page::after(SHOWN_DELIVERIES, None))?.items
                }
                None => Vec::new(),
            };
            let links = store.issue_links_of(number)?;
            Ok((found, deliveries, links))
        })
        .await?;
    let may = May::see_people(with_deliveries);
    Ok(Whole { incident, timeline, deliveries, suspects, enrichment, may, links })
}

pub(super) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let Whole { incident, timeline, deliveries, suspects, enrichment, may, links } =
        whole(&call).await?;
    let snapshot = call.snapshot();
    let deliveries = deliveries.iter().map(|one| DeliveryView::new(one, &snapshot)).collect();
    let suspects = Some(SuspectsView::new(suspects));
    let enrichment = enrichment.map(|shown| EnrichmentShortView::new(&shown, may));
    let detail =
        IncidentDetailView::new(&incident, &timeline, deliveries, suspects, enrichment, &snapshot);
    Ok(call.ok(&detail.linked(&links)))
}
