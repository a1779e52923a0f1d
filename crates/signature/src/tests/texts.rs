//! What the trace and the logs show, and what they never show.

use std::borrow::Cow;

use watchbell_model::Delivery;

use super::{BODY, PROOF, SECRET, SENT_S, TAG, at, delivery, key};
use crate::{HeldBy, ProofError, Verified, sign, verify};

#[test]
fn each_problem_has_its_text() {
    let check = |error: ProofError, text: &str| assert_eq!(error.to_string(), text);
    let header = Cow::Borrowed("x-watchbell-signature");
    check(
        ProofError::SignatureMissing { header: header.clone() },
        "the header x-watchbell-signature is missing",
    );
    check(
        ProofError::SignatureForm { header: header.clone(), prefix: "sha256=" },
        "the header x-watchbell-signature is not `sha256=` followed by 64 hexadecimal digits",
    );
    check(
        ProofError::Mismatch { header: header.clone(), secrets: 2 },
        "the header x-watchbell-signature fits none of the stored secrets (2)",
    );
    let header = Cow::Borrowed("x-watchbell-timestamp");
    check(
        ProofError::TimestampForm { header: header.clone() },
        "the header x-watchbell-timestamp is not a time in unix seconds, decimal digits only",
    );
    check(
        ProofError::TimestampStale { header: header.clone(), age_s: 301, limit_s: 300 },
        "the header x-watchbell-timestamp is 301 s old, at most 300 s pass",
    );
    check(
        ProofError::TimestampStale { header: header.clone(), age_s: -61, limit_s: 60 },
        "the header x-watchbell-timestamp is 61 s ahead, at most 60 s pass",
    );
}

#[test]
fn debug_shows_neither_secret_nor_signature() {
    assert_eq!(format!("{:?}", key(SECRET)), "HmacKey(hidden)");
    let signed = delivery(sign(&PROOF, &key(SECRET), BODY, at(SENT_S)), BODY);
    let refused = verify(&PROOF, signed, &[key(b"new")], at(SENT_S)).unwrap_err();
    let shown = format!("{refused:?} {refused}");
    assert!(!shown.contains(TAG) && !shown.contains("Server is down"), "{shown}");
}

#[test]
fn each_door_says_its_name() {
    let check = |verified: Verified<Delivery>, held_by: HeldBy, text: &str| {
        assert_eq!(verified.held_by(), held_by);
        assert_eq!(held_by.to_string(), text);
        assert_eq!(verified.as_ref().body, BODY);
        assert_eq!(verified.into_inner().body, BODY);
    };
    let unsigned = || delivery::<&str, &str>([], BODY);
    check(Verified::from_store(unsigned()), HeldBy::FromStore, "replayed from the event log");
    check(
        Verified::unchecked_for_explain(unsigned()),
        HeldBy::Unchecked,
        "not checked, explained only",
    );
    check(
        verify(&PROOF, unsigned(), &[], at(SENT_S)).unwrap(),
        HeldBy::RoutingKey,
        "known routing key, no signature asked for",
    );
    let signed = delivery(sign(&PROOF, &key(SECRET), BODY, at(SENT_S)), BODY);
    check(
        verify(&PROOF, signed, &[key(b"new"), key(SECRET)], at(SENT_S)).unwrap(),
        HeldBy::Signature { secret: 1 },
        "signature fits secret 2",
    );
}
