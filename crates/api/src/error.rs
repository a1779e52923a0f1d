//! The one table from error to status and code, and the one form of every error.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::ControlError;
use watchbell_ingest::Refusal;
use watchbell_model::{Reason, error_chain};
use watchbell_provider::FieldProblem;
use watchbell_store::StoreError;

use crate::State;
use crate::envelope::{Meta, Request, json};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal;)*) => {
        /// What went wrong, for programs. The list is public and closed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text form.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
        }
    };
}

codes! {
    /// Fields or parameters are wrong; `details` names each.
    ValidationError = "validation_error", 400;
    /// The body is not in the format at all.
    Malformed = "malformed", 400;
    /// No proof, or a wrong one.
    Unauthorized = "unauthorized", 401;
    /// Known, but not allowed.
    Forbidden = "forbidden", 403;
    /// Nothing there.
    NotFound = "not_found", 404;
    /// The address does not take this method.
    MethodNotAllowed = "method_not_allowed", 405;
    /// It collides with what is there.
    Conflict = "conflict", 409;
    /// It was changed since it was read.
    PreconditionFailed = "precondition_failed", 412;
    /// Too many bytes or alerts.
    TooLarge = "too_large", 413;
    /// A content encoding, which is not taken.
    UnsupportedEncoding = "unsupported_encoding", 415;
    /// Too many requests.
    RateLimited = "rate_limited", 429;
    /// Not built yet.
    NotBuilt = "not_built", 501;
    /// Our own trouble; try again.
    Unavailable = "unavailable", 503;
}

/// One wrong field, as answers show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Detail {
    path: String,
    expected: String,
    got: String,
}

impl From<FieldProblem> for Detail {
    fn from(problem: FieldProblem) -> Self {
        let FieldProblem { path, expected, got } = problem;
        Self { path, expected, got }
    }
}

/// An error, ready to be answered.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct ApiError {
    pub(crate) code: Code,
    message: Cow<'static, str>,
    details: Vec<Detail>,
    retry_after_s: Option<i64>,
    allow: Option<Cow<'static, str>>,
}

/// Every error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct Body<'a> {
    error: Inner<'a>,
    meta: Meta,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ErrorBody)]
struct Inner<'a> {
    #[schema(schema_with = codes)]
    code: &'static str,
    message: &'a str,
    /// Every wrong field.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    details: &'a [Detail],
}

fn codes() -> utoipa::openapi::Object {
    let codes = Code::ALL.iter().map(|code| code.as_str());
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::Type::String)
        .enum_values(Some(codes))
        .build()
}

/// How long a sender waits after our own trouble, in seconds.
const RETRY_AFTER_TROUBLE_S: i64 = 5;

impl Code {
    /// What a refused delivery is answered with.
    pub(crate) fn of_refusal(refusal: &Refusal) -> Self {
        match refusal.status {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            413 => Self::TooLarge,
            415 => Self::UnsupportedEncoding,
            429 => Self::RateLimited,
            _ if refusal.reason == Reason::InvalidField => Self::ValidationError,
            _ => Self::Malformed,
        }
    }
}

