//! The control plane through the REST API: who may do what, what is changed, what is refused.

mod access;
mod catalogue;
mod incidents;
mod integrations;
mod keys;
mod past;
mod people;
mod strict;
