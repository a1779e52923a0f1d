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
mod work;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Parser as _;

/// A delivery is parsed in one thread and freed in another, many thousand times a second. What
/// the C library's allocator cost stands in docs/performance.md. SQLite allocates with it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    take_small_pages();
    let cli = cli::Cli::parse();
    // A variable that is not Unicode is none of ours, and must not stop the program.
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    cli::run(cli, &environment)
}

/// The allocator asks for pages of 2 MiB, and Linux gives a whole one for the first byte in it: most
/// of what an idle server holds. What that costs and brings stands in docs/performance.md.
fn take_small_pages() {
    // A kernel that cannot do without has nothing that would go wrong.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
