//! What of a bare address or transaction is listed as stolen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::anyhow;
use hawkshaw_model::{
    Account, Amount, AssetId, AssetList, Ledger, LedgerKind, OutPoint, ReadError, Timestamp,
    TransferKind, TxId, TxIx, UtxoLeg, UtxoTx,
};

use super::toml_text;
use crate::exit::Failure;
use crate::target::Target;

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

/// What is listed as stolen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) thefts: Vec<Theft>,
    /// Outputs that are left out because their account paid in the same transaction: they are
    /// its change.
    pub(crate) change: usize,
}

/// What came to an account since a time, or what a transaction or output brought.
pub(super) fn find(
    ledger: &dyn Ledger,
    target: &Target,
    since: Option<Timestamp>,
    assets: &AssetList,
) -> Result<Found, Failure> {
    let holds_outputs =
        target.chain().is_some_and(|chain| chain.ledger_kind() == LedgerKind::Outputs);
    let since = since.unwrap_or_default();
    let found = match target {
        _ if holds_outputs => outputs(ledger, target, since, assets),
        Target::Account(account) => credits(ledger, account, since, assets).map(Found::from),
        Target::Transaction(tx) => gains(ledger, tx, assets).map(Found::from),
        Target::Output(_) | Target::Case(_) => Ok(Found::default()),
    };
    let found = found.map_err(Failure::bad_data)?;
    if found.thefts.len() > THEFTS_MAX {
        let error = anyhow!(
            "{} credits are too many to list as stolen: choose a later --since, or write the \
             case by hand (`hawkshaw case new`)",
            found.thefts.len()
        );
        return Err(Failure::Usage(error));
    }
    Ok(found)
}

impl From<Vec<Theft>> for Found {
    fn from(thefts: Vec<Theft>) -> Self {
        Self { thefts, change: 0 }
    }
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
    ledger: &dyn Ledger,
    target: &Target,
    since: Timestamp,
    assets: &AssetList,
) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut list = |tx: TxIx, outputs: &[UtxoLeg]| {
        let known = ledger.transaction(tx)?;
        for leg in outputs.iter().filter(|leg| !leg.amount.is_zero()) {
            let (Some(output), true) = (leg.output, known.time >= since) else { continue };
            let outpoint = ledger.output(output)?;
            found.thefts.push(output_theft(ledger, known.time, &outpoint, leg, assets)?);
        }
        Ok::<(), ReadError>(())
    };
    let mut change = 0;
    let mut gained = |whole: &UtxoTx, is_wanted: &dyn Fn(&UtxoLeg) -> bool| {
        let payers: BTreeSet<_> = whole.inputs.iter().filter_map(|leg| leg.holder).collect();
        let wanted = whole.outputs.iter().filter(|leg| is_wanted(leg)).copied();
        let (own, others): (Vec<UtxoLeg>, Vec<UtxoLeg>) =
            wanted.partition(|leg| leg.holder.is_some_and(|holder| payers.contains(&holder)));
        change += own.len();
        list(whole.tx, &others)
    };
    match target {
        Target::Account(account) => {
            let Some(holder) = ledger.find_account(account)? else { return Ok(found) };
            let mut last = None;
            for output in ledger.outputs_of(holder) {
                let (tx, _) = ledger.maker(output?)?;
                if last.replace(tx) == Some(tx) {
                    continue;
                }
                if let Some(whole) = ledger.utxo_tx(tx)? {
                    gained(&whole, &|leg| leg.holder == Some(holder))?;
                }
            }
        }
        Target::Transaction(tx) => {
            let Some(tx) = ledger.find_tx(tx)? else { return Ok(found) };
            if let Some(whole) = ledger.utxo_tx(tx)? {
                gained(&whole, &|_| true)?;
            }
        }
        Target::Output(output) => {
            let Some(tx) = ledger.find_tx(output.tx())? else { return Ok(found) };
            let whole = ledger.utxo_tx(tx)?;
            let vout = usize::try_from(output.vout()).unwrap_or(usize::MAX);
            if let Some(leg) = whole.and_then(|whole| whole.outputs.get(vout).copied()) {
                list(tx, &[leg])?;
            }
        }
        Target::Case(_) => {}
    }
    found.change = change;
    Ok(found)
}

fn output_theft(
    ledger: &dyn Ledger,
    time: Timestamp,
    outpoint: &OutPoint,
    leg: &UtxoLeg,
    assets: &AssetList,
) -> Result<Theft, ReadError> {
    let native = ledger.native_asset(outpoint.tx().chain()).map(|asset| ledger.asset(asset));
    let amount = native.map_or_else(
        || leg.amount.to_string(),
        |asset| format!("{} {}", assets.units(asset, leg.amount), assets.symbol(asset)),
    );
    let holder = match leg.holder {
        Some(holder) => ledger.account(holder)?.address_for_people(),
        None => "no address".to_owned(),
    };
    Ok(Theft {
        time,
        what: format!("{amount} to {holder}"),
        fields: vec![("outpoint", outpoint.to_string())],
    })
}
