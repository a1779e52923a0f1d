//! Bodies that Amazon signed, and what was made of them by others.

#![cfg(test)]

use std::path::{Path, PathBuf};

use watchbell_model::{Headers, Reason};
use watchbell_sns::{Envelope, Kind, NotAnEnvelope, Origin, Origins, TopicArn, without_secrets};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(folder("cloudwatch").join(name)).unwrap()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name)
}

/// The reason for which the envelope in a fixture may not be believed, or its kind.
fn judge(body: &[u8], headers: &Headers) -> Result<Kind, Reason> {
    let envelope = Envelope::read(body, headers).map_err(|error| error.reason())?;
    envelope.signed().map(|signed| signed.kind()).map_err(|error| error.reason())
}

#[test]
fn genuine_bodies_have_their_form_and_folded_ones_have_not() {
    let check = |name: &str, expected: Result<Kind, Reason>| {
        assert_eq!(judge(&fixture(name), &Headers::default()), expected, "{name}");
    };
    check("notification-v1-no-subject.json", Ok(Kind::Notification));
    check("notification-v1-subject.json", Ok(Kind::Notification));
    check("notification-v2-no-subject.json", Ok(Kind::Notification));
    check("real-cloudwatch-metric-alarm-v1.json", Ok(Kind::Notification));
    check("real-cloudwatch-composite-alarm-v1.json", Ok(Kind::Notification));
    check("subscription-confirmation-v1.json", Ok(Kind::SubscriptionConfirmation));
    check("unsubscribe-confirmation-v2.json", Ok(Kind::UnsubscribeConfirmation));
    check("sigok-unsigned-fields-changed.json", Ok(Kind::Notification));
    check("sigok-subject-folded-into-messageid.json", Err(Reason::Malformed));
    check("sigok-cloudwatch-subject-folded-into-messageid.json", Err(Reason::Malformed));
    check("message-metric-modern-2025.json", Err(Reason::RawDelivery));
    check("message-composite-no-children.json", Err(Reason::RawDelivery));
    check("eventbridge-metric.json", Err(Reason::RawDelivery));
}

#[test]
fn what_is_signed_does_not_change_with_what_is_not() {
    let string = |name: &str| {
        let body = fixture(name);
        Envelope::read(&body, &Headers::default()).unwrap().signed().unwrap().string_to_sign()
    };
    let original = string("real-cloudwatch-metric-alarm-v1.json");
    assert_eq!(string("sigok-unsigned-fields-changed.json"), original);
    assert!(original.ends_with("\nType\nNotification\n"), "{original}");
    for name in
        ["sigbad-message-tampered", "sigbad-subject-null-but-signed", "sigbad-topic-tampered"]
    {
        assert_ne!(string(&format!("{name}.json")), original, "{name}");
    }
}

#[test]
fn the_string_to_sign_has_its_fields_in_order() {
    let names = |name: &str| -> Vec<String> {
        let body = fixture(name);
        let envelope = Envelope::read(&body, &Headers::default()).unwrap();
        let string = envelope.signed().unwrap().string_to_sign();
        let fields = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token"];
        let fields = fields.iter().chain(&["TopicArn", "Type"]);
        let mut found: Vec<_> = fields
            .filter_map(|field| Some((string.find(&format!("{field}\n"))?, (*field).to_owned())))
            .collect();
        found.sort();
        found.into_iter().map(|(_, field)| field).collect()
    };
    assert_eq!(
        names("notification-v1-no-subject.json"),
        ["Message", "MessageId", "Timestamp", "TopicArn", "Type"]
    );
    assert_eq!(
        names("notification-v1-subject.json"),
        ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    );
    let question =
        ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
    assert_eq!(names("subscription-confirmation-v1.json"), question);
    assert_eq!(names("unsubscribe-confirmation-v2.json"), question);
}

