//! Exceptions and their stacks.

use serde_json::Value;

use crate::read::{Cutting, count, field};
use crate::{Exception, Frame, LINES_AROUND, Line, MAX_EXCEPTIONS, MAX_FRAMES};

/// The most characters of names, of files, of what an exception says, and of a line of a source.
const MAX_NAME: usize = 200;
const MAX_FILE: usize = 300;
const MAX_VALUE: usize = 2_000;
const MAX_LINE: usize = 200;

/// What was raised, and whether there was more of it than is kept.
#[derive(Debug, Default)]
pub(crate) struct Raised {
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) more: bool,
    pub(crate) more_frames: bool,
}

/// The exceptions of a webhook's or the API's list, the one that was reported first: there it is the
/// last.
pub(crate) fn raised(values: &[Value], cutting: &mut Cutting) -> Raised {
    let mut raised = Raised::default();
    for value in values.iter().rev().filter(|value| value.is_object()) {
        if raised.exceptions.len() == MAX_EXCEPTIONS {
            raised.more = true;
            break;
        }
        let (frames, more) = frames(field(value, &["stacktrace"]), cutting);
        raised.more_frames |= more;
        let mechanism = value.get("mechanism");
        let of_mechanism = |name: &str| mechanism.and_then(|mechanism| mechanism.get(name));
        raised.exceptions.push(Exception {
            kind: cutting.text(value.get("type"), MAX_NAME),
            value: cutting.text(value.get("value"), MAX_VALUE),
            module: cutting.text(value.get("module"), MAX_NAME),
            mechanism: cutting.text(of_mechanism("type"), MAX_NAME),
            handled: of_mechanism("handled").and_then(Value::as_bool),
            frames,
        });
    }
    raised
}

/// A stack that belongs to no exception, as one without a type.
pub(crate) fn bare(stacktrace: &Value, cutting: &mut Cutting) -> Raised {
    let (frames, more_frames) = frames(Some(stacktrace), cutting);
    let exception = Exception { frames, ..Exception::default() };
    let exceptions = if exception.frames.is_empty() { Vec::new() } else { vec![exception] };
    Raised { exceptions, more: false, more_frames }
}

/// The frames that are kept, where it happened first.
fn frames(stacktrace: Option<&Value>, cutting: &mut Cutting) -> (Vec<Frame>, bool) {
    let Some(stacktrace) = stacktrace else { return (Vec::new(), false) };
    let all = stacktrace.get("frames").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    // Sentry itself leaves some out of very deep stacks.
    let mut more = field(stacktrace, &["framesOmitted", "frames_omitted"]).is_some();
    let frames: Vec<&Value> = all.iter().rev().filter(|frame| frame.is_object()).collect();
    more |= frames.len() > MAX_FRAMES;
    let kept = chosen(&frames, MAX_FRAMES, |frame| in_app(frame));
    (kept.into_iter().map(|value| frame(value, cutting)).collect(), more)
}

/// At most `most` of `frames`, in their order: the first one, where it happened, then the application's
/// own, then the others, those nearest the failure before the rest.
pub(crate) fn chosen<T: Clone>(frames: &[T], most: usize, own: impl Fn(&T) -> bool) -> Vec<T> {
    if frames.len() <= most {
        return frames.to_vec();
    }
    let mut by_worth: Vec<usize> = (0..frames.len()).collect();
    by_worth.sort_by_key(|place| {
        let is_own = frames.get(*place).is_some_and(&own);
        (*place != 0, !is_own, *place)
    });
    by_worth.truncate(most);
    by_worth.sort_unstable();
    by_worth.into_iter().filter_map(|place| frames.get(place).cloned()).collect()
}

fn in_app(frame: &Value) -> bool {
    field(frame, &["in_app", "inApp"]).and_then(Value::as_bool) == Some(true)
}

fn frame(value: &Value, cutting: &mut Cutting) -> Frame {
    let line = count(field(value, &["lineno", "lineNo"]));
    let file = cutting.text(value.get("filename"), MAX_FILE);
    let path = cutting.text(field(value, &["abs_path", "absPath"]), MAX_FILE);
    Frame {
        path: path.filter(|path| file.as_ref() != Some(path)),
        file,
        module: cutting.text(value.get("module"), MAX_NAME),
        function: cutting.text(value.get("function"), MAX_NAME),
        line,
        column: count(field(value, &["colno", "colNo"])),
        in_app: in_app(value),
        source: line.map_or_else(Vec::new, |line| source(value, line, cutting)),
    }
}

/// The lines around the one that a frame is at.
fn source(frame: &Value, at: u64, cutting: &mut Cutting) -> Vec<Line> {
    let near = |number: u64| number.abs_diff(at) <= LINES_AROUND;
    let numbered: Vec<(u64, &str)> = match frame.get("context").and_then(Value::as_array) {
        Some(lines) => lines.iter().filter_map(numbered).collect(),
        None => around(frame, at),
    };
    let lines = numbered.into_iter().filter(|(number, _)| near(*number)).take(MOST_LINES);
    lines
        .map(|(number, text)| Line { number, text: cutting.short(text.trim_end(), MAX_LINE) })
        .collect()
}

/// However often a number is said.
const MOST_LINES: usize = 1 + 2 * 2;

/// As the API writes it: number and text.
fn numbered(line: &Value) -> Option<(u64, &str)> {
    let number = line.get(0)?.as_u64()?;
    Some((number, line.get(1)?.as_str().unwrap_or_default()))
}

/// As webhooks write it: the lines before, the line, the lines after.
fn around(frame: &Value, at: u64) -> Vec<(u64, &str)> {
    let Some(line) = frame.get("context_line").and_then(Value::as_str) else { return Vec::new() };
    let texts = |name: &str| -> Vec<&str> {
        let lines = frame.get(name).and_then(Value::as_array);
        lines.into_iter().flatten().map(|line| line.as_str().unwrap_or_default()).collect()
    };
    let before = texts("pre_context");
    let before = before.into_iter().rev().zip(1..).map(|(text, back)| (at.checked_sub(back), text));
    let mut lines: Vec<_> = before.filter_map(|(number, text)| Some((number?, text))).collect();
    lines.retain(|(number, _)| *number > 0);
    lines.reverse();
    lines.push((at, line));
    let after = texts("post_context").into_iter().zip(1..);
    lines.extend(after.map(|(text, on)| (at.saturating_add(on), text)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_frames_and_those_nearest_the_failure_stay() {
        // Nearest the failure first; the own ones are far away.
        let frames: Vec<u32> = (0..10).collect();
        let own = |frame: &u32| *frame >= 8;
        assert_eq!(chosen(&frames, 10, own), frames);
        assert_eq!(chosen(&frames, 4, own), [0, 1, 8, 9]);
        assert_eq!(chosen(&frames, 2, own), [0, 8]);
        assert_eq!(chosen(&frames, 1, own), [0]);
        assert_eq!(chosen(&frames, 0, own), Vec::<u32>::new());
    }
}
