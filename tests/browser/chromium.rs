//! What only a browser shows. Tests are told by this name from those that need none (`.config/nextest.toml`).

mod pages;
mod work;
