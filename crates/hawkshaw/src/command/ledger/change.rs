//! `hawkshaw ledger unwind` and `compact`.

use std::path::Path;

use anyhow::anyhow;
use hawkshaw_ledger::store::StoreWriter;
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
    drop(snapshot);
    let mut writer = StoreWriter::open(store).map_err(failure)?;
    let unwound = writer.unwind(&chain, to).map_err(failure)?;
    let text = format!(
        "{} ends at block {to}: {} transactions with {} movements were taken back\n",
        chain.name(),
        unwound.txs,
        unwound.rows
    );
    screen::answer(text.as_bytes())
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
