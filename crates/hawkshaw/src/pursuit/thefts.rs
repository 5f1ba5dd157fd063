//! What of a bare address or transaction is listed as stolen.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::anyhow;
use hawkshaw_ledger::OutputRow;
use hawkshaw_model::{
    Account, Amount, AssetId, AssetList, Ledger, ReadError, Timestamp, TransferKind, TxId, TxIx,
};

use super::book::Book;
use super::folder::toml_text;
use super::target::Target;
use crate::exit::Failure;

/// The most entries that a draft lists: a person has to read them.
const THEFTS_MAX: usize = 2_000;

/// An entry of a drafted case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Theft {
    time: Timestamp,
    /// What moved, for people.
    what: String,
    /// The fields of the entry.
    fields: Vec<(&'static str, String)>,
}

impl fmt::Display for Theft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[[stolen]] # {}: {}", self.time, self.what)?;
        for (name, value) in &self.fields {
            writeln!(f, "{name} = {}", toml_text(value))?;
        }
        Ok(())
    }
}

/// What came to an account since a time, or what a transaction or output brought.
pub(crate) fn thefts(
    book: &Book,
    target: &Target,
    since: Option<Timestamp>,
    assets: &AssetList,
) -> Result<Vec<Theft>, Failure> {
    let found = match (book, target) {
        (Book::Outputs(_), target) => outputs(book, target, since, assets),
        (Book::Accounts(_), Target::Account(account)) => match book.ledger()? {
            Some(ledger) => credits(&*ledger, account, since.unwrap_or_default(), assets)
                .map_err(Failure::bad_data)?,
            None => Vec::new(),
        },
        (Book::Accounts(_), Target::Transaction(tx)) => match book.ledger()? {
            Some(ledger) => gains(&*ledger, tx, assets).map_err(Failure::bad_data)?,
            None => Vec::new(),
        },
        (Book::Accounts(_), Target::Output(_) | Target::Case(_)) => Vec::new(),
    };
    if found.len() > THEFTS_MAX {
        let error = anyhow!(
            "{} credits are too many to list as stolen: choose a later --since, or write the \
             case by hand (`hawkshaw case new`)",
            found.len()
        );
        return Err(Failure::Usage(error));
    }
    Ok(found)
}

/// What an account gained in each transaction from a time on.
fn credits(
    ledger: &dyn Ledger,
    account: &Account,
    since: Timestamp,
    assets: &AssetList,
) -> Result<Vec<Theft>, ReadError> {
    let Some(number) = ledger.find_account(account)? else { return Ok(Vec::new()) };
    let end = ledger.chains().iter().map(|chain| chain.txs.end).max().unwrap_or(0);
    let mut net: BTreeMap<(TxIx, AssetId), [Amount; 2]> = BTreeMap::new();
    for posting in ledger.history(number, TxIx(end)) {
        let posting = posting?;
        if posting.is_fee {
            continue;
        }
        let asset = ledger.asset(posting.asset).clone();
        let sums = net.entry((posting.tx, asset)).or_default();
        let sum = &mut sums[usize::from(posting.is_credit)];
        *sum = sum.checked_add(posting.amount).unwrap_or(*sum);
    }
    let mut thefts = Vec::new();
    for ((tx, asset), [paid, received]) in net {
        let known = ledger.transaction(tx)?;
        let Some(gained) = received.checked_sub(paid).filter(|gained| !gained.is_zero()) else {
            continue;
        };
        let (true, Some(hash)) = (known.time >= since, known.hash) else { continue };
        let tx = TxId::new(account.chain().clone(), hash);
        thefts.push(transfer(known.time, &tx, account, &asset, gained, assets));
    }
    Ok(thefts)
}

