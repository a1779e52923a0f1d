//! Signatures as Grafana makes them.

#![cfg(test)]

use std::collections::BTreeMap;

use serde_json::Value;
use watchbell_model::{Delivery, Headers, Timestamp};
use watchbell_provider::{Options, Proof, Provider};
use watchbell_provider_grafana::Grafana;
use watchbell_signature::{HeldBy, HmacKey, verify};

const SIGNATURE: &str = "X-Grafana-Alert-Signature";
const SIGNED_AT: &str = "X-Grafana-Alert-Timestamp";

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/fixtures/signatures/grafana.json")).unwrap()
}

fn proof(timestamp_header: &str) -> Proof {
    let options = BTreeMap::from([("timestamp_header".to_owned(), timestamp_header.to_owned())]);
    Grafana.proof(&Options::new(&options))
}

/// What becomes of the vectors' body with these headers, so many seconds after it was signed.
fn outcome(proof: &Proof, headers: &[(&str, &str)], age_s: i64) -> Result<(), &'static str> {
    let vectors = vectors();
    let text = |name: &str| vectors[name].as_str().unwrap();
    let signed_at: i64 = text("timestamp").parse().unwrap();
    let now: Timestamp = chrono::DateTime::from_timestamp(signed_at + age_s, 0).unwrap();
    let delivery = Delivery {
        id: "dlv_00000000000000000000000000000001".parse().unwrap(),
        received_at: now,
        headers: Headers::new(headers.iter().copied()),
        body: text("body").as_bytes().to_vec(),
    };
    let secret = HmacKey::new(text("secret").as_bytes()).unwrap();
    match verify(proof, delivery, &[secret], now) {
        Ok(verified) => {
            assert_eq!(verified.held_by(), HeldBy::Signature { secret: 0 });
            Ok(())
        }
        Err(refused) => Err(refused.error.reason().as_str()),
    }
}

#[test]
fn the_body_is_signed_alone_unless_a_timestamp_header_is_set() {
    let vectors = vectors();
    let alone = vectors["no_timestamp"].as_str().unwrap();
    let with_time = vectors["with_timestamp_header"].as_str().unwrap();
    let plain = proof("");
    assert_eq!(outcome(&plain, &[(SIGNATURE, alone)], 1_000_000), Ok(()));
    assert_eq!(outcome(&plain, &[(SIGNATURE, with_time)], 0), Err("signature_mismatch"));
    assert_eq!(outcome(&plain, &[], 0), Err("signature_missing"));
    assert_eq!(vectors["header_default"], SIGNATURE);
}

#[test]
fn a_signed_time_is_held_against_the_clock() {
    let vectors = vectors();
    let with_time = vectors["with_timestamp_header"].as_str().unwrap();
    let alone = vectors["no_timestamp"].as_str().unwrap();
    let at = vectors["timestamp"].as_str().unwrap();
    // The name in any case, as headers are.
    for name in [SIGNED_AT, "x-grafana-alert-timestamp", " X-GRAFANA-ALERT-TIMESTAMP "] {
        let proof = proof(name);
        let check = |signature: &str, age_s: i64, expected| {
            let headers = [(SIGNATURE, signature), (SIGNED_AT, at)];
            assert_eq!(outcome(&proof, &headers, age_s), expected, "{age_s}");
        };
        check(with_time, 0, Ok(()));
        check(with_time, 300, Ok(()));
        check(with_time, -60, Ok(()));
        check(with_time, 301, Err("timestamp_stale"));
        check(with_time, -61, Err("timestamp_stale"));
        check(alone, 0, Err("signature_mismatch"));
        let without_time = outcome(&proof, &[(SIGNATURE, with_time)], 0);
        assert_eq!(without_time, Err("signature_missing"));
    }
}

#[test]
fn a_name_that_no_header_can_have_lets_nothing_in() {
    let vectors = vectors();
    let alone = vectors["no_timestamp"].as_str().unwrap();
    assert_eq!(outcome(&proof("two words"), &[(SIGNATURE, alone)], 0), Err("signature_missing"));
}
