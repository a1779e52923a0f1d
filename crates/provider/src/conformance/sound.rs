//! The bounds that everything read keeps, so that every store can keep it.

use std::collections::HashSet;

use watchbell_model::{Alert, DedupKey, Inquiry, MAX_METADATA_KEYS, Metadata, Reason, to_micros};

use crate::{Item, MAX_ALERTS, ReadError, Received};

/// The most characters of keys, occurrence ids and names.
const MAX_NAME_CHARS: usize = 255;
/// The most problems or warnings that one body may give: they are stored and answered.
const MAX_LINES: usize = 1_001;
/// The most characters of one of them.
const MAX_LINE_CHARS: usize = 1_000;

pub(super) fn check(result: &Result<Received, ReadError>) {
    match result {
        Ok(received) => check_received(received),
        Err(ReadError::Malformed { problem }) => {
            line(&problem.to_string());
            assert!(!problem.expected.is_empty() && !problem.got.is_empty(), "{problem:?}");
        }
        Err(ReadError::Invalid { problems, .. }) => {
            assert!((1..=MAX_LINES).contains(&problems.len()), "{} problems", problems.len());
            for problem in problems {
                line(&problem.to_string());
                assert!(!problem.expected.is_empty() && !problem.got.is_empty(), "{problem:?}");
            }
        }
        Err(ReadError::TooManyAlerts { found }) => assert!(*found > MAX_ALERTS),
    }
}

fn check_received(received: &Received) {
    let Received {
        items,
        resolved_group: _,
        idempotency,
        topic,
        installation,
        is_heartbeat: _,
        warnings,
    } = received;
    if let Some(installation) = installation {
        text("installation", &installation.id, MAX_NAME_CHARS);
    }
    assert!(topic.as_ref().is_none_or(|topic| !topic.name.is_empty()), "{topic:?}");
    assert!(items.len() <= MAX_ALERTS, "{} items", items.len());
    for item in items {
        match item {
            Item::Alert(alert) => check_alert(alert),
            Item::Ignored { reason: _, what } => text("what", what, MAX_LINE_CHARS),
        }
    }
    if let Some(idempotency) = idempotency {
        text("idempotency id", &idempotency.id, MAX_NAME_CHARS);
    }
    assert!(warnings.len() <= MAX_LINES, "{} warnings", warnings.len());
    for warning in warnings {
        line(warning);
    }
    let distinct: HashSet<_> = warnings.iter().collect();
    assert_eq!(distinct.len(), warnings.len(), "a warning twice: {warnings:?}");
}

fn check_alert(alert: &Alert) {
    let Alert {
        action: _,
        dedup_key,
        occurrence,
        title,
        description,
        severity: _,
        level,
        auto,
        service,
        source_name,
        source_url,
        environment,
        project,
        detected_at,
        source_clock,
        group: _,
        metadata,
        must_not_open,
        test: _,
        inquiry,
    } = alert;
    if let Some(auto) = auto {
        assert!(auto.worse_from <= auto.much_worse_from, "{auto:?}");
    }
    if let Some(issue) = inquiry.as_ref().and_then(|inquiry| inquiry.issue.as_deref()) {
        text("issue", issue, Inquiry::MAX_ISSUE_CHARS);
    }
    let filters = [None, Some(Reason::AutoCreateOff), Some(Reason::EnvironmentFiltered)];
    assert!(filters.contains(must_not_open), "{must_not_open:?}");
    text("title", title, Alert::MAX_TITLE_CHARS);
    assert_eq!(title.trim(), title, "a title with white space around it");
    let optional = [
        ("dedup key", dedup_key.as_ref().map(DedupKey::as_str), MAX_NAME_CHARS),
        ("occurrence", occurrence.as_deref(), MAX_NAME_CHARS),
        ("description", description.as_deref(), Alert::MAX_DESCRIPTION_CHARS),
        ("level", level.as_deref(), MAX_NAME_CHARS),
        ("service", service.as_ref().map(|s| s.text.as_str()), MAX_NAME_CHARS),
        ("service field", service.as_ref().map(|s| &*s.field), MAX_NAME_CHARS),
        ("source name", source_name.as_deref(), MAX_NAME_CHARS),
        ("source URL", source_url.as_deref(), Alert::MAX_URL_CHARS),
        ("environment", environment.as_deref(), MAX_NAME_CHARS),
        ("project", project.as_deref(), MAX_NAME_CHARS),
    ];
    for (name, value, max) in optional {
        if let Some(value) = value {
            text(name, value, max);
        }
    }
    if let Some(url) = source_url {
        let lower = url.to_ascii_lowercase();
        assert!(lower.starts_with("http://") || lower.starts_with("https://"), "{url}");
        assert!(!url.contains(|c: char| c.is_whitespace() || c.is_control()), "{url}");
    }
    for at in [detected_at, source_clock].into_iter().flatten() {
        assert_eq!(to_micros(*at), *at, "finer than a microsecond, which no database keeps");
    }
    assert!(metadata.len() <= MAX_METADATA_KEYS);
    for (name, value) in metadata.iter() {
        text("metadata name", name, Metadata::MAX_NAME_CHARS);
        assert!(value.chars().count() <= Metadata::MAX_VALUE_CHARS && !value.contains('\0'));
    }
}

/// A text of 1 to `max` characters that PostgreSQL can store.
fn text(name: &str, value: &str, max: usize) {
    let count = value.chars().count();
    assert!((1..=max).contains(&count), "{name} of {count} characters");
    assert!(!value.contains('\0'), "{name} with NUL");
}

/// A line for the trace or an answer.
fn line(value: &str) {
    text("line", value, MAX_LINE_CHARS);
    assert!(!value.contains('\n'), "more than one line: {value}");
}
