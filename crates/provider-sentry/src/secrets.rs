//! What must not be kept: the grant of a new installation, which is good for an access token.

use watchbell_wire::{parse, text_of_body};

use crate::wire::Body;

/// An installation's body has some hundred bytes. Larger ones are something else.
const MAX_BYTES: usize = 16 * 1024;
/// The fewest characters of a grant; Sentry's have 64. Something shorter could stand elsewhere in
/// the body with another meaning.
const MIN_CHARS: usize = 16;

/// `body` with asterisks in place of the grant, if it holds one.
pub(crate) fn without(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() > MAX_BYTES {
        return None;
    }
    let text = text_of_body(body);
    let parsed: Body<'_> = parse(&text).ok()?;
    let code = parsed.data.get()?.installation.get()?.code.get()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if code.0.len() < MIN_CHARS || !code.0.bytes().all(is_plain) {
        return None;
    }
    Some(text.replace(&*code.0, &"*".repeat(code.0.len())).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_starred_out_and_nothing_else() {
        let check = |code: &str, expected: Option<&str>| {
            let body = |code: &str| format!(r#"{{"data":{{"installation":{{"code":"{code}"}}}}}}"#);
            let kept = without(body(code).as_bytes());
            assert_eq!(kept, expected.map(|code| body(code).into_bytes()), "{code}");
        };
        check("1da2c01fa57b4a9f", Some("****************"));
        check("short", None);
        check("", None);
        assert_eq!(without(br#"{"data":{"code":"1da2c01fa57b4a9f"}}"#), None);
        assert_eq!(without(b"no JSON"), None);
    }
}
