//! What is done on the way. Each is a form of its own and can be done again.

use std::collections::HashSet;

use watchbell_control::{
    Control, ControlError, Credentials, IntegrationNew, IntegrationSet, IntegrationView,
    ServiceNew, ServiceSet,
};
use watchbell_model::{IntegrationId, IntegrationState, Scope, Service};
use watchbell_providers::PROVIDERS;
use watchbell_web::text;

use super::journey::is_named;
use super::{Asked, Step, address, shown};
use crate::error::{ApiError, Code};
use crate::ui::Shown;
use crate::ui::integrations::act::tested;
use crate::ui::notice;
use crate::ui::sign_in::refused;
use crate::ui::visit::Visit;

/// The page again, with why something was not done.
async fn again(visit: &Visit, error: ApiError, asked: Asked) -> Shown {
    let (status, notice) = refused(error)?;
    shown(visit, Asked { status, notice: Some(notice), ..asked }).await
}

/// Gives a service of the demo a name, or makes a new one.
pub(in crate::ui) async fn service(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let name = form.one::<String>("name", text::WANT_NAME).unwrap_or_default();
    let name = name.trim().to_owned();
    let rename: Option<String> = form.one("rename", text::WANT_SERVICE);
    let (typed, chosen) = (name.clone(), rename.clone().unwrap_or_default());
    let run = move |control: &Control| match rename.filter(|key| !key.is_empty()) {
        Some(key) => renamed(control, &key, name),
        None => control.service_add(&ServiceNew::named(name)),
    };
    let done = match form.finish() {
        Ok(()) => visit.call.control(run).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(service) => {
            let next = address(Step::Source, None, Some(&service.key.to_string()));
            Ok(visit.on_to(&next, Some(notice::NAMED)))
        }
        Err(error) => {
            // What has a name already is answered with: make a new one.
            let chosen = if error.code == Code::Conflict { String::new() } else { chosen };
            let (step, rename) = (Some(Step::Service), Some(chosen));
            again(&visit, error, Asked { step, name: typed, rename, ..Asked::default() }).await
        }
    }
}

/// Gives a service of the demo another name, if nobody did so meanwhile.
fn renamed(control: &Control, key: &str, name: String) -> Result<Service, ControlError> {
    let (service, seen) = control.service_seen(key)?;
    if !is_demo(&service) {
        let why = text::has_a_name(&service.name);
        return Err(ControlError::Refused { why });
    }
    // What the demo says of it is not true of a service of theirs.
    let set = ServiceSet { name: Some(name), description: Some(None), ..ServiceSet::default() };
    control.if_match(Some(&seen)).service_set(key, &set).map(|(service, _)| service)
}

fn is_demo(service: &Service) -> bool {
    !is_named(&service.name)
}

/// Connects a source, or takes one of its kind that nothing came from yet, and shows its address, which
/// the audit log tells. With `source` it shows the address of that one once more.
pub(in crate::ui) async fn source(mut visit: Visit) -> Shown {
    visit.call.principal()?.may(Scope::IntegrationsWrite)?;
    let mut form = visit.form();
    let known: Option<IntegrationId> = form.one("source", text::WANT_INTEGRATION_ID);
    let mut one = |name| form.one::<String>(name, text::WANT_TEXT).unwrap_or_default();
    let (provider, service) = (one("provider"), one("service"));
    if known.is_none() && !PROVIDERS.iter().any(|one| one.slug() == provider) {
        form.wrong("provider", text::WANT_ABOVE, &provider);
    }
    let chosen = Some(service.clone()).filter(|key| !key.is_empty());
    let opened = match form.finish() {
        Ok(()) => open(&visit, known, provider, service).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(opened) => {
            let asked = Asked {
                step: Some(Step::Source),
                source: Some(opened.view.integration.id),
                key: Some(opened.routing_key),
                ..Asked::default()
            };
            shown(&visit, asked).await
        }
        Err(error) => {
            let asked = Asked { step: Some(Step::Source), service: chosen, ..Asked::default() };
            again(&visit, error, asked).await
        }
    }
}

/// The source that is known, or one of this provider's for that service, with its key.
async fn open(
    visit: &Visit,
    known: Option<IntegrationId>,
    provider: String,
    service: String,
) -> Result<Credentials, ApiError> {
    let counts = visit.call.store(|store| store.counts()).await?;
    let heard = counts.into_iter().filter(|(_, counts)| counts.received > 0).map(|(id, _)| id);
    let heard: HashSet<_> = heard.collect();
    let run = move |control: &Control| match known {
        Some(id) => control.integration_reveal(&id.to_string()),
        None => connect(control, &heard, &provider, &service),
    };
    visit.call.control(run).await
}

/// One of a kind that is connected and was never heard is taken, so that whoever goes back does not
/// leave a trail of them: one for this service already, or one of the demo. Others are somebody's.
fn connect(
    control: &Control,
    heard: &HashSet<IntegrationId>,
    provider: &str,
    service: &str,
) -> Result<Credentials, ControlError> {
    let wanted = match control.service_show(service) {
        Ok(service) => Some(service.id),
        // It is a wrong value of the form, as what is to be done says.
        Err(ControlError::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    let mut waiting = control.integration_list()?;
    waiting.retain(|view| {
        let one = &view.integration;
        one.provider == provider
            && one.state == IntegrationState::Connected
            && !heard.contains(&one.id)
    });
    let is_for =
        |view: &&IntegrationView| wanted.is_some() && view.integration.default_service == wanted;
    let is_demos = |view: &&IntegrationView| view.default_service.as_ref().is_some_and(is_demo);
    let taken = waiting.iter().find(is_for).or_else(|| waiting.iter().find(is_demos));
    let id = if let Some(view) = taken {
        let id = view.integration.id.to_string();
        let default_service = Some(Some(service.to_owned()));
        let set = IntegrationSet { default_service, ..IntegrationSet::default() };
        control.if_match(Some(&view.etag)).integration_set(&id, &set)?;
        id
    } else {
        let new = IntegrationNew {
            provider: provider.to_owned(),
            default_service: Some(service.to_owned()),
            ..IntegrationNew::default()
        };
        control.integration_add(&new)?.view.integration.id.to_string()
    };
    control.integration_reveal(&id)
}

/// Sends a test alert.
pub(in crate::ui) async fn test(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let source: Option<IntegrationId> = form.one("source", text::WANT_INTEGRATION_ID);
    let Some(source) = source else {
        form.wrong("source", text::WANT_INTEGRATION_ID, text::GOT_NOTHING);
        return match form.finish() {
            Ok(()) => Err(ApiError::unavailable("the source was lost")),
            Err(error) => again(&visit, error, Asked::default()).await,
        };
    };
    form.finish()?;
    match tested(&visit, source).await {
        Ok(_) => Ok(visit.on_to(&address(Step::Incident, Some(source), None), None)),
        Err(error) => {
            let asked = Asked { step: Some(Step::Test), source: Some(source), ..Asked::default() };
            again(&visit, error, asked).await
        }
    }
}
