//! What an account took part in, read from the segments one after the other.

use std::ops::Range;

use hawkshaw_model::{
    AccountIx, Amount, AssetIx, Ledger as _, LegAmounts as _, OutputIx, ReadError,
    TransferDetails as _, TransferKind, TxIx,
};

use crate::store::outputs::StoredOutputs;
use crate::store::segments::StoredSegment;
use crate::store::snapshot::Snapshot;
use crate::store::transfers::StoredTransfers;
use crate::store::varint::DeltaList;

/// How many transactions are looked up together.
const AHEAD: usize = 16;

/// One movement that an account took part in. A self-transfer stands once on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// The transaction.
    pub tx: TxIx,
    /// What moved.
    pub asset: AssetIx,
    /// How it moved; `None` for a leg of a UTXO chain.
    pub kind: Option<TransferKind>,
    /// How much.
    pub amount: Amount,
    /// Where in its transaction: the event index, or the index of the leg.
    pub event: u32,
    /// Whether the account was paid, else it paid.
    pub is_credit: bool,
    /// The other side of a transfer, where there is one.
    pub counterparty: Option<AccountIx>,
    /// The output that a leg of a UTXO chain spends or makes, where the ledger holds it.
    pub output: Option<OutputIx>,
}

/// The movements of an account in chain order, read as they are asked for.
#[derive(Debug)]
pub struct Movements<'a> {
    snapshot: &'a Snapshot,
    account: AccountIx,
    txs: Range<TxIx>,
    /// The segments that are still to be read, of all.
    segments: std::slice::Iter<'a, StoredSegment>,
    current: Option<(&'a StoredSegment, DeltaList<'a>)>,
    /// The next transactions of the current segment, in reverse.
    ahead: Vec<usize>,
    /// What the last transaction holds, in reverse.
    ready: Vec<Movement>,
    has_failed: bool,
}

impl<'a> Movements<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, account: AccountIx, txs: Range<TxIx>) -> Self {
        let chain = snapshot.chain_of(txs.start);
        let segments = match snapshot.chains().get(chain) {
            Some(_) => snapshot.segments_of(chain),
            None => &[],
        };
        let from = segments.partition_point(|segment| segment.tx_end() <= txs.start.0);
        let to = segments.partition_point(|segment| segment.tx_first() < txs.end.0);
        let segments = segments.get(from..to).unwrap_or_default().iter();
        let (current, ahead, ready) = (None, Vec::new(), Vec::new());
        Self { snapshot, account, txs, segments, current, ahead, ready, has_failed: false }
    }

    /// Reads on until movements are ready; `false` behind the last.
    fn advance(&mut self) -> Result<bool, ReadError> {
        loop {
            if let Some((segment, mut list)) = self.current.take() {
                while self.fill(segment, &mut list)? {
                    while let Some(tx) = self.ahead.pop() {
                        self.read(segment, tx)?;
                        if !self.ready.is_empty() {
                            self.ready.reverse();
                            self.current = Some((segment, list));
                            return Ok(true);
                        }
                    }
                }
            }
            let Some(segment) = self.segments.next() else { return Ok(false) };
            if let Some(mut list) = segment.postings().of(self.account)? {
                let from = self.txs.start.0.saturating_sub(segment.tx_first());
                list.seek(u32::try_from(from).unwrap_or(u32::MAX))?;
                self.current = Some((segment, list));
            }
        }
    }

    /// Takes the next transactions from the list, in reverse, and looks up what they hold: the
    /// lookups of one wait for each other, those of many do not. `false` behind the last.
    fn fill(
        &mut self,
        segment: &StoredSegment,
        list: &mut DeltaList<'_>,
    ) -> Result<bool, ReadError> {
        if !self.ahead.is_empty() {
            return Ok(true);
        }
        while self.ahead.len() < AHEAD {
            let Some(tx) = list.next().transpose()? else { break };
            let number = segment.tx_first() + u64::from(tx);
            if number >= self.txs.end.0 {
                break;
            }
            if number >= self.txs.start.0 {
                self.ahead.push(usize::try_from(tx).unwrap_or(usize::MAX));
            }
        }
        if let StoredSegment::Transfers(segment) = segment {
            segment.warm(&self.ahead)?;
        }
        self.ahead.reverse();
        Ok(!self.ahead.is_empty())
    }

    fn read(&mut self, segment: &StoredSegment, tx: usize) -> Result<(), ReadError> {
        match segment {
            StoredSegment::Transfers(segment) => self.read_transfers(segment, tx),
            StoredSegment::Outputs(segment) => self.read_legs(segment, tx),
        }
    }

    fn read_transfers(&mut self, segment: &StoredTransfers, tx: usize) -> Result<(), ReadError> {
        let number = TxIx(segment.tx_first + tx as u64);
        for row in segment.rows_of(tx)? {
            let (payer, payee) = segment.sides(row)?;
            if payer != self.account.0 && payee != self.account.0 {
                continue;
            }
            let detail = segment.detail(row)?;
            for (is_credit, own, other) in [(false, payer, payee), (true, payee, payer)] {
                if own == self.account.0 {
                    self.ready.push(Movement {
                        tx: number,
                        asset: detail.asset,
                        kind: Some(detail.kind),
                        amount: detail.amount,
                        event: detail.event,
                        is_credit,
                        counterparty: (other != AccountIx::NONE).then_some(AccountIx(other)),
                        output: None,
                    });
                }
            }
        }
        Ok(())
    }

    fn read_legs(&mut self, segment: &StoredOutputs, tx: usize) -> Result<(), ReadError> {
        let number = TxIx(segment.tx_first + tx as u64);
        let chain = self.snapshot.chain_of(number);
        let native = self.snapshot.native_asset(&self.snapshot.chains()[chain].id);
        let (inputs, outputs) = segment.legs_of(tx)?;
        for (is_credit, rows) in [(false, inputs), (true, outputs)] {
            for (row, event) in rows.zip(0u32..) {
                if segment.holder_of(row)? != Some(self.account) {
                    continue;
                }
                self.ready.push(Movement {
                    tx: number,
                    asset: native.unwrap_or(AssetIx(0)),
                    kind: None,
                    amount: segment.amount(row)?,
                    event,
                    is_credit,
                    counterparty: None,
                    output: segment.output_of(row)?.map(OutputIx),
                });
            }
        }
        Ok(())
    }
}

impl Iterator for Movements<'_> {
    type Item = Result<Movement, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(movement) = self.ready.pop() {
            return Some(Ok(movement));
        }
        if self.has_failed {
            return None;
        }
        match self.advance() {
            Ok(true) => self.ready.pop().map(Ok),
            Ok(false) => None,
            Err(error) => {
                self.has_failed = true;
                Some(Err(error))
            }
        }
    }
}
