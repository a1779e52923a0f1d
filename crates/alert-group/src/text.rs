//! Titles, descriptions and links.

use watchbell_model::{Alert, clean_opt, is_http_url};

use crate::wire::Labels;

/// `{alertname}: {summary}`, or what there is of it; and whether the summary is in it uncut.
pub(crate) fn title(
    labels: &Labels<'_>,
    annotations: &Labels<'_>,
    fingerprint: &str,
) -> (String, bool) {
    let title = match (labels.get("alertname"), annotations.get("summary")) {
        (Some(name), Some(summary)) => format!("{name}: {summary}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => format!("Alert {fingerprint}"),
    };
    let whole = title.chars().nth(Alert::MAX_TITLE_CHARS).is_none();
    (title, whole)
}

/// `description`, else `message`, a blank line, then the other annotations line by line. The
/// summary is among these only where the title could not hold it.
pub(crate) fn description(annotations: &Labels<'_>, summary_is_in_title: bool) -> Option<String> {
    let main = ["description", "message"]
        .into_iter()
        .find_map(|name| annotations.get(name).map(|text| (name, text)));
    let mut out = main.map_or_else(String::new, |(_, text)| text.to_owned());
    let mut gap = "\n\n";
    for (name, value) in annotations.iter() {
        let value = value.trim();
        let shown = main.is_some_and(|(used, _)| used == name)
            || (summary_is_in_title && name == "summary");
        if shown || value.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push_str(gap);
        }
        gap = "\n";
        out.push_str(name);
        out.push_str(": ");
        out.push_str(value);
    }
    clean_opt(Some(&out), Alert::MAX_DESCRIPTION_CHARS)
}

/// The link, if it is one that a browser can open and that can be kept uncut.
pub(crate) fn http_url(text: &str) -> Option<&str> {
    let text = text.trim();
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
