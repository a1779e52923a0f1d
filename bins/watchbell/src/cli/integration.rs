//! `watchbell integration`.

mod connections;
mod form;
mod show;
mod topics;

use serde_json::json;
use watchbell_control::{
    Control, IntegrationCreated, IntegrationNew, IntegrationSet, IntegrationView, Move,
    SecretRemove,
};
use watchbell_model::{LevelMapping, Secret};

use super::input::Input;
use super::integration_args::{
    AddArgs, Changes, IntegrationCommand, Pair, SecretCommand, SetArgs, Which,
};
use super::{Failure, open};
use crate::config::Config;
use crate::out::Out;

pub(super) fn run(command: IntegrationCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let control = open(config)?.control;
    let base = config.server.public_url();
    match command {
        IntegrationCommand::Add(args) => {
            let created = control.integration_add(&new(*args)?)?;
            show::created(&created, "added", &base, out);
        }
        IntegrationCommand::List => show::list(&control.integration_list()?, out),
        IntegrationCommand::Show { which, reveal: false } => {
            show::one(&control.integration_show(&which.integration)?, out);
        }
        IntegrationCommand::Show { which, reveal: true } => {
            let opened = control.integration_reveal(&which.integration)?;
            show::revealed(&opened.view, &opened.routing_key, &base, out);
        }
        IntegrationCommand::Rotate { which, grace } => {
            let created = control.integration_rotate(&which.integration, grace)?;
            let IntegrationCreated { view, .. } = &created;
            let old = view.keys.iter().filter_map(|key| key.expires_at).max();
            let old = match old {
                Some(end) if grace > 0 => {
                    format!("; the old one ends at {}", crate::out::time(end))
                }
                _ => "; the old one has ended".to_owned(),
            };
            show::created(&created, &format!("new routing key{old}:"), &base, out);
        }
        IntegrationCommand::Disable(which) => moved(&control, &which, Move::Disable, out)?,
        IntegrationCommand::Enable(which) => moved(&control, &which, Move::Enable, out)?,
        IntegrationCommand::Disconnect(which) => moved(&control, &which, Move::Disconnect, out)?,
        IntegrationCommand::Reconnect(which) => moved(&control, &which, Move::Reconnect, out)?,
        IntegrationCommand::Link { which, service, map } => {
            let mapping = if map.is_empty() { None } else { Some(mapping(&map)?) };
            let name = &which.integration;
            let done = control.integration_link(name, &service, mapping.as_ref())?;
            told(&done, &format!("linked {service} to"), out);
        }
        IntegrationCommand::Unlink { which, service } => {
            let done = control.integration_unlink(&which.integration, &service)?;
            told(&done, &format!("unlinked {service} from"), out);
        }
        IntegrationCommand::Map { which, project, service, off, connection } => {
            let name = &which.integration;
            let scope = connections::scope(&control, name, connection.as_deref())?;
            let done = control.project_map_in(name, scope, &project, &service, !off)?;
            told(&done, &format!("mapped {project} to {service} in"), out);
        }
        IntegrationCommand::Unmap { which, project, connection } => {
            let name = &which.integration;
            let scope = connections::scope(&control, name, connection.as_deref())?;
            let done = control.project_unmap_in(name, scope, &project)?;
            told(&done, &format!("took the mapping of {project} from"), out);
        }
        IntegrationCommand::Connection(command) => {
            connections::run(command, &control, config, out)?;
        }
        IntegrationCommand::Topic(command) => topics::run(command, &control, config, out)?,
        IntegrationCommand::Guide(which) => form::guide(&which, &control, &base, out)?,
        IntegrationCommand::SentryJson { which, extended } => {
            form::document(&which, extended, &control, &base, out)?;
        }
        IntegrationCommand::Set(SetArgs { which, changes }) => {
            told(&control.integration_set(&which.integration, &set(changes))?, "changed", out);
        }
        IntegrationCommand::Secret(command) => secret(&control, command, out)?,
    }
    Ok(())
}

