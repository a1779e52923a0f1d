//! The parser of `alertmanager`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| watchbell_fuzz::parser("alertmanager", input));
