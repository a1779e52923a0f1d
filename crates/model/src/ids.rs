//! Typed ids: one registry, so that an incident's id can never be passed for a service's.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {prefix}_ and 32 hexadecimal digits")]
pub struct ParseIdError {
    prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The text form's prefix, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id with this UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }

            /// The 16 bytes that databases store.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.as_simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32)
                    .and_then(|hex| Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or(ParseIdError { prefix: $prefix })
            }
        }
    )*};
}

ids! {
    /// One HTTP request to an intake address.
    DeliveryId = "dlv";
    /// One problem on one service.
    IncidentId = "inc";
    /// One configured source.
    IntegrationId = "int";
    /// What can break. People use its key (`svc_…`), not this.
    ServiceId = "sid";
    /// One line of an incident's history.
    TimelineId = "tml";
    /// One key of the REST API.
    ApiKeyId = "key";
    /// One signing secret of an integration.
    SecretId = "sec";
    /// One person.
    UserId = "usr";
    /// One team.
    TeamId = "tea";
    /// One entry of the audit log.
    AuditId = "aud";
    /// One deploy of a service.
    DeployId = "dep";
    /// One piece of work that a change caused.
    JobId = "job";
    /// One link between an incident and an issue at a source.
    IssueLinkId = "lnk";
    /// One running server. It gets a new one with each start.
    ServerId = "srv";
    /// One request to any address, for finding it in the log.
    RequestId = "req";
    /// The connection that an identity belongs to; all zero where there is none, never absent.
    ConnectionScope = "scp";
}

impl ConnectionScope {
    /// The scope of everything that does not come through a connection.
    pub const NONE: Self = Self(Uuid::nil());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_the_prefix_is_checked() {
        let id = DeliveryId::from_uuid(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001));
        assert_eq!(id.to_string(), "dlv_01920000000070008000000000000001");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("inc_01920000000070008000000000000001".parse::<DeliveryId>().is_err());
        assert!("dlv_01920000-0000-7000-8000-000000000001".parse::<DeliveryId>().is_err());
        assert!("dlv_".parse::<DeliveryId>().is_err());
    }
}
