//! `hawkshaw ledger history`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;
use hawkshaw_ledger::store::{Movement, Snapshot};
use hawkshaw_model::{
    AssetId, AssetIx, AssetList, AssetNames, Ledger as _, Posting, Printable, ReadError,
    TransferKind,
};
use hawkshaw_report::InputRole;
use hawkshaw_report::ledger::{
    AccountCoverage, HistoryForm, HistoryPage, HistoryRow, Side, hidden_text, kind_name,
    missing_text,
};

use hawkshaw_trace::noise::Sieve;
use hawkshaw_trace::{Noise, NoiseRule};

use super::coverage;
use super::question::{self, Found};
use crate::cli::ledger::{AssetArgument, HistoryArguments};
use crate::exit::Failure;
use crate::input::InputFile;
use crate::{asset_names, noise, screen, store};

/// Text that is gathered before it is written.
const BUFFER_BYTES: usize = 64 << 10;

pub(super) fn run(arguments: &HistoryArguments, quiet: bool) -> Result<(), Failure> {
    let snapshot = store::open(&arguments.account.store.store)?;
    let meant = question::accounts(&snapshot, &arguments.account)?;
    let found = &meant.found;
    question::check(arguments.range)?;
    let assets = AssetList::built_in();
    if let Some(asset) = &arguments.asset {
        check_asset(&snapshot, asset, &assets)?;
    }
    let form = match (arguments.json, arguments.csv) {
        (true, _) => HistoryForm::Json,
        (_, true) => HistoryForm::Csv,
        _ => HistoryForm::Text,
    };
    if found.is_empty() && form == HistoryForm::Text {
        let text = question::unknown(&snapshot, &arguments.account.address);
        return screen::answer(text.as_bytes());
    }
    let names = names(arguments.names.as_deref(), quiet)?;
    let noise = Noise::keeping(noise::kept(arguments.keep_noise.as_deref()));
    let mut sieve = Sieve::new(&snapshot, &assets, &names, noise);
    let mut hidden = BTreeMap::new();
    let mut page = HistoryPage::new(form, &assets);
    let mut text = String::new();
    page.begin(&mut text);
    let mut is_cut = false;
    let mut coverages = Vec::new();
    for one in found {
        let chain = one.account.chain();
        if form == HistoryForm::Text {
            let address = one.account.address_for_people();
            text.push_str(&format!("{address} on {}\n", chain.name()));
        }
        let written = {
            let mut filter = Filter { sieve: &mut sieve, hidden: &mut hidden };
            write(&snapshot, one, arguments, &mut filter, &mut page, &mut text)?
        };
        is_cut |= written.is_cut;
        let (account, range) = (&one.account, arguments.range);
        let coverage = coverage::of_account(&snapshot, account, Some(one.chain), true, range)?;
        if form == HistoryForm::Text && written.is_empty {
            text.push_str("No such movement of it is stored.\n");
        }
        for caution in missing_text(chain, &coverage.missing).iter().chain(&coverage.lacks) {
            match form {
                HistoryForm::Text => text.push_str(&format!("{caution}\n")),
                _ => screen::say(quiet, caution),
            }
        }
        coverages.push(coverage);
    }
    for (account, chain) in &meant.unknown {
        let range = arguments.range;
        coverages.push(coverage::of_account(&snapshot, account, *chain, false, range)?);
    }
    let is_known = !found.is_empty();
    let is_covered = coverages.iter().filter(|one| one.is_known).all(AccountCoverage::is_whole);
    let is_whole = is_known && is_covered && !is_cut;
    page.end(&mut text, is_whole, &coverages, &hidden);
    screen::answer(visible(form, &text).as_bytes())?;
    if is_cut {
        let limit = arguments.limit;
        screen::say(quiet, &format!("there are more than {limit}: --limit 0 lists all"));
    }
    if form == HistoryForm::Csv && !hidden.is_empty() {
        screen::say(quiet, hidden_text(&hidden).trim_end());
    }
    if !is_known {
        screen::say(quiet, question::unknown(&snapshot, &arguments.account.address).trim_end());
    }
    Ok(())
}

