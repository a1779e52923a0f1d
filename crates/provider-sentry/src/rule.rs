//! What somebody chose for an alert rule's action: the service, and how it is to be opened.

use watchbell_model::{Alert, Auto, Metadata, Reason, ServiceReference, Severity};
use watchbell_wire::{Lenient, Text, Warnings};

use crate::texts;
use crate::wire::Settings;

/// The word that leaves the severity to the level.
const AUTO: &str = "auto";

/// What a choice of severity means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The level decides.
    Auto,
    /// This one, whatever the level.
    Severity(Severity),
}

/// What a word of the form's list means. None for another word.
pub(crate) fn severity(word: &str) -> Option<Choice> {
    const WORDS: [(&str, Severity); 4] = [
        ("critical", Severity::Sev0),
        ("error", Severity::Sev2),
        ("warning", Severity::Sev3),
        ("info", Severity::Sev4),
    ];
    if word.eq_ignore_ascii_case(AUTO) {
        return Some(Choice::Auto);
    }
    let named = Severity::ALL.into_iter().find(|s| s.as_str().eq_ignore_ascii_case(word));
    let meant = || WORDS.iter().find(|(own, _)| own.eq_ignore_ascii_case(word)).map(|(_, s)| *s);
    named.or_else(meant).map(Choice::Severity)
}

/// Yes or no. None for a word that is neither.
pub(crate) fn yes_or_no(word: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|own| own.eq_ignore_ascii_case(word));
    match word {
        _ if is(["yes", "true", "on", "1"]) => Some(true),
        _ if is(["no", "false", "off", "0"]) => Some(false),
        _ => None,
    }
}

/// Whether a filter, names with commas between them, lets an environment through. An empty filter
/// lets everything through; another one nothing without an environment.
fn lets_through(filter: &str, environment: Option<&str>) -> bool {
    let mut names = filter.split(',').map(str::trim).filter(|name| !name.is_empty()).peekable();
    if names.peek().is_none() {
        return true;
    }
    let Some(environment) = environment.map(str::to_lowercase) else {
        return false;
    };
    names.any(|name| name.to_lowercase() == environment)
}

/// Lets the choices in `settings` act on a trigger whose environment is known already. `path` says
/// where they stand, `auto` what that word means.
pub(crate) fn apply(
    settings: &Settings<'_>,
    path: &str,
    auto: Auto,
    alert: &mut Alert,
    warnings: &mut Warnings,
) {
    let Settings { service_id, severity: word, auto_create, environments, notes } = settings;
    let mut read = |value: &Lenient<Text<'_>>, name: &str| {
        if let Lenient::Odd(kind) = value {
            warnings.add(|| format!("{path}.{name} is {kind}, not a text: not used"));
        }
        texts::text(value).map(str::to_owned)
    };
    let service_id = read(service_id, "service_id");
    let word = read(word, "severity");
    let auto_create = read(auto_create, "auto_create");
    let environments = read(environments, "environments");
    let notes = read(notes, "notes");

    alert.service = texts::name(service_id.as_deref())
        .map(|text| ServiceReference { text, field: format!("{path}.service_id").into() });
    if let Some(word) = word {
        match severity(&word) {
            Some(Choice::Severity(severity)) => alert.severity = Some(severity),
            Some(Choice::Auto) => alert.auto = Some(auto),
            None => warnings.add(|| format!("{path}.severity is no severity: the level decides")),
        }
    }
    let wanted = auto_create.is_none_or(|word| {
        yes_or_no(&word).unwrap_or_else(|| {
            warnings.add(|| format!("{path}.auto_create is neither yes nor no: taken as yes"));
            true
        })
    });
    let filter = environments.as_deref().unwrap_or_default();
    if !wanted {
        alert.must_not_open = Some(Reason::AutoCreateOff);
    } else if !lets_through(filter, alert.environment.as_deref()) {
        alert.must_not_open = Some(Reason::EnvironmentFiltered);
    }
    if let Some(notes) = notes {
        add(&mut alert.metadata, "notes", &notes);
    }
}

/// Adds an entry unless a more precise one has its name.
pub(crate) fn add(metadata: &mut Metadata, name: &str, value: &str) {
    if metadata.get(name).is_none() {
        metadata.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_words_are_read_in_any_case() {
        assert_eq!(severity("Critical"), Some(Choice::Severity(Severity::Sev0)));
        assert_eq!(severity("error"), Some(Choice::Severity(Severity::Sev2)));
        assert_eq!(severity("WARNING"), Some(Choice::Severity(Severity::Sev3)));
        assert_eq!(severity("info"), Some(Choice::Severity(Severity::Sev4)));
        assert_eq!(severity("sev1"), Some(Choice::Severity(Severity::Sev1)));
        assert_eq!(severity("AUTO"), Some(Choice::Auto));
        assert_eq!(severity("urgent"), None);
        assert_eq!(severity(""), None);
    }

    #[test]
    fn a_filter_lets_its_environments_through() {
        let check = |filter: &str, environment: Option<&str>, expected: bool| {
            assert_eq!(lets_through(filter, environment), expected, "{filter} {environment:?}");
        };
        check("", None, true);
        check(" , ", None, true);
        check("production", Some("Production"), true);
        check("staging, PRODUCTION ", Some("production"), true);
        check("production", Some("production-eu"), false);
        check("production", None, false);
        check("ÖST", Some("öst"), true);
    }
}
