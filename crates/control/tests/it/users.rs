use watchbell_control::{ControlError, UserNew, UserSet};
use watchbell_model::{Actor, ApiKeyId, LinkPurpose, Role, User};

use crate::{World, why};

pub(crate) fn new(email: &str, role: Role) -> UserNew {
    UserNew { email: email.to_owned(), name: "Some Body".to_owned(), role }
}

impl World {
    pub(crate) fn user(&self, email: &str, role: Role) -> User {
        self.control.user_invite(&new(email, role)).unwrap().0
    }
}

fn role(role: Role) -> UserSet {
    UserSet { role: Some(role), ..UserSet::default() }
}

fn active(active: bool) -> UserSet {
    UserSet { active: Some(active), ..UserSet::default() }
}

#[test]
fn a_user_is_invited_found_and_changed() {
    let world = World::new();
    let (user, link) = world.control.user_invite(&new(" Ada@example.com", Role::Viewer)).unwrap();
    assert_eq!((user.email.as_str(), user.active), ("Ada@example.com", true));
    assert_eq!(link.purpose, LinkPurpose::Invitation);
    for reference in ["ada@EXAMPLE.com", &user.id.to_string()] {
        assert_eq!(world.control.user_show(reference).unwrap(), user);
    }
    let set = UserSet { name: Some(" Ada L. ".to_owned()), ..role(Role::Responder) };
    let (changed, is_changed) = world.control.user_set("ada@example.com", &set).unwrap();
    assert_eq!((changed.name.as_str(), changed.role), ("Ada L.", Role::Responder));
    assert!(is_changed && !world.control.user_set("ada@example.com", &set).unwrap().1);
    assert_eq!(world.control.user_list().unwrap(), [changed]);
    let taken = world.control.user_invite(&new("ADA@example.com", Role::Viewer)).unwrap_err();
    assert!(matches!(taken, ControlError::Taken { .. }), "{taken}");
    let wrong = UserNew { name: String::new(), ..new("nobody", Role::Viewer) };
    let ControlError::Invalid(problems) = world.control.user_invite(&wrong).unwrap_err() else {
        panic!("expected wrong values");
    };
    let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["email", "name"]);
    assert!(why(world.control.user_show("nobody@example.com")).contains("no user"));
}

#[test]
fn the_last_active_owner_stays() {
    let world = World::new();
    world.user("ada@example.com", Role::Owner);
    let set = |email: &str, set: &UserSet| world.control.user_set(email, set);
    for change in [role(Role::Admin), active(false)] {
        assert!(why(set("ada@example.com", &change)).contains("the only owner"));
    }
    world.user("bob@example.com", Role::Owner);
    set("bob@example.com", &active(false)).unwrap();
    assert!(why(set("ada@example.com", &active(false))).contains("the only owner"));
    set("bob@example.com", &active(true)).unwrap();
    set("ada@example.com", &role(Role::Viewer)).unwrap();
    assert!(why(set("bob@example.com", &role(Role::Admin))).contains("the only owner"));
}

#[test]
fn only_an_owner_makes_changes_or_ends_an_owner() {
    let world = World::new();
    let (ada, bob) =
        (world.user("ada@example.com", Role::Owner), world.user("bob@example.com", Role::Admin));
    world.user("second@example.com", Role::Owner);
    let key: ApiKeyId = format!("key_{:032x}", 1).parse().unwrap();
    for actor in [Actor::User(bob.id), Actor::ApiKey(key)] {
        let control = world.control.acting(actor, None);
        let refused = [
            why(control.user_invite(&new("new@example.com", Role::Owner))),
            why(control.user_set("bob@example.com", &role(Role::Owner))),
            why(control.user_set("ada@example.com", &role(Role::Viewer))),
            why(control.user_set("ada@example.com", &active(false))),
            // Whoever has the link becomes the owner.
            why(control.user_link("ada@example.com")),
        ];
        for text in refused {
            assert!(text.contains("only an owner"), "{text}");
        }
        control.user_set("bob@example.com", &role(Role::Responder)).unwrap();
        control.user_set("bob@example.com", &role(Role::Admin)).unwrap();
    }
    let control = world.control.acting(Actor::User(ada.id), None);
    control.user_set("second@example.com", &role(Role::Admin)).unwrap();
    control.user_set("second@example.com", &role(Role::Owner)).unwrap();
    assert_eq!(world.config().users.len(), 3);
}
