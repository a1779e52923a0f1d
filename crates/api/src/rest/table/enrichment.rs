//! The part of the table that is about what sources say of incidents.

use watchbell_model::Scope;

use super::{GET, POST};
use crate::rest::enrichment;
use crate::rest::operation::Access::Needs;
use crate::rest::operation::Operation;
use crate::views::EnrichmentView;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new::<EnrichmentView, _, _>(
            GET,
            "/incidents/{number}/enrichment",
            Needs(Scope::IncidentsRead),
            enrichment::show,
            "Show what the source of an incident says of it: stack, tags, breadcrumbs",
        ),
        Operation::new::<EnrichmentView, _, _>(
            POST,
            "/incidents/{number}/enrichment/retry",
            Needs(Scope::IncidentsWrite),
            enrichment::retry,
            "Have the source asked again, at once",
        ),
    ]
}
