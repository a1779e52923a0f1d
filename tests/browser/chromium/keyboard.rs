//! Hands on the keyboard.

use serde_json::json;

use crate::driver::{Browser, TAB};

/// Presses Tab until the focus is on what `css` says.
pub(crate) fn tab_to(browser: &Browser, css: &str) {
    for _ in 0..80 {
        let script = format!("return document.activeElement.matches({})", json!(css));
        if browser.run(&script) == true {
            return;
        }
        browser.press(&[TAB]);
    }
    panic!("{css} is not reached by keyboard at {}", browser.place());
}

/// Types wherever the focus is.
pub(crate) fn press_text(browser: &Browser, text: &str) {
    let letters: Vec<_> = text.chars().map(String::from).collect();
    browser.press(&letters.iter().map(String::as_str).collect::<Vec<_>>());
}
