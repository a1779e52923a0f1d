//! What the source of an incident says of it, in short.

use serde_json::{Value, json};
use watchbell_control::EnrichmentShown;

use crate::out;

/// The main facts. Who met it is for those who have signed in.
pub(super) fn value(shown: &EnrichmentShown) -> Value {
    let EnrichmentShown { state, reason, attempts, next_try_at, updated_at: _, known } = shown;
    let (event, issue) = (known.event.as_ref(), known.issue.as_ref());
    json!({
        "state": state.as_str(),
        "source": known.from.as_str(),
        "reason": reason,
        "attempts": attempts,
        "next_try_at": next_try_at.map(out::time),
        "events": issue.and_then(|issue| issue.events),
        "users": issue.and_then(|issue| issue.users),
        "environment": event.and_then(|event| event.environment.as_ref()),
        "release": event.and_then(|event| event.release.as_ref()),
        "failed_in": failed_in(shown),
        "commits": known.commits.iter().map(|commit| commit.sha.as_str()).collect::<Vec<_>>(),
    })
}

/// The file and line of the application's own code that failed.
fn failed_in(shown: &EnrichmentShown) -> Option<String> {
    let exceptions = &shown.known.event.as_ref()?.exceptions;
    let frame = exceptions.iter().flat_map(|one| &one.frames).find(|frame| frame.in_app)?;
    let file = frame.file.as_ref().or(frame.path.as_ref())?;
    Some(frame.line.map_or_else(|| file.clone(), |line| format!("{file}:{line}")))
}

/// The main facts as lines for people.
pub(super) fn lines(shown: Option<&EnrichmentShown>) -> Vec<String> {
    let Some(shown) = shown else { return vec!["  its source is not asked".to_owned()] };
    let facts = value(shown);
    let fact = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            Value::Array(all) if all.is_empty() => return None,
            other => other.to_string(),
        };
        Some(format!("  {name}: {value}"))
    };
    facts.as_object().into_iter().flatten().filter_map(fact).collect()
}
