//! Texts, however they are written.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde_json::Value;
use watchbell_model::trim;

use crate::{Lenient, MapAccess, SeqAccess, Shape};

/// What should be a text, such as a name or an id. A number or a truth value is taken as it is
/// written, so that an id counts the same in quotes and without: integers of 64 bits keep all
/// their digits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text<'a>(
    /// Borrowed from the body where it can be.
    pub Cow<'a, str>,
);

impl Text<'_> {
    /// Without white space around it; none if nothing is left.
    pub fn trimmed(&self) -> Option<&str> {
        Some(trim(&self.0)).filter(|text| !text.is_empty())
    }
}

impl<'de> Shape<'de> for Text<'de> {
    fn from_text(text: Cow<'de, str>) -> Lenient<Self> {
        Lenient::Is(Self(text))
    }

    fn from_scalar(value: &dyn fmt::Display, _: &'static str) -> Lenient<Self> {
        Lenient::Is(Self(Cow::Owned(value.to_string())))
    }
}

/// The value of a label or tag: like [`Text`], and lists and objects as their JSON text, because a
/// label is never worth losing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnyText<'a>(
    /// Borrowed from the body where it can be.
    pub Cow<'a, str>,
);

impl<'de> Shape<'de> for AnyText<'de> {
    fn from_text(text: Cow<'de, str>) -> Lenient<Self> {
        Lenient::Is(Self(text))
    }

    fn from_scalar(value: &dyn fmt::Display, _: &'static str) -> Lenient<Self> {
        Lenient::Is(Self(Cow::Owned(value.to_string())))
    }

    fn from_seq<A: SeqAccess<'de>>(seq: A) -> Result<Lenient<Self>, A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(seq))?;
        Ok(Lenient::Is(Self(Cow::Owned(value.to_string()))))
    }

    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Lenient<Self>, A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Lenient::Is(Self(Cow::Owned(value.to_string()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_texts_their_place() {
        let check = |json: &str, expected: Lenient<&str>| {
            let read: Lenient<Text<'_>> = serde_json::from_str(json).unwrap();
            let read = match &read {
                Lenient::Is(Text(text)) => Lenient::Is(&**text),
                Lenient::Absent => Lenient::Absent,
                Lenient::Odd(kind) => Lenient::Odd(kind),
            };
            assert_eq!(read, expected, "{json}");
        };
        check("\"a\"", Lenient::Is("a"));
        check("\"\\u00e4\"", Lenient::Is("ä"));
        check("18446744073709551615", Lenient::Is("18446744073709551615"));
        check("-9223372036854775808", Lenient::Is("-9223372036854775808"));
        check("1.0", Lenient::Is("1.0"));
        check("false", Lenient::Is("false"));
        check("[]", Lenient::Odd("a list"));
        check("{}", Lenient::Odd("an object"));
        let borrowed: Lenient<Text<'_>> = serde_json::from_str("\"a\"").unwrap();
        assert!(matches!(borrowed, Lenient::Is(Text(Cow::Borrowed("a")))));
    }

    #[test]
    fn a_label_may_be_anything() {
        let read: Vec<Lenient<AnyText<'_>>> =
            serde_json::from_str(r#"["a", 1, true, [1, "b"], {"c": null}, null]"#).unwrap();
        let read: Vec<_> = read.iter().map(|l| l.get().map(|AnyText(text)| &**text)).collect();
        let expected = ["a", "1", "true", "[1,\"b\"]", "{\"c\":null}"].map(Some);
        assert_eq!(read, expected.into_iter().chain([None]).collect::<Vec<_>>());
    }
}
