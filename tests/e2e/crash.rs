//! A process that is killed at any moment loses nothing that it answered.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::{Load, Server, unlimited};

const ROUNDS: u64 = 10;
const SENDERS: usize = 4;
/// Keys that all senders share, so that they meet in one batch.
const SHARED_KEYS: usize = 12;
/// Keys of a sender's own, each in turn.
const OWN_KEYS: usize = 40;

/// Mostly triggers, now and then a resolve, on shared keys and on a sender's own.
fn alert(sender: usize, request: usize) -> Value {
    let key = if request.is_multiple_of(2) {
        format!("shared-{}", (request / 2 + sender) % SHARED_KEYS)
    } else {
        format!("own-{sender}-{}", request / 2 % OWN_KEYS)
    };
    let status = if request % 7 == 6 { "resolved" } else { "new" };
    json!({"title": "Checkout is down", "service_id": "SER-00001", "dedup_key": key, "status": status})
}

/// How many answers a round waits for before it kills: scattered, and the same in every run.
fn answers_before_the_kill(round: u64) -> usize {
    // Knuth's multiplicative hash.
    let scattered = (round + 1).wrapping_mul(2_654_435_761) >> 7;
    20 + usize::try_from(scattered % 230).unwrap()
}

#[test]
fn kill_nine_under_load_loses_nothing() {
    let mut server = Server::builder_for(unlimited()).start();
    let mut answered: HashSet<String> = HashSet::new();
    for round in 0..ROUNDS {
        let load = Load::start(&server.hook("custom"), SENDERS, alert);
        load.wait_for(answers_before_the_kill(round));
        server.kill();
        let told = load.finish();
        assert!(told.refused.is_empty(), "round {round}: {:?}", told.refused);
        assert!(answered.is_disjoint(&told.accepted.iter().cloned().collect()));
        answered.extend(told.accepted);

        server.cli.assert_sound();
        server.restart();
        let logged = server.logged();
        let lost: Vec<_> = answered.difference(&logged).collect();
        assert!(lost.is_empty(), "round {round}: lost {lost:?}");
        // Each sender had at most one delivery under way that was durable but not answered yet.
        let most = answered.len() + SENDERS * usize::try_from(round + 1).unwrap();
        assert!(logged.len() <= most, "round {round}: {} in the log", logged.len());
        server.assert_one_open_each();
        server.cli.assert_sound();
    }
    // The server that was killed ten times still does its work.
    let reply = server.post(&server.hook("custom"), &alert(0, 0));
    assert_eq!(reply.status, 202, "{reply:?}");
}
