//! The calls of one transaction, which are understood together: a failed call takes back what
//! the calls below it did, and the place of a call is its number in the tree.

use hawkshaw_model::rows::{Spot, Transfer};
use hawkshaw_model::{Address, Amount, TransferKind, TxHash};

use crate::defects::Defect;
use crate::error::Refusal;
use crate::sink::Sink;

/// The calls of the transaction that is being read.
#[derive(Debug, Default)]
pub(crate) struct TraceGroup {
    tx: Option<TxHash>,
    calls: Vec<Call>,
}

/// A call of a transaction.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) spot: Spot,
    /// Where in the tree of calls; empty for the root.
    pub(crate) address: Vec<u32>,
    pub(crate) failed: bool,
    /// Whether the call hands its value over.
    pub(crate) moves: bool,
    pub(crate) from: Option<[u8; 20]>,
    pub(crate) to: Option<[u8; 20]>,
    pub(crate) value: Amount,
    pub(crate) is_rounded: bool,
}

impl TraceGroup {
    /// Whether the calls that are held are those of a transaction.
    pub(crate) fn is_of(&self, tx: TxHash) -> bool {
        self.tx == Some(tx)
    }

    /// Adds a call of a transaction.
    pub(crate) fn add(&mut self, tx: TxHash, call: Call) {
        self.tx = Some(tx);
        self.calls.push(call);
    }

    /// Decodes the calls that are held. They come depth first, numbered from the root.
    pub(crate) fn flush(sink: &mut Sink) -> Result<(), (u64, Refusal)> {
        let mut calls = std::mem::take(&mut sink.traces.calls);
        sink.traces.tx = None;
        if !calls.is_sorted_by(|left, right| left.address < right.address) {
            calls.sort_by(|left, right| left.address.cmp(&right.address));
        }
        check(&calls)?;
        let sender = calls.first().and_then(|root| root.from).map(Address::Evm);
        let mut failed: Option<&[u32]> = None;
        for (number, call) in calls.iter().enumerate() {
            if !failed.is_some_and(|above| call.address.starts_with(above)) {
                failed = call.failed.then_some(&call.address[..]);
            }
            if !call.moves || call.value.is_zero() {
                continue;
            }
            if failed.is_some() {
                sink.count(Defect::FailedCall);
                continue;
            }
            let moved = movement(call, number, sender.as_ref(), sink);
            moved.map_err(|refusal| (call.spot.line, refusal))?;
        }
        calls.clear();
        sink.traces.calls = calls;
        Ok(())
    }
}

/// Checks that the calls are those of one whole transaction. Where none moves anything their
/// places do not matter.
fn check(calls: &[Call]) -> Result<(), (u64, Refusal)> {
    let Some(root) = calls.first() else { return Ok(()) };
    if !calls.iter().any(|call| call.moves && !call.value.is_zero()) {
        return Ok(());
    }
    if !root.address.is_empty() {
        let reason = "the first call of the transaction is not among the rows around this one: \
                      the traces of a transaction have to stand together, so sort them by \
                      block_number, transaction_index and trace_address";
        return Err((root.spot.line, Refusal::row(reason)));
    }
    match calls.windows(2).find(|pair| pair[0].address == pair[1].address) {
        Some(pair) => {
            let line = pair[0].spot.line.max(pair[1].spot.line);
            let reason = "another trace of the transaction has the same trace_address";
            Err((line, Refusal::row(reason)))
        }
        None => Ok(()),
    }
}

/// What a call moved: by the transaction itself, or inside it.
fn movement(
    call: &Call,
    number: usize,
    sender: Option<&Address>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let (Some(from), Some(to)) = (call.from, call.to) else {
        if call.from.is_some() {
            sink.count(Defect::CreatedContractUnknown);
            return Ok(());
        }
        return Err(Refusal::row("the call moves value and does not say who pays"));
    };
    let event = u32::try_from(number).ok().and_then(|number| number.checked_mul(2));
    let event = event.ok_or_else(|| Refusal::row("the transaction has too many calls"))?;
    if call.is_rounded {
        sink.count(Defect::RoundedAmount);
    }
    let kind = if number == 0 { TransferKind::Native } else { TransferKind::Internal };
    let transfer = Transfer {
        spot: call.spot,
        event,
        kind,
        asset: sink.native()?,
        from: Some(Address::Evm(from)),
        to: Some(Address::Evm(to)),
        sender: sender.cloned(),
        amount: call.value,
    };
    sink.transfer(transfer);
    Ok(())
}
