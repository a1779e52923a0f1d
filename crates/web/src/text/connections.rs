//! Connections with organizations at the source, and the app that they install.

use watchbell_model::{ConnectionMode, ConnectionState};

pub const CONNECTIONS: &str = "Connections";
pub const CONNECTIONS_LEAD: &str = "Incidents open without one. A connection lets Watchbell ask the source: what it knows of an issue, which \
     projects there are, and for links and resolving. Tokens are never shown.";
pub const CONNECTIONS_NONE: &str = "no organization is connected";
pub const CONNECTIONS_SHOW: &str = "Connections with the source";
pub const CONNECTION: &str = "The connection";
pub const TO_INTEGRATION: &str = "The integration";
pub const ORGANIZATION_AT: &str = "Organization there";
pub const CONNECTED_BY: &str = "By";
pub const STATE_SINCE: &str = "Since";
pub const TOKEN_ENDS: &str = "Token ends";
pub const RETRY_AT: &str = "Tried again";
pub const MAY_DO: &str = "The token may";
pub const INSTALLATION: &str = "Installation";
pub const SERVER_AT: &str = "Server there";
pub const TOKEN_CONNECT: &str = "Connect one organization by a token";
pub const TOKEN_REPLACE: &str = "Replace the token";
pub const TOKEN: &str = "Token";
pub const TOKEN_HELP: &str =
    "Of an internal integration there. It is checked first, sealed, and never shown again.";
pub const CLIENT_SECRET: &str = "Client Secret";
pub const CLIENT_SECRET_HELP: &str =
    "Optional. It becomes the signing secret: from then on deliveries must be signed with it.";
pub const ORGANIZATION_SLUG: &str = "Organization's name in addresses";
pub const ORGANIZATION_HELP: &str = "Only where the token has several";
pub const BASE_URL: &str = "Address of the server there";
pub const BASE_URL_HELP: &str = "Only for a server of your own, like https://sentry.example.com. Inside your network it must be named in \
     outbound.origins first.";
pub const APP: &str = "An app that organizations install";
pub const APP_LEAD: &str = "For several organizations side by side, in place of a token. Make a public integration there with the redirect \
     address below, enter it here, then have somebody in each organization install it.";
pub const APP_NOT_BESIDE_TOKEN: &str = "For several organizations side by side. It takes the place of a token: remove the connection by token first.";
pub const APP_SET: &str = "Enter the app";
pub const APP_CHANGE: &str = "Change the app";
pub const APP_REMOVE: &str = "Take the app away";
pub const APP_SLUG: &str = "The app's name in addresses";
pub const CLIENT_ID: &str = "Client ID";
pub const APP_SECRET_HELP: &str =
    "Deliveries are signed with it, too. Empty: the newest signing secret";
pub const REDIRECT_URL: &str = "Redirect address";
pub const INSTALL_LINK: &str = "To connect an organization";
pub const INSTALL: &str = "install the app in it";
pub const CONNECTION_PROJECTS_NONE: &str = "No project is mapped.";
pub const PROJECTS_LEAD: &str = "Once one project is mapped, new incidents of a project without a service open nothing. A service that an \
     alert rule chooses needs no mapping.";
pub const PROJECTS_AT: &str = "All at one go";
pub const PROJECTS_LIST: &str = "Projects at the source";
pub const PROJECT_MAP: &str = "Map a project, or change its service";
pub const CONNECTION_PROJECT_ON: &str = "Open new incidents of it";
pub const CONNECTION_PROJECT_ON_HELP: &str = "Off: what is open is still updated and resolved";
pub const CONNECTION_CHECK: &str = "Ask the source whether it works";
pub const CHECK: &str = "Ask now";
pub const CONNECTION_REMOVE: &str = "Remove it, with its token and mappings; incidents stay";
pub const OFFERS_LEAD: &str = "As the source listed them when this page was opened. Write the key of a service beside each that shall open incidents; what is mapped already is \
     changed with the connection.";
pub const OFFERS_CUT: &str = "There are more than are shown. Those without a service come first: map these, then open this page again.";
pub const OFFERS_NONE: &str = "The organization has no projects, or the token sees none.";
pub const OFFER_PROPOSED: &str = "is called like it";
pub const OFFERS_MAP: &str = "Map them";

pub const DONE_CONNECTED_SOURCE: &str = "The organization is connected.";
pub const DONE_APP_SET: &str =
    "The app is kept. Now have somebody install it, by the link below, in each organization.";
pub const DONE_APP_GONE: &str = "The app is gone.";
pub const DONE_CHECKED: &str = "The source was asked. This is what came of it.";
pub const DONE_CONNECTION_GONE: &str = "The connection is gone. Its incidents stay.";

pub const INSTALLED_NOTHING: &str = "Nothing to connect";
pub const INSTALLED_NOTHING_ABOUT: &str = "There is no installation here, or it is older than ten minutes, or no app is set up for it. Install the \
     app again.";
pub const INSTALLED_NOT_YOU: &str = "You may not do this";
pub const INSTALLED_NOT_YOU_ABOUT: &str =
    "Only an owner or an admin connects an organization. Ask one of them to install the app.";
pub const INSTALLED_OVER: &str = "Not done";
pub const INSTALLED_OVER_ABOUT: &str = "You are not signed in any more, or this form belongs to another session. Open this address again.";
pub const INSTALLED_REFUSED: &str = "Not connected";
pub const INSTALLED_SIGN_IN: &str = "Sign in first";
pub const INSTALLED_NEXT: &str = "Now map its projects to services.";
pub const INSTALLED_TO_CONNECTION: &str = "To the connection";
pub const INSTALLED_IN: &str = "The app was installed in the organization";
pub const INSTALLED_NOT_BY_YOU: &str = "If you did not do that just now, close this page.";

/// What somebody is asked who has not signed in.
pub fn installed_sign_in(organization: &str) -> String {
    format!(
        "The app was installed in the organization {organization}. To connect it, sign in as an owner or an \
         admin and open this address again within ten minutes."
    )
}

/// What is asked before an organization is connected.
pub fn installed_ask(organization: &str) -> String {
    format!("Connect {organization}?")
}

/// What came of it, in short.
pub const fn installed_title(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Connected => "Connected",
        ConnectionState::Degraded | ConnectionState::Disconnected => {
            "Kept, but the source cannot be asked"
        }
    }
}

/// What came of it.
pub fn installed_state(organization: &str, state: ConnectionState, reason: Option<&str>) -> String {
    let next = reason.unwrap_or(INSTALLED_NEXT);
    format!("{organization} is {}. {next}", connection_state(state))
}

/// The state of a connection.
pub const fn connection_state(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Connected => "connected",
        ConnectionState::Degraded => "degraded",
        ConnectionState::Disconnected => "disconnected",
    }
}

/// What is wrong with the worst connection of a source, in short.
pub const fn connection_trouble(worst: ConnectionState) -> Option<&'static str> {
    match worst {
        ConnectionState::Connected => None,
        ConnectionState::Degraded => Some("connection degraded"),
        ConnectionState::Disconnected => Some("connection lost"),
    }
}

/// How a connection came to its token.
pub const fn connection_mode(mode: ConnectionMode) -> &'static str {
    match mode {
        ConnectionMode::Internal => "a token",
        ConnectionMode::OAuth => "the app",
    }
}
