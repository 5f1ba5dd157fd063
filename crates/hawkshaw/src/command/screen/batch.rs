//! Screening of files of any length: several threads, answers in the order of the lines, memory
//! for a piece of the file.

use std::fmt::Write as _;
use std::io::BufRead;

use anyhow::Context as _;
use hawkshaw_attribution::is_token;
use hawkshaw_model::Printable;
use hawkshaw_screening::{Answer, Match, Query, Screener};

use super::counts::Counts;
use super::lines::{self, Asked, Columns, Line};
use crate::exit::Failure;
use crate::screen::{self, Meter};

/// Matches that a line for people names.
const MATCHES_SHOWN: usize = 3;

/// In which form answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One line of JSON each.
    JsonLines,
    /// One line for people each.
    Lines,
}

/// What is asked of every line.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    pub(super) screener: &'a Screener,
    pub(super) asked: &'a Query,
    pub(super) form: Form,
}

impl Batch<'_> {
    /// Answers every line of an input.
    pub(super) fn run(
        &self,
        mut input: impl BufRead,
        length: Option<u64>,
        meter: &Meter,
        counts: &mut Counts,
    ) -> Result<(), Failure> {
        let mut done = 0;
        let mut columns = None;
        loop {
            let next = lines::next(&mut input).context("cannot read the addresses");
            let (piece, bytes) = next.map_err(Failure::Unavailable)?;
            if piece.is_empty() {
                return Ok(());
            }
            let mut lines = piece.as_slice();
            let columns = *columns.get_or_insert_with(|| {
                let named = lines.first().and_then(Columns::named);
                if named.is_some() {
                    lines = lines.get(1..).unwrap_or_default();
                    counts.left_out += 1;
                }
                named.unwrap_or_default()
            });
            for (text, of_part) in self.piece(lines, columns)? {
                counts.merge(&of_part);
                screen::answer(text.as_bytes())?;
            }
            done += bytes;
            meter.with(done, length.unwrap_or(done), || format!("{} addresses", counts.all));
        }
    }

    /// Answers some lines, several at once.
    fn piece(&self, lines: &[Line], columns: Columns) -> Result<Vec<(String, Counts)>, Failure> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let size = lines.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let parts = lines.chunks(size);
            let threads: Vec<_> =
                parts.map(|part| scope.spawn(move || self.part(part, columns))).collect();
            let answers = threads.into_iter().map(|thread| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            answers.collect()
        })
    }

    fn part(&self, lines: &[Line], columns: Columns) -> Result<(String, Counts), Failure> {
        let mut counts = Counts::default();
        let mut text = String::new();
        for line in lines {
            let answer = match line.asked(columns) {
                Asked::Nothing => {
                    counts.left_out += 1;
                    continue;
                }
                Asked::Address(address, chain) => {
                    let chain = chain.or_else(|| self.asked.chain.clone());
                    let query = Query { address, chain, ..self.asked.clone() };
                    self.screener.screen(&query).map_err(Failure::bad_data)?
                }
                Asked::On(address, name) => {
                    let chain = self.screener.chain_named(&name);
                    let query = Query { address, chain, ..self.asked.clone() };
                    // A token says nothing of the chain: the form of the address does.
                    match query.chain.is_some() || is_token(&name) {
                        true => self.screener.screen(&query).map_err(Failure::bad_data)?,
                        false => {
                            let reason = format!("`{}` is the name of no chain", Printable(&name));
                            self.screener.invalid(&query, &reason)
                        }
                    }
                }
                Asked::Invalid(address, reason) => {
                    let query = Query { address, ..self.asked.clone() };
                    self.screener.invalid(&query, &reason)
                }
            };
            counts.add(&answer);
            match self.form {
                Form::JsonLines => text.push_str(&json_line(&answer)),
                Form::Lines => line_for_people(&mut text, &answer),
            }
        }
        Ok((text, counts))
    }
}

/// An answer as a line of JSON, in which no character acts on a screen.
pub(super) fn json_line(answer: &Answer) -> String {
    let mut json = answer.to_json_text();
    if !json.is_ascii() || json.contains('\u{7f}') {
        json = screen::visible(&json);
    }
    json.push('\n');
    json
}

/// An answer as a line: status, action, address, and what is known in short.
fn line_for_people(text: &mut String, answer: &Answer) {
    let shown = answer.shown();
    let action = answer.decision.action;
    let _ = write!(text, "{:<11} {:<6} {shown}", answer.status.as_str(), action.as_str());
    for found in answer.matches.iter().take(MATCHES_SHOWN) {
        let (category, name) = match found {
            Match::Listed(listing) => (listing.category, &*listing.label),
            Match::Exposed { entry, .. } => {
                (entry.category, entry.source.as_ref().map_or("several", |source| &source.name))
            }
        };
        let _ = write!(text, "  {category}: {}", Printable(name));
    }
    if answer.matches.len() > MATCHES_SHOWN {
        let _ = write!(text, "  and {} more", answer.matches.len() - MATCHES_SHOWN);
    }
    if answer.matches.is_empty() {
        for note in answer.notes.iter().take(1) {
            let _ = write!(text, "  {}", Printable(note));
        }
    }
    text.push('\n');
}
