//! `watchbell service`.

mod keys;
mod set;

use std::str::FromStr;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use watchbell_control::ServiceNew;
use watchbell_model::{
    Environment, InvalidServiceKey, Service, ServiceKind, ServiceSlug, Severity, Team,
};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Subcommand)]
pub(super) enum ServiceCommand {
    /// Add a service.
    Add(AddArgs),
    /// Show every service.
    List,
    /// Show a service.
    Show {
        /// Any of its keys.
        service: String,
    },
    /// Change a service. Its keys stay.
    Set(set::SetArgs),
    /// Give it a new deploy token, shown once. The old one ends at once unless --grace is given.
    DeployToken(keys::TokenArgs),
    /// Store the secret that GitHub signs its webhooks with; a generated one, shown once, if none is
    /// given.
    GithubSecret(keys::SecretArgs),
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// What people call it.
    name: String,
    /// A key to bring along: svc_…, SER-…, or a word of yours.
    #[arg(long)]
    key: Option<String>,
    /// What it does.
    #[arg(long)]
    description: Option<String>,
    /// The severity of its incidents when nothing else names one: SEV0 to SEV4.
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<Severity>,
    /// Where it runs: production, staging, development.
    #[arg(long, default_value = "production", value_parser = word::<Environment>)]
    environment: Environment,
    /// What it is: api, web, worker, database, internal.
    #[arg(long = "type", value_name = "TYPE", default_value = "api", value_parser = word::<ServiceKind>)]
    kind: ServiceKind,
    /// Its source code, owner/repo.
    #[arg(long)]
    repository: Option<String>,
    /// Its address.
    #[arg(long)]
    url: Option<String>,
    /// The team that owns it, by name or id.
    #[arg(long)]
    team: Option<String>,
    /// No new incidents may be opened on it.
    #[arg(long)]
    inactive: bool,
}

/// One of a type's words; its own error speaks of keys.
fn word<T: FromStr<Err = InvalidServiceKey>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|e: InvalidServiceKey| format!("expected {}", e.expected))
}

pub(super) fn run(command: ServiceCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let control = open(config)?.control;
    let teams = control.team_list()?;
    match command {
        ServiceCommand::Add(args) => {
            let AddArgs {
                name,
                key,
                description,
                severity,
                environment,
                kind,
                repository,
                url,
                inactive,
                team,
            } = args;
            let service = control.service_add(&ServiceNew {
                name,
                key,
                description,
                active: !inactive,
                default_severity: severity,
                environment,
                kind,
                repository,
                url,
                team,
            })?;
            out.result(&value(&service, &teams), || {
                let slug = service.slug.as_ref();
                let slug = slug.map_or_else(String::new, |slug| format!(", {slug}"));
                format!(
                    "added service {:?}: {}, {}{slug}",
                    service.name, service.legacy_key, service.key
                )
            });
        }
        ServiceCommand::DeployToken(args) => keys::token(&args, &control, out)?,
        ServiceCommand::GithubSecret(args) => keys::secret(&args, &control, out)?,
        ServiceCommand::List => {
            let services = control.service_list()?;
            let items: Vec<_> = services.iter().map(|one| value(one, &teams)).collect();
            out.result(&json!({"services": items}), || list(&services, &teams));
        }
        ServiceCommand::Show { service } => {
            let service = control.service_show(&service)?;
            out.result(&value(&service, &teams), || list(std::slice::from_ref(&service), &teams));
        }
        ServiceCommand::Set(args) => {
            let (service, is_changed) = control.service_set(&args.service, &args.changes())?;
            let mut fields = value(&service, &teams);
            if let Some(fields) = fields.as_object_mut() {
                fields.insert("changed".to_owned(), is_changed.into());
            }
            out.result(&fields, || {
                let what = if is_changed { "changed" } else { "nothing to change:" };
                format!("{what} service {:?} ({})", service.name, service.legacy_key)
            });
        }
    }
    Ok(())
}

/// The name of a service's team.
fn team<'a>(service: &Service, teams: &'a [Team]) -> Option<&'a str> {
    let found = teams.iter().find(|team| Some(team.id) == service.team);
    found.map(|team| team.name.as_str())
}

fn list(services: &[Service], teams: &[Team]) -> String {
    if services.is_empty() {
        return "there are no services yet: `watchbell service add NAME`".to_owned();
    }
    let rows: Vec<_> = services
        .iter()
        .map(|s| {
            vec![
                s.legacy_key.to_string(),
                s.key.to_string(),
                s.slug.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
                s.name.clone(),
                if s.active { "yes" } else { "no" }.to_owned(),
                s.default_severity.map_or("-", Severity::as_str).to_owned(),
                s.environment.to_string(),
                s.kind.to_string(),
                team(s, teams).unwrap_or("-").to_owned(),
            ]
        })
        .collect();
    let headers =
        ["legacy key", "key", "slug", "name", "active", "severity", "environment", "type", "team"];
    out::table(&headers, &rows)
}

fn value(service: &Service, teams: &[Team]) -> Value {
    json!({
        "service_key": service.key.as_str(),
        "legacy_key": service.legacy_key.to_string(),
        "slug": service.slug.as_ref().map(ServiceSlug::as_str),
        "name": service.name,
        "description": service.description,
        "is_active": service.active,
        "default_severity": service.default_severity.map(Severity::as_str),
        "environment": service.environment.as_str(),
        "type": service.kind.as_str(),
        "repository": service.repository,
        "url": service.url,
        "team": team(service, teams),
        "created_at": out::time(service.created_at),
    })
}
