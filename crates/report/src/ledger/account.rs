//! The balance of an account, and whom it dealt with.

use std::cmp::Reverse;
use std::fmt::Write as _;

use hawkshaw_model::{Account, Amount, AssetId, AssetList, Timestamp};
use serde_json::{Value, json};

use super::coverage::{missing_json, missing_text};
use super::words::{amount_json, amount_text, number, symbol, units_text};
use crate::page::{Page, TableStyle};
use crate::text::counted;

/// What an account received and paid of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The asset.
    pub asset: AssetId,
    /// What it received; `None` beyond 256 bits.
    pub received: Option<Amount>,
    /// What it paid, fees included; `None` beyond 256 bits.
    pub paid: Option<Amount>,
    /// How many movements there were.
    pub movements: u64,
}

/// What an account has, as far as the ledger knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceAnswer {
    /// The account.
    pub account: Account,
    /// What it received and paid, by asset.
    pub held: Vec<Held>,
    /// What of the chain the ledger covers, as a sentence.
    pub coverage: String,
    /// Stretches of blocks that are covered.
    pub covered: Vec<[u64; 2]>,
    /// Heights that were asked for and are not covered; an open end is `u64::MAX`.
    pub missing: Vec<[u64; 2]>,
    /// What the sources of the blocks left out, as sentences.
    pub lacks: Vec<String>,
}

/// What moved between an account and one other side, of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterpartyRow {
    /// The other side; `None` for nobody: fees, mints and burns.
    pub counterparty: Option<Account>,
    /// What moved.
    pub held: Held,
    /// The first movement.
    pub first: Timestamp,
    /// The last movement.
    pub last: Timestamp,
}

impl Held {
    /// What is left.
    fn balance(&self) -> Balance {
        match (self.received, self.paid) {
            (Some(received), Some(paid)) => match received.checked_sub(paid) {
                Some(left) => Balance::Left(left),
                None => Balance::Short(paid.saturating_sub(received)),
            },
            _ => Balance::Unknown,
        }
    }
}

/// What is left of an asset.
enum Balance {
    Left(Amount),
    /// More was paid than received, by this much.
    Short(Amount),
    /// A sum has more than 256 bits.
    Unknown,
}

/// Balances as text: two lines an asset, curated assets first.
pub fn to_balance_text(
    answers: &[BalanceAnswer],
    at: &str,
    assets: &AssetList,
    style: TableStyle,
) -> String {
    let mut page = Page::new(style);
    for answer in answers {
        let account = &answer.account;
        let _ = writeln!(page.out, "{}", account.address_for_people());
        page.paragraph(&format!("on {}, {at}", account.chain().name()));
        let mut held: Vec<&Held> = answer.held.iter().collect();
        held.sort_by_key(|held| (assets.get(&held.asset).is_none(), Reverse(held.movements)));
        for held in held {
            let asset = &held.asset;
            let balance = match held.balance() {
                Balance::Left(left) => amount_text(assets, asset, left),
                Balance::Short(_) => format!(
                    "{}: paid more than received: the store lacks data",
                    symbol(assets, asset)
                ),
                Balance::Unknown => format!("{}: unknown", symbol(assets, asset)),
            };
            let _ = writeln!(page.out, "  {balance}");
            let _ = writeln!(page.out, "      {}", flow_text(held, assets));
        }
        if answer.held.is_empty() {
            page.paragraph("No movement of it is stored up to then.");
        }
        page.paragraph(&format!("The store covers {}.", answer.coverage));
        if let Some(text) = missing_text(account.chain(), &answer.missing) {
            page.paragraph(&text);
        }
        answer.lacks.iter().for_each(|text| page.paragraph(text));
        page.paragraph("What happened outside is in none of these sums.");
        page.out.push('\n');
    }
    page.out
}

/// What was received and paid, and how often.
fn flow_text(held: &Held, assets: &AssetList) -> String {
    let sum = |sum: Option<Amount>| match sum {
        Some(sum) => units_text(assets, &held.asset, sum),
        None => "beyond 256 bits".to_owned(),
    };
    format!(
        "received {}, paid {}, {}",
        sum(held.received),
        sum(held.paid),
        counted(held.movements, "movement", "movements")
    )
}

/// Balances as JSON, schema `hawkshaw.ledger.balance/1`.
pub fn to_balance_json(answers: &[BalanceAnswer], at: Option<&str>, assets: &AssetList) -> Value {
    let accounts: Vec<Value> = answers.iter().map(|answer| {
        json!({
            "account": answer.account.to_string(),
            "covered": answer.covered,
            "not_covered": missing_json(&answer.missing),
            "lacks": answer.lacks,
            "assets": answer.held.iter().map(|held| held_json(held, assets)).collect::<Vec<_>>(),
        })
    }).collect();
    json!({ "schema": "hawkshaw.ledger.balance/1", "at": at, "accounts": accounts })
}

