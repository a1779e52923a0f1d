//! `watchbell vault`.

use clap::Subcommand;
use serde_json::{Value, json};
use watchbell_control::{Control, KeyStatus, RotationStep, VaultStatus};
use watchbell_vault::KeyUse;

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Subcommand)]
pub(super) enum VaultCommand {
    /// Show which master key seals how many values. No key is shown.
    Status,
    /// Make a new master key and seal everything anew with it. Goes on where it was interrupted.
    Rotate {
        /// Leave values that no key here opens as they are, instead of refusing to begin.
        #[arg(long)]
        leave_unreadable: bool,
    },
    /// Only put the next master key into the key file, to copy it to other machines first.
    Prepare,
    /// Seal anew, with the key that seals now, whatever is sealed with another one.
    Reseal,
    /// Remove an old master key from the key file. Backups from its time do not open any more.
    Forget {
        /// Its id, as `watchbell vault status` shows it.
        key: String,
    },
}

pub(super) fn run(command: &VaultCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let session = open(config)?;
    let control = &session.control;
    let file = config.vault.key_file.display();
    match command {
        VaultCommand::Status => {
            let status = control.vault_status()?;
            out.result(&value(&status), || shown(&status));
        }
        VaultCommand::Rotate { leave_unreadable } => {
            let resealed = rotate(control, *leave_unreadable)?;
            let status = control.vault_status()?;
            let mut fields = value(&status);
            if let Some(fields) = fields.as_object_mut() {
                fields.insert("resealed".to_owned(), resealed.into());
            }
            out.result(&fields, || {
                format!(
                    "{}\n\nKeep a copy of {file} apart from the database's backups. The old key \
                     stays in it: backups from before today open only with it. When you keep none \
                     of them any more: `watchbell vault forget KEY`",
                    shown(&status)
                )
            });
        }
        VaultCommand::Prepare => {
            let next = control.vault_prepare()?.to_string();
            out.result(&json!({"next": next}), || {
                format!(
                    "the next master key is {next}: copy {file} to every machine that uses this \
                     database, then run `watchbell vault rotate` here"
                )
            });
        }
        VaultCommand::Reseal => {
            let resealed = reseal(control)?;
            let status = control.vault_status()?;
            let mut fields = value(&status);
            if let Some(fields) = fields.as_object_mut() {
                fields.insert("resealed".to_owned(), resealed.into());
            }
            out.result(&fields, || format!("sealed {resealed} values anew\n\n{}", shown(&status)));
        }
        VaultCommand::Forget { key } => {
            let id = control.vault_forget(key)?.to_string();
            out.result(&json!({"forgotten": id}), || {
                format!("removed the master key {id} from {file}")
            });
        }
    }
    Ok(())
}

/// Rotates to the end, telling each step. Gives how many values were sealed anew.
fn rotate(control: &Control, leave_unreadable: bool) -> Result<usize, Failure> {
    let mut rotation = control.rotation(leave_unreadable)?;
    let mut resealed = 0_usize;
    while let Some(step) = rotation.step()? {
        match step {
            RotationStep::Prepared(id) => out::note(&format!("made the master key {id}")),
            RotationStep::Switched(id) => out::note(&format!("{id} seals from now on")),
            RotationStep::Resealed { values, left } => {
                resealed = resealed.saturating_add(values);
                out::note(&format!("sealed {values} values anew, {left} are left"));
            }
            RotationStep::Settled(old) => {
                out::note(&format!("nothing is sealed with {old} any more"));
            }
        }
    }
    Ok(resealed)
}

fn reseal(control: &Control) -> Result<usize, Failure> {
    let mut resealed = 0_usize;
    loop {
        let (values, _) = control.vault_reseal()?;
        if values == 0 {
            return Ok(resealed);
        }
        resealed = resealed.saturating_add(values);
    }
}

const fn word(key: &KeyStatus) -> &'static str {
    match key.purpose {
        Some(purpose) => purpose.as_str(),
        None => "missing",
    }
}

fn value(status: &VaultStatus) -> Value {
    let key = |key: &KeyStatus| {
        json!({
            "id": key.id.to_string(),
            "use": word(key),
            "routing_keys": key.routing_keys,
            "signing_secrets": key.signing_secrets,
            "confirmations": key.confirmations,
            "connections": key.connections,
        })
    };
    json!({
        "keys": status.keys.iter().map(key).collect::<Vec<_>>(),
        "rotating": status.is_rotating(),
        "behind": status.behind(),
        "unreadable": status.unreadable,
    })
}

fn shown(status: &VaultStatus) -> String {
    let rows: Vec<_> = status
        .keys
        .iter()
        .map(|key| {
            vec![
                key.id.to_string(),
                word(key).to_owned(),
                key.routing_keys.to_string(),
                key.signing_secrets.to_string(),
                key.confirmations.to_string(),
                key.connections.to_string(),
            ]
        })
        .collect();
    let head = ["key", "use", "routing keys", "signing secrets", "confirmations", "connections"];
    let mut text = out::table(&head, &rows);
    if let Some(advice) = advice(status) {
        text.push('\n');
        text.push_str(&advice);
    }
    text
}

/// What is not as it should be, with the next step; nothing if all is well.
pub(super) fn advice(status: &VaultStatus) -> Option<String> {
    if !status.unreadable.is_empty() {
        return Some(format!(
            "no key here opens the keys or secrets of {}: put the right key back, or rotate those \
             keys and replace those secrets",
            status.unreadable.join(", ")
        ));
    }
    let is_leaving = status.keys.iter().any(|key| key.purpose == Some(KeyUse::Leaving));
    let behind = status.behind();
    if is_leaving {
        return Some(
            "a rotation was interrupted: finish it with `watchbell vault rotate`".to_owned(),
        );
    }
    if behind > 0 {
        return Some(format!(
            "{behind} values are sealed with an old master key: run `watchbell vault reseal`"
        ));
    }
    status.is_rotating().then(|| {
        "the next master key is ready: when every machine has it, run `watchbell vault rotate`"
            .to_owned()
    })
}
