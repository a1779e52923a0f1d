//! A value that may have another type than documented, without losing the rest of the body.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::Warnings;

/// A value that should be a `T`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Lenient<T> {
    /// Not there, or `null`.
    #[default]
    Absent,
    /// As documented.
    Is(T),
    /// Something else, named for people: `a text`, `a number`, `a truth value`, `a list`, `an
    /// object`.
    Odd(&'static str),
}

impl<T> Lenient<T> {
    /// The value; none if it is absent or, with a warning, of a wrong type. `expected` and `path`
    /// are for the warning: what it should be (`a text`), and where.
    ///
    /// ```
    /// use watchbell_wire::{Lenient, Text, Warnings};
    /// let mut warnings = Warnings::default();
    /// let odd: Lenient<Text<'_>> = Lenient::Odd("a list");
    /// assert!(odd.known("a text", &mut warnings, || "alerts[2].status".to_owned()).is_none());
    /// assert_eq!(warnings.into_list(), ["alerts[2].status is a list, not a text: not used"]);
    /// ```
    pub fn known(
        self,
        expected: &str,
        warnings: &mut Warnings,
        path: impl FnOnce() -> String,
    ) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent => None,
            Self::Odd(kind) => {
                warnings.add(|| format!("{} is {kind}, not {expected}: not used", path()));
                None
            }
        }
    }

    /// What `make` makes of the value, if it is as documented.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Lenient<U> {
        match self {
            Self::Is(value) => Lenient::Is(make(value)),
            Self::Absent => Lenient::Absent,
            Self::Odd(kind) => Lenient::Odd(kind),
        }
    }

    /// The value; none if it is absent or of a wrong type, for what nobody would miss.
    pub fn ok(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Odd(_) => None,
        }
    }

    /// The value by reference; none if it is absent or of a wrong type.
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Odd(_) => None,
        }
    }
}

/// What can be read leniently: says which kinds of JSON values it takes. A kind without a method
/// of its own is [`Lenient::Odd`]; `null` is [`Lenient::Absent`] always.
///
/// An object is most easily made with [`object!`](crate::object!).
pub trait Shape<'de>: Sized {
    /// What a text gives. It is borrowed from the body unless it held an escape.
    fn from_text(_: Cow<'de, str>) -> Lenient<Self> {
        Lenient::Odd("a text")
    }

    /// What a number or a truth value gives: `kind` names it for people, `value` is its text. An
    /// integer of 64 bits keeps all its digits; others are written as the nearest `f64`.
    fn from_scalar(_value: &dyn fmt::Display, kind: &'static str) -> Lenient<Self> {
        Lenient::Odd(kind)
    }

    /// What a list gives. It must be read to its end.
    ///
    /// # Errors
    /// The text is no JSON.
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Lenient<Self>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lenient::Odd("a list"))
    }

    /// What an object gives. It must be read to its end.
    ///
    /// # Errors
    /// The text is no JSON.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    #[test]
    fn every_kind_has_its_name_and_nothing_after_it_is_lost() {
        #[derive(Debug, PartialEq, Eq)]
        struct Nothing;
        impl Shape<'_> for Nothing {}
        let check = |json: &str, expected| {
            let list = format!("[{json},\"after\"]");
            let both: (Lenient<Nothing>, Lenient<Text<'_>>) = serde_json::from_str(&list).unwrap();
            assert_eq!(both, (expected, Lenient::Is(Text("after".into()))), "{json}");
        };
        check("null", Lenient::Absent);
        check("\"a\"", Lenient::Odd("a text"));
        check("1", Lenient::Odd("a number"));
        check("-1.5", Lenient::Odd("a number"));
        check("true", Lenient::Odd("a truth value"));
        check("[1,[2]]", Lenient::Odd("a list"));
        check("{\"a\":{\"b\":1}}", Lenient::Odd("an object"));
    }
}
