//! A database that is stopped, killed and started again.

use watchbell_testkit::Postgres;

use super::server;
use crate::support::Fire;

fn refused_while_down(hurt: impl FnOnce(&mut Postgres)) {
    let mut cluster = Postgres::start();
    let server = server(&cluster);
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);

    hurt(&mut cluster);
    fire.refuses_all(&server, 10);
    Fire::is_not_ready(&server);
    cluster.start_again();
    Fire::is_ready(&server);
    fire.takes_deliveries(&server);
    fire.holds(&server);
}

#[test]
fn a_database_that_is_stopped_is_a_503_until_it_is_back() {
    refused_while_down(Postgres::stop);
}

#[test]
fn a_database_that_is_killed_is_a_503_until_it_is_back() {
    refused_while_down(Postgres::kill);
}
