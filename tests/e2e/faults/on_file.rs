//! What can go wrong with a file: it is SQLite's alone.

mod flush;
mod full_disk;
mod read_only;
