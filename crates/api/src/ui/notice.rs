//! What a page says after a form was done: one of these, named in the address, and nothing else.

use std::str::FromStr;

use watchbell_web::text;

/// Something that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done(pub(super) &'static str, pub(super) &'static str);

pub(super) const SIGNED_OUT: Done = Done("signed-out", text::SIGNED_OUT);
pub(super) const PASSWORD_CHANGED: Done = Done("password", text::DONE_PASSWORD);
pub(super) const OPENED: Done = Done("opened", text::DONE_OPENED);
pub(super) const ACKNOWLEDGED: Done = Done("acknowledged", text::DONE_ACKNOWLEDGED);
pub(super) const STATUS: Done = Done("status", text::DONE_STATUS);
pub(super) const CHANGED: Done = Done("changed", text::DONE_CHANGED);
pub(super) const COMMENT: Done = Done("comment", text::DONE_COMMENT);
pub(super) const ASKED: Done = Done("asked", text::DONE_ASKED);
pub(super) const LINKED_ISSUE: Done = Done("issue-linked", text::DONE_LINKED_ISSUE);
pub(super) const UNLINKED_ISSUE: Done = Done("issue-unlinked", text::DONE_UNLINKED_ISSUE);

pub(super) const RAN: Done = Done("ran", text::DONE_RAN);

pub(super) const CONNECTED: Done = Done("connected", text::DONE_CONNECTED);
pub(super) const MOVED: Done = Done("state", text::DONE_STATE);
pub(super) const LINKED: Done = Done("linked", text::DONE_LINKED);
pub(super) const UNLINKED: Done = Done("unlinked", text::DONE_UNLINKED);
pub(super) const ROTATED: Done = Done("rotated", text::DONE_ROTATED);
pub(super) const STORED: Done = Done("secret", text::DONE_SECRET);
pub(super) const REMOVED: Done = Done("removed", text::DONE_REMOVED);
pub(super) const TESTED: Done = Done("tested", text::DONE_TESTED);

pub(super) const NAMED: Done = Done("named", text::DONE_NAMED);
pub(super) const MAPPED: Done = Done("mapped", text::DONE_MAPPED);
pub(super) const PROJECT: Done = Done("project", text::DONE_PROJECT);
pub(super) const PROJECT_GONE: Done = Done("project-gone", text::DONE_PROJECT_GONE);
pub(super) const TOPIC: Done = Done("topic", text::DONE_TOPIC);

pub(super) const ADDED: Done = Done("added", text::DONE_ADDED);
pub(super) const REMOVED_TEAM: Done = Done("gone", text::DONE_REMOVED_TEAM);
pub(super) const KEY_ENDED: Done = Done("ended", text::DONE_KEY_ENDED);

pub(super) const DEPLOY_STORED: Done = Done("deploy-secret", text::DONE_DEPLOY_STORED);
pub(super) const DEPLOY_REMOVED: Done = Done("deploy-key-gone", text::DONE_DEPLOY_REMOVED);

pub(super) const CONNECTED_SOURCE: Done = Done("source", text::DONE_CONNECTED_SOURCE);
pub(super) const APP_SET: Done = Done("app", text::DONE_APP_SET);
pub(super) const APP_GONE: Done = Done("app-gone", text::DONE_APP_GONE);
pub(super) const CHECKED: Done = Done("checked", text::DONE_CHECKED);
pub(super) const CONNECTION_GONE: Done = Done("source-gone", text::DONE_CONNECTION_GONE);

const ALL: &[Done] = &[
    SIGNED_OUT,
    PASSWORD_CHANGED,
    OPENED,
    ACKNOWLEDGED,
    STATUS,
    CHANGED,
    COMMENT,
    ASKED,
    LINKED_ISSUE,
    UNLINKED_ISSUE,
    RAN,
    CONNECTED,
    MOVED,
    LINKED,
    UNLINKED,
    ROTATED,
    STORED,
    REMOVED,
    TESTED,
    NAMED,
    MAPPED,
    PROJECT,
    PROJECT_GONE,
    TOPIC,
    ADDED,
    REMOVED_TEAM,
    KEY_ENDED,
    DEPLOY_STORED,
    DEPLOY_REMOVED,
    CONNECTED_SOURCE,
    APP_SET,
    APP_GONE,
    CHECKED,
    CONNECTION_GONE,
];

impl FromStr for Done {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        ALL.iter().copied().find(|done| done.0 == word).ok_or(())
    }
}
