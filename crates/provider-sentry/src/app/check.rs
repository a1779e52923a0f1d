//! What Sentry is answered when somebody saves an alert rule with our action. Sentry shows the text
//! to that person and does not save the rule.

use watchbell_model::{Reason, cut};
use watchbell_provider::cannot_be_chosen;
use watchbell_wire::{Lenient, Text, object, parse, text_of_body};

use crate::rule::{severity, yes_or_no};
use crate::texts::text;
use crate::wire::Settings;

object! {
    #[derive(Debug, Default)]
    struct Request<'a> {
        fields: Settings<'a> = "fields",
    }
}

/// Checks the choices of an alert rule. `service` says whether the service with a key can be
/// chosen.
///
/// ```
/// use watchbell_model::Reason;
/// use watchbell_provider_sentry::app::settings_check;
/// let service = |key: &str| if key == "SER-00001" { Ok(()) } else { Err(Reason::UnknownService) };
/// let check = |value: &str| {
///     let body = format!(r#"{{"fields":[{{"name":"service_id","value":"{value}"}}]}}"#);
///     settings_check(body.as_bytes(), &service)
/// };
/// assert_eq!(check("SER-00001"), Ok(()));
/// assert!(check("SER-00009").unwrap_err().contains("no service SER-00009"));
/// ```
///
/// # Errors
/// What is wrong and what to do about it, for the person who saves the rule.
pub fn settings_check(
    body: &[u8],
    service: &dyn Fn(&str) -> Result<(), Reason>,
) -> Result<(), String> {
    let body = text_of_body(body);
    let unreadable =
        || "Watchbell could not read what Sentry sent. Please save the rule again.".to_owned();
    let Request { fields } = parse(&body).map_err(|_| unreadable())?;
    let Lenient::Is(settings) = fields else { return Err(unreadable()) };
    let Settings { service_id, severity: word, auto_create, environments, notes } = &settings;

    let Some(key) = text(service_id) else {
        return Err("Please choose a Watchbell service.".to_owned());
    };
    service(key).map_err(|reason| cannot_be_chosen(key, reason))?;
    one_of(word, "severity", "auto, critical, error, warning, info or SEV0 to SEV4", |word| {
        severity(word).is_some()
    })?;
    one_of(auto_create, "auto_create", "yes or no", |word| yes_or_no(word).is_some())?;
    one_of(environments, "environments", "names with commas between them", |_| true)?;
    one_of(notes, "notes", "a text", |_| true)
}

/// The most characters of a choice that is repeated.
const MAX_SHOWN_CHARS: usize = 100;

fn one_of(
    value: &Lenient<Text<'_>>,
    name: &str,
    expected: &str,
    is_one: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let got = match (value, text(value)) {
        (Lenient::Odd(kind), _) => (*kind).to_owned(),
        (_, Some(word)) if !is_one(word) => cut(word, MAX_SHOWN_CHARS),
        _ => return Ok(()),
    };
    Err(format!("Watchbell expects {expected} as {name}, not {got}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Result<(), &str>) {
        let service = |key: &str| match key {
            "svc_CHECKOUT1" => Ok(()),
            "svc_OFF" => Err(Reason::ServiceInactive),
            "svc_OTHER" => Err(Reason::ServiceNotLinked),
            _ => Err(Reason::UnknownService),
        };
        let answer = settings_check(body.as_bytes(), &service);
        match (&answer, expected) {
            (Ok(()), Ok(())) => {}
            (Err(text), Err(part)) => assert!(text.contains(part), "{body}: {text}"),
            _ => unreachable!("{body}: {answer:?}"),
        }
    }

    /// A request with these fields behind a good service.
    fn with(name: &str, value: &str) -> String {
        let service = r#"{"name":"service_id","value":"svc_CHECKOUT1","label":"Checkout"}"#;
        format!(
            r#"{{"fields":[{service},{{"name":"{name}","value":{value}}}],"installationId":"x"}}"#
        )
    }

    #[test]
    fn a_person_understands_what_is_wrong() {
        let service =
            |key: &str| format!(r#"{{"fields":[{{"name":"service_id","value":{key}}}]}}"#);
        check(&service(r#""svc_CHECKOUT1""#), Ok(()));
        check(r#"{"fields":{"service_id":"svc_CHECKOUT1"}}"#, Ok(()));
        check(&service(r#""svc_GONE""#), Err("no service svc_GONE"));
        check(&service(r#""svc_OFF""#), Err("switched off"));
        check(&service(r#""svc_OTHER""#), Err("not linked"));
        check(&service("null"), Err("choose a Watchbell service"));
        check(&service("[]"), Err("choose a Watchbell service"));
        check(r#"{"fields":[]}"#, Err("choose a Watchbell service"));
        check("{}", Err("could not read"));
        check("", Err("could not read"));
    }

    #[test]
    fn further_choices_are_checked_and_unknown_ones_pass() {
        check(&with("severity", r#""sev1""#), Ok(()));
        check(&with("severity", "null"), Ok(()));
        check(&with("severity", r#""urgent""#), Err("as severity, not urgent."));
        check(&with("auto_create", r#""No""#), Ok(()));
        check(&with("auto_create", "true"), Ok(()));
        check(&with("auto_create", r#""maybe""#), Err("yes or no as auto_create, not maybe."));
        check(&with("environments", r#""production, staging""#), Ok(()));
        check(&with("environments", "[]"), Err("as environments, not a list."));
        check(&with("something_else", "{}"), Ok(()));
    }
}
