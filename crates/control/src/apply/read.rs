//! Reads what a file says, once its text is a tree of values.

mod integration;

use serde_json::Value;
use watchbell_model::{LegacyKey, Secret, ServiceSlug};

use super::SecretSource;
use super::node::{Fields, Node, Problems};
use super::wanted::{Wanted, WantedService, WantedTeam};
use crate::documents::VERSION;
use crate::error::problem;
use crate::service::{KeysBrought, key_problem};
use crate::{ServiceSet, SettingsSet, TeamSet};

/// What a severity may be.
pub(super) const SEVERITIES: &str = "one of SEV0, SEV1, SEV2, SEV3, SEV4";

/// Opens the place where a secret is, or says in a few words why it cannot.
type OpenSecret<'a> = &'a dyn Fn(&SecretSource) -> Result<Secret, String>;

impl Wanted {
    /// Reads a file's tree. Secrets are had from `open`, which says in a few words why it cannot.
    /// What is wrong is told, all at once, when this is planned or applied.
    pub fn read(file: &Value, open: &dyn Fn(&SecretSource) -> Result<Secret, String>) -> Self {
        let mut problems = Problems::new();
        let mut wanted = Self::default();
        let root = Node { path: String::new(), value: file };
        let known = ["version", "settings", "teams", "services", "integrations"];
        if file.is_object() {
            if let Some(fields) = root.fields(&known, &mut problems) {
                wanted.fill(&fields, &mut problems, open);
            }
        } else {
            problems.push(problem(
                "version",
                VERSION.to_string(),
                "nothing: the file has no fields",
            ));
        }
        wanted.problems = problems;
        wanted
    }

    fn fill(&mut self, fields: &Fields<'_>, problems: &mut Problems, open: OpenSecret<'_>) {
        match fields.get("version") {
            Some(node) if node.value.as_u64() == Some(VERSION) => {}
            Some(node) => node.wrong(&VERSION.to_string(), problems),
            None => problems.push(problem("version", VERSION.to_string(), "nothing")),
        }
        self.settings = fields.read("settings", problems, settings);
        self.teams = fields.read("teams", problems, |node, problems| all(node, problems, team));
        self.services =
            fields.read("services", problems, |node, problems| all(node, problems, service));
        self.integrations = fields.read("integrations", problems, |node, problems| {
            all(node, problems, |node, problems| integration::read(node, problems, open))
        });
    }
}

/// Every item of a list that can be read.
pub(super) fn all<'a, T>(
    node: &Node<'a>,
    problems: &mut Problems,
    read: impl Fn(&Node<'a>, &mut Problems) -> Option<T>,
) -> Option<Vec<T>> {
    let items = node.items(problems)?;
    Some(items.iter().filter_map(|item| read(item, problems)).collect())
}

fn settings(node: &Node<'_>, problems: &mut Problems) -> Option<SettingsSet> {
    let known = ["organization_name", "default_severity", "reopen_days"];
    let fields = node.fields(&known, problems)?;
    Some(SettingsSet {
        organization_name: fields.or_none("organization_name", problems, Node::text),
        default_severity: fields
            .or_none("default_severity", problems, |node, found| node.word(SEVERITIES, found)),
        reopen_days: fields.or_none("reopen_days", problems, Node::number),
    })
}

fn team(node: &Node<'_>, problems: &mut Problems) -> Option<WantedTeam> {
    let fields = node.fields(&["name", "description", "members"], problems)?;
    let name = fields.required("name", problems);
    let members = |node: &Node<'_>, problems: &mut Problems| all(node, problems, Node::text);
    let set = TeamSet {
        name: name.clone(),
        description: fields.or_none("description", problems, Node::text),
        members: fields.read("members", problems, members),
    };
    Some(WantedTeam { path: node.path.clone(), name: name?, set })
}

fn service(node: &Node<'_>, problems: &mut Problems) -> Option<WantedService> {
    let known = [
        "key",
        "legacy_key",
        "slug",
        "name",
        "description",
        "active",
        "default_severity",
        "environment",
        "type",
        "repository",
        "url",
        "team",
    ];
    let fields = node.fields(&known, problems)?;
    let keys = keys(&fields, problems);
    let environments = "one of production, staging, development";
    let kinds = "one of api, web, worker, database, internal";
    let set = ServiceSet {
        name: fields.read("name", problems, Node::text),
        description: fields.or_none("description", problems, Node::text),
        active: fields.read("active", problems, Node::truth),
        default_severity: fields
            .or_none("default_severity", problems, |node, found| node.word(SEVERITIES, found)),
        environment: fields
            .read("environment", problems, |node, found| node.word(environments, found)),
        kind: fields.read("type", problems, |node, found| node.word(kinds, found)),
        repository: fields.or_none("repository", problems, Node::text),
        url: fields.or_none("url", problems, Node::text),
        team: fields.or_none("team", problems, Node::text),
    };
    let keys = keys?;
    if keys == KeysBrought::default() && set.name.is_none() {
        if fields.get("name").is_none() {
            problems.push(problem(&node.path, "a key, or a name", "neither"));
        }
        return None;
    }
    Some(WantedService { path: node.path.clone(), keys, set })
}

/// The keys that a service in the file is known by. None if one of them is wrong.
fn keys(fields: &Fields<'_>, problems: &mut Problems) -> Option<KeysBrought> {
    let count = problems.len();
    let text = |node: &Node<'_>, problems: &mut Problems| {
        let text = node.text(problems)?;
        let wrong = key_problem(&node.path, &text);
        let is_right = wrong.is_none();
        problems.extend(wrong);
        is_right.then_some(text)
    };
    let key = fields.or_none("key", problems, text).flatten();
    let mut keys = key.as_deref().map(KeysBrought::of).unwrap_or_default();
    if let Some(node) = fields.get("legacy_key").filter(|node| !node.value.is_null())
        && let Some(given) = text(&node, problems)
    {
        let given: Option<LegacyKey> = given.parse().ok();
        if given.is_none() || keys.legacy.is_some_and(|key| Some(key) != given) {
            node.wrong("the sequential key, like SER-00001", problems);
        }
        keys.legacy = given;
    }
    if let Some(node) = fields.get("slug").filter(|node| !node.value.is_null())
        && let Some(given) = text(&node, problems)
    {
        let KeysBrought { canonical, legacy, slug } = KeysBrought::of(&given);
        let is_other = |key: &ServiceSlug| Some(key) != slug.as_ref();
        let is_word = canonical.is_none() && legacy.is_none();
        if !is_word || keys.slug.as_ref().is_some_and(is_other) {
            node.wrong("a word of yours that is no svc_… and no SER-…", problems);
        }
        keys.slug = slug;
    }
    (problems.len() == count).then_some(keys)
}
