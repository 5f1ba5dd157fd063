//! `hawkshaw ledger balance`.

use hawkshaw_ledger::store::{Flow, Snapshot};
use hawkshaw_model::{AssetIx, AssetList, Ledger as _};
use hawkshaw_report::ledger::{
    BalanceAnswer, Held, coverage_text, to_balance_json, to_balance_text,
};

use super::{coverage, question};
use crate::cli::ledger::{AccountArguments, Moment, RangeArguments};
use crate::exit::Failure;
use crate::{screen, store};

pub(super) fn run(
    arguments: &AccountArguments,
    at: Option<Moment>,
    json: bool,
) -> Result<(), Failure> {
    let snapshot = store::open(&arguments.store.store)?;
    let mut answers = Vec::new();
    for found in question::accounts(&snapshot, arguments)?.found {
        let txs = question::txs_through(&snapshot, found.chain, at)?;
        let flows = snapshot.flows(found.number, txs).map_err(Failure::bad_data)?;
        let chain = &snapshot.chains()[found.chain];
        let covered = snapshot.covered(found.chain);
        let mut coverage = coverage_text(&chain.id, covered, chain.times);
        if let Some([first, last]) = snapshot.history_heights(&found.account) {
            coverage.push_str(&format!(
                ", and the history of this address alone from block {first} to {last}"
            ));
        }
        let range = RangeArguments { from: None, to: at.and_then(Moment::next) };
        let asked =
            coverage::of_account(&snapshot, &found.account, Some(found.chain), true, range)?;
        answers.push(BalanceAnswer {
            account: found.account,
            missing: asked.missing,
            lacks: asked.lacks,
            held: flows.iter().map(|(asset, flow)| held(&snapshot, *asset, flow)).collect(),
            coverage,
            covered: covered.to_vec(),
        });
    }
    let assets = AssetList::built_in();
    if json {
        let at = at.map(|at| at.to_string());
        return super::answer_json(&to_balance_json(&answers, at.as_deref(), &assets));
    }
    if answers.is_empty() {
        let text = question::unknown(&snapshot, &arguments.address);
        return screen::answer(text.as_bytes());
    }
    let when = match at {
        Some(Moment::Height(height)) => format!("after block {height}"),
        Some(Moment::Time(time)) => format!("at {time}"),
        None => "at the end of the store".to_owned(),
    };
    screen::answer(to_balance_text(&answers, &when, &assets, super::style()).as_bytes())
}

/// What an account received and paid of an asset.
pub(super) fn held(snapshot: &Snapshot, asset: AssetIx, flow: &Flow) -> Held {
    Held {
        asset: snapshot.asset(asset).clone(),
        received: flow.received,
        paid: flow.paid,
        movements: flow.movements,
    }
}
