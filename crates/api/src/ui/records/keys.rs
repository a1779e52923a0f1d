//! API keys.

use actix_web::HttpResponse;
use chrono::TimeDelta;
use watchbell_control::{ApiKeyNew, Control};
use watchbell_model::{ApiKey, ApiKeyId, Scope};
use watchbell_web::page::{Cell, Choice, Kind};
use watchbell_web::{Section, StateWord, text as t};

use super::{As, answer, field, form, given, line, may, on, page, read, whole};
use crate::error::{ApiError, Code};
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::visit::Visit;

/// The most days that a key lives which ends by itself.
const MAX_DAYS: u32 = 3_650;

pub(in crate::ui) async fn list(visit: Visit) -> Shown {
    shown(&visit, As::asked(&visit)?).await
}

async fn shown(visit: &Visit, mut shown: As) -> Result<HttpResponse, ApiError> {
    let keys = visit.call.control(Control::api_key_list).await?;
    let uses = visit.call.store(|store| store.key_uses()).await?;
    let may_write = may(visit, Scope::ApiKeysWrite);
    let mut page = page(visit, Section::ApiKeys, t::API_KEYS, &mut shown);
    let (frame, base, now) = (&page.frame, visit.base(), visit.call.request.at);
    let row = |key: &ApiKey| {
        let last = uses.iter().find(|(id, _)| *id == key.id).map(|(_, at)| *at);
        let is_live = key.is_live(now);
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
        let end = Cell::Act {
            action: format!("{base}/api-keys/{}/end", key.id),
            seen: None,
            button: t::END_KEY,
            sure: Some(t::END_KEY_SURE),
            about: key.name.clone(),
        };
        vec![
            Cell::Text(key.name.clone()),
            Cell::Code(key.hint.clone()),
            Cell::Word(if is_live {
                StateWord { kind: "good", word: t::LIVE_WORD }
            } else {
                StateWord { kind: "quiet", word: t::ENDED_WORD }
            }),
            Cell::Text(scopes.join(", ")),
            last.map_or(Cell::Nothing, |at| Cell::When(frame.moment(at))),
            Cell::When(frame.moment(key.created_at)),
            if is_live && may_write { end } else { Cell::Nothing },
        ]
    };
    let rows = keys.iter().rev().map(row).collect();
    let columns = [t::NAME, t::HINT, t::STATE, t::SCOPES, t::LAST_USED, t::ADDED, ""];
    page.lead = t::API_KEYS_LEAD;
    page.table = Some(whole(&columns, rows, t::API_KEYS_NONE));
    if may_write {
        let scopes = Scope::ALL.iter().filter(|scope| may(visit, **scope)).map(|scope| Choice {
            value: scope.as_str().to_owned(),
            name: scope.as_str().to_owned(),
            is_chosen: Scope::READS.contains(scope),
        });
        let fields = vec![
            line("name", t::NAME, "", true),
            field("scope", t::SCOPES, Kind::Any(scopes.collect())),
            field("days", t::ENDS_IN, Kind::Number(String::new())),
        ];
        page.forms.push(form(t::API_KEY_MAKE, format!("{base}/api-keys"), fields, t::MAKE));
    }
    Ok(answer(visit, &shown, page))
}

pub(in crate::ui) async fn make(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let name = given(&mut form, "name").unwrap_or_default();
    let scopes: Vec<Scope> = form.all("scope", t::WANT_SCOPE);
    let days: Option<u32> = read(&mut form, "days", t::WANT_DAYS);
    if days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
        form.wrong("days", t::WANT_DAYS, days.unwrap_or(0));
    }
    // None would mean everything.
    if scopes.is_empty() {
        form.wrong("scope", t::WANT_SOME, t::GOT_NONE);
    }
    let finished = form.finish().and_then(|()| {
        let missing = scopes.iter().find(|scope| !may(&visit, **scope));
        match missing {
            Some(scope) => Err(ApiError::new(Code::Forbidden, t::lacks_scope(*scope))),
            None => Ok(()),
        }
    });
    let expires_at = days.map(|days| visit.call.request.at + TimeDelta::days(i64::from(days)));
    let new = ApiKeyNew { name, scopes, expires_at };
    let made = match finished {
        Ok(()) => visit.call.control(move |control| control.api_key_create(&new)).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => {
            let token = made.token.expose().to_owned();
            shown(&visit, As::made(t::API_KEY_MADE, token)).await
        }
        Err(error) => shown(&visit, As::refused(error)?).await,
    }
}

pub(in crate::ui) async fn end(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    let id: ApiKeyId = visit.call.named("id", "API key", t::WANT_KEY_ID)?;
    visit.call.control(move |control| control.api_key_revoke(&id.to_string())).await?;
    Ok(on(&visit, "/api-keys", notice::KEY_ENDED))
}
