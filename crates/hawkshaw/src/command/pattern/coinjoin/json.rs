//! The answer for programs, schema `hawkshaw.coinjoin/1`.

use std::fmt::Write as _;

use hawkshaw_coinjoin::Verdict;

use super::{Entry, Sink};
use crate::exit::Failure;
use crate::screen;

/// Text that is gathered before it is written.
const BUFFER_BYTES: usize = 1 << 20;

/// JSON that is written as it comes: a store has more transactions than fit in memory.
#[derive(Debug, Default)]
pub(super) struct Json {
    text: String,
    has_begun: bool,
}

const HEAD: &str = "{\"schema\":\"hawkshaw.coinjoin/1\",\"transactions\":[";

impl Sink for Json {
    fn take(&mut self, entry: Entry<'_>) -> Result<(), Failure> {
        self.text.push_str(if self.has_begun { ",\n" } else { HEAD });
        if !self.has_begun {
            self.text.push('\n');
        }
        self.has_begun = true;
        write_entry(&mut self.text, &entry);
        if self.text.len() >= BUFFER_BYTES {
            screen::answer(self.text.as_bytes())?;
            self.text.clear();
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        if !self.has_begun {
            self.text.push_str(HEAD);
        }
        self.text.push_str("]}\n");
        screen::answer(self.text.as_bytes())
    }
}

/// Writes an entry. Nothing in it can hold a character that JSON escapes: identifiers of chains
/// are checked, and all else is digits and words of ours.
fn write_entry(text: &mut String, entry: &Entry<'_>) {
    let tx = entry.header.hash.map_or_else(String::new, |hash| hash.to_string());
    let verdict = &entry.verdict;
    let _ = write!(
        text,
        "{{\"chain\":\"{}\",\"tx\":\"{tx}\",\"class\":\"{}\",\"confidence\":{},\"rule\":\"{}\"",
        entry.chain.id.as_str(),
        verdict.class(),
        thousandths(verdict.confidence()),
        verdict.rule()
    );
    if let Some(point) = entry.header.point {
        let _ = write!(text, ",\"height\":{},\"tx_index\":{}", point.height, point.tx_index);
    }
    let _ = write!(
        text,
        ",\"time\":{},\"inputs\":{},\"outputs\":{}",
        entry.header.time.to_unix(),
        entry.inputs,
        entry.outputs
    );
    if let Verdict::Resembles(mix) = verdict {
        let _ = write!(text, ",\"resembles\":\"{}\"", mix.class);
    }
    if let Some(mix) = verdict.as_mix() {
        let sets = mix.equal.iter();
        let sets =
            sets.map(|(amount, count)| format!("{{\"amount\":\"{amount}\",\"outputs\":{count}}}"));
        let _ = write!(text, ",\"equal_outputs\":[{}]", sets.collect::<Vec<_>>().join(","));
    }
    text.push('}');
}

/// A number of thousandths as a decimal fraction.
pub(super) fn thousandths(number: u16) -> String {
    format!("{}.{:03}", number / 1_000, number % 1_000)
}
