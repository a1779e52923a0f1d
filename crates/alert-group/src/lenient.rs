//! Reading values that may have another type than documented, without losing the rest of the body.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// A value that should be a `T`.
#[derive(Debug, Default)]
pub(crate) enum Lenient<T> {
    /// Not there, or `null`.
    #[default]
    Absent,
    /// As documented.
    Is(T),
    /// Something else, named for people.
    Odd(&'static str),
}

/// What can be read leniently: says which kinds of JSON values it takes.
pub(crate) trait Shape<'de>: Sized {
    fn from_text(_: Cow<'de, str>) -> Lenient<Self> {
        Lenient::Odd("a text")
    }

    /// `kind` names a number or a truth value for people; `value` is its text.
    fn from_scalar(_value: &dyn fmt::Display, kind: &'static str) -> Lenient<Self> {
        Lenient::Odd(kind)
    }

    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Lenient<Self>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lenient::Odd("a list"))
    }

    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Lenient<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Lenient::Odd("an object"))
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LenientVisitor(PhantomData))
    }
}

struct LenientVisitor<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Visitor<'de> for LenientVisitor<T> {
    type Value = Lenient<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Lenient::Absent)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(T::from_text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::from_text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(T::from_scalar(&value, "a truth value"))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(T::from_scalar(&value, "a number"))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(T::from_scalar(&value, "a number"))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        // JSON's own way to write it: `1.0` stays `1.0`.
        let number = Number::from_f64(value).map_or(Value::Null, Value::Number);
        Ok(T::from_scalar(&number, "a number"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        T::from_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::from_map(map)
    }
}

/// A field that should be a text; numbers and truth values are taken as they are written.
#[derive(Debug)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de> Shape<'de> for Text<'de> {
    fn from_text(text: Cow<'de, str>) -> Lenient<Self> {
        Lenient::Is(Self(text))
    }

    fn from_scalar(value: &dyn fmt::Display, _: &'static str) -> Lenient<Self> {
        Lenient::Is(Self(Cow::Owned(value.to_string())))
    }
}

/// The value of a label or annotation: like [`Text`], and lists and objects as their JSON text,
/// because a label is never worth losing.
#[derive(Debug)]
pub(crate) struct LabelText<'a>(pub(crate) Cow<'a, str>);

impl<'de> Shape<'de> for LabelText<'de> {
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
