//! What goes to the terminal: the answer to standard output, talk to standard error.

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::time::Duration;

use hawkshaw_model::Printable;
use indicatif::ProgressBar;

use crate::exit::Failure;

/// Writes the answer.
pub(crate) fn answer(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::OutputClosed,
        _ => Failure::Unavailable(anyhow::Error::new(error).context("cannot write the answer")),
    })
}

/// JSON that keeps every character of a label and in which none acts on a screen: those that
/// would are written as escapes.
pub(crate) fn visible(json: &str) -> String {
    let mut text = String::new();
    for c in json.chars() {
        let shown = |c: char| Printable(c.encode_utf8(&mut [0; 4])).to_string().starts_with(c);
        if c.is_ascii() || shown(c) {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

/// Says something beside the answer.
pub(crate) fn say(quiet: bool, text: &str) {
    if !quiet {
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}

/// What is being done, shown while it lasts and only to a person.
#[derive(Debug)]
pub(crate) struct Activity(Option<ProgressBar>);

impl Activity {
    pub(crate) fn start(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(Some(bar))
    }

    pub(crate) fn now(&self, text: &str) {
        if let Some(bar) = &self.0 {
            bar.set_message(text.to_owned());
        }
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// Whether the answer may be coloured.
pub(crate) fn is_colourful() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stdout().is_terminal() && !refused
}

/// How many characters fit on a line of the answer.
pub(crate) fn width() -> u16 {
    const WITHOUT_TERMINAL: u16 = 120;
    const WIDEST: u16 = 160;
    if !std::io::stdout().is_terminal() {
        return WITHOUT_TERMINAL;
    }
    let (_, columns) = console::Term::stdout().size();
    columns.min(WIDEST)
}
