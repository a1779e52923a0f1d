//! Checks a provider's own settings of an integration.

use std::collections::BTreeMap;

use watchbell_provider::{FieldProblem, Options, Provider, Setting, SettingKind, SettingProblem};

use crate::error::{problem, quoted};

/// The most characters of a setting.
const MAX_TEXT: usize = 1_000;

/// What is wrong with `options` for `provider`: every unknown name and every wrong value.
pub(crate) fn problems(
    provider: &dyn Provider,
    options: &BTreeMap<String, String>,
) -> Vec<FieldProblem> {
    let settings = provider.settings();
    let check = |(key, value): (&String, &String)| {
        let path = format!("options.{key}");
        let Some(setting) = settings.iter().find(|setting| setting.key == key) else {
            return Some(problem(&path, known(settings), "an unknown setting"));
        };
        let expected = expected(&setting.kind, value)?;
        Some(problem(&path, expected, quoted(value)))
    };
    let wrong: Vec<_> = options.iter().filter_map(check).collect();
    if !wrong.is_empty() {
        return wrong;
    }
    let together = provider.settings_problem(&Options::new(options));
    let together = together.map(|SettingProblem { key, expected }| {
        let got = options.get(key).map_or_else(|| "its default".to_owned(), |got| quoted(got));
        problem(&format!("options.{key}"), expected, got)
    });
    together.into_iter().collect()
}

fn known(settings: &[Setting]) -> String {
    if settings.is_empty() {
        return "nothing: this provider has no settings".to_owned();
    }
    let keys: Vec<_> = settings.iter().map(|setting| setting.key).collect();
    format!("one of {}", keys.join(", "))
}

/// What was expected instead of `value`; none if it is right.
fn expected(kind: &SettingKind, value: &str) -> Option<String> {
    let expected = match kind {
        SettingKind::Flag => "true or false".to_owned(),
        SettingKind::Choice(words) => format!("one of {}", words.join(", ")),
        SettingKind::Seconds => "a whole number of seconds".to_owned(),
        SettingKind::Count => "a whole number, at least 1".to_owned(),
        SettingKind::Text => format!("at most {MAX_TEXT} characters"),
        SettingKind::Header => "the name of a header, or nothing".to_owned(),
    };
    let is_right = kind.takes(value) && value.chars().count() <= MAX_TEXT;
    (!is_right).then_some(expected)
}
