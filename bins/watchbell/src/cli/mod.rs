//! The command line: what can be said, and what the exit code is.

mod audit;
mod backup;
mod config;
mod deploy;
mod doctor;
mod explain;
mod incident;
mod input;
mod integration;
mod integration_args;
mod jobs;
mod key;
mod migrate;
mod normalize;
mod past;
mod replay;
mod send;
mod service;
mod session;
mod settings;
mod team;
mod user;
mod vault;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use serde_json::json;
use watchbell_control::ControlError;
use watchbell_model::error_chain;
use watchbell_store::StoreError;

pub(crate) use session::{Session, open, open_and_tell};

use crate::config::{Config, ConfigError, Flags, load};
use crate::out::Out;
use crate::serve;
use crate::stores::VaultTrouble;

const AFTER_HELP: &str = "\
Without a command, the server starts.

Exit codes:
  0   done
  1   not done: the message says why
  2   wrong usage of the command line
  69  the database or the server is not available: try again
  78  wrong configuration: every problem is listed

Secrets on the command line can be seen by other users of the machine. Give `-` to read one from
standard input, or name a file with --secret-file or --key-file.";

/// Webhooks in, incidents out.
#[derive(Debug, Parser)]
#[command(name = "watchbell", version, about, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Global {
    /// Read settings from this file instead of watchbell.toml.
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Listen on this address, like 127.0.0.1:3000 (setting server.listen).
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Use this database, like sqlite:data/watchbell.db (setting database.url).
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Set any setting. May be given several times.
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server (also without a command).
    Serve,
    /// Bring the database's schema up to date.
    Migrate(migrate::MigrateArgs),
    /// Services: what can break.
    #[command(subcommand)]
    Service(service::ServiceCommand),
    /// Integrations: the senders of alerts.
    #[command(subcommand)]
    Integration(integration_args::IntegrationCommand),
    /// Incidents: what is wrong, or was.
    #[command(subcommand)]
    Incident(incident::IncidentCommand),
    /// People: who may sign in, and for what.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Teams: who owns which services.
    #[command(subcommand)]
    Team(team::TeamCommand),
    /// Show who changed what, saw a key, or signed in.
    Audit(audit::AuditArgs),
    /// What was deployed when.
    #[command(subcommand)]
    Deploy(deploy::DeployCommand),
    /// Work that changes cause: what waits, runs or was given up.
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    /// Keys of the REST API.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// The master key that seals secrets in the database.
    #[command(subcommand)]
    Vault(vault::VaultCommand),
    /// Send a signed sample, as an integration's sender would.
    Send(send::SendArgs),
    /// Show what a provider's parser makes of a body on standard input.
    Normalize(normalize::NormalizeArgs),
    /// Show, step by step, what a delivery would do. Changes nothing.
    Explain(explain::ExplainArgs),
    /// Run stored deliveries again. Without --yes it shows what would come of it.
    Replay(replay::ReplayArgs),
    /// Copy the database into a file, also while servers use it.
    Backup(backup::BackupArgs),
    /// Put a backup where the database is configured to be and nothing is yet.
    Restore(backup::RestoreArgs),
    /// Look for what is wrong, and say what to do.
    Doctor,
    /// The settings of the instance, which win over the configuration file.
    #[command(subcommand)]
    Settings(settings::SettingsCommand),
    /// The server's configuration, and services, teams and integrations as code.
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// Why a command was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Settings are wrong: exit code 78.
    Config(ConfigError),
    /// The command line makes no sense: exit code 2.
    Usage(String),
    /// Database or server do not answer: exit code 69.
    Unavailable(String),
    /// The request was refused: exit code 1.
    Control(ControlError),
    /// Anything else: exit code 1.
    Failed(String),
    /// The command has said everything itself: exit code 1.
    Told,
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<ControlError> for Failure {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Store(error) => error.into(),
            error => Self::Control(error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let text = error_chain(&error);
        match error {
            StoreError::Unavailable { .. } | StoreError::CommitUnknown { .. } => {
                Self::Unavailable(text)
            }
            StoreError::NotFound { .. }
            | StoreError::Conflict { .. }
            | StoreError::Refused { .. }
            | StoreError::Corrupt { .. } => Self::Failed(text),
        }
    }
}

impl From<VaultTrouble> for Failure {
    fn from(error: VaultTrouble) -> Self {
        match error {
            VaultTrouble::Store(error) => error.into(),
            error => Self::Failed(error_chain(&error)),
        }
    }
}

