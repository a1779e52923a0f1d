//! Reads what a file says about an integration.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use watchbell_model::{IntegrationState, LevelMapping, Secret};

use super::super::SecretSource;
use super::super::node::{Node, Problems};
use super::super::wanted::{WantedIntegration, WantedLink, WantedProject};
use super::{OpenSecret, all};
use crate::error::problem;

/// How a secret is given.
const SOURCE: &str = "{env: NAME} or {file: PATH}: a secret itself does not belong into the file";

/// The integration at `node`, whose secrets are had from `open`.
pub(super) fn read(
    node: &Node<'_>,
    problems: &mut Problems,
    open: OpenSecret<'_>,
) -> Option<WantedIntegration> {
    let known = [
        "name",
        "provider",
        "state",
        "rate_limit",
        "accept_over_limit",
        "restricted_to_links",
        "default_service",
        "services",
        "projects",
        "options",
        "signing_secrets",
        "routing_key",
    ];
    let fields = node.fields(&known, problems)?;
    let name = fields.required("name", problems);
    let secret = |node: &Node<'_>, problems: &mut Problems| secret(node, problems, open);
    let wanted = WantedIntegration {
        path: node.path.clone(),
        name: name.clone().unwrap_or_default(),
        provider: fields.read("provider", problems, Node::text),
        state: fields.read("state", problems, state),
        rate_limit: fields.read("rate_limit", problems, Node::number),
        accept_over_limit: fields.read("accept_over_limit", problems, Node::truth),
        restricted_to_links: fields.read("restricted_to_links", problems, Node::truth),
        default_service: fields.or_none("default_service", problems, Node::text),
        links: fields.read("services", problems, |node, problems| all(node, problems, link)),
        projects: fields.read("projects", problems, |node, problems| all(node, problems, project)),
        options: fields.read("options", problems, options),
        secrets: fields.read("signing_secrets", problems, |node, problems| {
            if !node.value.is_array() {
                node.wrong_and_hidden(&format!("a list of {SOURCE}"), problems);
                return None;
            }
            all(node, problems, secret)
        }),
        routing_key: fields.read("routing_key", problems, secret),
    };
    name.map(|_| wanted)
}

fn state(node: &Node<'_>, problems: &mut Problems) -> Option<IntegrationState> {
    let mut all = IntegrationState::ALL.into_iter();
    let state = all.find(|state| node.value.as_str() == Some(state.as_str()));
    if state.is_none() {
        node.wrong("one of connected, disabled, disconnected", problems);
    }
    state
}

/// A linked service: its key alone, or with a mapping.
fn link(node: &Node<'_>, problems: &mut Problems) -> Option<WantedLink> {
    let path = node.path.clone();
    if let Value::String(service) = node.value {
        return Some(WantedLink { path, service: service.clone(), mapping: None });
    }
    let fields = node.fields(&["service", "mapping"], problems)?;
    let service = fields.required("service", problems);
    let mapping = fields.read("mapping", problems, |node, problems| {
        let mut entries = Vec::new();
        for (level, action) in node.entries(problems)? {
            let expected = "one of SEV0, SEV1, SEV2, SEV3, SEV4, do_not_create";
            entries
                .extend(action.word(expected, problems).map(|action| (level.to_owned(), action)));
        }
        Some(LevelMapping::new(entries))
    });
    Some(WantedLink { path, service: service?, mapping })
}

fn project(node: &Node<'_>, problems: &mut Problems) -> Option<WantedProject> {
    let fields = node.fields(&["project", "service", "active"], problems)?;
    let project = fields.required("project", problems);
    let service = fields.required("service", problems);
    let active = fields.read("active", problems, Node::truth).unwrap_or(true);
    Some(WantedProject { path: node.path.clone(), project: project?, service: service?, active })
}

/// The provider's own settings, in which numbers and truths may stand as they are.
fn options(node: &Node<'_>, problems: &mut Problems) -> Option<BTreeMap<String, String>> {
    let mut options = BTreeMap::new();
    for (name, value) in node.entries(problems)? {
        let text = match value.value {
            Value::Bool(_) | Value::Number(_) => Some(value.value.to_string()),
            _ => value.text(problems),
        };
        options.extend(text.map(|text| (name.to_owned(), text)));
    }
    Some(options)
}

fn secret(node: &Node<'_>, problems: &mut Problems, open: OpenSecret<'_>) -> Option<Secret> {
    let Value::Object(map) = node.value else {
        node.wrong_and_hidden(SOURCE, problems);
        return None;
    };
    let mut fields = map.iter();
    let (source, name, expected) = match (fields.next(), fields.next()) {
        (Some((kind, Value::String(name))), None) if kind == "env" => {
            (SecretSource::Env(name.clone()), "env", "the name of a variable that is set")
        }
        (Some((kind, Value::String(path))), None) if kind == "file" => {
            (SecretSource::File(PathBuf::from(path)), "file", "a file that can be read")
        }
        _ => {
            node.wrong_and_hidden(SOURCE, problems);
            return None;
        }
    };
    match open(&source) {
        Ok(secret) => Some(secret),
        Err(why) => {
            problems.push(problem(&format!("{}.{name}", node.path), expected, why));
            None
        }
    }
}
