//! The answers of java-tron: those fields that are read.

use alloy_primitives::hex;
use hawkshaw_model::{Address, ChainId};
use serde::Deserialize;

use crate::cell::{Cell, filled};
use crate::error::DecodeError;

#[derive(Debug, Deserialize)]
pub(super) struct BlockAnswer<'a> {
    #[serde(borrow, rename = "blockID", default)]
    pub(super) id: Cell<'a>,
    #[serde(borrow)]
    pub(super) block_header: HeaderAnswer<'a>,
    #[serde(borrow, default)]
    pub(super) transactions: Vec<TxAnswer<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct HeaderAnswer<'a> {
    #[serde(borrow)]
    pub(super) raw_data: RawHeader<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawHeader<'a> {
    #[serde(default)]
    pub(super) number: u64,
    #[serde(borrow, default)]
    pub(super) parent_hash: Cell<'a>,
    /// Zeros, or left out, where there are no transactions.
    #[serde(borrow, default)]
    pub(super) tx_trie_root: Cell<'a>,
    /// Milliseconds.
    #[serde(default)]
    pub(super) timestamp: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct TxAnswer<'a> {
    #[serde(borrow, rename = "txID", default)]
    pub(super) id: Cell<'a>,
    #[serde(borrow, default)]
    pub(super) ret: Vec<RetAnswer<'a>>,
    #[serde(borrow)]
    pub(super) raw_data: RawTx<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetAnswer<'a> {
    #[serde(borrow, default)]
    pub(super) contract_ret: Cell<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RawTx<'a> {
    #[serde(borrow, default)]
    pub(super) contract: Vec<ContractAnswer<'a>>,
    /// The memo, in hex.
    #[serde(borrow, default)]
    pub(super) data: Cell<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ContractAnswer<'a> {
    #[serde(borrow, rename = "type", default)]
    pub(super) kind: Cell<'a>,
    #[serde(borrow)]
    pub(super) parameter: Parameter<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Parameter<'a> {
    #[serde(borrow)]
    pub(super) value: Value<'a>,
}

/// The fields of all types of contracts that are read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Value<'a> {
    #[serde(borrow)]
    pub(super) owner_address: Cell<'a>,
    #[serde(borrow)]
    pub(super) to_address: Cell<'a>,
    #[serde(borrow)]
    pub(super) contract_address: Cell<'a>,
    #[serde(borrow)]
    pub(super) amount: Cell<'a>,
    #[serde(borrow)]
    pub(super) asset_name: Cell<'a>,
    #[serde(borrow)]
    pub(super) call_value: Cell<'a>,
    #[serde(borrow)]
    pub(super) call_token_value: Cell<'a>,
    #[serde(borrow)]
    pub(super) token_id: Cell<'a>,
    #[serde(borrow)]
    pub(super) total_supply: Cell<'a>,
    #[serde(borrow)]
    pub(super) new_contract: NewContract<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewContract<'a> {
    #[serde(borrow)]
    pub(super) call_value: Cell<'a>,
}

/// What a transaction did.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InfoAnswer<'a> {
    #[serde(borrow)]
    pub(super) id: Cell<'a>,
    #[serde(borrow, rename = "blockNumber")]
    pub(super) height: Cell<'a>,
    /// `FAILED`, or left out.
    #[serde(borrow)]
    pub(super) result: Cell<'a>,
    #[serde(borrow)]
    pub(super) fee: Cell<'a>,
    #[serde(borrow)]
    pub(super) contract_address: Cell<'a>,
    #[serde(borrow)]
    pub(super) receipt: ReceiptAnswer<'a>,
    #[serde(borrow)]
    pub(super) log: Vec<LogAnswer<'a>>,
    #[serde(borrow)]
    pub(super) internal_transactions: Vec<InternalAnswer<'a>>,
    #[serde(borrow)]
    pub(super) withdraw_amount: Cell<'a>,
    #[serde(borrow, rename = "assetIssueID")]
    pub(super) asset_issue_id: Cell<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReceiptAnswer<'a> {
    #[serde(borrow)]
    pub(super) result: Cell<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LogAnswer<'a> {
    /// Twenty bytes, without the prefix of addresses.
    #[serde(borrow)]
    pub(super) address: Cell<'a>,
    #[serde(borrow)]
    pub(super) topics: Vec<Cell<'a>>,
    #[serde(borrow)]
    pub(super) data: Cell<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InternalAnswer<'a> {
    #[serde(borrow)]
    pub(super) caller_address: Cell<'a>,
    #[serde(borrow, rename = "transferTo_address")]
    pub(super) to_address: Cell<'a>,
    #[serde(borrow, rename = "callValueInfo")]
    pub(super) values: Vec<ValueAnswer<'a>>,
    /// What it was, in hex: `call`, `create`, `suicide` and others.
    #[serde(borrow)]
    pub(super) note: Cell<'a>,
    pub(super) rejected: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ValueAnswer<'a> {
    #[serde(borrow)]
    pub(super) call_value: Cell<'a>,
    #[serde(borrow)]
    pub(super) token_id: Cell<'a>,
}

/// An address: 0x41 and twenty bytes in hex, or base58check; `None` where the field is empty.
pub(super) fn address(cell: &Cell<'_>, field: &str) -> Result<Option<[u8; 20]>, DecodeError> {
    if cell.is_empty() {
        return Ok(None);
    }
    let text = cell.text();
    let mut bytes = [0; 21];
    if text.len() == 42 && hex::decode_to_slice(text, &mut bytes).is_ok() && bytes[0] == 0x41 {
        let [_, rest @ ..] = bytes;
        return Ok(Some(rest));
    }
    match Address::parse(&ChainId::tron(), text) {
        Ok(Address::Tron(bytes)) => Ok(Some(bytes)),
        _ => {
            let short: String = text.chars().take(80).collect();
            let shown = hawkshaw_model::Printable(&short).to_string();
            Err(DecodeError::Malformed(format!("{field} is `{shown}`, which is no address")))
        }
    }
}

/// The same where it has to be there.
pub(super) fn filled_address(cell: &Cell<'_>, field: &str) -> Result<[u8; 20], DecodeError> {
    filled(field, address(cell, field)?)
}

/// Bytes in hex, with or without 0x; none where the field is empty.
pub(super) fn bytes(cell: &Cell<'_>, field: &str) -> Result<Vec<u8>, DecodeError> {
    let digits = cell.text();
    hex::decode(digits.strip_prefix("0x").unwrap_or(digits))
        .map_err(|_| DecodeError::Malformed(format!("{field} is not in hex")))
}
