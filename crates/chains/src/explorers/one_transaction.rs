//! One transaction, of what explorers pass on from their node and what they list inside it.

use std::sync::Arc;

use alloy_primitives::hex;
use hawkshaw_model::rows::{Call, Rows, Spot, Transfer};
use hawkshaw_model::{Address, Amount, Timestamp, TransferKind, TxHash};
use serde::Deserialize;

use super::listing::Listing;
use super::page::{Entry, List};
use crate::cell::{Cell, filled};
use crate::defects::{Defect, Defects};
use crate::error::DecodeError;
use crate::evm::{Fee, Log, Network, created_by};
use crate::json::from_json;

/// The answers that tell of one transaction.
#[derive(Debug, Clone, Copy)]
pub struct OneTransaction<'a> {
    /// The result of `eth_getTransactionByHash`, as JSON.
    pub transaction: &'a str,
    /// The result of `eth_getTransactionReceipt`, as JSON.
    pub receipt: &'a str,
    /// The result of `eth_getBlockByNumber`, as JSON.
    pub block: &'a str,
    /// What the explorer lists inside the transaction.
    pub internal: &'a [Entry<'a>],
}

/// Where a transaction stands and who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The height of its block.
    pub height: u64,
    /// Its number in its block.
    pub tx_index: u32,
    /// Who sent it.
    pub sender: Address,
}

const NESTING_MAX: usize = 32;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Sent<'a> {
    #[serde(borrow)]
    hash: Cell<'a>,
    #[serde(borrow)]
    block_number: Cell<'a>,
    #[serde(borrow)]
    transaction_index: Cell<'a>,
    #[serde(borrow)]
    from: Cell<'a>,
    #[serde(borrow)]
    to: Cell<'a>,
    #[serde(borrow)]
    nonce: Cell<'a>,
    #[serde(borrow)]
    value: Cell<'a>,
    #[serde(borrow)]
    gas_price: Cell<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Receipt<'a> {
    #[serde(borrow)]
    transaction_hash: Cell<'a>,
    #[serde(borrow)]
    block_number: Cell<'a>,
    #[serde(borrow)]
    status: Cell<'a>,
    #[serde(borrow)]
    gas_used: Cell<'a>,
    #[serde(borrow)]
    effective_gas_price: Cell<'a>,
    #[serde(borrow)]
    blob_gas_used: Cell<'a>,
    #[serde(borrow)]
    blob_gas_price: Cell<'a>,
    #[serde(borrow)]
    l1_fee: Cell<'a>,
    #[serde(borrow)]
    contract_address: Cell<'a>,
    #[serde(borrow)]
    logs: Vec<LogEntry<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct LogEntry<'a> {
    #[serde(borrow)]
    address: Cell<'a>,
    #[serde(borrow)]
    topics: Vec<Cell<'a>>,
    #[serde(borrow)]
    data: Cell<'a>,
    #[serde(borrow)]
    log_index: Cell<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Header<'a> {
    #[serde(borrow)]
    number: Cell<'a>,
    #[serde(borrow)]
    timestamp: Cell<'a>,
}

