//! Exposure of a ledger, from what the command line names.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use hawkshaw_attribution::TagIndex;
use hawkshaw_ledger::store::Snapshot;
use hawkshaw_model::{Account, AssetList, Case, CoverageClaim, Ledger, PriceTable, UtxoTx};
use hawkshaw_report::InputRole;
use hawkshaw_screening::{
    ExposureRun, ExposureTable, Listing, Progress, ReplayError, ReplaySettings, SourceBook, World,
};
use hawkshaw_wallets::Marks;

use crate::crossings::{Grounds, crossings};
use crate::evidence::{self, Evidence};
use crate::exit::Failure;
use crate::input::InputFile;
use crate::investigation::{self, LedgerPlace};
use crate::screen::{self, Activity};
use crate::wallets::{ByWallet, Wallets};

/// What exposure is computed from.
pub(crate) struct Ground<'a> {
    pub(crate) ledger: &'a dyn Ledger,
    /// What the ledger says beside movements: deposits into bridges.
    pub(crate) evidence: Evidence,
    pub(crate) tags: &'a TagIndex,
    pub(crate) cases: &'a [Case],
    pub(crate) prices: Option<&'a PriceTable>,
    /// Who stands on lists, beside tags.
    pub(crate) listed: &'a [Listing],
    /// The wallets of whoever is tagged or listed.
    pub(crate) wallets: Wallets<'a>,
}

/// Who is a source, and whose value is followed.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) tags: &'a TagIndex,
    pub(crate) listed: &'a [Listing],
    pub(crate) cases: &'a [Case],
}

impl Named<'_> {
    fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.tags.accounts().chain(self.listed.iter().map(|listing| &listing.account))
    }
}

