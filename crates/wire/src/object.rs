//! Objects: a macro, because every field of every sender's object is read in the same way.

use std::borrow::Cow;

use serde::Deserialize;

/// Makes a struct of an object's fields, each a [`Lenient`](crate::Lenient), and its
/// [`Shape`](crate::Shape). What stands behind `=` are the field's names in JSON; where several
/// are there, or one twice, the last one counts. Other names are skipped.
///
/// Unlike a derived reader, a field that is there twice or has another type does not lose the
/// fields beside it.
///
/// ```
/// watchbell_wire::object! {
///     /// What they send.
///     #[derive(Debug, Default)]
///     pub struct Body<'a> {
///         /// Its name.
///         pub name: watchbell_wire::Text<'a> = "name" | "title",
///         /// Its states.
///         pub states: watchbell_wire::List<watchbell_wire::Text<'a>, 10> = "states",
///     }
/// }
/// let body: Body<'_> = watchbell_wire::parse(r#"{"x": 1, "title": "Disk", "states": {}}"#).unwrap();
/// assert_eq!(body.name.get().unwrap().0, "Disk");
/// assert_eq!(body.states, watchbell_wire::Lenient::Odd("an object"));
/// ```
#[macro_export]
macro_rules! object {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident<$life:lifetime> {
            $(
                $(#[$field_meta:meta])*
                $field_vis:vis $field:ident: $type:ty = $($key:literal)|+
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        $vis struct $name<$life> {
            $(
                $(#[$field_meta])*
                $field_vis $field: $crate::Lenient<$type>,
            )*
        }

        impl<$life> $crate::Shape<$life> for $name<$life> {
            fn from_map<A: $crate::MapAccess<$life>>(
                mut map: A,
            ) -> ::core::result::Result<$crate::Lenient<Self>, A::Error> {
                let mut object = Self::default();
                while let Some(key) = map.next_key::<$crate::Name<'_>>()? {
                    match key.as_str() {
                        $($($key)|+ => object.$field = map.next_value()?,)*
                        _ => _ = map.next_value::<$crate::IgnoredAny>()?,
                    }
                }
                Ok($crate::Lenient::Is(object))
            }
        }
    };
}

/// The name of an object's field, borrowed from the body where it can be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Name<'a> {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, as long as the body lives.
    pub fn into_cow(self) -> Cow<'a, str> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use crate::{Lenient, Text, parse};

    object! {
        #[derive(Debug, Default)]
        struct Two<'a> {
            a: Text<'a> = "a" | "A",
            inner: Inner<'a> = "in",
        }
    }

    object! {
        #[derive(Debug, Default)]
        struct Inner<'a> {
            b: Text<'a> = "b",
        }
    }

    #[test]
    fn one_odd_field_costs_nothing_else() {
        let check = |json: &str, a: Option<&str>, b: Option<&str>| {
            let two: Two<'_> = parse(json).unwrap();
            assert_eq!(two.a.get().map(|text| &*text.0), a, "{json}");
            let inner = two.inner.get();
            assert_eq!(inner.and_then(|i| i.b.get()).map(|text| &*text.0), b, "{json}");
        };
        check(r#"{"a": "x", "in": {"b": "y"}}"#, Some("x"), Some("y"));
        check(r#"{"a": [], "in": {"c": [1], "b": "y"}}"#, None, Some("y"));
        check(r#"{"a": 1, "A": 2, "in": null}"#, Some("2"), None);
        check(r#"{"a": 1, "a": 2, "in": "b"}"#, Some("2"), None);
        check(r#"{"\u0061": "escaped"}"#, Some("escaped"), None);
        check("{}", None, None);
        let odd: Lenient<Two<'_>> = serde_json::from_str("[{}]").unwrap();
        assert!(matches!(odd, Lenient::Odd("a list")));
    }
}
