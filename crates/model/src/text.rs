//! Foreign text made fit to keep: bounded in characters, without NUL.
//!
//! A text that is given as a `String` and fits is kept as it is, without a copy.

use std::borrow::Cow;

/// `text` cut to at most `max` characters, ellipsis included, at a character boundary; NUL, which
/// PostgreSQL cannot store, becomes U+FFFD.
///
/// ```
/// assert_eq!(watchbell_model::cut("abcdef", 4), "abc…");
/// assert_eq!(watchbell_model::cut("abcd", 4), "abcd");
/// assert_eq!(watchbell_model::cut("a\0b", 4), "a\u{fffd}b");
/// ```
pub fn cut<'a>(text: impl Into<Cow<'a, str>>, max: usize) -> String {
    let mut text = text.into();
    if is_longer(&text, max) {
        let mut start: String = text.chars().take(max.saturating_sub(1)).collect();
        start.push('…');
        text = start.into();
    }
    without_nul(text)
}

/// [`cut`] without a copy of a text that fits.
#[inline]
pub(crate) fn fitted(text: &str, max: usize) -> Cow<'_, str> {
    if is_longer(text, max) || has_nul(text.as_bytes()) {
        cut(text, max).into()
    } else {
        text.into()
    }
}

/// Whether `text` has more than `max` characters.
#[inline]
pub(crate) fn is_longer(text: &str, max: usize) -> bool {
    text.len() > max && text.chars().nth(max).is_some()
}

/// `text` with U+FFFD for each NUL.
#[inline]
pub(crate) fn without_nul(text: Cow<'_, str>) -> String {
    if has_nul(text.as_bytes()) { text.replace('\0', "\u{fffd}") } else { text.into_owned() }
}

/// Whether a byte is 0, eight at a time: what looks for a byte in long texts is slow in short ones,
/// which most are.
#[inline]
fn has_nul(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks();
    let in_word = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080 != 0
    };
    words.iter().any(in_word) || rest.contains(&0)
}

/// `text` without white space at both ends, as [`str::trim`] gives it. What begins and ends with a
/// graphic ASCII character, as nearly all texts do, is seen at once.
#[inline]
pub fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// [`cut`] after trimming white space at both ends.
pub fn clean<'a>(text: impl Into<Cow<'a, str>>, max: usize) -> String {
    let text = text.into();
    let trimmed = trim(&text);
    if trimmed.len() == text.len() { cut(text, max) } else { cut(trimmed, max) }
}

/// [`cut`] for a line that is shown, such as a warning: a control character, a line feed among them,
/// becomes U+FFFD.
///
/// ```
/// assert_eq!(watchbell_model::one_line("a\nb", 10), "a\u{fffd}b");
/// ```
pub fn one_line(text: &str, max: usize) -> String {
    cut(text, max).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// [`clean`], with nothing for an absent or blank text.
pub fn clean_opt<'a>(text: Option<impl Into<Cow<'a, str>>>, max: usize) -> Option<String> {
    text.map(|t| clean(t, max)).filter(|t| !t.is_empty())
}

/// Whether `text` is an absolute http or https address with a host, without white space or control
/// characters: what a browser opens when somebody clicks on it, and nothing else.
///
/// ```
/// use watchbell_model::is_http_url;
/// assert!(is_http_url("https://grafana.example.com/d/x?y#z") && is_http_url("HTTP://[::1]:9090/"));
/// assert!(!is_http_url("javascript:alert(1)//://") && !is_http_url("http://:80"));
/// ```
pub fn is_http_url(text: &str) -> bool {
    let behind = |scheme: &str| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        (start == scheme || start.eq_ignore_ascii_case(scheme)).then_some(rest)
    };
    let Some(rest) = behind("https://").or_else(|| behind("http://")) else {
        return false;
    };
    let ends_host = |byte: u8| matches!(byte, b'/' | b'?' | b'#');
    let host = rest.bytes().position(ends_host).map_or(rest, |end| rest.split_at(end).0);
    let host = host.rfind('@').map_or(host, |user| host.split_at(user + 1).1);
    let is_clean = is_graphic(text.as_bytes())
        || !text.contains(|c: char| c.is_whitespace() || c.is_control());
    is_clean && !host.is_empty() && !host.starts_with(':')
}

/// Whether all are graphic characters of ASCII, sixteen at a time.
fn is_graphic(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<16>();
    let in_block =
        |block: &[u8; 16]| block.iter().fold(true, |all, byte| all & byte.is_ascii_graphic());
    blocks.iter().all(in_block) && rest.iter().all(u8::is_ascii_graphic)
}

/// An error and what caused it, in one line: for the log, and for the person at a terminal. Never
/// for an answer.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Errors of other people often repeat their cause.
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_replaced_wherever_it_is() {
        let check = |text: &str, expected: &str| assert_eq!(cut(text, 100), expected);
        for at in 0..20 {
            let (before, after) = ("\u{1}".repeat(at), "\u{80}".repeat(19 - at));
            check(&format!("{before}\0{after}"), &format!("{before}\u{fffd}{after}"));
        }
        check(
            "\u{1}\u{100}\u{7f}\u{80}\u{ffff}abcdefgh",
            "\u{1}\u{100}\u{7f}\u{80}\u{ffff}abcdefgh",
        );
        check("", "");
    }

    #[test]
    fn only_links_that_a_browser_opens_pass() {
        for url in ["http://a", "HTTPS://a.example:8443/x?y#z", "https://u:p@[::1]:9090/x#y"] {
            assert!(is_http_url(url), "{url}");
        }
        let wrong = [
            "",
            "a.example",
            "/x",
            "//a",
            "http:/a",
            "http://",
            "http:///x",
            "http://:80",
            "http://u@",
            "ftp://a",
            "javascript:alert(1)",
            "javascript:alert(1)//://",
            "http://a b",
            "http://a\n",
            " http://a",
        ];
        for url in wrong {
            assert!(!is_http_url(url), "{url}");
        }
    }
}
