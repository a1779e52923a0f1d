//! What was read, for people and snapshots: only what is there, one line each.

use std::fmt::Write as _;

use watchbell_model::{Action, Alert, Auto, Inquiry, Trigger};

use crate::{Item, ReadError, Received, Topic, TopicEvent};

/// `result` as a text for people: stable, and without the fields that are absent.
pub fn show(result: &Result<Received, ReadError>) -> String {
    let mut out = Out(String::new());
    match result {
        Ok(received) => show_received(received, &mut out),
        Err(ReadError::Invalid { problems, .. }) => {
            out.line("invalid", "");
            for problem in problems {
                out.line("problem", problem);
            }
        }
        Err(ReadError::Malformed { problem }) => out.line("malformed", problem),
        Err(error) => out.line("error", error),
    }
    out.0
}

struct Out(String);

impl Out {
    fn line(&mut self, name: &str, value: impl std::fmt::Display) {
        // Writing to a String cannot fail.
        _ = writeln!(self.0, "{}", format!("{name}: {value}").trim_end());
    }

    fn optional(&mut self, name: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.line(&format!("    {name}"), value);
        }
    }
}

fn show_received(received: &Received, out: &mut Out) {
    let Received {
        items,
        resolved_group,
        idempotency,
        topic,
        installation,
        is_heartbeat,
        warnings,
    } = received;
    if items.is_empty() {
        out.line("no items", "");
    }
    for (index, item) in items.iter().enumerate() {
        match item {
            Item::Alert(alert) => show_alert(index, alert, out),
            Item::Ignored { reason, what } => {
                out.line(&format!("item {index}"), format!("ignored, {reason}: {what}"));
            }
        }
    }
    if let Some(group) = resolved_group {
        out.line("resolved group", hex(group.as_bytes()));
    }
    if let Some(idempotency) = idempotency {
        out.line("idempotency", format!("{idempotency:?}"));
    }
    if let Some(installation) = installation {
        let ended = if installation.ended { ", over" } else { "" };
        out.line("installation", format!("{}{ended}", installation.id));
    }
    if let Some(Topic { name, event }) = topic {
        let event = match event {
            TopicEvent::Message => "message",
            TopicEvent::Confirm { .. } => "asks for confirmation",
            TopicEvent::Ended { .. } => "ended",
        };
        out.line("topic", format!("{name}, {event}"));
    }
    if *is_heartbeat {
        out.line("heartbeat", "heard");
    }
    for warning in warnings {
        out.line("warning", warning);
    }
}

fn show_alert(index: usize, alert: &Alert, out: &mut Out) {
    let Alert {
        action,
        dedup_key,
        occurrence,
        title,
        description,
        severity,
        level,
        auto,
        service,
        source_name,
        source_url,
        environment,
        project,
        detected_at,
        source_clock,
        group,
        metadata,
        must_not_open,
        test,
        inquiry,
    } = alert;
    out.line(&format!("item {index}"), action_text(*action));
    out.optional("title", Some(title));
    out.optional(
        "description",
        description
            .as_ref()
            .map(|text| text.replace('\n', "\n        ").replace("        \n", "\n")),
    );
    out.optional("key", dedup_key.as_ref());
    out.optional("occurrence", occurrence.as_ref());
    out.optional("severity", *severity);
    out.optional("level", level.as_ref());
    if let Some(Auto { events, worse_from, much_worse_from }) = auto {
        let events = events.map_or_else(|| "unknown".to_owned(), |events| events.to_string());
        let steps = format!("events {events}, worse from {worse_from} and {much_worse_from}");
        out.optional("auto", Some(steps));
    }
    out.optional("service", service.as_ref().map(|s| format!("{} (from {})", s.text, s.field)));
    out.optional("source", source_name.as_ref());
    out.optional("link", source_url.as_ref());
    out.optional("environment", environment.as_ref());
    out.optional("project", project.as_ref());
    out.optional("detected at", detected_at.map(|at| at.to_rfc3339()));
    out.optional("source clock", source_clock.map(|at| at.to_rfc3339()));
    out.optional("group", group.map(|group| hex(group.as_bytes())));
    out.optional("must not open", *must_not_open);
    if *test {
        out.optional("test", Some("yes"));
    }
    if let Some(Inquiry { issue }) = inquiry {
        out.optional("ask about", Some(issue.as_deref().unwrap_or("what was delivered")));
    }
    for (name, value) in metadata.iter() {
        out.optional(&format!("metadata {name}"), Some(value));
    }
}

fn action_text(action: Action) -> String {
    match action {
        Action::Trigger(trigger) => {
            let Trigger { investigating, reopen, repeat_text, clears_source_acknowledgement } =
                trigger;
            let mut text = format!("trigger, reopens {reopen:?}, repeats {repeat_text:?} texts");
            for (flag, words) in [
                (investigating, ", investigating"),
                (clears_source_acknowledgement, ", clears the source's acknowledgement"),
            ] {
                if flag {
                    text.push_str(words);
                }
            }
            text
        }
        Action::Note { investigating: true } => "note, investigating".to_owned(),
        Action::Acknowledge | Action::Resolve | Action::Note { .. } => action.as_str().to_owned(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        _ = write!(out, "{byte:02x}");
        out
    })
}
