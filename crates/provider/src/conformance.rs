//! The suite that every provider runs: one line in its tests, see [`conformance!`].
//!
//! Each law is a function of its own, so that a failure names what was broken. A law fails by
//! panicking.
//!
//! [`conformance!`]: crate::conformance!

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a law of a test suite fails by panicking"
)]

mod bodies;
mod embedding;
mod example;
mod json;
mod laws;
mod origins;
mod sound;

use std::fs;
use std::path::{Path, PathBuf};

use watchbell_model::{Delivery, Headers};

use crate::{Options, Provider, ReadError, Received, Sample, SampleContext, ServicePolicy};

pub use crate::show;
pub use embedding::brings_only;
pub use example::print_what_is_read;

/// Makes a module `conformance` with one test for each law. The second argument is the folder of
/// the provider's fixtures, from the crate's own folder; each file in it is one body.
///
/// ```text
/// watchbell_provider::conformance!(Alertmanager, "../../tests/fixtures/alertmanager");
/// ```
#[macro_export]
macro_rules! conformance {
    ($provider:expr, $fixtures:literal) => {
        mod conformance {
            #[allow(
                unused_imports,
                clippy::allow_attributes,
                reason = "the expression may be a full path"
            )]
            use super::*;
            use $crate::conformance::Subject;

            fn subject() -> Subject<'static> {
                Subject::new(&$provider, concat!(env!("CARGO_MANIFEST_DIR"), "/", $fixtures))
            }

            $crate::conformance!(@laws
                names_are_well_formed
                samples_read_and_the_first_triggers
                a_nonce_makes_a_problem_of_its_own
                reading_twice_is_equal
                what_is_read_keeps_its_bounds
                every_field_comes_from_a_place
                unknown_fields_are_read
                unknown_words_are_read
                truncated_bodies_are_errors
                hostile_bodies_are_survived
                deep_nesting_is_survived
                too_many_alerts_are_refused
                the_order_of_keys_changes_nothing
                time_is_linear
                arbitrary_bytes_are_survived
                mutated_bodies_are_survived
            );
        }
    };
    (@laws $($law:ident)*) => {
        $(#[test] fn $law() { subject().$law(); })*
    };
}

/// A provider with the bodies that it is tested with.
#[derive(Debug)]
pub struct Subject<'a> {
    provider: &'a dyn Provider,
    samples: Vec<Sample>,
    /// All samples and fixtures.
    requests: Vec<Request>,
}

/// A body with the headers that it comes with.
#[derive(Debug, Clone)]
struct Request {
    headers: Headers,
    body: Vec<u8>,
}

impl Request {
    fn of_sample(sample: &Sample) -> Self {
        let headers = sample.headers.iter().map(|(name, value)| (*name, value.as_str()));
        Self { headers: Headers::new(headers), body: sample.body.clone().into_bytes() }
    }

    /// A body without headers.
    fn bare(body: impl Into<Vec<u8>>) -> Self {
        Self { headers: Headers::default(), body: body.into() }
    }

    /// The same request with another body.
    fn with_body(&self, body: impl Into<Vec<u8>>) -> Self {
        Self { headers: self.headers.clone(), body: body.into() }
    }
}

impl<'a> Subject<'a> {
    /// The provider with its samples and every file of the folder `fixtures`, each as [`fixture`]
    /// reads it; `*.md` and `*.headers` apart.
    pub fn new(provider: &'a dyn Provider, fixtures: impl AsRef<Path>) -> Self {
        let mut files: Vec<_> =
            fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
        let is_body = |file: &PathBuf| {
            file.extension().is_none_or(|extension| extension != "md" && extension != "headers")
        };
        files.retain(is_body);
        files.sort();
        assert!(!files.is_empty(), "no fixtures");
        let samples = provider.samples(&context("n1"));
        let fixtures = files.iter().map(|file| {
            let (headers, body) = fixture(file);
            Request { headers, body }
        });
        let requests = samples.iter().map(Request::of_sample).chain(fixtures).collect();
        Self { provider, samples, requests }
    }

    /// Whether a person wrote the body and should see every mistake at once.
    fn is_strict(&self) -> bool {
        self.provider.service_policy() == ServicePolicy::AnyActive
    }

    /// What reading `request` gives.
    fn read(&self, request: &Request) -> Result<Received, ReadError> {
        read_with(self.provider, &request.body, request.headers.clone())
    }

    /// Reads twice, compares, checks the bounds, and gives the result.
    fn read_checked(&self, request: &Request) -> Result<Received, ReadError> {
        let result = self.read(request);
        assert_eq!(result, self.read(request), "read differently the second time");
        sound::check(&result);
        result
    }
}

/// Fails if something that was read is not within the model's bounds, which every store relies on.
pub fn keeps_its_bounds(result: &Result<Received, ReadError>) {
    sound::check(result);
}

/// What `provider` reads in `body`, with default options and without headers: for tests.
///
/// # Errors
/// As [`Provider::read`].
pub fn read(provider: &dyn Provider, body: &[u8]) -> Result<Received, ReadError> {
    read_with(provider, body, Headers::default())
}

/// As [`read`], with headers.
///
/// # Errors
/// As [`Provider::read`].
pub fn read_with(
    provider: &dyn Provider,
    body: &[u8],
    headers: Headers,
) -> Result<Received, ReadError> {
    read_options(provider, body, headers, &Options::none())
}

/// As [`read_with`], with settings.
///
/// # Errors
/// As [`Provider::read`].
pub fn read_options(
    provider: &dyn Provider,
    body: &[u8],
    headers: Headers,
    options: &Options<'_>,
) -> Result<Received, ReadError> {
    let delivery = Delivery {
        id: "dlv_00000000000000000000000000000000".parse().unwrap(),
        received_at: "2026-11-21T12:00:00Z".parse().unwrap(),
        headers,
        body: body.to_vec(),
    };
    provider.read(&delivery, options)
}

/// The headers and the body of a recorded request: `file`, and beside it, where headers matter, a
/// file of the same name that ends in `.headers` with a line `name: value` for each.
pub fn fixture(file: &Path) -> (Headers, Vec<u8>) {
    let headers = fs::read_to_string(file.with_extension("headers")).unwrap_or_default();
    let headers = headers.lines().filter(|line| !line.trim().is_empty()).map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.trim(), value.trim())
    });
    (Headers::new(headers), fs::read(file).unwrap())
}

/// A context for samples with this nonce.
fn context(nonce: &str) -> SampleContext {
    SampleContext {
        service_key: "SER-00001".to_owned(),
        now: "2026-11-21T12:00:00Z".parse().unwrap(),
        nonce: nonce.to_owned(),
    }
}
