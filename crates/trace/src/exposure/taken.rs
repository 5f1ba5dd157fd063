//! What was taken from its holders: movements that cases name as thefts.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U256;
use hawkshaw_model::{AssetIx, Case, CoverageClaim, Ledger, OutputIx, ReadError, Timestamp, TxIx};

use crate::engine::{Failure, refusal};
use crate::options::TraceError;
use crate::replay::thefts::{Finding, Gain, Thefts};
use crate::replay::{chain_of, end_of};

/// Where each chain is no longer looked at.
pub(super) struct Ends(BTreeMap<u64, u64>);

impl Ends {
    pub(super) fn of(ledger: &dyn Ledger, until: Option<Timestamp>) -> Result<Self, ReadError> {
        let mut ends = BTreeMap::new();
        for chain in ledger.chains() {
            ends.insert(chain.txs.start, end_of(ledger, chain, until)?.0);
        }
        Ok(Self(ends))
    }

    /// Whether a transaction is looked at.
    pub(super) fn is_before(&self, ledger: &dyn Ledger, tx: TxIx) -> bool {
        let end = chain_of(ledger, tx).and_then(|chain| self.0.get(&chain.txs.start));
        end.is_some_and(|end| tx.0 < *end)
    }
}

/// Movements that cases name as thefts. Who is robbed pays nobody: such a movement is no payment
/// of his, whoever gained it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    gains: BTreeMap<u64, BTreeSet<Gain>>,
    outputs: BTreeMap<u64, BTreeSet<u64>>,
    /// Whether the ledger is told backwards: then the thief pays it back.
    is_backwards: bool,
}

impl Taken {
    /// Finds what cases name, before a time. What a ledger does not hold is left out: a run that
    /// follows the case says so.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged where it is read.
    pub fn find<'c>(
        ledger: &dyn Ledger,
        cases: impl IntoIterator<Item = &'c Case>,
        until: Option<Timestamp>,
    ) -> Result<Self, ReadError> {
        let mut taken = Self::default();
        for case in cases {
            // Entry by entry: one that is missing says nothing of the others.
            for entry in &case.stolen {
                let mut alone = Case::of_nothing(CoverageClaim::Everything);
                alone.stolen.push(entry.clone());
                match Self::of_case(ledger, &alone, until) {
                    Ok(found) => taken.add(found),
                    Err(TraceError::Ledger(error)) => return Err(error),
                    Err(_) => {}
                }
            }
        }
        Ok(taken)
    }

    /// Finds what one case names, before a time.
    ///
    /// # Errors
    ///
    /// When anything that it names is not in the ledger, so that the case is not followed.
    pub fn of_case(
        ledger: &dyn Ledger,
        case: &Case,
        until: Option<Timestamp>,
    ) -> Result<Self, TraceError> {
        let ends = Ends::of(ledger, until)?;
        let is_looked_at = |tx: TxIx| ends.is_before(ledger, tx);
        let found = Thefts::find::<U256>(ledger, case, &is_looked_at);
        let found = found.map_err(|finding| match finding {
            Finding::Refused(error) => error,
            Finding::Halted(halt) => refusal(ledger, Failure::Halted(halt)),
        })?;
        let Thefts { gains, outputs, .. } = found;
        Ok(Self { gains, outputs, is_backwards: false })
    }

    fn add(&mut self, found: Self) {
        for (tx, gains) in found.gains {
            self.gains.entry(tx).or_default().extend(gains);
        }
        for (tx, outputs) in found.outputs {
            self.outputs.entry(tx).or_default().extend(outputs);
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.gains.is_empty() && self.outputs.is_empty()
    }

    /// The same in a ledger told backwards, where transactions have other numbers.
    #[must_use]
    pub fn backwards(&self, turned: impl Fn(TxIx) -> TxIx) -> Self {
        let number = |tx: u64| turned(TxIx(tx)).0;
        Self {
            gains: self.gains.iter().map(|(tx, gains)| (number(*tx), gains.clone())).collect(),
            outputs: self.outputs.iter().map(|(tx, made)| (number(*tx), made.clone())).collect(),
            is_backwards: !self.is_backwards,
        }
    }

    /// Whether anything of an asset was taken by a transaction of an account chain.
    pub fn is_taken(&self, tx: TxIx, asset: AssetIx) -> bool {
        let gains = self.gains.get(&tx.0);
        gains.is_some_and(|gains| gains.iter().any(|gain| gain.asset == asset.0))
    }

    /// Whether an output of a transaction of a UTXO chain was taken.
    pub fn is_output_taken(&self, tx: TxIx, output: OutputIx) -> bool {
        self.outputs.get(&tx.0).is_some_and(|outputs| outputs.contains(&output.0))
    }

    /// Whether a transaction of an account chain took anything.
    pub(crate) fn has(&self, tx: TxIx) -> bool {
        self.gains.contains_key(&tx.0)
    }

    /// Whether a payment is one that was taken, told forwards.
    pub(crate) fn is_robbery(&self, tx: TxIx, to: Option<u32>, asset: u32) -> bool {
        !self.is_backwards && self.has_gain(tx, to, asset)
    }

    /// Whether a payment is one that was taken, told backwards: nothing leads on from there.
    pub(crate) fn is_end(&self, tx: TxIx, from: Option<u32>, asset: u32) -> bool {
        self.is_backwards && self.has_gain(tx, from, asset)
    }

    fn has_gain(&self, tx: TxIx, account: Option<u32>, asset: u32) -> bool {
        let (Some(gains), Some(account)) = (self.gains.get(&tx.0), account) else { return false };
        gains.contains(&Gain { account, asset })
    }

    /// The same as [`Taken::is_end`] of an output that is spent backwards.
    pub(crate) fn is_output_end(&self, tx: TxIx, output: OutputIx) -> bool {
        self.is_backwards && self.is_output_taken(tx, output)
    }

    /// The same as [`Taken::is_robbery`] of an output that is made.
    pub(crate) fn is_output_robbery(&self, tx: TxIx, output: OutputIx) -> bool {
        !self.is_backwards && self.is_output_taken(tx, output)
    }
}
