//! Tables whose heights are not those of the chain, so that an output is spent before it is
//! made, or that several transactions stand at one place.
//!
//! A table that somebody put together by hand need not know heights. They decide nothing about
//! mixes, so such a table is read in an order in which outputs are made before they are spent;
//! everything else that is wrong with a table refuses it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hawkshaw_ledger::{MemoryLedger, OutputRow, read_outputs};
use hawkshaw_model::{ChainId, Ledger as _, Timestamp, TxHash};

use super::{Entry, each};
use crate::exit::Failure;
use crate::input::InputFile;
use crate::screen;

/// A transaction by its chain and hash.
type Key = (ChainId, TxHash);

/// Where a table places a transaction.
type At = (u64, u32, Timestamp);

/// A table in an order that can be.
pub(super) struct Mended {
    ledger: MemoryLedger,
    /// Where the table places each transaction.
    places: BTreeMap<Key, At>,
}

/// The tables in another order, where only their order is wrong.
pub(super) fn mend(tables: &[InputFile]) -> Option<Mended> {
    let mut rows = Vec::new();
    for file in tables {
        let read = read_outputs(file.bytes.as_slice(), &file.shown()).ok()?;
        rows.extend(read.into_iter().map(|located| located.row));
    }
    let places = places(&rows);
    let ranks = ranks(&rows, &places)?;
    for row in &mut rows {
        let (rank, has_inputs) = *ranks.get(&key(row))?;
        let (_, tx_index, time) = *places.get(&key(row))?;
        if !has_inputs && tx_index != 0 {
            return None;
        }
        (row.height, row.tx_index, row.time) = (rank, u32::from(has_inputs), time);
    }
    let (ledger, _) = MemoryLedger::from_rows(Vec::new(), rows).ok()?;
    Some(Mended { ledger, places })
}

fn key(row: &OutputRow) -> Key {
    (row.chain.clone(), row.tx)
}

/// Where the first row of each transaction places it. Several may stand at one place, and other
/// rows of one may place it elsewhere, as in tables that were put together from several.
fn places(rows: &[OutputRow]) -> BTreeMap<Key, At> {
    let mut places = BTreeMap::new();
    for row in rows {
        places.entry(key(row)).or_insert((row.height, row.tx_index, row.time));
    }
    places
}

/// A number for each transaction, greater than those of all whose outputs it spends and
/// otherwise in the order of the table, and whether it has inputs. `None` where transactions
/// spend each other's outputs in a circle.
fn ranks(rows: &[OutputRow], places: &BTreeMap<Key, At>) -> Option<BTreeMap<Key, (u64, bool)>> {
    let mut waits: BTreeMap<&Key, usize> = places.keys().map(|key| (key, 0)).collect();
    let mut spenders: BTreeMap<&Key, BTreeSet<&Key>> = BTreeMap::new();
    let mut spending = BTreeSet::new();
    for row in rows {
        let Some(outpoint) = &row.outpoint else { continue };
        let (own, _) = places.get_key_value(&key(row))?;
        spending.insert(own);
        let spent = (outpoint.tx().chain().clone(), outpoint.tx().hash());
        if let Some((maker, _)) = places.get_key_value(&spent)
            && spenders.entry(maker).or_default().insert(own)
        {
            *waits.get_mut(own)? += 1;
        }
    }
    let mut free: BTreeSet<(&At, &Key)> = BTreeSet::new();
    free.extend(
        waits.iter().filter(|(_, waits)| **waits == 0).map(|(key, _)| (&places[*key], *key)),
    );
    let mut ranks = BTreeMap::new();
    while let Some((_, key)) = free.pop_first() {
        let rank = u64::try_from(ranks.len()).ok()? + 1;
        ranks.insert(key.clone(), (rank, spending.contains(key)));
        for spender in spenders.get(key).into_iter().flatten().copied() {
            let waits = waits.get_mut(spender)?;
            *waits -= 1;
            if *waits == 0 {
                free.insert((&places[spender], spender));
            }
        }
    }
    (ranks.len() == places.len()).then_some(ranks)
}

impl Mended {
    /// Hands over every transaction in the order of the table.
    pub(super) fn each(
        &self,
        path: &Path,
        quiet: bool,
        hand_over: &mut dyn FnMut(Entry<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        screen::say(
            quiet,
            "the table places transactions where they cannot stand, so its heights are not those of \
             the chain: they are shown and not relied on",
        );
        let mut verdicts = BTreeMap::new();
        each(&self.ledger, path, quiet, &mut |entry| {
            if let Some(hash) = entry.header.hash {
                let counts = (entry.inputs, entry.outputs);
                let key = (entry.chain.id.clone(), hash);
                verdicts.insert(key, (entry.header, counts, entry.verdict));
            }
            Ok(())
        })?;
        for chain in self.ledger.chains() {
            let own = self.places.iter().filter(|((id, _), _)| *id == chain.id);
            let mut order: Vec<(&At, &Key)> = own.map(|(key, at)| (at, key)).collect();
            order.sort_unstable();
            for ((height, tx_index, _), key) in order {
                let Some((mut header, (inputs, outputs), verdict)) = verdicts.remove(key) else {
                    continue;
                };
                if let Some(point) = &mut header.point {
                    (point.height, point.tx_index) = (*height, *tx_index);
                }
                hand_over(Entry { chain, header, inputs, outputs, verdict })?;
            }
        }
        Ok(())
    }
}
