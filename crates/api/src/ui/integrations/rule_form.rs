//! The document that describes the form of the source's alert rules, on the integration's page.

use actix_web::http::StatusCode;
use watchbell_control::IntegrationView;
use watchbell_provider::{Provider, RuleForm};
use watchbell_web::page::{Block, RuleFormPart};
use watchbell_web::text as t;

use super::act::{shown_refused, tried};
use super::detail::{Shows, shown};
use crate::ui::Shown;
use crate::ui::visit::Visit;

/// What the page says of it; none, if the source has no such form.
pub(super) fn part(
    view: &IntegrationView,
    provider: Option<&dyn Provider>,
    document: Option<String>,
    may_reveal: bool,
) -> Option<RuleFormPart> {
    let form: &dyn RuleForm = provider?.rule_form()?;
    let refusal = |(said, because): &(&str, &str)| (Block::inline(said), Block::inline(because));
    Some(RuleFormPart {
        name: form.name(),
        document,
        can_show: may_reveal,
        has_services: !view.links.is_empty(),
        refusals: form.refusals().iter().map(refusal).collect(),
    })
}

/// Shows the document, which the audit log tells: it holds the routing key.
pub(in crate::ui) async fn show(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let extended: Option<bool> = form.one("extended", t::WANT_FLAG);
    let url = visit.call.state.settings.public_url.clone();
    let made = tried(&visit, form, move |control, reference| {
        control.rule_form(reference, &url, extended.unwrap_or(false))
    });
    match made.await {
        Ok(document) => {
            let shows = Shows { document: Some(document), ..Shows::default() };
            shown(&visit, StatusCode::OK, None, shows).await
        }
        Err(error) => shown_refused(&visit, error).await,
    }
}
