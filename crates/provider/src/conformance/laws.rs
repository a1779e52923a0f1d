//! The laws.

use std::collections::HashSet;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;
use watchbell_model::{Action, Secret};

use super::{Request, Subject, bodies, context, json};
use crate::{GuideContext, Item, MAX_ALERTS, Options, Proof, ReadError, Sample, SignatureHeaders};

/// Bodies that a property is tried with.
const CASES: u32 = 512;
/// What takes the place of a value, to be replaced by something that is not JSON.
const MARK: &str = "\"zz mark\"";

impl Subject<'_> {
    /// The samples' requests and bodies as JSON; a sample in another form is left out.
    fn json_samples(&self) -> Vec<(Request, Value)> {
        let json = |sample: &Sample| {
            Some((Request::of_sample(sample), serde_json::from_str(&sample.body).ok()?))
        };
        self.samples.iter().filter_map(json).collect()
    }

    /// Slug, prefix, levels, settings, samples and guide have the form that others rely on.
    pub fn names_are_well_formed(&self) {
        let provider = self.provider;
        let is_word = |text: &str, extra: u8| {
            let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == extra;
            !text.is_empty() && text.bytes().all(allowed)
        };
        let mut names: Vec<_> = vec![provider.slug()];
        names.extend(provider.aliases());
        assert!(names.iter().all(|name| is_word(name, b'-')), "{names:?}");
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "{names:?}");
        assert!(!provider.name().trim().is_empty());
        let prefix = provider.key_prefix();
        assert!(prefix.strip_suffix('_').is_some_and(|word| is_word(word, b'a')), "{prefix}");

        let mut levels = HashSet::new();
        for (level, action) in provider.levels(&Options::none()) {
            assert!(!level.is_empty() && level.to_lowercase() == *level, "{level}");
            assert!(levels.insert(level), "{level} twice");
            assert_eq!(
                provider.level_action(&level.to_uppercase(), &Options::none()),
                Some(*action)
            );
        }
        assert_eq!(provider.level_action("zz unknown level", &Options::none()), None);

        let mut settings = HashSet::new();
        for setting in provider.settings() {
            assert!(is_word(setting.key, b'_') && settings.insert(setting.key), "{setting:?}");
            assert!(!setting.label.is_empty() && !setting.help.is_empty(), "{setting:?}");
            assert!(setting.kind.takes(setting.default), "{setting:?}");
        }
        if let Proof::Hmac(proof) = provider.proof(&Options::none()) {
            assert!(!proof.headers.is_empty());
            assert!(proof.time.is_none_or(|time| time.max_age_s > 0 && time.max_ahead_s >= 0));
            for names in proof.headers.iter() {
                let SignatureHeaders { signature, timestamp } = names;
                assert!(is_word(signature, b'-'), "{names:?}");
                assert!(timestamp.as_deref().is_none_or(|name| is_word(name, b'-')), "{names:?}");
                assert_eq!(timestamp.is_some(), proof.time.is_some(), "{names:?}");
            }
        }

        let url = "https://watchbell.example/webhooks/xx_0123456789abcdef0123456789abcdef";
        let guide = provider
            .guide(&GuideContext { url: Secret::new(url), service_key: "SER-00001".to_owned() });
        assert!(guide.contains(url), "a guide shows where the address must be pasted");
    }

    /// Each sample is well formed and reads; the first one triggers on the service asked for.
    pub fn samples_read_and_the_first_triggers(&self) {
        let mut names = HashSet::new();
        for (index, sample) in self.samples.iter().enumerate() {
            assert!(names.insert(sample.name), "{} twice", sample.name);
            assert!(!sample.name.is_empty() && !sample.about.is_empty(), "{sample:?}");
            let typed = |(name, _): &(&str, _)| name.eq_ignore_ascii_case("content-type");
            assert!(sample.headers.iter().any(typed), "{sample:?}");
            let received = self.read_checked(&Request::of_sample(sample)).unwrap();
            assert!(received.warnings.is_empty(), "{:?}", received.warnings);
            if index == 0 {
                let [Item::Alert(alert)] = received.items.as_slice() else {
                    unreachable!("the first sample is one alert: {received:?}")
                };
                assert!(matches!(alert.action, Action::Trigger(_)), "{alert:?}");
                assert_eq!(alert.service.as_ref().unwrap().text, "SER-00001");
            }
        }
        assert!(!names.is_empty(), "no samples");
    }

    /// Samples of two nonces share no dedup key.
    pub fn a_nonce_makes_a_problem_of_its_own(&self) {
        let keys = |nonce: &str| -> HashSet<_> {
            let samples = self.provider.samples(&context(nonce));
            let received = samples.iter().map(|s| self.read(&Request::of_sample(s)).unwrap());
            let items = received.flat_map(|received| received.items);
            let key = |item| match item {
                Item::Alert(alert) => alert.dedup_key,
                Item::Ignored { .. } => None,
            };
            items.filter_map(key).collect()
        };
        assert!(keys("n1").is_disjoint(&keys("n2")));
        assert_eq!(keys("n1"), keys("n1"));
    }

    /// The same bytes give the same result.
    pub fn reading_twice_is_equal(&self) {
        for request in &self.requests {
            assert_eq!(self.read(request), self.read(request));
        }
    }

    /// Every result keeps the bounds of the model.
    pub fn what_is_read_keeps_its_bounds(&self) {
        for request in &self.requests {
            drop(self.read_checked(request));
        }
    }

    /// A field that nobody knows changes nothing. Where a person wrote the body, a warning names
    /// it.
    pub fn unknown_fields_are_read(&self) {
        for (request, sample) in self.json_samples() {
            let plain = self.read(&request.with_body(sample.to_string())).unwrap();
            let added = json::with_unknown_field(&sample).unwrap_or_else(|| sample.clone());
            let received = self.read_checked(&request.with_body(added.to_string())).unwrap();
            assert_eq!(received.items, plain.items);
            if self.is_strict() && added != sample {
                let named = |warning: &String| warning.contains(json::UNKNOWN_FIELD);
                assert!(received.warnings.iter().any(named), "{:?}", received.warnings);
            } else if !self.is_strict() {
                for added in json::with_each_node(&sample, &json::with_unknown_field) {
                    let received =
                        self.read_checked(&request.with_body(added.to_string())).unwrap();
                    assert_eq!(received.items.len(), plain.items.len(), "{added}");
                }
            }
        }
    }

    /// A word that nobody knows, in any place, is still read from a tool; a person is told.
    pub fn unknown_words_are_read(&self) {
        let change = |value: &Value| value.is_string().then(|| "zz unknown word".into());
        for (request, sample) in self.json_samples() {
            for changed in json::with_each_node(&sample, &change) {
                let result = self.read_checked(&request.with_body(changed.to_string()));
                match result {
                    Err(ReadError::Invalid { .. }) if self.is_strict() => {}
                    other => assert!(other.is_ok(), "{changed}: {other:?}"),
                }
            }
        }
    }

    /// JSON that ends early is an error.
    pub fn truncated_bodies_are_errors(&self) {
        // Enough for the short bodies to be cut at every byte, without a provider of many fixtures
        // waiting for minutes.
        let cuts = (20_000 / self.requests.len()).max(200);
        for request in &self.requests {
            let body = request.body.trim_ascii_end();
            let is_json = serde_json::from_slice::<Value>(body)
                .is_ok_and(|value| value.is_object() || value.is_array());
            let step = body.len().div_ceil(cuts).max(1);
            for end in (0..body.len()).step_by(step) {
                let result = self.read_checked(&request.with_body(body.get(..end).unwrap()));
                assert!(!is_json || result.is_err(), "cut at {end}: {result:?}");
            }
        }
    }

    /// Bodies of every wrong form, alone and in the place of each value.
    pub fn hostile_bodies_are_survived(&self) {
        for (what, body) in bodies::hostile() {
            let result = self.read_checked(&Request::bare(body));
            let alerts = result.as_ref().is_ok_and(|received| {
                received.items.iter().any(|item| matches!(item, Item::Alert(_)))
            });
            assert!(!alerts, "{what}: {result:?}");
        }
        let mark = |_: &Value| Some("zz mark".into());
        let marked = self.json_samples().into_iter().flat_map(|(request, sample)| {
            json::with_each_node(&sample, &mark)
                .into_iter()
                .map(move |body| (request.clone(), body))
        });
        for (request, marked) in marked {
            let read = |body: String| drop(self.read_checked(&request.with_body(body)));
            let (before, after) = marked.to_string().split_once(MARK).map_or_else(
                || unreachable!("marked"),
                |(before, after)| (before.to_owned(), after.to_owned()),
            );
            for token in bodies::TOKENS {
                read(format!("{before}{token}{after}"));
                read(format!("{before}\"{token}\"{after}"));
            }
            // The key once more: whatever comes of it, no panic and no half result.
            let doubled =
                format!("{before}{MARK}{after}").replace('}', ",\"title\":1,\"title\":2}");
            read(doubled);
        }
    }

    /// A hundred thousand brackets neither overflow the stack nor pass, wherever they stand.
    pub fn deep_nesting_is_survived(&self) {
        let deep = |open: &str| open.repeat(100_000);
        for open in ["[", "{\"a\":", "{\"alerts\":[", "[{\"title\":"] {
            assert!(self.read_checked(&Request::bare(deep(open))).is_err());
        }
        let balanced = format!("{}{}", deep("["), deep("]"));
        assert!(self.read_checked(&Request::bare(balanced.as_str())).is_err());
        let mark = |_: &Value| Some("zz mark".into());
        if let Some((request, sample)) = self.json_samples().first() {
            for marked in json::with_each_node(sample, &mark) {
                let text = marked.to_string();
                let read = |inside: &str| {
                    self.read_checked(&request.with_body(text.replace(MARK, inside)))
                };
                assert!(read(&deep("[")).is_err());
                drop(read(&balanced));
            }
        }
    }

    /// More alerts than the limit, in any list, are an error rather than a part of them.
    pub fn too_many_alerts_are_refused(&self) {
        for (request, sample) in self.json_samples() {
            let many = |value: &Value| json::with_many_entries(value, MAX_ALERTS + 1);
            let mut grown = json::with_each_node(&sample, &many);
            grown.extend(many(&Value::Array(vec![sample])));
            for body in grown {
                match self.read_checked(&request.with_body(body.to_string())) {
                    Ok(received) => assert!(received.items.len() <= MAX_ALERTS),
                    Err(ReadError::TooManyAlerts { found }) => assert_eq!(found, MAX_ALERTS + 1),
                    Err(_) => {}
                }
            }
        }
    }

    /// The same object written in another order is the same.
    pub fn the_order_of_keys_changes_nothing(&self) {
        for request in &self.requests {
            let Ok(value) = serde_json::from_slice::<Value>(&request.body) else {
                continue;
            };
            let rising = self.read(&request.with_body(value.to_string()));
            let falling = self.read(&request.with_body(json::with_reversed_keys(&value)));
            assert_eq!(rising.ok().map(|r| r.items), falling.ok().map(|r| r.items));
        }
    }

    /// Eight times the size must not take forty times the processor's time: generous, yet less than
    /// the sixty-four times of work that grows with the square.
    pub fn time_is_linear(&self) {
        const SLACK: Duration = Duration::from_millis(20);
        let Some((request, sample)) = self.json_samples().into_iter().next() else {
            return;
        };
        let fastest = |body: &Value| {
            let request = request.with_body(body.to_string());
            let runs = (0..3).map(|_| {
                let begun = processor_time();
                drop(self.read(&request));
                processor_time().saturating_sub(begun)
            });
            runs.min().unwrap_or_default()
        };
        let compare = |what: &str, grow: &dyn Fn(&Value, usize) -> Option<Value>, count: usize| {
            let small = json::with_each_node(&sample, &|value| grow(value, count));
            let large = json::with_each_node(&sample, &|value| grow(value, count * 8));
            for (small, large) in small.iter().zip(&large) {
                let (one, eight) = (fastest(small), fastest(large));
                assert!(eight < one * 40 + SLACK, "{what}: {one:?}, eight times as much {eight:?}");
            }
        };
        compare("entries", &json::with_many_entries, 200);
        compare("fields", &json::with_many_fields, 3_000);
        let long = |value: &Value, count| value.is_string().then(|| "ä\n".repeat(count).into());
        compare("characters", &long, 20_000);
    }

    /// No bytes make it panic.
    pub fn arbitrary_bytes_are_survived(&self) {
        self.try_all(&bodies::arbitrary().prop_map(Request::bare));
    }

    /// No change of a body that it knows makes it panic.
    pub fn mutated_bodies_are_survived(&self) {
        self.try_all(&select(self.requests.clone()).prop_flat_map(|request| {
            bodies::mutated(request.body.clone()).prop_map(move |body| request.with_body(body))
        }));
    }

    fn try_all(&self, requests: &impl Strategy<Value = Request>) {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let result = TestRunner::new(config).run(requests, |request| {
            drop(self.read_checked(&request));
            Ok(())
        });
        assert!(result.is_ok(), "{}: {result:?}", self.provider.slug());
    }
}

/// What this thread has used of a processor: the same on a busy machine as on an idle one.
fn processor_time() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    let parts = (u64::try_from(used.tv_sec), u32::try_from(used.tv_nsec));
    Duration::new(parts.0.unwrap_or_default(), parts.1.unwrap_or_default())
}
