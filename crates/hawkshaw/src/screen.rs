//! What goes to the terminal: the answer to standard output, talk to standard error.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use hawkshaw_model::Printable;
use indicatif::{ProgressBar, ProgressStyle};

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

/// How far long work is: a bar for a person, a line now and then for a log.
#[derive(Debug)]
pub(crate) struct Meter {
    shown: Shown,
    what: &'static str,
}

#[derive(Debug)]
enum Shown {
    Nothing,
    Bar(ProgressBar),
    /// When the last line was written.
    Lines(Cell<Instant>),
}

impl Meter {
    /// Time between two lines of a log.
    const LINE_EVERY: Duration = Duration::from_secs(30);

    /// A meter of bytes.
    pub(crate) fn bytes(quiet: bool, what: &'static str) -> Self {
        Self::new(
            quiet,
            what,
            "{spinner} {prefix} {bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left {msg}",
        )
    }

    /// A meter of rows.
    pub(crate) fn rows(quiet: bool, what: &'static str) -> Self {
        Self::new(quiet, what, "{spinner} {prefix} {bar:30} {percent} %, {eta} left {msg}")
    }

    fn new(quiet: bool, what: &'static str, template: &str) -> Self {
        if quiet {
            return Self { shown: Shown::Nothing, what };
        }
        if !std::io::stderr().is_terminal() {
            return Self { shown: Shown::Lines(Cell::new(Instant::now())), what };
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { shown: Shown::Bar(bar), what }
    }

    /// So much of so much is done.
    pub(crate) fn at(&self, done: u64, total: u64) {
        self.with(done, total, String::new);
    }

    /// So much of so much is done, and something else to say about it.
    pub(crate) fn with(&self, done: u64, total: u64, more: impl FnOnce() -> String) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
                bar.set_message(more());
            }
            Shown::Lines(last) => {
                if last.get().elapsed() >= Self::LINE_EVERY {
                    last.set(Instant::now());
                    let percent = u128::from(done) * 100 / u128::from(total.max(1));
                    say(false, format!("{}: {percent} % {}", self.what, more()).trim_end());
                }
            }
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

/// A flag that Ctrl-C sets. The second time ends at once: what is stored stays whole.
pub(crate) fn interrupt() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        let again = Arc::clone(&flag);
        signal_hook::flag::register_conditional_shutdown(signal, 130, again)
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&flag)))
            .context("cannot listen for Ctrl-C")
            .map_err(Failure::Unavailable)?;
    }
    Ok(flag)
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
