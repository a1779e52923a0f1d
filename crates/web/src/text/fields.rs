//! What a field takes, when what was sent is refused: "Title: expected 1 to 200 characters, got …".

pub const GOT_ANOTHER: &str = "nothing of the kind";
pub const GOT_NONE: &str = "none";
pub const GOT_NOTHING: &str = "nothing";
pub const WANT_ABOVE: &str = "one of those above";
pub const WANT_ACTION: &str = "a severity or do_not_create";
pub const WANT_ACTIVE_SERVICE: &str = "an active service";
pub const WANT_ACTOR: &str = "somebody's id, or system";
pub const WANT_AUDITED: &str = "an action of the audit log";
pub const WANT_COMMENT: &str = "1 to 5000 characters";
pub const WANT_CONNECTION_ID: &str = "scp_ and 32 hexadecimal digits";
pub const WANT_DAYS: &str = "1 to 3650 days";
pub const WANT_DELIVERY_ID: &str = "dlv_ and 32 hexadecimal digits";
pub const WANT_DONE: &str = "what was done";
pub const WANT_EACH_LEVEL: &str = "one for each level";
pub const WANT_EACH_OFFER: &str = "one for each project";
pub const WANT_EMAIL: &str = "an e-mail address";
pub const WANT_ENVIRONMENT: &str = "an environment";
pub const WANT_FLAG: &str = "true or false";
pub const WANT_INCIDENT: &str = "a number like INC-2026-001";
pub const WANT_INTEGRATION: &str = "an integration";
pub const WANT_INTEGRATION_ID: &str = "an integration's id: int_ and 32 hexadecimal digits";
pub const WANT_ISSUE: &str = "an issue's id, short id or address";
pub const WANT_ITS_LINK: &str = "one of its links";
pub const WANT_KEY: &str = "1 to 255 characters";
pub const WANT_KEY_ID: &str = "key_ and 32 hexadecimal digits";
pub const WANT_LEVEL: &str = "a level";
pub const WANT_LEVELS: &str = "the levels of the form";
pub const WANT_LINK: &str = "a link";
pub const WANT_MINUTE: &str = "a moment as in 2026-11-21T12:00";
pub const WANT_MOVE: &str = "enable, disable, disconnect or reconnect";
pub const WANT_NAME: &str = "a name";
pub const WANT_NUMBER: &str = "a number";
pub const WANT_NUMBER_OF_DAYS: &str = "a number of days";
pub const WANT_OFFER: &str = "a project's slug";
pub const WANT_OUTCOME: &str = "an outcome";
pub const WANT_PASSWORD: &str = "a password";
pub const WANT_PLACE: &str = "a place in this list";
pub const WANT_PRESET: &str = "a preset";
pub const WANT_PROJECT: &str = "a project's name in addresses";
pub const WANT_PROVIDER: &str = "a provider";
pub const WANT_REASON: &str = "a reason";
pub const WANT_ROLE: &str = "a role";
pub const WANT_SCOPE: &str = "a scope";
pub const WANT_SECONDS: &str = "seconds";
pub const WANT_SECRET: &str = "a secret";
pub const WANT_SECRET_ID: &str = "a secret's id";
pub const WANT_SERVICE: &str = "a service's key";
pub const WANT_SERVICES: &str = "50 services at most";
pub const WANT_SEVERITIES: &str = "SEV0, SEV1, SEV2, SEV3 or SEV4";
pub const WANT_SEVERITY: &str = "a severity";
pub const WANT_SOME: &str = "one or more";
pub const WANT_STATE: &str = "a state";
pub const WANT_STATUS: &str = "a status";
pub const WANT_STATUSES: &str = "a status, over or all";
pub const WANT_STEP: &str = "service, source, test or incident";
pub const WANT_SUBJECT: &str = "a kind/the id of a thing";
pub const WANT_TEXT: &str = "a text";
pub const WANT_TICK: &str = "true";
pub const WANT_TITLE: &str = "1 to 200 characters";
pub const WANT_TOKEN: &str = "the token of an internal integration";
pub const WANT_TOLD: &str = "what the page was told";
pub const WANT_TOPIC: &str = "a topic's name";
pub const WANT_TYPE: &str = "a type";
pub const WANT_VERSION: &str = "a version";

/// At most so many characters.
pub fn want_at_most(characters: usize) -> String {
    format!("at most {characters} characters")
}

/// What is got instead.
pub fn got_characters(characters: usize) -> String {
    format!("{characters} characters")
}

/// At most so many seconds.
pub fn want_seconds(most: u32) -> String {
    format!("0 to {most} seconds")
}

/// What a form's field is called, by its name in the form or where the API has it, where that is not its
/// name for people; in a list, without its place there.
pub fn field_label(path: &str) -> &str {
    if let Some(level) = path.strip_prefix("severity_mapping.") {
        return level;
    }
    let name = path.split_once('[').map_or(path, |(name, _)| name);
    match name {
        "assigned_to" => super::ASSIGNED,
        "base_url" => super::BASE_URL,
        "client_id" => super::CLIENT_ID,
        "client_secret" => super::CLIENT_SECRET,
        "comment" => super::COMMENT,
        "current_password" => super::PRESENT_PASSWORD,
        "days" => super::ENDS_IN,
        "default_service" | "default_service_key" => super::DEFAULT_SERVICE,
        "default_severity" => super::DEFAULT_SEVERITY,
        "description" => super::DESCRIPTION,
        "email" => super::EMAIL,
        "environment" => super::ENVIRONMENT,
        "issue" => super::LINK_ISSUE,
        "members" => super::MEMBERS,
        "name" => super::NAME,
        "new_password" => super::NEW_PASSWORD,
        "organization_name" => super::ORGANIZATION,
        "password" => super::PASSWORD,
        "provider" => super::PROVIDER,
        "rate_limit" => super::RATE_LIMIT,
        "reopen_days" => super::REOPEN_DAYS,
        "repository" => super::REPOSITORY,
        "role" => super::ROLE,
        "scope" => super::SCOPES,
        // The first of them has a field of its own.
        // The first of the services has a field of its own.
        "service_ids" if path == "service_ids[0]" => super::SERVICE,
        "also" | "service_ids" => super::OPEN_ALSO,
        "service" | "service_key" => super::SERVICE,
        "severity" => super::SEVERITY,
        "severity_mapping" => super::MAPPING,
        "status" => super::STATUS,
        "team" => super::TEAM,
        "title" => super::TITLE,
        "token" => super::TOKEN,
        "type" => super::KIND,
        "url" => super::ADDRESS,
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::field_label;

    #[test]
    fn a_field_is_called_as_its_form_calls_it() {
        for (path, expected) in [
            ("team", "Team"),
            ("members[3]", "Members"),
            ("service_ids[0]", "Service"),
            ("service_ids[1]", "Also affected (optional)"),
            ("service_ids", "Also affected (optional)"),
            ("severity_mapping", "Severity mapping"),
            ("severity_mapping.high [p1]", "high [p1]"),
            ("what_nobody_named", "what_nobody_named"),
        ] {
            assert_eq!(field_label(path), expected, "{path}");
        }
    }
}
