//! Clients that are slow, rude or broken, beside a neighbour that only wants its answers.

use std::time::{Duration, Instant};

use crate::support::{Broken, Client, Server, alert, unlimited};

/// Far more than a commit takes on a busy machine, far less than any of the server's time limits.
const NORMAL: Duration = Duration::from_secs(5);

fn server() -> Server {
    Server::builder_for(unlimited()).set("server.body_timeout_seconds", "10").start()
}

/// The neighbour: each of its deliveries is accepted in normal time.
fn assert_neighbour_is_well(server: &Server, url: &str) {
    let client = Client::new();
    for number in 0..20 {
        let started = Instant::now();
        let body = alert(&format!("neighbour-{number}")).to_string();
        let reply = client.post(url, &[], body.as_bytes()).unwrap();
        assert_eq!(reply.status, 202, "{reply:?}");
        assert!(started.elapsed() < NORMAL, "{:?}", started.elapsed());
    }
    let ready = server.client.get(&format!("{}/readyz", server.url), &[]).unwrap();
    assert_eq!(ready.status, 200, "{ready:?}");
}

#[test]
fn two_hundred_idle_connections_disturb_nobody() {
    let server = server();
    let url = server.hook("custom");
    let idle: Vec<_> = (0..200).map(|_| Broken::connect(server.address())).collect();
    assert_neighbour_is_well(&server, &url);
    drop(idle);
    assert_neighbour_is_well(&server, &url);
}

#[test]
fn heads_and_bodies_that_never_end_disturb_nobody_and_are_cut_off() {
    let server = server();
    let url = server.hook("custom");
    let mut heads: Vec<_> = (0..60).map(|_| Broken::connect(server.address())).collect();
    for head in &mut heads {
        head.say("POST /webhooks/x HTTP/1.1\r\nhost: x\r\nx-slow: ");
    }
    let mut bodies: Vec<_> = (0..60).map(|_| Broken::connect(server.address())).collect();
    for body in &mut bodies {
        body.begin(&url, 1_000, "").say("{\"title\":");
    }
    assert_neighbour_is_well(&server, &url);
    for body in &mut bodies {
        body.say(" ");
    }
    for mut body in bodies {
        let heard = body.hear();
        assert!(heard.starts_with("HTTP/1.1 400 "), "{heard}");
        assert!(heard.contains("the body did not arrive in time"), "{heard}");
    }
    for mut head in heads {
        let heard = head.hear();
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 408 "), "{heard}");
    }
    assert_neighbour_is_well(&server, &url);
    server.cli.assert_sound();
}

#[test]
fn large_bodies_that_never_come_leave_room_for_other_integrations() {
    let server = server();
    let (slow, url) = (
        server.hook("custom"),
        server.add("custom", "Neighbour", &["--default-service", "SER-00001", "--rate-limit", "0"]),
    );
    // Together they announce more than all bodies may have, and leave no byte of it over.
    let mut greedy: Vec<_> = (0..80).map(|_| Broken::connect(server.address())).collect();
    for client in &mut greedy {
        client.begin(&slow, 1 << 20, "").say("{");
    }
    assert_neighbour_is_well(&server, &url);
}

#[test]
fn connections_that_break_in_the_middle_leave_nothing_behind() {
    let server = server();
    let url = server.hook("custom");
    for number in 0..40 {
        let mut client = Broken::connect(server.address());
        match number % 4 {
            // Half of a body, and then no more, but the answer is awaited.
            0 => {
                let heard = client.begin(&url, 1_000, "").say("{\"title\":").half_close().hear();
                assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 400 "), "{heard}");
            }
            // Half of a body, and gone.
            1 => {
                client.begin(&url, 1_000, "").say("{\"title\":");
            }
            // A reset in the middle of a body.
            2 => {
                client.begin(&url, 1_000, "expect: 100-continue\r\n").say("{");
                client.reset();
            }
            // A whole delivery, whose sender does not wait for the answer.
            _ => {
                let body = alert("impatient").to_string();
                client.begin(&url, body.len(), "").say(body);
            }
        }
    }
    assert_neighbour_is_well(&server, &url);
    let whole = server.all("/api/v1/deliveries?outcome=processed");
    assert!(whole.len() >= 20, "{}", whole.len());
    server.cli.assert_sound();
}

#[test]
fn garbage_is_refused_and_disturbs_nobody() {
    let server = server();
    let url = server.hook("custom");
    let long = "x".repeat(1 << 20);
    for garbage in [
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}",
        "GET\r\n\r\n",
        "POST /webhooks/ HTTP/9.9\r\n\r\n",
        "\r\n\r\n\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        &format!("GET /{long} HTTP/1.1\r\n\r\n"),
        &format!("GET / HTTP/1.1\r\nx: {long}\r\n\r\n"),
    ] {
        let mut client = Broken::connect(server.address());
        let heard = client.say(garbage).half_close().hear();
        let refused = ["400", "404", "408", "414", "431"];
        let status = heard.split(' ').nth(1).unwrap_or_default();
        assert!(heard.is_empty() || refused.contains(&status), "{garbage:.40}: {heard}");
    }
    assert_neighbour_is_well(&server, &url);
}

#[test]
fn requests_sent_without_waiting_are_answered_in_their_order() {
    let server = server();
    let url = server.hook("custom");
    let mut client = Broken::connect(server.address());
    for number in 0..20 {
        let body = alert(&format!("pipelined-{number}")).to_string();
        let more = if number == 19 { "connection: close\r\n" } else { "" };
        client.begin(&url, body.len(), more).say(body);
    }
    let heard = client.hear();
    assert_eq!(heard.matches("HTTP/1.1 202 ").count(), 20, "{heard}");
    let places: Vec<_> =
        (0..20).map(|n| heard.find(&format!("\"pipelined-{n}\"")).unwrap()).collect();
    assert!(places.is_sorted(), "{heard}");
}
