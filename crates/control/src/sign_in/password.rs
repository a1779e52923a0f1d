//! How somebody who has signed in chooses another password.

use std::net::IpAddr;

use serde_json::json;
use watchbell_model::{AuditAction, Secret, User};
use watchbell_store::StoreError;
use watchbell_vault::{password_fits, password_hash};

use super::{SignedIn, rules};
use crate::audit::{Told, of_user};
use crate::{Control, ControlError};

impl Control {
    /// Gives `user` another password, for whoever knows the present one. All of their sessions end,
    /// on every machine, and a new one begins. Tries count as tries to sign in. It hashes passwords:
    /// not for a thread that others wait for.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] if the present one is wrong, or if the new one cannot be taken;
    /// [`ControlError::Refused`] for somebody who has none; [`ControlError::TooMany`].
    pub fn password_change(
        &self,
        user: &User,
        current: &Secret,
        new: &Secret,
        from: IpAddr,
    ) -> Result<SignedIn, ControlError> {
        rules::check("new_password", new, &user.email, &user.name)?;
        let now = self.clock.now();
        let Some(known) = self.store.password_get(user.id)? else {
            return Err(ControlError::refused(
                "you have no password here, but sign in at your identity provider: change the one \
                 there, or ask an admin of this Watchbell for a link to choose one",
            ));
        };
        let account = user.email.folded();
        let tried = self.throttle.begin(&account, from, now)?;
        if !password_fits(current, &known) {
            let how = json!({"address": from.to_string(), "for": "a change of the password"});
            self.told_of_failure(of_user(user), how)?;
            let expected = "the present password";
            return Err(ControlError::invalid("current_password", expected, "another one"));
        }
        let phc = password_hash(new)?;
        let entry = self.entry(Told::done(AuditAction::PasswordSet, of_user(user)));
        let changed = self.store.password_set(user.id, &phc, Some(&known), &[entry]);
        changed.map_err(|error| match error {
            StoreError::Conflict { .. } => {
                ControlError::refused("the password was changed meanwhile: sign in again")
            }
            other => other.into(),
        })?;
        self.throttle.forgive(&account, from, tried);
        self.session_begin(user, Some(&phc), Some(json!({"by": "a change of the password"})))
    }
}
