//! What only a browser shows. Tests are told by this name from those that need none (`.config/nextest.toml`).

mod answers;
mod first_run;
mod hostile;
mod keyboard;
mod linked;
mod pages;
mod providers;
mod roles;
mod sentry;
mod work;
