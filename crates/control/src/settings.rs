//! The settings of the instance that people change while it runs.

use watchbell_model::{InstanceSettings, Severity};
use watchbell_provider::FieldProblem;
use watchbell_store::ConfigChange;

use crate::error::problem;
use crate::service::name_problem;
use crate::{Control, ControlError};

/// What shall change about the settings. What is none stays; `Some(None)` goes back to what the
/// configuration file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsSet {
    /// What the organization is called: 1 to 200 characters.
    pub organization_name: Option<Option<String>>,
    /// The severity of what nothing else gives one.
    pub default_severity: Option<Option<Severity>>,
    /// For how many days after its end an incident may be reopened: at most 3,650.
    pub reopen_days: Option<Option<u32>>,
}

impl Control {
    /// The settings that were set here. What is none is as the configuration file says.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn settings(&self) -> Result<InstanceSettings, ControlError> {
        Ok(self.store.config_load()?.settings)
    }

    /// Changes settings. False if nothing changed.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with every wrong value.
    pub fn settings_set(
        &self,
        set: &SettingsSet,
    ) -> Result<(InstanceSettings, bool), ControlError> {
        let problems = set.problems();
        if !problems.is_empty() {
            return Err(ControlError::Invalid(problems));
        }
        self.change(|config| {
            let settings = set.on(&config.settings);
            if settings == config.settings {
                return Ok((Vec::new(), (settings, false)));
            }
            Ok((vec![ConfigChange::SettingsSet(settings.clone())], (settings, true)))
        })
    }
}

impl SettingsSet {
    /// What is wrong with the values.
    pub(crate) fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        if let Some(Some(name)) = &self.organization_name
            && let Some(mut wrong) = name_problem(name)
        {
            "organization_name".clone_into(&mut wrong.path);
            problems.push(wrong);
        }
        let most = InstanceSettings::MAX_REOPEN_DAYS;
        if let Some(Some(days)) = self.reopen_days
            && days > most
        {
            problems.push(problem("reopen_days", format!("0 to {most}"), days.to_string()));
        }
        problems
    }

    /// The settings as they are after the change.
    pub(crate) fn on(&self, settings: &InstanceSettings) -> InstanceSettings {
        let name = self.organization_name.as_ref().map(|name| name.as_deref().map(str::trim));
        InstanceSettings {
            organization_name: name
                .map_or_else(|| settings.organization_name.clone(), |name| name.map(str::to_owned)),
            default_severity: self.default_severity.unwrap_or(settings.default_severity),
            reopen_days: self.reopen_days.unwrap_or(settings.reopen_days),
        }
    }
}
