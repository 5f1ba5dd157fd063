//! The answer for people.

use std::fmt::Write as _;

use hawkshaw_coinjoin::Verdict;
use hawkshaw_model::{Amount, Mix, MixClass};

use super::json::thousandths;
use super::{Entry, Sink};
use crate::exit::Failure;
use crate::screen;

/// Mixes that are listed; JSON has all.
const LISTED_MAX: usize = 200;

/// Sets of equal outputs that are shown of a mix.
const SETS_SHOWN: usize = 3;

/// Counts, and a list of what was found.
#[derive(Debug, Default)]
pub(super) struct Text {
    seen: u64,
    counts: [u64; MixClass::ALL.len()],
    /// What has all signs of a mix but for its scripts.
    resembling: u64,
    lines: String,
    listed: usize,
    left_out: usize,
}

impl Sink for Text {
    fn take(&mut self, entry: Entry<'_>) -> Result<(), Failure> {
        self.seen += 1;
        let Some(mix) = entry.verdict.as_mix() else { return Ok(()) };
        let class = MixClass::ALL.iter().position(|class| *class == mix.class);
        let is_listed = matches!(entry.verdict, Verdict::Mix(_));
        match class.and_then(|class| self.counts.get_mut(class)) {
            Some(count) if is_listed => *count += 1,
            _ => self.resembling += 1,
        }
        if self.listed == LISTED_MAX {
            self.left_out += 1;
            return Ok(());
        }
        self.listed += 1;
        let tx = entry.header.hash.map_or_else(String::new, |hash| hash.to_string());
        let _ = writeln!(
            self.lines,
            "  {:<20}  {tx:<64}  {:<13}  {:>10}  {:>4}  {:>4}  {:<24}  {}",
            entry.header.time.to_string(),
            if is_listed { mix.class.name() } else { "(Whirlpool)" },
            thousandths(mix.confidence),
            entry.inputs,
            entry.outputs,
            mix.rule,
            sets(mix)
        );
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        let found = self.counts.iter().sum::<u64>() + self.resembling;
        let mut text = format!("Looked at {} transactions.\n", self.seen);
        if found == 0 {
            text.push_str(
                "None of them has the shape of a mix of Whirlpool, Wasabi or JoinMarket. Mixes of \
                 other kinds, and services that mix behind closed doors, leave no such shape.\n",
            );
            return screen::answer(text.as_bytes());
        }
        for (class, count) in MixClass::ALL.iter().zip(self.counts) {
            let note = if class.is_mix() { "" } else { "  (prepares coins, mixes nothing)" };
            let _ = writeln!(text, "  {:<13}  {count:>8}{note}", class.name());
        }
        if self.resembling > 0 {
            let _ = writeln!(
                text,
                "  {:<13}  {:>8}  (Whirlpool but for the kinds of its scripts: of no class by the \
                 published definition; a trace stops there all the same)",
                "(Whirlpool)", self.resembling
            );
        }
        let _ = writeln!(text, "  {:<13}  {:>8}", "none", self.seen - found);
        let _ = writeln!(
            text,
            "\n  {:<20}  {:<64}  {:<13}  {:>10}  {:>4}  {:>4}  {:<24}  equal outputs",
            "time", "transaction", "class", "confidence", "in", "out", "rule"
        );
        text.push_str(&self.lines);
        if self.left_out > 0 {
            let _ = writeln!(text, "  and {} more: see --json", self.left_out);
        }
        text.push_str(
            "\nA class is an inference. Which input of a mix paid which of its equal outputs cannot \
             be told\nfrom amounts; outputs with an amount of their own can often be tied to \
             inputs. See docs/coinjoin.md.\n",
        );
        screen::answer(text.as_bytes())
    }
}

/// The largest sets of equal outputs: `8 x 0.05, 2 x 0.1`.
fn sets(mix: &Mix) -> String {
    const BITCOIN_DECIMALS: u8 = 8;
    let shown = mix.equal.iter().take(SETS_SHOWN).map(|(amount, count)| {
        format!("{count} x {}", Amount::from(*amount).to_units(BITCOIN_DECIMALS))
    });
    let mut shown: Vec<String> = shown.collect();
    match mix.equal.len().saturating_sub(SETS_SHOWN) {
        0 => {}
        1 => shown.push("1 more set".to_owned()),
        more => shown.push(format!("{more} more sets")),
    }
    shown.join(", ")
}
