//! From a file's services to changes.

use std::collections::BTreeSet;

use watchbell_model::{Service, fold_name, fold_service_reference};
use watchbell_store::ConfigChange;

use super::node::within;
use super::planner::Planner;
use super::wanted::{Wanted, WantedService};
use crate::error::{problem, quoted};
use crate::service::{KeysBrought, apply};
use crate::{ControlError, ServiceNew, ServiceSet, find};

/// Which service of the configuration one of the file is.
enum Found {
    /// This one.
    There(Box<Service>),
    /// None: it is new.
    New,
    /// Nobody can say.
    Unclear,
}

impl Planner<'_> {
    /// Those that bring a sequential key come first, so that no other gets it, and those that have
    /// nothing but a name last, so that they meet the others by their new names.
    pub(super) fn services(&mut self, wanted: &Wanted) -> Result<(), ControlError> {
        let Some(all) = &wanted.services else { return Ok(()) };
        let mut in_order: Vec<_> = all.iter().collect();
        in_order.sort_by_key(|one| (one.keys.legacy.is_none(), one.keys == KeysBrought::default()));
        let mut named = BTreeSet::new();
        for one in in_order {
            let found = self.found(one);
            let service = match found {
                Found::There(before) => {
                    if named.contains(&before.id) {
                        self.twice(&one.path, &before.name);
                        continue;
                    }
                    named.insert(before.id);
                    self.service_as_wanted(&before, one)?
                }
                Found::New => self.service_new(one)?,
                Found::Unclear => continue,
            };
            named.extend(service.map(|service| service.id));
        }
        if !self.prune {
            return Ok(());
        }
        let others = self.now.services.iter().filter(|one| one.active && !named.contains(&one.id));
        let others: Vec<_> = others.cloned().collect();
        for service in others {
            self.pruned_services.insert(service.id);
            self.push(ConfigChange::ServiceSet(Service { active: false, ..service }));
        }
        Ok(())
    }

    fn found(&mut self, wanted: &WantedService) -> Found {
        let keys: Vec<_> = wanted.keys.texts().collect();
        if keys.is_empty() {
            return self.found_by_name(wanted);
        }
        let of = |key: &String| {
            let folded = fold_service_reference(key)?;
            self.now.services.iter().find(|service| find::answers_to(service, &folded))
        };
        let owners: Vec<_> = keys.iter().map(of).collect();
        let Some(first) = owners.iter().flatten().next() else { return Found::New };
        if owners.iter().all(|owner| owner.is_some_and(|owner| owner.id == first.id)) {
            return Found::There(Box::new(Service::clone(first)));
        }
        let expected =
            format!("keys of one service: {} has others, and keys stay", first.legacy_key);
        self.problems.push(problem(&wanted.path, expected, keys.join(", ")));
        Found::Unclear
    }

    fn found_by_name(&mut self, wanted: &WantedService) -> Found {
        let name = wanted.set.name.as_deref().unwrap_or_default();
        let folded = fold_name(name);
        let named: Vec<_> =
            self.now.services.iter().filter(|one| fold_name(&one.name) == folded).collect();
        match named.as_slice() {
            [] => Found::New,
            [only] => Found::There(Box::new(Service::clone(only))),
            several => {
                let keys: Vec<_> = several.iter().map(|one| one.legacy_key.to_string()).collect();
                let expected = format!("a key beside the name, which {} have", keys.join(", "));
                self.problems.push(problem(&wanted.path, expected, quoted(name)));
                Found::Unclear
            }
        }
    }

    fn service_new(&mut self, wanted: &WantedService) -> Result<Option<Service>, ControlError> {
        let Some(name) = &wanted.set.name else {
            let expected = "the name of a service: none has its key yet";
            self.problems.push(problem(&within(&wanted.path, "name"), expected, "nothing"));
            return Ok(None);
        };
        let new = ServiceNew::named(name);
        let bare = self.control.service_with(&new, wanted.keys.clone(), &self.now);
        let Some(mut service) = self.noted(&wanted.path, bare)? else { return Ok(None) };
        let set = self.with_team(wanted);
        let done = apply(&self.now, &mut service, &set);
        // Planned even if something is wrong, so that whoever names it is not told wrongly.
        self.noted(&wanted.path, done)?;
        if wanted.keys == KeysBrought::default() {
            self.unnamed.insert(service.id);
        }
        self.push(ConfigChange::ServiceAdd(service.clone()));
        Ok(Some(service))
    }

    fn service_as_wanted(
        &mut self,
        before: &Service,
        wanted: &WantedService,
    ) -> Result<Option<Service>, ControlError> {
        let mut service = before.clone();
        let set = self.with_team(wanted);
        let done = apply(&self.now, &mut service, &set);
        // What stays as it is may break rules of today.
        if service != *before && self.noted(&wanted.path, done)?.is_some() {
            self.push(ConfigChange::ServiceSet(service.clone()));
        }
        Ok(Some(service))
    }

    /// What the file says, without a team that is not there, which is noted.
    fn with_team(&mut self, wanted: &WantedService) -> ServiceSet {
        let mut set = wanted.set.clone();
        if let Some(Some(team)) = &set.team
            && find::team(&self.now, team).is_err()
        {
            let path = within(&wanted.path, "team");
            self.problems.push(problem(&path, "the name of a team", quoted(team)));
            set.team = None;
        }
        set
    }
}
