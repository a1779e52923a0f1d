//! The notification service of the tests' own, checked against the libraries that the server checks
//! real ones with: from the envelope to the certificate, the proof, and the confirmation.

use serde_json::Value;
use watchbell_model::{Delivery, Headers, IntegrationId, Timestamp};
use watchbell_outbound::{Outbound, Permit, Request};
use watchbell_provider::{Options, TopicEvent};
use watchbell_signature::sns::{self, Certificates, FetchFailed, Limits};
use watchbell_signature::{HeldBy, Verified};
use watchbell_sns::{Origin, Origins, Version};

use crate::support::{Served, SnsOrigin, now_s};

/// What a server has that trusts one origin.
struct Trust {
    origins: Origins,
    outbound: Outbound,
    certificates: Certificates,
}

impl Trust {
    fn new(sns: &SnsOrigin) -> Self {
        let (path, name) = (SnsOrigin::CERTIFICATE_PATH, SnsOrigin::CERTIFICATE_NAME);
        let origin = Origin::new(&sns.origin(), path, name).unwrap();
        Self {
            outbound: Outbound::new(vec![Permit::new(&origin.to_string()).unwrap()], "test/1"),
            origins: Origins::new(vec![origin]),
            certificates: Certificates::new(Limits::default()),
        }
    }

    /// The delivery of `envelope`, proven; or the reason in the event log.
    fn prove(&self, envelope: &Value) -> Result<Verified<Delivery>, &'static str> {
        let now = now();
        let delivery = Delivery {
            id: "dlv_00000000000000000000000000000001".parse().unwrap(),
            received_at: now,
            headers: Headers::default(),
            body: envelope.to_string().into_bytes(),
        };
        let reason = |refused: &sns::SnsError| refused.reason().as_str();
        let refused = |error: watchbell_signature::ProofError| match error {
            watchbell_signature::ProofError::Sns(error) => reason(&error),
            other => panic!("{other}"),
        };
        let claim = sns::claim(delivery, &self.origins).map_err(|r| refused(r.error))?;
        let integration: IntegrationId = "int_00000000000000000000000000000001".parse().unwrap();
        let wanted = claim.certificate().clone();
        let fetched = self.certificates.get(&wanted, integration, now, |wanted| {
            let answer = self.outbound.send(&Request::get(wanted.url()));
            let answer = answer.and_then(watchbell_outbound::Answer::successful);
            answer.map(|answer| answer.body).map_err(|error| FetchFailed(error.to_string()))
        });
        match fetched {
            Ok(certificate) => claim.check(&certificate, now).map_err(|r| refused(r.error)),
            Err(error) => Err(refused(claim.without_certificate(error).error)),
        }
    }
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(now_s(), 0).unwrap()
}

#[test]
fn what_it_signs_holds_in_both_versions() {
    let sns = SnsOrigin::start();
    let trust = Trust::new(&sns);
    let topic = SnsOrigin::topic("alarms");
    let check = |envelope: Value, version: Version| {
        let held = trust.prove(&envelope).map(|verified| verified.held_by());
        assert_eq!(held, Ok(HeldBy::Sns { version }), "{envelope}");
    };
    check(sns.notification(&topic, None, "plain\ntext, ä", 1), Version::One);
    check(sns.notification(&topic, Some("a subject"), "text", 2), Version::Two);
    check(sns.question(&topic, 1), Version::One);
    check(sns.ended(&topic, 2), Version::Two);
    check(sns.alarm(&topic, "a", "ALARM", "2026-11-21T12:00:00.000+0000"), Version::One);
    // One certificate for all of them, fetched once.
    assert_eq!(sns.asked(), [SnsOrigin::CERTIFICATE_PATH]);
}

#[test]
fn what_it_serves_wrongly_does_not_hold() {
    let check = |served: Served, expected: &str| {
        let sns = SnsOrigin::start();
        sns.serve(served);
        let message = sns.notification(&SnsOrigin::topic("alarms"), None, "text", 2);
        assert_eq!(Trust::new(&sns).prove(&message).err(), Some(expected), "{served:?}");
    };
    check(Served::Expired, "certificate_refused");
    check(Served::WrongName, "certificate_refused");
    check(Served::Away, "certificate_unavailable");

    let sns = SnsOrigin::start();
    let mut message = sns.notification(&SnsOrigin::topic("alarms"), None, "text", 2);
    message["Message"] = "another text".into();
    assert_eq!(Trust::new(&sns).prove(&message).err(), Some("signature_mismatch"));
    let stranger = SnsOrigin::start();
    let message = stranger.notification(&SnsOrigin::topic("alarms"), None, "text", 2);
    assert_eq!(Trust::new(&sns).prove(&message).err(), Some("certificate_refused"));
    assert_eq!(stranger.asked(), Vec::<String>::new());
}

#[test]
fn a_confirmation_reaches_it_by_the_address_that_is_built() {
    let sns = SnsOrigin::start();
    let trust = Trust::new(&sns);
    let topic = SnsOrigin::topic("alarms");
    let verified = trust.prove(&sns.question(&topic, 1)).unwrap();
    let provider = watchbell_providers::find("cloudwatch").unwrap();
    let received = provider.read(verified.as_ref(), &Options::none()).unwrap();
    let asked = received.topic.unwrap();
    let TopicEvent::Confirm { token, url } = asked.event else { panic!("a question") };
    let built = trust.origins.confirmation(&asked.name, token.expose(), url.expose()).unwrap();
    let confirm = || trust.outbound.send(&Request::get(built.expose())).unwrap();
    sns.confirm(false);
    assert_eq!(confirm().status, 500);
    sns.confirm(true);
    let answer = confirm().successful().unwrap();
    assert!(String::from_utf8(answer.body).unwrap().contains("<SubscriptionArn>"));
    assert_eq!(sns.confirmed(), [topic.clone(), topic]);
}
