use std::net::IpAddr;

use watchbell_control::{ControlError, LinkMade, LinkUse, SignedIn, UserSet, csrf_token};
use watchbell_model::{LinkPurpose, Role, Secret};

use crate::{World, why};

const PASSWORD: &str = "correct horse battery";

fn choice(password: &str) -> LinkUse {
    LinkUse { email: None, name: None, password: Secret::new(password) }
}

fn somewhere() -> IpAddr {
    "192.0.2.7".parse().unwrap()
}

impl World {
    /// Somebody who has chosen a password, and what that gave.
    pub(crate) fn member(&self, email: &str) -> SignedIn {
        let new = crate::users::new(email, Role::Responder);
        let (_, link) = self.control.user_invite(&new).unwrap();
        self.control.link_use(&link.token, &choice(PASSWORD)).unwrap()
    }

    fn try_in(&self, email: &str, password: &str) -> Result<SignedIn, ControlError> {
        self.control.sign_in(email, &Secret::new(password), somewhere())
    }

    fn is_in(&self, token: &Secret) -> bool {
        self.control.session(token).unwrap().is_some()
    }
}

fn is_used_up(world: &World, link: &LinkMade) {
    let again = world.control.link_use(&link.token, &choice(PASSWORD));
    assert!(matches!(again, Err(ControlError::Link)), "{again:?}");
}

#[test]
fn the_first_owner_comes_in_by_a_link_that_works_once() {
    let world = World::new();
    let link = world.control.owner_link().unwrap();
    let url = link.url("https://host/");
    assert_eq!(url.expose(), format!("https://host/sign-in/{}", link.token.expose()));
    assert_eq!(world.control.link_show(&link.token).unwrap().purpose, LinkPurpose::FirstRun);
    // Wrong values leave the link as it is.
    assert!(
        why(world.control.link_use(&link.token, &choice(PASSWORD))).contains("email: expected")
    );
    let ada = |password: &str| LinkUse {
        email: Some("ada@example.com".to_owned()),
        name: Some("Ada".to_owned()),
        ..choice(password)
    };
    for wrong in ["too short", "ada@example.com"] {
        assert!(why(world.control.link_use(&link.token, &ada(wrong))).starts_with("password:"));
    }
    let owner = world.control.link_use(&link.token, &ada(PASSWORD)).unwrap();
    assert_eq!((owner.user.role, world.is_in(&owner.token)), (Role::Owner, true));
    is_used_up(&world, &link);
    // Somebody who is there already becomes an owner again, whatever happened.
    let bob = world.member("bob@example.com").user;
    let set = UserSet { active: Some(false), ..UserSet::default() };
    world.control.user_set("bob@example.com", &set).unwrap();
    let link = world.control.owner_link().unwrap();
    let again = LinkUse {
        email: Some("BOB@example.com".to_owned()),
        name: Some("Ignored".to_owned()),
        ..choice("another good password")
    };
    let again = world.control.link_use(&link.token, &again).unwrap();
    assert_eq!((again.user.id, again.user.role, again.user.active), (bob.id, Role::Owner, true));
}

#[test]
fn links_end_by_themselves_and_when_a_newer_one_is_made() {
    let world = World::new();
    let late = world.control.owner_link().unwrap();
    world.wait(24 * 60 * 60);
    is_used_up(&world, &late);
    world.member("ada@example.com");
    let (_, first) = world.control.user_link("ada@example.com").unwrap();
    let (_, second) = world.control.user_link("ada@example.com").unwrap();
    assert_eq!(second.purpose, LinkPurpose::Reset);
    is_used_up(&world, &first);
    let set = UserSet { active: Some(false), ..UserSet::default() };
    world.control.user_set("ada@example.com", &set).unwrap();
    is_used_up(&world, &second);
    assert!(why(world.control.user_link("ada@example.com")).contains("make them active"));
}

