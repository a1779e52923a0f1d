//! Configuration as code: what a file says shall be, made so in one step.

mod changes;
mod difference;
mod integrations;
mod node;
mod plan;
mod planner;
mod read;
mod secrets;
mod services;
mod wanted;

use std::collections::BTreeMap;

use watchbell_store::{ConfigChange, StoredConfig};

use crate::documents::ConfigDocument;
use crate::{Control, ControlError};
pub use difference::FieldChange;
pub use plan::{Plan, PlanAction, PlanLine};
use planner::Planner;
pub use wanted::{SecretSource, Wanted};

impl Control {
    /// The whole configuration as a document that [`Control::config_apply`] finds nothing to do for.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if integrations cannot be told apart by their names.
    pub fn config_export(&self) -> Result<ConfigDocument, ControlError> {
        let config = self.store.config_load()?;
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for integration in &config.integrations {
            let count = names.entry(integration.name.to_lowercase()).or_default();
            *count = count.saturating_add(1);
        }
        let twice: Vec<_> = config
            .integrations
            .iter()
            .filter(|one| names.get(&one.name.to_lowercase()).is_some_and(|count| *count > 1))
            .map(|one| format!("{} ({:?})", one.id, one.name))
            .collect();
        if twice.is_empty() {
            return Ok(ConfigDocument::of(&config));
        }
        Err(ControlError::refused(format!(
            "a file tells integrations apart by their names, and these share one: {}. Rename them \
             (`watchbell integration set ID --name NAME`)",
            twice.join(", ")
        )))
    }

    /// What [`Control::config_apply`] would do now. Changes nothing.
    ///
    /// # Errors
    /// As for [`Control::config_apply`].
    pub fn config_plan(&self, wanted: &Wanted, prune: bool) -> Result<Plan, ControlError> {
        let config = self.store.config_load()?;
        self.vault.refresh()?;
        Ok(self.planned(&config, wanted, prune)?.1)
    }

    /// Makes the configuration what `wanted` says, all of it or nothing. What `wanted` does not
    /// speak of stays, unless `prune`: then, of the kinds of things that it does speak of, what it
    /// does not name is switched off.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with everything that is wrong.
    pub fn config_apply(&self, wanted: &Wanted, prune: bool) -> Result<Plan, ControlError> {
        self.change(|config| self.planned(config, wanted, prune))
    }

    fn planned(
        &self,
        config: &StoredConfig,
        wanted: &Wanted,
        prune: bool,
    ) -> Result<(Vec<ConfigChange>, Plan), ControlError> {
        let mut planner = Planner::new(self, config, prune);
        planner.problems.clone_from(&wanted.problems);
        planner.settings(wanted);
        planner.teams(wanted)?;
        planner.services(wanted)?;
        planner.integrations(wanted)?;
        planner.end()
    }
}
