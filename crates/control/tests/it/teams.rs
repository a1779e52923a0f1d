use watchbell_control::{ControlError, ServiceNew, ServiceSet, TeamNew, TeamSet};
use watchbell_model::Role;

use crate::{World, why};

fn named(name: &str, members: &[&str]) -> TeamNew {
    let members = members.iter().map(|&member| member.to_owned()).collect();
    TeamNew { name: name.to_owned(), members, ..TeamNew::default() }
}

#[test]
fn a_team_has_members_and_services_until_it_goes() {
    let world = World::new();
    let [ada, bob] =
        ["ada@example.com", "bob@example.com"].map(|email| world.user(email, Role::Responder));
    let members = ["bob@example.com", &ada.id.to_string(), "BOB@example.com"];
    let team = world.control.team_add(&named(" Owners ", &members)).unwrap();
    assert_eq!((team.name.as_str(), &team.members), ("Owners", &vec![ada.id, bob.id]));
    let of = |team: &str| Some(team.to_owned());
    let owned = ServiceNew { team: of("OWNERS"), ..ServiceNew::named("Owned") };
    assert_eq!(world.control.service_add(&owned).unwrap().team, Some(team.id));
    world.control.service_add(&ServiceNew::named("Other")).unwrap();
    let set = ServiceSet { team: Some(of(&team.id.to_string())), ..ServiceSet::default() };
    assert!(world.control.service_set("SER-00002", &set).unwrap().1);
    let set = TeamSet {
        name: Some("owners".to_owned()),
        description: Some(Some("all".to_owned())),
        members: Some(vec!["bob@example.com".to_owned()]),
    };
    let (changed, is_changed) = world.control.team_set("owners", &set).unwrap();
    assert_eq!((changed.name.as_str(), &changed.members), ("owners", &vec![bob.id]));
    assert!(is_changed && !world.control.team_set("owners", &set).unwrap().1);
    assert_eq!(world.control.team_list().unwrap(), [changed]);
    world.control.team_remove("owners").unwrap();
    assert!(world.config().services.iter().all(|service| service.team.is_none()));
    assert!(why(world.control.team_show("owners")).contains("no team"));
}

#[test]
fn names_of_teams_are_unique_and_members_are_there() {
    let world = World::new();
    let first = world.control.team_add(&named("Ämter", &[])).unwrap();
    for wrong in ["äMTER", " ämter "] {
        let taken = world.control.team_add(&named(wrong, &[])).unwrap_err();
        assert!(matches!(taken, ControlError::Taken { .. }), "{taken}");
    }
    assert!(why(world.control.team_add(&named("", &[]))).starts_with("name: expected"));
    assert!(
        why(world.control.team_add(&named("x", &["no@where"])))
            .contains("members[0]: expected the name of a user")
    );
    let wrong = ServiceNew { team: Some("nobody".to_owned()), ..ServiceNew::named("Any") };
    assert!(why(world.control.service_add(&wrong)).contains("team: expected the name of a team"));
    assert_eq!(world.config().teams, [first]);
}
