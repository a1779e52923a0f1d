//! Every fixture gives exactly these alerts, or exactly this error.

#![cfg(test)]

use std::path::Path;

use watchbell_model::{Action, Headers};
use watchbell_provider::conformance::{fixture, read, read_with, show};
use watchbell_provider::{Item, Provider as _, TopicEvent};
use watchbell_provider_cloudwatch::CloudWatch;

#[test]
fn fixtures_give_these_alerts() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::glob!("../../../tests/fixtures/cloudwatch", "*.json", |file| {
            let (headers, body) = fixture(file);
            insta::assert_snapshot!(show(&read_with(&CloudWatch, &body, headers)));
        });
    });
}

fn body(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/cloudwatch");
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn what_nobody_signed_changes_nothing() {
    let original = read(&CloudWatch, &body("real-cloudwatch-metric-alarm-v1.json")).unwrap();
    let changed = body("sigok-unsigned-fields-changed.json");
    let headers = Headers::new([
        ("x-amz-sns-topic-arn", "arn:aws:sns:us-east-1:123456789012:other"),
        ("x-amz-sns-message-id", "another"),
        ("severity", "critical"),
    ]);
    assert_eq!(read(&CloudWatch, &changed).unwrap(), original);
    assert_eq!(read_with(&CloudWatch, &changed, headers).unwrap(), original);
    let kept = CloudWatch.without_secrets(&changed).unwrap();
    assert!(!String::from_utf8(kept).unwrap().contains("evil.example"));
}

#[test]
fn what_is_kept_reads_the_same_without_what_is_secret() {
    for name in [
        "real-cloudwatch-metric-alarm-v1.json",
        "subscription-confirmation-v1.json",
        "unsubscribe-confirmation-v2.json",
        "made-lambda-casing.json",
    ] {
        let kept = CloudWatch.without_secrets(&body(name)).unwrap();
        let (before, after) = (read(&CloudWatch, &body(name)), read(&CloudWatch, &kept));
        assert_eq!(show(&after), show(&before), "{name}");
    }
    assert_eq!(CloudWatch.without_secrets(&body("message-metric-modern-2025.json")), None);
}

#[test]
fn the_confirmation_carries_token_and_address() {
    let received = read(&CloudWatch, &body("subscription-confirmation-v1.json")).unwrap();
    let topic = received.topic.unwrap();
    assert_eq!(topic.name, "arn:aws:sns:us-west-2:131990247566:dongie-standard-topic");
    let TopicEvent::Confirm { token, url } = topic.event else { panic!("a question") };
    assert_eq!(token.expose().len(), 256);
    assert!(url.expose().starts_with("https://sns.us-west-2.amazonaws.com/?Action=Confirm"));
}

#[test]
fn alarm_and_ok_share_their_key_and_states_their_order() {
    let alert = |name: &str| match read(&CloudWatch, &body(name)).unwrap().items.remove(0) {
        Item::Alert(alert) => *alert,
        Item::Ignored { what, .. } => panic!("{what}"),
    };
    let (alarm, note, ok) = (
        alert("made-service-dimension.json"),
        alert("made-insufficient-data.json"),
        alert("made-ok.json"),
    );
    assert!(matches!(alarm.action, Action::Trigger(_)));
    assert_eq!(note.action, Action::Note { investigating: true });
    assert_eq!(ok.action, Action::Resolve);
    assert!(alarm.dedup_key.is_some());
    assert_eq!([&note.dedup_key, &ok.dedup_key], [&alarm.dedup_key; 2]);
    assert!(alarm.source_clock < note.source_clock && note.source_clock < ok.source_clock);
    let contributor = alert("made-contributor.json").dedup_key.unwrap();
    assert!(contributor.as_str().ends_with(":alarm:fleet#contributor:6d442278dba546f6"));
}
