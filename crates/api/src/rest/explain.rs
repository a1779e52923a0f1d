//! What a delivery would do, without doing it.

use std::sync::Arc;

use actix_web::web;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;
use watchbell_ingest::{Asking, Explainer, Snapshot};
use watchbell_model::{Delivery, DeliveryId, Headers, IntegrationId};
use watchbell_store::StoreError;

use super::Answered;
use super::call::Call;
use super::fields::Fields;
use crate::State;
use crate::error::ApiError;
use crate::views::{ExplanationView, ThenView};

/// The most characters of a body that is explained. What is larger is explained on the command line.
const MAX_BODY: usize = 1 << 20;

/// A body with its headers, or a stored delivery.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct ExplainAsk {
    /// A stored delivery; then nothing else is given.
    delivery_id: Option<String>,
    /// The integration that the body is for.
    integration_id: Option<String>,
    /// The request's headers.
    headers: Option<std::collections::BTreeMap<String, String>>,
    /// The request's body as text.
    body: Option<String>,
    /// The request's body in base64, if it is no text.
    body_base64: Option<String>,
}

/// What would come of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExplainedView<'a> {
    /// How the stored delivery ended; null for a body that was given.
    then: Option<ThenView<'a>>,
    /// The deliveries that ran the stored one again.
    replays: Vec<String>,
    /// What would come of it now; null for a stored delivery that is never run again.
    now: Option<ExplanationView<'a>>,
    /// Why the stored delivery is never run again.
    not_replayable: Option<String>,
}

pub(super) async fn explain(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let stored: Option<DeliveryId> = fields.word("delivery_id", "dlv_ and 32 hexadecimal digits");
    let integration: Option<IntegrationId> =
        fields.word("integration_id", "int_ and 32 hexadecimal digits");
    let headers = fields.texts("headers").unwrap_or_default();
    let text = fields.text("body", 0..=MAX_BODY);
    let encoded = fields.text("body_base64", 0..=MAX_BODY);
    let decoded = encoded.map(|text| STANDARD.decode(text.trim()));
    if matches!(decoded, Some(Err(_))) {
        fields.wrong("body_base64", "base64 (RFC 4648, section 4)", "something else");
    }
    if text.is_some() && decoded.is_some() {
        fields.wrong("body_base64", "nothing beside body", "both");
    }
    let is_given = text.is_some() || decoded.is_some();
    let body = text.map(String::into_bytes).or_else(|| decoded.and_then(Result::ok));
    if stored.is_some() && (integration.is_some() || is_given) {
        fields.wrong("delivery_id", "nothing beside it: a stored delivery has all of it", "more");
    }
    if stored.is_none() {
        fields.required("integration_id", integration);
        if !is_given {
            fields.required("body", body.as_ref());
        }
    }
    fields.finish()?;
    if let Some(id) = stored {
        return explain_stored(&call, id).await;
    }
    let snapshot = call.snapshot();
    let source = integration.and_then(|id| snapshot.source(id)).cloned();
    let source = source.ok_or_else(|| {
        super::call::unknown(
            "integration",
            &integration.map(|id| id.to_string()).unwrap_or_default(),
        )
    })?;
    let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let delivery = Delivery {
        id: DeliveryId::from_uuid(call.state.ids.next()),
        received_at: call.request.at,
        headers: Headers::new(headers),
        body: body.unwrap_or_default(),
    };
    let explained =
        with_explainer(&call, move |explainer, _| explainer.sample(&source, delivery)).await?;
    let now = Some(ExplanationView::new(&explained));
    Ok(call.ok(&ExplainedView { then: None, replays: Vec::new(), now, not_replayable: None }))
}

async fn explain_stored(call: &Call, id: DeliveryId) -> Answered {
    let (record, replays, explained) = with_explainer(call, move |explainer, state| {
        let record = state.store.delivery_get(id)?;
        let replays = state.store.replays_of(id)?;
        let explained = explainer.stored(&record)?;
        Ok((record, replays, explained))
    })
    .await?;
    let view = ExplainedView {
        then: Some(ThenView::new(&record)),
        replays: replays.iter().map(ToString::to_string).collect(),
        now: explained.as_ref().ok().map(ExplanationView::new),
        not_replayable: explained.as_ref().err().map(ToString::to_string),
    };
    Ok(call.ok(&view))
}

/// Runs `run` with what explains against the present state, in a thread of its own.
pub(super) async fn with_explainer<T: Send + 'static>(
    call: &Call,
    run: impl FnOnce(Explainer<'_>, &State) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let state = call.state.clone();
    let snapshot: Arc<Snapshot> = call.snapshot();
    let at = call.request.at;
    let done = web::block(move || {
        let settings = &state.settings;
        let explainer = Explainer {
            store: &*state.store,
            snapshot: &snapshot,
            asking: Asking {
                server: state.server,
                policy: &settings.policy,
                remember_for: settings.remember_for,
                at,
            },
            certificates: &*state.notifications,
            rates: &state.rates,
            max_body_bytes: settings.max_body_bytes,
            ids: &state.ids,
        };
        run(explainer, &state)
    });
    match done.await {
        Ok(result) => result.map_err(|error| ApiError::from_store(&error, &call.request)),
        Err(_) => Err(ApiError::unavailable("it was cut off; try again")),
    }
}
