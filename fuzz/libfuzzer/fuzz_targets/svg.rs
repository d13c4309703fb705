//! `svg` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ptrust_fuzz::svg(bytes));
