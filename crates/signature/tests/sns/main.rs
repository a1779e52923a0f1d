//! The signature of the notification service: against what Amazon signed, and certificates.

#![cfg(test)]

mod certificates;
mod vectors;

use std::path::Path;

use watchbell_model::{Delivery, Headers, Timestamp};

/// A moment at which the certificate of March 2026 is valid.
const MARCH: &str = "2026-03-07T00:00:00Z";
/// A moment at which the certificate of November 2021 is valid.
const NOVEMBER: &str = "2021-11-11T00:00:00Z";
const PEM_2026: &str = "SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem";
const PEM_2021: &str = "SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem";

fn fixture(folder: &str, name: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    std::fs::read(fixtures.join(folder).join(name)).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn delivery(body: Vec<u8>) -> Delivery {
    Delivery {
        id: "dlv_00000000000000000000000000000001".parse().unwrap(),
        received_at: at("2026-11-21T12:00:00Z"),
        headers: Headers::default(),
        body,
    }
}
