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
    if out.contains('\0') {
        out = out.replace('\0', "\u{fffd}");
    }
    out
}

/// [`cut`] after trimming white space at both ends.
pub fn clean(text: &str, max: usize) -> String {
    cut(text.trim(), max)
}

/// [`clean`], with nothing for an absent or blank text.
pub fn clean_opt(text: Option<&str>, max: usize) -> Option<String> {
    text.map(|t| clean(t, max)).filter(|t| !t.is_empty())
}
