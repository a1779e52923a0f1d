//! Alarms by way of a notification service of the tests' own, from the question whether to subscribe
//! to the end of the subscription: the real binary fetches the certificate and confirms by itself.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Api, Reply, Served, Server, ServerBuilder, SnsOrigin, eventually, with};

/// How soon a certificate that could not be fetched is asked for again: the pause is 5 seconds.
const ASKED_AGAIN: Duration = Duration::from_secs(20);

/// A server that believes `origins`, which is not started yet.
pub(crate) fn believing(origins: &[&SnsOrigin]) -> ServerBuilder {
    let (path, name) = (SnsOrigin::CERTIFICATE_PATH, SnsOrigin::CERTIFICATE_NAME);
    let line = |sns: &&SnsOrigin| format!("{}{path} {name}", sns.origin());
    let lines: Vec<_> = origins.iter().map(line).collect();
    Server::builder().set("sns.origins", &lines.join(","))
}

/// A server with an integration whose alarms go to the demo's first service.
struct CloudWatch {
    server: Server,
    hook: String,
}

impl CloudWatch {
    fn at(server: Server) -> Self {
        let hook = server.add("cloudwatch", "Alarms", &["--default-service", "SER-00001"]);
        Self { server, hook }
    }

    fn believing(origins: &[&SnsOrigin]) -> Self {
        Self::at(believing(origins).start())
    }

    fn post(&self, envelope: &Value) -> Reply {
        post(&self.server, &self.hook, envelope)
    }

    fn said(&self, envelope: &Value) -> String {
        self.post(envelope).said()
    }

    fn refused(&self, envelope: &Value) -> String {
        self.post(envelope).refused()
    }

    /// The topics as an operator sees them: `state topic`.
    fn topics(&self) -> Vec<String> {
        let topics = self.server.cli.json(&["integration", "topic", "list", "Alarms"]);
        let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
        let line = |one: &Value| format!("{} {}", text(one, "state"), text(one, "topic"));
        topics.as_array().unwrap().iter().map(line).collect()
    }

    fn incidents(&self) -> usize {
        self.server.all("/api/v1/incidents").len()
    }
}

/// Posts an envelope as the service does: the kind also in a header, and as plain text.
pub(crate) fn post(server: &Server, hook: &str, envelope: &Value) -> Reply {
    let kind = envelope["Type"].as_str().unwrap_or_default();
    let headers = [("content-type", "text/plain; charset=UTF-8"), ("x-amz-sns-message-type", kind)];
    server.post_bytes(hook, &headers, envelope.to_string().as_bytes())
}

/// A moment of the day on which everything happens, as alarms write it.
pub(crate) fn at(minute: u8) -> String {
    format!("2026-11-21T08:{minute:02}:00.000+0000")
}

#[test]
fn an_alarm_is_followed_from_its_topics_question_to_the_subscriptions_end() {
    let sns = SnsOrigin::start();
    let aws = CloudWatch::believing(&[&sns]);
    let topic = SnsOrigin::topic("alarms");
    let alarm = |state: &str, minute: u8| sns.alarm(&topic, "errors", state, &at(minute));
    assert_eq!(aws.topics(), Vec::<String>::new());

    assert_eq!(aws.said(&sns.question(&topic, 2)), "ignored/subscription_confirmed");
    // Once, before the answer, and by the address that is built, not by the one that was sent.
    assert_eq!(sns.confirmed(), [topic.as_str()]);
    assert_eq!(sns.asked().len(), 2, "the certificate and the confirmation: {:?}", sns.asked());
    assert_eq!(aws.topics(), [format!("confirmed {topic}")]);

    let first = alarm("ALARM", 10);
    let opened = aws.post(&first);
    assert_eq!(opened.said(), "processed/created");
    let number = opened.incident();
    let repeated = aws.post(&first);
    assert_eq!(repeated.said(), "duplicate/duplicate_delivery");
    assert_eq!(repeated.data()["delivery_id"], opened.data()["delivery_id"]);
    assert_eq!(aws.said(&alarm("INSUFFICIENT_DATA", 11)), "processed/noted");
    assert_eq!(aws.server.incident(&number)["status"], "investigating");
    assert_eq!(aws.said(&alarm("OK", 13)), "processed/resolved");
    assert_eq!(aws.server.incident(&number)["status"], "resolved");
    // What came late changes nothing; what is new opens the next one.
    assert_eq!(aws.said(&alarm("ALARM", 12)), "ignored/stale");
    assert_eq!(aws.server.incident(&number)["status"], "resolved");
    let again = aws.post(&alarm("ALARM", 14));
    assert_eq!(again.said(), "processed/created");
    assert_ne!(again.incident(), number);
    let other = sns.notification(&topic, Some("deployed"), "Nothing is wrong.", 2);
    assert_eq!(aws.said(&other), "ignored/not_an_alarm");

    assert_eq!(aws.said(&sns.ended(&topic, 1)), "ignored/subscription_ended");
    assert_eq!(aws.topics(), [format!("ended {topic}")]);
    assert_eq!(aws.refused(&alarm("OK", 15)), "403 forbidden", "at once");
    assert_eq!(aws.server.newest("topic_not_allowed")["http_status"], 403);
    assert_eq!(sns.confirmed().len(), 1, "its SubscribeURL would have subscribed it again");
    assert_eq!(sns.asked().len(), 2, "one certificate for all: {:?}", sns.asked());
    aws.server.cli.assert_sound();
}

