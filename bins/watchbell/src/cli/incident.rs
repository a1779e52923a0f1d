//! `watchbell incident`.

use clap::Subcommand;
use serde_json::{Value, json};
use watchbell_model::{Incident, IncidentNumber, IssueLink, TimelineEntry};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum IncidentCommand {
    /// Show an incident with its linked issues and its timeline.
    Show {
        /// Its number (INC-2026-001).
        number: IncidentNumber,
    },
}

pub(super) fn run(command: IncidentCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let store = open(config)?.opened.store();
    match command {
        IncidentCommand::Show { number } => {
            let (incident, timeline) = store.incident_get(number)?;
            let links = store.issue_links_of(number)?;
            let fields = json!({
                "incident_number": number.to_string(),
                "title": incident.title,
                "severity": incident.severity.as_str(),
                "status": incident.status.as_str(),
                "source_url": incident.source_url,
                "issue_links": links.iter().map(link).collect::<Vec<_>>(),
                "timeline": timeline.iter().map(entry).collect::<Vec<_>>(),
            });
            out.result(&fields, || text(&incident, &links, &timeline));
        }
    }
    Ok(())
}

fn link(link: &IssueLink) -> Value {
    json!({
        "link_id": link.id.to_string(),
        "issue_id": link.key.issue,
        "short_id": link.short_id,
        "url": link.url,
        "state": link.state.as_str(),
        "reason": link.reason,
    })
}

fn entry(entry: &TimelineEntry) -> Value {
    let at = entry.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    json!({
        "at": at,
        "kind": entry.kind.as_str(),
        "actor": entry.actor.to_string(),
        "text": entry.text,
    })
}

fn text(incident: &Incident, links: &[IssueLink], timeline: &[TimelineEntry]) -> String {
    let Incident { number, title, severity, status, source_url, .. } = incident;
    let head = format!("{number}  {severity}  {status}  {title}");
    let source = source_url.iter().map(|url| format!("  {url}"));
    let links = links.iter().map(|link| {
        let reason = link.reason.as_ref().map(|why| format!("  {why}")).unwrap_or_default();
        let url = link.url.as_ref().map(|url| format!("  {url}")).unwrap_or_default();
        format!("  issue {} {}{url}{reason}", link.issue_name(), link.state)
    });
    let entries = timeline.iter().map(|entry| {
        format!("  {}  {:<14}  {}", out::time(entry.at), entry.kind.as_str(), entry.text)
    });
    let all = [head].into_iter().chain(source).chain(links).chain(entries);
    all.map(|line| line.replace(char::is_control, " ")).collect::<Vec<_>>().join("\n")
}
