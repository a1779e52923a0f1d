//! The parser of `custom`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| watchbell_fuzz::parser("custom", input));
