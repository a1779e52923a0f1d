//! What can be said about integrations on the command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand};

/// `NAME=VALUE`, split.
pub(super) type Pair = (String, String);

#[derive(Debug, Subcommand)]
pub(super) enum IntegrationCommand {
    /// Add an integration; its address is shown.
    Add(Box<AddArgs>),
    /// Show every integration.
    List,
    /// Show one integration.
    Show {
        #[command(flatten)]
        which: Which,
        /// Show the routing key and the address, which are a password.
        #[arg(long)]
        reveal: bool,
    },
    /// Give it a new routing key. The old one ends at once unless --grace is given.
    Rotate {
        #[command(flatten)]
        which: Which,
        /// How many seconds the old key lives on.
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        grace: u32,
    },
    /// Answer its deliveries 403 for now.
    Disable(Which),
    /// Take deliveries again after `disable`.
    Enable(Which),
    /// Answer its key like an unknown one. Its history stays.
    Disconnect(Which),
    /// Take deliveries again after `disconnect`, with the same key.
    Reconnect(Which),
    /// Let it open incidents on a service.
    Link {
        #[command(flatten)]
        which: Which,
        /// The service, by any of its keys.
        service: String,
        /// How the service reads a level, like `warning=SEV3` or `info=do_not_create`. May be given
        /// several times; replaces the mapping of before.
        #[arg(long, value_name = "LEVEL=SEVERITY", value_parser = pair)]
        map: Vec<Pair>,
    },
    /// Take the link to a service away.
    Unlink {
        #[command(flatten)]
        which: Which,
        /// The service, by any of its keys.
        service: String,
    },
    /// Send a project's new incidents to a service. Once a project is mapped, one that is not opens
    /// nothing.
    Map {
        #[command(flatten)]
        which: Which,
        /// The project's slug at the source.
        project: String,
        /// The service, by any of its keys. It is linked too.
        service: String,
        /// Keep the mapping, but open nothing.
        #[arg(long)]
        off: bool,
        /// The connected organization whose project it is.
        #[arg(long)]
        connection: Option<String>,
    },
    /// Take a project's mapping away.
    Unmap {
        #[command(flatten)]
        which: Which,
        /// The project's slug at the source.
        project: String,
        /// The connected organization whose project it is.
        #[arg(long)]
        connection: Option<String>,
    },
    /// Show the organizations at the source that are connected, ask whether one works, or remove it.
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// Show its topics at the source, or let in one that waits.
    #[command(subcommand)]
    Topic(TopicCommand),
    /// Print how to set its sender up, in Markdown, with the masked address.
    Guide(Which),
    /// Print the JSON that describes the form of Sentry's alert rules. It holds the routing key.
    SentryJson {
        #[command(flatten)]
        which: Which,
        /// Let a rule also choose severity, creation, environments and notes.
        #[arg(long)]
        extended: bool,
    },
    /// Change its settings.
    Set(SetArgs),
    /// Its signing secrets.
    #[command(subcommand)]
    Secret(SecretCommand),
}

/// Organizations at the source.
#[derive(Debug, Subcommand)]
pub(super) enum ConnectionCommand {
    /// Show them, with their states.
    List(Which),
    /// Ask the source whether one works.
    Check {
        #[command(flatten)]
        which: Which,
        /// The organization, or the connection's id.
        connection: String,
    },
    /// Remove one, its tokens and its mappings of projects.
    Remove {
        #[command(flatten)]
        which: Which,
        /// The organization, or the connection's id.
        connection: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TopicCommand {
    /// Show the topics that asked to be let in, and what became of them.
    List(Which),
    /// Let a topic in that waits: it is confirmed at the source.
    Confirm {
        #[command(flatten)]
        which: Which,
        /// The topic's name, as the list shows it.
        topic: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// Its id or name, or its provider if it is the only one of it.
    pub(super) integration: String,
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// The provider, like custom or alertmanager.
    pub(super) provider: String,
    /// What people call it. None: the provider's name.
    #[arg(long)]
    pub(super) name: Option<String>,
    /// A routing key to bring along, or - to read it from standard input.
    #[arg(long, value_name = "KEY", conflicts_with = "key_file")]
    pub(super) key: Option<String>,
    /// Read the routing key to bring along from this file.
    #[arg(long, value_name = "PATH")]
    pub(super) key_file: Option<PathBuf>,
    /// A service to link, by any of its keys. May be given several times.
    #[arg(long, value_name = "SERVICE")]
    pub(super) service: Vec<String>,
    /// The service of alerts that name none. It is linked too.
    #[arg(long, value_name = "SERVICE")]
    pub(super) default_service: Option<String>,
    /// The most accepted deliveries in any 60 seconds; 0: no limit.
    #[arg(long, value_name = "NUMBER", default_value_t = watchbell_control::DEFAULT_RATE_LIMIT)]
    pub(super) rate_limit: u32,
    /// Over the limit: accept and mark instead of 429.
    #[arg(long)]
    pub(super) accept_over_limit: bool,
    /// Only linked services may be named.
    #[arg(long)]
    pub(super) linked_only: bool,
    /// A signing secret, or - to read it from standard input. May be given twice.
    #[arg(long, value_name = "SECRET")]
    pub(super) secret: Vec<String>,
    /// Read a signing secret from this file. May be given twice.
    #[arg(long, value_name = "PATH")]
    pub(super) secret_file: Vec<PathBuf>,
    /// Generate a signing secret. It is shown once.
    #[arg(long)]
    pub(super) generate_secret: bool,
    /// A setting of the provider. May be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(super) option: Vec<Pair>,
}

#[derive(Debug, Args)]
#[group(id = "changes", required = true, multiple = true)]
pub(super) struct Changes {
    /// What people call it.
    #[arg(long)]
    pub(super) name: Option<String>,
    /// The service of alerts that name none, or "none". It is linked too.
    #[arg(long, value_name = "SERVICE")]
    pub(super) default_service: Option<String>,
    /// The most accepted deliveries in any 60 seconds; 0: no limit.
    #[arg(long, value_name = "NUMBER")]
    pub(super) rate_limit: Option<u32>,
    /// Over the limit: accept and mark instead of 429.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub(super) accept_over_limit: Option<bool>,
    /// Only linked services may be named.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub(super) linked_only: Option<bool>,
    /// A setting of the provider; without a value it goes back to the default.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(super) option: Vec<Pair>,
}

#[derive(Debug, Args)]
pub(super) struct SetArgs {
    #[command(flatten)]
    pub(super) which: Which,
    #[command(flatten)]
    pub(super) changes: Changes,
}

#[derive(Debug, Subcommand)]
pub(super) enum SecretCommand {
    /// Store a signing secret; a generated one, shown once, if none is given. From then on a
    /// signature is asked for.
    Add {
        #[command(flatten)]
        which: Which,
        /// The secret, or - to read it from standard input.
        #[arg(long, value_name = "SECRET", conflicts_with = "secret_file")]
        secret: Option<String>,
        /// Read the secret from this file.
        #[arg(long, value_name = "PATH")]
        secret_file: Option<PathBuf>,
    },
    /// Remove a signing secret. The last one goes only with --all: then no signature is asked for.
    Remove {
        #[command(flatten)]
        which: Which,
        /// The secret's id, as `integration show` shows it.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        secret_id: Option<String>,
        /// Remove all of them.
        #[arg(long)]
        all: bool,
    },
}

pub(super) fn pair(text: &str) -> Result<Pair, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
