//! What the sources of incidents say of them.

use watchbell_model::{IncidentNumber, Scope};

use super::Answered;
use super::call::Call;
use super::fields::Fields;
use crate::error::{ApiError, Code};
use crate::views::{EnrichmentView, May};

/// Whether the caller may see who a person is: whoever may see deliveries, where it stands as well.
fn may(call: &Call) -> Result<May, ApiError> {
    Ok(May::see_people(call.principal()?.may(Scope::DeliveriesRead).is_ok()))
}

fn number(call: &Call) -> Result<IncidentNumber, ApiError> {
    call.named("number", "incident", "INC-2026-001")
}

pub(super) async fn show(call: Call) -> Answered {
    call.no_query()?;
    let (number, may) = (number(&call)?, may(&call)?);
    let shown = call.control(move |control| control.enrichment_show(number)).await?;
    let shown = shown.ok_or_else(|| {
        let text = format!("{number} has no enrichment: its source can tell no more");
        ApiError::new(Code::NotFound, text)
    })?;
    Ok(call.ok(&EnrichmentView::new(&shown, may)))
}

pub(super) async fn retry(call: Call, fields: Fields) -> Answered {
    call.no_query()?;
    let (number, may) = (number(&call)?, may(&call)?);
    fields.finish()?;
    let shown = call.control(move |control| control.enrichment_retry(number)).await?;
    Ok(call.ok(&EnrichmentView::new(&shown, may)))
}
