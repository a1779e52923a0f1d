//! PostgreSQL under fire: each story has a cluster of its own, which is hurt.

mod commit;
mod disk;
mod down;
mod durability;
mod kills;
mod network;
mod refusing;

use watchbell_testkit::Postgres;

use crate::support::{Cli, Server, unlimited_on};

/// A fresh database in the cluster, with integrations that have no rate limit.
fn database(cluster: &Postgres) -> Cli {
    unlimited_on(Cli::on_postgres(&cluster.create_database()))
}

/// A server on a fresh database in the cluster.
fn server(cluster: &Postgres) -> Server {
    Server::builder_for(database(cluster)).start()
}