#[test]
fn an_end_that_comes_late_does_not_end_what_was_made_since() {
    let sns = SnsOrigin::start();
    let aws = CloudWatch::believing(&[&sns]);
    let topic = SnsOrigin::topic("alarms");
    assert_eq!(aws.said(&sns.question(&topic, 1)), "ignored/subscription_confirmed");
    let end = sns.ended(&topic, 1);
    let other_end = sns.ended(&topic, 1);
    assert_eq!(aws.said(&end), "ignored/subscription_ended");
    // The subscription is made again. It was known, so nobody need be asked.
    assert_eq!(aws.said(&sns.question(&topic, 1)), "ignored/subscription_confirmed");
    assert_eq!(aws.topics(), [format!("confirmed {topic}")]);
    assert_eq!(aws.said(&end), "duplicate/duplicate_delivery");
    assert_eq!(aws.said(&other_end), "ignored/stale");
    assert_eq!(aws.topics(), [format!("confirmed {topic}")]);
    let alarm = sns.alarm(&topic, "errors", "ALARM", &at(1));
    assert_eq!(aws.said(&alarm), "processed/created");
}

#[test]
fn a_second_topic_waits_until_it_is_let_in() {
    let sns = SnsOrigin::start();
    let aws = CloudWatch::believing(&[&sns]);
    let [first, second, foreign] = ["first", "second", "foreign"].map(SnsOrigin::topic);
    let alarm = |topic: &str| sns.alarm(topic, "errors", "ALARM", &at(1));
    // Nobody asked for it: a genuine message proves who sent it, not that it is wanted.
    assert_eq!(aws.refused(&alarm(&first)), "403 forbidden");
    assert_eq!(aws.said(&sns.question(&first, 1)), "ignored/subscription_confirmed");
    let question = aws.post(&sns.question(&second, 1));
    assert_eq!(question.refused(), "403 forbidden");
    assert!(question.body.contains("waits"), "{question:?}");
    assert_eq!(aws.server.newest("topic_not_allowed")["body"], Value::Null);
    assert_eq!(aws.topics(), [format!("confirmed {first}"), format!("waiting {second}")]);
    assert_eq!(aws.refused(&alarm(&second)), "403 forbidden");
    assert_eq!(aws.refused(&sns.ended(&foreign, 1)), "403 forbidden");
    assert_eq!(sns.confirmed(), [first.as_str()]);

    let confirm =
        |topic: &str| aws.server.cli.run(&["integration", "topic", "confirm", "Alarms", topic]);
    assert!(!confirm(&foreign).status.success(), "it has not asked");
    sns.confirm(false);
    let failed = confirm(&second);
    assert_eq!(failed.status.code(), Some(69), "{failed:?}");
    assert_eq!(aws.topics(), [format!("confirmed {first}"), format!("waiting {second}")]);
    sns.confirm(true);
    let confirmed = confirm(&second);
    assert!(confirmed.status.success(), "{confirmed:?}");
    assert_eq!(sns.confirmed().last(), Some(&second));
    assert_eq!(aws.topics(), [format!("confirmed {first}"), format!("confirmed {second}")]);
    // At once, although another process confirmed it.
    assert_eq!(aws.said(&alarm(&second)), "processed/created");
    assert_eq!(aws.said(&alarm(&first)), "processed/updated", "the same alarm by two topics");
    assert_eq!(aws.refused(&alarm(&foreign)), "403 forbidden");
    assert_eq!(aws.incidents(), 1);
    aws.server.cli.assert_sound();
}

