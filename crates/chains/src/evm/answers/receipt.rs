//! The answers to `eth_getBlockReceipts` and `eth_getTransactionReceipt`.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use super::read;
use crate::error::DecodeError;
use crate::evm::hex::{Count, Fixed, Quantity, Text};

/// A receipt.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::evm) struct Receipt<'a> {
    pub(in crate::evm) transaction_hash: Fixed<32>,
    pub(in crate::evm) block_hash: Fixed<32>,
    pub(in crate::evm) block_number: Count,
    pub(in crate::evm) transaction_index: Option<Count>,
    pub(in crate::evm) gas_used: Quantity,
    pub(in crate::evm) effective_gas_price: Option<Quantity>,
    /// 1 or 0 since Byzantium (EIP-658).
    pub(in crate::evm) status: Option<Count>,
    pub(in crate::evm) contract_address: Option<Fixed<20>>,
    #[serde(borrow)]
    pub(in crate::evm) logs: Vec<LogAnswer<'a>>,
    pub(in crate::evm) blob_gas_used: Option<Quantity>,
    pub(in crate::evm) blob_gas_price: Option<Quantity>,
    /// OP Stack and Scroll: what publishing cost.
    pub(in crate::evm) l1_fee: Option<Quantity>,
    /// OP Stack since Isthmus: a fee of the operator beside it.
    pub(in crate::evm) operator_fee_scalar: Option<Quantity>,
    pub(in crate::evm) operator_fee_constant: Option<Quantity>,
}

/// A log.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::evm) struct LogAnswer<'a> {
    pub(in crate::evm) address: Fixed<20>,
    pub(in crate::evm) topics: Topics,
    #[serde(borrow)]
    pub(in crate::evm) data: Text<'a>,
    pub(in crate::evm) log_index: Count,
    pub(in crate::evm) transaction_hash: Option<Fixed<32>>,
    pub(in crate::evm) block_hash: Option<Fixed<32>>,
    #[serde(default)]
    pub(in crate::evm) removed: Option<bool>,
}

/// None to four topics.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::evm) struct Topics {
    words: [[u8; 32]; 4],
    count: usize,
}

impl Topics {
    pub(in crate::evm) fn as_slice(&self) -> &[[u8; 32]] {
        self.words.get(..self.count).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Topics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Topics;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("at most four topics")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Topics, A::Error> {
                let mut topics = Topics::default();
                while let Some(Fixed(word)) = list.next_element()? {
                    let place = topics.words.get_mut(topics.count);
                    *place.ok_or_else(|| A::Error::invalid_length(5, &self))? = word;
                    topics.count += 1;
                }
                Ok(topics)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

impl<'a> Receipt<'a> {
    /// Reads the receipts of a block.
    pub(in crate::evm) fn read_list(bytes: &'a [u8]) -> Result<Vec<Self>, DecodeError> {
        read("the receipts", bytes)
    }

    /// Reads one receipt.
    pub(in crate::evm) fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        read("a receipt", bytes)
    }
}
