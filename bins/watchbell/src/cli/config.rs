//! `watchbell config`.

mod as_code;
mod file;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Subcommand;
use serde_json::json;

use super::Failure;
use crate::config::Config;
use crate::out::Out;

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Say whether the server's configuration is right: every problem at once, exit code 78.
    Check,
    /// Show every setting of the server and where it comes from. Secrets are hidden.
    Print,
    /// Show what `apply` would do. Changes nothing.
    Plan(as_code::FileArgs),
    /// Make settings, teams, services and integrations what a file says, all of it or nothing.
    Apply(as_code::FileArgs),
    /// Print settings, teams, services and integrations as such a file, without keys and secrets.
    Export,
}

pub(super) fn run(
    command: &ConfigCommand,
    config: &Config,
    environment: &BTreeMap<String, String>,
    out: Out,
) -> Result<(), Failure> {
    match command {
        ConfigCommand::Check => out.result(&json!({"ok": true}), || {
            let changed = config.shown.iter().filter(|s| s.source != "default").count();
            format!("the configuration is right ({changed} settings are not the default)")
        }),
        ConfigCommand::Print => print(config, out),
        ConfigCommand::Plan(args) => as_code::plan(args, config, environment, out)?,
        ConfigCommand::Apply(args) => as_code::apply(args, config, environment, out)?,
        ConfigCommand::Export => as_code::export(config, out)?,
    }
    Ok(())
}

fn print(config: &Config, out: Out) {
    let settings: Vec<_> = config
        .shown
        .iter()
        .map(|s| json!({"name": s.name, "value": s.value, "source": s.source}))
        .collect();
    out.result(&json!({"settings": settings}), || {
        let mut text = String::new();
        let mut current = "";
        for setting in &config.shown {
            let Some((section, key)) = setting.name.split_once('.') else {
                continue;
            };
            if section != current {
                let gap = if current.is_empty() { "" } else { "\n" };
                let _ = writeln!(text, "{gap}[{section}]");
                current = section;
            }
            let _ = writeln!(text, "{key} = {}  # {}", setting.value, setting.source);
        }
        text
    });
}
