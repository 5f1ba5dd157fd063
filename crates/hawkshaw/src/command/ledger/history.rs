//! `hawkshaw ledger history`.

use hawkshaw_ledger::store::{Movement, Snapshot};
use hawkshaw_model::{AssetId, AssetList, Ledger as _, ReadError};
use hawkshaw_report::ledger::{HistoryForm, HistoryPage, HistoryRow, Side, kind_name};

use super::question::{self, Found};
use crate::cli::ledger::{AssetArgument, HistoryArguments};
use crate::exit::Failure;
use crate::{screen, store};

/// Text that is gathered before it is written.
const BUFFER_BYTES: usize = 64 << 10;

pub(super) fn run(arguments: &HistoryArguments, quiet: bool) -> Result<(), Failure> {
    let snapshot = store::open(&arguments.account.store.store)?;
    let found = question::accounts(&snapshot, &arguments.account)?;
    let assets = AssetList::built_in();
    let form = match (arguments.json, arguments.csv) {
        (true, _) => HistoryForm::Json,
        (_, true) => HistoryForm::Csv,
        _ => HistoryForm::Text,
    };
    if found.is_empty() && form == HistoryForm::Text {
        let text = question::unknown(&snapshot, &arguments.account.address);
        return screen::answer(text.as_bytes());
    }
    let mut page = HistoryPage::new(form, &assets);
    let mut text = String::new();
    page.begin(&mut text);
    let mut is_whole = true;
    for one in &found {
        if form == HistoryForm::Text {
            text.push_str(&format!(
                "{} on {}\n",
                one.account.address_for_people(),
                one.account.chain().name()
            ));
        }
        is_whole &= write(&snapshot, one, arguments, &mut page, &mut text)?;
    }
    page.end(&mut text, is_whole);
    screen::answer(visible(form, &text).as_bytes())?;
    if !is_whole {
        let limit = arguments.limit;
        screen::say(quiet, &format!("there are more than {limit}: --limit 0 lists all"));
    }
    if found.is_empty() {
        screen::say(quiet, question::unknown(&snapshot, &arguments.account.address).trim_end());
    }
    Ok(())
}

/// Writes the history of an account; `false` if the limit cut it off.
fn write(
    snapshot: &Snapshot,
    found: &Found,
    arguments: &HistoryArguments,
    page: &mut HistoryPage<'_>,
    text: &mut String,
) -> Result<bool, Failure> {
    let txs = question::txs(snapshot, found.chain, arguments.range)?;
    let form = if arguments.json { HistoryForm::Json } else { HistoryForm::Csv };
    let mut count = 0;
    for movement in snapshot.movements(found.number, txs) {
        let movement = movement.map_err(Failure::bad_data)?;
        let asset = snapshot.asset(movement.asset);
        if !arguments.asset.as_ref().is_none_or(|wanted| is_asset(wanted, asset)) {
            continue;
        }
        if arguments.limit > 0 && count == arguments.limit {
            return Ok(false);
        }
        count += 1;
        let row = row(snapshot, found, &movement).map_err(Failure::bad_data)?;
        page.row(text, &row);
        if text.len() >= BUFFER_BYTES {
            screen::answer(visible(form, text).as_bytes())?;
            text.clear();
        }
    }
    Ok(true)
}

/// JSON in which no character acts on a screen; the other forms are made so.
fn visible(form: HistoryForm, text: &str) -> String {
    if form == HistoryForm::Json { screen::visible(text) } else { text.to_owned() }
}

/// Whether an asset is the one that is asked for.
fn is_asset(wanted: &AssetArgument, asset: &AssetId) -> bool {
    match wanted {
        AssetArgument::Id(id) => id == asset,
        AssetArgument::Symbol(symbol) => {
            let assets = AssetList::built_in();
            assets.get(asset).is_some_and(|info| info.symbol.eq_ignore_ascii_case(symbol))
        }
    }
}

fn row(snapshot: &Snapshot, found: &Found, movement: &Movement) -> Result<HistoryRow, ReadError> {
    let tx = snapshot.transaction(movement.tx)?;
    let counterparty = movement.counterparty.map(|other| snapshot.account(other)).transpose()?;
    let output = movement.output.map(|output| snapshot.output(output)).transpose()?;
    let kind = match (movement.kind, movement.is_credit) {
        (Some(kind), _) => kind_name(kind),
        (None, true) => "output",
        (None, false) => "input",
    };
    // The place of what no transaction moved is made up, too.
    let given = |index| question::given_index(index).filter(|_| tx.hash.is_some());
    Ok(HistoryRow {
        account: found.account.clone(),
        time: tx.time,
        height: tx.point.map(|point| point.height),
        tx_index: tx.point.and_then(|point| given(point.tx_index)),
        event: given(movement.event),
        tx: tx.hash,
        kind,
        side: if movement.is_credit { Side::In } else { Side::Out },
        counterparty,
        output,
        asset: snapshot.asset(movement.asset).clone(),
        amount: movement.amount,
    })
}
