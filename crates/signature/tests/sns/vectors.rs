//! Bodies that Amazon signed, and what others made of them.

use watchbell_model::{Headers, Reason};
use watchbell_signature::{HeldBy, Verified, sns};
use watchbell_sns::{Origins, Version};

use super::{MARCH, NOVEMBER, PEM_2021, PEM_2026, at, delivery, fixture};

fn judge(body: &[u8], pem: &[u8], now: &str) -> Result<HeldBy, Reason> {
    let certificate = sns::Certificate::from_pem(pem).unwrap();
    let result = sns::check(delivery(body.to_vec()), &Origins::default(), &certificate, at(now));
    match result {
        Ok(verified) => {
            assert_eq!(verified.as_ref().body, body);
            Ok(verified.held_by())
        }
        Err(refused) => {
            assert_eq!(refused.delivery.body, body);
            Err(refused.error.reason())
        }
    }
}

const ONE: Result<HeldBy, Reason> = Ok(HeldBy::Sns { version: Version::One });
const TWO: Result<HeldBy, Reason> = Ok(HeldBy::Sns { version: Version::Two });

#[test]
fn what_amazon_signed_holds_on_its_day() {
    let check = |name: &str, pem: &str, now: &str, expected| {
        let got = judge(&fixture("cloudwatch", name), &fixture("sns", pem), now);
        assert_eq!(got, expected, "{name} {now}");
    };
    check("notification-v1-no-subject.json", PEM_2026, MARCH, ONE);
    check("notification-v1-subject.json", PEM_2026, MARCH, ONE);
    check("notification-v2-no-subject.json", PEM_2026, MARCH, TWO);
    check("subscription-confirmation-v1.json", PEM_2026, MARCH, ONE);
    check("unsubscribe-confirmation-v2.json", PEM_2026, MARCH, TWO);
    check("real-cloudwatch-metric-alarm-v1.json", PEM_2021, NOVEMBER, ONE);
    check("real-cloudwatch-composite-alarm-v1.json", PEM_2021, NOVEMBER, ONE);
    check("sigok-unsigned-fields-changed.json", PEM_2021, NOVEMBER, ONE);
    // Messages have no age limit: one may be delivered again months later.
    check("notification-v1-subject.json", PEM_2026, "2026-10-14T23:59:59Z", ONE);
}

#[test]
fn nothing_else_holds() {
    let check = |name: &str, pem: &str, now: &str, expected| {
        let got = judge(&fixture("cloudwatch", name), &fixture("sns", pem), now);
        assert_eq!(got, Err(expected), "{name} {now}");
    };
    for name in [
        "sigbad-message-tampered",
        "sigbad-subject-null-but-signed",
        "sigbad-timestamp-reformatted",
        "sigbad-topic-tampered",
        "sigbad-version-swapped",
    ] {
        check(&format!("{name}.json"), PEM_2021, NOVEMBER, Reason::SignatureMismatch);
    }
    let folded = "sigok-cloudwatch-subject-folded-into-messageid.json";
    check(folded, PEM_2021, NOVEMBER, Reason::Malformed);
    check("sigok-subject-folded-into-messageid.json", PEM_2026, MARCH, Reason::Malformed);
    check("message-metric-modern-2025.json", PEM_2026, MARCH, Reason::RawDelivery);

    let genuine = "notification-v1-subject.json";
    check(genuine, PEM_2021, MARCH, Reason::CertificateRefused);
    check(genuine, PEM_2026, "2026-10-15T00:00:00Z", Reason::CertificateRefused);
    check(genuine, PEM_2026, "2025-11-09T23:59:59Z", Reason::CertificateRefused);
    let later = "2027-01-01T00:00:00Z";
    check(genuine, "made-other-key.pem", later, Reason::SignatureMismatch);
    check(genuine, "made-wrong-name.pem", later, Reason::CertificateRefused);
    check(genuine, "made-no-name.pem", later, Reason::CertificateRefused);
}

