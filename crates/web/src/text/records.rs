//! What is set up: services, teams, people, keys; deploys and the audit log.

pub const PICK_LONG: &str = "its key; only the first ones are offered here";
pub const SERVICES: &str = "Services";
pub const SERVICES_LEAD: &str = "What can break, and who owns it. Incidents are on services.";
pub const SERVICES_NONE: &str = "There is no service yet.";
pub const SERVICE_ADD: &str = "Add a service";
pub const SERVICE_CHANGE: &str = "Change this service";
pub const SERVICE_KEY: &str = "Key to bring along (optional)";
pub const ITS_INCIDENTS: &str = "Its open incidents";
pub const SHORT_KEY: &str = "Legacy key";
pub const KEY_WORD: &str = "Key";
pub const SLUG: &str = "Slug";
pub const ENVIRONMENT: &str = "Environment";
pub const KIND: &str = "Type";
pub const DEFAULT_SEVERITY: &str = "Default severity";
pub const REPOSITORY: &str = "Repository";
pub const REPOSITORY_HELP: &str = "owner/repo, for pushes that GitHub tells";
pub const ADDRESS: &str = "Address";
pub const IS_ACTIVE: &str = "New incidents may be opened on it";
pub const ACTIVE: &str = "active";
pub const ADDED: &str = "Added";
pub const ADD: &str = "Add";

pub const TEAMS: &str = "Teams";
pub const TEAMS_LEAD: &str = "Who owns which services.";
pub const TEAMS_NONE: &str = "There is no team yet.";
pub const TEAM_ADD: &str = "Add a team";
pub const TEAM_CHANGE: &str = "Change this team";
pub const TEAM_REMOVE: &str = "Remove this team; its services stay, without a team";
pub const REMOVE: &str = "Remove";
pub const MEMBERS: &str = "Members";
pub const MEMBERS_HELP: &str = "E-mail addresses, one a line";

pub const USERS: &str = "Users";
pub const USERS_LEAD: &str =
    "Who may sign in, and for what. Nobody is ever deleted, so history keeps its names.";
pub const USERS_NONE: &str = "There is nobody yet.";
pub const INVITE: &str = "Invite somebody";
pub const USER_CHANGE: &str = "Change this user";
pub const ROLE: &str = "Role";
pub const ROLE_HELP: &str = "Viewers read; responders also work on incidents and see deliveries; admins also set things up; \
     owners also decide who is an owner.";
pub const MAY_SIGN_IN: &str = "May sign in";
pub const NEW_LINK: &str = "Make a link to choose a new password";
pub const MAKE_LINK: &str = "Make the link";
pub const LINK_MADE: &str = "The link that lets them in";
pub const SHOWN_ONCE: &str =
    "It is shown this once: copy it now, and hand it over on a way that others do not read.";

pub const API_KEYS: &str = "API keys";
pub const API_KEYS_LEAD: &str = "What programs use the REST API with.";
pub const API_KEYS_NONE: &str = "There is no API key yet.";
pub const API_KEY_MAKE: &str = "Make an API key";
pub const API_KEY_MADE: &str = "The new API key";
pub const SCOPES: &str = "What it may be used for";
pub const ENDS_IN: &str = "Ends after so many days (empty: never)";
pub const MAKE: &str = "Make it";
pub const END_KEY: &str = "End it";
pub const END_KEY_SURE: &str = "End it for good";
pub const LIVE_WORD: &str = "live";
pub const ENDED_WORD: &str = "ended";
pub const LAST_USED: &str = "Last used";
pub const HINT: &str = "Ends with";

pub const DEPLOYS: &str = "Deploys";
pub const DEPLOYS_LEAD: &str = "What pipelines told, the newest first. Incidents that begin within the hour after name them as suspects.";
pub const DEPLOYS_NONE: &str = "No deploy was told yet. A service's page has what pipelines need: make a deploy token there, and paste a \
     snippet.";
pub const WHEN: &str = "When";
pub const VERSION: &str = "Version";
pub const BRANCH: &str = "Branch";
pub const BY: &str = "By";
pub const TOLD_BY: &str = "Told by";

pub const AUDIT: &str = "Audit log";
pub const AUDIT_LEAD: &str =
    "Who changed what, saw a key, or signed in; the newest first. It only grows.";
pub const AUDIT_NONE: &str = "Nothing was changed yet.";
pub const AUDIT_EXPORT: &str = "All of this time as JSON lines";
pub const SYSTEM_ACTOR: &str = "system (the command line)";
pub const NOTHING_FITS: &str = "Nothing fits these filters.";
pub const WHO: &str = "Who";
pub const WHAT: &str = "What";
pub const SUBJECT: &str = "Of what";
pub const BEFORE_WORD: &str = "Before";
pub const AFTER_WORD: &str = "After";

pub const INSTANCE_LEAD: &str =
    "What people change while the server runs. An empty field goes back to the configuration file.";
pub const ORGANIZATION: &str = "Organization";
pub const REOPEN_DAYS: &str = "Days after its end in which an incident may be reopened";
pub const FROM_FILE: &str = "as the configuration file says";

pub const DONE_ADDED: &str = "It is added.";
pub const DONE_REMOVED_TEAM: &str = "It is removed.";
pub const DONE_KEY_ENDED: &str = "The key works no more.";
