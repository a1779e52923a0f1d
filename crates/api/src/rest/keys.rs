//! API keys.

use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::ApiKeyNew;
use watchbell_model::{ApiKey, ApiKeyId, Scope, Timestamp};

use super::Answered;
use super::call::Call;
use super::fields::Fields;
use super::words;
use crate::envelope::{ListView, time};
use crate::error::{ApiError, Code};

/// The longest that a key may be made for, in days: ten years.
const MAX_DAYS: u32 = 3_650;

/// An API key, without the key.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKeyView {
    key_id: String,
    name: String,
    /// Its last four characters.
    hint: String,
    #[schema(schema_with = words::scopes)]
    scopes: Vec<&'static str>,
    is_live: bool,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    /// To the minute.
    last_used_at: Option<String>,
}

impl ApiKeyView {
    fn new(key: &ApiKey, last_used: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            key_id: key.id.to_string(),
            name: key.name.clone(),
            hint: key.hint.clone(),
            scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            is_live: key.is_live(now),
            created_at: time(key.created_at),
            expires_at: key.expires_at.map(time),
            revoked_at: key.revoked_at.map(time),
            last_used_at: last_used.map(time),
        }
    }
}

/// An API key that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKeyCreatedView {
    #[serde(flatten)]
    key: ApiKeyView,
    /// The key: shown this once.
    token: String,
}

/// An API key to be made.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct ApiKeyCreate {
    /// What it is for.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it may do: nothing that you may not. Left out: what can be read and is no password.
    #[schema(schema_with = words::scopes, required = false)]
    scopes: Option<Vec<String>>,
    /// When it ends by itself; left out: never.
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<u32>,
}

pub(super) async fn list(call: Call) -> Answered {
    let mut query = call.query();
    let part = query.part();
    query.finish()?;
    let keys = call.control(watchbell_control::Control::api_key_list).await?;
    let uses = call.store(|store| store.key_uses()).await?;
    let last_used = |key: &ApiKey| uses.iter().find(|(id, _)| *id == key.id).map(|(_, at)| *at);
    let now = call.request.at;
    let views = keys.iter().map(|key| ApiKeyView::new(key, last_used(key), now));
    Ok(call.ok(&ListView::part_of(views, part)))
}

pub(super) async fn create(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let name = fields.text("name", 1..=200);
    let name = fields.required("name", name).unwrap_or_default();
    let scopes = fields.words::<Scope>("scopes", "a scope", Scope::ALL.len());
    let days = fields.number("expires_in_days", 1..=MAX_DAYS);
    fields.finish()?;
    let scopes = scopes.filter(|scopes| !scopes.is_empty());
    let scopes = scopes.unwrap_or_else(|| Scope::READS.to_vec());
    let principal = call.principal()?;
    let missing: Vec<_> = scopes.iter().filter(|scope| principal.may(**scope).is_err()).collect();
    if !missing.is_empty() {
        let missing: Vec<_> = missing.iter().map(|scope| scope.as_str()).collect();
        let message = format!("you cannot give away what you lack: {}", missing.join(", "));
        return Err(ApiError::new(Code::Forbidden, message));
    }
    let expires_at = days.map(|days| call.request.at + TimeDelta::days(i64::from(days)));
    let new = ApiKeyNew { name, scopes, expires_at };
    let created = call.control(move |control| control.api_key_create(&new)).await?;
    let view = ApiKeyCreatedView {
        key: ApiKeyView::new(&created.key, None, call.request.at),
        token: created.token.expose().to_owned(),
    };
    Ok(call.created(&view))
}

pub(super) async fn revoke(call: Call) -> Answered {
    call.no_query()?;
    let id: ApiKeyId = call.named("id", "API key", "key_ and 32 hexadecimal digits")?;
    let (key, _) = call.control(move |control| control.api_key_revoke(&id.to_string())).await?;
    Ok(call.ok(&ApiKeyView::new(&key, None, call.request.at)))
}
