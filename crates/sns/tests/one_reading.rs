//! What has its form can be cut into fields in one way only, so a signature means one message.

#![cfg(test)]

use proptest::prelude::*;
use watchbell_model::Headers;
use watchbell_sns::Envelope;

/// Message, id and subject, read back from the string that is signed: from its end, because every
/// field but the message is one line.
fn read_back(string: &str) -> (String, String, Option<String>) {
    let mut lines: Vec<_> = string.strip_suffix('\n').unwrap().split('\n').collect();
    let mut pop = |name: &str| {
        let value = lines.pop().unwrap().to_owned();
        assert_eq!(lines.pop(), Some(name));
        value
    };
    assert_eq!(pop("Type"), "Notification");
    pop("TopicArn");
    pop("Timestamp");
    let value = lines.pop().unwrap().to_owned();
    let (id, subject) = match lines.pop() {
        Some("Subject") => {
            let id = lines.pop().unwrap().to_owned();
            assert_eq!(lines.pop(), Some("MessageId"));
            (id, Some(value))
        }
        other => {
            assert_eq!(other, Some("MessageId"));
            (value, None)
        }
    };
    assert_eq!(lines.remove(0), "Message");
    (lines.join("\n"), id, subject)
}

proptest! {
    #[test]
    fn every_envelope_of_proper_form_is_read_back(
        message in "(\\PC|\n|\nMessageId\n|\nSubject\n|\nTimestamp\n){0,40}",
        id in "(26858270-545e-5848-82a2-e05566af3dcf|26858270-545e-5848-82a2-e05566af3dcf\nSubject\nx)",
        subject in proptest::option::of("(\\PC|\n){0,20}"),
    ) {
        let body = serde_json::json!({
            "Type": "Notification",
            "MessageId": id,
            "TopicArn": "arn:aws:sns:us-west-2:131990247566:alarms",
            "Subject": subject,
            "Message": message,
            "Timestamp": "2026-03-06T19:53:21.424Z",
            "SignatureVersion": "2",
            "Signature": "AA==",
            "SigningCertURL": "https://sns.us-west-2.amazonaws.com/x.pem",
        });
        let body = body.to_string();
        let envelope = Envelope::read(body.as_bytes(), &Headers::default()).unwrap();
        let folded = id.contains('\n') || subject.as_ref().is_some_and(|s| s.contains('\n'));
        match envelope.signed() {
            Ok(signed) => {
                prop_assert!(!folded);
                prop_assert_eq!(read_back(&signed.string_to_sign()), (message, id, subject));
            }
            Err(error) => prop_assert!(folded, "{}", error),
        }
    }
}
