//! Everything that the program prints, so that people and programs get the same facts.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How often a person hears of what takes long.
const TELL: Duration = Duration::from_secs(2);

/// For whom the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Out {
    /// Aligned text.
    People,
    /// JSON.
    Programs,
}

impl Out {
    /// Prints the result of a command, as text or as JSON.
    pub(crate) fn result(self, value: &Value, text: impl FnOnce() -> String) {
        match self {
            Self::People => line(&text()),
            Self::Programs => line(&format!("{value:#}")),
        }
    }

    /// Prints why a command failed, with its causes, to standard error.
    pub(crate) fn failure(self, code: &str, message: &str, details: &[Value], advice: &[String]) {
        let text = match self {
            Self::People => {
                let mut text = format!("error: {message}");
                for line in advice {
                    text.push_str("\n  ");
                    text.push_str(line);
                }
                text
            }
            Self::Programs => {
                let mut error = serde_json::Map::new();
                error.insert("code".to_owned(), code.into());
                error.insert("message".to_owned(), message.into());
                if !details.is_empty() {
                    error.insert("details".to_owned(), details.into());
                }
                let error = Value::Object(error);
                format!("{:#}", Value::Object([("error".to_owned(), error)].into_iter().collect()))
            }
        };
        note(&text);
    }
}

/// Prints a line, or several, to standard output.
pub(crate) fn line(text: &str) {
    // Nobody reads on (`watchbell … | head`): that is not our trouble.
    drop(writeln!(io::stdout().lock(), "{}", text.trim_end()));
}

/// Prints a line, or several, to standard error: what is not the result.
pub(crate) fn note(text: &str) {
    drop(writeln!(io::stderr().lock(), "{}", text.trim_end()));
}

/// Does `work`, and says every two seconds on standard error that `what` is still going on.
pub(crate) fn patiently<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let started = Instant::now();
            while waiting.recv_timeout(TELL) == Err(RecvTimeoutError::Timeout) {
                note(&format!("{what}: {} s so far", started.elapsed().as_secs()));
            }
        });
        let result = work();
        drop(done);
        result
    })
}

/// Rows in aligned columns under `headers`. Texts keep to one line.
pub(crate) fn table(headers: &[&str], rows: &[Vec<String>]) -> String {
    let headers: Vec<String> = headers.iter().map(|header| header.to_uppercase()).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&headers]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..headers.len()).map(width).collect();
    let mut text = String::new();
    for row in [&headers].into_iter().chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let cell = cell.replace(char::is_control, " ");
            let width = *width;
            let _ = write!(line, "{cell:<width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Names and values, the values aligned; a value may have several lines.
pub(crate) fn facts(facts: &[(&str, String)]) -> String {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in facts {
        for (place, line) in value.lines().enumerate() {
            let name = if place == 0 { name } else { &"" };
            let _ = writeln!(text, "{name:<width$}  {line}");
        }
    }
    text
}

/// `time` to the second, in UTC.
pub(crate) fn time(time: watchbell_model::Timestamp) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_gives_what_the_work_gives_and_ends_with_it() {
        let started = Instant::now();
        assert_eq!(patiently("counting", || 42), 42);
        assert!(started.elapsed() < TELL, "it waited for its own next line");
    }

    #[test]
    fn tables_are_aligned_and_keep_to_one_line_a_row() {
        let rows = vec![
            vec!["SER-00001".to_owned(), "Ä\nb".to_owned()],
            vec!["x".to_owned(), "y".to_owned()],
        ];
        assert_eq!(
            table(&["key", "name"], &rows),
            "KEY        NAME\nSER-00001  Ä b\nx          y\n"
        );
        assert_eq!(
            facts(&[("a", "1\n2".to_owned()), ("bc", "3".to_owned())]),
            "a   1\n    2\nbc  3\n"
        );
    }
}
