//! `watchbell audit`.

use clap::Args;
use serde_json::{Value, json};
use watchbell_model::{AuditEntry, Timestamp};
use watchbell_store::{AuditFilter, AuditOrder, AuditPage};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

/// How many entries are read at a time.
const AT_ONCE: i64 = 1_000;

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// Only what was done then or later, like 2026-11-01T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Print each entry as JSON in a line of its own, for a copy elsewhere.
    #[arg(long)]
    jsonl: bool,
}

/// Shows who did what, the oldest first. Entries are printed as they are read.
pub(super) fn run(args: &AuditArgs, config: &Config, out: Out) -> Result<(), Failure> {
    let control = open(config)?.control;
    let filter = AuditFilter { after: args.since, ..AuditFilter::default() };
    let (mut past, mut all) = (None, Vec::new());
    loop {
        let page = AuditPage { order: AuditOrder::OldestFirst, past, limit: AT_ONCE };
        let entries = control.audit_list(&filter, page)?;
        let Some(last) = entries.last() else { break };
        past = Some(last.id);
        for entry in &entries {
            match out {
                _ if args.jsonl => out::line(&value(entry).to_string()),
                Out::People => out::line(&line(entry)),
                Out::Programs => all.push(value(entry)),
            }
        }
    }
    if out == Out::Programs && !args.jsonl {
        out.result(&json!({"entries": all}), String::new);
    }
    Ok(())
}

fn line(entry: &AuditEntry) -> String {
    let AuditEntry { at, actor, action, subject, before, after, .. } = entry;
    let change = match (before, after) {
        (Some(before), Some(after)) => format!(": {before} -> {after}"),
        (Some(only), None) | (None, Some(only)) => format!(": {only}"),
        (None, None) => String::new(),
    };
    let text = format!("{} {actor} {action} {:?}{change}", out::time(*at), subject.name);
    text.replace(char::is_control, " ")
}

fn value(entry: &AuditEntry) -> Value {
    // Kept as the text of a document.
    let document = |text: &Option<String>| {
        text.as_ref().and_then(|text| serde_json::from_str::<Value>(text).ok())
    };
    json!({
        "id": entry.id.to_string(),
        "at": entry.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "actor": entry.actor.to_string(),
        "action": entry.action.as_str(),
        "subject": {
            "type": entry.subject.kind.as_str(),
            "id": entry.subject.id,
            "name": entry.subject.name,
        },
        "before": document(&entry.before),
        "after": document(&entry.after),
        "request_id": entry.request.map(|request| request.to_string()),
    })
}
