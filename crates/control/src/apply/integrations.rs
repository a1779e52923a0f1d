//! From a file's integrations to changes. Their secrets: `secrets.rs`.

use std::collections::BTreeSet;

use watchbell_model::{ConnectionScope, Integration, LevelMapping, Link, ProjectMapping};
use watchbell_provider::Provider;
use watchbell_store::ConfigChange;

use super::node::within;
use super::planner::Planner;
use super::wanted::{Wanted, WantedIntegration, WantedLink, WantedProject};
use crate::error::{problem, quoted};
use crate::integration::{link, problems};
use crate::projects::folded;
use crate::{ControlError, IntegrationNew, Move, find};

impl Planner<'_> {
    pub(super) fn integrations(&mut self, wanted: &Wanted) -> Result<(), ControlError> {
        let Some(all) = &wanted.integrations else { return Ok(()) };
        let mut named = BTreeSet::new();
        for one in all {
            if named.insert(one.name.trim().to_lowercase()) {
                self.integration(one)?;
            } else {
                self.twice(&within(&one.path, "name"), &one.name);
            }
        }
        if !self.prune {
            return Ok(());
        }
        let gone = Move::Disconnect.target();
        let is_other = |one: &&Integration| {
            one.state != gone && !named.contains(&one.name.trim().to_lowercase())
        };
        let others: Vec<_> = self.now.integrations.iter().filter(is_other).cloned().collect();
        for integration in others {
            self.pruned_integrations.insert(integration.id);
            self.push(ConfigChange::IntegrationSet(Integration { state: gone, ..integration }));
        }
        Ok(())
    }

    fn integration(&mut self, wanted: &WantedIntegration) -> Result<(), ControlError> {
        let folded = wanted.name.trim().to_lowercase();
        let mut named =
            self.now.integrations.iter().filter(|one| one.name.to_lowercase() == folded);
        match (named.next().cloned(), named.count()) {
            (None, _) => self.integration_new(wanted),
            (Some(before), 0) => self.integration_as_wanted(&before, wanted),
            (Some(_), _) => {
                let expected = "a name that only one integration has: rename the others first";
                let path = within(&wanted.path, "name");
                self.problems.push(problem(&path, expected, quoted(&wanted.name)));
                Ok(())
            }
        }
    }

    fn integration_new(&mut self, wanted: &WantedIntegration) -> Result<(), ControlError> {
        let Some(name) = &wanted.provider else {
            let path = within(&wanted.path, "provider");
            let expected = "the provider of an integration that is new";
            self.problems.push(problem(&path, expected, "nothing"));
            return Ok(());
        };
        let Some(provider) = self.noted(&wanted.path, find::provider(name))? else {
            return Ok(());
        };
        // Valid whatever the file says, so that everything else is checked in one place below.
        let new = IntegrationNew {
            provider: provider.slug().to_owned(),
            name: Some("new".to_owned()),
            ..IntegrationNew::default()
        };
        let mut integration = self.control.integration_of(&new, provider, &self.now)?;
        self.become_as_wanted(&mut integration, wanted);
        let is_right = self.checked(&integration, Some(provider), wanted);
        let secrets = self.secrets_of_new(&integration, provider, wanted)?;
        if is_right {
            self.push(ConfigChange::IntegrationAdd(integration));
            for change in secrets {
                self.push(change);
            }
        }
        Ok(())
    }

    fn integration_as_wanted(
        &mut self,
        before: &Integration,
        wanted: &WantedIntegration,
    ) -> Result<(), ControlError> {
        let provider = find::provider_of(before).ok();
        let is_other = |name: &&String| match find::provider(name) {
            Ok(known) => known.slug() != before.provider,
            Err(_) => **name != before.provider,
        };
        if let Some(other) = wanted.provider.as_ref().filter(is_other) {
            let expected = format!("{}: a provider stays", before.provider);
            let path = within(&wanted.path, "provider");
            self.problems.push(problem(&path, expected, quoted(other)));
            return Ok(());
        }
        let mut integration = before.clone();
        self.become_as_wanted(&mut integration, wanted);
        // What stays as it is may break rules of today.
        if integration != *before && self.checked(&integration, provider, wanted) {
            self.push(ConfigChange::IntegrationSet(integration.clone()));
        }
        for change in self.secrets_of_known(&integration, provider, wanted)? {
            self.push(change);
        }
        Ok(())
    }

    fn checked(
        &mut self,
        integration: &Integration,
        provider: Option<&dyn Provider>,
        wanted: &WantedIntegration,
    ) -> bool {
        let Some(provider) = provider else { return true };
        let found = problems(integration, provider);
        let is_right = found.is_empty();
        self.wrong_within(&wanted.path, found);
        is_right
    }

    fn become_as_wanted(&mut self, integration: &mut Integration, wanted: &WantedIntegration) {
        wanted.name.trim().clone_into(&mut integration.name);
        integration.state = wanted.state.unwrap_or(integration.state);
        integration.rate_limit = wanted.rate_limit.unwrap_or(integration.rate_limit);
        integration.accept_over_limit =
            wanted.accept_over_limit.unwrap_or(integration.accept_over_limit);
        integration.restricted_to_links =
            wanted.restricted_to_links.unwrap_or(integration.restricted_to_links);
        if let Some(options) = &wanted.options {
            integration.options.clone_from(options);
        }
        if let Some(links) = &wanted.links {
            integration.links = self.links(integration, links);
        }
        if let Some(default) = &wanted.default_service {
            let path = within(&wanted.path, "default_service");
            let service = default.as_ref().and_then(|name| self.service_named(&path, name));
            integration.default_service = service.map(|service| service.id);
        }
        if let Some(default) = integration.default_service {
            link(integration, default);
        }
        if let Some(projects) = &wanted.projects {
            let mut all = self.projects(projects);
            // Those of a connection are the source's own.
            integration.projects.retain(|one| one.scope != ConnectionScope::NONE);
            integration.projects.append(&mut all);
            integration.projects.sort_by(|a, b| a.project.cmp(&b.project));
        }
        let services: Vec<_> = integration.projects.iter().map(|one| one.service).collect();
        for service in services {
            link(integration, service);
        }
    }

    fn links(&mut self, integration: &Integration, wanted: &[WantedLink]) -> Vec<Link> {
        let mut links: Vec<Link> = Vec::new();
        for one in wanted {
            let Some(service) = self.service_named(&one.path, &one.service) else { continue };
            if links.iter().any(|link| link.service == service.id) {
                self.twice(&one.path, &one.service);
                continue;
            }
            let mapping = match (&one.mapping, integration.link(service.id)) {
                (Some(mapping), _) => mapping.clone(),
                (None, Some(before)) => before.mapping.clone(),
                (None, None) => LevelMapping::default(),
            };
            links.push(Link { service: service.id, mapping });
        }
        links
    }

    fn projects(&mut self, wanted: &[WantedProject]) -> Vec<ProjectMapping> {
        let mut projects: Vec<ProjectMapping> = Vec::new();
        for one in wanted {
            let service = self.service_named(&within(&one.path, "service"), &one.service);
            let project = match folded(&one.project) {
                Ok(project) => project,
                Err(found) => {
                    self.wrong_within(&one.path, vec![found]);
                    continue;
                }
            };
            if projects.iter().any(|other| other.project == project) {
                self.twice(&within(&one.path, "project"), &one.project);
                continue;
            }
            projects.extend(service.map(|service| ProjectMapping {
                scope: ConnectionScope::NONE,
                project,
                service: service.id,
                active: one.active,
            }));
        }
        projects
    }
}
