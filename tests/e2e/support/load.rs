//! Senders that do not rest, and what they were told.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use super::{Cli, Client, eventually};

/// A folder with one service, `SER-00001`, linked to a custom and an Alertmanager integration that
/// have no rate limit; and no demo.
pub(crate) fn unlimited() -> Cli {
    unlimited_on(Cli::new())
}

/// The same in the empty database of `cli`.
pub(crate) fn unlimited_on(cli: Cli) -> Cli {
    cli.json(&["service", "add", "Checkout"]);
    for provider in ["custom", "alertmanager"] {
        cli.json(&[
            "integration",
            "add",
            provider,
            "--rate-limit",
            "0",
            "--default-service",
            "SER-00001",
        ]);
    }
    cli
}

/// What the senders of a [`Load`] were told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The ids of deliveries answered 202.
    pub(crate) accepted: Vec<String>,
    /// Every other status.
    pub(crate) refused: Vec<u16>,
    /// Requests without an answer, and why.
    pub(crate) broken: Vec<String>,
}

/// Senders in threads, each with its own connection, until they are stopped or lose the server.
#[derive(Debug)]
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    accepted: Arc<AtomicUsize>,
    told: Arc<Mutex<Told>>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts `senders` that post what `body` makes of the sender's number and the request's.
    pub(crate) fn start(
        url: &str,
        senders: usize,
        body: impl Fn(usize, usize) -> Value + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(url, &[], senders, move |sender, request| {
            body(sender, request).to_string()
        })
    }

    /// The same, with these headers and any text.
    pub(crate) fn start_with(
        url: &str,
        headers: &[(&str, &str)],
        senders: usize,
        body: impl Fn(usize, usize) -> String + Send + Sync + 'static,
    ) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers: Arc<[(String, String)]> = headers.iter().map(owned).collect();
        let body = Arc::new(body);
        let mut load = Self {
            stop: Arc::default(),
            accepted: Arc::default(),
            told: Arc::default(),
            threads: Vec::new(),
        };
        for sender in 0..senders {
            let (url, body, headers) = (url.to_owned(), Arc::clone(&body), Arc::clone(&headers));
            let (stop, accepted) = (Arc::clone(&load.stop), Arc::clone(&load.accepted));
            let told = Arc::clone(&load.told);
            let work = move || {
                let client = Client::new();
                let headers: Vec<_> =
                    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                for request in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let text = body(sender, request);
                    let answer = client.post(&url, &headers, text.as_bytes());
                    let mut told = told.lock().unwrap();
                    match answer {
                        Ok(reply) if reply.status == 202 => {
                            let id = reply.data()["delivery_id"].as_str().unwrap().to_owned();
                            told.accepted.push(id);
                            accepted.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok(reply) => told.refused.push(reply.status),
                        Err(error) => {
                            told.broken.push(error.to_string());
                            return;
                        }
                    }
                }
            };
            load.threads.push(std::thread::spawn(work));
        }
        load
    }

    /// How many were answered 202 so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// The ids of what was answered 202 so far.
    pub(crate) fn accepted_ids(&self) -> Vec<String> {
        self.told.lock().unwrap().accepted.clone()
    }

    /// Waits until so many were answered 202.
    pub(crate) fn wait_for(&self, accepted: usize) {
        eventually("deliveries are accepted", Duration::from_mins(1), || {
            (self.accepted() >= accepted).then_some(())
        });
    }

    /// Tells the senders to stop, and gives what they were told when the last one has its answer.
    pub(crate) fn finish(self) -> Told {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}
