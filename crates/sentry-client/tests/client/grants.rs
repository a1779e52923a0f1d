//! The ways to a token.

use uuid::Uuid;
use watchbell_model::{Secret, Timestamp};
use watchbell_sentry_client::{Authorization, Error, InstallationId};

use crate::World;
use crate::sentry::{Installed, Trouble};

#[expect(
    clippy::disallowed_methods,
    reason = "the statement must be of now, as the server sees it"
)]
fn now() -> Timestamp {
    std::time::SystemTime::now().into()
}

impl World {
    fn installed(&self) -> (InstallationId, Secret) {
        let Installed { uuid, code, .. } = self.server.install("acme");
        (uuid.parse().unwrap(), Secret::new(code))
    }

    fn works(&self, authorization: &Authorization) -> bool {
        self.client.at(&self.base, &authorization.token).organizations().is_ok()
    }
}

#[test]
fn a_code_is_good_once_and_for_ten_minutes() {
    let world = World::new();
    let (id, code) = world.installed();
    let first = world.client.exchange_code(&world.app(), &id, &code).unwrap();
    assert!(world.works(&first) && first.refresh_token.is_some() && first.expires_at > Some(now()));
    assert!(first.scopes.contains(&"event:read".to_owned()));
    assert!(!format!("{first:?}").contains(first.token.expose()), "tokens are hidden");
    let again = world.client.exchange_code(&world.app(), &id, &code).unwrap_err();
    assert_eq!(again, Error::Token("Could not find grant for given code".to_owned()));
    let (late, code) = world.installed();
    world.server.advance(601);
    let expired = world.client.exchange_code(&world.app(), &late, &code).unwrap_err();
    assert_eq!(expired, Error::Token("Grant has already expired".to_owned()));
    let (_, code) = world.installed();
    let other = world.client.exchange_code(&world.app(), &id, &code).unwrap_err();
    assert_eq!(other, Error::Token("Forbidden grant".to_owned()));
}

#[test]
fn a_refresh_token_works_once_and_a_lost_answer_costs_it() {
    let world = World::new();
    let (id, code) = world.installed();
    let first = world.client.exchange_code(&world.app(), &id, &code).unwrap();
    let old = first.refresh_token.clone().unwrap();
    let second = world.client.refresh(&world.app(), &id, &old).unwrap();
    assert!(world.works(&second) && !world.works(&first), "the old pair is gone at once");
    let gone = Error::Token("Given refresh token does not exist".to_owned());
    assert_eq!(world.client.refresh(&world.app(), &id, &old).unwrap_err(), gone);
    world.server.trouble("/authorizations/", 1, Trouble::LoseAnswer);
    let next = second.refresh_token.clone().unwrap();
    let lost = world.client.refresh(&world.app(), &id, &next).unwrap_err();
    assert!(lost.may_have_happened(), "{lost}");
    assert_eq!(world.client.refresh(&world.app(), &id, &next).unwrap_err(), gone);
    // Only a statement gets it back.
    let (at, id_of_statement) = (now(), Uuid::from_u128(1));
    let back = world.client.authorize_by_statement(&world.app(), &id, at, id_of_statement).unwrap();
    assert!(world.works(&back));
    let twice = world.client.authorize_by_statement(&world.app(), &id, at, id_of_statement);
    assert!(matches!(twice, Err(Error::Refused { status: 403, .. })), "{twice:?}");
}

#[test]
fn an_older_server_takes_no_statement() {
    let world = World::new();
    let (id, _) = world.installed();
    world.server.takes_statements(false);
    let refused = world
        .client
        .authorize_by_statement(&world.app(), &id, now(), Uuid::from_u128(1))
        .unwrap_err();
    assert_eq!(refused, Error::Refused { status: 403, detail: "Invalid grant_type".to_owned() });
}

#[test]
fn an_installation_is_told_to_be_complete() {
    let world = World::new();
    let (id, code) = world.installed();
    let token = world.client.exchange_code(&world.app(), &id, &code).unwrap().token;
    assert!(!world.server.is_verified(&id.to_string()));
    world.client.at(&world.base, &token).verify_install(&id).unwrap();
    assert!(world.server.is_verified(&id.to_string()));
    let stranger = world.token(&["org:read"]);
    let refused = world.client.at(&world.base, &stranger).verify_install(&id).unwrap_err();
    assert!(matches!(refused, Error::Scope { .. }), "{refused}");
}
