//! A block out of the answers of a node.

use std::sync::Arc;

use hawkshaw_model::Amount;
use hawkshaw_model::rows::{self, Rows};

use super::answers::{BlockAnswer, BlockCalls, Receipt, flat_traces, nested_traces};
use super::assets::Sheet;
use super::facts::Facts;
use super::network::Network;
use super::options::Options;
use super::origin::is_state_sync;
use super::rewards::{Rewards, sum};
use super::transaction::Whole;
use crate::defects::{Defect, Defects};
use crate::error::DecodeError;

/// The answers that make a block: of each what stands in the field `result`.
#[derive(Debug, Clone, Copy)]
pub struct BlockParts<'a> {
    /// The height that was asked for.
    pub height: u64,
    /// `eth_getBlockByNumber`, with whole transactions.
    pub block: &'a [u8],
    /// The receipts.
    pub receipts: Receipts<'a>,
    /// The calls.
    pub traces: Traces<'a>,
}

/// The receipts of a block.
#[derive(Debug, Clone, Copy)]
pub enum Receipts<'a> {
    /// `eth_getBlockReceipts`.
    List(&'a [u8]),
    /// `eth_getTransactionReceipt` of each transaction, in their order.
    Each(&'a [&'a [u8]]),
}

/// The calls of a block.
#[derive(Debug, Clone, Copy)]
pub enum Traces<'a> {
    /// The node has none: what contracts paid out in the native asset is missing.
    None,
    /// `trace_block`.
    Flat(&'a [u8]),
    /// `debug_traceBlockByNumber` with the `callTracer`. Trees of any depth that a chain allows
    /// are read, whatever the stack of the caller.
    Nested(&'a [u8]),
}

/// A block that was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Its rows, with its header.
    pub rows: Rows,
    /// What was left out of it.
    pub defects: Defects,
}

/// Makes rows of the answers of a node about one block. `file` is how errors and stores call
/// the node.
///
/// The rows are those that files of the same block give: the value of a transaction (event 0),
/// of its calls, of its logs, one fee row, and behind them, without a transaction, what the
/// block gives.
///
/// On Ethereum that includes the tips, as new value for the fee recipient: each fee row takes
/// base fee and tip together out of the sender's balance, and the base fee is burned. No table
/// of others states tips, so none is counted twice.
///
/// # Errors
///
/// When an answer is not as documented, or they contradict each other or the question: another
/// height, receipts or calls of other transactions, logs that a reorganisation removed.
pub fn decode_block(
    network: &Network,
    file: &Arc<str>,
    parts: &BlockParts<'_>,
    options: Options,
) -> Result<Decoded, DecodeError> {
    let block = BlockAnswer::read(parts.block)?;
    let header = block.header()?;
    if header.height != parts.height {
        let reason = format!("block {} was asked for and is {}", parts.height, header.height);
        return Err(DecodeError::Contradiction(reason));
    }
    let mut sheet = Sheet::new(network, file);
    let receipts = read_receipts(&parts.receipts)?;
    check_count(&block, &receipts, network.facts(), &mut sheet)?;
    check_receipts(&header, &block, &receipts, network.facts().numbers_logs())?;
    let calls = read_calls(parts.traces, &header, &block)?;
    sheet.rows.blocks.push(header);
    let mut tips = Amount::ZERO;
    let base_fee = block.base_fee_per_gas.map_or(Amount::ZERO, |fee| fee.0);
    for (index, tx) in block.transactions.iter().enumerate() {
        let whole = Whole {
            facts: network.facts(),
            options,
            header,
            index: u32::try_from(index).map_err(|e| DecodeError::Malformed(e.to_string()))?,
            tx,
            receipt: receipts.get(index),
            calls: calls.as_ref().map(|calls| calls_of(calls, index)),
        };
        if let Some(fee) = whole.decode(&mut sheet)? {
            tips = sum(tips, fee.tip(base_fee).unwrap_or_default())?;
        }
    }
    let told = calls.as_ref().map_or(&[][..], |calls| &calls.rewards);
    rewards(network.facts(), &header, &block, (told, tips), &mut sheet)?;
    Ok(Decoded { rows: sheet.rows, defects: sheet.defects })
}

