//! The fields of a body whose author should see every mistake at once.

use std::borrow::Cow;
use std::fmt::Display;

use watchbell_model::{clean, one_line};
use watchbell_provider::Problems;
use watchbell_wire::{Lenient, Shape};

/// A text, and nothing that only looks like one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exact<'a>(pub(crate) Cow<'a, str>);

impl<'de> Shape<'de> for Exact<'de> {
    fn from_text(text: Cow<'de, str>) -> Lenient<Self> {
        Lenient::Is(Self(text))
    }
}

/// The text of a field, trimmed; none if it is absent, blank or, with a problem, no text. `null`
/// counts as absent.
pub(crate) fn text<'a>(
    field: &'a Lenient<Exact<'_>>,
    path: impl Display,
    problems: &mut Problems,
) -> Option<&'a str> {
    match field {
        Lenient::Absent => None,
        Lenient::Odd(kind) => {
            problems.add(path.to_string(), "a text", *kind);
            None
        }
        Lenient::Is(Exact(text)) if text.contains('\0') => {
            problems.add(path.to_string(), "a text without NUL", "a text with NUL");
            None
        }
        Lenient::Is(Exact(text)) => Some(text.trim()).filter(|text| !text.is_empty()),
    }
}

/// The same, of at most so many characters.
pub(crate) fn bounded(
    field: &Lenient<Exact<'_>>,
    path: impl Display,
    max: usize,
    problems: &mut Problems,
) -> Option<String> {
    let text = text(field, &path, problems)?;
    if text.chars().nth(max).is_some() {
        let got = format!("{} characters", text.chars().count());
        problems.add(path.to_string(), format!("a text of at most {max} characters"), got);
        return None;
    }
    Some(text.to_owned())
}

/// The same, which must be there.
pub(crate) fn required(
    field: &Lenient<Exact<'_>>,
    path: impl Display,
    max: usize,
    problems: &mut Problems,
) -> Option<String> {
    let expected = || format!("a text of 1 to {max} characters");
    match field {
        Lenient::Absent => {
            problems.add(path.to_string(), expected(), "nothing");
            None
        }
        Lenient::Is(Exact(text)) if text.trim().is_empty() => {
            problems.add(path.to_string(), expected(), "an empty text");
            None
        }
        _ => bounded(field, path, max, problems),
    }
}

/// A text that is cut where it is too long.
pub(crate) fn cut(
    field: &Lenient<Exact<'_>>,
    path: impl Display,
    max: usize,
    problems: &mut Problems,
) -> Option<String> {
    text(field, path, problems).map(|text| clean(text, max))
}

/// A value, for a problem.
pub(crate) fn shown(text: &str) -> String {
    format!("\"{}\"", one_line(text, 60))
}
