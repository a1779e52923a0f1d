//! What must hold for any secret, body and header.

use proptest::prelude::*;
use watchbell_model::Reason;

use super::{BODY, PROOF, SECRET, SENT, SENT_S, at, delivery, key};
use crate::{HeldBy, hex, sign, verify};

/// Which part of a signed request is changed.
#[derive(Debug, Clone, Copy)]
enum Part {
    Body,
    Timestamp,
    Signature,
}

fn any_secret() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..200)
}

proptest! {
    #[test]
    fn what_is_signed_is_verified(
        secret in any_secret(),
        body in prop::collection::vec(any::<u8>(), 0..2_000),
        sent_s in 0..10_000_000_000_i64,
        age_s in -60..=300_i64,
    ) {
        let signed = delivery(sign(&PROOF, &key(&secret), &body, at(sent_s)), &body);
        let verified = verify(&PROOF, signed, &[key(&secret)], at(sent_s + age_s));
        prop_assert_eq!(verified.unwrap().held_by(), HeldBy::Signature { secret: 0 });
    }

    #[test]
    fn one_flipped_bit_is_refused(
        secret in any_secret(),
        body in prop::collection::vec(any::<u8>(), 1..500),
        part in prop_oneof![Just(Part::Body), Just(Part::Timestamp), Just(Part::Signature)],
        index in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let mut body = body;
        let mut timestamp = SENT.as_bytes().to_vec();
        let mut tag = key(&secret).tag(&[&timestamp, b".", &body]).as_ref().to_vec();
        let changed = match part {
            Part::Body => &mut body,
            Part::Timestamp => &mut timestamp,
            // The bytes, not the digits: the case of a digit is free.
            Part::Signature => &mut tag,
        };
        let index = index.index(changed.len());
        changed[index] ^= 1 << bit;
        let changed = delivery(
            [
                ("x-watchbell-signature", format!("sha256={}", hex::encode(&tag))),
                ("x-watchbell-timestamp", timestamp.into_iter().map(char::from).collect()),
            ],
            &body,
        );
        let refused = verify(&PROOF, changed, &[key(&secret)], at(SENT_S)).unwrap_err();
        prop_assert_eq!(refused.error.reason(), Reason::SignatureMismatch);
    }

    #[test]
    fn arbitrary_headers_are_refused_without_a_panic(
        signature in prop::option::of(".{0,80}|sha256=.{0,70}|sha256=[0-9a-fA-F]{60,68}"),
        timestamp in prop::option::of(".{0,30}|[0-9]{0,30}"),
        now_s in -100_000_000_000..100_000_000_000_i64,
    ) {
        let headers = [("x-watchbell-signature", signature), ("x-watchbell-timestamp", timestamp)]
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name, value)));
        let unsigned = delivery(headers, BODY);
        let refused = verify(&PROOF, unsigned, &[key(SECRET)], at(now_s)).unwrap_err();
        prop_assert!(!refused.error.to_string().is_empty());
    }
}
