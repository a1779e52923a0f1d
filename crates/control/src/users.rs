//! Who may use Watchbell, and for what.

use watchbell_model::{Actor, Email, Role, User, UserId};
use watchbell_store::{ConfigChange, StoredConfig};

use crate::error::{problem, quoted};
use crate::service::name_problem;
use crate::sign_in::LinkMade;
use crate::{Control, ControlError, find};

/// A person to be invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserNew {
    /// What they will sign in with.
    pub email: String,
    /// What people call them: 1 to 200 characters.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What shall change about a user. What is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserSet {
    /// What people call them.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may sign in. Somebody who may not is put out at once.
    pub active: Option<bool>,
}

impl Control {
    /// Every user, by e-mail address.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn user_list(&self) -> Result<Vec<User>, ControlError> {
        Ok(self.store.config_load()?.users)
    }

    /// The user with this id or e-mail address.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn user_show(&self, reference: &str) -> Result<User, ControlError> {
        Ok(find::user(&self.store.config_load()?, reference)?.clone())
    }

    /// Adds a user, and makes the link with which they choose their password.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with every wrong value; [`ControlError::Taken`] for an address that
    /// somebody has; [`ControlError::Refused`] if only an owner may do that.
    pub fn user_invite(&self, new: &UserNew) -> Result<(User, LinkMade), ControlError> {
        let mut problems: Vec<_> = name_problem(&new.name).into_iter().collect();
        let email = new.email.parse::<Email>();
        if let Err(error) = &email {
            problems.insert(0, problem("email", error.to_string(), quoted(&new.email)));
        }
        let (Ok(email), true) = (email, problems.is_empty()) else {
            return Err(ControlError::Invalid(problems));
        };
        let user = self.change(|config| {
            self.may_touch(config, new.role)?;
            is_free(config, &email)?;
            let user = User {
                id: UserId::from_uuid(self.ids.next()),
                email: email.clone(),
                name: new.name.trim().to_owned(),
                role: new.role,
                active: true,
                created_at: self.clock.now(),
            };
            Ok((vec![ConfigChange::UserAdd(user.clone())], user))
        })?;
        let link = self.link_for(&user)?;
        Ok((user, link))
    }

    /// Changes a user. False if nothing changed.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if it would leave nobody who is an active owner, or if only an
    /// owner may do that.
    pub fn user_set(&self, reference: &str, set: &UserSet) -> Result<(User, bool), ControlError> {
        let UserSet { name, role, active } = set;
        if let Some(wrong) = name.as_deref().and_then(name_problem) {
            return Err(ControlError::Invalid(vec![wrong]));
        }
        self.change(|config| {
            let before = find::user(config, reference)?;
            let mut user = before.clone();
            if let Some(name) = name {
                name.trim().clone_into(&mut user.name);
            }
            user.role = role.unwrap_or(user.role);
            user.active = active.unwrap_or(user.active);
            if user == *before {
                return Ok((Vec::new(), (user, false)));
            }
            self.may_touch(config, before.role.max(user.role))?;
            let is_owner = |user: &User| user.active && user.role == Role::Owner;
            let another = config.users.iter().any(|other| other.id != user.id && is_owner(other));
            if is_owner(before) && !is_owner(&user) && !another {
                return Err(ControlError::refused(format!(
                    "{} is the only owner who may sign in: make somebody else an owner first",
                    before.email
                )));
            }
            Ok((vec![ConfigChange::UserSet(user.clone())], (user, true)))
        })
    }

    /// A link with which a user chooses a new password. Earlier ones work no more.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Refused`] if they may not sign in, or if only an
    /// owner may do that.
    pub fn user_link(&self, reference: &str) -> Result<(User, LinkMade), ControlError> {
        let config = self.store.config_load()?;
        let user = find::user(&config, reference)?;
        // Whoever has the link becomes the user.
        self.may_touch(&config, user.role)?;
        if !user.active {
            return Err(ControlError::refused(format!(
                "{} may not sign in: make them active first",
                user.email
            )));
        }
        let link = self.link_for(user)?;
        Ok((user.clone(), link))
    }

    /// Only an owner makes, changes or ends an owner. Whoever holds the database is one.
    fn may_touch(&self, config: &StoredConfig, role: Role) -> Result<(), ControlError> {
        let is_owner = |id: UserId| {
            config.users.iter().any(|u| u.id == id && u.active && u.role == Role::Owner)
        };
        let may = match self.actor {
            Actor::System => true,
            Actor::User(id) => role < Role::Owner || is_owner(id),
            Actor::ApiKey(_) | Actor::Integration(_) => role < Role::Owner,
        };
        if may {
            return Ok(());
        }
        Err(ControlError::refused("only an owner may make, change or end an owner"))
    }
}

/// Whether nobody has this address.
pub(crate) fn is_free(config: &StoredConfig, email: &Email) -> Result<(), ControlError> {
    match config.users.iter().find(|user| user.email.is_same(email)) {
        None => Ok(()),
        Some(owner) => Err(ControlError::Taken {
            what: format!("the e-mail address {}", quoted(email.as_str())),
            owner: format!("{:?}", owner.name),
        }),
    }
}
