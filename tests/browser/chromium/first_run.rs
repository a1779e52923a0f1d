//! The whole first run: from the server's own words to the first incident.

use std::time::{Duration, Instant};

use super::keyboard::{press_text, tab_to};
use super::pages::token_of;
use crate::driver::{Browser, ENTER};
use crate::support::{PASSWORD, Server};

/// What the machine may take of it. The five minutes are for a person, who reads.
const ENOUGH: Duration = Duration::from_mins(1);

/// The link that the server itself left behind at its first start.
fn told_link(server: &Server) -> String {
    let told = std::fs::read_to_string(server.cli.dir().join("data/first-run.txt")).unwrap();
    let line = told.lines().find(|line| line.contains("/sign-in/"));
    token_of(line.unwrap_or_else(|| panic!("{told}")).trim()).to_owned()
}

#[test]
fn five_minutes_are_enough_by_keyboard_alone() {
    let started = Instant::now();
    let server = Server::start();
    let ready = started.elapsed();
    let browser = Browser::of(&server, true);
    let opened = started.elapsed();
    browser.go(&format!("/sign-in/{}", told_link(&server)));
    for (field, text) in
        [("#email", "olga@example.com"), ("#name", "Olga"), ("#password", PASSWORD)]
    {
        tab_to(&browser, field);
        press_text(&browser, text);
    }
    browser.press(&[ENTER]);
    browser.sees("h1", "First steps");
    browser.sees("#step-head", "Name a service");
    tab_to(&browser, "#name");
    press_text(&browser, "Checkout");
    browser.press(&[ENTER]);
    browser.sees("#step-head", "Connect a source");
    tab_to(&browser, "button[value=custom]");
    browser.press(&[ENTER]);
    browser.sees("#step-head", "Connect a source: ");
    assert!(browser.text("#webhook-url").contains("/webhooks/"));
    assert!(browser.has("button[data-copy=webhook-url]:not([hidden])"));
    tab_to(&browser, "#next");
    browser.press(&[ENTER]);
    browser.sees("#step-head", "Send a test alert");
    tab_to(&browser, "#step button.main");
    browser.press(&[ENTER]);
    browser.sees("#step-head", "See the incident");
    browser.sees("#arrival", "It arrived.");
    tab_to(&browser, "#incident");
    browser.press(&[ENTER]);
    browser.sees("#top", "Checkout");
    assert!(browser.place().starts_with("/incidents/INC-"), "{}", browser.place());
    let whole = started.elapsed();
    assert_eq!(browser.complaints(), Vec::<String>::new());
    println!(
        "first run: {whole:.1?} from starting the server to the incident's page ({ready:.1?} until \
         the server answers, {:.1?} for the browser to start, {:.1?} on the pages)",
        opened.saturating_sub(ready),
        whole.saturating_sub(opened),
    );
    assert!(whole < ENOUGH, "{whole:?}");
}

#[test]
fn what_a_sender_sends_shows_by_itself() {
    let server = Server::start();
    let browser = Browser::of(&server, true);
    super::pages::signed_in(&server, &browser);
    browser.go("/welcome?step=source");
    browser.click("button[value=custom]");
    browser.sees("#step-head", "Connect a source: ");
    let hook = browser.text("#webhook-url");
    // On plain HTTP from elsewhere there is no clipboard, and people are told what to do.
    browser.run("Object.defineProperty(navigator, 'clipboard', {value: undefined})");
    browser.click("button[data-copy=webhook-url]");
    browser.sees("#said[role=status]", "press Ctrl+C");
    assert_eq!(browser.run("return String(getSelection())"), hook.as_str());
    browser.click("#next");
    browser.sees("#step-head", "Send a test alert");
    // Updates that were stopped on another page are none of this one's.
    browser.run("sessionStorage.setItem('watchbell-paused', 'yes')");
    browser.click("#next");
    browser.sees("[role=status] #arrival", "Waiting for the first delivery.");
    let path = hook.split_once("/webhooks/").unwrap().1;
    let body = crate::support::alert("first");
    let number = server.post(&format!("{}/webhooks/{path}", server.url), &body).incident();
    browser.sees("#arrival", "It arrived.");
    browser.click("#incident");
    browser.sees("h1", "Disk full");
    assert_eq!(browser.place(), format!("/incidents/{number}"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
