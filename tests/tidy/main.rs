//! Rules about the project itself, as tests: which crate may know which, what a crate must have, how
//! long a file may grow, what documents must say.
//!
//! Everything is read from the checkout and from `cargo metadata`. A failing rule lists every place
//! that breaks it. The reasons stand in `ARCHITECTURE.md` and `docs/adr/`.

#[cfg(test)]
mod checkout;
#[cfg(test)]
mod crates;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod providers;
#[cfg(test)]
mod sources;