#[test]
fn both_ways_of_writing_the_names_are_read_but_not_both_at_once() {
    let body = String::from_utf8(fixture("notification-v1-no-subject.json")).unwrap();
    let none = Headers::default();
    let other = body.replace("SigningCertURL", "SigningCertUrl");
    assert_eq!(judge(other.as_bytes(), &none), Ok(Kind::Notification));
    let null_subject = other.replacen('{', "{\"Subject\": null,", 1);
    assert_eq!(judge(null_subject.as_bytes(), &none), Ok(Kind::Notification));
    let both = body.replacen('{', "{\"SigningCertUrl\": \"https://evil.example/\",", 1);
    assert_eq!(judge(both.as_bytes(), &none), Err(Reason::CertificateRefused));
    let twice = body.replacen('{', "{\"Message\": \"another\",", 1);
    assert_eq!(judge(twice.as_bytes(), &none), Err(Reason::Malformed));
}

#[test]
fn what_proves_it_is_missed_by_name() {
    let body = String::from_utf8(fixture("notification-v1-no-subject.json")).unwrap();
    let check = |from: &str, to: &str, expected: Reason| {
        let changed = body.replace(from, to);
        assert_ne!(changed, body, "{from}");
        assert_eq!(judge(changed.as_bytes(), &Headers::default()), Err(expected), "{from} {to}");
    };
    check("\"Signature\"", "\"Sgnature\"", Reason::SignatureMissing);
    check("\"SignatureVersion\"", "\"Vrsion\"", Reason::SignatureMissing);
    check("\"SigningCertURL\"", "\"Cert\"", Reason::SignatureMissing);
    check(": \"1\"", ": \"3\"", Reason::SignatureMismatch);
    check(": \"1\"", ": 1", Reason::SignatureMismatch);
    check("\"Notification\"", "\"Note\"", Reason::Malformed);
    check("\"TopicArn\"", "\"Topic\"", Reason::Malformed);
    check(":dongie-standard-topic\",", ":a b\",", Reason::Malformed);
    check("19:55:38.903Z", "19:55:38.903", Reason::Malformed);
    check("\"Message\"", "\"Msg\"", Reason::Malformed);
}

#[test]
fn headers_may_not_contradict_and_advise_at_most() {
    let body = fixture("notification-v1-no-subject.json");
    let headers = |name: &str, value: &str| Headers::new([(name, value)]);
    let check = |body: &[u8], name: &str, value: &str, expected: Result<Kind, Reason>| {
        assert_eq!(judge(body, &headers(name, value)), expected, "{name}: {value}");
    };
    check(&body, "x-amz-sns-message-type", "Notification", Ok(Kind::Notification));
    check(&body, "x-amz-sns-message-type", "SubscriptionConfirmation", Err(Reason::Malformed));
    check(&body, "x-amz-sns-rawdelivery", "true", Ok(Kind::Notification));
    check(b"plain text", "x-amz-sns-rawdelivery", "true", Err(Reason::RawDelivery));
    check(b"{\"a\":1}", "x-amz-sns-rawdelivery", "true", Err(Reason::RawDelivery));
    check(b"plain text", "x-amz-sns-rawdelivery", "false", Err(Reason::Malformed));
    check(b"[]", "x", "", Err(Reason::Malformed));
    check(b"", "x", "", Err(Reason::Malformed));
    check(b"{\"Message\":\"\xff\"}", "x", "", Err(Reason::Malformed));
    let advice = NotAnEnvelope::Raw.to_string();
    assert!(advice.contains("turn off raw message delivery"), "{advice}");
}

