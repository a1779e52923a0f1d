//! `watchbell settings`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use watchbell_control::SettingsSet;
use watchbell_model::{InstanceSettings, Severity};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Subcommand)]
pub(super) enum SettingsCommand {
    /// Show the settings of the instance.
    Show,
    /// Change them. A running server notices within a second.
    Set(SetArgs),
}

#[derive(Debug, Args)]
#[group(id = "changes", required = true, multiple = true)]
pub(super) struct SetArgs {
    /// What the organization is called.
    #[arg(long, value_name = "NAME")]
    organization_name: Option<String>,
    /// The severity of what nothing else gives one: SEV0 to SEV4.
    #[arg(long, value_name = "SEVERITY")]
    default_severity: Option<Severity>,
    /// For how many days after its end an incident may be reopened.
    #[arg(long, value_name = "NUMBER")]
    reopen_days: Option<u32>,
    /// Go back to what the configuration file says. May be given several times.
    #[arg(long, value_name = "SETTING")]
    unset: Vec<Setting>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Setting {
    OrganizationName,
    DefaultSeverity,
    ReopenDays,
}

pub(super) fn run(command: SettingsCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let control = open(config)?.control;
    match command {
        SettingsCommand::Show => {
            let settings = control.settings()?;
            out.result(&value(&settings), || facts(&settings));
        }
        SettingsCommand::Set(args) => {
            let (settings, is_changed) = control.settings_set(&changes(args)?)?;
            let mut fields = value(&settings);
            if let Some(fields) = fields.as_object_mut() {
                fields.insert("changed".to_owned(), is_changed.into());
            }
            out.result(&fields, || {
                let what = if is_changed { "changed the settings" } else { "nothing to change" };
                format!("{what}\n\n{}", facts(&settings))
            });
        }
    }
    Ok(())
}

fn changes(args: SetArgs) -> Result<SettingsSet, Failure> {
    let SetArgs { organization_name, default_severity, reopen_days, unset } = args;
    let mut set = SettingsSet {
        organization_name: organization_name.map(Some),
        default_severity: default_severity.map(Some),
        reopen_days: reopen_days.map(Some),
    };
    for setting in unset {
        let is_given = match setting {
            Setting::OrganizationName => {
                set.organization_name.replace(None).is_some_and(|it| it.is_some())
            }
            Setting::DefaultSeverity => {
                set.default_severity.replace(None).is_some_and(|it| it.is_some())
            }
            Setting::ReopenDays => set.reopen_days.replace(None).is_some_and(|it| it.is_some()),
        };
        if is_given {
            let why = "a setting can be given or unset, not both".to_owned();
            return Err(Failure::Usage(why));
        }
    }
    Ok(set)
}

fn facts(settings: &InstanceSettings) -> String {
    let of_file = || "as the configuration file says".to_owned();
    let InstanceSettings { organization_name, default_severity, reopen_days } = settings;
    out::facts(&[
        ("organization name", organization_name.clone().unwrap_or_else(of_file)),
        ("default severity", default_severity.map_or_else(of_file, |it| it.to_string())),
        ("reopen days", reopen_days.map_or_else(of_file, |days| days.to_string())),
    ])
}

fn value(settings: &InstanceSettings) -> Value {
    json!({
        "organization_name": settings.organization_name,
        "default_severity": settings.default_severity.map(Severity::as_str),
        "reopen_days": settings.reopen_days,
    })
}
