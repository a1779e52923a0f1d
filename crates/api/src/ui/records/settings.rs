//! The settings of the instance.

use actix_web::HttpResponse;
use watchbell_control::SettingsSet;
use watchbell_model::{InstanceSettings, Scope, Severity};
use watchbell_web::page::{Cell, Kind};
use watchbell_web::{Section, SeverityWord, text as t};

use super::{As, answer, field, form, given, line, may, on, page, read, severities};
use crate::error::ApiError;
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::visit::Visit;

/// The seconds of a day.
const DAY_S: u64 = 24 * 60 * 60;

pub(in crate::ui) async fn show(visit: Visit) -> Shown {
    Ok(shown(&visit, As::asked(&visit)?))
}

fn shown(visit: &Visit, mut shown: As) -> HttpResponse {
    let snapshot = visit.call.snapshot();
    let file = &visit.call.state.settings;
    let InstanceSettings { organization_name, default_severity, reopen_days } = &snapshot.settings;
    let mut page = page(visit, Section::Settings, t::SETTINGS, &mut shown);
    let days = snapshot.policy(&file.policy).reopen_within.as_secs() / DAY_S;
    let name = organization_name.as_ref().unwrap_or(&file.organization);
    page.lead = t::INSTANCE_LEAD;
    page.facts = vec![
        (t::ORGANIZATION, Cell::Text(name.clone())),
        (t::DEFAULT_SEVERITY, Cell::Severity(SeverityWord(snapshot.default_severity))),
        (t::REOPEN_DAYS, Cell::Text(days.to_string())),
    ];
    if may(visit, Scope::SettingsWrite) {
        let days = reopen_days.map(|days| days.to_string()).unwrap_or_default();
        let name = organization_name.clone().unwrap_or_default();
        let fields = vec![
            line("organization_name", t::ORGANIZATION, name, false),
            field(
                "default_severity",
                t::DEFAULT_SEVERITY,
                severities(t::FROM_FILE, *default_severity),
            ),
            field("reopen_days", t::REOPEN_DAYS, Kind::Number(days)),
        ];
        page.forms.push(form(t::SETTINGS, format!("{}/settings", visit.base()), fields, t::SAVE));
    }
    answer(visit, &shown, page)
}

pub(in crate::ui) async fn change(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let severity: Option<Severity> = read(&mut form, "default_severity", t::WANT_SEVERITY);
    let set = SettingsSet {
        organization_name: Some(given(&mut form, "organization_name")),
        default_severity: Some(severity),
        reopen_days: Some(read(&mut form, "reopen_days", t::WANT_NUMBER_OF_DAYS)),
    };
    match changed(&visit, form, set).await {
        Ok(()) => Ok(on(&visit, "/settings", notice::CHANGED)),
        Err(error) => Ok(shown(&visit, As::refused(error)?)),
    }
}

async fn changed(
    visit: &Visit,
    form: crate::query::Query,
    set: SettingsSet,
) -> Result<(), ApiError> {
    form.finish()?;
    visit.call.control(move |control| control.settings_set(&set).map(drop)).await
}
