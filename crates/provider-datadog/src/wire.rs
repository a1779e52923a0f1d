//! The payload as it is sent: JSON with names of the author's choice, or the same as a form.

use std::borrow::Cow;
use std::fmt;

use watchbell_model::{cut, one_line};
use watchbell_provider::ReadError;
use watchbell_wire::{IgnoredAny, Lenient, MapAccess, Name, SeqAccess, Shape, Text, Warnings};

use crate::TEMPLATE;
use crate::fields::Fields;

/// A payload.
#[derive(Debug, Default)]
pub(crate) struct Body<'a> {
    pub(crate) fields: Fields<'a>,
    pub(crate) warnings: Warnings,
}

/// A value; several of them are as good as one with commas.
struct Value<'a>(Cow<'a, str>);

impl<'de> Shape<'de> for Value<'de> {
    fn from_text(text: Cow<'de, str>) -> Lenient<Self> {
        Lenient::Is(Self(text))
    }

    fn from_scalar(value: &dyn fmt::Display, _: &'static str) -> Lenient<Self> {
        Lenient::Is(Self(Cow::Owned(value.to_string())))
    }

    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Lenient<Self>, A::Error> {
        let mut joined = String::new();
        while let Some(entry) = seq.next_element::<Lenient<Text<'_>>>()? {
            if let Lenient::Is(Text(entry)) = entry {
                if !joined.is_empty() {
                    joined.push(',');
                }
                joined.push_str(&entry);
            }
        }
        Ok(Lenient::Is(Self(Cow::Owned(joined))))
    }
}

watchbell_wire::object! {
    /// The organization in the default payload.
    #[derive(Debug, Default)]
    struct Org<'a> {
        id: Text<'a> = "id",
        name: Text<'a> = "name",
    }
}

impl<'de> Shape<'de> for Body<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Lenient<Self>, A::Error> {
        let mut body = Self::default();
        while let Some(name) = map.next_key::<Name<'_>>()? {
            let name = name.as_str();
            if name == "org" {
                let org: Lenient<Org<'_>> = map.next_value()?;
                if let Some(org) = org.known("an object", &mut body.warnings, || "org".to_owned()) {
                    body.offer("org.id", org.id.ok().map(|Text(text)| text));
                    body.offer("org.name", org.name.ok().map(|Text(text)| text));
                }
            } else if Fields::knows(name) {
                let value: Lenient<Value<'_>> = map.next_value()?;
                let value = value.known("a text", &mut body.warnings, || one_line(name, 64));
                body.offer(name, value.map(|Value(text)| text));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Lenient::Is(body))
    }
}

impl<'a> Body<'a> {
    fn offer(&mut self, name: &str, text: Option<Cow<'a, str>>) {
        // A name without a value still says whose payload it is.
        self.fields.offer(name, text.unwrap_or_default());
    }

    /// The names and values of a form.
    fn of_form(text: &'a str) -> Self {
        let mut body = Self::default();
        for (name, value) in form_urlencoded::parse(text.trim().as_bytes()) {
            // A form has no objects: they come as their JSON.
            let org = Some(&value).filter(|_| name == "org");
            if let Some(Ok(org)) = org.map(|json| serde_json::from_str::<Lenient<Org<'_>>>(json)) {
                let org = org.ok().unwrap_or_default();
                let own = |text: Lenient<Text<'_>>| text.ok().map(|t| t.0.into_owned().into());
                body.offer("org.id", own(org.id));
                body.offer("org.name", own(org.name));
            }
            body.offer(&name, Some(value));
        }
        body
    }
}

/// The payload in this text, whatever its content type says.
pub(crate) fn parse(text: &str) -> Result<Body<'_>, ReadError> {
    let got = match watchbell_wire::parse::<Body<'_>>(text) {
        Ok(body) if body.fields.is_datadog => return Ok(body),
        Ok(_) => "an object without one of Datadog's own names".to_owned(),
        Err(got) if looks_like_a_form(text) => {
            let body = Body::of_form(text);
            if body.fields.is_datadog {
                return Ok(body);
            }
            got
        }
        Err(got) => got,
    };
    Err(malformed(&got))
}

/// Whether it is a form rather than broken JSON.
fn looks_like_a_form(text: &str) -> bool {
    let text = text.trim_start();
    !text.starts_with(['{', '[', '"']) && text.contains('=')
}

/// Not a payload that can be read; says what to paste into Datadog.
pub(crate) fn malformed(got: &str) -> ReadError {
    let template: String = TEMPLATE.lines().map(str::trim).collect();
    let expected = format!(
        "a monitor's webhook with the payload of the guide, every variable in quotes: {template}"
    );
    ReadError::malformed(expected, cut(got, 100))
}
