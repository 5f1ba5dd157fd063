//! How the command ends.

use std::io::Write as _;
use std::process::ExitCode;

use hawkshaw_model::Printable;

/// It is done, and the answer is a hit.
const HIT: u8 = 1;
/// The arguments do not make sense.
const USAGE: u8 = 2;
/// The data are wrong.
const BAD_DATA: u8 = 3;
/// Something that was named cannot be read or written.
const UNAVAILABLE: u8 = 4;
/// Ctrl-C, as shells count it.
const INTERRUPTED: u8 = 130;
/// The fault is ours.
pub(crate) const BUG: u8 = 70;

/// Why the command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments do not make sense.
    Usage(anyhow::Error),
    /// The data are wrong.
    BadData(anyhow::Error),
    /// Something that was named cannot be read or written.
    Unavailable(anyhow::Error),
    /// A person stopped it. What was done until then stays.
    Interrupted(anyhow::Error),
    /// Whoever reads our output closed it: nothing more to say.
    OutputClosed,
    /// What was asked for is a hit, and whoever asked wants to be told so.
    Hit,
}

impl Failure {
    pub(crate) fn bad_data(error: impl Into<anyhow::Error>) -> Self {
        Self::BadData(error.into())
    }

    /// What is wrong, on one line.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Usage(error)
            | Self::BadData(error)
            | Self::Unavailable(error)
            | Self::Interrupted(error) => Printable(&error.to_string()).to_string(),
            Self::OutputClosed => "nobody reads the answer".to_owned(),
            Self::Hit => "it is a hit".to_owned(),
        }
    }

    /// Says what is wrong, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let (error, code) = match self {
            Self::Usage(error) => (error, USAGE),
            Self::BadData(error) => (error, BAD_DATA),
            Self::Unavailable(error) => (error, UNAVAILABLE),
            Self::Interrupted(error) => (error, INTERRUPTED),
            Self::OutputClosed => return ExitCode::SUCCESS,
            Self::Hit => return ExitCode::from(HIT),
        };
        let mut message = format!("error: {}", lines(&error.to_string()));
        for cause in error.chain().skip(1) {
            message.push_str(&format!("\n  because {}", lines(&cause.to_string())));
        }
        let _ = writeln!(std::io::stderr(), "{message}");
        ExitCode::from(code)
    }
}

/// Text of an error with control characters made visible; its own line breaks stay.
fn lines(text: &str) -> String {
    text.lines().map(whole).collect::<Vec<_>>().join("\n  ")
}

/// A line with its control characters made visible, however long it is: what was refused is
/// cut where it is put into a message, and the hint behind it must not be.
fn whole(line: &str) -> String {
    const PIECE_CHARACTERS: usize = 200;
    let characters: Vec<char> = line.chars().collect();
    let pieces = characters.chunks(PIECE_CHARACTERS);
    pieces.map(|piece| Printable(&String::from_iter(piece)).to_string()).collect()
}

/// Prints help, version or a complaint about the arguments.
pub(crate) fn of_usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
}

/// Makes a panic say that the fault is ours.
pub(crate) fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let _ = writeln!(
            std::io::stderr(),
            "error: this is a bug in hawkshaw, and no answer is better than a wrong one\n  \
             {panic}\n  \
             please report it with the command and, if you may share them, the files"
        );
    }));
}
