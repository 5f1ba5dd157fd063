//! Small chains made of numbers: as rows for a store, and as rows for a ledger in memory.

use hawkshaw_model::rows::{self, Rows, Spot};
use hawkshaw_model::{
    Account, Address, Amount, AssetId, ChainId, ChainPoint, OutPoint, Timestamp, TransferKind,
    TxHash, TxId,
};

use crate::row::{OutputRow, Side, TransferRow};

/// A block of transactions, all of it chosen by numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) height: u64,
    pub(super) txs: Vec<Vec<Move>>,
}

/// A movement: payer, payee, asset and amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) from: u8,
    pub(super) to: u8,
    pub(super) asset: u8,
    pub(super) amount: u128,
}

pub(super) fn time(height: u64) -> Timestamp {
    Timestamp::from_unix(1_600_000_000 + i64::try_from(height).unwrap() * 12).unwrap()
}

pub(super) fn address(number: u8) -> Address {
    Address::Evm([number.max(1); 20])
}

pub(super) fn hash(chain: u8, height: u64, tx: usize) -> TxHash {
    let mut bytes = [chain; 32];
    let mixed = height.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(tx as u64 * 0x1234_5677);
    bytes[..8].copy_from_slice(&mixed.to_be_bytes());
    bytes[8..16].copy_from_slice(&height.to_be_bytes());
    bytes[16] = u8::try_from(tx).unwrap();
    TxHash::from(bytes)
}

pub(super) fn asset(chain: &ChainId, number: u8) -> AssetId {
    match number % 3 {
        0 => format!("{chain}/slip44:60").parse().unwrap(),
        number => {
            format!("{chain}/erc20:0x{}", format!("{number:02x}").repeat(20)).parse().unwrap()
        }
    }
}

fn spot(height: u64, tx: usize, chain: u8, line: u64) -> Spot {
    let tx_index = Some(u32::try_from(tx).unwrap());
    let hash = hash(chain, height, tx);
    Spot { height, time: Some(time(height)), tx_index, tx: Some(hash), line }
}

fn kind(at: usize, one: &Move) -> TransferKind {
    match (at, one.asset % 3) {
        (0, 0) => TransferKind::Native,
        (_, 0) => TransferKind::Internal,
        _ => TransferKind::Token,
    }
}

/// Rows of an Ethereum-like chain, with a fee in every transaction.
pub(super) fn account_rows(chain: &ChainId, number: u8, blocks: &[Block]) -> Rows {
    let mut rows = Rows::new(chain.clone(), "blocks".into());
    rows.assets = (0..3).map(|asset_number| asset(chain, asset_number)).collect();
    let mut line = 0;
    for block in blocks {
        for (tx, moves) in block.txs.iter().enumerate() {
            for (at, one) in moves.iter().enumerate() {
                line += 1;
                rows.transfers.push(rows::Transfer {
                    spot: spot(block.height, tx, number, line),
                    event: u32::try_from(at * 2).unwrap(),
                    kind: kind(at, one),
                    asset: u32::from(one.asset % 3),
                    from: Some(address(one.from)),
                    to: Some(address(one.to)),
                    sender: None,
                    amount: amount(one.amount),
                });
            }
            line += 1;
            rows.transfers.push(rows::Transfer {
                spot: spot(block.height, tx, number, line),
                event: 1_000,
                kind: TransferKind::Fee,
                asset: 0,
                from: Some(address(moves.first().map_or(1, |one| one.from))),
                to: None,
                sender: None,
                amount: amount(21_000),
            });
        }
    }
    rows
}

/// The same rows for a ledger in memory.
pub(super) fn account_rows_in_memory(
    chain: &ChainId,
    number: u8,
    blocks: &[Block],
) -> Vec<TransferRow> {
    let rows = account_rows(chain, number, blocks);
    let account = |address: &Option<Address>| {
        address.clone().map(|address| Account::new(chain.clone(), address))
    };
    let row = |row: &rows::Transfer| TransferRow {
        chain: chain.clone(),
        point: Some(ChainPoint {
            height: row.spot.height,
            tx_index: row.spot.tx_index.unwrap(),
            event_index: row.event,
        }),
        time: row.spot.time.unwrap(),
        tx: row.spot.tx,
        kind: row.kind,
        asset: rows.assets[row.asset as usize].clone(),
        from: account(&row.from),
        to: account(&row.to),
        amount: row.amount,
        sender: None,
        source: None,
    };
    rows.transfers.iter().map(row).collect()
}

/// Rows of a UTXO chain: every block has a coinbase, and each transaction spends the first
/// output of the coinbase as many blocks before as its first movement says.
pub(super) fn output_rows(chain: &ChainId, number: u8, blocks: &[Block]) -> Rows {
    const REWARD: u64 = 1 << 40;
    let mut rows = Rows::new(chain.clone(), "blocks".into());
    let script = |number: u8| Some(Address::Script(vec![0x51, number].into()));
    let mut spent = std::collections::BTreeSet::new();
    for block in blocks {
        let mut push =
            |tx: usize, index: u32, spends: Option<(TxHash, u32)>, holder: u8, sum: u64| {
                rows.legs.push(rows::Leg {
                    spot: spot(block.height, tx, number, 1),
                    index,
                    spends,
                    holder: script(holder),
                    amount: sum.into(),
                });
            };
        push(0, 0, None, u8::try_from(block.height % 7).unwrap(), REWARD);
        for (tx, moves) in block.txs.iter().enumerate() {
            let Some(one) = moves.first() else { continue };
            let Some(from) = block.height.checked_sub(1 + u64::from(one.from % 4)) else {
                continue;
            };
            if from < 1 || !spent.insert(from) {
                continue;
            }
            let holder = u8::try_from(from % 7).unwrap();
            push(tx + 1, 0, Some((hash(number, from, 0), 0)), holder, REWARD);
            push(tx + 1, 0, None, one.to, REWARD / 3);
            push(tx + 1, 1, None, one.asset, REWARD / 2);
        }
    }
    rows
}

/// The same rows for a ledger in memory.
pub(super) fn output_rows_in_memory(
    chain: &ChainId,
    number: u8,
    blocks: &[Block],
) -> Vec<OutputRow> {
    let row = |row: &rows::Leg| OutputRow {
        chain: chain.clone(),
        height: row.spot.height,
        tx_index: row.spot.tx_index.unwrap(),
        time: row.spot.time.unwrap(),
        tx: row.spot.tx.unwrap(),
        side: if row.spends.is_some() { Side::In } else { Side::Out },
        leg_index: row.index,
        outpoint: row.spends.map(|(tx, vout)| OutPoint::new(TxId::new(chain.clone(), tx), vout)),
        holder: row.holder.clone().map(|address| Account::new(chain.clone(), address)),
        amount: row.amount,
    };
    output_rows(chain, number, blocks).legs.iter().map(row).collect()
}

fn amount(amount: u128) -> Amount {
    amount.to_string().parse().unwrap()
}
