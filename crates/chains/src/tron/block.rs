//! Blocks as rows.

use std::sync::Arc;

use hawkshaw_model::rows::{Block, Rows, Spot};
use hawkshaw_model::{Timestamp, TxHash};
use rustc_hash::FxHashMap;

use super::answers::{BlockAnswer, InfoAnswer, RawHeader, TxAnswer};
use super::network::Network;
use super::sheet::Sheet;
use super::transaction::Act;
use crate::cell::{Cell, filled};
use crate::defects::{Defect, Defects};
use crate::error::DecodeError;
use crate::json::from_json;

/// How deep answers nest: permissions of accounts are the deepest.
const NESTING_MAX: usize = 64;

/// What a block came to.
#[derive(Debug)]
pub struct Decoded {
    /// Its rows, with its header.
    pub rows: Rows,
    /// What is left out of them or taken with a doubt.
    pub defects: Defects,
    /// How many calls inside transactions the node told.
    pub internal: u64,
    /// How many transactions called a contract and succeeded.
    pub calls: u64,
}

/// Reads `/wallet/getblockbynum` and its kin: the header, and how many transactions there are.
/// `None` for `{}`, which stands for no block.
///
/// # Errors
///
/// When it is no block or contradicts itself.
pub fn decode_header(block: &[u8]) -> Result<Option<(Block, usize)>, DecodeError> {
    let Some(answer) = read_block(block)? else { return Ok(None) };
    Ok(Some((header(&answer)?, answer.transactions.len())))
}

/// Makes rows of a block out of `/wallet/getblockbynum` and `/wallet/gettransactioninfobyblocknum`.
/// `None` for `{}`, which stands for no block.
///
/// - A transaction that failed moved nothing and its fee was paid. The fee is what was burned of
///   TRX, for energy, bandwidth, new accounts and others together; what was staked costs nothing.
/// - TRX that is frozen stays its owner's. What is paid out to voters and producers is new value
///   when it is withdrawn; the node does not say where it was before.
/// - Calls inside a transaction are numbered in the order in which the node lists them, from 1.
///
/// # Errors
///
/// When an answer is none, or they contradict each other or themselves.
pub fn decode_block(
    network: &Network,
    name: &Arc<str>,
    block: &[u8],
    infos: &[u8],
) -> Result<Option<Decoded>, DecodeError> {
    let Some(block) = read_block(block)? else { return Ok(None) };
    let header = header(&block)?;
    // A block without transactions has `{}` or `[]`.
    let infos: Vec<InfoAnswer<'_>> = match infos.trim_ascii() {
        b"{}" => Vec::new(),
        infos => from_json(infos, NESTING_MAX)?,
    };
    let infos = by_id(infos, header.height)?;
    let is_told = !infos.is_empty();
    let mut sheet = Sheet::new(network, name);
    sheet.rows.blocks.push(header);
    let (mut log_index, mut internal, mut calls, mut told) = (0, 0, 0, 0_usize);
    for (tx, tx_index) in block.transactions.iter().zip(0..) {
        let id = filled("txID", tx.id.hash("txID")?)?;
        let spot = Spot {
            height: header.height,
            time: Some(header.time),
            tx_index: Some(tx_index),
            tx: Some(id),
            line: u64::from(tx_index) + 1,
        };
        let info = infos.get(&id);
        told += usize::from(info.is_some());
        let act = Act { tx, info, is_told, spot };
        if act.decode(&mut sheet, &mut log_index)? {
            calls += 1;
        }
        let inside = info.map_or(0, |info| info.internal_transactions.len());
        internal += u64::try_from(inside).unwrap_or(u64::MAX);
    }
    if told < infos.len() {
        let why = format!("block {} has results of transactions that it lacks", header.height);
        return Err(DecodeError::Contradiction(why));
    }
    let Sheet { rows, defects, .. } = sheet;
    Ok(Some(Decoded { rows, defects, internal, calls }))
}

