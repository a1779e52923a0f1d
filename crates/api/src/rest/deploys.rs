//! Deploys, what proves them, and suspects.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use watchbell_control::MAX_GRACE_S;
use watchbell_model::{DeployId, IncidentNumber, Secret, ServiceId};
use watchbell_store::{DeployCursor, DeployFilter};

use super::Answered;
use super::call::Call;
use super::fields::Fields;
use crate::envelope::ListView;
use crate::views::{DeployView, SuspectsView};

/// Which deploys.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct DeployQuery {
    /// Of this service, by any of its keys.
    service_id: Option<String>,
    /// To this environment, exactly as it was told.
    #[param(min_length = 1, max_length = 255)]
    environment: Option<String>,
    /// Done then or later.
    deployed_after: Option<String>,
    /// Done then or earlier.
    deployed_before: Option<String>,
    /// The most items.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// How many to leave out at the beginning.
    #[param(minimum = 0, maximum = 10000, default = 0)]
    offset: Option<u32>,
    /// Instead of `offset`: a `next_cursor`, or empty for the beginning. Nothing is counted then,
    /// and a page costs the same however deep it lies.
    cursor: Option<String>,
}

pub(super) async fn list(call: Call) -> Answered {
    let snapshot = call.snapshot();
    let mut query = call.query();
    let page = query.page::<DeployCursor>();
    let service: Option<String> = query.one("service_id", "a service's key");
    let environment = query.one::<EnvironmentText>("environment", "1 to 255 characters");
    let filter = DeployFilter {
        // A service that is not there has no deploys: nothing fits.
        service: service.map(|key| {
            let nobody = || ServiceId::from_uuid(watchbell_model::ConnectionScope::NONE.as_uuid());
            snapshot.services.find(&key).map_or_else(nobody, |service| service.id)
        }),
        environment: environment.map(|text| text.0),
        after: query.moment("deployed_after"),
        before: query.moment("deployed_before"),
    };
    query.finish()?;
    let listed = call.store(move |store| store.deploy_list(&filter, page)).await?;
    Ok(call.ok(&ListView::of(&listed, page, |deploy| DeployView::new(deploy, &snapshot))))
}

/// An environment in a query.
pub(crate) struct EnvironmentText(pub(crate) String);

impl std::str::FromStr for EnvironmentText {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // PostgreSQL takes no NUL.
        let is_one = (1..=255).contains(&text.chars().count()) && !text.contains('\0');
        if is_one { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

pub(super) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let id: DeployId = call.named("id", "deploy", "dep_ and 32 hexadecimal digits")?;
    let deploy = call.store(move |store| store.deploy_get(id)).await?;
    Ok(call.ok(&DeployView::new(&deploy, &call.snapshot())))
}

/// How a deploy token is replaced.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct DeployTokenRotate {
    /// How long the old tokens live on, in seconds; left out: they end at once.
    #[schema(maximum = 2_592_000)]
    grace_s: Option<u32>,
}

/// A deploy token that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeployTokenView {
    service_key: String,
    /// A password: not shown again.
    deploy_token: String,
    /// Where deploys are told, with the token as `X-Deploy-Token`.
    deploy_url: String,
}

pub(super) async fn rotate_token(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let key = call.part("key");
    let grace_s = fields.number("grace_s", 0..=MAX_GRACE_S).unwrap_or(0);
    fields.finish()?;
    let made =
        call.control(move |control| control.deploy_token_rotate(&key, Some(grace_s))).await?;
    Ok(call.created(&DeployTokenView {
        service_key: made.service.key.to_string(),
        deploy_token: made.token.expose().to_owned(),
        deploy_url: address(&call, "/api/ingest/deploy"),
    }))
}

pub(super) async fn remove_token(call: Call) -> Answered {
    call.no_query()?;
    let key = call.part("key");
    let removed = call.control(move |control| control.deploy_token_remove(&key)).await?;
    Ok(call.ok(&DeployKeysRemovedView { removed }))
}

/// A secret that GitHub signs with.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct GithubSecretSet {
    /// Left out: one is made, and shown this once.
    #[schema(min_length = 8, max_length = 1000)]
    secret: Option<String>,
    /// How long the old secrets live on, in seconds; left out: they end at once.
    #[schema(maximum = 2_592_000)]
    grace_s: Option<u32>,
}

/// A secret that was just stored.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GithubSecretView {
    service_key: String,
    /// If it was made here: not shown again.
    secret: Option<String>,
    /// Where GitHub sends its webhooks.
    webhook_url: String,
}

pub(super) async fn set_github_secret(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let key = call.part("key");
    let pasted = fields.secret("secret", 8..=1_000);
    let grace_s = fields.number("grace_s", 0..=MAX_GRACE_S).unwrap_or(0);
    fields.finish()?;
    let made = call
        .control(move |control| control.github_secret_set(&key, pasted.as_ref(), Some(grace_s)))
        .await?;
    Ok(call.created(&GithubSecretView {
        service_key: made.service.key.to_string(),
        secret: made.generated.as_ref().map(Secret::expose).map(Into::into),
        webhook_url: address(&call, "/api/github/webhook"),
    }))
}

/// Whether something was taken away.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeployKeysRemovedView {
    /// False, if there was none.
    removed: bool,
}

pub(super) async fn remove_github_secret(call: Call) -> Answered {
    call.no_query()?;
    let key = call.part("key");
    let removed = call.control(move |control| control.github_secret_remove(&key)).await?;
    Ok(call.ok(&DeployKeysRemovedView { removed }))
}

/// An address of ours in full.
pub(crate) fn address(call: &Call, path: &str) -> String {
    format!("{}{path}", call.state.settings.public_url.trim_end_matches('/'))
}

pub(super) async fn suspects(call: Call) -> Answered {
    call.no_query()?;
    let number: IncidentNumber = call.named("number", "incident", "INC-2026-001")?;
    let shown = call.control(move |control| control.suspects_show(number)).await?;
    Ok(call.ok(&SuspectsView::new(shown)))
}