impl<'a> Ground<'a> {
    /// What a store says, and tags.
    pub(crate) fn of_store(
        (snapshot, path): (&'a Snapshot, &Path),
        named: Named<'a>,
        prices: Option<&'a PriceTable>,
        quiet: bool,
    ) -> Result<Self, Failure> {
        let nothing = Case::of_nothing(CoverageClaim::Everything);
        let evidence = evidence::of_store(snapshot, &nothing).map_err(Failure::bad_data)?;
        let marks = |chain: usize| {
            let (accounts, segments) = snapshot.file_marks(chain);
            Marks { accounts, segments }
        };
        let asked = (named.tags, named.accounts());
        let wallets = Wallets::of(snapshot, (Some(path), &marks), asked, quiet)?;
        let Named { tags, listed, cases } = named;
        Ok(Self { ledger: snapshot, evidence, tags, cases, prices, listed, wallets })
    }

    /// What files say, and tags.
    pub(crate) fn of_files(
        ledger: &'a dyn Ledger,
        files: &[InputFile],
        named: Named<'a>,
        prices: Option<&'a PriceTable>,
        quiet: bool,
    ) -> Result<Self, Failure> {
        let nothing = Case::of_nothing(CoverageClaim::Everything);
        let is_beside =
            |file: &&InputFile| file.role == InputRole::Ledger && evidence::is_evidence(file);
        let evidence = evidence::of_files(files.iter().filter(is_beside), ledger, &nothing)?;
        let asked = (named.tags, named.accounts());
        let wallets = Wallets::of(ledger, (None, &|_| Marks::default()), asked, quiet)?;
        let Named { tags, listed, cases } = named;
        Ok(Self { ledger, evidence, tags, cases, prices, listed, wallets })
    }

    /// What an index says of addresses by themselves: what was gathered of tags, what stands on
    /// lists, and what both say of other addresses of the same wallets.
    pub(crate) fn by_wallet(&self, tagged: &[Listing]) -> Result<ByWallet, Failure> {
        let all: Vec<&Listing> = tagged.iter().chain(self.listed).collect();
        self.wallets.listings(&all).map_err(Failure::bad_data)
    }

    /// The sources, each with all of its wallet.
    fn book(&self) -> Result<SourceBook, Failure> {
        let mut book = SourceBook::new(self.tags, self.cases.iter().cloned());
        book.add_listings(self.tags, self.listed);
        let failed = RefCell::new(None);
        book.add_wallets(&|account| match self.wallets.members(account) {
            Ok(members) => members,
            Err(error) => {
                failed.replace(Some(error));
                Vec::new()
            }
        });
        match failed.into_inner() {
            Some(error) => Err(Failure::bad_data(error)),
            None => Ok(book),
        }
    }
}

/// What every address of a ledger is exposed to, from scratch.
pub(crate) fn table(
    ground: &Ground<'_>,
    settings: &ReplaySettings,
    activity: &Activity,
    quiet: bool,
) -> Result<ExposureTable, Failure> {
    update(&mut ExposureRun::new(settings.clone()), ground, activity, quiet)
}

/// What every address of a ledger is exposed to, where an earlier run is at hand: what nothing
/// has changed for is not replayed again.
pub(crate) fn update(
    run: &mut ExposureRun,
    ground: &Ground<'_>,
    activity: &Activity,
    quiet: bool,
) -> Result<ExposureTable, Failure> {
    let Ground { ledger, evidence, tags, cases, prices, .. } = ground;
    let mut assets = AssetList::built_in();
    for info in cases.iter().flat_map(|case| &case.assets) {
        assets.add(info.clone());
    }
    activity.now("matching bridges");
    let mut defects = evidence.defects.clone();
    let grounds = Grounds { ledger: *ledger, evidence, tags, assets: &assets, prices: *prices };
    let crossings = crossings(&grounds, &mut defects).map_err(Failure::bad_data)?;
    for (reason, count) in &defects {
        screen::say(quiet, &format!("{reason}: {count}"));
    }
    let mix = |tx: &UtxoTx| hawkshaw_coinjoin::mix(*ledger, tx);
    let world = World {
        ledger: *ledger,
        assets: &assets,
        tags,
        mix: &mix,
        crossings: &crossings,
        prices: *prices,
    };
    let book = ground.book()?;
    let mut progress = |step: Progress| {
        let Progress { category, direction, done, of, is_kept } = step;
        if !is_kept {
            activity.now(&format!("following {category}, {direction} ({} of {of})", done + 1));
        }
    };
    run.update(&world, &book, &mut progress).map_err(refusal)
}

fn refusal(error: ReplayError) -> Failure {
    Failure::bad_data(error)
}

/// The files of cases, tags and prices, and of the ledger if it is not a store.
pub(crate) fn gather(
    cases: &[PathBuf],
    ledger: LedgerPlace<'_>,
    tags: &[PathBuf],
    prices: &[PathBuf],
    quiet: bool,
) -> Result<Vec<InputFile>, Failure> {
    let mut all_tags: Vec<PathBuf> = Vec::new();
    let mut files = Vec::new();
    for case in cases {
        files.extend(investigation::own_files(case, ledger, quiet)?);
        let own = case.join("tags");
        if own.is_dir() {
            all_tags.push(own);
        }
    }
    all_tags.extend(tags.iter().cloned());
    files.extend(investigation::gather_without_case(ledger, &all_tags, quiet)?);
    files.extend(crate::prices::gather(prices, quiet)?);
    Ok(investigation::each_once(files, quiet))
}

/// The cases among files.
pub(crate) fn cases(files: &[InputFile]) -> Result<Vec<Case>, Failure> {
    let mut cases: Vec<Case> = Vec::new();
    for file in files.iter().filter(|file| file.role == InputRole::Case) {
        let text = std::str::from_utf8(&file.bytes)
            .with_context(|| format!("{} is not UTF-8", file.shown()))
            .map_err(Failure::BadData)?;
        let case = Case::from_toml(text).with_context(|| file.shown()).map_err(Failure::BadData)?;
        if let Some(known) = cases.iter().find(|known| known.id == case.id) {
            return Err(Failure::Usage(anyhow!("two cases have the id {}", known.id)));
        }
        cases.push(case);
    }
    Ok(cases)
}

/// The tags that were imported into a store, if any were.
pub(crate) fn tags_of_store(store: &Path) -> Option<PathBuf> {
    let imported = store.join("tags.jsonl");
    imported.is_file().then_some(imported)
}
