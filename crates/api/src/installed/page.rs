//! The pages that somebody sees on the way.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_model::Connection;
use watchbell_web::page::{Choice, Installed, InstalledPage};
use watchbell_web::{Section, text as t};

use super::Here;
use crate::error::ApiError;
use crate::ui::safe;
use crate::ui::trouble::as_page;
use crate::ui::visit::{frame, html};

/// What is said.
#[derive(Clone, Copy)]
pub(super) enum Page<'a> {
    /// There is no installation to speak of, or it is too old.
    Nothing,
    /// Somebody must sign in first, and comes back to this path.
    SignIn { organization: &'a str, back: &'a str },
    /// Whoever has signed in may not.
    NotYou,
    /// The session is over, or the form is not its own.
    Over,
    /// Shall it be done?
    Confirm {
        path: &'a str,
        organization: &'a str,
        choices: &'a [(String, String)],
        installing: &'a str,
    },
    /// It is done.
    Connected(&'a Connection),
    /// It is not.
    Refused { why: &'a str },
}

impl Here {
    pub(super) fn page(&self, status: StatusCode, page: Page<'_>) -> HttpResponse {
        let base = self.state.settings.path();
        let said =
            |title: &str, text: &str| (title.to_owned(), Installed::Said(text.to_owned(), None));
        let (title, what) = match page {
            Page::Nothing => said(t::INSTALLED_NOTHING, t::INSTALLED_NOTHING_ABOUT),
            Page::NotYou => said(t::INSTALLED_NOT_YOU, t::INSTALLED_NOT_YOU_ABOUT),
            Page::Over => said(t::INSTALLED_OVER, t::INSTALLED_OVER_ABOUT),
            Page::Refused { why } => said(t::INSTALLED_REFUSED, why),
            Page::SignIn { organization, back } => {
                let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
                let on = (format!("{base}/sign-in?back={back}"), t::SIGN_IN);
                let text = t::installed_sign_in(organization);
                (t::INSTALLED_SIGN_IN.to_owned(), Installed::Said(text, Some(on)))
            }
            Page::Connected(connection) => {
                let Connection { id, integration, organization_name, state, reason, .. } =
                    connection;
                let address = format!("{base}/integrations/{integration}/connections/{id}");
                let text = t::installed_state(organization_name, *state, reason.as_deref());
                let on = (address, t::INSTALLED_TO_CONNECTION);
                (t::installed_title(*state).to_owned(), Installed::Said(text, Some(on)))
            }
            Page::Confirm { path, organization, choices, installing } => {
                let choice = |(value, name): &(String, String)| Choice {
                    value: value.clone(),
                    name: name.clone(),
                    is_chosen: false,
                };
                let ask = Installed::Ask {
                    organization: organization.to_owned(),
                    action: format!("{base}{path}"),
                    choices: choices.iter().map(choice).collect(),
                    installing: installing.to_owned(),
                };
                (t::installed_ask(organization), ask)
            }
        };
        let who = self.who.as_ref().ok().and_then(Option::as_ref);
        let frame = frame(&self.state, &self.request, who);
        let frame = frame.within(Section::Integrations).titled(title);
        safe(html(status, &InstalledPage { frame, what }))
    }

    pub(super) fn failed(&self, error: &ApiError) -> HttpResponse {
        let who = self.who.as_ref().ok().and_then(Option::as_ref);
        as_page(&self.state, &self.request, who, error, ("/", t::TO_OVERVIEW))
    }
}
