//! What the service says to whoever runs it: lines on standard error.
//!
//! No address and no key that was asked with is ever written here.

use std::io::Write as _;

use hawkshaw_model::Printable;

use crate::clock;

/// Something happened.
pub(crate) fn info(text: &str) {
    line("info", text);
}

/// Something went wrong that a person should know of.
pub(crate) fn error(text: &str) {
    line("error", text);
}

fn line(level: &str, text: &str) {
    let text = text.lines().map(|part| Printable(part).to_string()).collect::<Vec<_>>().join(" ");
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{} {level}: {text}", clock::now());
}
