//! From an envelope to what it says.

use watchbell_model::{Reason, Secret, one_line};
use watchbell_provider::{Idempotency, Item, Received, Topic, TopicEvent};
use watchbell_sns::{Envelope, Kind};
use watchbell_wire::{Warnings, parse};

use crate::alarm::alarm;
use crate::map;

/// The most characters of an id that is remembered.
const MAX_ID_CHARS: usize = 255;
/// The most characters of what is shown of something that is not used.
const MAX_SHOWN_CHARS: usize = 200;

/// What `envelope` says. It is read as far as possible: whether it may be believed was asked
/// before.
pub(crate) fn received(envelope: &Envelope<'_>) -> Received {
    let mut warnings = Warnings::default();
    let name = envelope.topic().map(str::trim).filter(|name| !name.is_empty());
    let (item, event) = match envelope.kind().and_then(|kind| kind.parse().ok()) {
        Some(Kind::SubscriptionConfirmation) => {
            let what = format!("the topic {} asks for confirmation", shown(name));
            let secret = |text: Option<&str>| Secret::new(text.unwrap_or_default());
            let event = TopicEvent::Confirm {
                token: secret(envelope.token()),
                url: secret(envelope.subscribe_url()),
            };
            (Item::Ignored { reason: Reason::SubscriptionConfirmed, what }, event)
        }
        Some(Kind::UnsubscribeConfirmation) => {
            let what = format!("the subscription to the topic {} has ended", shown(name));
            let at = envelope.timestamp().and_then(watchbell_wire::rfc3339);
            (Item::Ignored { reason: Reason::SubscriptionEnded, what }, TopicEvent::Ended { at })
        }
        Some(Kind::Notification) => (message(envelope, name, &mut warnings), TopicEvent::Message),
        None => {
            warnings.add(|| match envelope.kind() {
                Some(kind) => format!("Type is not known: {}", one_line(kind, MAX_SHOWN_CHARS)),
                None => "Type is missing or not a text".to_owned(),
            });
            (not_an_alarm("a message of an unknown type".to_owned()), TopicEvent::Message)
        }
    };
    // Nothing is an id that has more than one line: see `watchbell-sns` on folded fields.
    let id = envelope.message_id().filter(|id| {
        let is_line = !id.is_empty() && !id.contains(char::is_control);
        is_line && id.chars().nth(MAX_ID_CHARS).is_none()
    });
    if id.is_none() {
        warnings.add(|| "MessageId is missing or no id: repeats are not recognised".to_owned());
    }
    if name.is_none() {
        warnings.add(|| "TopicArn is missing".to_owned());
    }
    Received {
        items: vec![item],
        idempotency: id.map(|id| Idempotency { id: id.to_owned(), same_body: false }),
        topic: name.map(|name| Topic { name: name.to_owned(), event }),
        warnings: warnings.into_list(),
        ..Received::default()
    }
}

/// What a published message says.
fn message(envelope: &Envelope<'_>, topic: Option<&str>, warnings: &mut Warnings) -> Item {
    let Some(text) = envelope.message() else {
        warnings.add(|| "Message is not a text".to_owned());
        return not_an_alarm("a message without a text".to_owned());
    };
    // Other publishers on the same topic are no mistake: plain text is not worth a warning.
    let message = text.trim_start().starts_with('{').then(|| parse(text)).and_then(Result::ok);
    if let Some(alarm) = message.and_then(|message| alarm(message, warnings)) {
        return map::item(&alarm, topic, warnings);
    }
    let subject = envelope.subject().map(str::trim).filter(|subject| !subject.is_empty());
    let shown = subject.unwrap_or(text);
    not_an_alarm(format!("another message: {}", one_line(shown, MAX_SHOWN_CHARS)))
}

fn not_an_alarm(what: String) -> Item {
    Item::Ignored { reason: Reason::NotAnAlarm, what }
}

fn shown(topic: Option<&str>) -> String {
    topic.map_or_else(|| "(no name)".to_owned(), |name| one_line(name, MAX_SHOWN_CHARS))
}
