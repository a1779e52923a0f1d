//! A whole body.

use std::borrow::Cow;

use serde_json::error::Category;

use crate::{Lenient, Shape};

/// The text of a body. A wrong byte loses a character, not the alerts.
pub fn text_of_body(body: &[u8]) -> Cow<'_, str> {
    // Once for the whole body is faster than text by text.
    match str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(body),
    }
}

/// The `T` in this JSON text.
///
/// ```
/// use watchbell_wire::{List, Text, parse};
/// assert!(parse::<List<Text<'_>, 3>>("[1]").is_ok());
/// assert_eq!(parse::<List<Text<'_>, 3>>("{}").unwrap_err(), "an object");
/// assert_eq!(parse::<List<Text<'_>, 3>>(" ").unwrap_err(), "an empty body");
/// ```
///
/// # Errors
/// What it is instead, for people.
pub fn parse<'a, T: Shape<'a>>(text: &'a str) -> Result<T, String> {
    Err(match serde_json::from_str(text) {
        Ok(Lenient::Is(value)) => return Ok(value),
        Ok(Lenient::Odd(kind)) => kind.to_owned(),
        Ok(Lenient::Absent) => "null".to_owned(),
        Err(_) if text.trim().is_empty() => "an empty body".to_owned(),
        Err(error) if error.classify() == Category::Eof => {
            format!("JSON that is cut off ({error})")
        }
        Err(error) => format!("something that is not JSON ({error})"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::List;

    #[test]
    fn what_it_is_instead_is_named() {
        struct Nothing;
        impl Shape<'_> for Nothing {}
        let check = |text: &str, expected: &str| {
            let got = parse::<List<Nothing, 1>>(text).map(|list| list.found).unwrap_err();
            assert!(got.starts_with(expected), "{text}: {got}");
        };
        check("", "an empty body");
        check("null", "null");
        check("1", "a number");
        check("[1", "JSON that is cut off (");
        check("[1]x", "something that is not JSON (");
        check("title=x", "something that is not JSON (");
    }

    #[test]
    fn a_wrong_byte_loses_a_character() {
        assert_eq!(text_of_body(b"[\"a\xffb\"]"), "[\"a\u{fffd}b\"]");
        assert!(matches!(text_of_body(b"[]"), Cow::Borrowed("[]")));
    }
}
