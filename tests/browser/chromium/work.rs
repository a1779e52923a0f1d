//! What people do with the pages: by keyboard, without scripts, two at a time.

use std::time::Duration;

use serde_json::json;

use super::keyboard::{press_text, tab_to};
use super::pages::{lively, signed_in, token_of};
use crate::driver::{Browser, ENTER, TAB};
use crate::support::{Api, PASSWORD, Server, alert, eventually, with};

#[test]
fn an_incident_is_worked_on_by_keyboard_alone() {
    let server = lively();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    browser.go("/incidents?severity=SEV0");
    // The first thing that the keyboard reaches leads past the navigation.
    browser.press(&[TAB]);
    assert_eq!(browser.run("return document.activeElement.textContent"), "Skip to the content");
    browser.press(&[ENTER]);
    assert_eq!(browser.run("return document.activeElement.id"), "content");
    tab_to(&browser, "#list th a");
    browser.press(&[ENTER]);
    browser.sees("h1", "Payments fail");
    tab_to(&browser, "#act button.main");
    browser.press(&[ENTER]);
    browser.sees("[role=status]", "It is acknowledged.");
    tab_to(&browser, "#comment");
    press_text(&browser, "on it");
    tab_to(&browser, "form[action$=comments] button");
    browser.press(&[ENTER]);
    browser.sees("#timeline", "on it");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_list_is_walked_through_by_letters_while_the_focus_is_in_it() {
    let server = lively();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    browser.go("/incidents");
    let at = || {
        let script = "const all = [...document.querySelectorAll('#list tbody th a')]; \
                      return all.indexOf(document.activeElement)";
        browser.run(script)
    };
    // Elsewhere letters are letters.
    browser.press(&["j"]);
    assert_eq!(at(), -1);
    browser.run("document.querySelector('#list tbody th a').focus()");
    browser.press(&["j"]);
    browser.press(&["j"]);
    assert_eq!(at(), 2);
    browser.press(&["k"]);
    assert_eq!(at(), 1);
    // The list changes under the focus, which stays where it is.
    let kept = browser.run("return document.activeElement.id");
    let body = with(alert("new"), "title", "Something that is new");
    server.post(&server.hook("custom"), &body);
    browser.sees("#list", "Something that is new");
    assert_eq!(browser.run("return document.activeElement.id"), kept);
    browser.press(&["k"]);
    assert_eq!(at(), 1);
    browser.press(&[ENTER]);
    browser.sees("h1", "INC-");
}

#[test]
fn two_people_see_what_the_other_does() {
    let server = lively();
    let (one, other) = (Browser::of(&server, true), Browser::of(&server, true));
    signed_in(&server, &one);
    let api = Api::for_everything(&server);
    let invited = json!({"email": "b@example.com", "name": "Bo", "role": "responder"});
    let invited = api.post("/users", &invited).data();
    let token = token_of(invited["link"].as_str().unwrap()).to_owned();
    other.go(&format!("/sign-in/{token}"));
    other.write("#password", PASSWORD);
    other.click("main button.main");
    other.sees("h1", "Overview");
    one.go("/incidents");
    let body = with(alert("new"), "title", "Something that is new");
    let number = server.post(&server.hook("custom"), &body).incident();
    one.sees("#list", "Something that is new");
    one.go(&format!("/incidents/{number}"));
    other.go(&format!("/incidents/{number}"));
    other.click("#act button.main");
    other.sees("[role=status]", "It is acknowledged.");
    one.sees("#top", "b@example.com");
    one.sees("#timeline", "new became investigating");
    assert_eq!(one.complaints(), Vec::<String>::new());
}

#[test]
fn what_others_do_is_seen_without_asking_again_and_again() {
    let server = lively();
    let (one, other) = (Browser::of(&server, true), Browser::of(&server, true));
    signed_in(&server, &one);
    other.go("/sign-in");
    other.write("#email", "olga@example.com");
    other.write("#password", PASSWORD);
    other.click("main button.main");
    other.sees("h1", "Overview");
    let number = server.post(&server.hook("custom"), &alert("one")).incident();
    let path = format!("/incidents/{number}");
    for place in ["/incidents", path.as_str()] {
        one.go(place);
        // No part asks by itself any more: what is new comes because the server told of it.
        one.run(
            "document.addEventListener('htmx:beforeRequest', event => { if \
             (!event.detail.requestConfig.triggeringEvent) event.preventDefault(); })",
        );
        other.go(&path);
        if place == "/incidents" {
            other.click("#act button.main");
            one.sees("#list", "acknowledged");
        } else {
            other.write("#comment", "on my way");
            other.click("form[action$=comments] button");
            one.sees("#timeline", "on my way");
        }
    }
    assert_eq!(one.complaints(), Vec::<String>::new());
}

#[test]
fn whoever_reads_can_stop_the_updates() {
    let server = lively();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    browser.go("/incidents");
    assert_eq!(browser.text("#live"), "Live updates: on");
    browser.click("#live");
    assert_eq!(browser.text("#live"), "Live updates: off");
    let pressed = "return document.getElementById('live').getAttribute('aria-pressed')";
    assert_eq!(browser.run(pressed), "false");
    listeners(&server, 0);
    let body = with(alert("new"), "title", "Something that is new");
    server.post(&server.hook("custom"), &body);
    // Each question is counted as it is sent, before there can be an answer.
    browser.run(
        "window.sent = 0; const send = XMLHttpRequest.prototype.send; \
         XMLHttpRequest.prototype.send = function (...all) { window.sent++; send.apply(this, all); }",
    );
    let change = "document.body.dispatchEvent(new Event('watchbell-change')); return window.sent";
    assert_eq!(browser.run(change), 0);
    assert!(!browser.text("#list").contains("Something that is new"));
    // Switched on again, it catches up at once.
    browser.click("#live");
    assert!(browser.run(change).as_u64() > Some(0));
    browser.sees("#list", "Something that is new");
    listeners(&server, 1);
}

/// Waits until so many pages listen.
fn listeners(server: &Server, count: usize) {
    eventually(&format!("{count} listen"), Duration::from_secs(20), || {
        let metrics = server.client.get(&format!("{}/metrics", server.url), &[]).unwrap();
        metrics.body.contains(&format!("watchbell_open_pages {count}\n")).then_some(())
    });
}

#[test]
fn what_others_and_jobs_do_shows_everywhere_on_an_open_incident() {
    let server = lively();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    let api = Api::for_everything(&server);
    let number = server.post(&server.hook("custom"), &alert("one")).incident();
    let path = format!("/incidents/{number}");
    browser.go(&path);
    browser.write("#comment", "half a sen");
    api.post(&format!("{path}/acknowledge"), &json!({}));
    eventually("nobody is asked to acknowledge", Duration::from_secs(20), || {
        (!browser.has("#act-now button.main")).then_some(())
    });
    assert_eq!(browser.run("return document.getElementById('comment').value"), "half a sen");
    // What is open stays open, and the keyboard where it was, though the part is another one.
    browser.click("#act-texts summary");
    browser.run("document.getElementById('act-texts').dataset.old = 'yes'");
    api.patch(&path, &json!({"title": "Another title"}));
    browser.sees("#top", "Another title");
    let kept = "const part = document.getElementById('act-texts'); \
                return [part.open, part.dataset.old ?? 'new', part.contains(document.activeElement), \
                document.getElementById('new-title').value]";
    assert_eq!(browser.run(kept), json!([true, "new", true, "Another title"]));
    // What is being typed is not taken away.
    browser.write("#new-title", " of mine");
    api.patch(&path, &json!({"title": "A third title"}));
    browser.sees("#top", "A third title");
    let typed = "return document.getElementById('new-title').value";
    assert_eq!(browser.run(typed), "Another title of mine");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_keyboard_keeps_its_place_where_things_have_no_name() {
    let server = lively();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    browser.go("/");
    browser.run("document.querySelector('#overview .cards a').focus()");
    let at = "const at = document.activeElement; return [at.id, at.getAttribute('href')]";
    let before = browser.run(at);
    let body = with(alert("new"), "title", "Something that is new");
    server.post(&server.hook("custom"), &body);
    browser.sees("#overview", "Something that is new");
    assert_eq!(browser.run(at), before);
    assert_eq!(before[0], "");
    assert!(before[1].as_str().unwrap().contains("severity="), "{before}");
}

#[test]
fn a_window_that_lost_its_stream_asks_by_itself_and_takes_no_others() {
    let server = lively();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    browser.go("/incidents");
    listeners(&server, 1);
    browser.run(
        "window.broken = 0; window.others = [1, 2, 3, 4].map(() => { \
         const other = new EventSource('/live'); other.onerror = () => window.broken++; return other; })",
    );
    listeners(&server, 4);
    let body = with(alert("new"), "title", "Something that is new");
    server.post(&server.hook("custom"), &body);
    browser.sees("#list", "Something that is new");
    // It would have come again two seconds after it ended.
    let others = "return [window.broken, window.others.filter(one => one.readyState === 1).length]";
    assert_eq!(browser.run(others), json!([0, 4]));
}

#[test]
fn scripts_say_ages_as_the_server_does() {
    let server = Server::start();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    browser.go("/incidents");
    let all: [i64; 14] = [
        0,
        9,
        10,
        59,
        60,
        3_599,
        3_600,
        3_660,
        86_399,
        86_400,
        90_000,
        30 * 86_400 - 1,
        2_595_600,
        31_622_400,
    ];
    let said = browser.run(&format!(
        "const all = {all:?}.map(age => {{ const time = document.createElement('time'); \
         time.dateTime = new Date(Date.now() - age * 1000).toISOString(); time.dataset.ago = ''; \
         document.body.append(time); return time; }}); \
         document.dispatchEvent(new Event('visibilitychange')); \
         return all.map(time => time.textContent)"
    ));
    assert_eq!(said, json!(all.map(watchbell_web::text::ago)));
}

#[test]
fn everything_can_be_read_and_done_without_scripts() {
    let server = lively();
    let browser = Browser::of(&server, false);
    signed_in(&server, &browser);
    assert!(!browser.has("#live:not([hidden])"), "nothing is offered that does not work");
    browser.go("/incidents?severity=SEV1");
    browser.click("#list th a");
    browser.sees("h1", "Checkout takes longer");
    assert!(browser.text("#timeline").contains("Opened"));
    browser.click("#act button.main");
    browser.sees("[role=status]", "It is acknowledged.");
    browser.click("header .who button");
    browser.sees("h1", "Sign in");
    browser.sees("[role=status]", "You are signed out.");
}

#[test]
fn an_identity_ends_where_somebody_signs_out_elsewhere() {
    let server = Server::start();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    browser.go("/incidents");
    // The session ends while the page is open: the part that fetches itself leads to the sign-in.
    server.cli.place().sql("DELETE FROM sessions");
    browser.run("document.body.dispatchEvent(new Event('watchbell-change'))");
    browser.sees("h1", "Sign in");
    assert_eq!(browser.place(), "/sign-in?back=%2Fincidents%3F");
}

#[test]
fn what_is_being_typed_outlives_the_session() {
    let server = lively();
    let browser = Browser::of(&server, true);
    signed_in(&server, &browser);
    let number = server.post(&server.hook("custom"), &alert("one")).incident();
    let path = format!("/incidents/{number}");
    browser.go(&path);
    browser.write("#comment", "half a sen");
    server.cli.place().sql("DELETE FROM sessions");
    browser.run("document.body.dispatchEvent(new Event('watchbell-change'))");
    browser.sees("#said", "Your session is over. What you have typed is still here");
    browser.sees("#over", "nothing can be sent from this page now");
    browser.picture("session-over");
    browser.axe("session-over");
    // Whoever presses the button all the same loses nothing either.
    browser.click("form[action$=comments] button");
    let typed = "return document.getElementById('comment').value";
    assert_eq!((browser.place(), browser.run(typed)), (path.clone(), json!("half a sen")));
    browser.click("#over a");
    browser.turn_to_other_tab();
    browser.write("#email", "olga@example.com");
    browser.write("#password", PASSWORD);
    browser.click("main button.main");
    browser.sees("h1", "Overview");
    browser.turn_to_other_tab();
    eventually("nothing is over", Duration::from_secs(20), || {
        (!browser.has("#over:not([hidden])")).then_some(())
    });
    browser.write("#comment", "tence");
    browser.click("form[action$=comments] button");
    browser.sees("#timeline", "half a sentence");
    assert_eq!(browser.place(), format!("{path}?done=comment"));
}
