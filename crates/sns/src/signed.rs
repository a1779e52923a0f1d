//! What the signature covers, once every field has its form.

use std::fmt;
use std::str::FromStr;

use watchbell_model::Reason;

use crate::arn::TopicArn;
use crate::envelope::Envelope;
use crate::field::Field;
use crate::shape;

/// What an envelope carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something that was published.
    Notification,
    /// The question whether this address wants the topic's messages.
    SubscriptionConfirmation,
    /// The news that it gets them no longer.
    UnsubscribeConfirmation,
}

impl Kind {
    /// As the envelope writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notification => "Notification",
            Self::SubscriptionConfirmation => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Notification, Self::SubscriptionConfirmation, Self::UnsubscribeConfirmation]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(())
    }
}

/// How it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `1`: RSA with SHA-1, what a topic uses unless it is set otherwise.
    One,
    /// `2`: RSA with SHA-256.
    Two,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "1",
            Self::Two => "2",
        })
    }
}

/// An envelope of which every signed field has the form that the service gives it, and nothing else
/// in it. It may be believed when its signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<'a> {
    kind: Kind,
    message: &'a str,
    message_id: &'a str,
    /// Token and address of the two kinds that ask something.
    question: Option<(&'a str, &'a str)>,
    subject: Option<&'a str>,
    timestamp: &'a str,
    topic: TopicArn<'a>,
    version: Version,
    signature: &'a str,
    certificate_url: &'a str,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}, got {got}")]
pub struct FieldError {
    /// The field, in the way that deliveries over HTTP write it.
    pub field: &'static str,
    /// What it must be.
    pub expected: &'static str,
    /// What it is instead.
    pub got: &'static str,
}

impl FieldError {
    /// The reason in the event log.
    pub fn reason(&self) -> Reason {
        let missing = self.got == MISSING;
        match self.field {
            SIGNATURE | VERSION | CERTIFICATE if missing => Reason::SignatureMissing,
            SIGNATURE | VERSION => Reason::SignatureMismatch,
            CERTIFICATE => Reason::CertificateRefused,
            _ => Reason::Malformed,
        }
    }
}

const SIGNATURE: &str = "Signature";
const VERSION: &str = "SignatureVersion";
const CERTIFICATE: &str = "SigningCertURL";
const MISSING: &str = "nothing";

impl<'a> Signed<'a> {
    pub(crate) fn of(envelope: &'a Envelope<'_>) -> Result<Self, FieldError> {
        let any = |_: &str| true;
        // What proves it first: a body without any signature is to be called that.
        let signature = need(SIGNATURE, "a text", &envelope.signature, any)?;
        let version = need(VERSION, "`1` or `2`", &envelope.version, |v| ["1", "2"].contains(&v))?;
        let certificate_url = need(CERTIFICATE, "a text", &envelope.certificate_url, any)?;

        let kind = text("Type", KINDS, &envelope.kind)?;
        let kind: Kind = kind.parse().map_err(|()| wrong("Type", KINDS))?;
        if envelope.claimed_kind.as_deref().is_some_and(|claimed| claimed != kind.as_str()) {
            return Err(FieldError {
                field: "Type",
                expected: "what the header x-amz-sns-message-type says",
                got: "another one",
            });
        }
        let question = match kind {
            Kind::Notification => None,
            Kind::SubscriptionConfirmation | Kind::UnsubscribeConfirmation => Some((
                need("Token", "hexadecimal digits", &envelope.token, shape::is_token)?,
                need("SubscribeURL", "an address", &envelope.subscribe_url, shape::is_address)?,
            )),
        };
        let subject = match &envelope.subject {
            Field::Absent => None,
            // Not signed in the other kinds, and not used.
            _ if kind != Kind::Notification => None,
            subject => Some(need("Subject", "one line", subject, shape::is_line)?),
        };
        let topic = text("TopicArn", TOPIC, &envelope.topic)?;
        Ok(Self {
            kind,
            message: need("Message", "a text", &envelope.message, any)?,
            message_id: need("MessageId", "a UUID", &envelope.message_id, shape::is_uuid)?,
            question,
            subject,
            timestamp: need("Timestamp", "a time in UTC", &envelope.timestamp, shape::is_time)?,
            topic: TopicArn::parse(topic).ok_or_else(|| wrong("TopicArn", TOPIC))?,
            version: if version == "1" { Version::One } else { Version::Two },
            signature,
            certificate_url,
        })
    }

    /// What it carries.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The topic.
    pub const fn topic(&self) -> TopicArn<'a> {
        self.topic
    }

    /// How it is signed.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The signature, in Base64.
    pub const fn signature(&self) -> &'a str {
        self.signature
    }

    /// Where the certificate is said to be. Nothing signs this.
    pub const fn certificate_url(&self) -> &'a str {
        self.certificate_url
    }

    /// The text that is signed: the name and the value of each field that counts, in the order of
    /// their names, each followed by a line feed.
    pub fn string_to_sign(&self) -> String {
        let mut out = String::with_capacity(self.message.len() + 1_024);
        let mut add = |name: &str, value: &str| {
            for part in [name, "\n", value, "\n"] {
                out.push_str(part);
            }
        };
        add("Message", self.message);
        add("MessageId", self.message_id);
        if let Some(subject) = self.subject {
            add("Subject", subject);
        }
        if let Some((_, subscribe_url)) = self.question {
            add("SubscribeURL", subscribe_url);
        }
        add("Timestamp", self.timestamp);
        if let Some((token, _)) = self.question {
            add("Token", token);
        }
        add("TopicArn", self.topic.as_str());
        add("Type", self.kind.as_str());
        out
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const KINDS: &str = "`Notification`, `SubscriptionConfirmation` or `UnsubscribeConfirmation`";
const TOPIC: &str = "a topic's ARN";

/// The text of a field that must be there.
fn text<'a>(
    field: &'static str,
    expected: &'static str,
    value: &'a Field<'_>,
) -> Result<&'a str, FieldError> {
    let got = match value {
        Field::Text(text) => return Ok(text),
        Field::Absent => MISSING,
        Field::Odd => "something that is not a text",
        Field::Twice => "more than one",
    };
    Err(FieldError { field, expected, got })
}

/// The text of a field that must be there and have a form.
fn need<'a>(
    field: &'static str,
    expected: &'static str,
    value: &'a Field<'_>,
    has_form: impl FnOnce(&str) -> bool,
) -> Result<&'a str, FieldError> {
    let text = text(field, expected, value)?;
    if has_form(text) { Ok(text) } else { Err(wrong(field, expected)) }
}

const fn wrong(field: &'static str, expected: &'static str) -> FieldError {
    FieldError { field, expected, got: "another text" }
}
