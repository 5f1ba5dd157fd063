//! The answer to `eth_getBlockByNumber` with whole transactions.
//!
//! Source: <https://ethereum.github.io/execution-apis/>.

use hawkshaw_model::{Timestamp, rows::Block};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::read;
use crate::error::DecodeError;
use crate::evm::hex::{Count, Fixed, Quantity, Text};

/// A block.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::evm) struct BlockAnswer<'a> {
    number: Count,
    hash: Fixed<32>,
    parent_hash: Fixed<32>,
    timestamp: Count,
    pub(in crate::evm) miner: Option<Fixed<20>>,
    pub(in crate::evm) base_fee_per_gas: Option<Quantity>,
    pub(in crate::evm) uncles: Option<Vec<IgnoredAny>>,
    #[serde(borrow)]
    pub(in crate::evm) transactions: Vec<Tx<'a>>,
    pub(in crate::evm) withdrawals: Option<Vec<Withdrawal>>,
    /// Avalanche: what was imported and exported beside the transactions.
    pub(in crate::evm) block_extra_data: Option<Text<'a>>,
}

/// A transaction.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::evm) struct Tx<'a> {
    pub(in crate::evm) hash: Fixed<32>,
    pub(in crate::evm) from: Fixed<20>,
    pub(in crate::evm) to: Option<Fixed<20>>,
    pub(in crate::evm) value: Quantity,
    pub(in crate::evm) nonce: Option<Count>,
    #[serde(rename = "type")]
    pub(in crate::evm) kind: Option<Count>,
    pub(in crate::evm) transaction_index: Option<Count>,
    pub(in crate::evm) gas_price: Option<Quantity>,
    #[serde(borrow)]
    pub(in crate::evm) input: Option<Text<'a>>,
    /// OP Stack: what a deposit adds to the sender.
    pub(in crate::evm) mint: Option<Quantity>,
    /// Arbitrum: what a retryable ticket adds to the sender.
    pub(in crate::evm) deposit_value: Option<Quantity>,
    /// Arbitrum: what a retryable ticket sets aside for its call.
    pub(in crate::evm) retry_value: Option<Quantity>,
    /// Arbitrum: the ticket that a transaction redeems.
    pub(in crate::evm) ticket_id: Option<Fixed<32>>,
    /// Celo: the token in which the fee is paid.
    pub(in crate::evm) fee_currency: Option<Fixed<20>>,
}

/// What a validator took out (EIP-4895).
#[derive(Debug, Deserialize)]
pub(in crate::evm) struct Withdrawal {
    pub(in crate::evm) address: Fixed<20>,
    /// In gwei.
    pub(in crate::evm) amount: Quantity,
}

impl<'a> BlockAnswer<'a> {
    /// Reads a block.
    pub(in crate::evm) fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        read("the block", bytes)
    }

    /// Its header.
    pub(in crate::evm) fn header(&self) -> Result<Block, DecodeError> {
        header(self.number, self.timestamp, self.hash, self.parent_hash)
    }
}

/// The header of a block.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeaderAnswer {
    number: Count,
    hash: Fixed<32>,
    parent_hash: Fixed<32>,
    timestamp: Count,
}

/// Reads the header out of a block, with or without its transactions; `None` where there is no
/// such block.
///
/// # Errors
///
/// When it is neither.
pub fn decode_header(result: &[u8]) -> Result<Option<Block>, DecodeError> {
    let answer: Option<HeaderAnswer> = read("the block", result)?;
    let Some(HeaderAnswer { number, hash, parent_hash, timestamp }) = answer else {
        return Ok(None);
    };
    header(number, timestamp, hash, parent_hash).map(Some)
}

fn header(
    number: Count,
    timestamp: Count,
    hash: Fixed<32>,
    parent: Fixed<32>,
) -> Result<Block, DecodeError> {
    let time = i64::try_from(timestamp.0).ok().and_then(|unix| Timestamp::from_unix(unix).ok());
    let time = time
        .ok_or_else(|| DecodeError::Malformed(format!("the block: {} is no time", timestamp.0)))?;
    Ok(Block { height: number.0, time, hash: hash.0, parent: parent.0 })
}
