//! A network that falls silent: nothing arrives any more, and nobody is told.

use std::time::{Duration, Instant};

use watchbell_testkit::Postgres;

use super::database;
use crate::support::{Fire, Lossy, Server};

#[test]
fn a_database_that_cannot_be_reached_is_a_503_in_time_until_it_can() {
    let cluster = Postgres::start();
    let cli = database(&cluster);
    let lossy = Lossy::to(&cluster.address());
    let way = lossy.url(cli.place().setting().unwrap());
    let server = Server::builder_for(cli)
        .envs(&[("WATCHBELL__DATABASE__URL", way)])
        .set("intake.answer_timeout_seconds", "3")
        .start();
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);

    for _ in 0..2 {
        lossy.fall_silent();
        let started = Instant::now();
        fire.refuses_all(&server, 3);
        assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
        Fire::is_not_ready(&server);
        lossy.go_on();
        Fire::is_ready(&server);
        fire.takes_deliveries(&server);
    }
    fire.holds(&server);
}
