//! The envelope around every message, as it is posted.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use watchbell_model::{Headers, Reason, clean};

use crate::field::Field;
use crate::fields::Name;
use crate::signed::{FieldError, Signed};

/// The header that a delivery without an envelope has.
const RAW_HEADER: &str = "x-amz-sns-rawdelivery";
/// The header that repeats the envelope's `Type`.
const TYPE_HEADER: &str = "x-amz-sns-message-type";

/// What was posted: every field that matters, not yet checked. [`Envelope::signed`] is the way to
/// what may be believed, once its signature holds.
///
/// Fields that nothing signs are not here: `MessageAttributes`, `UnsubscribeURL` and headers. No
/// decision can rest on them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope<'a> {
    pub(crate) kind: Field<'a>,
    pub(crate) message_id: Field<'a>,
    pub(crate) topic: Field<'a>,
    pub(crate) message: Field<'a>,
    pub(crate) subject: Field<'a>,
    pub(crate) timestamp: Field<'a>,
    pub(crate) token: Field<'a>,
    pub(crate) subscribe_url: Field<'a>,
    pub(crate) version: Field<'a>,
    pub(crate) signature: Field<'a>,
    pub(crate) certificate_url: Field<'a>,
    /// The kind that the headers claim.
    pub(crate) claimed_kind: Option<String>,
}

/// Why a body is no envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEnvelope {
    /// It is a message without its envelope, and so without a signature.
    #[error("a message without its envelope: turn off raw message delivery in the subscription")]
    Raw,
    /// It is something else.
    #[error("{got}")]
    Other {
        /// What it is, for people.
        got: String,
    },
}

impl NotAnEnvelope {
    /// The reason in the event log.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Raw => Reason::RawDelivery,
            Self::Other { .. } => Reason::Malformed,
        }
    }
}

impl<'a> Envelope<'a> {
    /// The envelope in `body`.
    ///
    /// The body decides what it is. Headers are not signed: they only tell a raw delivery from
    /// other bodies without an envelope, and must not contradict the envelope.
    ///
    /// # Errors
    /// There is no envelope.
    pub fn read(body: &'a [u8], headers: &Headers) -> Result<Self, NotAnEnvelope> {
        let is_raw = headers.get(RAW_HEADER).is_some_and(|value| value.trim() == "true");
        let other = |got: String| {
            if is_raw { NotAnEnvelope::Raw } else { NotAnEnvelope::Other { got } }
        };
        let text =
            std::str::from_utf8(body).map_err(|_| other("bytes that are not UTF-8".to_owned()))?;
        let Read { mut envelope, names } = serde_json::from_str(text).map_err(|error| {
            other(if text.trim().is_empty() {
                "an empty body".to_owned()
            } else if error.is_eof() {
                format!("JSON that is cut off ({error})")
            } else if error.is_data() {
                "JSON that is not an object".to_owned()
            } else {
                format!("something that is not JSON ({error})")
            })
        })?;
        if !is_envelope(&names) {
            let bare = is_raw || is_alarm(&names);
            return Err(if bare {
                NotAnEnvelope::Raw
            } else {
                other("an object without the envelope's fields".to_owned())
            });
        }
        envelope.claimed_kind = headers.get(TYPE_HEADER).map(|kind| clean(kind, 100));
        Ok(envelope)
    }

    /// What of it may be signed, with each field in the form in which it is sent.
    ///
    /// The form must be asked first: the string that is signed is put together without anything
    /// that keeps its parts apart, so a genuine one can be cut into other fields.
    ///
    /// # Errors
    /// A field is missing, or is not what the service sends.
    pub fn signed(&self) -> Result<Signed<'_>, FieldError> {
        Signed::of(self)
    }

    /// The kind as it is written: `Notification`, `SubscriptionConfirmation` or
    /// `UnsubscribeConfirmation`.
    pub fn kind(&self) -> Option<&str> {
        self.kind.text()
    }

    /// The message's id.
    pub fn message_id(&self) -> Option<&str> {
        self.message_id.text()
    }

    /// The topic's name.
    pub fn topic(&self) -> Option<&str> {
        self.topic.text()
    }

    /// What was published.
    pub fn message(&self) -> Option<&str> {
        self.message.text()
    }

    /// The subject of what was published.
    pub fn subject(&self) -> Option<&str> {
        self.subject.text()
    }

    /// When it was published, as it is written.
    pub fn timestamp(&self) -> Option<&str> {
        self.timestamp.text()
    }

    /// What shows that a question for confirmation was received.
    pub fn token(&self) -> Option<&str> {
        self.token.text()
    }

    /// The address that confirms, as it was sent. It must not be asked as it is: see
    /// [`Origins::confirmation`](crate::Origins::confirmation).
    pub fn subscribe_url(&self) -> Option<&str> {
        self.subscribe_url.text()
    }

    /// The place of the field `name`, in either way of writing it.
    fn field(&mut self, name: &str) -> Option<&mut Field<'a>> {
        Some(match name {
            "Type" => &mut self.kind,
            "MessageId" => &mut self.message_id,
            "TopicArn" => &mut self.topic,
            "Message" => &mut self.message,
            "Subject" => &mut self.subject,
            "Timestamp" => &mut self.timestamp,
            "Token" => &mut self.token,
            "SubscribeURL" | "SubscribeUrl" => &mut self.subscribe_url,
            "SignatureVersion" => &mut self.version,
            "Signature" => &mut self.signature,
            "SigningCertURL" | "SigningCertUrl" => &mut self.certificate_url,
            _ => return None,
        })
    }
}

/// Whether an object is an envelope: a message with at least one sign of where it comes from.
fn is_envelope(names: &[Name<'_>]) -> bool {
    has(names, "Message")
        && ["MessageId", "TopicArn", "Signature"].into_iter().any(|name| has(names, name))
}

/// Whether an object is what an alarm says, without anything around it.
fn is_alarm(names: &[Name<'_>]) -> bool {
    (has(names, "AlarmName") && has(names, "NewStateValue"))
        || (has(names, "detail-type") && has(names, "detail"))
        || (has(names, "alarmArn") && has(names, "alarmData"))
}

fn has(names: &[Name<'_>], name: &str) -> bool {
    names.iter().any(|Name(other)| other == name)
}

/// An object's fields that an envelope has, and the names of all.
#[derive(Default)]
struct Read<'a> {
    envelope: Envelope<'a>,
    names: Vec<Name<'a>>,
}

impl<'de> Deserialize<'de> for Read<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReadVisitor)
    }
}

struct ReadVisitor;

impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Read<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read<'de>, A::Error> {
        let mut read = Read::default();
        while let Some(name) = map.next_key::<Name<'de>>()? {
            if let Some(field) = read.envelope.field(&name.0) {
                let value = map.next_value()?;
                *field = match field {
                    Field::Absent => value,
                    Field::Text(_) | Field::Odd | Field::Twice => Field::Twice,
                };
            } else {
                map.next_value::<IgnoredAny>()?;
            }
            read.names.push(name);
        }
        Ok(read)
    }
}