impl ApiError {
    pub(crate) fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            retry_after_s: None,
            allow: None,
        }
    }

    /// Wrong fields, every one of them.
    pub(crate) fn fields(code: Code, problems: Vec<FieldProblem>) -> Self {
        let message = match problems.as_slice() {
            [one] => one.to_string(),
            many => format!("{} problems; see details", many.len()),
        };
        let details = problems.into_iter().map(Detail::from).collect();
        Self { details, ..Self::new(code, message) }
    }

    pub(crate) fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after_s = Some(seconds.max(1));
        self
    }

    pub(crate) fn method(allow: impl Into<Cow<'static, str>>) -> Self {
        let allow = allow.into();
        let message = format!("this address takes {allow} only");
        Self { allow: Some(allow), ..Self::new(Code::MethodNotAllowed, message) }
    }

    /// Our own trouble.
    pub(crate) fn unavailable(message: &'static str) -> Self {
        Self::new(Code::Unavailable, message).retry_after(RETRY_AFTER_TROUBLE_S)
    }

    /// Trouble of somebody whom we need.
    pub(crate) fn down(message: String) -> Self {
        Self::new(Code::Unavailable, message).retry_after(RETRY_AFTER_TROUBLE_S)
    }

    /// What a store error means to a client. The cause is logged here, once, and never answered.
    pub(crate) fn from_store(error: &StoreError, request: &Request) -> Self {
        match error {
            StoreError::NotFound { what } => Self::new(Code::NotFound, format!("{what} not found")),
            StoreError::Conflict { what } => {
                Self::new(Code::Conflict, format!("{what} is taken or was changed meanwhile"))
            }
            StoreError::Refused { .. }
            | StoreError::Unavailable { .. }
            | StoreError::CommitUnknown { .. }
            | StoreError::Corrupt { .. } => {
                tracing::error!(
                    request.id = %request.id,
                    error = error_chain(error),
                    "the store failed"
                );
                Self::unavailable("the database is not available; try again")
            }
        }
    }

    /// What an operator's use case that was not done means to a client.
    pub(crate) fn from_control(error: &ControlError, request: &Request) -> Self {
        match error {
            ControlError::Invalid(problems) => {
                Self::fields(Code::ValidationError, problems.clone())
            }
            ControlError::NotFound { .. } => Self::new(Code::NotFound, error.to_string()),
            ControlError::Ambiguous { .. }
            | ControlError::Taken { .. }
            | ControlError::OpenedBefore { .. }
            | ControlError::Refused { .. } => Self::new(Code::Conflict, error.to_string()),
            ControlError::Changed { .. } => Self::new(Code::PreconditionFailed, error.to_string()),
            ControlError::SignIn | ControlError::Link => {
                Self::new(Code::Unauthorized, error.to_string())
            }
            ControlError::NotLetIn { .. } => Self::new(Code::Forbidden, error.to_string()),
            ControlError::TooMany { retry_after_s } => {
                Self::new(Code::RateLimited, error.to_string())
                    .retry_after(i64::from(*retry_after_s))
            }
            ControlError::Outside { .. } => Self::down(error.to_string()),
            ControlError::Store(error) => Self::from_store(error, request),
            ControlError::Busy | ControlError::Vault(_) => {
                let error = error_chain(error);
                tracing::error!(request.id = %request.id, error, "a use case failed");
                Self::unavailable("it could not be done; try again")
            }
        }
    }

    /// For an address that is not there.
    pub(crate) fn nothing_here() -> Self {
        Self::new(Code::NotFound, "there is nothing at this address")
    }

    /// What is wrong, for people: every wrong value on a line of its own.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines_of(|path| path)
    }

    /// The same, with each field called what `name` calls it.
    pub(crate) fn lines_of(&self, name: impl Fn(&str) -> &str) -> Vec<String> {
        if self.details.is_empty() {
            return vec![self.message.to_string()];
        }
        let line = |detail: &Detail| {
            format!("{}: expected {}, got {}", name(&detail.path), detail.expected, detail.got)
        };
        self.details.iter().map(line).collect()
    }

    /// After how many seconds it is worth to try again.
    pub(crate) const fn wait_s(&self) -> Option<i64> {
        self.retry_after_s
    }

    /// Which methods there are instead.
    pub(crate) fn allowed(&self) -> Option<&str> {
        self.allow.as_deref()
    }

    pub(crate) fn status(&self) -> u16 {
        self.code.status()
    }

    pub(crate) fn response(&self, request: &Request) -> HttpResponse {
        let status = actix_web::ResponseError::status_code(self);
        let error =
            Inner { code: self.code.as_str(), message: &self.message, details: &self.details };
        let mut response = json(status, &Body { error, meta: request.meta() });
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(allow) = &self.allow
            && let Ok(allow) = actix_web::http::header::HeaderValue::from_str(allow)
        {
            headers.insert(ALLOW, allow);
        }
        response
    }
}

/// Handlers of the REST API give errors back as they are; its gate knows the request and gives them
/// their form.
impl actix_web::ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
    }
}

/// The answer for every address that is not there.
pub(crate) async fn nothing_here(state: web::Data<State>) -> HttpResponse {
    ApiError::nothing_here().response(&Request::new(&state))
}

/// The answer of an address that only takes GET.
pub(crate) async fn get_only(state: web::Data<State>, _: HttpRequest) -> HttpResponse {
    ApiError::method("GET").response(&Request::new(&state))
}
