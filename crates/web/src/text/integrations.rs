//! The Integrations Hub.

use watchbell_model::IntegrationState;

pub const HUB: &str = "Integrations Hub";
pub const HUB_EMPTY: &str = "No source is connected yet.";
pub const HUB_EMPTY_ADVICE: &str =
    "Connect one below: choose what sends, and which service its alerts are about.";
pub const CONNECT: &str = "Connect a source";
pub const CONNECT_BUTTON: &str = "Connect";
pub const PROVIDER: &str = "What sends";
pub const NAME_OPTIONAL: &str = "Name (optional)";
pub const DEFAULT_SERVICE: &str = "Default service";
pub const DEFAULT_SERVICE_HELP: &str = "Where alerts go that name no service";
pub const DEFAULT_SERVICE_HELP_NAMED: &str =
    "For the guide and the samples: what is sent here must name its service";
pub const TO_HUB: &str = "All integrations";
pub const WEBHOOK_URL: &str = "Webhook URL";
pub const URL_ABOUT: &str = "It holds the routing key, which is a password: whoever knows it can open incidents. Showing it is \
     written into the audit log.";
pub const SHOW_URL: &str = "Show the webhook URL";
pub const COPY: &str = "Copy";
pub const COPIED: &str = "Copied";
pub const KEY_ENDS: &str = "ends";
pub const KEY_NONE: &str = "No routing key lives. Make a new one.";
pub const KEY_SEALED: &str = "cannot be opened with this server's master key";
pub const ROTATE: &str = "Make a new key";
pub const ROTATE_GRACE: &str = "The old key lives on for";
pub const GRACE_NONE: &str = "no time: it ends at once";
pub const GRACE_HOUR: &str = "one hour";
pub const GRACE_DAY: &str = "one day";
pub const GRACE_WEEK: &str = "one week";
pub const SECRETS: &str = "Signing secrets";
pub const SECRETS_NONE: &str =
    "None is stored, so no signature is asked for: whoever knows the URL is believed.";
pub const SECRETS_SOME: &str = "A valid signature is asked of every delivery.";
pub const SECRETS_CANNOT: &str = "Senders of this kind cannot sign with a secret.";
pub const SECRET_SET: &str = "set";
pub const SECRET_PASTE: &str = "Secret from the sender (empty: one is made here)";
pub const SECRET_ADD: &str = "Store a signing secret";
pub const SECRET_REMOVE: &str = "Remove";
pub const SECRET_REMOVE_LAST: &str = "Remove the last: no signature is asked for any more";
pub const SECRET_MADE: &str = "The new signing secret";
pub const SECRET_SHOWN: &str = "The signing secret, shown this once. Put it in at the sender:";
pub const LINKED: &str = "Linked services";
pub const LINKED_NONE: &str = "No service is linked, so alerts of it open nothing.";
pub const LINK: &str = "Link a service";
pub const UNLINK: &str = "Take the link away";
pub const IS_DEFAULT: &str = "default";
pub const INACTIVE: &str = "inactive";
pub const MAPPING: &str = "Severity mapping";
pub const MAPPING_NONE: &str = "as the provider's table says";
pub const TEST_ALERT: &str = "Send a test alert";
pub const TEST_ALERT_ABOUT: &str =
    "Goes the whole way, signed as its sender signs, and opens an incident like any other.";
pub const SETTINGS: &str = "Settings";
pub const RATE_LIMIT: &str = "Rate limit (accepted deliveries in 60 seconds; 0: none)";
pub const OVER_LIMIT: &str = "Over the limit: accept and mark, instead of refusing";
pub const RESTRICTED: &str = "Only linked services may be named";
pub const OPTION_DEFAULT: &str = "default";
pub const STATE_FORM: &str = "State";
pub const ENABLE: &str = "Enable";
pub const DISABLE: &str = "Disable (deliveries get 403)";
pub const DISCONNECT: &str = "Disconnect (its URL is answered 404; history stays)";
pub const RECONNECT: &str = "Reconnect with the same URL";
pub const GUIDE: &str = "How to set the sender up";
pub const GUIDE_MASKED: &str =
    "Where the address belongs, the masked one stands: show the webhook URL above.";
pub const NEWEST_HERE: &str = "Newest deliveries";
pub const ALL_OF_IT: &str = "All in the event log";
pub const HUB_READ_ONLY: &str = "You can read. Admins connect and change sources.";
pub const REFUSED_OR_FAILED: &str = "refused or failed";

pub const DONE_CONNECTED: &str =
    "It is connected. Set the sender up as written below, then send a test alert.";
pub const DONE_STATE: &str = "The state is changed.";
pub const DONE_LINKED: &str = "The service is linked.";
pub const DONE_UNLINKED: &str = "The link is gone.";
pub const DONE_ROTATED: &str =
    "A new key is made. Show the webhook URL and change it at the sender.";
pub const DONE_SECRET: &str = "The secret is stored. From now on a valid signature is asked for.";
pub const DONE_REMOVED: &str = "The secret is removed.";
pub const DONE_TESTED: &str = "The test alert went through. This is what came of it.";

/// The state of an integration.
pub const fn integration_state(state: IntegrationState) -> &'static str {
    match state {
        IntegrationState::Connected => "connected",
        IntegrationState::Disabled => "disabled",
        IntegrationState::Disconnected => "disconnected",
    }
}
