//! `hawkshaw ledger info`.

use std::path::Path;

use hawkshaw_ledger::store::Snapshot;
use hawkshaw_model::Ledger as _;
use hawkshaw_report::ledger::{
    ChainAnswer, ColumnGroup, ImportNote, StoreAnswer, to_store_json, to_store_text,
};

use crate::exit::Failure;
use crate::{screen, store};

pub(super) fn run(path: &Path, json: bool) -> Result<(), Failure> {
    let answer = answer(&store::open(path)?)?;
    if json {
        return super::answer_json(&to_store_json(&answer));
    }
    screen::answer(to_store_text(&answer, super::style()).as_bytes())
}

/// What a store holds.
pub(super) fn answer(snapshot: &Snapshot) -> Result<StoreAnswer, Failure> {
    let info = snapshot.info().map_err(Failure::bad_data)?;
    let chains = snapshot.chains().iter().zip(&info.chains).enumerate();
    let chains = chains.map(|(place, (summary, chain))| ChainAnswer {
        chain: summary.id.clone(),
        heights: summary.heights,
        times: summary.times,
        txs: summary.txs.end - summary.txs.start,
        rows: chain.rows,
        segments: chain.segments,
        bytes: chain.bytes,
        covered: chain.covered.clone(),
        histories: chain.histories.clone(),
        lacks: store::lacks_of(snapshot, place),
    });
    let columns = info.columns.iter();
    let mut columns: Vec<ColumnGroup> = columns
        .map(|(name, bytes)| ColumnGroup { name: (*name).to_owned(), bytes: *bytes })
        .collect();
    columns.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    let note = |(name, bytes, digest): &(String, u64, String)| ImportNote {
        name: name.clone(),
        bytes: *bytes,
        digest: digest.clone(),
    };
    Ok(StoreAnswer {
        generation: info.generation,
        digest: store::digest(snapshot).to_string(),
        bytes: info.bytes,
        accounts: snapshot.account_count() as u64,
        assets: snapshot.asset_count() as u64,
        chains: chains.collect(),
        columns,
        imports: info.imports.iter().map(note).collect(),
        unfinished: info.unfinished,
    })
}
