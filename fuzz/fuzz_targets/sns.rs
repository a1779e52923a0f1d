//! The envelope of the notification service and the text that is signed of it.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| watchbell_fuzz::sns(input));
