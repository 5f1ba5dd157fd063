//! The movements of an account, one after the other.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hawkshaw_model::{Account, Amount, AssetId, AssetList, OutPoint, Timestamp, TxHash};
use serde_json::{Value, json};

use super::coverage::AccountCoverage;
use super::words::{amount_json, amount_text};

/// A movement that an account took part in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// The account.
    pub account: Account,
    /// When.
    pub time: Timestamp,
    /// The height of the block, where it is known.
    pub height: Option<u64>,
    /// The index of the transaction in its block, where it is known.
    pub tx_index: Option<u32>,
    /// Where in the transaction, where that is known.
    pub event: Option<u32>,
    /// The transaction; `None` for what no transaction moved, such as a block reward.
    pub tx: Option<TxHash>,
    /// How it moved: a kind of transfer, or `input` or `output`.
    pub kind: &'static str,
    /// Whether the account was paid or paid.
    pub side: Side,
    /// The other side, where there is one.
    pub counterparty: Option<Account>,
    /// The output that was made or spent, on a UTXO chain.
    pub output: Option<OutPoint>,
    /// What moved.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// The noise rule that matches it, if one does.
    pub noise: Option<&'static str>,
}

/// Whether an account was paid or paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It was paid.
    In,
    /// It paid.
    Out,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// How a history is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryForm {
    /// For people: two lines a movement.
    Text,
    /// One JSON object, schema `hawkshaw.ledger.history/1`.
    Json,
    /// CSV with a header.
    Csv,
}

/// A history that is rendered a row at a time.
#[derive(Debug)]
pub struct HistoryPage<'a> {
    form: HistoryForm,
    assets: &'a AssetList,
    rows: u64,
}

/// How many movements were left out as noise, by rule.
pub fn hidden_text(hidden: &BTreeMap<&'static str, u64>) -> String {
    let sum: u64 = hidden.values().sum();
    let by_rule: Vec<String> =
        hidden.iter().map(|(rule, count)| format!("{count} {rule}")).collect();
    let noun = if sum == 1 { "movement is" } else { "movements are" };
    format!("{sum} {noun} left out as noise: {}\n", by_rule.join(", "))
}

const CSV_HEADER: &str = "chain,address,block_number,block_time,tx_index,event_index,tx_hash,kind,\
                          side,counterparty,outpoint,asset,amount,symbol,units,noise\n";

impl<'a> HistoryPage<'a> {
    /// A page with nothing on it.
    pub fn new(form: HistoryForm, assets: &'a AssetList) -> Self {
        Self { form, assets, rows: 0 }
    }

    /// What comes before the first row.
    pub fn begin(&self, out: &mut String) {
        match self.form {
            HistoryForm::Text => {}
            HistoryForm::Json => {
                out.push_str("{\"schema\":\"hawkshaw.ledger.history/1\",\"movements\":[");
            }
            HistoryForm::Csv => out.push_str(CSV_HEADER),
        }
    }

    /// A row.
    pub fn row(&mut self, out: &mut String, row: &HistoryRow) {
        match self.form {
            HistoryForm::Text => self.text(out, row),
            HistoryForm::Json => {
                out.push_str(if self.rows == 0 { "\n" } else { ",\n" });
                let _ = write!(out, "{}", self.json(row));
            }
            HistoryForm::Csv => self.csv(out, row),
        }
        self.rows += 1;
    }

    /// What comes behind the last row; `is_whole` unless a limit cut the history off, or the
    /// ledger does not cover all of what was asked for.
    /// `hidden` counts what was left out as noise, by rule.
    pub fn end(
        &self,
        out: &mut String,
        is_whole: bool,
        coverage: &[AccountCoverage],
        hidden: &BTreeMap<&'static str, u64>,
    ) {
        match self.form {
            HistoryForm::Json => {
                let accounts: Vec<Value> = coverage.iter().map(AccountCoverage::json).collect();
                let (accounts, hidden) = (Value::Array(accounts), json!(hidden));
                let _ = writeln!(
                    out,
                    "\n],\"accounts\":{accounts},\"hidden_noise\":{hidden},\
                     \"complete\":{is_whole}}}"
                );
            }
            HistoryForm::Text if !hidden.is_empty() => out.push_str(&hidden_text(hidden)),
            HistoryForm::Text | HistoryForm::Csv => {}
        }
    }

