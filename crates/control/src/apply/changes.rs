//! From changes of the configuration to the words that people read before they agree.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use watchbell_model::{IntegrationId, Service, ServiceId, SubjectKind as Kind};
use watchbell_store::{ConfigChange, StoredConfig};

use super::difference::{FieldChange, between};
use super::{Plan, PlanAction, PlanLine};
use crate::documents::{IntegrationDocument, ServiceDocument, SettingsDocument, TeamDocument};

/// What leads from one configuration to the next.
pub(super) struct Told<'a> {
    pub(super) before: &'a StoredConfig,
    pub(super) after: &'a StoredConfig,
    pub(super) changes: &'a [ConfigChange],
    /// What the file does not name.
    pub(super) pruned_services: &'a BTreeSet<ServiceId>,
    pub(super) pruned_integrations: &'a BTreeSet<IntegrationId>,
    /// New services that have a key of ours, which is another one each time.
    pub(super) unnamed: &'a BTreeSet<ServiceId>,
}

impl Told<'_> {
    /// The lines of the plan.
    pub(super) fn plan(&self) -> Plan {
        let mut lines = Vec::new();
        let [was, is] = [self.before, self.after].map(|one| SettingsDocument::of(&one.settings));
        lines.extend(self.line(Some(PlanAction::Change), Kind::Settings, "", None, &was, &is, &[]));
        self.teams(&mut lines);
        self.services(&mut lines);
        self.integrations(&mut lines);
        Plan { lines }
    }

    fn teams(&self, lines: &mut Vec<PlanLine>) {
        for team in &self.before.teams {
            if self.after.teams.iter().all(|other| other.id != team.id) {
                lines.push(bare(PlanAction::Remove, Kind::Team, &team.name, None));
            }
        }
        for team in &self.after.teams {
            let Some(was) = self.before.teams.iter().find(|other| other.id == team.id) else {
                lines.push(bare(PlanAction::Add, Kind::Team, &team.name, None));
                continue;
            };
            let (was, is) =
                (TeamDocument::of(self.before, was), TeamDocument::of(self.after, team));
            lines.extend(self.line(None, Kind::Team, &team.name, None, &was, &is, &[]));
        }
    }

    fn services(&self, lines: &mut Vec<PlanLine>) {
        for service in &self.after.services {
            let key = (!self.unnamed.contains(&service.id)).then(|| best_key(service));
            let Some(was) = self.before.services.iter().find(|other| other.id == service.id) else {
                lines.push(bare(PlanAction::Add, Kind::Service, &service.name, key));
                continue;
            };
            let action = self.pruned_services.contains(&service.id).then_some(PlanAction::Remove);
            let (was, is) =
                (ServiceDocument::of(self.before, was), ServiceDocument::of(self.after, service));
            lines.extend(self.line(action, Kind::Service, &service.name, key, &was, &is, &[]));
        }
    }

    fn integrations(&self, lines: &mut Vec<PlanLine>) {
        for integration in &self.after.integrations {
            let (id, name) = (integration.id, &integration.name);
            let Some(was) = self.before.integrations.iter().find(|other| other.id == id) else {
                lines.push(bare(PlanAction::Add, Kind::Integration, name, None));
                continue;
            };
            let action = self.pruned_integrations.contains(&id).then_some(PlanAction::Remove);
            let was = IntegrationDocument::of(self.before, was);
            let is = IntegrationDocument::of(self.after, integration);
            let secrets = self.secrets(id);
            lines.extend(self.line(action, Kind::Integration, name, None, &was, &is, &secrets));
        }
    }

    /// That secrets of an integration come and go, and nothing about them.
    fn secrets(&self, id: IntegrationId) -> Vec<FieldChange> {
        let told = |field: &str, before: Option<&str>, after: Option<&str>| FieldChange {
            field: field.to_owned(),
            before: before.map(Value::from),
            after: after.map(Value::from),
        };
        let owner = |secret| {
            let found = self.before.signing_secrets.iter().find(|record| record.id == secret);
            found.map(|record| record.integration)
        };
        let told = |change: &ConfigChange| match change {
            ConfigChange::SigningSecretAdd(record) if record.integration == id => {
                Some(told("signing_secret", None, Some("set")))
            }
            ConfigChange::SigningSecretRemove(secret) if owner(*secret) == Some(id) => {
                Some(told("signing_secret", Some("set"), None))
            }
            ConfigChange::RoutingKeyAdd(record) if record.integration == id => {
                Some(told("routing_key", Some("set"), Some("another, the old one ends")))
            }
            _ => None,
        };
        self.changes.iter().filter_map(told).collect()
    }

    /// A line about something that was there; none if it stays as it is.
    #[expect(clippy::too_many_arguments, reason = "they are the parts of one line")]
    fn line<D: Serialize>(
        &self,
        action: Option<PlanAction>,
        kind: Kind,
        name: &str,
        key: Option<String>,
        was: &D,
        is: &D,
        more: &[FieldChange],
    ) -> Option<PlanLine> {
        let [was, is] = [was, is].map(|document| self.named(document));
        let mut fields = between(&was, &is);
        fields.extend_from_slice(more);
        if fields.is_empty() {
            return None;
        }
        let action = action.unwrap_or(PlanAction::Change);
        Some(PlanLine { fields, ..bare(action, kind, name, key) })
    }

    /// A document, in which services without a lasting key go by their names.
    fn named(&self, document: &impl Serialize) -> Value {
        let mut value = serde_json::to_value(document).unwrap_or_default();
        let unnamed = self.after.services.iter().filter(|one| self.unnamed.contains(&one.id));
        let names: BTreeMap<_, _> =
            unnamed.map(|one| (one.key.as_str(), one.name.as_str())).collect();
        if !names.is_empty() {
            rename(&mut value, &names);
        }
        value
    }
}

fn bare(action: PlanAction, kind: Kind, name: &str, key: Option<String>) -> PlanLine {
    PlanLine { action, kind, name: name.to_owned(), key, fields: Vec::new() }
}

/// The key that people know best.
fn best_key(service: &Service) -> String {
    match &service.slug {
        Some(slug) => slug.to_string(),
        None => service.legacy_key.to_string(),
    }
}

fn rename(value: &mut Value, names: &BTreeMap<&str, &str>) {
    match value {
        Value::String(text) => {
            if let Some(name) = names.get(text.as_str()) {
                (*name).clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(map) => map.values_mut().for_each(|item| rename(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
