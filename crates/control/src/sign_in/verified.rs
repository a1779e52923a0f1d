//! How somebody is let in whom an identity provider vouches for.

use std::net::IpAddr;

use serde_json::json;
use watchbell_model::{Email, Role, SubjectKind, User, UserId};
use watchbell_store::{ConfigChange, StoreError, StoredConfig};

use super::SignedIn;
use crate::audit::{of_user, subject};
use crate::service::name_problem;
use crate::{Control, ControlError};

/// Somebody whom an identity provider vouches for, which has verified the e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What the provider knows them by, whatever else changes.
    pub subject: String,
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
    /// The first time people are known by their e-mail address. From then on the account at the provider
    /// is theirs: with it they get in whatever its address is, and by their address no other account
    /// does, since an address may be given to somebody else. Whoever is made inactive and active again
    /// begins anew.
    ///
    /// # Errors
    /// [`ControlError::NotLetIn`] for people whom nobody has invited, and for those who may not sign
    /// in any more.
    pub fn sign_in_verified(
        &self,
        verified: &Verified,
        from: IpAddr,
    ) -> Result<SignedIn, ControlError> {
        let Verified { subject: account, email, name, issuer, new_user_role } = verified;
        let failed = json!({"issuer": issuer, "address": from.to_string()});
        let Ok(email) = email.parse::<Email>() else {
            return Err(ControlError::NotLetIn { why: "there is no e-mail address".to_owned() });
        };
        let owner = self.store.account_find(issuer, account)?;
        let known = |config: &StoredConfig| {
            let mut users = config.users.iter();
            match owner {
                Some(owner) => users.find(|user| user.id == owner).cloned(),
                None => users.find(|user| user.email.is_same(&email)).cloned(),
            }
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
        match self.store.account_bind(user.id, issuer, account) {
            Ok(()) => {}
            Err(StoreError::Conflict { .. }) => {
                self.told_of_failure(of_user(&user), failed)?;
                let why = format!(
                    "{email} signs in here by another account at the provider: ask an admin of this \
                     Watchbell to make you inactive and active again, and then sign in anew"
                );
                return Err(ControlError::NotLetIn { why });
            }
            Err(error) => return Err(error.into()),
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
