//! A cluster for many tests: prints the address of its maintenance database, and runs until its
//! standard input ends. So it goes with whoever started it, however that ends.

#![expect(clippy::print_stdout, reason = "prints its address for the script that started it")]

use std::io::{self, Read};

use watchbell_testkit::Postgres;

fn main() -> io::Result<()> {
    let cluster = Postgres::builder().set("max_connections", "400").start();
    println!("{}", cluster.url("postgres"));
    io::stdin().read_to_end(&mut Vec::new())?;
    drop(cluster);
    Ok(())
}
