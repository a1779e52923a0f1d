//! How people are let in: by password, by a link that works once, by an identity provider, and then
//! by a session.

mod links;
mod password;
mod rules;
mod throttle;
mod verified;

use std::net::IpAddr;

use chrono::TimeDelta;
use serde_json::{Value, json};
use watchbell_model::{
    Actor, AuditAction, AuditSubject, Email, Secret, Session, SubjectKind, Timestamp, User,
};
use watchbell_store::StoreError;
use watchbell_vault::{password_fits, password_hash, purpose, random, token_hash};

use crate::access::base64url;
use crate::audit::{Told, of_user, subject};
use crate::documents::hex;
use crate::{Control, ControlError};

pub use links::{LinkMade, LinkShown, LinkUse};
pub(crate) use throttle::Throttle;
pub use verified::Verified;

/// After how long without use a session is over.
pub const SESSION_IDLE: TimeDelta = TimeDelta::hours(12);
/// After how long a session is over, however much it is used.
pub const SESSION_LIFE: TimeDelta = TimeDelta::days(7);
/// How exact the last use of a session is: a write for each request would be too much.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// Somebody who has just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The session.
    pub session: Session,
    /// What the session is known by: for the cookie, and not known afterwards.
    pub token: Secret,
}

impl Control {
    /// Lets somebody in who knows the password. Takes as long for somebody who is not there, some
    /// ten milliseconds of one core: not for a thread that others wait for.
    ///
    /// # Errors
    /// [`ControlError::SignIn`], one for all causes; [`ControlError::TooMany`] after ten failures
    /// within 15 minutes for one account or from one address.
    pub fn sign_in(
        &self,
        email: &str,
        password: &Secret,
        from: IpAddr,
    ) -> Result<SignedIn, ControlError> {
        let now = self.clock.now();
        let email = email.parse::<Email>().ok();
        let account = email.as_ref().map_or_else(String::new, Email::folded);
        // Counted before the work, so that many at once get no more tries than one after the other.
        let tried = self.throttle.begin(&account, from, now)?;
        let config = self.store.config_load()?;
        let same = |user: &&User| email.as_ref().is_some_and(|email| user.email.is_same(email));
        let user = config.users.iter().find(same);
        let phc = match user {
            Some(user) => self.store.password_get(user.id)?,
            None => None,
        };
        let fits = match &phc {
            Some(phc) => password_fits(password, phc),
            // The same work for nothing, so that time does not tell who is there.
            None => password_hash(password).is_err(),
        };
        let Some(user) = user.filter(|user| fits && user.active) else {
            self.failed(user, from, now)?;
            return Err(ControlError::SignIn);
        };
        // A password that was changed meanwhile does not fit any more.
        let signed_in = self.session_begin(user, phc.as_deref(), None);
        let gone = |error| match error {
            ControlError::Store(StoreError::Conflict { .. } | StoreError::NotFound { .. }) => {
                ControlError::SignIn
            }
            other => other,
        };
        let signed_in = signed_in.map_err(gone)?;
        self.throttle.forgive(&account, from, tried);
        Ok(signed_in)
    }

    /// The session of this token and whose it is, if it is not over. Notes that it was used.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn session(&self, token: &Secret) -> Result<Option<(User, Session)>, ControlError> {
        let (now, hash) = (self.clock.now(), session_hash(token));
        let lives = |session: &Session| {
            now < session.expires_at && now < session.last_seen_at + SESSION_IDLE
        };
        let Some((user, session)) = self.store.session_find(&hash)?.filter(|(_, s)| lives(s))
        else {
            return Ok(None);
        };
        if now >= session.last_seen_at + TOUCH {
            self.store.session_touch(&hash, now)?;
        }
        Ok(Some((user, session)))
    }

    /// Ends the session of this token. False if there was none.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn sign_out(&self, token: &Secret) -> Result<bool, ControlError> {
        let hash = session_hash(token);
        let Some((user, _)) = self.store.session_find(&hash)? else {
            return Ok(false);
        };
        let entry = self.as_user(&user).entry(Told::done(AuditAction::SignedOut, of_user(&user)));
        Ok(self.store.session_remove(&hash, &[entry])?)
    }

    /// Ends all sessions of a user, on every machine. Gives how many there were.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn sign_out_everywhere(&self, user: &User) -> Result<usize, ControlError> {
        let told =
            Told::done(AuditAction::SignedOut, of_user(user)).with(json!({"sessions": "all"}));
        Ok(self.store.sessions_remove(user.id, &[self.entry(told)])?)
    }

    /// A new session, under a new token, for somebody who has shown the password of the hash `known`,
    /// or something else. `how` is what the audit log tells besides.
    fn session_begin(
        &self,
        user: &User,
        known: Option<&str>,
        how: Option<Value>,
    ) -> Result<SignedIn, ControlError> {
        let now = self.clock.now();
        let token = Secret::new(base64url(&random::<32>()?));
        let session = Session {
            user: user.id,
            created_at: now,
            last_seen_at: now,
            expires_at: now + SESSION_LIFE,
        };
        let told = Told { after: how, ..Told::done(AuditAction::SignedIn, of_user(user)) };
        let entry = self.as_user(user).entry(told);
        self.store.session_add(&session_hash(&token), &session, known, &[entry])?;
        Ok(SignedIn { user: user.clone(), session, token })
    }

    /// Somebody who is not let in is told of in the audit log, but what they typed is not: it may be
    /// a password in the wrong field. Strangers cannot fill the log.
    fn failed(
        &self,
        user: Option<&User>,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let subject = match user {
            Some(user) => of_user(user),
            None if self.throttle.may_log_a_stranger(now) => {
                subject(SubjectKind::User, String::new(), "")
            }
            None => return Ok(()),
        };
        self.told_of_failure(subject, json!({"address": from.to_string()}))
    }

    fn told_of_failure(&self, who: AuditSubject, how: Value) -> Result<(), ControlError> {
        let told = Told::done(AuditAction::SignInFailed, who).with(how);
        Ok(self.store.audit_append(&[self.entry(told)])?)
    }

    /// The same use cases, for somebody who acts for themselves.
    fn as_user(&self, user: &User) -> Self {
        self.acting(Actor::User(user.id), self.request)
    }
}

/// What a form or request must bring along besides the cookie, so that no other site can send it.
/// It follows from the session's token, so nothing more is stored.
pub fn csrf_token(session: &Secret) -> String {
    hex(&token_hash(purpose::CSRF, session.expose()))
}

/// What proves forms for somebody who has no session yet: for a cookie, and [`csrf_token`] for the form.
///
/// # Errors
/// The system has no randomness.
pub fn form_proof() -> Result<Secret, ControlError> {
    Ok(Secret::new(base64url(&random::<32>()?)))
}

fn session_hash(token: &Secret) -> [u8; 32] {
    token_hash(purpose::SESSION, token.expose())
}
