//! `watchbell integration connection`.

use serde_json::{Value, json};
use watchbell_control::{Control, ControlError};
use watchbell_model::{Connection, ConnectionScope};

use super::super::Failure;
use super::super::integration_args::ConnectionCommand;
use crate::config::Config;
use crate::out::{self, Out};
use crate::outside;

pub(super) fn run(
    command: ConnectionCommand,
    control: &Control,
    config: &Config,
    out: Out,
) -> Result<(), Failure> {
    match command {
        ConnectionCommand::List(which) => {
            let all = control.connections(&which.integration)?;
            out.result(&all.iter().map(value).collect::<Vec<_>>().into(), || shown(&all));
        }
        ConnectionCommand::Check { which, connection } => {
            let id = control.connection_named(&which.integration, &connection)?;
            let client = outside::sentry(config);
            let one = control.connection_check(&client, &which.integration, id)?;
            out.result(&value(&one), || shown(std::slice::from_ref(&one)));
        }
        ConnectionCommand::Remove { which, connection } => {
            let id = control.connection_named(&which.integration, &connection)?;
            control.connection_remove(&which.integration, id)?;
            out.result(&json!({"connection_id": id.to_string(), "removed": true}), || {
                format!("removed the connection with {connection}, its tokens and its mappings")
            });
        }
    }
    Ok(())
}

/// The scope of the projects of a connection, or of the integration's own.
pub(super) fn scope(
    control: &Control,
    integration: &str,
    connection: Option<&str>,
) -> Result<ConnectionScope, ControlError> {
    let Some(connection) = connection else { return Ok(ConnectionScope::NONE) };
    let id = control.connection_named(integration, connection)?;
    control.connection_scope(integration, id)
}

fn value(one: &Connection) -> Value {
    json!({
        "connection_id": one.id.to_string(),
        "mode": one.mode.as_str(),
        "organization": one.organization,
        "organization_name": one.organization_name,
        "base_url": one.base_url,
        "state": one.state.as_str(),
        "reason": one.reason,
        "since": out::time(one.state_at),
    })
}

fn shown(all: &[Connection]) -> String {
    if all.is_empty() {
        return "no organization is connected".to_owned();
    }
    let row = |one: &Connection| {
        vec![
            one.organization.clone(),
            one.mode.as_str().to_owned(),
            one.state.as_str().to_owned(),
            out::time(one.state_at),
            one.reason.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    out::table(&["organization", "by", "state", "since", "why"], &rows)
}