    fn text(&self, out: &mut String, row: &HistoryRow) {
        let place = row.height.map_or_else(String::new, |height| format!("block {height}"));
        let is_unplaced = row.tx.is_some() && row.height.is_some() && row.tx_index.is_none();
        let amount = amount_text(self.assets, &row.asset, row.amount);
        let sign = if row.side == Side::In { '+' } else { '-' };
        let (time, kind) = (row.time.to_string(), row.kind);
        let _ = writeln!(out, "{time}  {place:<15} {kind:<8} {sign} {amount}");
        let mut parts = Vec::new();
        if let Some(other) = &row.counterparty {
            let word = if row.side == Side::In { "from" } else { "to" };
            parts.push(format!("{word} {}", other.address_for_people()));
        }
        if let (Some(output), Side::Out) = (&row.output, row.side) {
            parts.push(format!("spends {}:{}", output.tx().hash(), output.vout()));
        }
        match (&row.tx, &row.output, row.side) {
            (Some(tx), Some(output), Side::In) => {
                parts.push(format!("output {tx}:{}", output.vout()))
            }
            (Some(tx), ..) => parts.push(format!("tx {}", tx.on(row.account.chain()))),
            (None, ..) => parts.push("no transaction".to_owned()),
        }
        if let Some(rule) = row.noise {
            parts.push(format!("noise: {rule}"));
        }
        if is_unplaced {
            parts.push("place in the block unknown".to_owned());
        }
        let _ = writeln!(out, "    {}", parts.join("  "));
    }

    fn json(&self, row: &HistoryRow) -> Value {
        let mut object = json!({
            "account": row.account.to_string(),
            "block_number": row.height,
            "block_time": row.time.to_unix(),
            "time": row.time.to_string(),
            "tx_index": row.tx_index,
            "event_index": row.event,
            "tx": row.tx.map(|tx| tx.on(row.account.chain())),
            "kind": row.kind,
            "side": row.side.name(),
            "counterparty": row.counterparty.as_ref().map(Account::to_string),
            "outpoint": row.output.as_ref().map(OutPoint::to_string),
            "noise": row.noise,
        });
        let amount = amount_json(self.assets, &row.asset, row.amount);
        if let (Some(object), Value::Object(amount)) = (object.as_object_mut(), amount) {
            object.extend(amount);
        }
        object
    }

    fn csv(&self, out: &mut String, row: &HistoryRow) {
        let optional = |number: Option<u64>| number.map_or_else(String::new, |n| n.to_string());
        let info = self.assets.get(&row.asset);
        let outpoint = row.output.as_ref();
        let fields = [
            row.account.chain().to_string(),
            row.account.address_in_files(),
            optional(row.height),
            row.time.to_unix().to_string(),
            optional(row.tx_index.map(u64::from)),
            optional(row.event.map(u64::from)),
            row.tx.map_or_else(String::new, |tx| tx.on(row.account.chain())),
            row.kind.to_owned(),
            row.side.name().to_owned(),
            row.counterparty.as_ref().map_or_else(String::new, Account::address_in_files),
            outpoint.map_or_else(String::new, |o| format!("{}:{}", o.tx().hash(), o.vout())),
            row.asset.as_str().to_owned(),
            row.amount.to_string(),
            info.map_or_else(String::new, |info| info.symbol.clone()),
            info.map_or_else(String::new, |info| row.amount.to_units(info.decimals)),
            row.noise.unwrap_or_default().to_owned(),
        ];
        super::canonical_csv::line(out, &fields);
    }
}
