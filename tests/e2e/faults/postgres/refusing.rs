//! A database that is there and refuses: out of connections, or only to be read.

use std::fs;
use std::time::Duration;

use watchbell_testkit::Postgres;

use super::{database, server};
use crate::support::{Fire, Server, eventually};

#[test]
fn out_of_connections_is_a_503_until_there_are_some() {
    let cluster = Postgres::start();
    let cli = database(&cluster);
    // A role with a limit, as shared databases give one to each user.
    let own = cli.place().setting().unwrap().to_owned();
    cli.place().sql("CREATE ROLE narrow LOGIN");
    cli.place().sql("GRANT ALL ON SCHEMA public TO narrow");
    cli.place().sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO narrow");
    cli.place().sql("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO narrow");
    let narrow = own.replace("postgres://postgres@", "postgres://narrow@");
    let server =
        Server::builder_for(cli.clone()).envs(&[("WATCHBELL__DATABASE__URL", narrow)]).start();
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);

    cli.place().sql("ALTER ROLE narrow CONNECTION LIMIT 0");
    cli.place()
        .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'narrow'");
    fire.refuses_all(&server, 5);
    Fire::is_not_ready(&server);
    assert!(cluster.log().contains("too many connections for role"), "{}", cluster.log());
    cli.place().sql("ALTER ROLE narrow CONNECTION LIMIT -1");
    Fire::is_ready(&server);
    fire.takes_deliveries(&server);
    fire.holds(&server);
}

#[test]
fn a_database_in_recovery_is_a_503_until_it_is_promoted() {
    let mut cluster = Postgres::start();
    let server = server(&cluster);
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);

    // What a failover to a standby looks like that nobody has promoted yet.
    cluster.stop();
    let signal = cluster.folder().join("data/standby.signal");
    fs::write(&signal, "").unwrap();
    cluster.own(&signal);
    cluster.start_again();
    fire.refuses_all(&server, 10);
    Fire::is_not_ready(&server);
    // What is there can be read.
    assert_eq!(server.logged().len(), fire.answered());
    cluster.psql("postgres", "SELECT pg_promote()");
    Fire::is_ready(&server);
    fire.takes_deliveries(&server);
    fire.holds(&server);
}

#[test]
fn a_database_made_read_only_is_a_503_until_it_takes_writes_again() {
    let cluster = Postgres::start();
    let server = server(&cluster);
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);
    // As an operator does it before maintenance: nobody here writes against his will.
    cluster.set("default_transaction_read_only", "on");
    // A running connection hears of it a moment later.
    eventually("it is read-only", Duration::from_secs(20), || {
        (fire.send(&server).status == 503).then_some(())
    });
    fire.refuses_all(&server, 10);
    Fire::is_not_ready(&server);
    cluster.set("default_transaction_read_only", "off");
    Fire::is_ready(&server);
    fire.takes_deliveries(&server);
    fire.holds(&server);
}
