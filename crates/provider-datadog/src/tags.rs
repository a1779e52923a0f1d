//! Datadog's tags: `env:prod,monitor,service:api`, sometimes with a blank after the comma.

/// The tags of a comma-separated text, in order: each its name and its value, which a tag need not
/// have.
pub(crate) fn tags(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(|tag| {
        match tag.split_once(':') {
            Some((name, value)) if !name.trim().is_empty() => {
                (name.trim(), Some(value.trim()).filter(|value| !value.is_empty()))
            }
            _ => (tag, None),
        }
    })
}

/// The value of the first tag of this name.
pub(crate) fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    tags(text).find(|(n, value)| n.eq_ignore_ascii_case(name) && value.is_some())?.1
}

/// A scope with its tags in one order: Datadog does not promise one.
pub(crate) fn normalised(scope: &str) -> String {
    let mut tags: Vec<_> =
        scope.split(',').map(str::trim).filter(|tag| !tag.is_empty() && *tag != "*").collect();
    tags.sort_unstable();
    tags.dedup();
    tags.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_colons_and_order_do_not_matter() {
        let text = "env:prod, monitor ,url:http://a:1,,:x,empty:";
        let expected = [
            ("env", Some("prod")),
            ("monitor", None),
            ("url", Some("http://a:1")),
            (":x", None),
            ("empty", None),
        ];
        assert_eq!(tags(text).collect::<Vec<_>>(), expected);
        assert_eq!(
            (tag(text, "ENV"), tag(text, "monitor"), tag(text, "no")),
            (Some("prod"), None, None)
        );
        assert_eq!(normalised("b:2, a:1,b:2"), "a:1,b:2");
        assert_eq!(normalised("*"), "");
    }
}
