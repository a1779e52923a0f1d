//! The parser of `cloudwatch`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| watchbell_fuzz::parser("cloudwatch", input));
