//! A process that is killed at any moment loses nothing that it answered.
//!
//! The senders keep their own list of answered ids. The moments are random; a failure prints the
//! seed, and `WATCHBELL_CRASH_SEED` repeats it. `just crash` makes many more rounds.

use serde_json::Value;

use crate::support::{Chance, Fire, Server, distinct_and_repeated, rounds, unlimited, with};

const SENDERS: usize = 4;

/// Mostly triggers, on shared keys, a sender's own and new ones; now and then a resolve.
fn alert(sender: usize, request: usize) -> Value {
    let alert = distinct_and_repeated(sender, request);
    if request % 7 == 6 { with(alert, "status", "resolved") } else { alert }
}

#[test]
fn kill_nine_under_load_loses_nothing() {
    let mut chance = Chance::new();
    let mut server = Server::builder_for(unlimited()).start();
    let mut fire = Fire::at(&server);
    for round in 1..=rounds(10) {
        fire.until_it_breaks(SENDERS, alert, |load| {
            load.wait_for(chance.between(1, 250));
            server.kill();
        });
        server.cli.assert_sound();
        server.restart();
        fire.moved_to(&server);
        fire.holds(&server);
        // Each sender had at most one delivery under way that was durable but not answered yet.
        let unheard = server.logged().len() - fire.answered();
        assert!(unheard <= SENDERS * round, "round {round}: {unheard} that nobody was told of");
    }
    // The server that was killed so often still does its work.
    fire.takes_deliveries(&server);
    fire.holds(&server);
}
