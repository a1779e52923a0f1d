//! Checks of the proofs: vectors, windows, hostile headers, rotation.

mod properties;
mod texts;

use std::borrow::Cow;

use watchbell_model::{Delivery, DeliveryId, Headers, Reason, Timestamp};
use watchbell_provider::{Hmac, Proof, SignatureHeaders, SignedTime};

use crate::{EmptySecret, HeldBy, HmacKey, ProofError, hex, sign, verify};

const PROOF: Proof = Proof::Hmac(Hmac {
    headers: Cow::Borrowed(&[
        SignatureHeaders::timed("x-watchbell-signature", "x-watchbell-timestamp"),
        SignatureHeaders::timed("x-runframe-signature", "x-runframe-timestamp"),
    ]),
    prefix: "sha256=",
    time: Some(SignedTime { separator: ".", max_age_s: 300, max_ahead_s: 60 }),
});

const SECRET: &[u8] = b"your-signing-secret";
const SENT_S: i64 = 1_700_000_000;
const SENT: &str = "1700000000";
const BODY: &[u8] = br#"{"title":"Server is down","service_id":"SER-00001"}"#;
const TAG: &str = "133b4a0ee46a919aeac4f22eb173b1adda1da86f1a0e226e98f94be03ef6c306";

fn key(secret: &[u8]) -> HmacKey {
    HmacKey::new(secret).unwrap()
}

fn at(unix_s: i64) -> Timestamp {
    Timestamp::from_timestamp(unix_s, 0).unwrap()
}

fn delivery<N: AsRef<str>, V: Into<String>>(
    headers: impl IntoIterator<Item = (N, V)>,
    body: &[u8],
) -> Delivery {
    Delivery {
        id: DeliveryId::from_uuid(uuid::Uuid::nil()),
        received_at: at(SENT_S),
        headers: Headers::new(headers),
        body: body.to_vec(),
    }
}