#[test]
fn a_changed_byte_anywhere_in_what_is_signed_is_noticed() {
    let body = String::from_utf8(fixture("cloudwatch", "real-cloudwatch-metric-alarm-v1.json"));
    let body = body.unwrap();
    let pem = fixture("sns", PEM_2021);
    let check = |from: &str, to: &str, expected| {
        let changed = body.replacen(from, to, 1);
        assert_ne!(changed, body, "{from}");
        assert_eq!(judge(changed.as_bytes(), &pem, NOVEMBER), Err(expected), "{from} {to}");
    };
    check("57c992bc", "57c992bd", Reason::SignatureMismatch);
    check("ALARM: ", "ALARM:  ", Reason::SignatureMismatch);
    check("45:55.681Z", "45:55.682Z", Reason::SignatureMismatch);
    check("AWSCloudWatchDiagnostics", "AWSCloudWatchDiagnosticz", Reason::SignatureMismatch);
    check("\"Type\": \"Notification\"", "\"Type\": \"Note\"", Reason::Malformed);
    check("gokyYzsZ", "hokyYzsZ", Reason::SignatureMismatch);
    check("gokyYzsZ", "!okyYzsZ", Reason::SignatureMismatch);
    check("gokyYzsZ", "", Reason::SignatureMismatch);
    check("\"Signature\"", "\"Sig\"", Reason::SignatureMissing);
    check("https://sns.us-east-1.", "https://sns.us-east-2.", Reason::CertificateRefused);
    check("https://sns.us-east-1.", "https://sns.evil.", Reason::CertificateRefused);
    // How JSON is written does not matter: values are signed.
    let escaped = body.replacen("57c992bc", "\\u00357c992bc", 1);
    assert_eq!(judge(escaped.as_bytes(), &pem, NOVEMBER), ONE);
}

#[test]
fn the_trace_says_what_held_and_the_log_what_did_not() {
    let body = || fixture("cloudwatch", "notification-v2-no-subject.json");
    let certificate = sns::Certificate::from_pem(&fixture("sns", PEM_2026)).unwrap();
    let claim = sns::claim(delivery(body()), &Origins::default()).unwrap();
    let shown = format!("{claim:?}");
    assert!(!shown.contains("This message uses signature version 2"), "{shown}");
    let verified = claim.check(&certificate, at(MARCH)).unwrap();
    assert_eq!(verified.held_by().to_string(), "the service's signature (version 2) holds");
    assert_ne!(verified, Verified::from_store(delivery(body())));

    let text = |body: Vec<u8>, now: &str| {
        let refused = sns::check(delivery(body), &Origins::default(), &certificate, at(now));
        refused.unwrap_err().to_string()
    };
    assert_eq!(
        text(body(), "2027-01-01T00:00:00Z"),
        "the signing certificate was valid until 2026-10-14 23:59:59 UTC"
    );
    assert_eq!(
        text(b"hello".to_vec(), MARCH),
        "the body is not the service's envelope: something that is not JSON (expected value at \
         line 1 column 1)"
    );
    assert_eq!(
        text(fixture("cloudwatch", "sigok-subject-folded-into-messageid.json"), MARCH),
        "MessageId: expected a UUID, got another text"
    );
}

#[test]
fn headers_prove_nothing_and_may_not_contradict() {
    let certificate = sns::Certificate::from_pem(&fixture("sns", PEM_2026)).unwrap();
    let check = |headers: &[(&str, &str)], expected| {
        let mut delivery = delivery(fixture("cloudwatch", "notification-v1-subject.json"));
        delivery.headers = Headers::new(headers.iter().copied());
        let got = sns::check(delivery, &Origins::default(), &certificate, at(MARCH));
        let got = got.map(|v| v.held_by()).map_err(|refused| refused.error.reason());
        assert_eq!(got, expected, "{headers:?}");
    };
    check(&[("x-amz-sns-message-type", "Notification")], ONE);
    check(&[("x-amz-sns-topic-arn", "arn:aws:sns:us-west-2:1:other")], ONE);
    check(&[("x-amz-sns-message-type", "UnsubscribeConfirmation")], Err(Reason::Malformed));
}