#[test]
fn certificate_addresses_are_judged_as_the_list_says() {
    let cases = std::fs::read(folder("sns").join("signing-cert-url-cases.json")).unwrap();
    let cases: Vec<serde_json::Value> = serde_json::from_slice(&cases).unwrap();
    assert_eq!(cases.len(), 21);
    for case in &cases {
        let url = case["url"].as_str().unwrap();
        let region = case["topic_region_assumed"].as_str().unwrap();
        let partition = match region {
            "cn-north-1" => "aws-cn",
            "us-gov-west-1" => "aws-us-gov",
            _ => "aws",
        };
        let arn = format!("arn:{partition}:sns:{region}:131990247566:alarms");
        let got = Origins::default().certificate(&TopicArn::parse(&arn).unwrap(), url);
        assert_eq!(got.is_ok(), case["accept"].as_bool().unwrap(), "{case}: {got:?}");
        if let Ok(certificate) = got {
            assert_eq!(
                certificate.url(),
                url.to_lowercase()
                    .replace("simplenotificationservice", "SimpleNotificationService")
            );
        }
    }
}

#[test]
fn another_partitions_topic_cannot_borrow_a_host() {
    let name = "SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem";
    let check = |arn: &str, host: &str, names: &[&str]| {
        let url = format!("https://{host}/{name}");
        let got = Origins::default().certificate(&TopicArn::parse(arn).unwrap(), &url);
        let got = got.map(|certificate| certificate.names().to_vec()).unwrap_or_default();
        assert_eq!(got, names, "{arn} {host}");
    };
    let arn =
        |partition: &str, region: &str| format!("arn:{partition}:sns:{region}:131990247566:t");
    check(&arn("aws-cn", "cn-north-1"), "sns.cn-north-1.amazonaws.com", &[]);
    check(
        &arn("aws-cn", "cn-north-1"),
        "sns.cn-north-1.amazonaws.com.cn",
        &["sns-cn-north-1.amazonaws.com.cn"],
    );
    check(&arn("aws", "us-west-2"), "sns.us-west-2.amazonaws.com.cn", &[]);
    check(
        &arn("aws-us-gov", "us-gov-east-1"),
        "sns.us-gov-east-1.amazonaws.com",
        &["sns-us-gov-west-1.amazonaws.com"],
    );
    check(
        &arn("aws-eusc", "eusc-de-east-1"),
        "sns.eusc-de-east-1.amazonaws.eu",
        &["sns-signing.eusc-de-east-1.amazonaws.eu"],
    );
    check(&arn("aws-evil", "us-west-2"), "sns.us-west-2.amazonaws.com", &[]);
    check("arn:aws:sns:us-west-2:1234:t", "sns.us-west-2.amazonaws.com", &[]);
    check("arn:aws:sns:default::t", "sns.default.amazonaws.com", &[]);
}

#[test]
fn a_configured_origin_has_one_certificate_and_no_more() {
    let origin = Origin::new("http://localhost:4566", "/_aws/sns/cert.pem", "sns.test").unwrap();
    let origins = Origins::new(vec![origin]);
    let topic = TopicArn::parse("arn:aws:sns:us-east-1:000000000000:alarms").unwrap();
    let check = |url: &str, good: bool| {
        let got = origins.certificate(&topic, url);
        assert_eq!(got.is_ok(), good, "{url}: {got:?}");
    };
    check("http://localhost:4566/_aws/sns/cert.pem", true);
    check("http://LOCALHOST:4566/_aws/sns/cert.pem", true);
    check("http://localhost:4566/_aws/sns/cert.pem?x", false);
    check("http://localhost:4566/_aws/sns/other.pem", false);
    check("https://localhost:4566/_aws/sns/cert.pem", false);
    check("http://localhost/_aws/sns/cert.pem", false);
    let certificate =
        origins.certificate(&topic, "http://LOCALHOST:4566/_aws/sns/cert.pem").unwrap();
    assert_eq!(certificate.url(), "http://localhost:4566/_aws/sns/cert.pem");
    assert_eq!(certificate.names(), ["sns.test"]);
    assert_eq!(certificate.max_age().unwrap().as_secs(), 300);
}

