//! Where in its block does a transaction stand of which a list does not say it?
//!
//! Etherscan's list of calls inside names no index. What somebody is paid by a contract and sends
//! on in the same block would then seem to be sent before it came. So where a history has several
//! transactions of one block, the explorer is asked for the places that its lists leave out.

use std::collections::{BTreeMap, HashMap};

use hawkshaw_chains::explorers::Place;
use hawkshaw_model::TxHash;
use hawkshaw_model::rows::{Rows, Spot};

use crate::error::SourceError;

/// For how many transactions of a history it is asked.
const ASKED_MAX: usize = 1_000;

/// Writes the places into the rows of a history. Returns of each transaction whose place remains
/// unknown beside others why it does, as ends of sentences.
pub(super) fn complete(
    rows: &mut Rows,
    mut ask: impl FnMut(&TxHash, u64) -> Result<Result<Place, String>, SourceError>,
) -> Result<Vec<String>, SourceError> {
    let mut known: BTreeMap<(u64, TxHash), Option<u32>> = BTreeMap::new();
    for spot in spots(rows) {
        if let Some(tx) = spot.tx {
            let index = known.entry((spot.height, tx)).or_default();
            *index = index.or(spot.tx_index);
        }
    }
    let mut per_block: HashMap<u64, usize> = HashMap::new();
    for (height, _) in known.keys() {
        *per_block.entry(*height).or_default() += 1;
    }
    let (mut places, mut unknown) = (HashMap::new(), Vec::new());
    let is_beside = |height: &u64| per_block.get(height).is_some_and(|count| *count > 1);
    let open = known.iter().filter(|((height, _), index)| index.is_none() && is_beside(height));
    for (number, ((height, tx), _)) in open.enumerate() {
        let place = if number < ASKED_MAX {
            ask(tx, *height)?
        } else {
            Err(format!("it was asked for {ASKED_MAX} others"))
        };
        match place {
            Ok(place) => {
                places.insert((*height, *tx), place);
            }
            Err(why) => unknown.push(format!("the place of {tx} in block {height}: {why}")),
        }
    }
    for row in &mut rows.transfers {
        if let Some(place) = row.spot.tx.and_then(|tx| places.get(&(row.spot.height, tx))) {
            row.spot.tx_index = Some(place.tx_index);
            row.sender = Some(place.sender.clone());
        }
        set_index(&mut row.spot, &known);
    }
    for call in &mut rows.calls {
        set_index(&mut call.spot, &known);
    }
    Ok(unknown)
}

fn spots(rows: &Rows) -> impl Iterator<Item = &Spot> {
    let moved = rows.transfers.iter().map(|row| &row.spot);
    moved.chain(rows.calls.iter().map(|call| &call.spot))
}

/// The place that another row of the same transaction names.
fn set_index(spot: &mut Spot, known: &BTreeMap<(u64, TxHash), Option<u32>>) {
    let told = spot.tx.and_then(|tx| known.get(&(spot.height, tx)).copied().flatten());
    spot.tx_index = spot.tx_index.or(told);
}
