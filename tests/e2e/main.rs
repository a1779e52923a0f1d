//! End to end: the real binary on a free port, a database of its own in a temporary folder, and
//! real HTTP.

mod crash;
mod fairness;
mod full_disk;
mod shutdown;
mod support;
