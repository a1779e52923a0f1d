//! The options of `watchbell service set`.

use clap::Args;
use watchbell_control::ServiceSet;
use watchbell_model::{Environment, ServiceKind, Severity};

use super::word;

#[derive(Debug, Args)]
pub(in crate::cli) struct SetArgs {
    /// Any of its keys.
    pub(super) service: String,
    /// What people call it.
    #[arg(long)]
    name: Option<String>,
    /// What it does; nothing if empty.
    #[arg(long)]
    description: Option<String>,
    /// The severity of its incidents when nothing else names one: SEV0 to SEV4.
    #[arg(long, value_name = "SEVERITY", conflicts_with = "no_severity")]
    severity: Option<Severity>,
    /// No severity of its own.
    #[arg(long)]
    no_severity: bool,
    /// Where it runs: production, staging, development.
    #[arg(long, value_parser = word::<Environment>)]
    environment: Option<Environment>,
    /// What it is: api, web, worker, database, internal.
    #[arg(long = "type", value_name = "TYPE", value_parser = word::<ServiceKind>)]
    kind: Option<ServiceKind>,
    /// Its source code, owner/repo; none if empty.
    #[arg(long)]
    repository: Option<String>,
    /// Its address; none if empty.
    #[arg(long)]
    url: Option<String>,
    /// The team that owns it, by name or id; none if empty.
    #[arg(long)]
    team: Option<String>,
    /// New incidents may be opened on it.
    #[arg(long, conflicts_with = "inactive")]
    active: bool,
    /// No new incidents may be opened on it.
    #[arg(long)]
    inactive: bool,
}

impl SetArgs {
    /// What shall change.
    pub(super) fn changes(&self) -> ServiceSet {
        let given = |text: &Option<String>| {
            text.as_ref().map(|text| Some(text.clone()).filter(|text| !text.is_empty()))
        };
        ServiceSet {
            name: self.name.clone(),
            description: given(&self.description),
            active: (self.active || self.inactive).then_some(self.active),
            default_severity: match self.severity {
                None => self.no_severity.then_some(None),
                severity => Some(severity),
            },
            environment: self.environment,
            kind: self.kind,
            repository: given(&self.repository),
            url: given(&self.url),
            team: given(&self.team),
        }
    }
}
