//! Links that let somebody in once: to choose a password.

use chrono::TimeDelta;
use serde_json::json;
use watchbell_model::{
    AuditAction, Email, LinkPurpose, OneTimeLink, Role, Secret, SubjectKind, Timestamp, User,
    UserId,
};
use watchbell_store::ConfigChange;
use watchbell_vault::{password_hash, purpose, random, token_hash};

use super::{SignedIn, rules};
use crate::access::base64url;
use crate::audit::{Told, of_user, subject};
use crate::error::{problem, quoted};
use crate::service::name_problem;
use crate::{Control, ControlError};

/// How long a link works that makes an owner, or resets a password.
const SHORT: TimeDelta = TimeDelta::hours(24);
/// How long an invitation works.
const LONG: TimeDelta = TimeDelta::days(7);

/// A link that was just made.
#[derive(Debug, Clone)]
pub struct LinkMade {
    /// What for.
    pub purpose: LinkPurpose,
    /// What it is known by: shown once, and not known afterwards.
    pub token: Secret,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl LinkMade {
    /// The address to open. It holds the token: show it only where somebody asked for it.
    pub fn url(&self, public_url: &str) -> Secret {
        let base = public_url.trim_end_matches('/');
        Secret::new(format!("{base}/sign-in/{}", self.token.expose()))
    }
}

/// What may be shown of a link that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkShown {
    /// What for.
    pub purpose: LinkPurpose,
    /// For whom; nobody yet where it is to make an owner.
    pub user: Option<User>,
}

/// What somebody chooses who uses a link.
#[derive(Debug, Clone)]
pub struct LinkUse {
    /// The e-mail address: only for a link that makes an owner.
    pub email: Option<String>,
    /// The name: only for a link that makes an owner.
    pub name: Option<String>,
    /// The password.
    pub password: Secret,
}

impl Control {
    /// A link that makes an owner, for whoever holds the database. Earlier ones work no more.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn owner_link(&self) -> Result<LinkMade, ControlError> {
        let subject = subject(SubjectKind::User, String::new(), "an owner to be");
        self.link_make(None, LinkPurpose::FirstRun, SHORT, subject)
    }

    /// An invitation for somebody without a password, else a link that resets it.
    pub(crate) fn link_for(&self, user: &User) -> Result<LinkMade, ControlError> {
        let (purpose, life) = match self.store.password_get(user.id)? {
            None => (LinkPurpose::Invitation, LONG),
            Some(_) => (LinkPurpose::Reset, SHORT),
        };
        self.link_make(Some(user.id), purpose, life, of_user(user))
    }

    fn link_make(
        &self,
        user: Option<UserId>,
        purpose: LinkPurpose,
        life: TimeDelta,
        subject: watchbell_model::AuditSubject,
    ) -> Result<LinkMade, ControlError> {
        let now = self.clock.now();
        let token = Secret::new(base64url(&random::<32>()?));
        let link = OneTimeLink { user, purpose, created_at: now, expires_at: now + life };
        let told =
            Told::done(AuditAction::LinkMade, subject).with(json!({"purpose": purpose.as_str()}));
        self.store.link_add(&hash(&token), &link, &[self.entry(told)])?;
        Ok(LinkMade { purpose, token, expires_at: link.expires_at })
    }

    /// What a link is for, if it works.
    ///
    /// # Errors
    /// [`ControlError::Link`] if it does not, for whatever reason.
    pub fn link_show(&self, token: &Secret) -> Result<LinkShown, ControlError> {
        let link = self.store.link_find(&hash(token))?;
        let link = link.filter(|link| self.clock.now() < link.expires_at);
        let link = link.ok_or(ControlError::Link)?;
        let config = self.store.config_load()?;
        let user = match link.user {
            None => None,
            Some(id) => {
                let user = config.users.into_iter().find(|user| user.id == id && user.active);
                Some(user.ok_or(ControlError::Link)?)
            }
        };
        Ok(LinkShown { purpose: link.purpose, user })
    }

    /// Uses a link up: sets the password, ends all other sessions, and signs in. One that makes an
    /// owner makes one; if somebody has the address already, they become one. A wrong value leaves
    /// the link as it is. It hashes a password: not for a thread that others wait for.
    ///
    /// # Errors
    /// [`ControlError::Link`] if it does not work (any more); [`ControlError::Invalid`].
    pub fn link_use(&self, token: &Secret, choice: &LinkUse) -> Result<SignedIn, ControlError> {
        let shown = self.link_show(token)?;
        let (email, name) = match &shown.user {
            Some(user) => (user.email.clone(), user.name.clone()),
            None => chosen(choice)?,
        };
        rules::check("password", &choice.password, &email, &name)?;
        let phc = password_hash(&choice.password)?;
        // From here on it is this one's alone.
        let who = shown
            .user
            .as_ref()
            .map_or_else(|| subject(SubjectKind::User, String::new(), email.as_str()), of_user);
        let told =
            Told::done(AuditAction::LinkUsed, who).with(json!({"purpose": shown.purpose.as_str()}));
        let entry = self.entry(told);
        let link = self.store.link_take(&hash(token), self.clock.now(), &[entry])?;
        link.ok_or(ControlError::Link)?;
        let user = match shown.user {
            Some(user) => user,
            None => self.owner_make(&email, &name)?,
        };
        let told = Told::done(AuditAction::PasswordSet, of_user(&user));
        self.store.password_set(user.id, &phc, None, &[self.as_user(&user).entry(told)])?;
        self.session_begin(&user, Some(&phc), None)
    }

    fn owner_make(&self, email: &Email, name: &str) -> Result<User, ControlError> {
        self.change(|config| {
            let known = config.users.iter().find(|user| user.email.is_same(email));
            let (role, active) = (Role::Owner, true);
            if let Some(known) = known {
                let user = User { role, active, ..known.clone() };
                let change = (user != *known).then(|| ConfigChange::UserSet(user.clone()));
                return Ok((change.into_iter().collect(), user));
            }
            let user = User {
                id: UserId::from_uuid(self.ids.next()),
                email: email.clone(),
                name: name.to_owned(),
                role,
                active,
                created_at: self.clock.now(),
            };
            Ok((vec![ConfigChange::UserAdd(user.clone())], user))
        })
    }
}

/// The address and name of an owner to be.
fn chosen(choice: &LinkUse) -> Result<(Email, String), ControlError> {
    let (email, name) = (choice.email.as_deref(), choice.name.as_deref().unwrap_or(""));
    let mut problems: Vec<_> = name_problem(name).into_iter().collect();
    match email.unwrap_or("").parse::<Email>() {
        Ok(email) if problems.is_empty() => return Ok((email, name.trim().to_owned())),
        Ok(_) => {}
        Err(error) => {
            let got = quoted(email.unwrap_or(""));
            problems.insert(0, problem("email", error.to_string(), got));
        }
    }
    Err(ControlError::Invalid(problems))
}

fn hash(token: &Secret) -> [u8; 32] {
    token_hash(purpose::LINK, token.expose())
}
