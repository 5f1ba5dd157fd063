//! `hawkshaw ledger tx`.

use std::path::Path;

use anyhow::anyhow;
use hawkshaw_ledger::store::{Snapshot, TxLeg, TxTransfer};
use hawkshaw_model::{
    Amount, AssetId, AssetList, ChainId, Ledger as _, LedgerKind, OutputIx, Printable, ReadError,
    TransferKind, TxHash, TxId, TxIx,
};
use hawkshaw_report::ledger::{TxAnswer, TxRow, kind_name, to_tx_json, to_tx_text};

use super::question;
use crate::exit::Failure;
use crate::{screen, store};

/// Movements of a holder that are looked through for the one that spends an output.
const MOVEMENTS_MAX: usize = 10_000;

pub(super) fn run(
    text: &str,
    store: &Path,
    only: Option<&ChainId>,
    json: bool,
) -> Result<(), Failure> {
    let snapshot = store::open(store)?;
    let (chain, hash) = parse(text)?;
    let only = chain.as_ref().or(only);
    let mut answers = Vec::new();
    for chain in snapshot.chains() {
        if !question::is_wanted(&chain.id, only) {
            continue;
        }
        let id = TxId::new(chain.id.clone(), hash);
        if let Some(tx) = snapshot.find_tx(&id).map_err(Failure::bad_data)? {
            answers.push(answer(&snapshot, id, tx, chain.kind).map_err(Failure::bad_data)?);
        }
    }
    let assets = AssetList::built_in();
    if json {
        let answer = to_tx_json(&answers, &assets);
        return super::answer_json(&question::with_lacks(&snapshot, answer));
    }
    if answers.is_empty() {
        return screen::answer(
            question::unknown(&snapshot, text)
                .replace("about the address: it may be used", "about the transaction: it may stand")
                .as_bytes(),
        );
    }
    let text = to_tx_text(&answers, &assets, super::style()) + &question::lacks_text(&snapshot);
    screen::answer(text.as_bytes())
}

/// A hash, with its chain where that is given; the index of an output is dropped.
fn parse(text: &str) -> Result<(Option<ChainId>, TxHash), Failure> {
    if let Ok(hash) = text.parse::<TxHash>() {
        return Ok((None, hash));
    }
    if let Ok(tx) = text.parse::<TxId>() {
        return Ok((Some(tx.chain().clone()), tx.hash()));
    }
    let is_index = |vout: &str| !vout.is_empty() && vout.bytes().all(|b| b.is_ascii_digit());
    if let Some((tx, vout)) = text.rsplit_once(':')
        && is_index(vout)
        && (tx.parse::<TxHash>().is_ok() || tx.parse::<TxId>().is_ok())
    {
        return parse(tx);
    }
    Err(Failure::Usage(anyhow!(
        "`{}` is no transaction: use its 64 hex digits, chain:hash, or txid:vout",
        Printable(text)
    )))
}

fn answer(
    snapshot: &Snapshot,
    id: TxId,
    tx: TxIx,
    kind: LedgerKind,
) -> Result<TxAnswer, ReadError> {
    let known = snapshot.transaction(tx)?;
    let (fee, rows) = match kind {
        LedgerKind::Accounts => {
            let moves = snapshot.transfers_of(tx)?;
            let rows = moves.iter().map(|one| transfer(snapshot, one));
            (fee_of_transfers(snapshot, &moves), rows.collect::<Result<_, _>>()?)
        }
        LedgerKind::Outputs => {
            let legs = snapshot.legs_of(tx)?;
            let native = snapshot.native_asset(id.chain()).map(|asset| snapshot.asset(asset));
            let asset = native
                .cloned()
                .unwrap_or_else(|| snapshot.asset(hawkshaw_model::AssetIx(0)).clone());
            let rows = legs.iter().map(|one| leg(snapshot, tx, one, &asset));
            (fee_of_legs(&legs).map(|fee| (asset.clone(), fee)), rows.collect::<Result<_, _>>()?)
        }
    };
    Ok(TxAnswer {
        tx: id,
        height: known.point.map(|point| point.height),
        tx_index: known.point.and_then(|point| question::given_index(point.tx_index)),
        time: known.time,
        sender: known.sender.map(|sender| snapshot.account(sender)).transpose()?,
        fee,
        rows,
    })
}

fn transfer(snapshot: &Snapshot, one: &TxTransfer) -> Result<TxRow, ReadError> {
    let account = |number: Option<_>| number.map(|number| snapshot.account(number)).transpose();
    Ok(TxRow {
        index: question::given_index(one.detail.event),
        kind: kind_name(one.detail.kind),
        from: account(one.payer)?,
        to: account(one.payee)?,
        output: None,
        spent_by: None,
        asset: snapshot.asset(one.detail.asset).clone(),
        amount: one.detail.amount,
    })
}

fn fee_of_transfers(snapshot: &Snapshot, moves: &[TxTransfer]) -> Option<(AssetId, Amount)> {
    let mut fees = moves.iter().filter(|one| one.detail.kind == TransferKind::Fee);
    let first = fees.next()?;
    let sum = fees.try_fold(first.detail.amount, |sum, one| sum.checked_add(one.detail.amount))?;
    Some((snapshot.asset(first.detail.asset).clone(), sum))
}

/// What the inputs hold beyond the outputs. A coinbase has none.
fn fee_of_legs(legs: &[TxLeg]) -> Option<Amount> {
    let sum = |is_input: bool| {
        let side = legs.iter().filter(|leg| leg.is_input == is_input);
        side.map(|leg| leg.amount).try_fold(Amount::ZERO, Amount::checked_add)
    };
    sum(true)?.checked_sub(sum(false)?)
}

fn leg(snapshot: &Snapshot, tx: TxIx, one: &TxLeg, asset: &AssetId) -> Result<TxRow, ReadError> {
    let holder = one.holder.map(|holder| snapshot.account(holder)).transpose()?;
    let spent_by = match one.output {
        Some(output) if !one.is_input => spender(snapshot, tx, one, output)?,
        _ => None,
    };
    let (from, to) = if one.is_input { (holder, None) } else { (None, holder) };
    Ok(TxRow {
        index: Some(one.index),
        kind: if one.is_input { "input" } else { "output" },
        from,
        to,
        output: one.output.map(|output| snapshot.output(output)).transpose()?,
        spent_by,
        asset: asset.clone(),
        amount: one.amount,
    })
}

/// The transaction that spends an output, if it is soon found in the history of its holder.
fn spender(
    snapshot: &Snapshot,
    tx: TxIx,
    leg: &TxLeg,
    output: OutputIx,
) -> Result<Option<TxId>, ReadError> {
    let Some(holder) = leg.holder else { return Ok(None) };
    let Some(chain) = snapshot.chains().iter().find(|chain| chain.txs.contains(&tx.0)) else {
        return Ok(None);
    };
    let later = snapshot.movements(holder, tx..TxIx(chain.txs.end));
    for movement in later.take(MOVEMENTS_MAX) {
        let movement = movement?;
        if movement.output == Some(output) && !movement.is_credit {
            let hash = snapshot.transaction(movement.tx)?.hash;
            return Ok(hash.map(|hash| TxId::new(chain.id.clone(), hash)));
        }
    }
    Ok(None)
}
