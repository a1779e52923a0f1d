//! Webhooks in, incidents out. This crate wires the others together: it alone reads the clock, the
//! environment and the configuration.

mod checker;
mod cli;
mod clock;
mod config;
mod first_run;
mod keeper;
mod out;
mod outside;
mod retention;
mod serve;
mod settings;
mod stores;
mod telemetry;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Parser as _;

/// A delivery is parsed in one thread and freed in another, many thousand times a second. What
/// the C library's allocator cost stands in docs/performance.md. SQLite allocates with it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // A variable that is not Unicode is none of ours, and must not stop the program.
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    cli::run(cli, &environment)
}
