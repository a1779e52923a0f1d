//! Halves of surrogate pairs, which no text of Rust can hold.

/// `json` with U+FFFD in place of each half of a surrogate pair; none if there is none. A sender
/// that counts in UTF-16 and cuts its texts makes such halves, and a body that cannot be read for
/// it is worth one more try.
///
/// ```
/// use watchbell_wire::mended;
/// assert_eq!(mended(r#"["cut \ud83d"]"#).as_deref(), Some(r#"["cut \ufffd"]"#));
/// assert_eq!(mended(r#"["whole \ud83d\udd14"]"#), None);
/// ```
pub fn mended(json: &str) -> Option<String> {
    let mut out = String::with_capacity(json.len());
    let mut any = false;
    let mut rest = json;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        let (length, is_half) = measure(escape);
        let (escape, after) = escape.split_at_checked(length)?;
        if is_half {
            out.push_str("\\ufffd");
            any = true;
        } else {
            out.push('\\');
            out.push_str(escape);
        }
        rest = after;
    }
    out.push_str(rest);
    any.then_some(out)
}

/// How many bytes belong to the escape behind a backslash, and whether it is half of a pair.
fn measure(escape: &str) -> (usize, bool) {
    const UNIT: usize = "ud83d".len();
    const PAIR: usize = "ud83d\\udd14".len();
    match unit(escape) {
        Some(0xd800..=0xdbff) => {
            let second = escape.get(UNIT..).and_then(|after| after.strip_prefix('\\'));
            match second.and_then(unit) {
                Some(0xdc00..=0xdfff) => (PAIR, false),
                _ => (UNIT, true),
            }
        }
        Some(0xdc00..=0xdfff) => (UNIT, true),
        Some(_) => (UNIT, false),
        None => (escape.chars().next().map_or(0, char::len_utf8), false),
    }
}

/// The UTF-16 unit that `u` and four digits stand for.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix('u')?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_mended_and_nothing_else_is_touched() {
        let check = |json: &str, expected: Option<&str>| {
            assert_eq!(mended(json).as_deref(), expected, "{json}");
        };
        check(r#""\ud83d""#, Some(r#""\ufffd""#));
        check(r#""\uDD14 a""#, Some(r#""\ufffd a""#));
        check(r#""\ud83d\ud83d\udd14\udd14""#, Some(r#""\ufffd\ud83d\udd14\ufffd""#));
        check(r#""\ud83d\n\ud83dx""#, Some(r#""\ufffd\n\ufffdx""#));
        check(r#""\\ud83d \u00e4 \ud83d\udd14""#, None);
        check(r#""\u+83d \ud8ä \u12"#, None);
        check(r#""\"#, None);
        check(r#""\ä""#, None);
        check("", None);
    }
}
