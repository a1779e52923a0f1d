//! From the configuration as it is and a file to changes: settings and teams here, the rest beside.

use std::collections::BTreeSet;

use watchbell_model::{IntegrationId, Service, ServiceId, Team, TeamId, fold_name};
use watchbell_store::{ConfigChange, StoredConfig};

use super::Plan;
use super::changes::Told;
use super::node::{Problems, within};
use super::wanted::{Wanted, WantedTeam};
use crate::error::{problem, quoted};
use crate::{Control, ControlError, after, find, teams};

/// The configuration on its way from what it is to what a file says.
pub(super) struct Planner<'a> {
    pub(super) control: &'a Control,
    pub(super) before: &'a StoredConfig,
    /// The configuration with what was planned so far.
    pub(super) now: StoredConfig,
    pub(super) prune: bool,
    pub(super) problems: Problems,
    changes: Vec<ConfigChange>,
    pub(super) pruned_services: BTreeSet<ServiceId>,
    pub(super) pruned_integrations: BTreeSet<IntegrationId>,
    pub(super) unnamed: BTreeSet<ServiceId>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(control: &'a Control, before: &'a StoredConfig, prune: bool) -> Self {
        Self {
            control,
            before,
            now: before.clone(),
            prune,
            problems: Vec::new(),
            changes: Vec::new(),
            pruned_services: BTreeSet::new(),
            pruned_integrations: BTreeSet::new(),
            unnamed: BTreeSet::new(),
        }
    }

    /// The changes and what they are in words, if nothing is wrong.
    pub(super) fn end(self) -> Result<(Vec<ConfigChange>, Plan), ControlError> {
        if !self.problems.is_empty() {
            return Err(ControlError::Invalid(self.problems));
        }
        let told = Told {
            before: self.before,
            after: &self.now,
            changes: &self.changes,
            pruned_services: &self.pruned_services,
            pruned_integrations: &self.pruned_integrations,
            unnamed: &self.unnamed,
        };
        let plan = told.plan();
        Ok((self.changes, plan))
    }

    pub(super) fn push(&mut self, change: ConfigChange) {
        after::apply(&mut self.now, &change);
        self.changes.push(change);
    }

    /// What `result` gives, or a note of why not, at `path` of the file. What is not the file's fault is
    /// handed on.
    pub(super) fn noted<T>(
        &mut self,
        path: &str,
        result: Result<T, ControlError>,
    ) -> Result<Option<T>, ControlError> {
        match result {
            Ok(value) => return Ok(Some(value)),
            Err(ControlError::Invalid(problems)) => {
                self.wrong_within(path, problems);
            }
            Err(ControlError::Taken { what, owner }) => {
                let got = format!("{what}, which is used by {owner}");
                self.problems.push(problem(path, "what is not used yet", got));
            }
            Err(ControlError::Refused { why }) => {
                self.problems.push(problem(path, "what can be done", why));
            }
            Err(error) => return Err(error),
        }
        Ok(None)
    }

    /// Notes what is wrong with fields of what stands at `path`.
    pub(super) fn wrong_within(&mut self, path: &str, problems: Problems) {
        self.problems.extend(problems.into_iter().map(|mut one| {
            one.path = within(path, &one.path);
            one
        }));
    }

    pub(super) fn settings(&mut self, wanted: &Wanted) {
        let Some(set) = &wanted.settings else { return };
        self.wrong_within("settings", set.problems());
        let settings = set.on(&self.now.settings);
        if settings != self.now.settings {
            self.push(ConfigChange::SettingsSet(settings));
        }
    }

    pub(super) fn teams(&mut self, wanted: &Wanted) -> Result<(), ControlError> {
        let Some(all) = &wanted.teams else { return Ok(()) };
        let mut named = BTreeSet::new();
        for team in all {
            if named.insert(fold_name(&team.name)) {
                self.team(team)?;
            } else {
                self.twice(&within(&team.path, "name"), &team.name);
            }
        }
        if !self.prune {
            return Ok(());
        }
        let others = self.now.teams.iter().filter(|team| !named.contains(&fold_name(&team.name)));
        let others: Vec<_> = others.map(|team| team.id).collect();
        for team in others {
            self.push(ConfigChange::TeamRemove(team));
        }
        Ok(())
    }

    fn team(&mut self, wanted: &WantedTeam) -> Result<(), ControlError> {
        let mut set = wanted.set.clone();
        if let Some(members) = &mut set.members {
            let mut place = 0_usize;
            members.retain(|member| {
                let path = format!("{}.members[{place}]", wanted.path);
                place = place.saturating_add(1);
                let is_there = find::user(&self.now, member).is_ok();
                if !is_there {
                    let expected =
                        "the e-mail address of a user (`watchbell user invite` adds one)";
                    self.problems.push(problem(&path, expected, quoted(member)));
                }
                is_there
            });
        }
        let folded = fold_name(&wanted.name);
        let before = self.now.teams.iter().find(|team| fold_name(&team.name) == folded).cloned();
        let mut team = before.clone().unwrap_or_else(|| Team {
            id: TeamId::from_uuid(self.control.ids.next()),
            name: String::new(),
            description: None,
            members: Vec::new(),
            created_at: self.control.clock.now(),
        });
        teams::apply(&self.now, &mut team, &set)?;
        let checked = teams::check(&self.now, &team);
        // Planned even if something is wrong, so that whoever names it is not told wrongly.
        self.noted(&wanted.path, checked)?;
        if before.as_ref() == Some(&team) {
            return Ok(());
        }
        self.push(match before {
            Some(_) => ConfigChange::TeamSet(team),
            None => ConfigChange::TeamAdd(team),
        });
        Ok(())
    }

    /// Notes that the file speaks of something a second time.
    pub(super) fn twice(&mut self, path: &str, name: &str) {
        let got = format!("{} a second time", quoted(name));
        self.problems.push(problem(path, "each once", got));
    }

    /// The service that `reference` means: one of its keys, or a name that only it has.
    pub(super) fn service_named(&mut self, path: &str, reference: &str) -> Option<Service> {
        if let Ok(found) = find::service(&self.now, reference) {
            return Some(found.clone());
        }
        let folded = fold_name(reference);
        let mut named = self.now.services.iter().filter(|one| fold_name(&one.name) == folded);
        if let (Some(only), None) = (named.next(), named.next()) {
            return Some(only.clone());
        }
        let expected = "the key of a service, or a name that only one service has";
        self.problems.push(problem(path, expected, quoted(reference)));
        None
    }
}
