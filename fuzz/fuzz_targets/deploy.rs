//! What pipelines and GitHub tell of deploys.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| watchbell_fuzz::deploy(input));