#[test]
fn a_certificate_that_may_not_sign_proves_nothing() {
    let bad = [Served::Expired, Served::WrongName, Served::TwoBlocks];
    let origins = bad.map(|served| {
        let sns = SnsOrigin::start();
        sns.serve(served);
        sns
    });
    let aws = CloudWatch::believing(&origins.each_ref());
    let topic = SnsOrigin::topic("alarms");
    for (sns, served) in origins.iter().zip(bad) {
        assert_eq!(aws.refused(&sns.question(&topic, 2)), "401 unauthorized", "{served:?}");
        assert_eq!(sns.asked(), [SnsOrigin::CERTIFICATE_PATH], "{served:?}");
    }
    let refused = eventually("all are logged", Duration::from_secs(5), || {
        let refused = aws.server.all("/api/v1/deliveries?reason=certificate_refused");
        (refused.len() == bad.len()).then_some(refused)
    });
    let whys = refused.iter().map(|one| {
        let one = aws.server.delivery(&one["delivery_id"]);
        assert_eq!((&one["http_status"], &one["body"]), (&json!(401), &Value::Null));
        one["trace"].to_string()
    });
    // The newest first.
    for (why, told) in whys.zip(["not exactly one block", "made out to", "was valid until"]) {
        assert!(why.contains(told), "{told}: {why}");
    }
    assert_eq!(aws.topics(), Vec::<String>::new());
}

#[test]
fn what_cannot_be_proven_now_is_asked_for_again() {
    let (sns, nowhere) = (SnsOrigin::start(), SnsOrigin::gone());
    let aws = CloudWatch::believing(&[&sns, &nowhere]);
    let topic = SnsOrigin::topic("alarms");
    let question = sns.question(&topic, 1);
    let is_unavailable = |reply: &Reply| {
        assert_eq!(reply.refused(), "503 unavailable");
        assert!(reply.header("retry-after").is_some(), "{reply:?}");
    };
    is_unavailable(&aws.post(&nowhere.question(&topic, 1)));
    sns.serve(Served::Away);
    is_unavailable(&aws.post(&question));
    // Left alone for a while: asking again at once does not ask there.
    is_unavailable(&aws.post(&question));
    assert_eq!(sns.asked(), [SnsOrigin::CERTIFICATE_PATH]);
    assert_eq!(aws.topics(), Vec::<String>::new());
    sns.serve(Served::Certificate);
    eventually("the certificate is asked for again", ASKED_AGAIN, || {
        let reply = aws.post(&question);
        (reply.status == 202).then(|| assert_eq!(reply.said(), "ignored/subscription_confirmed"))
    });
    assert_eq!(sns.confirmed(), [topic.as_str()]);
    assert_eq!(aws.incidents(), 0);
}

#[test]
fn a_confirmation_that_fails_lets_nothing_in_until_it_succeeds() {
    let sns = SnsOrigin::start();
    let aws = CloudWatch::believing(&[&sns]);
    let [topic, other] = ["alarms", "others"].map(SnsOrigin::topic);
    let question = sns.question(&topic, 1);
    sns.confirm(false);
    let failed = aws.post(&question);
    assert_eq!(failed.refused(), "503 unavailable");
    assert!(failed.header("retry-after").is_some(), "{failed:?}");
    assert_eq!(sns.confirmed(), [topic.as_str()], "it was tried");
    assert_eq!(aws.topics(), Vec::<String>::new());
    let alarm = sns.alarm(&topic, "errors", "ALARM", &at(1));
    assert_eq!(aws.refused(&alarm), "403 forbidden");
    assert_eq!(aws.incidents(), 0);
    sns.confirm(true);
    assert_eq!(aws.said(&question), "ignored/subscription_confirmed");
    assert_eq!(aws.said(&alarm), "processed/created", "the same message, sent again");
    assert_eq!(aws.refused(&sns.question(&other, 1)), "403 forbidden", "now there is a first");
    aws.server.cli.assert_sound();
}

