//! Who calls.

use serde::Serialize;
use utoipa::ToSchema;

use super::Answered;
use super::call::Call;
use super::words;
use crate::error::{ApiError, Code};

/// What a key may do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VerifyView {
    valid: bool,
    #[schema(schema_with = words::scopes)]
    scopes: Vec<&'static str>,
    organization_name: String,
}

pub(super) async fn verify(call: Call) -> Answered {
    call.no_query()?;
    let view = VerifyView {
        valid: true,
        scopes: call
            .principal()?
            .scopes()
            .into_iter()
            .map(watchbell_model::Scope::as_str)
            .collect(),
        organization_name: call.state.settings.organization.clone(),
    };
    Ok(call.ok(&view))
}

pub(super) async fn not_built(call: Call) -> Answered {
    let what = call.http.match_pattern().unwrap_or_default();
    let message = format!("{what} is not built: no such feature here yet");
    Err(ApiError::new(Code::NotBuilt, message))
}