impl OneTransaction<'_> {
    /// The height of the block of a transaction, by the result of `eth_getTransactionByHash`;
    /// `None` where there is no such transaction in a block.
    ///
    /// # Errors
    ///
    /// When it is no such result.
    pub fn height(transaction: &str) -> Result<Option<u64>, DecodeError> {
        let sent: Option<Sent<'_>> = from_json(transaction.as_bytes(), NESTING_MAX)?;
        sent.map_or(Ok(None), |sent| sent.block_number.number("blockNumber"))
    }

    /// The place of a transaction, by the result of `eth_getTransactionByHash`; `None` where there
    /// is no such transaction in a block.
    ///
    /// # Errors
    ///
    /// When it is no such result, or that of another transaction.
    pub fn place(transaction: &str, wanted: &TxHash) -> Result<Option<Place>, DecodeError> {
        let sent: Option<Sent<'_>> = from_json(transaction.as_bytes(), NESTING_MAX)?;
        let Some(sent) = sent else { return Ok(None) };
        let Some(height) = sent.block_number.number("blockNumber")? else { return Ok(None) };
        if sent.hash.hash("hash")?.as_ref() != Some(wanted) {
            let why = "it is of another transaction than was asked for";
            return Err(DecodeError::Contradiction(why.to_owned()));
        }
        let index = sent.transaction_index.number("transactionIndex")?;
        Ok(Some(Place {
            height,
            tx_index: filled("transactionIndex", index)?,
            sender: Address::Evm(filled("from", sent.from.address("from")?)?),
        }))
    }

    /// The time of a block, by the result of `eth_getBlockByNumber`.
    ///
    /// # Errors
    ///
    /// When it is no such result.
    pub fn time(block: &str) -> Result<Timestamp, DecodeError> {
        let header: Option<Header<'_>> = from_json(block.as_bytes(), NESTING_MAX)?;
        let header =
            header.ok_or_else(|| DecodeError::Malformed("there is no block".to_owned()))?;
        time_of(&header)
    }

    /// Its rows, with what is left out of them.
    ///
    /// # Errors
    ///
    /// When an answer is none or they contradict each other.
    pub fn decode(
        &self,
        network: &Network,
        name: &Arc<str>,
    ) -> Result<(Rows, Defects), DecodeError> {
        let sent: Sent<'_> = from_json(self.transaction.as_bytes(), NESTING_MAX)?;
        let receipt: Receipt<'_> = from_json(self.receipt.as_bytes(), NESTING_MAX)?;
        let header: Header<'_> = from_json(self.block.as_bytes(), NESTING_MAX)?;
        let hash = filled("hash", sent.hash.hash("hash")?)?;
        let height: u64 = filled("blockNumber", sent.block_number.number("blockNumber")?)?;
        if receipt.transaction_hash.hash("transactionHash")? != Some(hash)
            || receipt.block_number.number("blockNumber")? != Some(height)
            || header.number.number("number")? != Some(height)
        {
            let why = "transaction, receipt and block do not belong together";
            return Err(DecodeError::Contradiction(why.to_owned()));
        }
        let spot = Spot {
            height,
            time: Some(time_of(&header)?),
            tx_index: sent.transaction_index.number("transactionIndex")?,
            tx: Some(hash),
            line: 1,
        };
        let mut listing = Listing::with_logs(network, name);
        let has_failed = receipt.status.text() == "0x0";
        self.root(&mut listing, &sent, &receipt, spot)?;
        if !has_failed {
            for log in &receipt.logs {
                add_log(&mut listing, spot, log)?;
            }
            for (entry, number) in self.internal.iter().zip(1..) {
                listing.add_of(List::Internal, entry, Spot { line: number, ..spot })?;
            }
        }
        Ok(listing.finish())
    }

    fn root(
        &self,
        listing: &mut Listing,
        sent: &Sent<'_>,
        receipt: &Receipt<'_>,
        spot: Spot,
    ) -> Result<(), DecodeError> {
        let from = filled("from", sent.from.address("from")?)?;
        let to = sent.to.address("to")?;
        let success = receipt.status.number::<u64>("status")?.map(|status| status != 0);
        let sender = Some(Address::Evm(from));
        let call = Call {
            spot,
            sender: sender.clone(),
            to: to.map(Address::Evm),
            success,
            data: Box::default(),
        };
        listing.add_call(call);
        let value = filled("value", sent.value.amount("value")?)?;
        if success == Some(false) {
            listing.count(Defect::FailedTransaction);
        } else if !value.is_zero() {
            let to = match (to, receipt.contract_address.address("contractAddress")?) {
                (Some(to), _) | (None, Some(to)) => to,
                (None, None) => created_by(from, filled("nonce", sent.nonce.number("nonce")?)?),
            };
            let mut moved = listing.native_move(spot, TransferKind::Native, (from, to), value);
            moved.event = 0;
            moved.sender = sender.clone();
            listing.push(moved);
        }
        let fee = Fee {
            gas_used: receipt.gas_used.amount("gasUsed")?.unwrap_or_default(),
            gas_price: match receipt.effective_gas_price.amount("effectiveGasPrice")? {
                Some(price) => price,
                None => sent.gas_price.amount("gasPrice")?.unwrap_or_default(),
            },
            blob_gas_used: receipt.blob_gas_used.amount("blobGasUsed")?.unwrap_or_default(),
            blob_gas_price: receipt.blob_gas_price.amount("blobGasPrice")?.unwrap_or_default(),
            publishing: receipt.l1_fee.amount("l1Fee")?.unwrap_or_default(),
        };
        let beyond = || DecodeError::Malformed("the fee is beyond 256 bits".to_owned());
        let amount = fee.total().ok_or_else(beyond)?;
        if amount != Amount::ZERO {
            let mut moved = listing.native_move(spot, TransferKind::Fee, (from, from), amount);
            moved.to = None;
            moved.sender = sender;
            moved.event = Transfer::UNPLACED;
            listing.push(moved);
        }
        Ok(())
    }
}

fn time_of(header: &Header<'_>) -> Result<Timestamp, DecodeError> {
    let time: i64 = filled("timestamp", header.timestamp.number("timestamp")?)?;
    Timestamp::from_unix(time).map_err(|e| DecodeError::Malformed(e.to_string()))
}

fn add_log(listing: &mut Listing, spot: Spot, log: &LogEntry<'_>) -> Result<(), DecodeError> {
    let topics: Result<Vec<[u8; 32]>, DecodeError> = log
        .topics
        .iter()
        .map(|topic| Ok(*filled("topics", topic.hash("topics")?)?.as_bytes()))
        .collect();
    let digits = log.data.text().strip_prefix("0x").unwrap_or_default();
    let malformed = |_| DecodeError::Malformed("the data of a log are no hex digits".to_owned());
    let data = hex::decode(digits).map_err(malformed)?;
    let log = Log {
        index: filled("logIndex", log.log_index.number("logIndex")?)?,
        emitter: filled("address", log.address.address("address")?)?,
        topics: &topics?,
        data: &data,
    };
    listing.add_log(spot, &log)
}
