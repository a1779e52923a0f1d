//! Routing keys and signing secrets: rotated, set, removed, and shown to whoever may ask.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use watchbell_control::{MAX_GRACE_S, SecretRemove, intake_url};
use watchbell_model::{Secret, SecretId};

use super::reference;
use super::view::IntegrationCreatedView;
use crate::error::{ApiError, Code};
use crate::rest::Answered;
use crate::rest::call::Call;
use crate::rest::fields::Fields;

/// How a routing key is replaced.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct Rotate {
    /// How long the old keys live on, in seconds; left out: they end at once.
    #[schema(maximum = 2_592_000)]
    grace_s: Option<u32>,
}

pub(in crate::rest) async fn rotate(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let grace_s = fields.number("grace_s", 0..=MAX_GRACE_S).unwrap_or(0);
    fields.finish()?;
    let rotated = call.control(move |control| control.integration_rotate(&reference, grace_s));
    let view = IntegrationCreatedView::new(&rotated.await?, &call.state.settings.public_url);
    Ok(call.created(&view))
}

/// A signing secret to be stored.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct SecretCreate {
    /// Left out: one is made, and shown this once.
    #[schema(min_length = 8, max_length = 1000)]
    signing_secret: Option<String>,
}

/// A signing secret that was just stored.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct SecretCreatedView {
    secret_id: String,
    /// If it was made here: not shown again.
    signing_secret: Option<String>,
}

pub(in crate::rest) async fn add(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let pasted = fields.secret("signing_secret", 8..=1_000);
    fields.finish()?;
    let added = call.control(move |control| control.secret_add(&reference, pasted.as_ref()));
    let added = added.await?;
    Ok(call.created(&SecretCreatedView {
        secret_id: added.id.to_string(),
        signing_secret: added.generated.as_ref().map(Secret::expose).map(Into::into),
    }))
}

/// What is left after a removal.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct SecretsLeftView {
    /// How many signing secrets stay. With none, no signature is asked for any more.
    signing_secrets: usize,
}

pub(in crate::rest) async fn remove(call: Call) -> Answered {
    let id: SecretId =
        call.named("secret_id", "signing secret", "sec_ and 32 hexadecimal digits")?;
    remove_which(call, SecretRemove::One(id)).await
}

pub(in crate::rest) async fn remove_all(call: Call) -> Answered {
    remove_which(call, SecretRemove::All).await
}

async fn remove_which(call: Call, which: SecretRemove) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let left = call.control(move |control| control.secret_remove(&reference, which)).await?;
    Ok(call.ok(&SecretsLeftView { signing_secrets: left }))
}

/// What was kept hidden.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct RevealedView {
    /// A password: whoever knows it can open incidents.
    routing_key: String,
    /// The intake address. It holds the key.
    webhook_url: String,
}

pub(in crate::rest) async fn reveal(call: Call) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let opened = call.control(move |control| control.integration_reveal(&reference)).await?;
    let url = intake_url(&call.state.settings.public_url, &opened.routing_key);
    Ok(call.ok(&RevealedView {
        routing_key: opened.routing_key.expose().to_owned(),
        webhook_url: url.expose().to_owned(),
    }))
}

/// How to set up the sender.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct GuideView {
    /// Markdown. Where the address belongs, it has the masked one: `/reveal` shows it.
    markdown: String,
}

pub(in crate::rest) async fn guide(call: Call) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let view = call.control(move |control| control.integration_show(&reference)).await?;
    let markdown = view.guide(&call.state.settings.public_url, None).ok_or_else(|| {
        ApiError::new(Code::Conflict, "this program does not have the integration's provider")
    })?;
    Ok(call.ok(&GuideView { markdown }))
}

/// Which form of alert rules.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct RuleFormQuery {
    /// With the fields that are not asked for by default.
    #[param(default = false)]
    extended: Option<bool>,
}

pub(in crate::rest) async fn rule_form(call: Call) -> Answered {
    let mut query = call.query();
    let extended = query.one("extended", "true or false").unwrap_or(false);
    query.finish()?;
    let reference = reference(&call)?;
    let url = call.state.settings.public_url.clone();
    let made = call.control(move |control| control.rule_form(&reference, &url, extended)).await?;
    Ok(call.ok_as_it_stands(&made))
}
