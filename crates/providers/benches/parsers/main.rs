//! What reading and proving a delivery costs, each beside `serde_json` reading the same body into a
//! `Value`: their ratio is what carries over to another machine. `just bench-parsers` runs it.
//!
//! What is made is freed within the time that is measured, on both sides: a program pays for it too.

#![expect(clippy::unwrap_used, reason = "a benchmark without its bodies is to stop")]

mod bodies;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use serde_json::Value;
use watchbell_model::{Delivery, Headers, IntegrationId, Timestamp};
use watchbell_provider::{Options, Proof, Provider};
use watchbell_signature::{HmacKey, sign, sns, verify};
use watchbell_sns::Origins;

/// The program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn delivery(headers: Headers, body: Vec<u8>) -> Delivery {
    let id = "dlv_00000000000000000000000000000001".parse().unwrap();
    Delivery { id, received_at: at("2026-11-21T12:00:00Z"), headers, body }
}

fn provider(slug: &str) -> &'static dyn Provider {
    watchbell_providers::find(slug).unwrap()
}

/// Reads a body again and again.
fn read(bencher: Bencher<'_, '_>, slug: &str, headers: &Headers, body: Vec<u8>) {
    let provider = provider(slug);
    let size = BytesCount::of_slice(&body);
    let delivery = delivery(headers.clone(), body);
    let received = provider.read(&delivery, &Options::none()).unwrap();
    assert!(!received.items.is_empty(), "there is something to read");
    bencher
        .counter(size)
        .bench_local(|| drop(black_box(provider.read(&delivery, &Options::none()))));
}

/// Reads the same body into a [`Value`].
fn value(bencher: Bencher<'_, '_>, body: &[u8]) {
    let size = BytesCount::of_slice(body);
    bencher.counter(size).bench_local(|| drop(black_box(serde_json::from_slice::<Value>(body))));
}

/// An event of Sentry with its stack trace, as an issue alert sends it.
mod sentry_10_kb {
    use super::{Bencher, bodies};

    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        super::read(bencher, "sentry", &bodies::sentry_headers(), bodies::sentry(10_000));
    }

    #[divan::bench]
    fn value(bencher: Bencher<'_, '_>) {
        super::value(bencher, &bodies::sentry(10_000));
    }
}

/// A large one: more frames and breadcrumbs.
mod sentry_200_kb {
    use super::{Bencher, bodies};

    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        super::read(bencher, "sentry", &bodies::sentry_headers(), bodies::sentry(200_000));
    }

    #[divan::bench]
    fn value(bencher: Bencher<'_, '_>) {
        super::value(bencher, &bodies::sentry(200_000));
    }
}

/// A group of a hundred alerts of Alertmanager.
mod alertmanager_100_alerts {
    use super::{Bencher, Headers, bodies};

    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        super::read(bencher, "alertmanager", &Headers::default(), bodies::alertmanager(100));
    }

    #[divan::bench]
    fn value(bencher: Bencher<'_, '_>) {
        super::value(bencher, &bodies::alertmanager(100));
    }
}

/// An alarm that Amazon signed: its envelope, the cached certificate, the signature; then what the
/// alarm says.
mod sns_alarm {
    use super::{
        Bencher, Delivery, Headers, IntegrationId, Origins, Timestamp, Value, black_box, bodies,
        delivery, sns,
    };

    const BODY: &str = "cloudwatch/real-cloudwatch-metric-alarm-v1.json";

    /// The day on which it was signed.
    fn then() -> Timestamp {
        super::at("2021-11-11T00:00:00Z")
    }

    fn prove(certificates: &sns::Certificates, origins: &Origins, delivery: Delivery) -> bool {
        let claim = sns::claim(delivery, origins).unwrap();
        let certificate = certificates.cached(claim.certificate(), then()).unwrap();
        claim.check(&certificate, then()).is_ok()
    }

    #[divan::bench]
    fn verify(bencher: Bencher<'_, '_>) {
        let origins = Origins::default();
        let certificates = sns::Certificates::new(sns::Limits::default());
        let signed = || delivery(Headers::default(), bodies::fixture(BODY));
        let claim = sns::claim(signed(), &origins).unwrap();
        let integration: IntegrationId = "int_00000000000000000000000000000001".parse().unwrap();
        let pem =
            bodies::fixture("sns/SimpleNotificationService-7ff5318490ec183fbaddaa2a969abfda.pem");
        certificates.get(claim.certificate(), integration, then(), |_| Ok(pem)).unwrap();
        assert!(prove(&certificates, &origins, signed()), "what Amazon signed holds");
        let signed = signed();
        bencher
            .with_inputs(|| signed.clone())
            .bench_local_values(|delivery| prove(&certificates, &origins, delivery));
    }

    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        super::read(bencher, "cloudwatch", &Headers::default(), bodies::fixture(BODY));
    }

    /// The envelope, and the alarm that is a text in it.
    #[divan::bench]
    fn value(bencher: Bencher<'_, '_>) {
        let body = bodies::fixture(BODY);
        bencher.bench_local(|| {
            let envelope: Value = serde_json::from_slice(&body).unwrap();
            let alarm = envelope.get("Message").and_then(Value::as_str).unwrap();
            let alarm: Value = serde_json::from_str(alarm).unwrap();
            drop(black_box((envelope, alarm)));
        });
    }
}

/// HMAC over the large event of Sentry, with the second of two secrets.
mod hmac_200_kb {
    use super::{Bencher, Headers, HmacKey, Options, Proof, bodies, delivery, provider, sign};

    #[divan::bench]
    fn verify(bencher: Bencher<'_, '_>) {
        let proof: Proof = provider("sentry").proof(&Options::none());
        let secrets = [b"first", b"other"].map(|secret| HmacKey::new(secret).unwrap());
        let [_, second] = &secrets;
        let body = bodies::sentry(200_000);
        let now = super::at("2026-11-21T12:00:00Z");
        let headers = sign(&proof, second, &body, now);
        let headers = headers.iter().map(|(name, value)| (name.as_ref(), value.as_str()));
        let signed = delivery(Headers::new(headers), body);
        let prove = |delivery| super::verify(&proof, delivery, &secrets, now).is_ok();
        assert!(prove(signed.clone()), "what is signed holds");
        bencher.with_inputs(|| signed.clone()).bench_local_values(prove);
    }

    #[divan::bench]
    fn value(bencher: Bencher<'_, '_>) {
        super::value(bencher, &bodies::sentry(200_000));
    }
}
