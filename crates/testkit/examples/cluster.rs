//! A cluster for many tests: prints the address of its maintenance database, and runs until its
//! standard input ends. So it goes with whoever started it, however that ends. Arguments are settings
//! of the server, like `shared_buffers=128MB`.

#![expect(clippy::print_stdout, reason = "prints its address for the script that started it")]

use std::io::{self, Read};

use watchbell_testkit::Postgres;

fn main() -> io::Result<()> {
    let mut builder = Postgres::builder().set("max_connections", "400");
    for argument in std::env::args().skip(1) {
        let (name, value) = argument.split_once('=').unwrap_or((&argument, "on"));
        builder = builder.set(name, value);
    }
    let cluster = builder.start();
    println!("{}", cluster.url("postgres"));
    io::stdin().read_to_end(&mut Vec::new())?;
    drop(cluster);
    Ok(())
}
