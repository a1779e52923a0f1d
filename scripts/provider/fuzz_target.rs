//! The parser of `newsender`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| watchbell_fuzz::parser("newsender", input));
