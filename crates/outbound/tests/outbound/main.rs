//! Against servers on this machine.

#![cfg(test)]

mod bounds;
mod guard;
mod support;
mod tls;
