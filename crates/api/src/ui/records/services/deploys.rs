//! What proves a service's deploys, on its page.

use watchbell_control::{Control, ControlError, DeployKeyView, MAX_GRACE_S};
use watchbell_deploy::snippet;
use watchbell_model::{Scope, Secret, Service};
use watchbell_store::DeployKeyKind;
use watchbell_web::page::{Cell, Field, Form, Kind, RecordsPart};
use watchbell_web::{Frame, text as t};

use super::super::{As, field, form, given, may, on, read};
use super::one;
use crate::error::ApiError;
use crate::query::Query;
use crate::rest::deploys::address;
use crate::ui::Shown;
use crate::ui::integrations::graces;
use crate::ui::notice::{self, Done};
use crate::ui::visit::Visit;

/// What the page of `service` says of its `keys`, and what can be done.
pub(super) fn part(
    visit: &Visit,
    service: &Service,
    keys: &[DeployKeyView],
    frame: &Frame,
) -> RecordsPart {
    let of = |kind| keys.iter().filter(move |key| key.kind == kind);
    let lives = |kind| {
        let line = |key: &DeployKeyView| {
            let ends = key.expires_at.map(|at| frame.moment(at).exact());
            t::lives(&frame.moment(key.created_at).exact(), ends.as_deref())
        };
        let lines: Vec<_> = of(kind).map(line).collect();
        if lines.is_empty() {
            Cell::Text(t::NONE.to_owned())
        } else {
            Cell::Lines(lines.join("\n"))
        }
    };
    let hooks = match service.repository {
        Some(_) => lives(DeployKeyKind::GitHub),
        None => Cell::Text(t::GITHUB_NO_REPOSITORY.to_owned()),
    };
    let has = |kind| of(kind).next().is_some();
    let can_change = may(visit, Scope::ServicesWrite);
    let forms = can_change
        .then(|| forms(visit, service, has(DeployKeyKind::Token), has(DeployKeyKind::GitHub)));
    RecordsPart {
        id: "deploy-keys",
        title: t::DEPLOY_KEYS,
        lead: t::DEPLOY_KEYS_LEAD.to_owned(),
        facts: vec![
            (t::DEPLOY_TOKEN, lives(DeployKeyKind::Token)),
            (t::DEPLOY_URL, Cell::Code(address(&visit.call, "/api/ingest/deploy"))),
            (t::GITHUB_SECRET, hooks),
            (t::GITHUB_URL, Cell::Code(address(&visit.call, "/api/github/webhook"))),
        ],
        forms: forms.unwrap_or_default(),
        pastes: vec![
            (t::DEPLOY_SNIPPET_GITHUB, snippet::GITHUB_ACTIONS.to_owned()),
            (t::DEPLOY_SNIPPET_GITLAB, snippet::GITLAB_CI.to_owned()),
        ],
    }
}

fn forms(visit: &Visit, service: &Service, has_token: bool, has_secret: bool) -> Vec<Form> {
    let action = |what: &str| format!("{}/services/{}/{what}", visit.base(), service.key);
    let removal = |title, what: &str| Form {
        is_dangerous: true,
        ..form(title, action(what), Vec::new(), t::REMOVE)
    };
    let title = if has_token { t::DEPLOY_TOKEN_ROTATE } else { t::DEPLOY_TOKEN_MAKE };
    let mut forms = vec![form(title, action("deploy-token"), grace(has_token), t::MAKE)];
    if has_token {
        forms.push(removal(t::DEPLOY_TOKEN_REMOVE, "deploy-token/remove"));
    }
    // GitHub's webhooks are found by the repository.
    if service.repository.is_some() {
        let title = if has_secret { t::GITHUB_SECRET_ROTATE } else { t::GITHUB_SECRET_SET };
        let help = t::GITHUB_SECRET_HELP;
        let secret = Field { help, ..field("secret", t::GITHUB_SECRET_PASTE, Kind::Secret) };
        let fields = std::iter::once(secret).chain(grace(has_secret)).collect();
        forms.push(form(title, action("github-secret"), fields, t::STORE));
    }
    if has_secret {
        forms.push(removal(t::GITHUB_SECRET_REMOVE, "github-secret/remove"));
    }
    forms
}

/// How long what is replaced lives on, if there is something to replace.
fn grace(has_one: bool) -> Vec<Field> {
    if !has_one {
        return Vec::new();
    }
    vec![field("grace", t::DEPLOY_GRACE, Kind::One(graces("3600")))]
}

/// The form for the first one has no time of grace.
fn grace_of(form: &mut Query) -> Option<u32> {
    read(form, "grace", &t::want_seconds(MAX_GRACE_S))
}

/// Does it with the service in the address.
async fn tried<T: Send + 'static>(
    visit: &Visit,
    form: Query,
    run: impl FnOnce(&Control, &str) -> Result<T, ControlError> + Send + 'static,
) -> Result<T, ApiError> {
    visit.tried(form, visit.call.part("key"), run).await
}

/// Shows the service again: as it is now, or with why it was not done.
async fn shown<T>(visit: &Visit, done: Result<T, ApiError>, what: Done) -> Shown {
    match done {
        Ok(_) => Ok(on(visit, &format!("/services/{}", visit.call.part("key")), what)),
        Err(error) => one(visit, As::refused(error)?).await,
    }
}

pub(in crate::ui) async fn token(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let grace = grace_of(&mut form);
    match tried(&visit, form, move |control, key| control.deploy_token_rotate(key, grace)).await {
        Ok(made) => {
            let token = made.token.expose().to_owned();
            one(&visit, As::made(t::DEPLOY_TOKEN_MADE, token)).await
        }
        Err(error) => one(&visit, As::refused(error)?).await,
    }
}

pub(in crate::ui) async fn token_remove(mut visit: Visit) -> Shown {
    let form = visit.form();
    let removed = tried(&visit, form, Control::deploy_token_remove).await;
    shown(&visit, removed, notice::DEPLOY_REMOVED).await
}

pub(in crate::ui) async fn github(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let pasted = given(&mut form, "secret").map(Secret::new);
    let grace = grace_of(&mut form);
    let run = move |control: &Control, key: &str| {
        Ok(control.github_secret_set(key, pasted.as_ref(), grace)?.generated)
    };
    match tried(&visit, form, run).await {
        Ok(Some(secret)) => {
            let secret = secret.expose().to_owned();
            one(&visit, As::made(t::GITHUB_SECRET_MADE, secret)).await
        }
        done => shown(&visit, done, notice::DEPLOY_STORED).await,
    }
}

pub(in crate::ui) async fn github_remove(mut visit: Visit) -> Shown {
    let form = visit.form();
    let removed = tried(&visit, form, Control::github_secret_remove).await;
    shown(&visit, removed, notice::DEPLOY_REMOVED).await
}
