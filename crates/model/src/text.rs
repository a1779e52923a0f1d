//! Foreign text made fit to keep: bounded in characters, without NUL.

/// `text` cut to at most `max` characters, ellipsis included, at a character boundary; NUL, which
/// PostgreSQL cannot store, becomes U+FFFD.
///
/// ```
/// assert_eq!(watchbell_model::cut("abcdef", 4), "abc…");
/// assert_eq!(watchbell_model::cut("abcd", 4), "abcd");
/// assert_eq!(watchbell_model::cut("a\0b", 4), "a\u{fffd}b");
/// ```
pub fn cut(text: &str, max: usize) -> String {
    let long = text.len() > max && text.chars().nth(max).is_some();
    let mut out = if long {
        let mut out: String = text.chars().take(max.saturating_sub(1)).collect();
        out.push('…');
        out
    } else {
        text.to_owned()
    };
    // Of bytes, which is faster than to look for a character.
    if out.as_bytes().contains(&0) {
        out = out.replace('\0', "\u{fffd}");
    }
    out
}

/// [`cut`] after trimming white space at both ends.
pub fn clean(text: &str, max: usize) -> String {
    cut(text.trim(), max)
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
pub fn clean_opt(text: Option<&str>, max: usize) -> Option<String> {
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
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    let Some(rest) = behind("https://").or_else(|| behind("http://")) else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = host.rsplit('@').next().unwrap_or(host);
    let clean = if text.is_ascii() {
        text.bytes().all(|byte| byte.is_ascii_graphic())
    } else {
        !text.contains(|c: char| c.is_whitespace() || c.is_control())
    };
    clean && !host.is_empty() && !host.starts_with(':')
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