/// What every net gainer of a transaction gained.
fn gains(ledger: &dyn Ledger, tx: &TxId, assets: &AssetList) -> Result<Vec<Theft>, ReadError> {
    let Some(number) = ledger.find_tx(tx)? else { return Ok(Vec::new()) };
    let time = ledger.transaction(number)?.time;
    let mut net: BTreeMap<(Account, AssetId), [Amount; 2]> = BTreeMap::new();
    let mut note = |account: u32, asset: &AssetId, side: usize, amount: Amount| {
        if account == hawkshaw_model::AccountIx::NONE {
            return Ok::<(), ReadError>(());
        }
        let account = ledger.account(hawkshaw_model::AccountIx(account))?;
        let sum = &mut net.entry((account, asset.clone())).or_default()[side];
        *sum = sum.checked_add(amount).unwrap_or(*sum);
        Ok(())
    };
    for segment in ledger.segments(number, TxIx(number.0 + 1)) {
        let hawkshaw_model::Batch::Transfers(batch) = segment.batch()? else { continue };
        let at = usize::try_from(number.0 - batch.tx_first.0).unwrap_or(usize::MAX);
        let bounds = [batch.tx_rows[at], batch.tx_rows[at + 1]];
        let [start, end] = bounds.map(|row| usize::try_from(row).unwrap_or(usize::MAX));
        for row in start..end {
            let detail = batch.details.detail(row)?;
            if detail.kind == TransferKind::Fee {
                continue;
            }
            let asset = ledger.asset(detail.asset);
            note(batch.payers[row], asset, 0, detail.amount)?;
            note(batch.payees[row], asset, 1, detail.amount)?;
        }
    }
    let gained = net.into_iter().filter_map(|((account, asset), [paid, received])| {
        let gained = received.checked_sub(paid).filter(|gained| !gained.is_zero())?;
        let is_lost = account.address().is_burn();
        (!is_lost).then(|| transfer(time, tx, &account, &asset, gained, assets))
    });
    Ok(gained.collect())
}

fn transfer(
    time: Timestamp,
    tx: &TxId,
    to: &Account,
    asset: &AssetId,
    gained: Amount,
    assets: &AssetList,
) -> Theft {
    let known = match assets.get(asset) {
        Some(info) => format!("{} {}", assets.units(asset, gained), info.symbol),
        None => format!("{gained} base units of {asset}, which is not curated: it may be spam"),
    };
    Theft {
        time,
        what: format!("{known} to {}", to.address_for_people()),
        fields: vec![
            ("tx", tx.to_string()),
            ("to", to.address_in_files()),
            ("asset", asset.to_string()),
        ],
    }
}

/// The outputs that came to an account since a time, that a transaction made, or the one named.
fn outputs(
    book: &Book,
    target: &Target,
    since: Option<Timestamp>,
    assets: &AssetList,
) -> Vec<Theft> {
    let is_wanted = |row: &&OutputRow| match target {
        Target::Account(account) => {
            row.holder.as_ref() == Some(account) && since.is_none_or(|since| row.time >= since)
        }
        Target::Transaction(tx) => row.tx == tx.hash(),
        Target::Output(output) => row.tx == output.tx().hash() && row.leg_index == output.vout(),
        Target::Case(_) => false,
    };
    let mut found: Vec<&OutputRow> =
        book.outputs().filter(is_wanted).filter(|row| !row.amount.is_zero()).collect();
    found.sort_by_key(|row| (row.height, row.tx_index, row.leg_index));
    let theft = |row: &OutputRow| {
        let native = format!("{}/slip44:0", row.chain).parse::<AssetId>();
        let amount = native.map_or_else(
            |_| row.amount.to_string(),
            |asset| format!("{} {}", assets.units(&asset, row.amount), assets.symbol(&asset)),
        );
        let holder = row.holder.as_ref().map_or_else(String::new, Account::address_for_people);
        Theft {
            time: row.time,
            what: format!("{amount} to {holder}"),
            fields: vec![("outpoint", format!("{}:{}:{}", row.chain, row.tx, row.leg_index))],
        }
    };
    found.into_iter().map(theft).collect()
}