#[test]
fn a_confirmation_is_built_from_topic_and_token_and_the_given_one_must_mean_the_same() {
    let body = fixture("subscription-confirmation-v1.json");
    let envelope = Envelope::read(&body, &Headers::default()).unwrap();
    let (topic, token) = (envelope.topic().unwrap(), envelope.token().unwrap());
    let given = envelope.subscribe_url().unwrap();
    let local = Origin::new("http://127.0.0.1:4566", "/cert.pem", "sns.test").unwrap();
    let origins = Origins::new(vec![local]);
    let built =
        |given: &str| origins.confirmation(topic, token, given).map(|url| url.expose().to_owned());
    assert_eq!(built(given).as_deref(), Ok(given));
    let encoded = given.replace("arn:aws:sns:", "arn%3Aaws%3Asns%3A");
    assert_eq!(built(&encoded).as_deref(), Ok(given));
    let at_home = given.replace("https://sns.us-west-2.amazonaws.com", "http://127.0.0.1:4566");
    assert_eq!(built(&at_home).as_deref(), Ok(at_home.as_str()));
    let host = "sns.us-west-2.amazonaws.com";
    for wrong in [
        given.replace("https", "http"),
        given.replace(host, "sns.eu-west-1.amazonaws.com"),
        given.replace(host, "evil.example"),
        given.replace(host, "sns.us-west-2.amazonaws.com.evil.example"),
        given.replace(host, "sns.us-west-2.amazonaws.com@evil.example"),
        given.replace(host, "sns.us-west-2.amazonaws.com:8443"),
        given.replace("/?", "/x?"),
        given.replace("/?", "?"),
        given.replace("ConfirmSubscription", "Unsubscribe"),
        given.replace("dongie", "other"),
        given.replace("Token=2", "Token=3"),
        given.replace("Action=", "action="),
        format!("{given}&AuthenticateOnUnsubscribe=true"),
        format!("{given}&Token={token}"),
        format!("{given}#x"),
        at_home.replace("4566", "4567"),
        String::new(),
    ] {
        assert!(built(&wrong).is_err(), "{wrong}");
    }
    assert!(origins.confirmation("arn:aws:sns", token, given).is_err());
    assert!(origins.confirmation(topic, "(redacted)", given).is_err());
}

#[test]
fn what_is_kept_holds_no_secret_and_is_otherwise_the_same() {
    let kept = |name: &str| {
        let body = fixture(name);
        let kept = without_secrets(&body).unwrap();
        assert_eq!(without_secrets(&kept), None, "{name}");
        (String::from_utf8(body).unwrap(), String::from_utf8(kept).unwrap())
    };
    let (body, cut) = kept("notification-v1-subject.json");
    let url = "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:aws:\
               sns:us-west-2:131990247566:dongie-standard-topic:b24e11a2-06bd-4e73-aa29-0ed2de3b41b5";
    assert_eq!(cut, body.replace(url, "(redacted)"));

    let (body, cut) = kept("subscription-confirmation-v1.json");
    let envelope = Envelope::read(body.as_bytes(), &Headers::default()).unwrap();
    let after = Envelope::read(cut.as_bytes(), &Headers::default()).unwrap();
    assert!(!cut.contains(envelope.token().unwrap()), "{cut}");
    assert!(!cut.contains("Action=ConfirmSubscription"), "{cut}");
    assert_eq!(after.token(), Some("(redacted)"));
    assert_eq!((after.kind(), after.topic()), (envelope.kind(), envelope.topic()));
    assert_eq!(after.message(), envelope.message());

    for plain in [&b"{\"Message\":\"Token\"}"[..], b"not JSON", b"{\"Token\":null}", b"", b"\xff"] {
        assert_eq!(without_secrets(plain), None);
    }
    let twice = br#"{"Token":"aa","a":{"Token":"kept"},"Tok\u0065n":7}"#;
    let cut = without_secrets(twice).unwrap();
    assert_eq!(cut, br#"{"Token":"(redacted)","a":{"Token":"kept"},"Tok\u0065n":"(redacted)"}"#);
}
