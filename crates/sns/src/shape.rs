//! What a field's text may look like.

/// Whether `text` is a UUID in its usual form, of any version and case.
pub(crate) fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(|group| {
        let hex = group.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hex { group.len() } else { 0 }
    });
    groups.eq([8, 4, 4, 4, 12])
}

/// Whether `text` is a moment in UTC: `2026-03-06T19:55:38.903Z`, with up to nine decimals.
pub(crate) fn is_time(text: &str) -> bool {
    let Some(text) = text.strip_suffix('Z') else {
        return false;
    };
    let (seconds, decimals) = text.split_once('.').map_or((text, None), |(s, d)| (s, Some(d)));
    let pattern = b"dddd-dd-ddTdd:dd:dd";
    seconds.len() == pattern.len()
        && seconds.bytes().zip(pattern).all(|(byte, want)| match want {
            b'd' => byte.is_ascii_digit(),
            _ => byte == *want,
        })
        && decimals.is_none_or(|d| (1..=9).contains(&d.len()) && is_decimal(d))
}

/// Whether `text` is a token as confirmations carry it: 16 to 1,024 hexadecimal digits.
pub(crate) fn is_token(text: &str) -> bool {
    (16..=1_024).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether `text` has decimal digits only.
pub(crate) fn is_decimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `text` has characters of an address only: visible ASCII.
pub(crate) fn is_address(text: &str) -> bool {
    !text.is_empty() && text.len() <= 4_096 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether `text` is a single line, as a subject is.
pub(crate) fn is_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_takes_what_the_service_sends_and_nothing_else() {
        let check = |is: fn(&str) -> bool, good: &[&str], bad: &[&str]| {
            for text in good {
                assert!(is(text), "{text:?}");
            }
            for text in bad {
                assert!(!is(text), "{text:?}");
            }
        };
        check(
            is_uuid,
            &["c0e5a280-53c9-5a98-93bb-c0a560b3d192", "C0E5A280-53C9-5A98-93BB-C0A560B3D192"],
            &[
                "",
                "c0e5a280-53c9-5a98-93bb-c0a560b3d192\n",
                " c0e5a280-53c9-5a98-93bb-c0a560b3d192",
                "c0e5a280-53c9-5a98-93bb-c0a560b3d19",
                "c0e5a280-53c9-5a98-93bb-c0a560b3d192-",
                "c0e5a28053c95a9893bbc0a560b3d192",
                "g0e5a280-53c9-5a98-93bb-c0a560b3d192",
                "26858270-545e-5848-82a2-e05566af3dcf\nSubject\nMy message subject",
            ],
        );
        check(
            is_time,
            &["2026-03-06T19:55:38.903Z", "2026-03-06T19:55:38Z", "2026-03-06T19:55:38.123456789Z"],
            &[
                "",
                "Z",
                "2026-03-06T19:55:38.Z",
                "2026-03-06T19:55:38.1234567890Z",
                "2026-03-06T19:55:38.903z",
                "2026-03-06 19:55:38.903Z",
                "2026-03-06T19:55:38.903+00:00",
                "2026-03-06T19:55:38.903Z\n",
                "2026-03-06T19:55:38.9\u{663}3Z",
            ],
        );
        check(is_token, &["2336412f37fb687f", &"a".repeat(256)], &["", "2336412f37fb687g", "ab\n"]);
        check(is_address, &["https://a/?b=c"], &["", "https://a/\n", "https://a/ b", "https://ä/"]);
        check(is_line, &["ALARM: \"ä\" in Tokyo", ""], &["a\nb", "a\u{85}b", "a\0"]);
    }
}