fn read_block(bytes: &[u8]) -> Result<Option<BlockAnswer<'_>>, DecodeError> {
    if bytes.trim_ascii() == b"{}" {
        return Ok(None);
    }
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Answer<'a> {
        #[serde(borrow)]
        Refused(Refused<'a>),
    }
    #[derive(serde::Deserialize)]
    struct Refused<'a> {
        #[serde(borrow, rename = "Error")]
        error: Cell<'a>,
    }
    if let Ok(Answer::Refused(refused)) = from_json::<Answer<'_>>(bytes, NESTING_MAX) {
        let short: String = refused.error.text().chars().take(200).collect();
        let shown = hawkshaw_model::Printable(&short).to_string();
        return Err(DecodeError::Malformed(format!("the node says: {shown}")));
    }
    from_json(bytes, NESTING_MAX).map(Some)
}

/// The header of a block. The first eight bytes of the id are the height.
fn header(answer: &BlockAnswer<'_>) -> Result<Block, DecodeError> {
    let raw = &answer.block_header.raw_data;
    let hash = *filled("blockID", answer.id.hash("blockID")?)?.as_bytes();
    let parent = *filled("parentHash", raw.parent_hash.hash("parentHash")?)?.as_bytes();
    let [a, b, c, d, e, f, g, h, ..] = hash;
    if u64::from_be_bytes([a, b, c, d, e, f, g, h]) != raw.number {
        let why = format!("block {} has an id of another height", raw.number);
        return Err(DecodeError::Contradiction(why));
    }
    check_transactions(answer)?;
    let time = time(raw)?;
    Ok(Block { height: raw.number, time, hash, parent })
}

/// When a block was made. Only the first one may be of the year 1970: that of the main network is.
fn time(raw: &RawHeader<'_>) -> Result<Timestamp, DecodeError> {
    if raw.timestamp < 0 || (raw.timestamp == 0 && raw.number > 0) {
        let why = format!("block {} has the timestamp {}", raw.number, raw.timestamp);
        return Err(DecodeError::Malformed(why));
    }
    Timestamp::from_unix(raw.timestamp / 1_000).map_err(|e| DecodeError::Malformed(e.to_string()))
}

/// Whether the transactions are there that the header says there are.
///
/// Source: `BlockCapsule.calcMerkleRoot` of java-tron, zero only where there are none.
fn check_transactions(answer: &BlockAnswer<'_>) -> Result<(), DecodeError> {
    let raw = &answer.block_header.raw_data;
    let is_empty = raw.tx_trie_root.text().bytes().all(|digit| digit == b'0');
    if is_empty || !answer.transactions.is_empty() {
        return Ok(());
    }
    let why = format!(
        "block {} comes without transactions, and its `txTrieRoot` says that it has some",
        raw.number
    );
    Err(DecodeError::Contradiction(why))
}

fn by_id<'a>(
    infos: Vec<InfoAnswer<'a>>,
    height: u64,
) -> Result<FxHashMap<TxHash, InfoAnswer<'a>>, DecodeError> {
    let mut by_id = FxHashMap::default();
    for info in infos {
        let id = filled("id", info.id.hash("id")?)?;
        let of = info.height.number::<u64>("blockNumber")?.unwrap_or(0);
        if of != height {
            let why = format!("the result of {id} is of block {of} and not of {height}");
            return Err(DecodeError::Contradiction(why));
        }
        if by_id.insert(id, info).is_some() {
            return Err(DecodeError::Contradiction(format!("there are two results of {id}")));
        }
    }
    Ok(by_id)
}

/// Whether a transaction of a block may lack a result: the first nodes kept none of transfers. A
/// node that has the results of others of the block (`is_told`) left this one out.
pub(super) fn may_lack_result(
    tx: &TxAnswer<'_>,
    is_told: bool,
    sheet: &mut Sheet,
) -> Result<(), DecodeError> {
    if is_told {
        let why = format!(
            "there is no result of the transaction {}, and there are those of others of its block",
            tx.id.text().chars().take(66).collect::<String>()
        );
        return Err(DecodeError::Contradiction(why));
    }
    let runs_code = |kind: &str| matches!(kind, "TriggerSmartContract" | "CreateSmartContract");
    if tx.raw_data.contract.iter().any(|contract| runs_code(contract.kind.text())) {
        let why = format!(
            "there is no result of the transaction {}: the node may not keep them \
             (storage.transHistory.switch)",
            tx.id.text().chars().take(66).collect::<String>()
        );
        return Err(DecodeError::Contradiction(why));
    }
    sheet.count(Defect::NoReceipt);
    Ok(())
}