fn held_json(held: &Held, assets: &AssetList) -> Value {
    let sum = |sum: Option<Amount>| sum.map(|sum| sum.to_string());
    let (balance, short) = match held.balance() {
        Balance::Left(left) => (Some(left), None),
        Balance::Short(short) => (None, Some(short)),
        Balance::Unknown => (None, None),
    };
    let info = assets.get(&held.asset);
    json!({
        "asset": held.asset.as_str(),
        "symbol": info.map(|info| info.symbol.as_str()),
        "received": sum(held.received),
        "paid": sum(held.paid),
        "balance": sum(balance),
        "units": balance.zip(info).map(|(left, info)| left.to_units(info.decimals)),
        "paid_beyond_received": sum(short),
        "movements": held.movements,
    })
}

/// Counterparties as text: two lines each. `total` is how many there are, shown or not.
pub fn to_counterparties_text(
    account: &Account,
    rows: &[CounterpartyRow],
    total: usize,
    assets: &AssetList,
    style: TableStyle,
) -> String {
    let mut page = Page::new(style);
    let _ = writeln!(page.out, "{}", account.address_for_people());
    page.paragraph(&format!(
        "on {}: {} of {} counterparties by asset",
        account.chain().name(),
        number(rows.len() as u64),
        number(total as u64)
    ));
    for row in rows {
        let (asset, dates) = (symbol(assets, &row.held.asset), (row.first, row.last));
        let _ = writeln!(page.out, "  {}  {asset}", side(row));
        let flow = flow_text(&row.held, assets);
        let _ = writeln!(page.out, "      {flow}, {} to {}", dates.0.to_date(), dates.1.to_date());
    }
    page.out
}

fn side(row: &CounterpartyRow) -> String {
    match &row.counterparty {
        Some(account) => account.address_for_people(),
        None => "nobody (fees, mints, burns)".to_owned(),
    }
}

/// Counterparties as CSV.
pub fn to_counterparties_csv(
    answers: &[(Account, Vec<CounterpartyRow>)],
    assets: &AssetList,
) -> String {
    let mut out = "chain,address,counterparty,asset,received,paid,symbol,received_units,\
                   paid_units,movements,first_time,last_time\n"
        .to_owned();
    for (account, rows) in answers {
        for row in rows {
            let held = &row.held;
            let info = assets.get(&held.asset);
            let sum = |sum: Option<Amount>| sum.map_or_else(String::new, |sum| sum.to_string());
            let units = |sum: Option<Amount>| {
                sum.zip(info).map_or_else(String::new, |(sum, info)| sum.to_units(info.decimals))
            };
            let fields = [
                account.chain().to_string(),
                account.address_in_files(),
                row.counterparty.as_ref().map_or_else(String::new, Account::address_in_files),
                held.asset.as_str().to_owned(),
                sum(held.received),
                sum(held.paid),
                info.map_or_else(String::new, |info| info.symbol.clone()),
                units(held.received),
                units(held.paid),
                held.movements.to_string(),
                row.first.to_unix().to_string(),
                row.last.to_unix().to_string(),
            ];
            super::canonical_csv::line(&mut out, &fields);
        }
    }
    out
}

/// Counterparties as JSON, schema `hawkshaw.ledger.counterparties/1`; with each account, how
/// many there are, shown or not. `refused` are accounts of which nobody can say, with the reason.
pub fn to_counterparties_json(
    answers: &[(Account, Vec<CounterpartyRow>)],
    totals: &[usize],
    refused: &[(Account, String)],
    assets: &AssetList,
) -> Value {
    let mut accounts: Vec<Value> = answers
        .iter()
        .zip(totals)
        .map(|((account, rows), total)| {
            json!({
                "account": account.to_string(),
                "total": total,
                "counterparties": rows.iter().map(|row| row_json(row, assets)).collect::<Vec<_>>(),
            })
        })
        .collect();
    accounts.extend(refused.iter().map(|(account, reason)| {
        json!({
            "account": account.to_string(),
            "total": null,
            "counterparties": null,
            "reason": reason,
        })
    }));
    json!({ "schema": "hawkshaw.ledger.counterparties/1", "accounts": accounts })
}

fn row_json(row: &CounterpartyRow, assets: &AssetList) -> Value {
    let amount = |sum: Option<Amount>| sum.map(|sum| amount_json(assets, &row.held.asset, sum));
    json!({
        "counterparty": row.counterparty.as_ref().map(Account::to_string),
        "asset": row.held.asset.as_str(),
        "received": amount(row.held.received),
        "paid": amount(row.held.paid),
        "movements": row.held.movements,
        "first_time": row.first.to_unix(),
        "last_time": row.last.to_unix(),
    })
}
