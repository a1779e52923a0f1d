//! What a source's own page is answered when a person saves an alert rule there.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use watchbell_ingest::{Snapshot, Source};
use watchbell_model::{ConnectionScope, Reason};
use watchbell_provider::RuleForm;
use watchbell_triage::may_use;

use super::page::{Proven, Refusal, proven};
use crate::envelope::Request;
use crate::state::State;

pub(super) async fn check(
    state: web::Data<State>,
    http: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> HttpResponse {
    let (provider, key) = path.into_inner();
    let request = Request::new(&state);
    let names = (provider.as_str(), key.as_str());
    let request = (&request, Method::POST);
    let found = proven(&state, &http, names, request, payload, |its| its.rule_form()).await;
    let checked = found.and_then(
        |Proven { snapshot, source, of_provider, body, admission: _until_answered }| {
            checked(of_provider, &snapshot, &source, &body).map_err(Refusal::of)
        },
    );
    match checked {
        Ok(()) => HttpResponse::Ok().json(json!({})),
        Err(refusal) => refusal.answer(),
    }
}

fn checked(
    form: &dyn RuleForm,
    snapshot: &Snapshot,
    source: &Source,
    body: &[u8],
) -> Result<(), String> {
    snapshot.with_rules(source, ConnectionScope::NONE, |rules| {
        form.check(body, &|key| {
            let service = rules.services.find(key).ok_or(Reason::UnknownService)?;
            may_use(rules, service.id)
        })
    })
}
