//! The order of the transactions of a UTXO block where no file gives it.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::TxHash;
use hawkshaw_model::rows::Rows;

/// A transaction of a block: whether it is a coinbase, and whose outputs it spends.
#[derive(Debug, Default)]
struct Tx {
    has_inputs: bool,
    spends: BTreeSet<TxHash>,
}

/// Gives transactions without an index one: the coinbase first, whoever spends behind whoever
/// made the output, and otherwise by hash. The order of a real block keeps the first two rules
/// and is not known beyond them. Gives how many transactions got one.
pub(crate) fn place_unplaced(batch: &mut [Rows]) -> u64 {
    let mut blocks: BTreeMap<u64, BTreeMap<TxHash, Tx>> = BTreeMap::new();
    for leg in batch.iter().flat_map(|rows| &rows.legs) {
        let (None, Some(hash)) = (leg.spot.tx_index, leg.spot.tx) else { continue };
        let tx = blocks.entry(leg.spot.height).or_default().entry(hash).or_default();
        if let Some((spent, _)) = leg.spends {
            tx.has_inputs = true;
            tx.spends.insert(spent);
        }
    }
    if blocks.is_empty() {
        return 0;
    }
    let mut indices: BTreeMap<TxHash, u32> = BTreeMap::new();
    for txs in blocks.values() {
        indices.extend(ordered(txs).into_iter().zip(0u32..));
    }
    let count = indices.len() as u64;
    for leg in batch.iter_mut().flat_map(|rows| &mut rows.legs) {
        if leg.spot.tx_index.is_none() {
            leg.spot.tx_index = leg.spot.tx.and_then(|hash| indices.get(&hash).copied());
        }
    }
    count
}

/// The transactions of a block, each behind those of the block whose outputs it spends.
fn ordered(txs: &BTreeMap<TxHash, Tx>) -> Vec<TxHash> {
    let inside =
        |tx: &Tx| tx.spends.iter().copied().filter(|spent| txs.contains_key(spent)).count();
    let mut missing: BTreeMap<TxHash, usize> =
        txs.iter().map(|(hash, tx)| (*hash, inside(tx))).collect();
    let mut spenders: BTreeMap<TxHash, Vec<TxHash>> = BTreeMap::new();
    for (hash, tx) in txs {
        for spent in &tx.spends {
            spenders.entry(*spent).or_default().push(*hash);
        }
    }
    let is_free = |(_, count): &(&TxHash, &usize)| **count == 0;
    let mut free: BTreeSet<(bool, TxHash)> =
        missing.iter().filter(is_free).map(|(hash, _)| (txs[hash].has_inputs, *hash)).collect();
    let mut order = Vec::with_capacity(txs.len());
    while let Some((_, hash)) = free.pop_first() {
        order.push(hash);
        for spender in spenders.get(&hash).into_iter().flatten() {
            if let Some(count) = missing.get_mut(spender) {
                *count -= 1;
                if *count == 0 {
                    free.insert((true, *spender));
                }
            }
        }
    }
    // What spends itself in a circle is refused later, when inputs are tied to outputs.
    let placed: BTreeSet<TxHash> = order.iter().copied().collect();
    order.extend(txs.keys().filter(|hash| !placed.contains(*hash)));
    order
}

#[cfg(test)]
mod tests {
    use super::place_unplaced;
    use hawkshaw_model::rows::{Leg, Rows, Spot};
    use hawkshaw_model::{ChainId, TxHash};

    fn leg(tx: u8, spends: Option<u8>) -> Leg {
        let hash = |number: u8| TxHash::from([number; 32]);
        let spot = Spot { height: 3, time: None, tx_index: None, tx: Some(hash(tx)), line: 1 };
        let spends = spends.map(|spent| (hash(spent), 0));
        Leg { spot, index: 0, spends, holder: None, amount: 1u64.into() }
    }

    #[test]
    fn a_coinbase_comes_first_and_spenders_come_last() {
        let mut rows = Rows::new(ChainId::bitcoin(), "f".into());
        // 9 is the coinbase, 2 spends 7, 7 spends 8, 8 and 5 spend outputs of other blocks.
        rows.legs = vec![
            leg(2, Some(7)),
            leg(9, None),
            leg(7, Some(8)),
            leg(8, Some(99)),
            leg(5, Some(98)),
        ];
        let mut batch = [rows];
        assert_eq!(place_unplaced(&mut batch), 5);
        let index: Vec<u32> = batch[0].legs.iter().map(|leg| leg.spot.tx_index.unwrap()).collect();
        assert_eq!(index, [4, 0, 3, 2, 1]);
    }
}
