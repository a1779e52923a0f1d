//! The pages in a real browser: headless Chromium, driven by WebDriver.
//!
//! Every page is looked at by axe, in light and dark, narrow and wide, and a picture of each is left in
//! `target/screenshots` for a person to look at.

#[cfg(test)]
mod chromium;
#[cfg(test)]
mod driver;

#[cfg(test)]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the end-to-end tests, which use all of it"
)]
#[path = "../e2e/support/mod.rs"]
mod support;
