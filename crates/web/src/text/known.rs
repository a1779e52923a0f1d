//! What the source of an incident says of it, and linked issues.

pub const KNOWN: &str = "What the source says";
pub const KNOWN_NOT: &str = "Its source can tell no more than what it delivered.";
pub const KNOWN_NEXT: &str = "It is asked again:";
pub const KNOWN_AGAIN: &str = "Ask the source again";
pub const KNOWN_BY_DELIVERY: &str = "from the delivery that opened it";
pub const KNOWN_BY_CONNECTION: &str = "asked at the source";
pub const KNOWN_COMMITS: &str = "Commits that the source suspects";
pub const HANDLED: &str = "caught by the application";
pub const UNHANDLED: &str = "not caught";
pub const OWN_CODE: &str = "own code";
pub const NO_SOURCE: &str = "No line of the source came with it.";
pub const CRUMBS: &str = "What happened before";
pub const TAGS: &str = "Tags";
pub const PERSONAL_REDACTED: &str =
    "Who met it, the request and what happened before are seen by responders and admins.";
pub const PERSONAL_LEFT_OUT: &str =
    "What tells who a person is is not kept: a setting of the integration.";
pub const EVENTS: &str = "Events";
pub const USERS_MET: &str = "People who met it";
pub const RELEASE: &str = "Release";
pub const ENVIRONMENT_WHERE: &str = "Environment";
pub const CULPRIT: &str = "Where, says the source";
pub const WHO_MET: &str = "Who met it";
pub const HTTP_REQUEST: &str = "Request";
pub const BROWSER: &str = "Browser";
pub const SYSTEM: &str = "System";
pub const DEVICE: &str = "Device";
pub const RUNTIME: &str = "Runtime";
pub const ISSUE: &str = "Issue";
pub const LINKS: &str = "Linked issues";
pub const LINKS_NONE: &str = "No issue is linked with it.";
pub const LINK_STATE: &str = "State";
pub const LINK_ISSUE: &str = "Link an issue";
pub const LINK_ISSUE_HELP: &str = "Its id, its short id like SHOP-1A, or the address of its page";
pub const LINK_ISSUE_DO: &str = "Link";
pub const UNLINK_ISSUE: &str = "Unlink";
pub const DONE_ASKED: &str = "The source is asked again.";
pub const DONE_LINKED_ISSUE: &str = "The issue is linked; its source is told in the background.";
pub const DONE_UNLINKED_ISSUE: &str = "The link goes; its source is told in the background.";
