//! How somebody is let in whom an identity provider vouches for.

use std::net::IpAddr;

use serde_json::json;
use watchbell_model::{Email, Role, SubjectKind, User, UserId};
use watchbell_store::{ConfigChange, StoredConfig};

use super::SignedIn;
use crate::audit::{of_user, subject};
use crate::service::name_problem;
use crate::{Control, ControlError};

/// Somebody whom an identity provider vouches for, which has verified the e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The e-mail address.
    pub email: String,
    /// What the provider calls them.
    pub name: Option<String>,
    /// Which provider.
    pub issuer: String,
    /// What somebody becomes whom nobody here knows yet. None: they are not let in.
    pub new_user_role: Option<Role>,
}

impl Control {
    /// Lets in whom an identity provider vouches for, if they may sign in here.
    ///
    /// # Errors
    /// [`ControlError::NotLetIn`] for people whom nobody has invited, and for those who may not sign
    /// in any more.
    pub fn sign_in_verified(
        &self,
        verified: &Verified,
        from: IpAddr,
    ) -> Result<SignedIn, ControlError> {
        let Verified { email, name, issuer, new_user_role } = verified;
        let failed = json!({"issuer": issuer, "address": from.to_string()});
        let Ok(email) = email.parse::<Email>() else {
            return Err(ControlError::NotLetIn { why: "there is no e-mail address".to_owned() });
        };
        let known = |config: &StoredConfig| {
            config.users.iter().find(|user| user.email.is_same(&email)).cloned()
        };
        let user = match (known(&self.store.config_load()?), new_user_role) {
            (None, Some(role)) => self.change(|config| {
                if let Some(user) = known(config) {
                    return Ok((Vec::new(), user));
                }
                let user = User {
                    id: UserId::from_uuid(self.ids.next()),
                    name: name_of(name.as_deref(), &email),
                    email: email.clone(),
                    role: *role,
                    active: true,
                    created_at: self.clock.now(),
                };
                Ok((vec![ConfigChange::UserAdd(user.clone())], user))
            })?,
            (Some(user), _) => user,
            (None, None) => {
                let who = subject(SubjectKind::User, String::new(), email.as_str());
                let now = self.clock.now();
                if self.throttle.may_log_a_stranger(now) {
                    self.told_of_failure(who, failed)?;
                }
                let why = format!(
                    "nobody here has the e-mail address {email}: ask an admin of this Watchbell to \
                     invite you"
                );
                return Err(ControlError::NotLetIn { why });
            }
        };
        if !user.active {
            self.told_of_failure(of_user(&user), failed)?;
            let why = format!("{email} may not sign in here: ask an admin of this Watchbell");
            return Err(ControlError::NotLetIn { why });
        }
        self.session_begin(&user, None, Some(json!({"issuer": issuer})))
    }
}

/// What the provider calls somebody, or else what stands before the `@`.
fn name_of(told: Option<&str>, email: &Email) -> String {
    let before_at = email.as_str().rsplit_once('@').map_or("", |(before, _)| before);
    let told = told.map(str::trim).filter(|name| name_problem(name).is_none());
    told.map_or_else(|| watchbell_model::cut(before_at, 100), ToOwned::to_owned)
}
