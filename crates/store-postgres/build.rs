//! Has the crate built again when a migration is added: the macro that embeds them cannot.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../migrations/postgres");
}
