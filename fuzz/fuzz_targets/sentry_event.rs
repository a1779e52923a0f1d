//! Events of Sentry's, as a webhook or its API brings them.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| watchbell_fuzz::sentry_event(input));
