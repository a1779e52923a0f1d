//! One visit of a page by somebody who was let in.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use watchbell_control::{Control, ControlError, csrf_token};
use watchbell_model::{Secret, User};
use watchbell_web::{Frame, Notice, Person, Section, Template, render, text as t};

use super::door::Brought;
use super::live;
use super::notice::Done;
use super::typed::Typed;
use crate::State;
use crate::envelope::Request;
use crate::error::ApiError;
use crate::query::Query;
use crate::rest::call::Call;
use crate::rest::gate::Principal;

/// One visit of a page by somebody who was let in.
#[derive(Debug)]
pub(crate) struct Visit {
    /// The same as of an operation of the API: who it is, and the way to the use cases.
    pub(super) call: Call,
    proof: Secret,
    form: Option<Query>,
    typed: Typed,
    /// What had changed when the visit began.
    seen: String,
}

impl FromRequest for Visit {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(http: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let brought = http.extensions_mut().remove::<Brought>();
        let call = Call::from_request(http, payload).into_inner();
        ready(match (call, brought) {
            (Ok(mut call), Some(Brought { proof, mut form })) => {
                // A form says in a field what `If-Match` says to the API.
                call.seen = form.as_mut().and_then(|form| form.one("seen", t::WANT_VERSION));
                let seen = live::seen(&call.state);
                Ok(Self { call, proof, form, typed: Typed::default(), seen })
            }
            (Err(error), _) => Err(error),
            (Ok(_), None) => Err(ApiError::unavailable("the request came past the door")),
        })
    }
}

impl Visit {
    /// Who it is.
    ///
    /// # Errors
    /// The page is open to strangers, so nobody is known.
    pub(super) fn user(&self) -> Result<&User, ApiError> {
        match self.call.principal()? {
            Principal::Person { user, .. } => Ok(user),
            Principal::Key(_) => Err(ApiError::unavailable("a key has no pages")),
        }
    }

    /// What stands around the page.
    pub(super) fn frame(&self, section: Section, title: impl Into<String>) -> Frame {
        let who = self.call.principal().ok();
        let mut frame = frame(&self.call.state, &self.call.request, who);
        frame.seen.clone_from(&self.seen);
        frame.within(section).titled(title)
    }

    /// What stands around a page about whoever looks at it, which is in no section.
    pub(super) fn own_frame(&self, title: impl Into<String>) -> Frame {
        frame(&self.call.state, &self.call.request, self.call.principal().ok()).titled(title)
    }

    /// What stands around a page for strangers.
    pub(super) fn bare_frame(&self, title: impl Into<String>) -> Frame {
        frame(&self.call.state, &self.call.request, None).titled(title)
    }

    /// What a form for strangers must bring along.
    pub(super) fn csrf(&self) -> String {
        csrf_token(&self.proof)
    }

    /// The form that was sent.
    pub(super) fn form(&mut self) -> Query {
        let form = self.form.take().unwrap_or_else(|| Query::new(""));
        let action = format!("{}{}", self.base(), self.call.http.path());
        self.typed = Typed::new(action, form.pairs().to_vec());
        form
    }

    /// What was typed into the form that was sent; nothing, if none was.
    pub(super) const fn typed(&self) -> &Typed {
        &self.typed
    }

    /// Does what a form asks for with what `reference` names, unless something is wrong with the form.
    pub(super) async fn tried<T: Send + 'static>(
        &self,
        form: Query,
        reference: String,
        run: impl FnOnce(&Control, &str) -> Result<T, ControlError> + Send + 'static,
    ) -> Result<T, ApiError> {
        form.finish()?;
        self.call.control(move |control| run(control, &reference)).await
    }

    /// What was just done, as the address says.
    pub(super) fn done(query: &mut Query) -> Option<Notice> {
        query.one::<Done>("done", t::WANT_DONE).map(|done| Notice::Done(done.1))
    }

    /// The path before every address of this server.
    pub(super) fn base(&self) -> &str {
        self.call.state.settings.path()
    }

    /// Goes on at `path`, which says what was done.
    pub(super) fn on_to(&self, path: &str, done: Option<Done>) -> HttpResponse {
        let mark = if path.contains('?') { '&' } else { '?' };
        let done = done.map(|done| format!("{mark}done={}", done.0)).unwrap_or_default();
        let address = format!("{}{path}{done}", self.base());
        HttpResponse::SeeOther().insert_header((LOCATION, address)).finish()
    }
}

/// What stands around a page that `who` sees.
pub(crate) fn frame(state: &web::Data<State>, request: &Request, who: Option<&Principal>) -> Frame {
    let mut frame = Frame::new(state.settings.path(), request.at);
    if let Some(Principal::Person { user, token }) = who {
        frame.person = Some(Person {
            email: user.email.to_string(),
            role: user.role,
            csrf: csrf_token(token),
        });
    }
    frame
}

/// The page as an answer. Our own values can be written; should one not, the answer is an empty 503.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    match render(page) {
        Ok(text) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(text),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}