/// A request with the vector's body and these headers, checked with the vector's secret at the
/// moment when it was sent.
fn check(headers: &[(&'static str, &str)], expected: Result<usize, Reason>) {
    let result = verify(&PROOF, delivery(headers.to_vec(), BODY), &[key(SECRET)], at(SENT_S));
    let got = match &result {
        Ok(verified) => match verified.held_by() {
            HeldBy::Signature { secret } => Ok(secret),
            other => panic!("{headers:?}: {other:?}"),
        },
        Err(refused) => Err(refused.error.reason()),
    };
    assert_eq!(got, expected, "{headers:?}: {result:?}");
}

fn ours(signature: &str, timestamp: &str, expected: Result<usize, Reason>) {
    check(&[("X-Watchbell-Signature", signature), ("X-Watchbell-Timestamp", timestamp)], expected);
}

#[test]
fn the_vector_holds_and_is_what_we_sign() {
    ours(&format!("sha256={TAG}"), SENT, Ok(0));
    assert_eq!(
        sign(&PROOF, &key(SECRET), BODY, at(SENT_S)),
        [
            ("x-watchbell-signature".into(), format!("sha256={TAG}")),
            ("x-watchbell-timestamp".into(), SENT.to_owned())
        ]
    );
}

#[test]
fn either_pair_of_headers_counts_and_ours_wins() {
    use Reason::{SignatureMismatch, SignatureMissing};
    let good = &format!("sha256={TAG}");
    let bad = &format!("sha256={}", "0".repeat(64));
    let (our_sig, our_time) = ("X-Watchbell-Signature", "X-Watchbell-Timestamp");
    let (their_sig, their_time) = ("X-Runframe-Signature", "X-Runframe-Timestamp");

    check(&[(our_sig, good), (our_time, SENT)], Ok(0));
    check(&[(their_sig, good), (their_time, SENT)], Ok(0));
    let theirs_bad = [(their_sig, bad.as_str()), (their_time, SENT)];
    check(&[&theirs_bad[..], &[(our_sig, good), (our_time, SENT)]].concat(), Ok(0));
    let theirs_good = [(their_sig, good.as_str()), (their_time, SENT)];
    let with = |ours: &[(&'static str, &str)], expected| {
        check(&[&theirs_good[..], ours].concat(), Err(expected));
    };
    with(&[(our_sig, bad), (our_time, SENT)], SignatureMismatch);
    // Half of ours is ours: theirs does not fill it up.
    with(&[(our_sig, good)], SignatureMissing);
    with(&[(our_time, SENT)], SignatureMissing);

    check(&[], Err(SignatureMissing));
    check(&[(our_sig, good)], Err(SignatureMissing));
    check(&[(our_time, SENT)], Err(SignatureMissing));
    check(&[(their_sig, good)], Err(SignatureMissing));
    check(&[(their_time, SENT)], Err(SignatureMissing));
    check(&[(our_sig, good), (their_time, SENT)], Err(SignatureMissing));
    check(&[("sentry-hook-signature", TAG)], Err(SignatureMissing));
}

#[test]
fn the_signature_must_be_written_exactly() {
    let ok = |signature: &str| ours(signature, SENT, Ok(0));
    let bad = |signature: &str| ours(signature, SENT, Err(Reason::SignatureMismatch));
    let first = |digits: usize| TAG.get(..digits).unwrap();
    let upper = TAG.to_uppercase();
    let mixed: String = TAG
        .char_indices()
        .map(|(i, c)| if i % 2 == 0 { c.to_ascii_uppercase() } else { c })
        .collect();

    ok(&format!("sha256={TAG}"));
    ok(&format!("sha256={upper}"));
    ok(&format!("sha256={mixed}"));

    bad("");
    bad(TAG);
    bad("sha256=");
    bad(&format!("SHA256={TAG}"));
    bad(&format!("sha1={TAG}"));
    bad(&format!("sha256:{TAG}"));
    bad(&format!("sha256=sha256={TAG}"));
    bad(&format!(" sha256={TAG}"));
    bad(&format!("sha256={TAG} "));
    bad(&format!("sha256= {TAG}"));
    bad(&format!("sha256=0x{TAG}"));
    bad(&format!("sha256={}", first(63)));
    bad(&format!("sha256={}", first(62)));
    bad(&format!("sha256={TAG}0"));
    bad(&format!("sha256={TAG}00"));
    bad(&format!("sha256={}g", first(63)));
    bad(&format!("sha256=+{}", first(63)));
    bad(&format!("sha256={}é", first(62)));
    bad(&format!("sha256={}\0", first(63)));
    bad(&format!("sha256={TAG},sha256={TAG}"));
    bad(&format!("sha256={}", "0".repeat(64)));
}

#[test]
fn the_time_must_be_digits_also_when_it_is_signed() {
    let check = |timestamp: &str, expected: Result<usize, Reason>| {
        let tag = key(SECRET).tag(&[timestamp.as_bytes(), b".", BODY]);
        ours(&format!("sha256={}", hex::encode(tag.as_ref())), timestamp, expected);
    };
    let malformed = Err(Reason::SignatureMismatch);
    check(SENT, Ok(0));
    check("0001700000000", Ok(0));
    check("", malformed);
    check(" ", malformed);
    check("-1700000000", malformed);
    check("+1700000000", malformed);
    check("1700000000.0", malformed);
    check("1700000000 ", malformed);
    check(" 1700000000", malformed);
    check("1.7e9", malformed);
    check("0x6553f100", malformed);
    check("2023-11-14T22:13:20Z", malformed);
    check("١٧٠٠٠٠٠٠٠٠", malformed);
    check("now", malformed);
    check("9223372036854775808", malformed);
    check(&"9".repeat(10_000), malformed);
    check(&format!("{}{SENT}", "0".repeat(10)), malformed);
    check("9223372036854775807", Err(Reason::TimestampStale));
    check("0", Err(Reason::TimestampStale));
    // Milliseconds, a common mistake.
    check("1700000000000", Err(Reason::TimestampStale));
}

#[test]
fn the_window_is_exact_in_whole_seconds() {
    let check = |offset_ms: i64, expected: Option<i64>| {
        let now = Timestamp::from_timestamp_millis(SENT_S * 1000 + offset_ms).unwrap();
        let signed = delivery(sign(&PROOF, &key(SECRET), BODY, at(SENT_S)), BODY);
        let got = match verify(&PROOF, signed, &[key(SECRET)], now) {
            Ok(_) => None,
            Err(refused) => match refused.error {
                ProofError::TimestampStale { age_s, .. } => Some(age_s),
                other => panic!("{offset_ms}: {other:?}"),
            },
        };
        assert_eq!(got, expected, "{offset_ms} ms after it was sent");
    };
    check(0, None);
    check(299_000, None);
    check(300_000, None);
    check(300_999, None);
    check(301_000, Some(301));
    check(86_400_000, Some(86_400));
    check(-59_000, None);
    check(-60_000, None);
    check(-60_001, Some(-61));
    check(-61_000, Some(-61));
    check(-86_400_000, Some(-86_400));
}

#[test]
fn extreme_clocks_do_not_overflow() {
    for now in [Timestamp::MIN_UTC, Timestamp::MAX_UTC] {
        for sent in ["0", "9223372036854775807"] {
            let tag = key(SECRET).tag(&[sent.as_bytes(), b".", BODY]);
            let signed = delivery(
                [
                    ("x-watchbell-signature", format!("sha256={}", hex::encode(tag.as_ref()))),
                    ("x-watchbell-timestamp", sent.to_owned()),
                ],
                BODY,
            );
            let refused = verify(&PROOF, signed, &[key(SECRET)], now).unwrap_err();
            assert_eq!(refused.error.reason(), Reason::TimestampStale);
        }
    }
}

#[test]
fn what_was_changed_on_the_way_is_refused_and_comes_back_whole() {
    let check = |timestamp: &str, body: &[u8], secret: &[u8]| {
        let changed = delivery(
            [
                ("x-watchbell-signature", format!("sha256={TAG}")),
                ("x-watchbell-timestamp", timestamp.to_owned()),
            ],
            body,
        );
        let refused = verify(&PROOF, changed.clone(), &[key(secret)], at(SENT_S)).unwrap_err();
        assert_eq!(refused.error.reason(), Reason::SignatureMismatch);
        assert_eq!(refused.delivery, changed);
    };
    check(SENT, BODY, b"another-signing-secret");
    check(SENT, BODY, b"your-signing-secret\n");
    check("1700000001", BODY, SECRET);
    check("01700000000", BODY, SECRET);
    // A stranger with a stale time is told nothing about it.
    check("1", BODY, SECRET);
    check(SENT, b"", SECRET);
    check(SENT, &[BODY, b"\n"].concat(), SECRET);
    check(SENT, &BODY[..BODY.len() - 1], SECRET);
    for index in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[index] ^= 1;
        check(SENT, &body, SECRET);
    }
}

#[test]
fn rotation_takes_every_stored_secret_and_no_removed_one() {
    let check = |stored: &[&[u8]], expected: Result<usize, Reason>| {
        let secrets: Vec<_> = stored.iter().map(|secret| key(secret)).collect();
        let signed = delivery(sign(&PROOF, &key(SECRET), BODY, at(SENT_S)), BODY);
        let got = verify(&PROOF, signed, &secrets, at(SENT_S));
        let got = got.map(|v| v.held_by()).map_err(|refused| refused.error.reason());
        assert_eq!(got, expected.map(|secret| HeldBy::Signature { secret }), "{stored:?}");
    };
    check(&[SECRET], Ok(0));
    check(&[SECRET, b"new"], Ok(0));
    check(&[b"new", SECRET], Ok(1));
    check(&[b"new", b"newer", SECRET], Ok(2));
    check(&[b"new"], Err(Reason::SignatureMismatch));
    check(&[b"new", b"newer"], Err(Reason::SignatureMismatch));
}

#[test]
fn a_body_may_be_signed_alone() {
    const BODY_ALONE: Proof = Proof::Hmac(Hmac {
        headers: Cow::Borrowed(&[
            SignatureHeaders::body("x-one-signature"),
            SignatureHeaders::body("x-other-signature"),
        ]),
        prefix: "",
        time: None,
    });
    let tag = hex::encode(key(SECRET).tag(&[BODY]).as_ref());
    let check = |headers: &[(&'static str, &str)], expected: Result<HeldBy, Reason>| {
        // No time is signed, so no time is too late.
        let sent = delivery(headers.to_vec(), BODY);
        let got = verify(&BODY_ALONE, sent, &[key(SECRET)], at(SENT_S * 2));
        let got = got.map(|v| v.held_by()).map_err(|refused| refused.error.reason());
        assert_eq!(got, expected, "{headers:?}");
    };
    let holds = Ok(HeldBy::Signature { secret: 0 });
    check(&[("x-one-signature", &tag)], holds);
    check(&[("x-other-signature", &tag)], holds);
    check(&[("x-one-signature", &tag.to_uppercase())], holds);
    check(&[("x-one-signature", TAG)], Err(Reason::SignatureMismatch));
    check(&[("x-one-signature", ""), ("x-other-signature", &tag)], Err(Reason::SignatureMismatch));
    check(&[("x-one-signature", &format!("sha256={tag}"))], Err(Reason::SignatureMismatch));
    check(&[], Err(Reason::SignatureMissing));
    assert_eq!(
        sign(&BODY_ALONE, &key(SECRET), BODY, at(SENT_S)),
        [("x-one-signature".into(), tag.clone())],
    );
}

#[test]
fn without_a_stored_secret_the_routing_key_is_enough_and_headers_are_ignored() {
    let check = |proof: &Proof, headers: &[(&'static str, &str)]| {
        let verified = verify(proof, delivery(headers.to_vec(), BODY), &[], at(SENT_S)).unwrap();
        assert_eq!(verified.held_by(), HeldBy::RoutingKey);
    };
    for proof in [Proof::RoutingKey, PROOF] {
        check(&proof, &[]);
        check(&proof, &[("x-watchbell-signature", "nonsense")]);
        check(&proof, &[("x-watchbell-timestamp", "1")]);
    }
}

#[test]
fn a_stored_secret_is_never_ignored() {
    const NO_HEADERS: Proof =
        Proof::Hmac(Hmac { headers: Cow::Borrowed(&[]), prefix: "sha256=", time: None });
    for proof in [Proof::RoutingKey, NO_HEADERS] {
        assert!(sign(&proof, &key(SECRET), BODY, at(SENT_S)).is_empty());
        let signed = delivery(sign(&PROOF, &key(SECRET), BODY, at(SENT_S)), BODY);
        let refused = verify(&proof, signed, &[key(SECRET)], at(SENT_S)).unwrap_err();
        assert_eq!(refused.error, ProofError::NoScheme);
        assert_eq!(refused.error.reason(), Reason::SignatureMissing);
    }
    assert_eq!(HmacKey::new(b"").unwrap_err(), EmptySecret);
}
