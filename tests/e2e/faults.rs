//! Under fire. Whatever breaks, the rule is one: what is answered 202 is durable, what cannot be
//! stored is 503 with `Retry-After`, health returns by itself, and neighbours do not suffer.

mod clients;
mod clock;
mod large;
mod on_file;
mod poison;
#[cfg(feature = "postgres")]
mod postgres;
