//! What admins do with an integration on its page.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use watchbell_control::{
    Control, ControlError, IntegrationSet, MAX_GRACE_S, MAX_RATE_LIMIT, Move, SecretRemove,
};
use watchbell_ingest::Answer;
use watchbell_model::{IntegrationId, Secret, SecretId};
use watchbell_providers::PROVIDERS;
use watchbell_web::{Notice, text as t};

use super::detail::{OPTION, Shows, id, shown};
use crate::error::{ApiError, Code};
use crate::intake::send_sample;
use crate::query::Query;
use crate::ui::Shown;
use crate::ui::notice::{self, Done};
use crate::ui::sign_in::refused;
use crate::ui::visit::Visit;

/// Does it, and shows the integration again: as it is now, or with why it was not done.
pub(super) async fn done<T: Send + 'static>(
    visit: &Visit,
    form: Query,
    done: Done,
    run: impl FnOnce(&Control, &str) -> Result<T, ControlError> + Send + 'static,
) -> Shown {
    match tried(visit, form, run).await {
        Ok(_) => on(visit, done),
        Err(error) => shown_refused(visit, error).await,
    }
}

/// Does it with the integration in the address.
pub(in crate::ui) async fn tried<T: Send + 'static>(
    visit: &Visit,
    form: Query,
    run: impl FnOnce(&Control, &str) -> Result<T, ControlError> + Send + 'static,
) -> Result<T, ApiError> {
    visit.tried(form, id(visit)?.to_string(), run).await
}

pub(super) fn on(visit: &Visit, done: Done) -> Shown {
    Ok(visit.on_to(&format!("/integrations/{}", id(visit)?), Some(done)))
}

pub(super) async fn shown_refused(visit: &Visit, error: ApiError) -> Shown {
    let (status, notice) = refused(error)?;
    shown(visit, status, Some(notice), Shows::default()).await
}

pub(in crate::ui) async fn test(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    match tested(&visit, id(&visit)?).await {
        Ok(answer) => {
            Ok(visit.on_to(&format!("/deliveries/{}", answer.delivery), Some(notice::TESTED)))
        }
        Err(error) => shown_refused(&visit, error).await,
    }
}

/// Sends a test alert as `id`, for whoever visits.
pub(in crate::ui) async fn tested(visit: &Visit, id: IntegrationId) -> Result<Answer, ApiError> {
    let source = visit.call.snapshot().source(id).cloned();
    let source = source.ok_or_else(|| ApiError::new(Code::NotFound, t::NO_SUCH_INTEGRATION))?;
    let who = visit.user()?.email.to_string();
    send_sample(&visit.call.state, &visit.call.request, &source, &who).await
}

pub(in crate::ui) async fn state(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let to = match form.one::<String>("to", t::WANT_STATE).as_deref() {
        Some("enable") => Move::Enable,
        Some("disable") => Move::Disable,
        Some("disconnect") => Move::Disconnect,
        Some("reconnect") => Move::Reconnect,
        _ => {
            form.wrong("to", t::WANT_MOVE, t::GOT_ANOTHER);
            Move::Enable
        }
    };
    let run = move |control: &Control, reference: &str| control.integration_move(reference, to);
    done(&visit, form, notice::MOVED, run).await
}

pub(in crate::ui) async fn settings(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let name = form.one::<String>("name", t::WANT_NAME).unwrap_or_default();
    let default: Option<String> = form.one("default_service", t::WANT_SERVICE);
    let limit = format!("0 to {MAX_RATE_LIMIT}");
    let rate_limit: Option<u32> = form.one("rate_limit", &limit);
    let over: Option<String> = form.one("accept_over_limit", t::WANT_TICK);
    let restricted: Option<String> = form.one("restricted_to_links", t::WANT_TICK);
    let mut options = BTreeMap::new();
    for (field, key) in option_fields() {
        if let Some(value) = form.one::<String>(field, t::WANT_TEXT) {
            options.insert(key.to_owned(), Some(value).filter(|value| !value.is_empty()));
        }
    }
    let set = IntegrationSet {
        name: Some(name),
        default_service: default.map(|key| Some(key).filter(|key| !key.is_empty())),
        rate_limit,
        accept_over_limit: Some(over.is_some()),
        restricted_to_links: Some(restricted.is_some()),
        options,
    };
    let run = move |control: &Control, reference: &str| control.integration_set(reference, &set);
    done(&visit, form, notice::CHANGED, run).await
}

