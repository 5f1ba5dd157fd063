//! `hawkshaw ledger unwind` and `compact`.

use std::path::Path;

use anyhow::anyhow;
use hawkshaw_ledger::store::{Snapshot, StoreWriter};
use hawkshaw_model::{ChainId, Ledger as _};

use super::question;
use crate::exit::Failure;
use crate::screen;
use crate::store::{self, failure};

pub(super) fn unwind(store: &Path, to: u64, chain: Option<&ChainId>) -> Result<(), Failure> {
    let snapshot = store::open(store)?;
    let chain = match (chain, snapshot.chains()) {
        (Some(chain), chains) if chains.iter().any(|known| known.id == *chain) => chain.clone(),
        (None, [only]) => only.id.clone(),
        (None, [_, ..]) => {
            let ids: Vec<&str> = snapshot.chains().iter().map(|chain| chain.id.as_str()).collect();
            let ids = ids.join(", ");
            return Err(Failure::Usage(anyhow!("the store holds {ids}: name one with --chain")));
        }
        (chain, _) => return Err(question::no_chain(&snapshot, chain)),
    };
    let before = tip(&snapshot, &chain);
    drop(snapshot);
    if let Some(tip) = before.filter(|tip| *tip <= to) {
        let name = chain.name();
        let text = format!("{name} ends at block {tip} already: nothing was taken back\n");
        return screen::answer(text.as_bytes());
    }
    let mut writer = StoreWriter::open(store).map_err(failure)?;
    let unwound = writer.unwind(&chain, to).map_err(failure)?;
    drop(writer);
    let end = match tip(&store::open(store)?, &chain) {
        Some(tip) => format!("ends at block {tip}"),
        None => "has no block left in the store".to_owned(),
    };
    let text = format!(
        "{} {end}: {} transactions with {} movements were taken back\n",
        chain.name(),
        unwound.txs,
        unwound.rows
    );
    screen::answer(text.as_bytes())
}

/// The last height of a chain that is stored, or covered without a transaction in it.
fn tip(snapshot: &Snapshot, chain: &ChainId) -> Option<u64> {
    let place = snapshot.chains().iter().position(|known| known.id == *chain)?;
    let stored = snapshot.chains()[place].heights.map(|(_, last)| last);
    let covered = snapshot.covered(place).last().map(|[_, last]| *last);
    stored.max(covered)
}

pub(super) fn compact(store: &Path, quiet: bool) -> Result<(), Failure> {
    // A store is not made by compacting nothing.
    drop(store::open(store)?);
    let activity = screen::Activity::start(quiet);
    let mut writer = StoreWriter::open(store).map_err(failure)?;
    let compacted = writer
        .compact(&mut |so_far| activity.now(&format!("joining: {} segments", so_far.after)))
        .map_err(failure)?;
    drop(activity);
    let text = format!("{} segments became {}\n", compacted.before, compacted.after);
    screen::answer(text.as_bytes())
}
