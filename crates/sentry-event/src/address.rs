//! Addresses without what is secret in them.

use std::borrow::Cow;

/// `url` without query, fragment and credentials.
pub(crate) fn without_secrets(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    let (host, path) = match rest.split_once('/') {
        Some((host, path)) => (host, Some(path)),
        None => (rest, None),
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    match path {
        Some(path) => format!("{scheme}://{host}/{path}"),
        None => format!("{scheme}://{host}"),
    }
}

/// `text` with every address in it [`without_secrets`], and without what looks like a query behind any
/// other word.
pub(crate) fn text_without_secrets(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let (word, space) = word.split_at(word.trim_end().len());
        word_without_secrets(word) + space
    });
    words.collect()
}

/// A value that is an address [`without_secrets`], spaces in its query or not; else as a text.
pub(crate) fn value_without_secrets(value: &str) -> Cow<'_, str> {
    // Most values are words: nothing of them goes.
    if !value.contains(['?', '#', '@']) {
        return Cow::Borrowed(value);
    }
    let first = value.split_whitespace().next().unwrap_or_default();
    Cow::Owned(if is_address(first) { without_secrets(value) } else { text_without_secrets(value) })
}

fn word_without_secrets(word: &str) -> String {
    if is_address(word) {
        return without_secrets(word);
    }
    let query = word.find(['?', '#']).map(|place| word.split_at(place));
    let plain = query.filter(|(_, query)| query.contains('=')).map_or(word, |(plain, _)| plain);
    plain.to_owned()
}

/// Whether a word is an address, with a server or without, in quotes and brackets or not.
fn is_address(word: &str) -> bool {
    let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric() && !"/?".contains(c));
    word.contains("://") || bare.starts_with(['/', '?'])
}

/// Whether a value of this name holds what was sent or received: queries, fragments, headers, bodies.
pub(crate) fn is_content(name: &str) -> bool {
    const PARTS: [&str; 7] =
        ["body", "fragment", "header", "param", "payload", "query", "variable"];
    let name = name.to_ascii_lowercase();
    name == "data" || PARTS.iter().any(|part| name.contains(part))
}

/// Whether a value of this name is a secret more often than not.
pub(crate) fn is_secret(name: &str) -> bool {
    const PARTS: [&str; 11] = [
        "auth",
        "cookie",
        "credential",
        "csrf",
        "key",
        "pass",
        "private",
        "secret",
        "session",
        "sid",
        "token",
    ];
    let name = name.to_ascii_lowercase();
    PARTS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_goes() {
        let check = |url: &str, expected: &str| assert_eq!(without_secrets(url), expected);
        check("https://u:p@a.example:8443/x/y?token=1#z", "https://a.example:8443/x/y");
        check("https://a.example", "https://a.example");
        check("https://a.example?x=1", "https://a.example");
        check("/x?token=1", "/x");
        check("https://a.example/x@y", "https://a.example/x@y");
        check("", "");
        check("?token=1", "");
    }

    #[test]
    fn what_is_secret_goes_out_of_texts_and_the_rest_stays() {
        let check = |text: &str, expected: &str| assert_eq!(text_without_secrets(text), expected);
        check(
            "GET https://x.example/y?token=1 [502]\n in 3 s",
            "GET https://x.example/y [502]\n in 3 s",
        );
        check("from /login?token=1 to /#t=2", "from /login to /");
        check("('/login?token=1')", "('/login");
        check("url=https://u:p@x.example/y?a", "url=https://x.example/y");
        check("login?token=1&b login#id_token=2", "login login");
        check("Is it there? C# #5 1/2 a@b", "Is it there? C# #5 1/2 a@b");
        check("", "");
        let check = |text: &str, expected: &str| assert_eq!(value_without_secrets(text), expected);
        check("/login?next=a secret", "/login");
        check("https://x.example/?q=a secret", "https://x.example/");
        check("?q=a secret", "");
        check("GET /y?token=1 502", "GET /y 502");
        check("502", "502");
    }

    #[test]
    fn names_tell_what_is_secret_and_what_was_sent() {
        for name in ["http.query", "query_string", "http.fragment", "body", "Data", "headers"] {
            assert!(is_content(name), "{name}");
        }
        for name in ["metadata_id", "method", "reason", "http.method", "from"] {
            assert!(!is_content(name), "{name}");
        }
        for name in ["Authorization", "X-Api-Key", "sessionid", "password", "CSRF_TOKEN"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["url", "method", "http.response.status_code", "reason"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
