//! A request that was not signed with the secret never passes, one that was always does, and one byte more in its body
//! makes it another.

use watchbell_model::Headers;
use watchbell_provider::{Options, Proof};
use watchbell_providers::PROVIDERS;
use watchbell_signature::{HmacKey, sign, verify};

use crate::request::request;

/// Checks a request and a signed one with its body, for every provider that can sign.
pub fn proof(input: &[u8]) {
    let secret = || [HmacKey::new(b"a secret that no input knows").unwrap()];
    for provider in PROVIDERS {
        let proof = provider.proof(&Options::none());
        if !matches!(proof, Proof::Hmac(_)) {
            continue;
        }
        let mut delivery = request(input);
        let now = delivery.received_at;
        assert!(verify(&proof, delivery.clone(), &secret(), now).is_err(), "forged");
        delivery.headers = Headers::new(sign(&proof, &secret()[0], &delivery.body, now));
        assert!(verify(&proof, delivery.clone(), &secret(), now).is_ok(), "signed, and refused");
        delivery.body.push(b' ');
        assert!(verify(&proof, delivery, &secret(), now).is_err(), "changed, and let in");
    }
}
