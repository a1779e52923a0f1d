//! What is asked with a token.

use watchbell_model::Timestamp;
use watchbell_outbound::Outbound;
use watchbell_sentry_client::{Client, Error, IssueStatus};

use crate::World;
use crate::sentry::Trouble;

#[test]
fn a_token_tells_its_scopes_and_its_organization() {
    let world = World::new();
    let token = world.token(&["org:read", "event:read"]);
    let sentry = world.client.at(&world.base, &token);
    let told = sentry.token().unwrap();
    assert_eq!(told.lacks(&["org:read", "event:read", "project:read"]), ["project:read"]);
    let organizations = sentry.organizations().unwrap();
    assert_eq!(
        (organizations[0].slug.as_str(), organizations[0].name.as_str()),
        ("acme", "Acme Corp")
    );
    // The region that the server names is nowhere near it.
    assert_eq!(organizations[0].region, None);
    assert_eq!(sentry.organization("acme").unwrap(), organizations[0]);
    let other = sentry.organization("somebody-else").unwrap_err();
    assert!(matches!(other, Error::Scope { needs: "org:read", .. }), "{other}");
    let lacks = sentry.projects("acme").unwrap_err();
    assert_eq!(
        lacks.to_string(),
        "the token lacks the scope project:read: You do not have permission to perform this action."
    );
}

#[test]
fn all_pages_of_a_list_are_asked_for() {
    let world = World::new();
    world.server.organization("acme", "Acme Corp", &["a", "b", "c", "d", "e"]);
    let token = world.token(&["project:read"]);
    let projects = world.client.at(&world.base, &token).projects("acme").unwrap();
    let slugs: Vec<_> = projects.list.iter().map(|one| one.slug.as_str()).collect();
    assert_eq!((slugs, projects.complete), (vec!["a", "b", "c", "d", "e"], true));
    let asked: Vec<_> = world.server.asked().into_iter().map(|asked| asked.path).collect();
    let path = "/api/0/organizations/acme/projects/";
    assert_eq!(
        asked,
        [path.to_owned(), format!("{path}?cursor=0:2:0"), format!("{path}?cursor=0:4:0")]
    );
}

#[test]
fn an_issue_is_read_and_changed() {
    let world = World::new();
    world.server.issue(6_912_345_678, "acme", "shop", 1);
    let token = world.token(&["event:write"]);
    let sentry = world.client.at(&world.base, &token);
    let issue = sentry.issue("acme", "6912345678").unwrap();
    assert_eq!((issue.count, issue.user_count), (Some(120), Some(7)), "a text and a number");
    assert_eq!(issue.project.unwrap().slug, "shop");
    assert_eq!(sentry.issue_by_short_id("acme", "SHOP-6912345678").unwrap(), issue_again(&sentry));
    assert!(matches!(sentry.issue_by_short_id("acme", "SHOP-1"), Err(Error::NotFound(_))));
    let early = sentry.latest_event("acme", "6912345678").unwrap_err();
    assert!(matches!(&early, Error::NotFound(_)) && early.may_pass(), "{early}");
    let event = sentry.latest_event("acme", "6912345678").unwrap();
    assert!(event.0.windows(9).any(|part| part == b"\"entries\""));
    let suspects = sentry.suspects("acme", "shop", "9b3d8a3b2a5f4b1c8e6d0a1f2c3b4a5e").unwrap();
    assert_eq!(suspects[0].author.name.as_deref(), Some("Hell Boy"));
    assert_eq!(suspects[0].commits[0].id, "3fa9c1e0aa11bb22cc33dd44ee55ff6600112233");
    assert_eq!(sentry.suspects("acme", "unknown", "x").unwrap(), []);
    let resolved = sentry.issue_set("acme", "6912345678", IssueStatus::Resolved).unwrap();
    assert_eq!(
        (resolved.status.as_str(), world.server.issue_status(6_912_345_678).as_str()),
        ("resolved", "resolved")
    );
    // An id that would climb out of its place is nobody's.
    assert!(matches!(sentry.issue("acme", "../projects"), Err(Error::NotFound(_))));
}

fn issue_again(sentry: &watchbell_sentry_client::Sentry<'_>) -> watchbell_sentry_client::Issue {
    sentry.issue("acme", "6912345678").unwrap()
}

#[test]
fn a_link_is_made_replaced_and_taken_away() {
    let world = World::new();
    world.server.issue(7, "acme", "shop", 0);
    let installed = world.server.install("acme");
    let id = installed.uuid.parse().unwrap();
    let code = watchbell_model::Secret::new(installed.code.as_str());
    let token = world.client.exchange_code(&world.app(), &id, &code).unwrap().token;
    let sentry = world.client.at(&world.base, &token);
    let link = |number: &str| {
        sentry.link_add(&id, 7, &format!("https://watchbell.example/{number}"), "Watchbell", number)
    };
    assert_eq!(link("INC-1").unwrap().display_name, "Watchbell#INC-1");
    let second = link("INC-2").unwrap();
    assert_eq!(sentry.links("acme", "7").unwrap(), std::slice::from_ref(&second));
    assert!(sentry.link_remove(&id, &second.id).unwrap());
    assert!(!sentry.link_remove(&id, &second.id).unwrap(), "there is none any more");
    assert!(matches!(
        sentry.link_add(&id, 8, "https://a.example", "a", "b"),
        Err(Error::NotFound(_))
    ));
    assert!(matches!(
        sentry.link_add(&id, 7, "https://a.example", "", "b"),
        Err(Error::Refused { status: 400, .. })
    ));
}

#[test]
fn trouble_is_told_apart() {
    let world = World::new();
    let token = world.token(&["org:read"]);
    let sentry = world.client.at(&world.base, &token);
    let asked = || sentry.organizations().unwrap_err();
    world.server.trouble("/organizations/", 1, Trouble::RateLimited(30));
    let limited = asked();
    let Error::RateLimited { until: Some(until) } = limited else { panic!("{limited}") };
    assert!(until > Timestamp::from_timestamp(1_700_000_000, 0).unwrap() && limited.may_pass());
    world.server.trouble("/organizations/", 1, Trouble::Status(502, "<html>Bad gateway</html>"));
    assert_eq!(asked(), Error::Down(502));
    world.server.trouble("/organizations/", 1, Trouble::Status(200, "<html>Welcome</html>"));
    assert!(matches!(asked(), Error::Malformed(_)));
    world.server.trouble("/organizations/", 1, Trouble::Flood);
    assert!(matches!(asked(), Error::Malformed(_)), "not more is read than is wanted");
    world.server.trouble("/organizations/", 1, Trouble::LoseAnswer);
    let lost = asked();
    assert!(lost.may_have_happened(), "{lost:?}");
    world.server.trouble("/organizations/", 1, Trouble::Status(302, ""));
    assert!(matches!(asked(), Error::Unreachable(_)), "redirects are not followed");
    world.server.revoke(token.expose());
    assert_eq!(asked(), Error::Token("Invalid token".to_owned()));
    world.server.trouble("/organizations/", 1, Trouble::Hang);
    let hurried = world.client.clone().within(std::time::Duration::from_millis(200));
    assert_eq!(hurried.at(&world.base, &token).organizations().unwrap_err(), Error::Timeout);
    // Inward addresses take a permit.
    let stranger = Client::new(Outbound::new(Vec::new(), "tests"));
    let refused = stranger.at(&world.base, &token).organizations().unwrap_err();
    assert_eq!(refused.to_string(), "Sentry cannot be reached: only https is asked");
}
