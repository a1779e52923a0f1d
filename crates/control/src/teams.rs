//! Teams: who owns which services.

use watchbell_model::{Team, TeamId, fold_name};
use watchbell_provider::FieldProblem;
use watchbell_store::{ConfigChange, StoredConfig};

use crate::error::{all, problem, quoted};
use crate::service::{MAX_DESCRIPTION, name_problem};
use crate::{Control, ControlError, find};

/// A team to be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TeamNew {
    /// What people call it: 1 to 200 characters, unique without case.
    pub name: String,
    /// What it looks after, up to 2,000 characters.
    pub description: Option<String>,
    /// Who is in it, by id or e-mail address.
    pub members: Vec<String>,
}

/// What shall change about a team. What is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TeamSet {
    /// What people call it.
    pub name: Option<String>,
    /// What it looks after, or `Some(None)` for nothing.
    pub description: Option<Option<String>>,
    /// Who is in it, by id or e-mail address: all of them.
    pub members: Option<Vec<String>>,
}

impl Control {
    /// Every team, by name.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn team_list(&self) -> Result<Vec<Team>, ControlError> {
        Ok(self.store.config_load()?.teams)
    }

    /// The team with this id or name.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn team_show(&self, reference: &str) -> Result<Team, ControlError> {
        Ok(find::team(&self.store.config_load()?, reference)?.clone())
    }

    /// Adds a team.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with every wrong value; [`ControlError::Taken`] for a name that
    /// another team has; [`ControlError::NotFound`] for a member.
    pub fn team_add(&self, new: &TeamNew) -> Result<Team, ControlError> {
        self.change(|config| {
            let team = Team {
                id: TeamId::from_uuid(self.ids.next()),
                name: new.name.trim().to_owned(),
                description: new.description.clone().filter(|text| !text.trim().is_empty()),
                members: members(config, &new.members)?,
                created_at: self.clock.now(),
            };
            check(config, &team)?;
            Ok((vec![ConfigChange::TeamAdd(team.clone())], team))
        })
    }

    /// Changes a team. False if nothing changed.
    ///
    /// # Errors
    /// As for [`Control::team_add`].
    pub fn team_set(&self, reference: &str, set: &TeamSet) -> Result<(Team, bool), ControlError> {
        self.change(|config| {
            let before = find::team(config, reference)?;
            let mut team = before.clone();
            apply(config, &mut team, set)?;
            if team == *before {
                return Ok((Vec::new(), (team, false)));
            }
            check(config, &team)?;
            Ok((vec![ConfigChange::TeamSet(team.clone())], (team, true)))
        })
    }

    /// Removes a team. Its services stay, without a team.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn team_remove(&self, reference: &str) -> Result<Team, ControlError> {
        self.change(|config| {
            let team = find::team(config, reference)?.clone();
            Ok((vec![ConfigChange::TeamRemove(team.id)], team))
        })
    }
}

/// Makes `team` what `set` says.
pub(crate) fn apply(
    config: &StoredConfig,
    team: &mut Team,
    set: &TeamSet,
) -> Result<(), ControlError> {
    if let Some(name) = &set.name {
        name.trim().clone_into(&mut team.name);
    }
    if let Some(description) = &set.description {
        team.description = description.clone().filter(|text| !text.trim().is_empty());
    }
    if let Some(wanted) = &set.members {
        team.members = members(config, wanted)?;
    }
    Ok(())
}

/// The ids of these users, each once, in their order.
fn members(
    config: &StoredConfig,
    wanted: &[String],
) -> Result<Vec<watchbell_model::UserId>, ControlError> {
    let mut ids = all(wanted.iter().enumerate().map(|(place, reference)| {
        let found = find::user(config, reference).map(|user| user.id);
        found.map_err(|error| error.in_field(&format!("members[{place}]")))
    }))?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Whether the team may be as it is.
pub(crate) fn check(config: &StoredConfig, team: &Team) -> Result<(), ControlError> {
    let mut problems: Vec<FieldProblem> = name_problem(&team.name).into_iter().collect();
    let description = team.description.as_deref().unwrap_or("");
    if description.chars().count() > MAX_DESCRIPTION {
        let expected = format!("at most {MAX_DESCRIPTION} characters");
        problems.push(problem("description", expected, quoted(description)));
    }
    if !problems.is_empty() {
        return Err(ControlError::Invalid(problems));
    }
    let folded = fold_name(&team.name);
    let is_rival = |other: &&Team| other.id != team.id && fold_name(&other.name) == folded;
    match config.teams.iter().find(is_rival) {
        None => Ok(()),
        Some(other) => Err(ControlError::Taken {
            what: format!("the name {}", quoted(&team.name)),
            owner: format!("team {}", other.id),
        }),
    }
}