/// Refuses an asset that the store does not have.
fn check_asset(
    snapshot: &Snapshot,
    wanted: &AssetArgument,
    assets: &AssetList,
) -> Result<(), Failure> {
    let count = u32::try_from(snapshot.asset_count()).unwrap_or(u32::MAX);
    if (0..count).any(|number| is_asset(wanted, snapshot.asset(AssetIx(number)), assets)) {
        return Ok(());
    }
    Err(Failure::Usage(match wanted {
        AssetArgument::Id(id) => anyhow!("the store holds nothing of {}", id.as_str()),
        AssetArgument::Symbol(symbol) => anyhow!(
            "the store holds no curated asset with the symbol `{}`: name it by its CAIP-19 id",
            Printable(symbol)
        ),
    }))
}

/// What was written of a history.
struct Written {
    /// Whether the limit cut it off.
    is_cut: bool,
    is_empty: bool,
}

/// Writes the history of an account.
fn write(
    snapshot: &Snapshot,
    found: &Found,
    arguments: &HistoryArguments,
    filter: &mut Filter<'_, '_>,
    page: &mut HistoryPage<'_>,
    text: &mut String,
) -> Result<Written, Failure> {
    let txs = question::txs(snapshot, found.chain, arguments.range)?;
    let form = if arguments.json { HistoryForm::Json } else { HistoryForm::Csv };
    let assets = AssetList::built_in();
    let mut count = 0;
    for movement in snapshot.movements(found.number, txs) {
        let movement = movement.map_err(Failure::bad_data)?;
        let asset = snapshot.asset(movement.asset);
        if !arguments.asset.as_ref().is_none_or(|wanted| is_asset(wanted, asset, &assets)) {
            continue;
        }
        let rule = filter.rule(found, &movement).map_err(Failure::bad_data)?;
        if let (Some(rule), true) = (rule, arguments.hide_noise) {
            *filter.hidden.entry(rule.as_str()).or_insert(0) += 1;
            continue;
        }
        if arguments.limit > 0 && count == arguments.limit {
            return Ok(Written { is_cut: true, is_empty: false });
        }
        count += 1;
        let row = row(snapshot, found, &movement).map_err(Failure::bad_data)?;
        let row = HistoryRow { noise: rule.map(NoiseRule::as_str), ..row };
        page.row(text, &row);
        if text.len() >= BUFFER_BYTES {
            screen::answer(visible(form, text).as_bytes())?;
            text.clear();
        }
    }
    Ok(Written { is_cut: false, is_empty: count == 0 })
}

/// JSON in which no character acts on a screen; the other forms are made so.
fn visible(form: HistoryForm, text: &str) -> String {
    if form == HistoryForm::Json { screen::visible(text) } else { text.to_owned() }
}

/// Whether an asset is the one that is asked for.
fn is_asset(wanted: &AssetArgument, asset: &AssetId, assets: &AssetList) -> bool {
    match wanted {
        AssetArgument::Id(id) => id == asset,
        AssetArgument::Symbol(symbol) => {
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
        noise: None,
    })
}

/// Tells noise in a history, and counts what of it is not shown.
struct Filter<'f, 'a> {
    sieve: &'f mut Sieve<'a>,
    hidden: &'f mut BTreeMap<&'static str, u64>,
}

impl Filter<'_, '_> {
    /// The rule by which a movement is noise to the account whose history it is in.
    fn rule(&mut self, found: &Found, movement: &Movement) -> Result<Option<NoiseRule>, ReadError> {
        let Some(kind) = movement.kind else { return Ok(None) };
        let posting = Posting {
            tx: movement.tx,
            asset: movement.asset,
            amount: movement.amount,
            is_credit: movement.is_credit,
            is_fee: kind == TransferKind::Fee,
            counterparty: movement.counterparty,
        };
        self.sieve.rule(found.number, &posting)
    }
}

/// What outside sources call assets, from a file.
fn names(path: Option<&Path>, quiet: bool) -> Result<AssetNames, Failure> {
    let Some(path) = path else { return Ok(AssetNames::default()) };
    let found = asset_names::read(&[InputFile::read(InputRole::Assets, path)?])?;
    for (reason, count) in found.defects {
        screen::say(quiet, &format!("{}: {reason}: {count}", path.display()));
    }
    Ok(found.names)
}
