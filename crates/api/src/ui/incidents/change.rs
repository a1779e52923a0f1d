//! What people do with an incident on its page.

use watchbell_control::{
    Control, ControlError, IncidentSet, MAX_COMMENT, MAX_DESCRIPTION, MAX_STATUS_COMMENT, MAX_TITLE,
};
use watchbell_model::{IncidentNumber, Severity, Status};
use watchbell_web::text as t;

use super::detail;
use crate::error::ApiError;
use crate::query::Query;
use crate::ui::Shown;
use crate::ui::notice::{self, Done};
use crate::ui::sign_in::refused_or_down;
use crate::ui::visit::Visit;

/// The text of a field, which has at most `max` characters.
pub(super) fn text(form: &mut Query, name: &'static str, max: usize) -> String {
    let expected = t::want_at_most(max);
    // Browsers send line ends of two characters.
    let text = form.one::<String>(name, &expected).unwrap_or_default().replace("\r\n", "\n");
    if text.chars().count() > max {
        form.wrong(name, &expected, t::got_characters(text.chars().count()));
    }
    text
}

/// Does it, and shows the incident again: as it is now, or with why it was not done.
pub(super) async fn done<T: Send + 'static>(
    visit: &Visit,
    done: Done,
    run: impl FnOnce(&Control, IncidentNumber) -> Result<T, ControlError> + Send + 'static,
) -> Shown {
    let number: IncidentNumber = visit.call.named("number", "incident", "INC-2026-001")?;
    match visit.call.control(move |control| run(control, number)).await {
        Ok(_) => Ok(visit.on_to(&format!("/incidents/{number}"), Some(done))),
        Err(error) => shown_refused(visit, error).await,
    }
}

pub(super) async fn shown_refused(visit: &Visit, error: ApiError) -> Shown {
    let (status, notice) = refused_or_down(error)?;
    detail::shown(visit, status, Some(notice)).await
}

pub(in crate::ui) async fn acknowledge(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    done(&visit, notice::ACKNOWLEDGED, Control::incident_acknowledge).await
}

pub(in crate::ui) async fn status(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let to: Option<Status> = form.one("status", t::WANT_STATUS);
    let comment = text(&mut form, "comment", MAX_STATUS_COMMENT);
    if to.is_none() {
        form.wrong("status", t::WANT_STATUS, t::GOT_ANOTHER);
    }
    match (form.finish(), to) {
        (Ok(()), Some(to)) => {
            let comment = Some(comment).filter(|comment| !comment.is_empty());
            let run = move |control: &Control, number| {
                control.incident_move_or_note(number, to, comment.as_deref())
            };
            done(&visit, notice::STATUS, run).await
        }
        (Err(error), _) => shown_refused(&visit, error).await,
        (Ok(()), None) => Err(ApiError::unavailable("the status was lost")),
    }
}

async fn set(visit: &Visit, form: Query, set: IncidentSet) -> Shown {
    match form.finish() {
        Ok(()) => {
            let run = move |control: &Control, number| control.incident_set(number, &set);
            done(visit, notice::CHANGED, run).await
        }
        Err(error) => shown_refused(visit, error).await,
    }
}

pub(in crate::ui) async fn severity(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let severity: Option<Severity> = form.one("severity", t::WANT_SEVERITY);
    if severity.is_none() {
        form.wrong("severity", t::WANT_SEVERITIES, t::GOT_ANOTHER);
    }
    set(&visit, form, IncidentSet { severity, ..IncidentSet::default() }).await
}

pub(in crate::ui) async fn assign(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let who = form.one::<String>("assigned_to", t::WANT_EMAIL).unwrap_or_default();
    let who = Some(who.trim().to_owned()).filter(|who| !who.is_empty());
    set(&visit, form, IncidentSet { assigned_to: Some(who), ..IncidentSet::default() }).await
}

pub(in crate::ui) async fn texts(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let title = text(&mut form, "title", MAX_TITLE);
    if title.trim().is_empty() {
        form.wrong("title", t::WANT_TITLE, "");
    }
    let description = text(&mut form, "description", MAX_DESCRIPTION);
    let description = Some(description).filter(|text| !text.trim().is_empty());
    let texts = IncidentSet {
        title: Some(title),
        description: Some(description),
        ..IncidentSet::default()
    };
    set(&visit, form, texts).await
}

pub(in crate::ui) async fn comment(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let comment = text(&mut form, "comment", MAX_COMMENT);
    if comment.trim().is_empty() {
        form.wrong("comment", t::WANT_COMMENT, "");
    }
    if let Err(error) = form.finish() {
        return shown_refused(&visit, error).await;
    }
    let run = move |control: &Control, number| control.incident_note(number, &comment);
    done(&visit, notice::COMMENT, run).await
}
