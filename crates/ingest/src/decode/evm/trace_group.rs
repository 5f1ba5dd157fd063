//! The calls of one transaction, which are understood together: a failed call takes back what
//! the calls below it did, and the place of a call is its number in the tree.

use hawkshaw_chains::evm::{Act, Call, CallMove, Effect, Walk};
use hawkshaw_model::rows::{Spot, Transfer};
use hawkshaw_model::{Address, Amount, TxHash};

use crate::defects::Defect;
use crate::error::Refusal;
use crate::sink::Sink;

/// The calls of the transaction that is being read.
#[derive(Debug, Default)]
pub(crate) struct TraceGroup {
    tx: Option<TxHash>,
    calls: Vec<TracedCall>,
}

/// A call of a transaction.
#[derive(Debug)]
pub(crate) struct TracedCall {
    pub(crate) spot: Spot,
    /// Where in the tree of calls; empty for the root.
    pub(crate) address: Vec<u32>,
    pub(crate) act: Act,
    pub(crate) failed: bool,
    /// What the file says of why it failed.
    pub(crate) error: Option<String>,
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
    pub(crate) fn add(&mut self, tx: TxHash, call: TracedCall) {
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
        let height = calls.first().map_or(0, |root| root.spot.height);
        let mut walk = Walk::new(sink.facts().burns_what_it_keeps(height));
        for traced in &calls {
            let call = Call {
                place: &traced.address[..],
                act: traced.act,
                failed: traced.failed,
                from: traced.from,
                to: traced.to,
                has_value: !traced.value.is_zero(),
            };
            let refused = |reason| Err((traced.spot.line, Refusal::row(reason)));
            match walk.next(&call, traced.error.as_deref()) {
                Effect::Nothing => {}
                Effect::Undone => sink.count(Defect::FailedCall),
                Effect::NoPayee => sink.count(Defect::CreatedContractUnknown),
                Effect::NoPayer => {
                    return refused("the call moves value and does not say who pays");
                }
                Effect::TooMany => return refused("the transaction has too many calls"),
                Effect::Moves(moved) => {
                    let moved = movement(traced, moved, sender.as_ref(), sink);
                    moved.map_err(|refusal| (traced.spot.line, refusal))?;
                }
            }
        }
        calls.clear();
        sink.traces.calls = calls;
        Ok(())
    }
}

/// Checks that the calls are those of one whole transaction. Where none moves anything their
/// places do not matter.
fn check(calls: &[TracedCall]) -> Result<(), (u64, Refusal)> {
    let Some(root) = calls.first() else { return Ok(()) };
    if !calls.iter().any(|call| call.act != Act::Borrow && !call.value.is_zero()) {
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

/// Takes what a call moved.
fn movement(
    call: &TracedCall,
    moved: CallMove,
    sender: Option<&Address>,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    if call.is_rounded {
        sink.count(Defect::RoundedAmount);
    }
    let transfer = Transfer {
        spot: call.spot,
        event: moved.event,
        kind: moved.kind,
        asset: sink.native()?,
        from: Some(Address::Evm(moved.from)),
        to: moved.to.map(Address::Evm),
        sender: sender.cloned(),
        amount: call.value,
    };
    sink.transfer(transfer);
    Ok(())
}
