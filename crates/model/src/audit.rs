//! Who did what to the configuration, saw a secret, or signed in.

use std::fmt;
use std::str::FromStr;

use crate::{Actor, AuditId, RequestId, Timestamp};

/// A word that is not one of a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known words")]
pub struct UnknownWord;

macro_rules! words {
    (
        $(#[$doc:meta])* $name:ident {
            $($(#[$word_doc:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$word_doc])* $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text form.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or(UnknownWord)
            }
        }
    };
}

words! {
    /// What was done.
    AuditAction {
        /// A service was added.
        ServiceAdded = "service.added",
        /// A service was changed.
        ServiceChanged = "service.changed",
        /// An integration was added.
        IntegrationAdded = "integration.added",
        /// An integration, its links, projects or state were changed.
        IntegrationChanged = "integration.changed",
        /// An integration got a routing key.
        KeyAdded = "key.added",
        /// Routing keys of an integration were given an end.
        KeysEnded = "key.ended",
        /// A routing key was shown.
        KeyRevealed = "key.revealed",
        /// A routing key was sealed with another master key.
        KeyResealed = "key.resealed",
        /// A signing secret was set.
        SecretAdded = "secret.set",
        /// A signing secret was removed.
        SecretRemoved = "secret.removed",
        /// A signing secret was sealed with another master key.
        SecretResealed = "secret.resealed",
        /// A topic at the source was let in, made to wait, or ended.
        TopicChanged = "topic.changed",
        /// An organization at the source was connected.
        ConnectionAdded = "connection.added",
        /// A connection began or ceased to work, or got another organization's name or scopes.
        ConnectionChanged = "connection.changed",
        /// A connection was removed.
        ConnectionRemoved = "connection.removed",
        /// The app of an integration at the source was set.
        AppSet = "app.set",
        /// The app of an integration was removed.
        AppRemoved = "app.removed",
        /// A stored delivery was run again.
        DeliveryReplayed = "delivery.replayed",
        /// A service got a deploy token.
        DeployTokenAdded = "deploy_token.added",
        /// Deploy tokens of a service were given an end.
        DeployTokensEnded = "deploy_token.ended",
        /// A service got a secret that GitHub signs with.
        GithubSecretAdded = "github_secret.set",
        /// Secrets of a service that GitHub signs with were given an end.
        GithubSecretsEnded = "github_secret.ended",
        /// A secret that GitHub signs with was sealed with another master key.
        GithubSecretResealed = "github_secret.resealed",
        /// An API key was made.
        ApiKeyAdded = "api_key.added",
        /// An API key was ended.
        ApiKeyRevoked = "api_key.revoked",
        /// A team was added.
        TeamAdded = "team.added",
        /// A team or its members were changed.
        TeamChanged = "team.changed",
        /// A team was removed.
        TeamRemoved = "team.removed",
        /// A user was added.
        UserAdded = "user.added",
        /// A user was changed.
        UserChanged = "user.changed",
        /// A link that lets a user in once was made.
        LinkMade = "link.made",
        /// Such a link was used.
        LinkUsed = "link.used",
        /// A user got another password.
        PasswordSet = "password.set",
        /// A user signed in.
        SignedIn = "user.signed_in",
        /// A user signed out.
        SignedOut = "user.signed_out",
        /// Somebody tried to sign in and failed.
        SignInFailed = "sign_in.failed",
        /// Settings of the instance were changed.
        SettingsChanged = "settings.changed",
    }
}

words! {
    /// The kind of thing that something was done to.
    SubjectKind {
        /// A service.
        Service = "service",
        /// An integration.
        Integration = "integration",
        /// A connection with an organization at the source.
        Connection = "connection",
        /// An API key.
        ApiKey = "api_key",
        /// A delivery.
        Delivery = "delivery",
        /// A team.
        Team = "team",
        /// A user.
        User = "user",
        /// The instance.
        Settings = "settings",
    }
}

/// What something was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSubject {
    /// What it is.
    pub kind: SubjectKind,
    /// Its id; empty where there is only one of its kind, or nobody knows which it is.
    pub id: String,
    /// What it was called then.
    pub name: String,
}

/// One entry of the audit log. Nothing secret ever stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: AuditAction,
    /// To what.
    pub subject: AuditSubject,
    /// What it was like before, as JSON: of a change, the fields that differ.
    pub before: Option<String>,
    /// What it was like afterwards, as JSON: of a change, the fields that differ.
    pub after: Option<String>,
    /// The request that asked for it.
    pub request: Option<RequestId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_are_told_apart() {
        for action in AuditAction::ALL {
            assert_eq!(action.to_string().parse(), Ok(*action));
        }
        for kind in SubjectKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(*kind));
        }
        assert_eq!("service.Added".parse::<AuditAction>(), Err(UnknownWord));
    }
}
