//! Lists that come in pages.

/// The cursor of the next page, if the header `Link` says that there is one. Its address is not
/// followed: the same list is asked for again with the cursor.
pub(crate) fn next_cursor(link: &str) -> Option<String> {
    link.split(',').find_map(|entry| {
        let mut parts = entry.split(';').skip(1).map(str::trim);
        let value = |name: &str| {
            let found = parts.clone().find_map(|part| part.strip_prefix(name));
            found.map(|value| value.trim_start_matches('=').trim_matches('"'))
        };
        let is_next = value("rel") == Some("next") && value("results") == Some("true");
        let cursor = value("cursor").filter(|cursor| is_next && is_cursor(cursor));
        parts.next()?;
        cursor.map(str::to_owned)
    })
}

/// Whether it is one that can stand in an address as it is.
fn is_cursor(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b":-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_where_there_is_one() {
        let link = |results: &str, cursor: &str| {
            format!(
                "<https://sentry.io/api/0/organizations/acme/projects/?cursor=0:0:1>; rel=\"previous\"; \
                 results=\"false\"; cursor=\"0:0:1\", \
                 <https://evil.example/?cursor=0:100:0>; rel=\"next\"; results=\"{results}\"; \
                 cursor=\"{cursor}\""
            )
        };
        assert_eq!(next_cursor(&link("true", "0:100:0")).as_deref(), Some("0:100:0"));
        assert_eq!(next_cursor(&link("false", "0:100:0")), None);
        assert_eq!(next_cursor(&link("true", "0:100:0&x=1")), None);
        assert_eq!(next_cursor(&link("true", "")), None);
        assert_eq!(next_cursor(""), None);
        assert_eq!(next_cursor("nonsense; ,;;"), None);
    }
}