impl Failure {
    const fn code(&self) -> (&'static str, u8) {
        match self {
            Self::Config(_) => ("configuration", 78),
            Self::Usage(_) => ("usage", 2),
            Self::Unavailable(_) => ("unavailable", 69),
            Self::Control(error) => (control_code(error), 1),
            Self::Failed(_) | Self::Told => ("failed", 1),
        }
    }

    fn tell(&self, out: Out) {
        let (code, _) = self.code();
        match self {
            Self::Config(error) => {
                let details: Vec<_> = error
                    .0
                    .iter()
                    .map(|p| {
                        json!({"path": p.setting, "expected": p.expected, "got": p.got, "source": p.source})
                    })
                    .collect();
                let advice: Vec<_> = error.0.iter().map(ToString::to_string).collect();
                out.failure(code, &error.to_string(), &details, &advice);
            }
            Self::Control(ControlError::Invalid(problems)) => {
                let details: Vec<_> = problems
                    .iter()
                    .map(|p| json!({"path": p.path, "expected": p.expected, "got": p.got}))
                    .collect();
                let advice: Vec<_> = problems.iter().map(ToString::to_string).collect();
                out.failure(code, "some values are wrong", &details, &advice);
            }
            Self::Control(error) => out.failure(code, &error_chain(error), &[], &[]),
            Self::Usage(text) | Self::Unavailable(text) | Self::Failed(text) => {
                out.failure(code, text, &[], &[]);
            }
            Self::Told => {}
        }
    }
}

const fn control_code(error: &ControlError) -> &'static str {
    match error {
        ControlError::Invalid(_) => "validation_error",
        ControlError::NotFound { .. } => "not_found",
        ControlError::Ambiguous { .. } => "ambiguous",
        ControlError::Taken { .. }
        | ControlError::OpenedBefore { .. }
        | ControlError::Changed { .. }
        | ControlError::Busy => "conflict",
        ControlError::Refused { .. }
        | ControlError::SignIn
        | ControlError::NotLetIn { .. }
        | ControlError::TooMany { .. }
        | ControlError::Link => "refused",
        ControlError::Outside { .. } => "unavailable",
        ControlError::Vault(_) | ControlError::Store(_) => "failed",
    }
}

/// Does what `cli` says.
pub(crate) fn run(cli: Cli, environment: &BTreeMap<String, String>) -> ExitCode {
    let Cli { global, command } = cli;
    let out = if global.json { Out::Programs } else { Out::People };
    let Global { config, listen, database, set, json: _ } = global;
    let flags = Flags { file: config, listen, database, set };
    let config = load(&flags, environment, |path| std::fs::read_to_string(path));
    let done = match (command, config) {
        // The doctor also looks at a configuration that is wrong.
        (Some(Command::Doctor), config) => doctor::run(&config, out),
        (_, Err(error)) => Err(error.into()),
        (None | Some(Command::Serve), Ok(config)) => serve::run(&config),
        (Some(Command::Config(command)), Ok(config)) => {
            config::run(&command, &config, environment, out)
        }
        (Some(command), Ok(config)) => dispatch(command, &config, out),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(out);
            ExitCode::from(failure.code().1)
        }
    }
}

fn dispatch(command: Command, config: &Config, out: Out) -> Result<(), Failure> {
    match command {
        Command::Serve | Command::Doctor | Command::Config(_) => Ok(()),
        Command::Migrate(args) => migrate::run(&args, config, out),
        Command::Backup(args) => backup::backup(&args, config, out),
        Command::Restore(args) => backup::bring_back(&args, config, out),
        Command::Service(command) => service::run(command, config, out),
        Command::Integration(command) => integration::run(command, config, out),
        Command::User(command) => user::run(command, config, out),
        Command::Team(command) => team::run(command, config, out),
        Command::Audit(args) => audit::run(&args, config, out),
        Command::Deploy(command) => deploy::run(command, config, out),
        Command::Incident(command) => incident::run(command, config, out),
        Command::Jobs(command) => jobs::run(command, config, out),
        Command::Key(command) => key::run(command, config, out),
        Command::Vault(command) => vault::run(&command, config, out),
        Command::Send(args) => send::run(&args, config, out),
        Command::Normalize(args) => normalize::run(args, out),
        Command::Explain(args) => explain::run(args, config, out),
        Command::Replay(args) => replay::run(&args, config, out),
        Command::Settings(command) => settings::run(command, config, out),
    }
}

/// The words of a failure that is not ours: of a file, of the network.
fn failed(what: &str, error: &dyn Error) -> Failure {
    Failure::Failed(format!("{what}: {}", error_chain(error)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
