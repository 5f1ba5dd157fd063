//! The index of a store: its tags, and what is exposed in it.
//!
//! It is kept as a file in the store and used again while store, tags, lists, cases and prices are
//! the same. Nothing rests on the file: where it cannot be read or written, or is of other inputs, the
//! index is made anew, and that is said.

use std::path::Path;

use hawkshaw_model::{Digest, Ledger as _};
use hawkshaw_screening::{
    AddressIndex, ExposureTable, IndexBuilder, IndexError, Listing, ReplaySettings,
};

use super::refusal;
use super::tags::Tags;
use crate::cli::screen::KnownArguments;
use crate::exit::Failure;
use crate::exposure::{self, Ground, Named};
use crate::input::InputFile;
use crate::investigation::{LedgerPlace, read_tags};
use crate::screen::{self, Activity};
use crate::store::{self, StoreInput};
use crate::wallets::ByWallet;

/// The file in a store.
const KEPT: &str = "screening.idx";

/// The version of what exposure is: an index of another one is made anew.
const EXPOSURE_RULES: u32 = 2;

/// The index of the tags and of what is exposed in a store.
pub(super) fn index(
    path: &Path,
    known: &KnownArguments,
    tags: &Tags,
    quiet: bool,
) -> Result<AddressIndex, Failure> {
    let activity = Activity::start(quiet);
    activity.now("opening the store");
    let input = StoreInput::open(path)?;
    let mut tag_paths = known.tags.clone();
    tag_paths.extend(exposure::tags_of_store(path));
    let place = LedgerPlace::Store;
    let mut files = exposure::gather(&known.case, place, &tag_paths, &known.prices, quiet)?;
    files.sort_by(|a, b| (a.role, &a.name, a.digest).cmp(&(b.role, &b.name, b.digest)));
    let listed = super::listed(&known.lists, true)?;
    let origin = origin(&input, &files, &listed);
    let kept = path.join(KEPT);
    if let Some(index) = kept_of(&kept, &origin, quiet) {
        return Ok(index);
    }
    let (table, by_wallet) =
        exposed((&input, path), (&mut files, tags, &listed), &activity, quiet)?;
    activity.now("writing the index");
    let made = || builder(&input, (tags, &by_wallet), &table, &origin).map_err(refusal);
    match made()?.write(&kept) {
        Ok(()) => AddressIndex::open(&kept).map_err(refusal),
        Err(error @ IndexError::Io { .. }) => {
            // A store that may not be written to answers all the same.
            screen::say(quiet, &format!("the index is not kept: {error}"));
            let bytes = made()?.to_bytes().map_err(refusal)?;
            AddressIndex::from_bytes("index of the store", bytes).map_err(refusal)
        }
        Err(error) => Err(refusal(error)),
    }
}

/// What names the inputs of an index.
fn origin(input: &StoreInput, files: &[InputFile], listed: &[Listing]) -> String {
    let mut text = format!("rules {EXPOSURE_RULES}, store {}", store::digest(input.snapshot()));
    for file in files {
        text.push_str(&format!("\n{:?} {}", file.role, file.digest));
    }
    for listing in listed {
        text.push_str(&format!("\n{listing:?}"));
    }
    format!("hawkshaw {} of {}", env!("CARGO_PKG_VERSION"), Digest::of(text.as_bytes()))
}

/// The index that was kept, where it is of the same inputs.
fn kept_of(path: &Path, origin: &str, quiet: bool) -> Option<AddressIndex> {
    if !path.exists() {
        return None;
    }
    match AddressIndex::open(path) {
        Ok(index) if index.origin() == origin => Some(index),
        Ok(_) => {
            screen::say(
                quiet,
                "store, tags, lists, cases or prices changed: exposure is computed anew",
            );
            None
        }
        Err(error) => {
            screen::say(quiet, &format!("exposure is computed anew: {error}"));
            None
        }
    }
}

/// What is exposed in a store, and what is listed by wallet there.
fn exposed(
    (input, path): (&StoreInput, &Path),
    (files, tagged, listed): (&mut Vec<InputFile>, &Tags, &[Listing]),
    activity: &Activity,
    quiet: bool,
) -> Result<(ExposureTable, ByWallet), Failure> {
    let cases = exposure::cases(files)?;
    activity.now("reading prices and tags");
    let prices = crate::prices::read(files)?;
    let prices = prices.as_ref().map(|prices| &prices.table);
    let tags = read_tags(files)?;
    let named = Named { tags: &tags, listed, cases: &cases };
    activity.now("joining wallets");
    let ground = Ground::of_store((input.snapshot(), path), named, prices, quiet)?;
    let table = exposure::table(&ground, &ReplaySettings::default(), activity, quiet)?;
    Ok((table, ground.by_wallet(tagged.listings())?))
}

fn builder(
    input: &StoreInput,
    (tags, by_wallet): (&Tags, &ByWallet),
    table: &ExposureTable,
    origin: &str,
) -> Result<IndexBuilder, IndexError> {
    let mut builder = IndexBuilder::new();
    builder.set_origin(origin);
    for listing in tags.listings().iter().chain(&by_wallet.listings) {
        builder.add_listing(listing)?;
    }
    for chain in input.snapshot().chains() {
        builder.add_ledger(&chain.id, chain.times.0, chain.times.1);
    }
    for lack in store::lacks(input.snapshot()).iter().chain(&by_wallet.notes) {
        builder.add_note(lack);
    }
    builder.add_table(table)?;
    Ok(builder)
}