/// The fields of every provider's settings, with the settings' names. What another provider's
/// integration is sent, the use case refuses.
fn option_fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    use std::sync::LazyLock;
    static FIELDS: LazyLock<BTreeMap<&'static str, String>> = LazyLock::new(|| {
        let settings = PROVIDERS.iter().flat_map(|provider| provider.settings());
        settings.map(|setting| (setting.key, format!("{OPTION}{}", setting.key))).collect()
    });
    FIELDS.iter().map(|(key, field)| (field.as_str(), *key))
}

pub(super) fn service(form: &mut Query) -> String {
    form.one::<String>("service", t::WANT_SERVICE).unwrap_or_default()
}

pub(in crate::ui) async fn link(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let service = service(&mut form);
    let run = move |control: &Control, reference: &str| {
        control.integration_link(reference, &service, None)
    };
    done(&visit, form, notice::LINKED, run).await
}

pub(in crate::ui) async fn unlink(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let service = service(&mut form);
    let run =
        move |control: &Control, reference: &str| control.integration_unlink(reference, &service);
    done(&visit, form, notice::UNLINKED, run).await
}

/// Shows the webhook URL, which the audit log tells.
pub(in crate::ui) async fn reveal(mut visit: Visit) -> Shown {
    let form = visit.form();
    let opened = tried(&visit, form, Control::integration_reveal).await;
    match opened {
        Ok(opened) => {
            let shows = Shows { key: Some(opened.routing_key), ..Shows::default() };
            shown(&visit, StatusCode::OK, None, shows).await
        }
        Err(error) => shown_refused(&visit, error).await,
    }
}

pub(in crate::ui) async fn rotate(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let grace: Option<u32> = form.one("grace", t::WANT_SECONDS);
    let Some(grace) = grace.filter(|grace| *grace <= MAX_GRACE_S) else {
        form.wrong("grace", &t::want_seconds(MAX_GRACE_S), t::GOT_ANOTHER);
        return match form.finish() {
            Ok(()) => Err(ApiError::unavailable("the time was lost")),
            Err(error) => shown_refused(&visit, error).await,
        };
    };
    let run =
        move |control: &Control, reference: &str| control.integration_rotate(reference, grace);
    done(&visit, form, notice::ROTATED, run).await
}

pub(in crate::ui) async fn secret_add(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let pasted: Option<String> = form.one("secret", t::WANT_SECRET);
    let pasted = pasted.filter(|text| !text.is_empty()).map(Secret::new);
    let run =
        move |control: &Control, reference: &str| control.secret_add(reference, pasted.as_ref());
    match tried(&visit, form, run).await {
        Ok(added) => match added.generated {
            None => on(&visit, notice::STORED),
            Some(secret) => {
                let done = Some(Notice::Done(notice::STORED.1));
                let shows = Shows { secret: Some(secret), ..Shows::default() };
                shown(&visit, StatusCode::OK, done, shows).await
            }
        },
        Err(error) => shown_refused(&visit, error).await,
    }
}

/// Removes a secret. The button of the last one says that no signature is asked for afterwards.
pub(in crate::ui) async fn secret_remove(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let which: Option<SecretId> = form.one("secret", t::WANT_SECRET_ID);
    let run = move |control: &Control, reference: &str| {
        let its = control.integration_show(reference)?.secrets;
        let which = match (its.as_slice(), which) {
            ([only], Some(id)) if only.id == id => SecretRemove::All,
            (_, Some(id)) => SecretRemove::One(id),
            (_, None) => return Ok(0),
        };
        control.secret_remove(reference, which)
    };
    done(&visit, form, notice::REMOVED, run).await
}
