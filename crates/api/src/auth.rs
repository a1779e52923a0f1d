//! Who asks: API keys as bearer tokens, and what each may do.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use watchbell_model::{ApiKey, Scope};

use crate::State;
use crate::envelope::Request;
use crate::error::{ApiError, Code};

/// The API key of a request.
///
/// # Errors
/// 401: there is none, or it is not a live one.
pub(crate) fn key(
    state: &State,
    http: &HttpRequest,
    request: &Request,
) -> Result<ApiKey, ApiError> {
    let token = http
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let snapshot = state.live.load();
    token.and_then(|token| snapshot.api_key(token, request.at)).cloned().ok_or_else(|| {
        ApiError::new(
            Code::Unauthorized,
            "send a valid API key as \"Authorization: Bearer wb_…\"; make one with \"watchbell key create\"",
        )
    })
}

/// Checks that a request's API key has `scope`.
///
/// # Errors
/// 401 without a live key, 403 without the scope.
pub(crate) fn require(
    state: &State,
    http: &HttpRequest,
    request: &Request,
    scope: Scope,
) -> Result<ApiKey, ApiError> {
    let key = key(state, http, request)?;
    if key.scopes.contains(&scope) {
        return Ok(key);
    }
    Err(ApiError::new(Code::Forbidden, format!("this API key lacks the scope {scope}")))
}
