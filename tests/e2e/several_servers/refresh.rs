//! Two servers that want the next token of the same connections at once.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use watchbell_testkit::Database;

use crate::connections::Source;
use crate::support::{Api, Cli, Server, Trouble, eventually};

/// The organizations, each with a connection.
const ORGANIZATIONS: [&str; 4] = ["acme", "bell", "corp", "dune"];
/// The first try, some pauses, and a busy machine.
const SOON: Duration = Duration::from_mins(1);

#[test]
fn of_two_servers_one_gets_the_next_token() {
    let database = Database::with_tables();
    let source = Source::with_app_on(Cli::on_postgres(database.url()));
    let other = Server::builder_for(source.server.cli.clone()).start();
    let owner = source.owner();
    // A refresh token is good once: whoever shows one a second time loses the organization for good.
    source.sentry.takes_statements(false);
    let installed = ORGANIZATIONS.map(|slug| {
        source.sentry.organization(slug, slug, &["shop"]);
        let installed = source.sentry.install(slug);
        assert_eq!(source.connect(&owner, &installed).status, 200);
        installed
    });
    // Both servers hear at the same time that no token is taken any more, and each refresh takes long
    // enough for the other one to come by.
    for installed in &installed {
        for token in source.sentry.live_tokens(&installed.uuid) {
            source.sentry.revoke(&token);
        }
    }
    source.sentry.trouble("/authorizations/", 1_000, Trouble::Slow(400));
    let checks: Vec<_> = source
        .connections()
        .iter()
        .map(|one| one["connection_id"].as_str().unwrap())
        .map(|id| source.path(&format!("/connections/{id}/check")))
        .collect();
    thread::scope(|scope| {
        for server in [&source.server, &other] {
            let checks = &checks;
            scope.spawn(move || {
                let api = Api::for_everything(server);
                for check in checks {
                    assert_eq!(api.post(check, &json!({})).status, 200);
                }
            });
        }
    });
    let fresh = eventually("every connection works again", SOON, || {
        let all = source.connections();
        all.iter().all(|one| one["state"] == "connected").then_some(all)
    });
    assert_eq!(fresh.len(), ORGANIZATIONS.len());
    for installed in &installed {
        assert_eq!(source.sentry.live_tokens(&installed.uuid).len(), 1, "exactly one is valid");
    }
    // The valid one is the one that both servers use.
    for server in [&source.server, &other] {
        let api = Api::for_everything(server);
        for check in &checks {
            let checked = api.post(check, &json!({})).data();
            assert_eq!(checked["state"], "connected", "{checked}");
        }
    }
    let shown: Vec<_> =
        source.sentry.asked().iter().map(|asked| asked.body["refresh_token"].clone()).collect();
    let mut shown: Vec<_> = shown.iter().filter_map(Value::as_str).collect();
    let refreshes = shown.len();
    shown.sort_unstable();
    shown.dedup();
    assert_eq!(shown.len(), refreshes, "no refresh token is shown twice");
    assert!(refreshes >= ORGANIZATIONS.len(), "{shown:?}");
}