fn new(args: AddArgs) -> Result<IntegrationNew, Failure> {
    let AddArgs {
        provider,
        name,
        key,
        key_file,
        service,
        default_service,
        rate_limit,
        accept_over_limit,
        linked_only,
        secret,
        secret_file,
        generate_secret,
        option,
    } = args;
    let input = Input::default();
    let routing_key = match (key, key_file) {
        (Some(key), _) => Some(input.secret("--key", &key)?),
        (None, Some(path)) => Some(Input::file(&path)?),
        (None, None) => None,
    };
    let mut secrets = Vec::new();
    for text in &secret {
        secrets.push(input.secret("--secret", text)?);
    }
    for path in &secret_file {
        secrets.push(Input::file(path)?);
    }
    Ok(IntegrationNew {
        provider,
        name,
        routing_key,
        services: service,
        default_service,
        rate_limit: Some(rate_limit),
        accept_over_limit,
        restricted_to_links: linked_only,
        secrets,
        generate_secret,
        options: option.into_iter().collect(),
    })
}

fn set(changes: Changes) -> IntegrationSet {
    let Changes { name, default_service, rate_limit, accept_over_limit, linked_only, option } =
        changes;
    IntegrationSet {
        name,
        default_service: default_service
            .map(|service| Some(service).filter(|service| !service.eq_ignore_ascii_case("none"))),
        rate_limit,
        accept_over_limit,
        restricted_to_links: linked_only,
        options: option
            .into_iter()
            .map(|(name, value)| (name, Some(value).filter(|value| !value.is_empty())))
            .collect(),
    }
}

fn mapping(pairs: &[Pair]) -> Result<LevelMapping, Failure> {
    let mut entries = Vec::new();
    for (level, action) in pairs {
        let action = action.parse().map_err(|_| {
            let why = format!("--map {level}={action}: expected SEV0 to SEV4 or do_not_create");
            Failure::Usage(why)
        })?;
        entries.push((level.clone(), action));
    }
    Ok(LevelMapping::new(entries))
}

fn moved(control: &Control, which: &Which, to: Move, out: Out) -> Result<(), Failure> {
    let done = control.integration_move(&which.integration, to)?;
    let state = to.target();
    show::change(&done, out, |view, is_changed| {
        let verb = if is_changed { "is now" } else { "was already" };
        format!("{:?} {verb} {state}", view.integration.name)
    });
    Ok(())
}

fn told(done: &(IntegrationView, bool), what: &str, out: Out) {
    show::change(done, out, |view, is_changed| {
        let name = &view.integration.name;
        if is_changed {
            format!("{what} {name:?}")
        } else {
            format!("nothing to do: {name:?} is like that already")
        }
    });
}

fn secret(control: &Control, command: SecretCommand, out: Out) -> Result<(), Failure> {
    match command {
        SecretCommand::Add { which, secret, secret_file } => {
            let pasted = match (secret, secret_file) {
                (Some(text), _) => Some(Input::default().secret("--secret", &text)?),
                (None, Some(path)) => Some(Input::file(&path)?),
                (None, None) => None,
            };
            let added = control.secret_add(&which.integration, pasted.as_ref())?;
            let generated = added.generated.as_ref().map(Secret::expose);
            let fields = json!({"id": added.id.to_string(), "secret": generated});
            out.result(&fields, || {
                let stored = format!(
                    "stored signing secret {}; from now on a signature is asked for",
                    added.id
                );
                match generated {
                    Some(secret) => {
                        format!("{stored}\n\n  {secret}\n\nIt is not shown again.")
                    }
                    None => stored,
                }
            });
        }
        SecretCommand::Remove { which, secret_id, all: _ } => {
            let remove = match secret_id {
                None => SecretRemove::All,
                Some(id) => SecretRemove::One(id.parse().map_err(|e| {
                    Failure::Usage(format!("{id:?} is no id of a signing secret: {e}"))
                })?),
            };
            let left = control.secret_remove(&which.integration, remove)?;
            out.result(&json!({"secrets_left": left}), || match left {
                0 => "no signing secret is left: no signature is asked for".to_owned(),
                left => format!("removed; {left} signing secret is left"),
            });
        }
    }
    Ok(())
}
