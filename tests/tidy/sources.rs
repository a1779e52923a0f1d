//! How long a file may be, and what may not stand in it.

use crate::checkout::{FILES, none};

/// The most lines of a file.
const MAX_LINES: usize = 800;
/// The most lines of nine files in ten.
const MAX_P90_LINES: usize = 400;

/// What is unfinished, or was only meant for a moment. In two parts, so that this list is not found.
const UNFINISHED: &[(&str, &str)] =
    &[("#[ig", "nore"), ("to", "do!"), ("unimpl", "emented!"), ("db", "g!("), ("FIX", "ME")];

/// Where people keep their own things. In two parts for the same reason.
const HOMES: &[(&str, &str)] = &[("/ho", "me/"), ("/ro", "ot/"), ("/Us", "ers/")];

/// Letting time pass, in two parts for the same reason.
const SLEEP: &str = concat!("sle", "ep(");

/// The one file of tests that may let time pass: it asks again and again until a fact is there.
const POLLING_HELPER: &str = "tests/e2e/support/waiting.rs";

/// What stands in for a service that cannot be had, and is as slow as that when a test wants it.
const STAND_INS: &str = "tests/stand-ins/";

fn whole(parts: &[(&str, &str)]) -> Vec<String> {
    parts.iter().map(|(start, end)| format!("{start}{end}")).collect()
}

#[test]
fn files_stay_short() {
    let rust = FILES.iter().filter(|file| file.is_rust());
    let mut lengths: Vec<_> = rust.map(|file| (file.lines().count(), &file.path)).collect();
    assert!(lengths.len() > 50, "the sources were found");
    lengths.sort_unstable();
    let (p90, _) = lengths[lengths.len() * 9 / 10];
    assert!(p90 <= MAX_P90_LINES, "one file in ten has more than {p90} lines");
    let long = lengths.iter().filter(|(lines, _)| *lines > MAX_LINES);
    let long: Vec<_> = long.map(|(lines, path)| format!("{path} has {lines} lines")).collect();
    none(&format!("a file has at most {MAX_LINES} lines"), &long);
}

#[test]
fn nothing_is_left_unfinished() {
    let unfinished = whole(UNFINISHED);
    let mut broken = Vec::new();
    for file in FILES.iter().filter(|file| file.is_rust()) {
        for (number, line) in file.lines() {
            let found = unfinished.iter().find(|text| says(line, text));
            broken.extend(found.map(|text| format!("{}:{number} has {text}", file.path)));
        }
    }
    none("no test is left out and no code is left open; open points are `TODO(#issue)`", &broken);
}

#[test]
fn tests_wait_for_facts_and_do_not_sleep() {
    let mut broken = Vec::new();
    let may = |path: &str| path == POLLING_HELPER || path.starts_with(STAND_INS);
    for file in FILES.iter().filter(|file| file.is_rust() && !may(&file.path)) {
        let sleeping = file.test_code().filter(|(_, line)| says(line, SLEEP));
        broken.extend(sleeping.map(|(number, _)| format!("{}:{number} sleeps", file.path)));
    }
    none(&format!("a test waits for a fact, by {POLLING_HELPER}"), &broken);
}

#[test]
fn no_file_names_a_place_on_somebodys_machine() {
    let homes = whole(HOMES);
    let mut broken = Vec::new();
    for file in FILES.iter() {
        for (number, line) in file.lines() {
            if let Some(home) = homes.iter().find(|home| says(line, home)) {
                broken.push(format!("{}:{number} has {home}", file.path));
            }
        }
    }
    none("paths are relative to the checkout", &broken);
}

/// What pages are made of, without their words.
const PAGES: &str = "crates/api/src/ui";
/// Where in it a sentence may stand: what is wrong with the server is said in its log, and to clients of
/// every kind.
const OWN_TROUBLE: &[&str] =
    &["unavailable(", "ErrorServiceUnavailable(", "tracing::", "reason = "];

#[test]
fn what_pages_say_stands_in_one_place() {
    let mut broken = Vec::new();
    for file in FILES.iter().filter(|file| file.is_rust() && file.path.starts_with(PAGES)) {
        let code = file.lines().take_while(|(_, line)| !line.contains("#[cfg(test)]"));
        for (number, line) in code {
            let is_code = !line.trim_start().starts_with("//");
            let may = OWN_TROUBLE.iter().any(|place| line.contains(place));
            if is_code && !may && line.split('"').skip(1).step_by(2).any(is_prose) {
                broken.push(format!("{}:{number} has {}", file.path, line.trim()));
            }
        }
    }
    none("what pages say stands in crates/web/src/text, so that it can be translated", &broken);
}

/// Whether two words of small letters stand beside each other.
fn is_prose(text: &str) -> bool {
    let is_word =
        |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let words: Vec<_> = text.split(' ').map(|word| is_word(&word)).collect();
    words.windows(2).any(|two| two == [true, true])
}

/// Whether `line` says `text` and not as the end of a longer word.
fn says(line: &str, text: &str) -> bool {
    line.match_indices(text).any(|(at, _)| {
        let before = line.get(..at).and_then(|start| start.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}
