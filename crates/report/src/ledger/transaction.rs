//! One transaction with everything that it moved.

use std::fmt::Write as _;

use hawkshaw_model::{Account, Amount, AssetId, AssetList, OutPoint, Timestamp, TxId};
use serde_json::{Value, json};

use super::words::{amount_json, amount_text};
use crate::page::{Page, TableStyle};

/// A transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxAnswer {
    /// Which.
    pub tx: TxId,
    /// The height of its block.
    pub height: Option<u64>,
    /// Its index in the block, where a file gave it.
    pub tx_index: Option<u32>,
    /// The time of the block.
    pub time: Timestamp,
    /// Who sent it, where that is known.
    pub sender: Option<Account>,
    /// What was paid for it, where that is known.
    pub fee: Option<(AssetId, Amount)>,
    /// What it moved, in order.
    pub rows: Vec<TxRow>,
}

/// A movement or leg of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxRow {
    /// The event index, or the index of the leg on its side; `None` where no data say.
    pub index: Option<u32>,
    /// A kind of transfer, or `input` or `output`.
    pub kind: &'static str,
    /// Who paid, or who held the output that an input spends.
    pub from: Option<Account>,
    /// Who was paid.
    pub to: Option<Account>,
    /// The output that is spent or made, on a UTXO chain.
    pub output: Option<OutPoint>,
    /// The transaction that spends an output, where the ledger has it.
    pub spent_by: Option<TxId>,
    /// What moved.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

/// Transactions as text.
pub fn to_tx_text(answers: &[TxAnswer], assets: &AssetList, style: TableStyle) -> String {
    let mut page = Page::new(style);
    for answer in answers {
        let _ = writeln!(page.out, "{}", answer.tx.hash().on(answer.tx.chain()));
        let place = match (answer.height, answer.tx_index) {
            (Some(height), Some(index)) => format!(", block {height}, transaction {index} of it"),
            (Some(height), None) => {
                format!(", block {height}, its place in the block is unknown")
            }
            _ => String::new(),
        };
        page.paragraph(&format!("on {}{place}, {}", answer.tx.chain().name(), answer.time));
        if let Some(sender) = &answer.sender {
            let _ = writeln!(page.out, "sent by {}", sender.address_for_people());
        }
        if let Some((asset, fee)) = &answer.fee {
            let _ = writeln!(page.out, "fee {}", amount_text(assets, asset, *fee));
        }
        for row in &answer.rows {
            text_row(&mut page.out, row, assets);
        }
        page.out.push('\n');
    }
    page.out
}

fn text_row(out: &mut String, row: &TxRow, assets: &AssetList) {
    let index = row.index.map_or_else(|| "-".to_owned(), |index| index.to_string());
    let amount = amount_text(assets, &row.asset, row.amount);
    let _ = writeln!(out, "  {index:>5} {:<8} {amount}", row.kind);
    let mut parts = Vec::new();
    if let Some(from) = &row.from {
        parts.push(format!("from {}", from.address_for_people()));
    }
    if let Some(to) = &row.to {
        parts.push(format!("to {}", to.address_for_people()));
    }
    if let (Some(output), "input") = (&row.output, row.kind) {
        parts.push(format!("spends {}:{}", output.tx().hash(), output.vout()));
    }
    if let Some(tx) = &row.spent_by {
        parts.push(format!("spent by {}", tx.hash().on(tx.chain())));
    }
    if !parts.is_empty() {
        let _ = writeln!(out, "        {}", parts.join("  "));
    }
}

/// Transactions as JSON, schema `hawkshaw.ledger.tx/1`.
pub fn to_tx_json(answers: &[TxAnswer], assets: &AssetList) -> Value {
    let txs: Vec<Value> = answers
        .iter()
        .map(|answer| {
            let rows: Vec<Value> = answer.rows.iter().map(|row| row_json(row, assets)).collect();
            json!({
                "tx": answer.tx.to_string(),
                "block_number": answer.height,
                "tx_index": answer.tx_index,
                "block_time": answer.time.to_unix(),
                "time": answer.time.to_string(),
                "sender": answer.sender.as_ref().map(Account::to_string),
                "fee": answer.fee.as_ref().map(|(asset, fee)| amount_json(assets, asset, *fee)),
                "movements": rows,
            })
        })
        .collect();
    json!({ "schema": "hawkshaw.ledger.tx/1", "transactions": txs })
}

fn row_json(row: &TxRow, assets: &AssetList) -> Value {
    let mut object = json!({
        "index": row.index,
        "kind": row.kind,
        "from": row.from.as_ref().map(Account::to_string),
        "to": row.to.as_ref().map(Account::to_string),
        "outpoint": row.output.as_ref().map(OutPoint::to_string),
        "spent_by": row.spent_by.as_ref().map(TxId::to_string),
    });
    if let (Some(object), Value::Object(amount)) =
        (object.as_object_mut(), amount_json(assets, &row.asset, row.amount))
    {
        object.extend(amount);
    }
    object
}
