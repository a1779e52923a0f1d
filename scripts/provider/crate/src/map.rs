//! From Newsender's words to an alert.

use watchbell_model::{
    Action, Alert, DedupKey, Reopen, ServiceReference, Trigger, clean_opt, one_line,
};
use watchbell_provider::{Item, Received};
use watchbell_wire::{Lenient, Text, Warnings, http_url, rfc3339};

use crate::wire::Body;

/// The most characters of names such as an environment's.
const MAX_NAME_CHARS: usize = 255;

/// What `body` says, or what it is instead of Newsender's.
pub(crate) fn received(body: Body<'_>) -> Result<Received, String> {
    // Taken apart in full: what to do with a new field is decided here.
    let Body { id, state, title, text, priority, service_id, environment, url, since } = body;
    let mut warnings = Warnings::default();
    let mut known = |value: Lenient<Text<'_>>, name: &str| {
        let text = value.known("a text", &mut warnings, || name.to_owned())?;
        text.trimmed().map(str::to_owned)
    };
    let (id, state, title) = (known(id, "id"), known(state, "state"), known(title, "title"));
    let text = known(text, "text");
    let priority = known(priority, "priority");
    let service = known(service_id, "service_id");
    let environment = known(environment, "environment");
    let url = known(url, "url");
    let since = known(since, "since");
    let (Some(state), true) = (state, id.is_some() || title.is_some()) else {
        return Err("an object without them".to_owned());
    };

    let action = action(&state, &mut warnings);
    let name = title.or_else(|| id.as_ref().map(|id| format!("Problem {id}"))).unwrap_or_default();
    let mut alert = Alert::new(action, &name);
    alert.description = clean_opt(text.as_deref(), Alert::MAX_DESCRIPTION_CHARS);
    // Without an id, the title is all that trigger and resolve have in common.
    alert.dedup_key = DedupKey::new(id.as_deref().unwrap_or(&name));
    alert.level = clean_opt(priority.as_deref(), MAX_NAME_CHARS);
    alert.service = clean_opt(service.as_deref(), MAX_NAME_CHARS)
        .map(|text| ServiceReference { text, field: "service_id".into() });
    alert.source_name = Some("Newsender".to_owned());
    alert.source_url = url.as_deref().and_then(http_url).map(str::to_owned);
    alert.environment = clean_opt(environment.as_deref(), MAX_NAME_CHARS);
    if let Some(since) = since {
        alert.detected_at = rfc3339(&since);
        if alert.detected_at.is_none() {
            warnings.add(|| "since is not a time in RFC 3339's form: not used".to_owned());
        }
    }
    // A firing again that began at the same moment is the same occurrence, come back.
    alert.occurrence = alert.detected_at.and_then(|began| {
        let key = alert.dedup_key.as_ref()?;
        let key = DedupKey::new(format!("{key}@{}", began.to_rfc3339()))?;
        Some(key.as_str().to_owned())
    });
    let items = vec![Item::Alert(Box::new(alert))];
    Ok(Received { items, warnings: warnings.into_list(), ..Received::default() })
}

/// An unknown word fires: a problem that is shown once too often is better than one that is lost.
fn action(state: &str, warnings: &mut Warnings) -> Action {
    let fires = Action::Trigger(Trigger { reopen: Reopen::SameOccurrence, ..Trigger::default() });
    match state.to_ascii_lowercase().as_str() {
        "firing" => fires,
        "acknowledged" => Action::Acknowledge,
        "resolved" => Action::Resolve,
        _ => {
            warnings.add(|| {
                format!("state is not a known word: {}; taken as firing", one_line(state, 100))
            });
            fires
        }
    }
}
