//! How the linked services of an integration read levels.

use actix_web::http::StatusCode;
use watchbell_control::{Control, IntegrationView, LinkView};
use watchbell_model::{Severity, SeverityAction};
use watchbell_provider::{Options, Preset, Provider, presets};
use watchbell_web::page::{Choice, LevelRow, LinkRow, MappingForm};
use watchbell_web::text;

use super::act::{on, service, tried};
use super::detail::{Shows, id, shown};
use crate::error::{ApiError, Code};
use crate::rest::integrations::links;
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::sign_in::refused;
use crate::ui::typed::is_kept;
use crate::ui::visit::Visit;

/// What fills a form with nothing: the provider's table counts.
const TABLE: &str = "table";

/// What somebody chose for a linked service, and what is to be said of it: it is not stored.
#[derive(Debug)]
pub(super) struct Draft {
    service: String,
    levels: Vec<(String, String)>,
    state: &'static str,
}

impl Draft {
    /// What `level` shall give; nothing: what the provider's table says.
    fn of(&self, level: &str) -> &str {
        let same = |(one, _): &&(String, String)| one.eq_ignore_ascii_case(level);
        self.levels.iter().rev().find(same).map_or("", |(_, action)| action)
    }
}

/// The linked services, and how their mappings are changed if that may be.
pub(super) fn rows(
    view: &IntegrationView,
    provider: Option<&dyn Provider>,
    may_change: bool,
    draft: Option<&Draft>,
) -> Vec<LinkRow> {
    let options = Options::new(&view.integration.options);
    let row = |link: &LinkView| {
        let key = link.service.key.to_string();
        let draft = draft.filter(|draft| draft.service == key);
        LinkRow {
            name: link.service.name.clone(),
            is_default: view.integration.default_service == Some(link.service.id),
            is_active: link.service.active,
            mapping: link
                .mapping
                .iter()
                .map(|(level, action)| (level.to_owned(), text::severity_action(action)))
                .collect(),
            editor: provider
                .filter(|one| may_change && has_levels(*one, options, link))
                .map(|one| editor(one, options, link, draft)),
            key,
        }
    };
    view.links.iter().map(row).collect()
}

/// Whether there are levels to map. What a sender of this kind names is a severity, where not.
fn has_levels(provider: &dyn Provider, options: Options<'_>, link: &LinkView) -> bool {
    !provider.levels(&options).is_empty() || link.mapping.iter().next().is_some()
}

fn editor(
    provider: &dyn Provider,
    options: Options<'_>,
    link: &LinkView,
    draft: Option<&Draft>,
) -> MappingForm {
    let table = provider.levels(&options);
    let is_in_table =
        |level: &str| table.iter().any(|(known, _)| known.eq_ignore_ascii_case(level));
    let stored = |level: &str| link.mapping.get(level).map(|a| a.to_string()).unwrap_or_default();
    let row = |level: &str, by_table: Option<SeverityAction>| LevelRow {
        level: level.to_owned(),
        choices: match draft {
            Some(draft) => choices(by_table, draft.of(level)),
            None => choices(by_table, &stored(level)),
        },
    };
    let known = table.iter().map(|(level, action)| row(level, Some(*action)));
    let further = link.mapping.iter().filter(|(level, _)| !is_in_table(level));
    let further: Vec<_> = further.map(|(level, _)| row(level, None)).collect();
    // What was typed, and is no row yet.
    let typed = draft.and_then(|draft| {
        let is_row = |level: &str| is_in_table(level) || link.mapping.get(level).is_some();
        draft.levels.iter().find(|(level, action)| !action.is_empty() && !is_row(level))
    });
    let (level, action) = typed.cloned().unwrap_or_default();
    let filled = |preset: Preset| (preset.name.to_owned(), text::preset(preset.name));
    let table = (TABLE.to_owned(), text::PRESET_NONE.to_owned());
    MappingForm {
        state: draft.map(|draft| draft.state),
        levels: known.chain(further).collect(),
        other: LevelRow { level, choices: choices(None, &action) },
        presets: std::iter::once(table)
            .chain(presets(provider, &options).into_iter().map(filled))
            .collect(),
    }
}

/// What a level can give. Nothing chosen leaves it to the provider's table.
fn choices(by_table: Option<SeverityAction>, chosen: &str) -> Vec<Choice> {
    let choice = |value: String, name: String| Choice { is_chosen: value == chosen, value, name };
    let unset = by_table.map_or_else(|| text::NOT_MAPPED.to_owned(), text::by_table);
    let severities = Severity::ALL.into_iter().map(SeverityAction::Severity);
    let actions = severities.chain([SeverityAction::DoNotCreate]);
    std::iter::once(choice(String::new(), unset))
        .chain(actions.map(|action| choice(action.to_string(), text::severity_action(action))))
        .collect()
}

/// Stores a mapping; or, if a preset was asked for, fills the form with it and stores nothing.
pub(in crate::ui) async fn set(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let service = service(&mut form);
    let fill: Option<String> = form.one("fill", text::WANT_PRESET);
    let levels = form.all::<String>("level", text::WANT_LEVEL);
    let actions = form.all::<String>("action", text::WANT_ACTION);
    if levels.is_empty() && fill.is_none() {
        form.wrong("level", text::WANT_LEVELS, text::GOT_NOTHING);
    }
    if levels.len() != actions.len() {
        form.wrong("action", text::WANT_EACH_LEVEL, actions.len());
    }
    let mut levels: Vec<_> =
        levels.into_iter().map(|level| level.trim().to_owned()).zip(actions).collect();
    if let Some(fill) = fill {
        let levels = filled(&visit, &fill).await?;
        form.finish()?;
        let draft = Draft { service, levels, state: text::MAPPING_FILLED };
        let shows = Shows { draft: Some(draft), ..Shows::default() };
        return shown(&visit, StatusCode::OK, None, shows).await;
    }
    let chosen = levels.iter().filter(|(_, action)| !action.is_empty()).cloned();
    let mapping = links::mapping(chosen, |path, expected, got| form.wrong(path, expected, got));
    let of = service.clone();
    let run =
        move |control: &Control, reference: &str| control.integration_map(reference, &of, &mapping);
    match tried(&visit, form, run).await {
        Ok(_) => on(&visit, notice::MAPPED),
        Err(error) => {
            let (status, notice) = refused(error)?;
            levels.retain(|(_, action)| !action.is_empty());
            let draft = Draft { service, levels, state: text::MAPPING_REFUSED };
            let shows = Shows { draft: is_kept(status).then_some(draft), ..Shows::default() };
            shown(&visit, status, Some(notice), shows).await
        }
    }
}

/// What the preset of this name gives for each level.
async fn filled(visit: &Visit, name: &str) -> Result<Vec<(String, String)>, ApiError> {
    if name == TABLE {
        return Ok(Vec::new());
    }
    let reference = id(visit)?.to_string();
    let view = visit.call.control(move |control| control.integration_show(&reference)).await?;
    let provider = watchbell_providers::find(&view.integration.provider);
    let all = provider.map(|one| presets(one, &Options::new(&view.integration.options)));
    let found = all.into_iter().flatten().find(|preset| preset.name == name);
    let found = found.ok_or_else(|| ApiError::new(Code::NotFound, text::NO_SUCH_PRESET))?.levels;
    Ok(found.into_iter().map(|(level, action)| (level.to_owned(), action.to_string())).collect())
}
