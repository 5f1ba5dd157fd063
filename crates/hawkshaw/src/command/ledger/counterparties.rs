//! `hawkshaw ledger counterparties`.

use std::cmp::Reverse;

use anyhow::anyhow;
use hawkshaw_ledger::store::{Counterparty, Snapshot};
use hawkshaw_model::{AssetList, Ledger as _, LedgerKind, ReadError};
use hawkshaw_report::ledger::{
    CounterpartyRow, to_counterparties_csv, to_counterparties_json, to_counterparties_text,
};

use super::balance::held;
use super::question;
use crate::cli::ledger::CounterpartyArguments;
use crate::exit::Failure;
use crate::{screen, store};

pub(super) fn run(arguments: &CounterpartyArguments, quiet: bool) -> Result<(), Failure> {
    let snapshot = store::open(&arguments.account.store.store)?;
    let found = question::accounts(&snapshot, &arguments.account)?.found;
    question::check(arguments.range)?;
    let (mut answers, mut totals) = (Vec::new(), Vec::new());
    let mut refused = Vec::new();
    for one in &found {
        let chain = &snapshot.chains()[one.chain];
        if chain.kind == LedgerKind::Outputs {
            let name = chain.id.name();
            let reason =
                format!("{name} does not say who paid whom: see `hawkshaw ledger history`");
            refused.push((one.account.clone(), reason));
            continue;
        }
        let txs = question::txs(&snapshot, one.chain, arguments.range)?;
        let sides = snapshot.counterparties(one.number, txs).map_err(Failure::bad_data)?;
        let rows = sides.iter().map(|side| row(&snapshot, side));
        let mut rows = rows.collect::<Result<Vec<_>, _>>().map_err(Failure::bad_data)?;
        rows.sort_by(|a, b| {
            let key = |row: &CounterpartyRow| Reverse(row.held.movements);
            let name = |row: &CounterpartyRow| (row.counterparty.clone(), row.held.asset.clone());
            key(a).cmp(&key(b)).then_with(|| name(a).cmp(&name(b)))
        });
        totals.push(rows.len());
        if arguments.limit > 0 {
            rows.truncate(arguments.limit);
        }
        answers.push((one.account.clone(), rows));
    }
    let assets = AssetList::built_in();
    if arguments.json {
        let answer = to_counterparties_json(&answers, &totals, &refused, &assets);
        super::answer_json(&question::with_lacks(&snapshot, answer))?;
    }
    if let Some((_, reason)) = refused.first().filter(|_| answers.is_empty()) {
        return Err(Failure::Usage(anyhow!("{reason}")));
    }
    refused.iter().for_each(|(_, reason)| screen::say(quiet, reason));
    if arguments.json {
        return Ok(());
    }
    if arguments.csv {
        return screen::answer(to_counterparties_csv(&answers, &assets).as_bytes());
    }
    let mut text = String::new();
    if found.is_empty() {
        text = question::unknown(&snapshot, &arguments.account.address);
    }
    for ((account, rows), total) in answers.iter().zip(totals) {
        text.push_str(&to_counterparties_text(account, rows, total, &assets, super::style()));
    }
    if !found.is_empty() {
        text.push_str(&question::lacks_text(&snapshot));
    }
    screen::answer(text.as_bytes())
}

fn row(snapshot: &Snapshot, side: &Counterparty) -> Result<CounterpartyRow, ReadError> {
    Ok(CounterpartyRow {
        counterparty: side.account.map(|other| snapshot.account(other)).transpose()?,
        held: held(snapshot, side.asset, &side.flow),
        first: snapshot.transaction(side.first)?.time,
        last: snapshot.transaction(side.last)?.time,
    })
}
