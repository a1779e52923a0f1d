//! People to be damaged.

use watchbell_model::{
    Actor, ApiKeyId, AuditAction, AuditEntry, AuditId, AuditSubject, LinkPurpose, OneTimeLink,
    Role, Session, SubjectKind, Team, TeamId, User, UserId,
};
use watchbell_store::{AuditStore, ConfigChange, ConfigStore, SessionStore};

use crate::world::{Place, id, noon, service};

/// Adds a user who is signed in, their team with its service, and an entry of the audit log. The API
/// key was used.
pub(crate) fn add(place: &Place, key: ApiKeyId) {
    let (user, team) = (id::<UserId>("usr", 1), id::<TeamId>("tea", 1));
    let mut owned = service();
    owned.team = Some(team);
    let changes = [
        ConfigChange::UserAdd(User {
            id: user,
            email: "ada@example.com".parse().unwrap(),
            name: "Ada".to_owned(),
            role: Role::Owner,
            active: true,
            created_at: noon(),
        }),
        ConfigChange::TeamAdd(Team {
            id: team,
            name: "Owners".to_owned(),
            description: None,
            members: vec![user],
            created_at: noon(),
        }),
        ConfigChange::ServiceSet(owned),
    ];
    let store = &place.store;
    let revision = store.config_revision().unwrap();
    store.config_change(revision, &changes, &[]).unwrap();
    store.password_set(user, "$argon2id$", None, &[]).unwrap();
    let (created_at, expires_at) = (noon(), noon() + std::time::Duration::from_hours(1));
    let session = Session { user, created_at, last_seen_at: created_at, expires_at };
    store.session_add(&[1; 32], &session, None, &[]).unwrap();
    for (byte, user, purpose) in
        [(1, None, LinkPurpose::FirstRun), (2, Some(user), LinkPurpose::Reset)]
    {
        let link = OneTimeLink { user, purpose, created_at, expires_at };
        store.link_add(&[byte; 32], &link, &[]).unwrap();
    }
    store.account_bind(user, "https://id.example.com", "1").unwrap();
    store.key_used(key, noon()).unwrap();
    let entry = AuditEntry {
        id: id::<AuditId>("aud", 1),
        at: noon(),
        actor: Actor::System,
        action: AuditAction::UserAdded,
        subject: AuditSubject {
            kind: SubjectKind::User,
            id: user.to_string(),
            name: "Ada".to_owned(),
        },
        before: None,
        after: Some("{}".to_owned()),
        request: None,
    };
    store.audit_append(&[entry]).unwrap();
}
