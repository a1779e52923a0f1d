//! The body of Grafana's legacy alerting, up to version 8: one rule in one state.

use std::fmt::Write as _;

use watchbell_model::{Action, Alert, DedupKey, clean_opt};
use watchbell_provider::{Item, Received};
use watchbell_wire::{List, Text, Warnings, http_url, parse};

use crate::Sender;
use crate::entry::{TRIGGER, labels_of, labels_say, metadata, text_of};
use crate::wire::Labels;

/// How many measured values the description lists.
const MAX_MATCHES: usize = 20;

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct Rule<'a> {
        name: Text<'a> = "ruleName",
        /// A number.
        id: Text<'a> = "ruleId",
        url: Text<'a> = "ruleUrl",
        /// `alerting`, `ok`, `no_data`, `paused` or `pending`.
        state: Text<'a> = "state",
        message: Text<'a> = "message",
        image_url: Text<'a> = "imageUrl",
        org_id: Text<'a> = "orgId",
        tags: Labels<'a> = "tags",
        matches: List<Match<'a>, MAX_MATCHES> = "evalMatches",
    }
}

watchbell_wire::object! {
    /// A measured value.
    #[derive(Debug, Default)]
    struct Match<'a> {
        metric: Text<'a> = "metric",
        value: Text<'a> = "value",
    }
}

/// What the body says; none if it is not one of these.
pub(crate) fn received(body: &str, sender: Sender) -> Option<Received> {
    let rule: Rule<'_> = parse(body).ok()?;
    // A name alone is anybody's.
    let named = rule.name.get().and_then(Text::trimmed).is_some();
    if !named || rule.state.get().is_none() {
        return None;
    }
    let mut warnings = Warnings::default();
    let alert = rule.alert(sender, &mut warnings);
    let items = vec![Item::Alert(Box::new(alert))];
    Some(Received { items, warnings: warnings.into_list(), ..Received::default() })
}

impl Rule<'_> {
    fn alert(self, sender: Sender, warnings: &mut Warnings) -> Alert {
        let Self { name, id, url, state, message, image_url, org_id, tags, matches } = self;
        let mut field = |value, name: &str| text_of(value, &mut *warnings, || name.to_owned());
        let name = field(name, "ruleName").unwrap_or_default();
        let id = field(id, "ruleId");
        let url = field(url, "ruleUrl");
        let state = field(state, "state").unwrap_or_default();
        let message = field(message, "message");
        let image_url = field(image_url, "imageUrl");
        let org_id = field(org_id, "orgId");
        let labels = labels_of(tags, warnings, || "tags".to_owned());
        let matches =
            matches.known("a list", warnings, || "evalMatches".to_owned()).unwrap_or_default();

        let name = name.0.trim();
        let org_id = org_id.as_ref().and_then(Text::trimmed);
        let mut alert = Alert::new(action(&state.0), name);
        alert.description =
            clean_opt(Some(description(message.as_ref(), &matches)), Alert::MAX_DESCRIPTION_CHARS);
        alert.dedup_key = match (id.as_ref().and_then(Text::trimmed), org_id) {
            (Some(rule), Some(org)) => DedupKey::new(format!("rule-{org}-{rule}")),
            (Some(rule), None) => DedupKey::new(format!("rule-{rule}")),
            (None, _) => DedupKey::new(name),
        };
        labels_say(&mut alert, &labels, "tags.service_id");
        alert.source_name = Some(sender.name.to_owned());
        let link = |url: &Option<Text<'_>>| {
            url.as_ref().and_then(|Text(url)| http_url(url)).map(str::to_owned)
        };
        alert.source_url = link(&url);
        let image_url = link(&image_url).filter(|url| url.len() <= 1_000);
        let others = [
            ("organization", org_id),
            ("state", Some(state.0.trim()).filter(|state| !state.is_empty())),
            ("image_url", image_url.as_deref()),
        ];
        alert.metadata = metadata(&labels, &alert, others);
        alert
    }
}

/// What a rule's state says. One that waits or was paused is neither there nor over.
fn action(state: &str) -> Action {
    match state.trim().to_ascii_lowercase().as_str() {
        "ok" => Action::Resolve,
        "paused" | "pending" => Action::Note { investigating: false },
        _ => Action::Trigger(TRIGGER),
    }
}

/// The message, a blank line, and the values that were measured.
fn description(message: Option<&Text<'_>>, matches: &List<Match<'_>, MAX_MATCHES>) -> String {
    let mut out = message.map_or_else(String::new, |Text(text)| text.trim().to_owned());
    let mut gap = if out.is_empty() { "" } else { "\n\n" };
    for found in matches.entries.iter().filter_map(|found| found.get()) {
        let metric = found.metric.get().and_then(Text::trimmed).unwrap_or("value");
        if let Some(value) = found.value.get().and_then(Text::trimmed) {
            // Writing to a text does not fail.
            _ = write!(out, "{gap}{metric}: {value}");
            gap = "\n";
        }
    }
    out
}
