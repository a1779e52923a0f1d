//! Errors, for whoever sits before a browser: what is wrong, and what to do.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, ALLOW, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use watchbell_web::{page, text};

use super::door::safe;
use super::visit::{frame, html};
use crate::State;
use crate::envelope::Request;
use crate::error::{ApiError, Code};
use crate::rest::gate::Principal;

/// The error as a page for a browser, and as JSON for everybody else.
pub(super) fn answer(
    state: &web::Data<State>,
    request: &Request,
    http: &HttpRequest,
    who: Option<&Principal>,
    error: &ApiError,
) -> HttpResponse {
    let accepts = http.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        let again = match error.code {
            Code::Unauthorized => ("/sign-in", text::SIGN_IN),
            _ => ("/", text::TO_OVERVIEW),
        };
        return as_page(state, request, who, error, again);
    }
    error.response(request)
}

/// The error as a page. `again` is where one goes on: a path of this server's, and what it is.
pub(crate) fn as_page(
    state: &web::Data<State>,
    request: &Request,
    who: Option<&Principal>,
    error: &ApiError,
    again: (&str, &'static str),
) -> HttpResponse {
    let (title, advice) = words(error.code);
    let mut details = error.lines();
    let message = if details.len() == 1 { details.remove(0) } else { error.to_string() };
    let trouble = page::Trouble {
        frame: frame(state, request, who).titled(title),
        message,
        details,
        advice,
        again: (again.0.to_owned(), again.1),
        request: request.id.to_string(),
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut answer = html(status, &trouble);
    let headers = answer.headers_mut();
    if let Some(seconds) = error.wait_s() {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if let Some(allow) = error.allowed()
        && let Ok(allow) = HeaderValue::from_str(allow)
    {
        headers.insert(ALLOW, allow);
    }
    safe(answer)
}

const fn words(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotFound | Code::MethodNotAllowed | Code::NotBuilt => {
            (text::NOT_FOUND, text::NOT_FOUND_ADVICE)
        }
        Code::Forbidden => (text::FORBIDDEN, text::FORBIDDEN_ADVICE),
        Code::Unauthorized => (text::NOT_SIGNED_IN, text::NOT_SIGNED_IN_ADVICE),
        Code::ValidationError | Code::Malformed | Code::TooLarge | Code::UnsupportedEncoding => {
            (text::WRONG_VALUES, text::WRONG_VALUES_ADVICE)
        }
        Code::Conflict | Code::PreconditionFailed => (text::CONFLICT, text::CONFLICT_ADVICE),
        Code::RateLimited => (text::TOO_MANY, text::TOO_MANY_ADVICE),
        Code::Unavailable => (text::UNAVAILABLE, text::UNAVAILABLE_ADVICE),
    }
}
