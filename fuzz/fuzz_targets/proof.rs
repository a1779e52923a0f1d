//! Signatures with a shared secret.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| watchbell_fuzz::proof(input));
