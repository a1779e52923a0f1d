//! Titles, descriptions and links.

use watchbell_model::{Alert, clean_opt, trim};

use crate::wire::Labels;

/// `{alertname}: {summary}`, or what there is of it, or `otherwise`; and whether the summary is in it uncut.
pub(crate) fn title(
    labels: &Labels<'_>,
    annotations: &Labels<'_>,
    otherwise: impl FnOnce() -> String,
) -> (String, bool) {
    let title = match (labels.get("alertname"), annotations.get("summary")) {
        (Some(name), Some(summary)) => [name, summary].join(": "),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => otherwise(),
    };
    let max = Alert::MAX_TITLE_CHARS;
    let whole = title.len() <= max || title.chars().nth(max).is_none();
    (title, whole)
}

/// `description`, else `message`, a blank line, then the other annotations line by line. The
/// summary is among these only where the title could not hold it.
pub(crate) fn description(annotations: &Labels<'_>, summary_is_in_title: bool) -> Option<String> {
    let main = ["description", "message"]
        .into_iter()
        .find_map(|name| annotations.get(name).map(|text| (name, text)));
    let length = annotations.iter().map(|(name, value)| name.len() + value.len() + ": \n".len());
    let mut out = String::with_capacity(length.sum::<usize>() + "\n".len());
    out.push_str(main.map_or("", |(_, text)| text));
    let mut gap = "\n\n";
    for (name, value) in annotations.iter() {
        let value = trim(value);
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
    clean_opt(Some(out), Alert::MAX_DESCRIPTION_CHARS)
}
