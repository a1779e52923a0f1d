//! What a webhook or the API tells: an event, an issue, or both.

use serde_json::Value;
use watchbell_wire::{mended, text_of_body};

use crate::normalise::event;
use crate::{Event, Issue, Personal};

/// What a webhook or the API tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The event.
    pub event: Option<Event>,
    /// The issue.
    pub issue: Option<Issue>,
}

impl Told {
    /// What the body of a webhook tells, in whichever of its shapes: of an app, of the legacy plugin, or
    /// made by hand. Nothing, if it is not JSON.
    pub fn by_webhook(body: &[u8], personal: Personal) -> Self {
        let Some(body) = read(body) else { return Self::default() };
        let nothing = Value::Null;
        let data = body.get("data").unwrap_or(&nothing);
        let places = [data.get("event"), data.get("error"), body.get("event")];
        let found = places.into_iter().flatten().find(|place| place.is_object());
        let issue = [data.get("issue"), body.get("issue")].into_iter().flatten();
        Self {
            event: found.and_then(|found| event(found, personal)),
            issue: issue.filter(|issue| issue.is_object()).find_map(Issue::of),
        }
    }

    /// What an event as Sentry's API gives it tells.
    pub fn by_api(answer: &[u8], personal: Personal) -> Self {
        let event = read(answer).and_then(|answer| event(&answer, personal));
        Self { event, issue: None }
    }
}

/// A wrong byte loses a character, and half of a surrogate pair is mended: Sentry writes both.
fn read(bytes: &[u8]) -> Option<Value> {
    let text = text_of_body(bytes);
    let whole = serde_json::from_str(&text).ok();
    whole.or_else(|| serde_json::from_str(&mended(&text)?).ok())
}