/// Adds what the block gives beside its transactions: the rewards that the node tells, and the
/// tips.
fn rewards(
    facts: &Facts,
    header: &rows::Block,
    block: &BlockAnswer<'_>,
    (told, tips): (&[([u8; 20], Amount)], Amount),
    sheet: &mut Sheet,
) -> Result<(), DecodeError> {
    let mut rewards = Rewards::default();
    rewards.add_block(facts, header, block, told, sheet)?;
    if facts.pays_tips() {
        rewards.add_tips(block, tips)?;
    }
    rewards.add_withdrawals(facts, block, sheet)?;
    let line = u64::try_from(block.transactions.len()).unwrap_or(u64::MAX).saturating_add(1);
    rewards.rows(header, line, sheet);
    if block.block_extra_data.as_ref().is_some_and(|data| data.0.len() > 2) {
        sheet.count(Defect::AtomicTransactions);
    }
    Ok(())
}

fn read_calls<'a>(
    traces: Traces<'a>,
    header: &rows::Block,
    block: &BlockAnswer<'_>,
) -> Result<Option<BlockCalls<'a>>, DecodeError> {
    match traces {
        Traces::None => Ok(None),
        Traces::Flat(bytes) => {
            flat_traces(bytes, header.height, header.hash, &block.transactions).map(Some)
        }
        Traces::Nested(bytes) => nested_traces(bytes, &block.transactions).map(Some),
    }
}

/// Checks that there is a receipt for every transaction; some nodes leave out that of what Bor
/// adds to a block.
fn check_count(
    block: &BlockAnswer<'_>,
    receipts: &[Receipt<'_>],
    facts: &Facts,
    sheet: &mut Sheet,
) -> Result<(), DecodeError> {
    let (txs, count) = (&block.transactions, receipts.len());
    if count + 1 == txs.len() && txs.last().is_some_and(|tx| is_state_sync(facts, tx)) {
        sheet.count(Defect::NoReceipt);
        return Ok(());
    }
    if count != txs.len() {
        let reason = format!("the block has {} transactions and {count} receipts", txs.len());
        return Err(DecodeError::Contradiction(reason));
    }
    Ok(())
}

fn read_receipts<'a>(receipts: &Receipts<'a>) -> Result<Vec<Receipt<'a>>, DecodeError> {
    match receipts {
        Receipts::List(bytes) => Receipt::read_list(bytes),
        Receipts::Each(each) => each.iter().map(|bytes| Receipt::read(bytes)).collect(),
    }
}

fn calls_of<'a>(calls: &'a BlockCalls<'a>, index: usize) -> &'a [super::answers::CallAnswer<'a>] {
    calls.of_tx.get(index).and_then(|range| calls.calls.get(range.clone())).unwrap_or_default()
}

/// Checks that receipts and logs are those of the transactions of the block, in their order.
fn check_receipts(
    header: &rows::Block,
    block: &BlockAnswer<'_>,
    receipts: &[Receipt<'_>],
    numbers_logs: bool,
) -> Result<(), DecodeError> {
    let no = |reason: String| Err(DecodeError::Contradiction(reason));
    let mut log_next = 0;
    for (index, tx) in block.transactions.iter().enumerate() {
        let is_here =
            |at: Option<super::hex::Count>| at.is_none_or(|at| usize::try_from(at.0) == Ok(index));
        if !is_here(tx.transaction_index) {
            return no(format!("transaction {index} of the block has another index"));
        }
        let Some(receipt) = receipts.get(index) else { continue };
        if receipt.transaction_hash != tx.hash || !is_here(receipt.transaction_index) {
            return no(format!("receipt {index} is not of transaction {index} of the block"));
        }
        if receipt.block_hash.0 != header.hash || receipt.block_number.0 != header.height {
            return no(format!("receipt {index} is of another block"));
        }
        let mut last = None;
        for log in &receipt.logs {
            let is_of = log.transaction_hash.is_none_or(|of| of == tx.hash)
                && log.block_hash.is_none_or(|of| of.0 == header.hash);
            let number = log.log_index.0;
            if !is_of {
                return no(format!("log {number} in receipt {index} is of another transaction"));
            }
            if log.removed == Some(true) {
                return no(format!("log {number} was removed by a reorganisation"));
            }
            let is_next = if numbers_logs { number == log_next } else { last < Some(number) };
            if !is_next {
                return no(format!("log {number} in receipt {index} is out of order"));
            }
            (last, log_next) = (Some(number), log_next + 1);
        }
    }
    Ok(())
}
