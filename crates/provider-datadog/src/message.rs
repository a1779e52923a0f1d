//! What Datadog's message says between the lines: its text without wrapping, and the monitor that
//! its links lead to.

use std::borrow::Cow;

use watchbell_wire::http_url;

/// What Datadog puts around a text in Markdown.
const MARKDOWN: &str = "%%%";
/// Where the address of a monitor's page says which monitor.
const MONITORS: &str = "/monitors";
/// How many places are looked at, and how far behind each: more is no message of Datadog's.
const MAX_LINKS: usize = 32;
const MAX_ADDRESS: usize = 4_096;

/// The text without the marks around it.
pub(crate) fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix(MARKDOWN).unwrap_or(text);
    text.strip_suffix(MARKDOWN).unwrap_or(text).trim()
}

/// The monitor that a message links to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Monitor<'a> {
    /// Its number.
    pub(crate) id: Option<&'a str>,
    /// Its page.
    pub(crate) link: Option<&'a str>,
    /// The tags of the one of its groups that alerts.
    pub(crate) group: Option<Cow<'a, str>>,
}

impl<'a> Monitor<'a> {
    /// The first monitor in `text`.
    pub(crate) fn linked_in(text: &'a str) -> Self {
        let mut found = Self::default();
        for (at, _) in text.match_indices(MONITORS).take(MAX_LINKS) {
            let (Some(before), Some(after)) = (text.get(..at), text.get(at..)) else { continue };
            let Some(id) = id(after) else { continue };
            if found.id.is_none_or(|known| known == id) && found.group.is_none() {
                found.group = group(after);
            }
            if found.id.is_none() {
                found.id = Some(id);
                found.link = before.rfind("http").and_then(|start| {
                    let address = text.get(start..)?;
                    http_url(address.get(..end_of_address(address))?)
                });
            }
        }
        found
    }
}

/// The digits after `/monitors#` or `/monitors/`.
fn id(address: &str) -> Option<&str> {
    let rest = address.strip_prefix(MONITORS)?.strip_prefix(['#', '/'])?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    // A number of 64 bits has at most 20 digits.
    rest.get(..end).filter(|id| (1..=20).contains(&id.len()))
}

/// The value of `group` in an address.
fn group(address: &str) -> Option<Cow<'_, str>> {
    let address = address.get(..address.floor_char_boundary(MAX_ADDRESS))?;
    let address = address.get(..end_of_address(address))?;
    let (_, query) = address.split_once('?')?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(name, _)| name == "group")?;
    Some(value).filter(|value| !value.trim().is_empty())
}

/// Where an address in Markdown ends.
fn end_of_address(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || "()<>[]\"'".contains(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_around_a_text_go() {
        assert_eq!(unwrapped("%%%\nDisk is full\n%%%"), "Disk is full");
        assert_eq!(unwrapped("Disk is %%% full"), "Disk is %%% full");
        assert_eq!(unwrapped("%%%"), "");
        assert_eq!(unwrapped("%%%%"), "%");
    }

    #[test]
    fn monitors_are_found_in_links() {
        let check = |text: &str, id: Option<&str>, group: Option<&str>, link: Option<&str>| {
            let found = Monitor::linked_in(text);
            assert_eq!((found.id, found.group.as_deref(), found.link), (id, group, link), "{text}");
        };
        let link = "https://app.datadoghq.com/monitors#309811?group=host%3Ai-1";
        check(&format!("[[Status]({link})]"), Some("309811"), Some("host:i-1"), Some(link));
        let link = "https://app.datadoghq.eu/monitors/12?to_ts=1&group=a%3Ab%2Cc%3Ad";
        check(&format!("see {link} now"), Some("12"), Some("a:b,c:d"), Some(link));
        check(
            "https://a/monitors#7/edit https://a/monitors#8?group=b https://a/monitors/7?group=c",
            Some("7"),
            Some("c"),
            Some("https://a/monitors#7/edit"),
        );
        check("/monitors/5", Some("5"), None, None);
        check("https://a/monitors https://a/monitors/manage /monitors#x", None, None, None);
        check(&format!("/monitors/{}", "1".repeat(21)), None, None, None);
        check("", None, None, None);
    }
}
