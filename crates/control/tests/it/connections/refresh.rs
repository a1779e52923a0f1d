//! The next token, before the present one ends.

use std::sync::Barrier;
use std::sync::atomic::AtomicBool;

use watchbell_control::{REFRESH_JOB, RefreshHandler, Refreshed};
use watchbell_model::{Connection, ConnectionState};
use watchbell_store::{Attempt, JobFilter, JobHandler as _, Joins, Page};
use watchbell_vault::KeyFile;

use super::Source;
use crate::World;
use crate::rotation::process;
use crate::sentry::Trouble;

const HOUR: i64 = 60 * 60;

impl Source {
    fn refresh(&self, connection: &Connection) -> Refreshed {
        self.control().connection_refresh(&self.client, connection.id).unwrap()
    }

    /// It is not time for the next token.
    fn has_time(&self, connection: &Connection) -> bool {
        matches!(self.refresh(connection), Refreshed::NotDue(Some(_)))
    }

    /// Does what the worker does with the job of a connection, and gives after how many seconds the
    /// next one is due.
    fn work(&self, connection: &Connection) -> Option<u64> {
        let page = self.world.store.job_list(&JobFilter::default(), Page::new(10, 0)).unwrap();
        let job = page.items.into_iter().find(|job| job.subject == connection.id.to_string());
        let handler = RefreshHandler::new(self.control().clone(), self.client.clone());
        let stopping = AtomicBool::new(false);
        let attempt = Attempt::new(job.as_ref().unwrap(), handler.limits(), &stopping);
        let done = handler.run(&attempt).unwrap();
        assert!(
            done.then.iter().all(|next| next.joins == Joins::Replacing && next.kind == REFRESH_JOB),
            "{done:?}"
        );
        assert!(done.then.len() <= 1);
        done.then.first().map(|next| next.delay.as_secs())
    }

