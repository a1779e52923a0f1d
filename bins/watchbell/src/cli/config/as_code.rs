//! `watchbell config plan`, `apply` and `export`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use watchbell_control::{Plan, PlanAction, PlanLine, SecretSource, Wanted};
use watchbell_model::{Secret, SubjectKind};

use super::super::{Failure, failed, open};
use super::file;
use crate::cli::input::secret_in;
use crate::config::Config;
use crate::out::Out;

#[derive(Debug, Args)]
pub(in crate::cli) struct FileArgs {
    /// The file, in YAML or JSON; - for standard input.
    #[arg(long, short, value_name = "PATH")]
    file: PathBuf,
    /// Switch off what the file does not name, of the kinds of things that it speaks of: teams are
    /// removed, services take no new incidents, integrations are disconnected.
    #[arg(long)]
    prune: bool,
}

/// Shows what would be done.
pub(super) fn plan(
    args: &FileArgs,
    config: &Config,
    environment: &BTreeMap<String, String>,
    out: Out,
) -> Result<(), Failure> {
    let wanted = wanted(args, environment)?;
    let plan = open(config)?.control.config_plan(&wanted, args.prune)?;
    out.result(&value(&plan, false), || {
        let [add, change, remove] = counts(&plan);
        let end = format!("{add} to add, {change} to change, {remove} to remove");
        text(&plan, &format!("{end}; nothing was changed"))
    });
    Ok(())
}

/// Does it.
pub(super) fn apply(
    args: &FileArgs,
    config: &Config,
    environment: &BTreeMap<String, String>,
    out: Out,
) -> Result<(), Failure> {
    let wanted = wanted(args, environment)?;
    let plan = open(config)?.control.config_apply(&wanted, args.prune)?;
    out.result(&value(&plan, true), || {
        let [added, changed, removed] = counts(&plan);
        let is_new = |line: &PlanLine| {
            line.kind == SubjectKind::Integration && line.action == PlanAction::Add
        };
        let advice = if plan.lines.iter().any(is_new) {
            "\n\nThe address of a new integration: `watchbell integration show NAME --reveal`"
        } else {
            ""
        };
        text(&plan, &format!("{added} added, {changed} changed, {removed} removed{advice}"))
    });
    Ok(())
}

/// Prints everything that a file may say, as it is.
pub(super) fn export(config: &Config, out: Out) -> Result<(), Failure> {
    let document = open(config)?.control.config_export()?;
    let json = serde_json::to_value(&document)
        .map_err(|error| failed("cannot write the document", &error))?;
    let yaml = file::write(&document)?;
    out.result(&json, || yaml);
    Ok(())
}

fn wanted(args: &FileArgs, environment: &BTreeMap<String, String>) -> Result<Wanted, Failure> {
    let file = file::read(&args.file)?;
    Ok(Wanted::read(&file, &|source| secret(source, environment)))
}

fn secret(source: &SecretSource, environment: &BTreeMap<String, String>) -> Result<Secret, String> {
    match source {
        // Its name is not repeated: somebody may have put the secret there.
        SecretSource::Env(name) => {
            environment.get(name).map(Secret::new).ok_or_else(|| "none of that name".to_owned())
        }
        SecretSource::File(path) => secret_in(path).map_err(|error| error.to_string()),
    }
}

fn counts(plan: &Plan) -> [usize; 3] {
    [PlanAction::Add, PlanAction::Change, PlanAction::Remove].map(|action| plan.count(action))
}

fn text(plan: &Plan, end: &str) -> String {
    if plan.is_empty() {
        return "nothing to do: everything is as the file says".to_owned();
    }
    let lines: Vec<_> = plan.lines.iter().map(ToString::to_string).collect();
    format!("{}\n\n{end}", lines.join("\n"))
}

fn value(plan: &Plan, applied: bool) -> Value {
    let line = |line: &PlanLine| {
        let fields = line.fields.iter().map(
            |change| json!({"field": change.field, "before": change.before, "after": change.after}),
        );
        json!({
            "action": line.action.as_str(),
            "type": line.kind.as_str(),
            "name": line.name,
            "key": line.key,
            "fields": fields.collect::<Vec<_>>(),
        })
    };
    let [add, change, remove] = counts(plan);
    json!({
        "applied": applied,
        "changed": applied && !plan.is_empty(),
        "add": add,
        "change": change,
        "remove": remove,
        "changes": plan.lines.iter().map(line).collect::<Vec<_>>(),
    })
}