#[test]
fn what_is_not_signed_as_it_must_be_is_refused() {
    let (sns, stranger) = (SnsOrigin::start(), SnsOrigin::start());
    let aws = CloudWatch::believing(&[&sns]);
    let topic = SnsOrigin::topic("alarms");
    assert_eq!(aws.said(&sns.question(&topic, 1)), "ignored/subscription_confirmed");
    let alarm = sns.alarm(&topic, "errors", "ALARM", &at(1));
    let check = |envelope: &Value, expected: &str, reason: &str| {
        let reply = aws.post(envelope);
        assert_eq!(reply.refused(), expected, "{reason}: {reply:?}");
        let path = format!("/api/v1/deliveries?outcome=rejected&reason={reason}");
        let logged = eventually(reason, Duration::from_secs(5), || {
            // Asking for the address when the story began is in the log too.
            aws.server.all(&path).into_iter().find(|one| one["http_status"] != 405)
        });
        assert_eq!(logged["http_status"], reply.status);
        let logged = aws.server.delivery(&logged["delivery_id"]);
        assert_eq!(logged["body"], Value::Null, "nobody knows who sent it");
    };
    let mut tampered = alarm.clone();
    tampered["Message"] = tampered["Message"].as_str().unwrap().replace("ALARM", "OK").into();
    check(&tampered, "401 unauthorized", "signature_mismatch");
    let mut unsigned = alarm.clone();
    unsigned.as_object_mut().unwrap().remove("Signature");
    check(&unsigned, "401 unauthorized", "signature_missing");
    // Two fields in one: the signed text is the same as that of a message without a subject.
    let folded = sns.notification(&topic, Some("a\nTimestamp"), "text", 2);
    check(&folded, "400 malformed", "malformed");
    // Genuine for somebody else: nobody here named that origin, so it is not even asked.
    check(&stranger.question(&topic, 1), "401 unauthorized", "certificate_refused");
    assert_eq!(stranger.asked(), Vec::<String>::new());

    let raw = alarm["Message"].as_str().unwrap();
    let headers = [("x-amz-sns-message-type", "Notification"), ("x-amz-sns-rawdelivery", "true")];
    let raw = aws.server.post_bytes(&aws.hook, &headers, raw.as_bytes());
    assert_eq!(raw.refused(), "400 malformed");
    let advice = raw.error()["message"].as_str().unwrap().to_owned();
    assert!(advice.contains("turn off raw message delivery"), "{advice}");
    let logged = aws.server.newest("raw_delivery");
    assert!(logged["advice"].as_str().unwrap().contains("Turn it off"), "{logged}");
    assert_eq!(aws.incidents(), 0);
    assert_eq!(aws.said(&alarm), "processed/created", "the genuine one");
    aws.server.cli.assert_sound();
}

