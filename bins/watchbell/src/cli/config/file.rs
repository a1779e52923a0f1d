//! A file of configuration as code: from its text to a tree of values, and back.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use serde_saphyr::{Error, MessageFormatter as _, Options, UserMessageFormatter};
use watchbell_control::ControlError;
use watchbell_provider::FieldProblem;

use super::super::{Failure, failed};

/// More than any such file needs: a wrong path must not read a huge one.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// What the file at `path` says; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Value, Failure> {
    let is_input = path.as_os_str() == "-";
    let name = if is_input { "standard input".to_owned() } else { path.display().to_string() };
    let text =
        if is_input { limited(io::stdin().lock()) } else { File::open(path).and_then(limited) };
    let text = text.map_err(|error| failed(&format!("cannot read {name}"), &error))?;
    if u64::try_from(text.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(Failure::Failed(format!("{name} has more than {MAX_BYTES} bytes")));
    }
    parsed(&text).map_err(|error| {
        let (expected, got) = ("YAML".to_owned(), told(&error));
        let path = match error.location() {
            Some(place) => format!("{name}:{}:{}", place.line(), place.column()),
            None => name,
        };
        ControlError::Invalid(vec![FieldProblem { path, expected, got }]).into()
    })
}

/// The text of a file that says `document`.
pub(super) fn write(document: &impl Serialize) -> Result<String, Failure> {
    serde_saphyr::to_string(document)
        .map_err(|error| failed("cannot write the document as YAML", &error))
}

fn limited(from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    from.take(MAX_BYTES.saturating_add(1)).read_to_string(&mut text)?;
    Ok(text)
}

/// What is wrong, without a part of the text, which may be a secret.
fn told(error: &Error) -> String {
    UserMessageFormatter.format_message(error.without_snippet()).into_owned()
}

fn parsed(text: &str) -> Result<Value, Error> {
    let options: Options = serde_saphyr::options! {
        // What stands in the file may be a secret in a wrong place.
        with_snippet: false,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
    };
    serde_saphyr::from_str_with_options(text, options)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_and_json_are_read_as_people_mean_them() {
        let check = |text: &str, expected: Value| assert_eq!(parsed(text).unwrap(), expected);
        check(
            "a: 1\nb: [x, 'yes', yes, true, ~]",
            json!({"a": 1, "b": ["x", "yes", "yes", true, null]}),
        );
        check(r#"{"a": {"b": [1, null]}}"#, json!({"a": {"b": [1, null]}}));
        check("a: 007\nb: 1_000\n1: x", json!({"a": "007", "b": "1_000", "1": "x"}));
        check("a: &one {b: c}\nd: *one", json!({"a": {"b": "c"}, "d": {"b": "c"}}));
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_place_and_without_its_text() {
        let check = |text: &str, expected: &str| {
            let error = parsed(text).unwrap_err();
            let place = error.location().unwrap();
            assert_eq!(format!("{}:{} {}", place.line(), place.column(), told(&error)), expected);
        };
        check("a: 1\na: hunter2", "2:1 duplicate mapping key `a` is not allowed here");
        check("a: [hunter2", "1:4 unclosed bracket '['");
        check("a: 'hunter2", "1:4 unclosed quote");
        check("a: !secret hunter2", "1:12 unsupported tag `!secret`");
        check("a: hunter2: b", "1:11 mapping values are not allowed in this context");
        check("a: *hunter2", "1:4 reference to unknown value");
        check("a: 1\n---\nb: hunter2", "3:1 only single YAML document expected but multiple found");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(texts in prop::collection::vec(any::<String>(), 0..6), key: String) {
            let document = json!({"texts": texts, "by_name": {key: texts}});
            let yaml = write(&document).unwrap_or_else(|_| panic!("it can be written"));
            prop_assert_eq!(parsed(&yaml).unwrap(), document, "{}", yaml);
        }

        #[test]
        fn words_that_look_like_something_else_stay_texts(
            text in "(yes|no|null|~|true|[0-9]{1,4}|0x1F|1e3|[-?:,#&*!|>'\"%@` ]{1,3}|[a-z]: [a-z]| [a-z]\n[a-z] ?)"
        ) {
            let document = json!({"text": text});
            let yaml = write(&document).unwrap_or_else(|_| panic!("it can be written"));
            prop_assert_eq!(parsed(&yaml).unwrap(), document, "{}", yaml);
        }
    }
}