    /// Refreshes, which must fail, and gives after how many seconds it is tried again.
    fn fails(&self, connection: &Connection) -> Option<i64> {
        match self.refresh(connection) {
            Refreshed::Failed(now) => {
                now.retry_at.map(|at| (at - self.world.clock.now()).num_seconds())
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_token_is_replaced_an_hour_before_its_end() {
    let source = Source::with_app();
    let (installed, connection) = source.install("acme");
    assert!(source.has_time(&connection));
    source.wait(7 * HOUR + 1);
    let Refreshed::Fresh(after) = source.refresh(&connection) else { panic!("it is due") };
    assert!(after.expires_at > connection.expires_at && source.works(&after));
    assert!(source.has_time(&connection));
    assert_eq!(source.server.live_tokens(&installed.uuid).len(), 1);
}

#[test]
fn of_two_servers_one_refreshes_and_one_token_is_valid() {
    let source = Source::with_app();
    let (installed, connection) = source.install("acme");
    for takes_statements in [true, false] {
        source.server.takes_statements(takes_statements);
        source.wait(7 * HOUR + 1);
        // Both are under way at the same time.
        source.server.trouble("/authorizations/", 1, Trouble::Slow(100));
        let start = Barrier::new(2);
        let fresh: Vec<bool> = std::thread::scope(|scope| {
            let run = || {
                start.wait();
                matches!(source.refresh(&connection), Refreshed::Fresh(_))
            };
            let both = [scope.spawn(run), scope.spawn(run)];
            both.map(|one| one.join().unwrap()).to_vec()
        });
        assert_eq!(fresh.iter().filter(|fresh| **fresh).count(), 1, "{fresh:?}");
        assert_eq!(source.server.live_tokens(&installed.uuid).len(), 1);
        assert!(source.works(&connection), "the one that is kept is the valid one");
    }
}

#[test]
fn a_lost_answer_costs_nothing_where_statements_are_taken() {
    let source = Source::with_app();
    let (_, connection) = source.install("acme");
    source.wait(7 * HOUR + 1);
    source.server.trouble("/authorizations/", 1, Trouble::LoseAnswer);
    assert_eq!(source.fails(&connection), Some(5));
    assert!(!source.works(&connection), "Sentry has forgotten both tokens");
    assert!(source.state(connection.id).starts_with("degraded: the next token could not be had"));
    assert!(source.has_time(&connection), "not before its time");
    source.wait(5);
    assert!(matches!(source.refresh(&connection), Refreshed::Fresh(_)));
    assert!(source.works(&connection));
    assert_eq!(source.state(connection.id), "connected: ");
}

#[test]
fn an_older_server_takes_the_refresh_token() {
    let source = Source::with_app();
    let (_, connection) = source.install("acme");
    source.server.takes_statements(false);
    for _ in 0..2 {
        source.wait(7 * HOUR + 1);
        assert!(matches!(source.refresh(&connection), Refreshed::Fresh(_)));
        assert!(source.works(&connection));
    }
}

#[test]
fn failures_are_further_and_further_apart_until_a_person_must_help() {
    let source = Source::with_app();
    let (installed, connection) = source.install("acme");
    source.wait(7 * HOUR + 1);
    source.server.trouble("/authorizations/", 1, Trouble::RateLimited(77));
    let until = source.fails(&connection).unwrap();
    assert!((76..=77).contains(&until), "as long as Sentry says: {until}");
    assert_eq!(source.now(connection.id).attempts, 0, "a limit is no failure");
    source.wait(until);
    let pauses = |trouble: Trouble, times: usize| -> Vec<i64> {
        source.server.trouble("/authorizations/", 100, trouble);
        let mut pauses = Vec::new();
        while let Some(pause) = source.fails(&connection).filter(|_| pauses.len() < times) {
            assert_eq!(source.now(connection.id).state, ConnectionState::Degraded);
            pauses.push(pause);
            source.wait(pause);
        }
        source.server.calm();
        pauses
    };
    // An outage of days is none of its business.
    assert_eq!(pauses(Trouble::Status(500, ""), 8), [5, 10, 20, 40, 80, 160, 160, 160]);
    source.wait(48 * HOUR);
    assert_eq!(
        pauses(Trouble::Status(401, "{\"detail\": \"Unauthorized\"}"), 99),
        [320, 640, 1_280]
    );
    assert_eq!(
        source.state(connection.id),
        "disconnected: the next token could not be had: Sentry does not take the token: Unauthorized"
    );
    assert!(source.has_time(&connection));
    // Connected again by a new code.
    let mut again = source.server.install("acme");
    assert_ne!(again.uuid, installed.uuid);
    again.organization = "acme".to_owned();
    assert_eq!(source.connect(&again).unwrap().id, connection.id);
    assert_eq!(source.state(connection.id), "connected: ");
}

#[test]
fn an_installation_that_is_gone_is_not_tried_again() {
    let source = Source::with_app();
    let (installed, connection) = source.install("acme");
    source.server.uninstall(&installed.uuid);
    source.wait(7 * HOUR + 1);
    assert_eq!(source.fails(&connection), None);
    assert!(source.state(connection.id).starts_with("disconnected: "));
}

#[test]
fn each_job_leaves_the_next_one() {
    let source = Source::with_app();
    let (installed, connection) = source.install("acme");
    // The stand-in's clock goes on by itself.
    let in_seven_hours = || source.work(&connection).is_some_and(|wait| wait / 600 == 42);
    assert!(in_seven_hours(), "one that comes too early comes again");
    source.wait(7 * HOUR + 60);
    assert!(in_seven_hours());
    assert!(in_seven_hours(), "one that is done twice changes nothing");
    assert_eq!(source.server.asked_for("/authorizations/"), 2, "the code, and one token");
    source.wait(7 * HOUR + 60);
    source.server.trouble("/authorizations/", 1, Trouble::LoseAnswer);
    assert_eq!(source.work(&connection), Some(5));
    source.wait(5);
    source.server.token_life(600);
    assert_eq!(
        source.work(&connection),
        Some(60),
        "tokens that end at once are no reason to hurry"
    );
    source.server.uninstall(&installed.uuid);
    source.wait(60);
    assert_eq!(source.work(&connection), None, "the last one");
    source.control().connection_remove(&source.integration, connection.id).unwrap();
    assert_eq!(source.work(&connection), None);
}

#[test]
fn a_check_that_finds_a_dead_token_has_the_next_one_fetched() {
    let source = Source::with_app();
    let (installed, connection) = source.install("acme");
    source.server.revoke(&source.server.live_tokens(&installed.uuid)[0]);
    assert!(source.has_time(&connection), "nobody knows yet");
    source.control().connection_check(&source.client, &source.integration, connection.id).unwrap();
    assert_eq!(
        source.state(connection.id),
        "degraded: Sentry does not take the token: Invalid token"
    );
    assert!(source.work(&connection).is_some_and(|wait| wait / 600 == 42));
    assert!(source.works(&connection));
    assert_eq!(source.state(connection.id), "connected: ");
}

#[test]
fn an_installation_is_called_complete_by_the_next_token_or_a_check() {
    let source = Source::with_app();
    for by_check in [true, false] {
        let installed = source.server.install("acme");
        let path = format!("/sentry-app-installations/{}/", installed.uuid);
        // The code's exchange is asked below the same address.
        source.server.trouble(&format!("{path}authorizations/"), 1, Trouble::Slow(1));
        source.server.trouble(&path, 1, Trouble::Status(500, ""));
        let connection = source.connect(&installed).unwrap();
        assert_eq!(
            source.state(connection.id),
            "degraded: the installation could not be called complete: Sentry has trouble of its own \
             (status 500)"
        );
        assert!(source.works(&connection) && !source.server.is_verified(&installed.uuid));
        if by_check {
            let control = source.control();
            control.connection_check(&source.client, &source.integration, connection.id).unwrap();
        } else {
            source.wait(5);
            assert!(matches!(source.refresh(&connection), Refreshed::Fresh(_)));
        }
        assert!(source.works(&connection) && source.server.is_verified(&installed.uuid));
        assert_eq!(source.state(connection.id), "connected: ");
    }
}

#[test]
fn tokens_are_sealed_and_move_to_another_master_key() {
    let mut world = World::new();
    let file = KeyFile::new(world.folder.path().join("master.key"));
    world.control = process(&world, &file);
    let source = Source::over(world);
    source.control().app_set(&source.integration, &source.app()).unwrap();
    let (installed, connection) = source.install("acme");
    let token = source.server.live_tokens(&installed.uuid).remove(0);
    let sealed = |source: &Source| source.world.config().connections.remove(0).sealed.unwrap();
    let before = sealed(&source);
    let holds = |text: &str| before.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(!holds(&token) && !holds("token"));
    assert_eq!(source.control().vault_status().unwrap().keys[0].connections, 1);
    let mut rotation = source.control().rotation(false).unwrap();
    while rotation.step().unwrap().is_some() {}
    assert_ne!(sealed(&source), before);
    let status = process(&source.world, &file).vault_status().unwrap();
    assert_eq!((status.behind(), status.unreadable.len()), (0, 0), "{status:?}");
    assert_eq!(status.keys[0].connections, 1);
    assert!(source.works(&connection));
}
