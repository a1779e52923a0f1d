//! `watchbell deploy`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use watchbell_model::{Commit, Deploy, DeployId, Service, Timestamp, one_line};
use watchbell_store::{DeployFilter, Page};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

/// As much of a commit's message as fits into a line.
const MESSAGE: usize = 60;

#[derive(Debug, Subcommand)]
pub(super) enum DeployCommand {
    /// Show deploys, the latest first.
    List(ListArgs),
    /// Show a deploy with its commits.
    Show {
        /// Its id (dep_…).
        deploy: DeployId,
    },
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Only of this service, by any of its keys.
    #[arg(long)]
    service: Option<String>,
    /// Only to this environment, exactly as it was told.
    #[arg(long)]
    environment: Option<String>,
    /// Only those that were done then or later, like 2026-11-01T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// The most that are shown.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

pub(super) fn run(command: DeployCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let session = open(config)?;
    let (store, control) = (session.opened.store(), session.control);
    let services = control.service_list()?;
    match command {
        DeployCommand::List(ListArgs { service, environment, since, limit }) => {
            let service = service.map(|key| control.service_show(&key)).transpose()?;
            let filter = DeployFilter {
                service: service.map(|service| service.id),
                environment,
                after: since,
                before: None,
            };
            let deploys = store.deploy_list(&filter, Page::after(limit, None))?;
            let items: Vec<_> = deploys.items.iter().map(|one| value(one, &services)).collect();
            out.result(&json!({"deploys": items, "more": deploys.next.is_some()}), || {
                list(&deploys.items, &services)
            });
        }
        DeployCommand::Show { deploy } => {
            let deploy = store.deploy_get(deploy)?;
            out.result(&value(&deploy, &services), || detail(&deploy, &services));
        }
    }
    Ok(())
}

fn list(deploys: &[Deploy], services: &[Service]) -> String {
    if deploys.is_empty() {
        return "no deploys: `watchbell service deploy-token SERVICE` makes a token to tell of them"
            .to_owned();
    }
    let row = |deploy: &Deploy| {
        let told = &deploy.told;
        let or_none = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), plain);
        let message = told.commit_message.as_deref().unwrap_or("-");
        let commit = || told.commit_sha.chars().take(12).collect::<String>();
        vec![
            deploy.id.to_string(),
            out::time(deploy.at),
            service(deploy, services).map_or_else(|| "-".to_owned(), |one| one.name.clone()),
            or_none(&told.environment),
            told.version.as_deref().map_or_else(commit, plain),
            or_none(&told.deployed_by),
            one_line(message, MESSAGE),
        ]
    };
    let rows: Vec<_> = deploys.iter().map(row).collect();
    out::table(&["deploy", "at", "service", "environment", "version", "by", "message"], &rows)
}

fn detail(deploy: &Deploy, services: &[Service]) -> String {
    let told = &deploy.told;
    let named = service(deploy, services);
    let named = named.map_or_else(
        || "not there any more".to_owned(),
        |one| format!("{} ({})", one.name, one.legacy_key),
    );
    let mut facts = vec![
        ("deploy", deploy.id.to_string()),
        ("service", named),
        ("at", out::time(deploy.at)),
        ("told by", deploy.source.as_str().to_owned()),
        ("commit", plain(&told.commit_sha)),
    ];
    for (name, text) in [
        ("message", &told.commit_message),
        ("branch", &told.branch),
        ("deployed by", &told.deployed_by),
        ("environment", &told.environment),
        ("version", &told.version),
        ("description", &told.description),
        ("url", &told.url),
    ] {
        facts.extend(text.as_deref().map(|text| (name, plain(text))));
    }
    let line = |commit: &Commit| {
        let sha: String = commit.sha.chars().take(12).collect();
        let message = one_line(commit.message.as_deref().unwrap_or_default(), MESSAGE);
        let author = commit.author.as_deref().unwrap_or("-");
        plain(&format!("{sha}  {author}  {} files  {message}", commit.files.len()))
    };
    if !told.commits.is_empty() {
        let lines: Vec<_> = told.commits.iter().map(line).collect();
        facts.push(("commits", lines.join("\n")));
    }
    out::facts(&facts)
}

/// A text of somebody else's, without what a terminal would obey.
fn plain(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n', " ")
}

fn service<'a>(deploy: &Deploy, services: &'a [Service]) -> Option<&'a Service> {
    services.iter().find(|service| service.id == deploy.service)
}

fn value(deploy: &Deploy, services: &[Service]) -> Value {
    let (told, service) = (&deploy.told, service(deploy, services));
    let commits = told.commits.iter().map(|commit| {
        json!({
            "sha": commit.sha,
            "message": commit.message,
            "author": commit.author,
            "made_at": commit.at.map(out::time),
            "files": commit.files,
        })
    });
    json!({
        "deploy_id": deploy.id.to_string(),
        "service_key": service.map(|one| one.key.as_str()),
        "service_name": service.map(|one| one.name.as_str()),
        "source": deploy.source.as_str(),
        "deployed_at": out::time(deploy.at),
        "commit_sha": told.commit_sha,
        "commit_message": told.commit_message,
        "branch": told.branch,
        "deployed_by": told.deployed_by,
        "environment": told.environment,
        "version": told.version,
        "description": told.description,
        "url": told.url,
        "commits": commits.collect::<Vec<_>>(),
    })
}
