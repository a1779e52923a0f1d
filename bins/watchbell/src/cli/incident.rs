//! `watchbell incident`.

mod enrichment;

use clap::Subcommand;
use serde_json::{Value, json};
use watchbell_control::EnrichmentShown;
use watchbell_model::{Incident, IncidentNumber, IssueLink, TimelineEntry};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum IncidentCommand {
    /// Show an incident: what its source says of it, its linked issues and its timeline.
    Show {
        /// Its number (INC-2026-001).
        incident: IncidentNumber,
    },
    /// Have its source asked again. A running server does it within a second.
    Enrich {
        /// Its number (INC-2026-001).
        incident: IncidentNumber,
    },
}

pub(super) fn run(command: IncidentCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let session = open(config)?;
    let control = &session.control;
    match command {
        IncidentCommand::Show { incident: number } => {
            let store = session.opened.store();
            let (incident, timeline) = store.incident_get(number)?;
            let links = store.issue_links_of(number)?;
            let enrichment = control.enrichment_show(number)?;
            let known = Known { incident, timeline, links, enrichment };
            out.result(&known.value(), || known.text());
        }
        IncidentCommand::Enrich { incident: number } => {
            let shown = control.enrichment_retry(number)?;
            let text = || format!("the source of {number} is asked again");
            out.result(&enrichment::value(&shown), text);
        }
    }
    Ok(())
}

/// All that is known of an incident.
struct Known {
    incident: Incident,
    timeline: Vec<TimelineEntry>,
    links: Vec<IssueLink>,
    enrichment: Option<EnrichmentShown>,
}

impl Known {
    fn value(&self) -> Value {
        let Self { incident, timeline, links, enrichment } = self;
        json!({
            "incident_number": incident.number.to_string(),
            "title": incident.title,
            "severity": incident.severity.as_str(),
            "status": incident.status.as_str(),
            "occurrences": incident.occurrences,
            "source_url": incident.source_url,
            "created_at": out::time(incident.opened_at),
            "enrichment": enrichment.as_ref().map(enrichment::value),
            "issue_links": links.iter().map(link).collect::<Vec<_>>(),
            "timeline": timeline.iter().map(entry).collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        let Incident { number, title, severity, status, source_url, .. } = &self.incident;
        let head = format!("{number}  {severity}  {status}  {title}");
        let source = source_url.iter().map(|url| format!("  {url}"));
        let links = self.links.iter().map(|link| {
            let reason = link.reason.as_ref().map(|why| format!("  {why}")).unwrap_or_default();
            let url = link.url.as_ref().map(|url| format!("  {url}")).unwrap_or_default();
            format!("  issue {} {}{url}{reason}", link.issue_name(), link.state)
        });
        let entries = self.timeline.iter().map(|entry| {
            format!("  {}  {:<14}  {}", out::time(entry.at), entry.kind.as_str(), entry.text)
        });
        let enrichment = enrichment::lines(self.enrichment.as_ref());
        let all = [head].into_iter().chain(source).chain(enrichment).chain(links).chain(entries);
        all.map(|line| line.replace(char::is_control, " ")).collect::<Vec<_>>().join("\n")
    }
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
