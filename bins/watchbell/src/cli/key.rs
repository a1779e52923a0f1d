//! `watchbell key`.

use chrono::TimeDelta;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use watchbell_control::ApiKeyNew;
use watchbell_model::{ApiKey, Scope, Timestamp};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make an API key. It is shown once.
    Create(CreateArgs),
    /// Show every API key, without the keys.
    List,
    /// End an API key.
    Revoke {
        /// Its id, or its name.
        key: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// What it is for.
    name: String,
    /// What it may be used for, like incidents:read. May be given several times. None: everything.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<Scope>,
    /// After how many days it ends by itself.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    expires_in_days: Option<u32>,
}

pub(super) fn run(command: KeyCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let session = open(config)?;
    let (control, now) = (&session.control, session.clock.now());
    match command {
        KeyCommand::Create(CreateArgs { name, scope, expires_in_days }) => {
            let expires_at = expires_in_days.map(|days| now + TimeDelta::days(days.into()));
            let created = control.api_key_create(&ApiKeyNew { name, scopes: scope, expires_at })?;
            let mut fields = value(&created.key, now);
            if let Some(fields) = fields.as_object_mut() {
                fields.insert("token".to_owned(), created.token.expose().into());
            }
            out.result(&fields, || {
                format!(
                    "made API key {:?} ({})\n\n  {}\n\nIt is not shown again.",
                    created.key.name,
                    created.key.id,
                    created.token.expose()
                )
            });
        }
        KeyCommand::List => {
            let keys = control.api_key_list()?;
            let items: Vec<_> = keys.iter().map(|key| value(key, now)).collect();
            out.result(&json!({"api_keys": items}), || list(&keys, now));
        }
        KeyCommand::Revoke { key } => {
            let (key, is_changed) = control.api_key_revoke(&key)?;
            let mut fields = value(&key, now);
            if let Some(fields) = fields.as_object_mut() {
                fields.insert("changed".to_owned(), is_changed.into());
            }
            out.result(&fields, || {
                let what = if is_changed { "revoked" } else { "was revoked before:" };
                format!("{what} API key {:?} ({})", key.name, key.id)
            });
        }
    }
    Ok(())
}

fn list(keys: &[ApiKey], now: Timestamp) -> String {
    if keys.is_empty() {
        return "there are no API keys yet: `watchbell key create NAME`".to_owned();
    }
    let time = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), out::time);
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            vec![
                key.id.to_string(),
                format!("…{}", key.hint),
                key.name.clone(),
                state(key, now).to_owned(),
                time(key.expires_at),
                key.scopes.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" "),
            ]
        })
        .collect();
    out::table(&["id", "key", "name", "state", "expires", "scopes"], &rows)
}

fn state(key: &ApiKey, now: Timestamp) -> &'static str {
    match key.revoked_at {
        _ if key.is_live(now) => "live",
        Some(_) => "revoked",
        None => "expired",
    }
}

fn value(key: &ApiKey, now: Timestamp) -> Value {
    json!({
        "id": key.id.to_string(),
        "name": key.name,
        "hint": key.hint,
        "state": state(key, now),
        "scopes": key.scopes.iter().map(|s| s.as_str()).collect::<Vec<_>>(),
        "created_at": out::time(key.created_at),
        "expires_at": key.expires_at.map(out::time),
        "revoked_at": key.revoked_at.map(out::time),
    })
}
