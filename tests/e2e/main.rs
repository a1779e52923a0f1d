//! End to end: the real binary on a free port, a database of its own in a temporary folder, and
//! real HTTP.

mod support;
