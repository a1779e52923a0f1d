//! Why a delivery or an alert ended as it did: a closed list, each with an advice.

use std::fmt;
use std::str::FromStr;

macro_rules! reasons {
    ($($variant:ident = $text:literal, $advice:literal;)*) => {
        /// Why a delivery or an alert ended as it did. The list is closed and public.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason {
            $(#[doc = $advice] $variant,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text form.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What it means and what to do about it, in plain words.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice,)* }
            }
        }
    };
}

reasons! {
    Created = "created", "An incident was opened.";
    Reopened = "reopened", "The same occurrence came back within the reopen time, so its incident was opened again.";
    Raised = "raised", "The open incident got worse: its severity was raised and it is announced again.";
    Resolved = "resolved", "The source said that it is over: the incident was resolved.";
    GroupResolved = "group_resolved", "The whole group is over at the source, so this incident was resolved although it was not listed any more.";
    Acknowledged = "acknowledged", "Somebody took it at the source: the incident was acknowledged.";
    Updated = "updated", "A repeat of an open incident: counted, nothing new was opened.";
    Noted = "noted", "A line was added to the incident's timeline.";
    MissingService = "missing_service", "The alert names no service and the integration has no default service. Name one in the alert, or set a default service.";
    UnknownService = "unknown_service", "No service has the key that the alert names. Check it for a typing error, or add the service.";
    ServiceInactive = "service_inactive", "The service is switched off. Switch it on, or send to another one.";
    ServiceNotLinked = "service_not_linked", "The service exists, but this integration is not linked to it. Link it to the integration.";
    NoIssueOrEvent = "no_issue_or_event", "The body holds neither an issue nor an event, so there is nothing to open.";
    SeverityDoNotCreate = "severity_do_not_create", "The severity mapping says that this level opens no incident. Change the mapping if it should.";
    UnmappedProject = "unmapped_project", "The project is not mapped to a service. Add a project mapping.";
    MappingDisabled = "mapping_disabled", "The project's mapping is switched off. Switch it on if it should open incidents.";
    EnvironmentFiltered = "environment_filtered", "The alert's environment is not among those that were asked for.";
    AutoCreateOff = "auto_create_off", "The alert rule says that no incident is to be created.";
    NothingOpen = "nothing_open", "There is no open incident for this key, so there is nothing to change.";
    AlreadyResolved = "already_resolved", "A reminder of something that is resolved already: nothing was reopened.";
    Stale = "stale", "A later state of the same alert was applied before: this one came late and changes nothing.";
    DuplicateDelivery = "duplicate_delivery", "The same delivery was handled before; its result stands. With another body under the same id it is refused: use a new id.";
    UnsupportedResource = "unsupported_resource", "This kind of event is not used. Switch it off at the source to save requests.";
    UnsupportedAction = "unsupported_action", "This action is not used. Nothing needs to be done.";
    Heartbeat = "heartbeat", "An alert that always fires, to show that alerting works. It opens no incident.";
    Installation = "installation", "The app was installed or removed at the source.";
    UnknownInstallation = "unknown_installation", "The event belongs to an installation that is not connected here. Connect it first.";
    SubscriptionConfirmed = "subscription_confirmed", "The topic's subscription was confirmed. Alarms can come.";
    SubscriptionEnded = "subscription_ended", "The topic's subscription has ended: no more alarms will come until it is made again.";
    NotAnAlarm = "not_an_alarm", "A message on the topic that is not an alarm. Nothing needs to be done.";
    Empty = "empty", "The delivery holds no alert.";
    SignatureMissing = "signature_missing", "The integration has a signing secret, but the request is not signed. Set the same secret at the sender, or remove it here.";
    SignatureMismatch = "signature_mismatch", "The signature does not fit body and secret. Check that sender and integration have the same secret, and that nothing changes the body on its way.";
    TimestampStale = "timestamp_stale", "The signed time is more than 5 minutes old or more than 1 minute ahead. Check the sender's clock.";
    TopicNotAllowed = "topic_not_allowed", "The message comes from a topic that is not allowed for this integration. Allow it if it is yours.";
    RawDelivery = "raw_delivery", "Raw message delivery takes the signature away. Turn it off in the subscription.";
    CertificateRefused = "certificate_refused", "The signing certificate's address or content is not what the sender's documentation says.";
    CertificateUnavailable = "certificate_unavailable", "The signing certificate could not be fetched. The sender will try again.";
    RateLimited = "rate_limited", "More deliveries than the integration's limit in 60 seconds. Raise the limit, or replay what was refused.";
    Malformed = "malformed", "The body is not in this provider's format. Compare it with the set-up guide's example.";
    InvalidField = "invalid_field", "One or more fields are wrong or missing. The answer names each with what was expected.";
    TooLarge = "too_large", "The body is larger than the limit. Send fewer alerts at once.";
    TooManyAlerts = "too_many_alerts", "More than 2,000 alerts in one body. Send fewer at once.";
    Disabled = "disabled", "The integration is disabled. Enable it to take deliveries.";
    StoreUnavailable = "store_unavailable", "The database could not be written. The sender will try again; check disk space and database.";
    Internal = "internal", "Something in Watchbell went wrong with this delivery alone. It is kept whole and can be replayed; please report it.";
}

impl Reason {
    /// What a mixed delivery takes as its reason, the strongest first.
    const STRONGEST_FIRST: [Self; 7] = [
        Self::Created,
        Self::Reopened,
        Self::Raised,
        Self::Resolved,
        Self::Acknowledged,
        Self::Updated,
        Self::Noted,
    ];

    /// Whether an alert with this reason changed or counted on an incident.
    pub const fn is_effect(self) -> bool {
        matches!(
            self,
            Self::Created
                | Self::Reopened
                | Self::Raised
                | Self::Resolved
                | Self::GroupResolved
                | Self::Acknowledged
                | Self::Updated
                | Self::Noted
        )
    }

    /// The reason of a delivery whose alerts ended for `reasons`: the strongest effect, else the
    /// first; [`Reason::Empty`] without any.
    pub fn of_delivery(reasons: &[Self]) -> Self {
        Self::STRONGEST_FIRST
            .into_iter()
            .find(|reason| reasons.contains(reason))
            .or_else(|| reasons.first().copied())
            .unwrap_or(Self::Empty)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Reason {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|r| r.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_an_advice_and_its_own_name() {
        let mut names = std::collections::HashSet::new();
        for reason in Reason::ALL {
            assert!(reason.advice().len() > 20 && reason.advice().ends_with('.'), "{reason}");
            assert!(names.insert(reason.as_str()), "{reason} twice");
            assert_eq!(reason.as_str().parse(), Ok(*reason));
        }
        assert_eq!(names.len(), 46);
    }

    #[test]
    fn the_strongest_effect_names_a_mixed_delivery() {
        use Reason::{Created, Empty, GroupResolved, NothingOpen, Stale, Updated};
        let check = |reasons: &[Reason], expected| {
            assert_eq!(Reason::of_delivery(reasons), expected, "{reasons:?}");
        };
        check(&[Updated, Created, NothingOpen], Created);
        check(&[NothingOpen, Updated], Updated);
        check(&[Stale, NothingOpen], Stale);
        check(&[GroupResolved], GroupResolved);
        check(&[], Empty);
    }
}
