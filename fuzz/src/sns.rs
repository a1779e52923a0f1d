//! The text that is signed can be taken apart in one way only, and nobody but the service is asked for certificates.

use watchbell_sns::{Envelope, Origins, without_secrets};

use crate::request::request;

/// The names that the text may have after the message, in their order.
const NAMES: &[&str] =
    &["MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

/// Reads an envelope, puts its text together and takes it apart.
pub fn sns(input: &[u8]) {
    let delivery = request(input);
    if let Some(kept) = without_secrets(&delivery.body) {
        assert!(without_secrets(&kept).is_none(), "a secret was left");
    }
    let Ok(envelope) = Envelope::read(&delivery.body, &delivery.headers) else { return };
    let Ok(signed) = envelope.signed() else { return };
    let text = signed.string_to_sign();
    // A message may hold anything; every other value is one line. So the last line `MessageId` with an even number of
    // lines behind it is where the message ends.
    let message = envelope.message().unwrap();
    let rest = text.strip_prefix("Message\n").unwrap().strip_prefix(message).unwrap();
    let lines: Vec<_> = rest.strip_prefix('\n').unwrap().lines().collect();
    assert!(lines.len() % 2 == 0, "a value of more than one line: {lines:?}");
    let mut names = NAMES.iter();
    for pair in lines.chunks(2) {
        assert!(names.any(|name| *name == pair[0]), "{:?} out of order", pair[0]);
        assert!(!pair[1].is_empty(), "{:?} is empty", pair[0]);
    }
    assert_eq!(lines[0], "MessageId");
    assert_eq!(lines[1], envelope.message_id().unwrap());
    if let Ok(certificate) =
        Origins::default().certificate(&signed.topic(), signed.certificate_url())
    {
        let region = format!("https://sns.{}.", signed.topic().region());
        let host = certificate.url().strip_prefix(&region).unwrap().split('/').next().unwrap();
        assert!(
            host.bytes().all(|byte| byte.is_ascii_lowercase() || b".0123456789".contains(&byte)),
            "{host}"
        );
    }
}
