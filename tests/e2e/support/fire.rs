//! A server under fire, and what must be true of it however it is hit: the senders keep their own
//! list of what was answered.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::load::Told;
use super::{Load, Reply, Server, eventually};

/// Keys that senders share, so that they meet in one batch.
const SHARED_KEYS: usize = 12;

/// How long a server may take to find out that its trouble has passed.
const RECOVERY: Duration = Duration::from_secs(30);

/// What was answered so far, and where to send.
#[derive(Debug)]
pub(crate) struct Fire {
    url: String,
    answered: HashSet<String>,
    sent: usize,
}

/// Mostly first occurrences and repeats, on shared keys and on a sender's own.
pub(crate) fn distinct_and_repeated(sender: usize, request: usize) -> Value {
    let key = match request % 3 {
        0 => format!("shared-{}", (request / 3 + sender) % SHARED_KEYS),
        1 => format!("own-{sender}-{}", request / 3 % 40),
        _ => format!("new-{sender}-{request}"),
    };
    json!({"title": "Checkout is down", "service_id": "SER-00001", "dedup_key": key})
}

impl Fire {
    /// Sends to the server's custom integration, which must have no rate limit.
    pub(crate) fn at(server: &Server) -> Self {
        Self { url: server.hook("custom"), answered: HashSet::new(), sent: 0 }
    }

    /// The server has another address now.
    pub(crate) fn moved_to(&mut self, server: &Server) {
        self.url = server.hook("custom");
    }

    /// The intake's address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Sends one more; gives the answer, whose id is remembered if it is 202.
    pub(crate) fn send(&mut self, server: &Server) -> Reply {
        let body = distinct_and_repeated(99, self.sent);
        self.sent += 1;
        let reply = server.post(&self.url, &body);
        self.told(&reply);
        reply
    }

    /// Remembers an answer, which must be one of the two that trouble allows.
    pub(crate) fn told(&mut self, reply: &Reply) {
        match reply.status {
            202 => {
                let id = reply.data()["delivery_id"].as_str().unwrap().to_owned();
                assert!(self.answered.insert(id), "an id twice: {reply:?}");
            }
            503 => {
                assert_eq!(reply.error()["code"], "unavailable");
                let wait: u32 = reply.header("retry-after").unwrap().parse().unwrap();
                assert!(wait > 0, "{reply:?}");
            }
            _ => panic!("neither 202 nor 503: {reply:?}"),
        }
    }

    /// Deliveries are accepted, all of some in a row.
    pub(crate) fn takes_deliveries(&mut self, server: &Server) {
        for _ in 0..30 {
            let reply = self.send(server);
            assert_eq!(reply.status, 202, "{reply:?}");
        }
    }

    /// None of `count` deliveries is accepted.
    pub(crate) fn refuses_all(&mut self, server: &Server, count: usize) {
        for _ in 0..count {
            let reply = self.send(server);
            assert_eq!(reply.status, 503, "{reply:?}");
        }
    }

    /// `/readyz` says no, while the process itself is well.
    pub(crate) fn is_not_ready(server: &Server) {
        Self::wait_for_readyz(server, 503);
        let alive = server.client.get(&format!("{}/healthz", server.url), &[]).unwrap();
        assert_eq!(alive.status, 200);
    }

    /// `/readyz` says yes, though nobody sends anything.
    pub(crate) fn is_ready(server: &Server) {
        Self::wait_for_readyz(server, 200);
    }

    fn wait_for_readyz(server: &Server, status: u16) {
        let url = format!("{}/readyz", server.url);
        eventually(&format!("/readyz becomes {status}"), RECOVERY, || {
            (server.client.get(&url, &[]).unwrap().status == status).then_some(())
        });
    }

    /// Runs `story` while senders send without rest; remembers what they were told.
    pub(crate) fn under_load(
        &mut self,
        server: &Server,
        senders: usize,
        story: impl FnOnce(&Load),
    ) {
        self.moved_to(server);
        let told = self.run(senders, distinct_and_repeated, story);
        assert!(told.broken.is_empty(), "{:?}", told.broken);
        self.heard(told);
    }

    /// The same with a `story` that ends the server: senders may lose their connections.
    pub(crate) fn until_it_breaks(
        &mut self,
        senders: usize,
        alert: fn(usize, usize) -> Value,
        story: impl FnOnce(&Load),
    ) {
        let told = self.run(senders, alert, story);
        self.heard(told);
    }

    fn run(
        &self,
        senders: usize,
        alert: fn(usize, usize) -> Value,
        story: impl FnOnce(&Load),
    ) -> Told {
        let first = self.sent;
        let load =
            Load::start(&self.url, senders, move |sender, request| alert(sender, first + request));
        story(&load);
        load.finish()
    }

    /// Takes over what senders were told.
    fn heard(&mut self, told: Told) {
        let odd: Vec<_> = told.refused.iter().filter(|status| **status != 503).collect();
        assert!(odd.is_empty(), "neither 202 nor 503: {odd:?}");
        self.sent += told.accepted.len() + told.refused.len();
        for id in told.accepted {
            assert!(self.answered.insert(id), "an id twice");
        }
    }

    /// How many were answered 202.
    pub(crate) fn answered(&self) -> usize {
        self.answered.len()
    }

    /// Everything that was answered is there, once, and every promise about the whole database
    /// holds.
    pub(crate) fn holds(&self, server: &Server) {
        let logged = server.all("/api/v1/deliveries");
        let ids: Vec<_> = logged.iter().map(|d| d["delivery_id"].as_str().unwrap()).collect();
        let known: HashSet<_> = ids.iter().copied().collect();
        assert_eq!(known.len(), ids.len(), "a delivery is in the log twice");
        let lost: Vec<_> = self.answered.iter().filter(|id| !known.contains(id.as_str())).collect();
        assert!(lost.is_empty(), "answered 202 and lost: {lost:?}");
        // An answer of 202 to something that opened no incident for a reason of ours is a lost alert.
        let failed: Vec<_> = logged.iter().filter(|d| d["outcome"] == "failed").collect();
        assert!(failed.is_empty(), "answered 202 and without effect: {failed:?}");
        server.assert_one_open_each();
        assert_every_effect_once(server, &logged);
        server.cli.assert_sound();
    }
}

/// An incident has counted each delivery that the log says was counted on it, and no other: nothing
/// was applied twice.
fn assert_every_effect_once(server: &Server, logged: &[Value]) {
    let mut counted: BTreeMap<String, i64> = BTreeMap::new();
    let results = logged.iter().flat_map(|delivery| delivery["alerts"].as_array().unwrap());
    for result in results {
        let counts = ["created", "updated", "raised", "reopened"].map(Value::from);
        if counts.contains(&result["reason"]) {
            let number = result["incident_number"].as_str().unwrap_or_else(|| panic!("{result}"));
            *counted.entry(number.to_owned()).or_default() += 1;
        }
    }
    let incidents = server.all("/api/v1/incidents");
    let shown = incidents.iter().map(|incident| {
        let number = incident["incident_number"].as_str().unwrap().to_owned();
        (number, incident["occurrences"].as_i64().unwrap())
    });
    assert_eq!(shown.collect::<BTreeMap<_, _>>(), counted, "occurrences, by incident");
}
