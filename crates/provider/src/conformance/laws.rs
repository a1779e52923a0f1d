//! The laws.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use watchbell_model::{Action, Secret};

use super::{Subject, bodies, context, json};
use crate::{GuideContext, Item, MAX_ALERTS, Proof, ReadError, SettingKind};

/// Bodies that a property is tried with.
const CASES: u32 = 512;
/// What takes the place of a value, to be replaced by something that is not JSON.
const MARK: &str = "\"zz mark\"";

impl Subject<'_> {
    /// The samples' bodies as JSON; a sample in another form is left out.
    fn json_samples(&self) -> Vec<Value> {
        self.samples.iter().filter_map(|sample| serde_json::from_str(&sample.body).ok()).collect()
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
        for (level, action) in provider.levels() {
            assert!(!level.is_empty() && level.to_lowercase() == *level, "{level}");
            assert!(levels.insert(level), "{level} twice");
            assert_eq!(provider.level_action(&level.to_uppercase()), Some(*action));
        }
        assert_eq!(provider.level_action("zz unknown level"), None);

        let mut settings = HashSet::new();
        for setting in provider.settings() {
            assert!(is_word(setting.key, b'_') && settings.insert(setting.key), "{setting:?}");
            assert!(!setting.label.is_empty() && !setting.help.is_empty(), "{setting:?}");
            assert!(match setting.kind {
                SettingKind::Flag => ["true", "false"].contains(&setting.default),
                SettingKind::Choice(words) => words.contains(&setting.default),
                SettingKind::Seconds =>
                    setting.default.is_empty() || setting.default.parse::<u32>().is_ok(),
                SettingKind::Text => true,
            });
        }
        if let Proof::TimestampedHmac(proof) = provider.proof() {
            assert!(!proof.headers.is_empty() && proof.max_age_s > 0 && proof.max_ahead_s >= 0);
            for pair in proof.headers {
                assert!(is_word(pair.signature, b'-') && is_word(pair.timestamp, b'-'), "{pair:?}");
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
            let received = self.read_checked(sample.body.as_bytes()).unwrap();
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
            let received = samples.iter().map(|s| self.read(s.body.as_bytes()).unwrap());
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
        for body in &self.bodies {
            assert_eq!(self.read(body), self.read(body));
        }
    }

    /// Every result keeps the bounds of the model.
    pub fn what_is_read_keeps_its_bounds(&self) {
        for body in &self.bodies {
            drop(self.read_checked(body));
        }
    }

    /// A field that nobody knows changes nothing. Where a person wrote the body, a warning names
    /// it.
    pub fn unknown_fields_are_read(&self) {
        for sample in self.json_samples() {
            let plain = self.read(sample.to_string().as_bytes()).unwrap();
            let added = json::with_unknown_field(&sample).unwrap_or_else(|| sample.clone());
            let received = self.read_checked(added.to_string().as_bytes()).unwrap();
            assert_eq!(received.items, plain.items);
            if self.is_strict() && added != sample {
                let named = |warning: &String| warning.contains(json::UNKNOWN_FIELD);
                assert!(received.warnings.iter().any(named), "{:?}", received.warnings);
            } else if !self.is_strict() {
                for added in json::with_each_node(&sample, &json::with_unknown_field) {
                    let received = self.read_checked(added.to_string().as_bytes()).unwrap();
                    assert_eq!(received.items.len(), plain.items.len(), "{added}");
                }
            }
        }
    }

    /// A word that nobody knows, in any place, is still read from a tool; a person is told.
    pub fn unknown_words_are_read(&self) {
        let change = |value: &Value| value.is_string().then(|| "zz unknown word".into());
        for sample in self.json_samples() {
            for changed in json::with_each_node(&sample, &change) {
                let result = self.read_checked(changed.to_string().as_bytes());
                match result {
                    Err(ReadError::Invalid { .. }) if self.is_strict() => {}
                    other => assert!(other.is_ok(), "{changed}: {other:?}"),
                }
            }
        }
    }

    /// JSON that ends early is an error.
    pub fn truncated_bodies_are_errors(&self) {
        for body in &self.bodies {
            let body = body.trim_ascii_end();
            let is_json = serde_json::from_slice::<Value>(body)
                .is_ok_and(|value| value.is_object() || value.is_array());
            let step = body.len().div_ceil(2_000).max(1);
            for end in (0..body.len()).step_by(step) {
                let result = self.read_checked(body.get(..end).unwrap());
                assert!(!is_json || result.is_err(), "cut at {end}: {result:?}");
            }
        }
    }

    /// Bodies of every wrong form, alone and in the place of each value.
    pub fn hostile_bodies_are_survived(&self) {
        for (what, body) in bodies::hostile() {
            let result = self.read_checked(&body);
            assert!(result.is_err() || body == b"[]", "{what}: {result:?}");
        }
        let mark = |_: &Value| Some("zz mark".into());
        for marked in self.json_samples().iter().flat_map(|s| json::with_each_node(s, &mark)) {
            let (before, after) = marked.to_string().split_once(MARK).map_or_else(
                || unreachable!("marked"),
                |(before, after)| (before.to_owned(), after.to_owned()),
            );
            for token in bodies::TOKENS {
                drop(self.read_checked(format!("{before}{token}{after}").as_bytes()));
                drop(self.read_checked(format!("{before}\"{token}\"{after}").as_bytes()));
            }
            // The key once more: whatever comes of it, no panic and no half result.
            let doubled =
                format!("{before}{MARK}{after}").replace('}', ",\"title\":1,\"title\":2}");
            drop(self.read_checked(doubled.as_bytes()));
        }
    }

    /// A hundred thousand brackets neither overflow the stack nor pass, wherever they stand.
    pub fn deep_nesting_is_survived(&self) {
        let deep = |open: &str| open.repeat(100_000);
        for open in ["[", "{\"a\":", "{\"alerts\":[", "[{\"title\":"] {
            assert!(self.read_checked(deep(open).as_bytes()).is_err());
        }
        let balanced = format!("{}{}", deep("["), deep("]"));
        assert!(self.read_checked(balanced.as_bytes()).is_err());
        let mark = |_: &Value| Some("zz mark".into());
        if let Some(sample) = self.json_samples().first() {
            for marked in json::with_each_node(sample, &mark) {
                let text = marked.to_string();
                assert!(self.read_checked(text.replace(MARK, &deep("[")).as_bytes()).is_err());
                drop(self.read_checked(text.replace(MARK, &balanced).as_bytes()));
            }
        }
    }

    /// More alerts than the limit, in any list, are an error rather than a part of them.
    pub fn too_many_alerts_are_refused(&self) {
        for sample in self.json_samples() {
            let many = |value: &Value| json::with_many_entries(value, MAX_ALERTS + 1);
            let mut grown = json::with_each_node(&sample, &many);
            grown.extend(many(&Value::Array(vec![sample])));
            for body in grown {
                match self.read_checked(body.to_string().as_bytes()) {
                    Ok(received) => assert!(received.items.len() <= MAX_ALERTS),
                    Err(ReadError::TooManyAlerts { found }) => assert_eq!(found, MAX_ALERTS + 1),
                    Err(_) => {}
                }
            }
        }
    }

    /// The same object written in another order is the same.
    pub fn the_order_of_keys_changes_nothing(&self) {
        let fixtures = self.bodies.iter().filter_map(|body| serde_json::from_slice(body).ok());
        for value in fixtures.collect::<Vec<Value>>() {
            let rising = self.read(value.to_string().as_bytes());
            let falling = self.read(json::with_reversed_keys(&value).as_bytes());
            assert_eq!(rising.ok().map(|r| r.items), falling.ok().map(|r| r.items));
        }
    }

    /// Eight times the size must not take forty times as long: generous for a busy machine, yet
    /// less than the sixty-four times of work that grows with the square.
    pub fn time_is_linear(&self) {
        const SLACK: Duration = Duration::from_millis(20);
        let Some(sample) = self.json_samples().into_iter().next() else {
            return;
        };
        let fastest = |body: &Value| {
            let body = body.to_string();
            let runs = (0..5).map(|_| {
                let begun = Instant::now();
                drop(self.read(body.as_bytes()));
                begun.elapsed()
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
        self.try_all(&bodies::arbitrary());
    }

    /// No change of a body that it knows makes it panic.
    pub fn mutated_bodies_are_survived(&self) {
        self.try_all(&bodies::mutated(self.bodies.clone()));
    }

    fn try_all(&self, bodies: &impl proptest::strategy::Strategy<Value = Vec<u8>>) {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let result = TestRunner::new(config).run(bodies, |body| {
            drop(self.read_checked(&body));
            Ok(())
        });
        assert!(result.is_ok(), "{}: {result:?}", self.provider.slug());
    }
}
