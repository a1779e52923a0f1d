//! Addresses without what is secret in them.

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
        for name in ["Authorization", "X-Api-Key", "sessionid", "password", "CSRF_TOKEN"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["url", "method", "http.response.status_code", "reason"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
