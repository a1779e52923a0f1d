//! Links.

use watchbell_model::{Alert, is_http_url, trim};

/// The link in `text`, if it is one that a browser can open and that can be kept uncut.
///
/// ```
/// use watchbell_wire::http_url;
/// assert_eq!(http_url(" https://app.example/1 "), Some("https://app.example/1"));
/// assert_eq!(http_url("javascript:alert(1)"), None);
/// ```
pub fn http_url(text: &str) -> Option<&str> {
    let text = trim(text);
    let fits =
        text.len() <= Alert::MAX_URL_CHARS || text.chars().nth(Alert::MAX_URL_CHARS).is_none();
    (fits && is_http_url(text)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_that_can_be_kept_uncut_are_kept() {
        assert_eq!(http_url(" http://prom/graph?g0.expr=x "), Some("http://prom/graph?g0.expr=x"));
        assert_eq!(http_url(&format!("https://a/{}", "x".repeat(2_048))), None);
        assert_eq!(http_url("ftp://a"), None);
    }
}
