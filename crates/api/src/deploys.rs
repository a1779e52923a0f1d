//! The addresses at which deploys are told: by pipelines with a token, and by GitHub with a signature.
//!
//! The order of work is the precedence of answers: method (405), how often an address may ask (429),
//! proof (401), how often a token may be used (429), size (413), reading (400), then the store.

mod github;
mod limits;
mod token;

use actix_web::http::Method;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{HttpRequest, HttpResponse, web};
use watchbell_ingest::RateState;
use watchbell_model::{ConnectionScope, IntegrationId};

use crate::address;
use crate::body::{self, BodyError};
use crate::envelope::Request;
use crate::error::{ApiError, Code};
use crate::state::State;

pub use limits::DeployLimits;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/api/ingest/deploy").route(web::to(token::tell)))
        .service(web::resource("/api/ingest/deploy/test").route(web::to(token::test)))
        .service(web::resource("/api/github/webhook").route(web::to(github::webhook)));
}

/// One request to such an address on its way to its answer.
struct Call<'a> {
    state: &'a State,
    request: &'a Request,
    http: &'a HttpRequest,
}

/// Has a request answered by `take`, if it is a POST.
async fn posted(
    state: &State,
    http: &HttpRequest,
    take: impl AsyncFnOnce(Call<'_>) -> Result<HttpResponse, ApiError>,
) -> HttpResponse {
    let request = Request::new(state);
    let answer = if http.method() == Method::POST {
        take(Call { state, request: &request, http }).await
    } else {
        Err(ApiError::method("POST"))
    };
    answer.unwrap_or_else(|error| error.response(&request))
}

impl Call<'_> {
    /// Where it comes from.
    fn address(&self) -> std::net::IpAddr {
        address::client(self.http, &self.state.settings.trusted_proxies)
    }

    fn too_often(&self, rate: RateState, message: &'static str) -> ApiError {
        let wait = rate.reset_at.saturating_sub(self.request.at.timestamp());
        ApiError::new(Code::RateLimited, message).retry_after(wait)
    }

    /// Its body, of at most so many bytes, within the room that all bodies share.
    async fn body(&self, payload: web::Payload, max_bytes: usize) -> Result<Vec<u8>, ApiError> {
        let too_large = || {
            let message = format!("the body has more than {max_bytes} bytes");
            ApiError::new(Code::TooLarge, message)
        };
        let announced =
            self.http.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let announced = announced.and_then(|text| text.parse::<usize>().ok());
        if announced.is_some_and(|bytes| bytes > max_bytes) {
            return Err(too_large());
        }
        let busy = || ApiError::unavailable("too much is being worked on; try again");
        // They are nobody's integration, and share what one may have.
        let nobody = IntegrationId::from_uuid(ConnectionScope::NONE.as_uuid());
        let announced = announced.unwrap_or(0);
        let mut admission = self.state.intake.admit(nobody, announced).await.map_err(|_| busy())?;
        let within = self.state.settings.body_timeout;
        let malformed = |message: &'static str| ApiError::new(Code::Malformed, message);
        match body::read(payload, announced, max_bytes, within, &mut admission).await {
            Ok(body) => Ok(body),
            Err(BodyError::TooLarge) => Err(too_large()),
            Err(BodyError::NoRoom) => Err(busy()),
            Err(BodyError::TooSlow) => Err(malformed("the body did not arrive in time")),
            Err(BodyError::Broken) => Err(malformed("the body did not arrive whole")),
        }
    }
}