/// Every file under `dir`.
fn files(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn what_confirms_or_ends_a_subscription_is_readable_nowhere() {
    let sns = SnsOrigin::start();
    let aws = CloudWatch::at(believing(&[&sns]).set("log.filter", "trace").start());
    let server = &aws.server;
    let log = std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap();
    let warned = log.lines().find(|line| line.contains("believed like Amazon's own")).unwrap();
    assert!(warned.contains(&sns.origin()) && warned.contains("WARN"), "{warned}");

    let [topic, other] = ["alarms", "others"].map(SnsOrigin::topic);
    sns.confirm(false);
    assert_eq!(aws.refused(&sns.question(&topic, 1)), "503 unavailable");
    sns.confirm(true);
    assert_eq!(aws.said(&sns.question(&topic, 1)), "ignored/subscription_confirmed");
    assert_eq!(aws.refused(&sns.question(&other, 1)), "403 forbidden");
    assert_eq!(aws.said(&sns.alarm(&topic, "a", "ALARM", &at(1))), "processed/created");
    let mut tampered = sns.question(&topic, 1);
    tampered["Message"] = "another text".into();
    assert_eq!(aws.refused(&tampered), "401 unauthorized");
    assert_eq!(aws.said(&sns.ended(&topic, 1)), "ignored/subscription_ended");
    // One that is kept with its body because it can be replayed.
    server.cli.json(&["integration", "set", "Alarms", "--rate-limit", "1"]);
    let refused = eventually("the limit is known", Duration::from_secs(5), || {
        let reply = aws.post(&sns.question(&topic, 1));
        (reply.status == 429).then(|| server.newest("rate_limited"))
    });
    assert!(refused["body"].as_str().unwrap().contains("SubscriptionConfirmation"), "{refused}");

    let deliveries = server.all("/api/v1/deliveries");
    let ids = deliveries.iter().map(|delivery| &delivery["delivery_id"]);
    let shown: Vec<_> = ids.map(|id| ("the event log", server.delivery(id).to_string())).collect();
    let list = format!("{:?}", server.cli.run(&["integration", "topic", "list", "Alarms"]));
    let shown = shown.into_iter().chain([("the list of topics", list)]);
    let content = server.cli.place().content(server.cli.dir());
    let stored = std::fs::read(content).unwrap();
    assert!(String::from_utf8_lossy(&stored).contains(&other), "it is the database");
    let files = files(server.cli.dir()).into_iter().map(|path| {
        let bytes = std::fs::read(&path).unwrap();
        (path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned())
    });
    let shown = shown.map(|(what, text)| (what.to_owned(), text));
    let secrets = [SnsOrigin::TOKEN, "Action=ConfirmSubscription", "Action=Unsubscribe"];
    for (what, text) in shown.chain(files) {
        for secret in secrets {
            // A dump writes bytes as digits.
            let digits: Vec<_> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            let digits = digits.concat();
            assert!(!text.contains(secret) && !text.contains(&digits), "{secret} in {what}");
        }
    }
}

#[test]
fn explaining_looks_at_the_proof_and_asks_nobody() {
    let sns = SnsOrigin::start();
    let aws = CloudWatch::believing(&[&sns]);
    let topic = SnsOrigin::topic("alarms");
    let api = Api::for_everything(&aws.server);
    let integrations = api.get("/integrations").data();
    let all = integrations["items"].as_array().unwrap();
    let one = all.iter().find(|one| one["name"] == "Alarms").unwrap();
    let explain = |body: &Value| {
        let asked = json!({"integration_id": one["integration_id"], "body": body.to_string()});
        api.post("/explain", &asked).data()["now"].clone()
    };
    let said = |explained: &Value| explained["proof"].as_str().unwrap().to_owned();
    let alarm = sns.alarm(&topic, "errors", "ALARM", &at(10));
    let told = explain(&alarm);
    assert!(said(&told).contains("the signature is not checked"), "{told}");
    assert!(said(&told).contains(&format!("{}{}", sns.origin(), SnsOrigin::CERTIFICATE_PATH)));
    // What is wrong without a certificate is told without one.
    let elsewhere = with(alarm.clone(), "SigningCertURL", "https://evil.example/cert.pem");
    assert_eq!(explain(&elsewhere)["answer"]["reason"], "certificate_refused");
    assert_eq!(explain(&json!({"AlarmName": "raw"}))["answer"]["reason"], "malformed");
    assert_eq!(sns.asked(), Vec::<String>::new(), "nobody was asked");
    // A server that has taken a delivery has the certificate.
    assert_eq!(aws.said(&sns.question(&topic, 2)), "ignored/subscription_confirmed");
    let asked = sns.asked().len();
    let told = explain(&alarm);
    assert!(said(&told).contains("signature (version 1) holds"), "{told}");
    assert_eq!(told["answer"]["status"], 202, "{told}");
    let told = explain(&with(alarm.clone(), "Message", "another one"));
    assert_eq!(told["answer"]["reason"], "signature_mismatch", "{told}");
    assert_eq!(sns.asked().len(), asked, "nobody was asked");
    assert_eq!(aws.incidents(), 0);
}
