//! A COMMIT whose outcome is unknown: it is looked up, and nothing is lost or applied twice.

use watchbell_testkit::Postgres;

use super::database;
use crate::support::{Fire, Lose, Lossy, Server, eventually};

struct Way {
    _cluster: Postgres,
    lossy: Lossy,
    server: Server,
}

impl Way {
    fn new() -> Self {
        let cluster = Postgres::start();
        let cli = database(&cluster);
        let lossy = Lossy::to(&cluster.address());
        let way = lossy.url(cli.place().setting().unwrap());
        let server = Server::builder_for(cli).envs(&[("WATCHBELL__DATABASE__URL", way)]).start();
        Self { _cluster: cluster, lossy, server }
    }
}

fn is_answered_and_applied_once(what: Lose) {
    let Way { _cluster, lossy, server } = Way::new();
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);
    for round in 1..=3 {
        lossy.lose_next(what);
        let reply = fire.send(&server);
        assert_eq!(lossy.lost(), round, "a commit got lost");
        assert_eq!(reply.status, 202, "{reply:?}");
        fire.takes_deliveries(&server);
    }
    Fire::is_ready(&server);
    fire.holds(&server);
    // Exactly what was answered is there, and nothing beside it.
    assert_eq!(server.logged().len(), fire.answered());
}

#[test]
fn a_commit_that_never_arrived_is_written_again() {
    is_answered_and_applied_once(Lose::Commit);
}

#[test]
fn a_commit_whose_answer_got_lost_is_not_written_again() {
    is_answered_and_applied_once(Lose::Answer);
}

#[test]
fn a_commit_whose_answer_never_comes_is_not_written_again() {
    is_answered_and_applied_once(Lose::AnswerInSilence);
}

#[test]
fn load_commits_of_unknown_outcome_are_applied_once() {
    let Way { _cluster, lossy, server } = Way::new();
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);
    fire.under_load(&server, 8, |load| {
        for round in 1..=10 {
            lossy.lose_next(if round % 2 == 0 { Lose::Commit } else { Lose::Answer });
            eventually("a commit gets lost", std::time::Duration::from_secs(30), || {
                (lossy.lost() == round).then_some(())
            });
            load.wait_for(load.accepted() + 20);
        }
    });
    fire.holds(&server);
}
