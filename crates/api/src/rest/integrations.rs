//! Integrations: which there are, how they are set, and whether they take deliveries.

pub(super) mod connections;
pub(crate) mod links;
pub(super) mod secrets;
pub(crate) mod topics;
pub(super) mod view;

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use utoipa::{IntoParams, ToSchema};
use watchbell_control::{IntegrationNew, IntegrationSet, MAX_RATE_LIMIT, Move};
use watchbell_model::IntegrationId;
use watchbell_providers::PROVIDERS;

use super::Answered;
use super::call::{Call, with_etag};
use super::fields::Fields;
use super::words;
use crate::envelope::ListView;
use crate::error::ApiError;
use view::{IntegrationCreatedView, IntegrationView, ProviderView};

/// Which integrations.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct IntegrationQuery {
    /// Of this provider.
    provider: Option<String>,
    /// In this state.
    #[param(schema_with = words::integration_state)]
    state: Option<String>,
    /// The most items.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// How many to leave out at the beginning.
    #[param(minimum = 0, maximum = 10000, default = 0)]
    offset: Option<u32>,
}

pub(in crate::rest) async fn providers(call: Call) -> Answered {
    call.no_query()?;
    let all: Vec<_> = PROVIDERS.iter().map(|provider| ProviderView::new(*provider)).collect();
    Ok(call.ok(&all))
}

pub(in crate::rest) async fn list(call: Call) -> Answered {
    let mut query = call.query();
    let part = query.part();
    let provider: Option<String> = query.one("provider", "a provider's slug");
    let state: Option<view::StateText> = query.one("state", "connected, disabled or disconnected");
    query.finish()?;
    let views = call.control(watchbell_control::Control::integration_list).await?;
    let is_asked_for = |view: &&watchbell_control::IntegrationView| {
        let integration = &view.integration;
        provider.as_ref().is_none_or(|slug| integration.provider == *slug)
            && state.as_ref().is_none_or(|state| integration.state == state.0)
    };
    let found: Vec<_> = views.iter().filter(is_asked_for).collect();
    Ok(call.ok(&ListView::part_of(found.into_iter().map(IntegrationView::new), part)))
}

/// An integration with its `ETag`.
fn shown(call: &Call, view: &watchbell_control::IntegrationView) -> HttpResponse {
    with_etag(call.ok(&IntegrationView::new(view)), &view.etag)
}

/// The integration in the address, as the use cases take it.
fn reference(call: &Call) -> Result<String, ApiError> {
    let id: IntegrationId = call.named("id", "integration", "int_ and 32 hexadecimal digits")?;
    Ok(id.to_string())
}

pub(in crate::rest) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let view = call.control(move |control| control.integration_show(&reference)).await?;
    Ok(shown(&call, &view))
}

/// An integration to be added.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct IntegrationCreate {
    /// The provider's slug or one of its aliases: see `/providers`.
    provider: String,
    /// What people call it; left out: the provider's name, numbered if it is used.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// A routing key to bring along.
    #[schema(min_length = 20, max_length = 200)]
    routing_key: Option<String>,
    /// Services to link, by any of their keys.
    #[schema(max_items = 100)]
    service_keys: Option<Vec<String>>,
    /// The service of alerts that name none; it is linked too.
    default_service_key: Option<String>,
    /// The most accepted deliveries in any 60 seconds; 0: no limit.
    #[schema(maximum = 1_000_000)]
    rate_limit: Option<u32>,
    /// Over the limit: accept and mark, instead of 429.
    accept_over_limit: Option<bool>,
    /// Whether only linked services may be named.
    restricted_to_links: Option<bool>,
    /// A signing secret to store.
    #[schema(min_length = 8, max_length = 1000)]
    signing_secret: Option<String>,
    /// Whether to make a signing secret, which is shown this once.
    generate_signing_secret: Option<bool>,
    /// The provider's own settings: see `/providers`.
    options: Option<BTreeMap<String, String>>,
}

pub(in crate::rest) async fn create(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let provider = fields.text("provider", 1..=60);
    let options = fields.texts("options").unwrap_or_default();
    let new = IntegrationNew {
        provider: fields.required("provider", provider).unwrap_or_default(),
        name: fields.text("name", 1..=200),
        routing_key: fields.secret("routing_key", 20..=200),
        services: fields.words("service_keys", "a service's key", 100).unwrap_or_default(),
        default_service: fields.text("default_service_key", 1..=50),
        rate_limit: fields.number("rate_limit", 0..=MAX_RATE_LIMIT),
        accept_over_limit: fields.flag("accept_over_limit").unwrap_or(false),
        restricted_to_links: fields.flag("restricted_to_links").unwrap_or(false),
        secrets: fields.secret("signing_secret", 8..=1_000).into_iter().collect(),
        generate_secret: fields.flag("generate_signing_secret").unwrap_or(false),
        options: options.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
    };
    fields.finish()?;
    let created = call.control(move |control| control.integration_add(&new)).await?;
    let url = &call.state.settings.public_url;
    Ok(call.created(&IntegrationCreatedView::new(&created, url)))
}

/// What shall change of an integration. What is left out stays.
#[derive(Debug, ToSchema)]
#[schema(min_properties = 1)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct IntegrationUpdate {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Null: none.
    default_service_key: Option<String>,
    /// The most accepted deliveries in any 60 seconds; 0: no limit.
    #[schema(maximum = 1_000_000)]
    rate_limit: Option<u32>,
    /// Over the limit: accept and mark, instead of 429.
    accept_over_limit: Option<bool>,
    /// Whether only linked services may be named.
    restricted_to_links: Option<bool>,
    /// The provider's own settings; null as a value goes back to the default.
    options: Option<BTreeMap<String, Option<String>>>,
}

pub(in crate::rest) async fn update(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    fields.something();
    let reference = reference(&call)?;
    let set = IntegrationSet {
        name: fields.text("name", 1..=200),
        default_service: fields
            .or_null("default_service_key", |fields, name| fields.text(name, 1..=50)),
        rate_limit: fields.number("rate_limit", 0..=MAX_RATE_LIMIT),
        accept_over_limit: fields.flag("accept_over_limit"),
        restricted_to_links: fields.flag("restricted_to_links"),
        options: fields.texts("options").unwrap_or_default(),
    };
    fields.finish()?;
    let (view, _) = call.control(move |control| control.integration_set(&reference, &set)).await?;
    Ok(shown(&call, &view))
}

async fn move_to(call: Call, to: Move) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let (view, _) = call.control(move |control| control.integration_move(&reference, to)).await?;
    Ok(shown(&call, &view))
}

pub(in crate::rest) async fn enable(call: Call) -> Answered {
    move_to(call, Move::Enable).await
}

pub(in crate::rest) async fn disable(call: Call) -> Answered {
    move_to(call, Move::Disable).await
}

pub(in crate::rest) async fn disconnect(call: Call) -> Answered {
    move_to(call, Move::Disconnect).await
}

pub(in crate::rest) async fn reconnect(call: Call) -> Answered {
    move_to(call, Move::Reconnect).await
}
