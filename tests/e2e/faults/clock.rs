//! A clock that is set back and forward by hours while alerts come in.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;

use crate::support::{Fire, JumpingClock, Server, alert, eventually, now_s, unlimited};

const HOUR: i64 = 3_600;

/// Seconds since 1970 of when a delivery was received, as the event log says.
fn received_s(delivery: &serde_json::Value) -> i64 {
    let text = delivery["received_at"].as_str().unwrap();
    let date = std::process::Command::new("date").args(["-d", text, "+%s"]).output().unwrap();
    String::from_utf8(date.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn load_clock_jumps_by_hours_lose_nothing_and_repeat_no_id() {
    let clock = JumpingClock::new();
    let server = Server::builder_for(unlimited()).envs(&clock.env()).start();
    let mut fire = Fire::at(&server);
    fire.under_load(&server, 4, |load| {
        for offset in [-3 * HOUR, 5 * HOUR, 0, -HOUR, 48 * HOUR, -48 * HOUR, 0] {
            clock.jump_to(offset);
            load.wait_for(load.accepted() + 40);
        }
    });
    fire.takes_deliveries(&server);
    Fire::is_ready(&server);
    fire.holds(&server);

    // The library is in the server: its log has times that are days apart.
    let logged = server.all("/api/v1/deliveries");
    let times: HashSet<_> = logged
        .iter()
        .map(|d| d["received_at"].as_str().unwrap().split('T').next().unwrap().to_owned())
        .collect();
    assert!(times.len() >= 3, "{times:?}");
    assert!(
        !std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap().contains("panic")
    );
}

#[test]
fn ids_stay_in_order_when_the_clock_goes_back() {
    let clock = JumpingClock::new();
    let server = Server::builder_for(unlimited()).envs(&clock.env()).start();
    let url = server.hook("custom");
    let mut ids = Vec::new();
    for offset in [0, -2 * HOUR, -HOUR, 0] {
        clock.jump_to(offset);
        for number in 0..5 {
            let reply = server.post(&url, &alert(&format!("order-{offset}-{number}")));
            ids.push(reply.data()["delivery_id"].as_str().unwrap().to_owned());
        }
    }
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
}

#[test]
fn a_rate_limit_is_not_stuck_when_the_clock_goes_back() {
    let clock = JumpingClock::new();
    clock.jump_to(6 * HOUR);
    let server = Server::builder().envs(&clock.env()).start();
    let url =
        server.add("custom", "Limited", &["--rate-limit", "5", "--default-service", "SER-00001"]);
    for number in 0..5 {
        let reply = server.post(&url, &alert(&format!("limited-{number}")));
        assert_eq!(reply.status, 202, "{reply:?}");
    }
    let refused = server.post(&url, &alert("limited-5"));
    assert_eq!(refused.status, 429, "{refused:?}");

    // Somebody sets the clock right. Nobody may have to wait six hours for it.
    clock.jump_to(0);
    let reply = server.post(&url, &alert("limited-6"));
    if reply.status == 429 {
        let wait: i64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!(wait <= 60, "{wait} seconds");
        clock.jump_to(wait + 1);
    }
    let reply = server.post(&url, &alert("limited-7"));
    assert_eq!(reply.status, 202, "{reply:?}");
}

#[test]
fn strangers_are_not_shut_out_for_hours_when_the_clock_goes_back() {
    let clock = JumpingClock::new();
    clock.jump_to(6 * HOUR);
    let server =
        Server::builder().set("intake.unproven_per_minute", "3").envs(&clock.env()).start();
    let url = format!("{}/webhooks/cu_00000000000000000000000000000000", server.url);
    let statuses: Vec<_> = (0..4).map(|_| server.post(&url, &json!({})).status).collect();
    assert_eq!(statuses, [404, 404, 404, 429]);
    clock.jump_to(0);
    let reply = server.post(&url, &json!({}));
    if reply.status == 429 {
        let wait: i64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!(wait <= 60, "{wait} seconds");
        clock.jump_to(wait + 1);
        assert_eq!(server.post(&url, &json!({})).status, 404);
    }
}

#[test]
fn resolves_and_repeats_hold_across_a_jump() {
    let clock = JumpingClock::new();
    let server = Server::builder_for(unlimited()).envs(&clock.env()).start();
    let url = server.hook("custom");
    let once = [("idempotency-key", "once")];
    let body = alert("jump").to_string();
    let first = server.post_bytes(&url, &once, body.as_bytes());
    assert_eq!(first.said(), "processed/created");
    for offset in [-5 * HOUR, 5 * HOUR] {
        clock.jump_to(offset);
        let again = server.post_bytes(&url, &once, body.as_bytes());
        assert_eq!(again.said(), "duplicate/duplicate_delivery", "{offset}");
        let repeat = server.post(&url, &alert("jump"));
        assert_eq!(repeat.said(), "processed/updated", "{offset}");
        assert_eq!(repeat.incident(), first.incident());
    }
    clock.jump_to(-5 * HOUR);
    let over = crate::support::with(alert("jump"), "status", "resolved");
    assert_eq!(server.post(&url, &over).said(), "processed/resolved");
    let new = server.post(&url, &alert("jump"));
    assert_eq!(new.said(), "processed/created");
    // The log says the time of the server's clock, wrong as it was.
    let seen = server.delivery(&new.data()["delivery_id"]);
    let behind = now_s() - received_s(&seen);
    assert!((5 * HOUR - 60..5 * HOUR + 60).contains(&behind), "{behind}");
    eventually("it is ready", Duration::from_secs(5), || {
        let ready = server.client.get(&format!("{}/readyz", server.url), &[]).unwrap();
        (ready.status == 200).then_some(())
    });
    server.assert_one_open_each();
    server.cli.assert_sound();
}
