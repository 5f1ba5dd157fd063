//! Which transaction spends an output, and which outputs an account was paid.

use hawkshaw_model::{AccountIx, OutputIx, TxIx};

use crate::segment::{OutputSegment, Segment};

/// An index over the UTXO chains of a ledger in memory: 8 bytes an output for who spends it, and
/// 8 for whose it is.
#[derive(Debug)]
pub(crate) struct Spending {
    /// The transaction that spends each output, or [`NOBODY`].
    spenders: Vec<u64>,
    /// Where the outputs of each account begin, and behind the last where they end.
    starts: Vec<usize>,
    /// The outputs of the accounts, in order of creation.
    outputs: Vec<u64>,
}

/// No transaction spends it.
const NOBODY: u64 = u64::MAX;

impl Spending {
    /// Indexes the UTXO chains among some segments.
    pub(crate) fn new(segments: &[Segment], accounts: usize, outputs: usize) -> Self {
        let mut spenders = vec![NOBODY; outputs];
        let mut starts = vec![0usize; accounts + 1];
        for leg in legs(segments) {
            if leg.is_input {
                if let Some(spender) = spenders.get_mut(place(leg.output)) {
                    *spender = leg.tx;
                }
            } else if let Some(start) = starts.get_mut(place(u64::from(leg.holder)) + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut outputs = vec![0; sum];
        for leg in legs(segments).filter(|leg| !leg.is_input && leg.holder != AccountIx::NONE) {
            let at = &mut next[place(u64::from(leg.holder))];
            outputs[*at] = leg.output;
            *at += 1;
        }
        Self { spenders, starts, outputs }
    }

    /// The transaction that spends an output.
    pub(crate) fn spender(&self, output: OutputIx) -> Option<TxIx> {
        let spender = *self.spenders.get(place(output.0))?;
        (spender != NOBODY).then_some(TxIx(spender))
    }

    /// The outputs that an account was paid.
    pub(crate) fn outputs_of(&self, account: AccountIx) -> impl Iterator<Item = OutputIx> + '_ {
        let at = place(u64::from(account.0));
        let range = self.starts.get(at).zip(self.starts.get(at.saturating_add(1)));
        let outputs = range.and_then(|(first, end)| self.outputs.get(*first..*end));
        outputs.unwrap_or_default().iter().map(|output| OutputIx(*output))
    }
}

struct Leg {
    tx: u64,
    output: u64,
    holder: u32,
    is_input: bool,
}

fn legs(segments: &[Segment]) -> impl Iterator<Item = Leg> + '_ {
    segments.iter().filter_map(Segment::as_outputs).flat_map(legs_of)
}

fn legs_of(segment: &OutputSegment) -> impl Iterator<Item = Leg> + '_ {
    let bounds = segment.tx_rows.windows(2).zip(&segment.tx_outputs);
    (segment.tx_first..).zip(bounds).flat_map(move |(tx, (rows, middle))| {
        (rows[0]..rows[1]).map(move |row| {
            let at = place(u64::from(row));
            let (output, holder) = (segment.outputs[at], segment.holders[at]);
            Leg { tx, output, holder, is_input: row < *middle }
        })
    })
}

/// A number of something that is held in memory, as an index into it.
fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX - 1)
}
