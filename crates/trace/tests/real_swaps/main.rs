//! Real swaps and flash loans from `../shared/data`: what is netted and followed is checked
//! against an independent reading of the same calls and logs. Without the folder the tests say
//! so and pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod calls;
mod logs;
mod moved;

use std::path::{Path, PathBuf};

#[expect(clippy::print_stderr, reason = "a test that is left out has to say so")]
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not in ../shared/data");
    None
}

/// The number of a word of 32 bytes in hex.
fn word(hex: &str, at: usize) -> alloy_primitives::U256 {
    let digits = hex.trim_start_matches("0x");
    let text = digits.get(at * 64..at * 64 + 64).unwrap_or("0");
    alloy_primitives::U256::from_str_radix(text, 16).unwrap()
}

/// The address in a word of 32 bytes in hex.
fn address(hex: &str, at: usize) -> String {
    let digits = hex.trim_start_matches("0x");
    format!("0x{}", digits.get(at * 64 + 24..at * 64 + 64).unwrap_or_default())
}
