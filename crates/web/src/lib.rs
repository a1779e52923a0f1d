#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod assets;
mod frame;
mod help;
mod moment;
pub mod page;
pub mod text;
mod word;

pub use askama::{Error, Template};
pub use assets::{Asset, asset};
pub use frame::{Frame, NAVIGATION, Notice, Person, Place, Section};
pub use help::{Help, Symptom, help};
pub use moment::Moment;
pub use word::{SeverityWord, StateWord, StatusWord};

/// The HTML of a page.
///
/// # Errors
/// A value in it could not be written, which no value of ours does.
pub fn render(page: &impl Template) -> Result<String, Error> {
    page.render()
}
