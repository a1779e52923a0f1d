//! The worker on a real database.

#![cfg(test)]

mod attempts;
mod bounds;
mod killed;
mod support;