#[test]
fn each_sign_in_is_a_session_of_its_own_until_it_ends() {
    let world = World::new();
    let first = world.member("ada@example.com");
    let second = world.try_in("ADA@example.com ", PASSWORD).unwrap();
    assert_ne!(first.token, second.token);
    assert_ne!(csrf_token(&first.token), csrf_token(&second.token));
    assert_eq!(csrf_token(&first.token), csrf_token(&first.token));
    assert!(!csrf_token(&first.token).contains(first.token.expose()));
    let (user, session) = world.control.session(&second.token).unwrap().unwrap();
    assert_eq!((user.email.as_str(), session.user), ("ada@example.com", user.id));
    assert!(world.control.sign_out(&first.token).unwrap());
    assert!(!world.control.sign_out(&first.token).unwrap());
    assert!(!world.is_in(&first.token) && world.is_in(&second.token));
    let third = world.try_in("ada@example.com", PASSWORD).unwrap();
    assert_eq!(world.control.sign_out_everywhere(&user).unwrap(), 2);
    assert!(!world.is_in(&second.token) && !world.is_in(&third.token));
    // Another password ends what the old one began.
    let fourth = world.try_in("ada@example.com", PASSWORD).unwrap();
    let (_, link) = world.control.user_link("ada@example.com").unwrap();
    let fifth = world.control.link_use(&link.token, &choice("a new password!")).unwrap();
    assert!(!world.is_in(&fourth.token) && world.is_in(&fifth.token));
    assert!(world.try_in("ada@example.com", PASSWORD).is_err());
    let set = UserSet { active: Some(false), ..UserSet::default() };
    world.control.user_set("ada@example.com", &set).unwrap();
    assert!(!world.is_in(&fifth.token));
}

#[test]
fn somebody_who_knows_the_password_changes_it_and_is_put_out_elsewhere() {
    const NEW: &str = "a new password!";
    let world = World::new();
    let ada = world.member("ada@example.com");
    let elsewhere = world.try_in("ada@example.com", PASSWORD).unwrap();
    let change = |current: &str, new: &str| {
        let (current, new) = (Secret::new(current), Secret::new(new));
        world.control.password_change(&ada.user, &current, &new, somewhere())
    };
    assert!(why(change("wrong", NEW)).starts_with("current_password: expected"));
    assert!(why(change(PASSWORD, "short")).starts_with("new_password: expected 12"));
    assert!(world.is_in(&ada.token) && world.is_in(&elsewhere.token), "nothing has changed");
    let changed = change(PASSWORD, NEW).unwrap();
    assert!(world.is_in(&changed.token));
    assert!(!world.is_in(&ada.token) && !world.is_in(&elsewhere.token));
    assert!(world.try_in("ada@example.com", PASSWORD).is_err());
    world.try_in("ada@example.com", NEW).unwrap();
    // Who guesses has to wait, as at sign-in, and may then not sign in either. Two have failed above.
    for _ in 0..8 {
        assert!(why(change(PASSWORD, NEW)).starts_with("current_password"));
    }
    assert!(matches!(change(NEW, PASSWORD), Err(ControlError::TooMany { .. })));
    assert!(matches!(world.try_in("ada@example.com", NEW), Err(ControlError::TooMany { .. })));
    world.wait(900);
    change(NEW, PASSWORD).unwrap();
    // Who comes from an identity provider has none.
    let bob = world.user("bob@example.com", Role::Viewer);
    let (current, new) = (Secret::new(PASSWORD), Secret::new(NEW));
    let none = world.control.password_change(&bob, &current, &new, somewhere());
    assert!(why(none).contains("ask an admin"));
}

#[test]
fn a_session_ends_without_use_and_after_a_week_at_the_latest() {
    const HOUR: i64 = 60 * 60;
    let world = World::new();
    let idle = world.member("ada@example.com").token;
    let used = world.try_in("ada@example.com", PASSWORD).unwrap().token;
    for _ in 0..15 {
        world.wait(11 * HOUR);
        assert!(world.is_in(&used));
        assert!(!world.is_in(&Secret::new("another")));
    }
    assert!(!world.is_in(&idle), "nobody used it for twelve hours");
    world.wait(3 * HOUR);
    assert!(!world.is_in(&used), "a week is over");
}

#[test]
fn whoever_is_not_let_in_hears_one_text_and_soon_has_to_wait() {
    let world = World::new();
    world.member("ada@example.com");
    world.member("off@example.com");
    let set = UserSet { active: Some(false), ..UserSet::default() };
    world.control.user_set("off@example.com", &set).unwrap();
    world.user("invited@example.com", Role::Viewer);
    let all = ["ada@example.com", "off@example.com", "invited@example.com", "no@where", "nobody"];
    let texts = all.map(|email| {
        let password = if email == "off@example.com" { PASSWORD } else { "a wrong password" };
        why(world.try_in(email, password))
    });
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    for _ in 0..5 {
        assert!(matches!(world.try_in("ada@example.com", "wrong"), Err(ControlError::SignIn)));
    }
    let refused = world.try_in("ada@example.com", PASSWORD).unwrap_err();
    assert!(matches!(refused, ControlError::TooMany { retry_after_s: 900 }), "{refused}");
    // From elsewhere the account has some tries left, and the right password is let in.
    let elsewhere = "198.51.100.1".parse().unwrap();
    let password = Secret::new(PASSWORD);
    world.control.sign_in("ada@example.com", &password, elsewhere).unwrap();
    world.wait(900);
    world.try_in("ada@example.com", PASSWORD).unwrap();
}
