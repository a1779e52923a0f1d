//! PostgreSQL and servers on it, killed at random moments under load.

use watchbell_testkit::Postgres;

use super::{database, server};
use crate::support::{Chance, Fire, Server, distinct_and_repeated, rounds};

#[test]
fn kill_the_database_under_load_loses_nothing() {
    let mut chance = Chance::new();
    let mut cluster = Postgres::start();
    let server = server(&cluster);
    let mut fire = Fire::at(&server);
    for _ in 0..rounds(4) {
        fire.under_load(&server, 4, |load| {
            load.wait_for(chance.between(1, 150));
            if chance.between(1, 3) == 1 {
                cluster.stop();
            } else {
                cluster.kill();
            }
            cluster.start_again();
            load.wait_for(load.accepted() + 20);
        });
        Fire::is_ready(&server);
        fire.holds(&server);
    }
    fire.takes_deliveries(&server);
    fire.holds(&server);
}

#[test]
fn kill_one_of_two_servers_loses_nothing_and_the_other_goes_on() {
    let mut chance = Chance::new();
    let cluster = Postgres::start();
    let cli = database(&cluster);
    let start = || Server::builder_for(cli.clone()).start();
    let mut servers = [start(), start()];
    let mut fires = servers.each_ref().map(Fire::at);
    for _ in 0..rounds(4) {
        let killed = chance.between(0, 1);
        let [fire, other_fire] = &mut fires;
        let [first, second] = &mut servers;
        let (victim, survivor, at_victim, at_survivor) = if killed == 0 {
            (first, second, fire, other_fire)
        } else {
            (second, first, other_fire, fire)
        };
        at_survivor.under_load(survivor, 3, |load| {
            at_victim.until_it_breaks(3, distinct_and_repeated, |doomed| {
                doomed.wait_for(chance.between(1, 150));
                victim.kill();
            });
            load.wait_for(load.accepted() + 30);
        });
        victim.restart();
        at_victim.moved_to(victim);
        at_victim.holds(survivor);
        at_survivor.holds(victim);
    }
}
