//! The parser of `sentry`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| watchbell_fuzz::parser("sentry", input));
