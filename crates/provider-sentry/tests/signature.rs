//! Sentry's signatures, computed over exact bytes, hold for this provider's proof.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not tests to clippy")]

use serde_json::Value;
use watchbell_model::{Delivery, Headers};
use watchbell_provider::{Options, Proof, Provider};
use watchbell_provider_sentry::Sentry;
use watchbell_signature::{HeldBy, HmacKey, verify};

const VECTORS: &str = include_str!("../../../tests/fixtures/sentry-app/signature_vectors.json");

fn held(headers: &[(&str, &str)], body: &str, secrets: &[HmacKey]) -> Option<HeldBy> {
    let delivery = Delivery {
        id: "dlv_00000000000000000000000000000001".parse().unwrap(),
        received_at: "2026-11-21T12:00:00Z".parse().unwrap(),
        headers: Headers::new(headers.iter().copied()),
        body: body.into(),
    };
    let proof: Proof = Sentry.proof(&Options::none());
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    verify(&proof, delivery, secrets, now).ok().map(|verified| verified.held_by())
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap()
}

#[test]
fn every_vector_holds_over_its_own_bytes_and_over_no_other() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors.len(), 7);
    for vector in &vectors {
        let name = text(vector, "name");
        let key = HmacKey::new(text(vector, "client_secret").as_bytes()).unwrap();
        let other = HmacKey::new(b"another secret").unwrap();
        let (body, signature) = (text(vector, "body_utf8"), text(vector, "signature_hex"));
        assert_eq!(vector["body_len_bytes"], body.len(), "{name}");

        // Either header name, on either kind of request; the second secret while they are changed.
        for header in ["Sentry-Hook-Signature", "Sentry-App-Signature"] {
            let held = held(&[(header, signature)], body, &[other.clone(), key.clone()]);
            assert_eq!(held, Some(HeldBy::Signature { secret: 1 }), "{name}: {header}");
        }
        let header = text(vector, "header");
        assert_eq!(held(&[(header, signature)], body, &[other]), None, "{name}: another secret");
        let keys = [key];
        assert_eq!(held(&[(header, signature)], &format!("{body} "), &keys), None, "{name}: space");
        assert_eq!(held(&[], body, &keys), None, "{name}: not signed");
        let prefixed = format!("sha256={signature}");
        assert_eq!(held(&[(header, &prefixed)], body, &keys), None, "{name}: a prefix");
    }
}
