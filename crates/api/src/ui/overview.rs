//! What is going on. Every query here reads a bounded number of rows, however much there is.

pub(super) mod log;
pub(super) mod sources;

use actix_web::http::StatusCode;
use watchbell_model::{Incident, Scope, Severity, Status};
use watchbell_store::{DeliveryFilter, IncidentFilter, Page, Store, StoreError};
use watchbell_web::page::{Offered, OpenCount, Overview};
use watchbell_web::{Section, SeverityWord, text};

use super::Shown;
use super::incidents::row;
use super::visit::{Visit, html};

/// The most incidents of a severity that are counted.
const MOST_COUNTED: i64 = 200;
/// The incidents that are shown.
const NEWEST: i64 = 8;
/// The deliveries that are looked at.
const DELIVERIES: i64 = 500;

pub(super) async fn show(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let notice = Visit::done(&mut query);
    query.finish()?;
    let sees_log = visit.call.principal()?.may(Scope::DeliveriesRead).is_ok();
    let snapshot = visit.call.snapshot();
    let ids = sources::asked(&snapshot);
    let (open, newest, log, heard) = visit
        .call
        .store(move |store| {
            let mut open = Vec::with_capacity(Severity::ALL.len());
            for severity in Severity::ALL {
                open.push((severity, counted(store, severity)?));
            }
            let newest = newest(store)?;
            let page = Page::after(DELIVERIES, None);
            let log = store.delivery_list(&DeliveryFilter::default(), page)?.items;
            let heard = sources::heard(store, ids, &sources::told(&log))?;
            Ok((open, newest, log, heard))
        })
        .await?;
    let mut frame = visit.frame(Section::Overview, text::OVERVIEW);
    frame.notice = notice;
    let open = open.into_iter().map(|(severity, count)| OpenCount {
        severity: SeverityWord(severity),
        count,
        address: format!("{}/incidents?severity={}", visit.base(), severity.as_str()),
    });
    let may_set_up = visit.call.principal()?.may(Scope::IntegrationsWrite).is_ok();
    let page = Overview {
        is_first_run: may_set_up && heard.values().all(|one| one.counts.received == 0),
        open: open.collect(),
        newest: newest.iter().map(|incident| row(incident, &snapshot, &frame)).collect(),
        log: if sees_log { Offered::Here(log::shape(&log)) } else { Offered::Hidden },
        sources: sources::rows(&snapshot, &heard, &frame, visit.call.request.at),
        frame,
    };
    Ok(html(StatusCode::OK, &page))
}

fn open_ones(severity: Vec<Severity>) -> IncidentFilter {
    let status = Status::ALL.into_iter().filter(|status| status.is_open()).collect();
    IncidentFilter { status, severity, ..IncidentFilter::default() }
}

/// How much is open of a severity, up to a bound.
fn counted(store: &dyn Store, severity: Severity) -> Result<String, StoreError> {
    let page = Page::after(MOST_COUNTED, None);
    let listed = store.incident_list(&open_ones(vec![severity]), page)?;
    let more = if listed.next.is_some() { "+" } else { "" };
    Ok(format!("{}{more}", listed.items.len()))
}

fn newest(store: &dyn Store) -> Result<Vec<Incident>, StoreError> {
    Ok(store.incident_list(&open_ones(Vec::new()), Page::after(NEWEST, None))?.items)
}
