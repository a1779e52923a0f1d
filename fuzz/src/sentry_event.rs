//! Events of Sentry's, in either of their forms.

use watchbell_sentry_event::{Event, LeftOut, MAX_BYTES, Personal, Told};

use crate::request::request;

/// Whatever is read is small, is read again as it was written, and names nobody where nobody shall be named.
pub fn sentry_event(input: &[u8]) {
    let body = &request(input).body;
    for personal in [Personal::Keep, Personal::LeaveOut] {
        for told in [Told::by_webhook(body, personal), Told::by_api(body, personal)] {
            let Some(event) = told.event else { continue };
            let json = serde_json::to_vec(&event).unwrap();
            assert!(json.len() <= MAX_BYTES, "{} bytes", json.len());
            let again: Event = serde_json::from_slice(&json).unwrap();
            assert_eq!(again, event);
            let is_left_out = event.left_out.contains(&LeftOut::Personal);
            assert_eq!(is_left_out, personal == Personal::LeaveOut);
            if is_left_out {
                assert_eq!(event.redacted().tags, event.tags);
                assert!(event.user.is_none() && event.request.is_none());
            }
        }
    }
}
