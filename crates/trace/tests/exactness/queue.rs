//! First in, first out, as Anderson and others wrote it down for Bitcoin ("Bitcoin Redux", 2018;
//! their RustyTaintChain): the queues of the inputs behind each other, each output cut off the
//! front, the fee last. It knows of no holdings, programs or origins.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hawkshaw_fixture::text::Story;
use hawkshaw_ledger::{OutputRow, Side};
use hawkshaw_model::{OutPoint, TxId};

/// A stretch of value: whether it is stolen, and how much.
type Run = (bool, u64);

/// Where stolen value is: by outpoint, and what fees took.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) outputs: BTreeMap<OutPoint, u64>,
    pub(crate) fees: u64,
    /// What had been stolen before and was stolen again, by outpoint.
    pub(crate) again: BTreeMap<OutPoint, u64>,
}

/// Follows stolen outputs through a story of a UTXO chain. `ends` says where an output is followed
/// no further.
pub(crate) fn follow(
    story: &Story,
    stolen: &BTreeSet<OutPoint>,
    ends: &dyn Fn(&OutputRow) -> bool,
) -> Found {
    let mut rows: Vec<&OutputRow> = story.outputs.iter().collect();
    rows.sort_by_key(|row| (row.height, row.tx_index, row.side == Side::Out, row.leg_index));
    let mut queues: BTreeMap<OutPoint, VecDeque<Run>> = BTreeMap::new();
    let mut found = Found::default();
    for tx in rows.chunk_by(|a, b| (a.height, a.tx_index) == (b.height, b.tx_index)) {
        let mut pool: VecDeque<Run> = VecDeque::new();
        for input in tx.iter().filter(|row| row.side == Side::In) {
            let queue = queues.remove(input.outpoint.as_ref().unwrap());
            pool.extend(queue.unwrap_or_else(|| [(false, units(input))].into()));
        }
        for output in tx.iter().filter(|row| row.side == Side::Out) {
            let point = OutPoint::new(TxId::new(output.chain.clone(), output.tx), output.leg_index);
            let mut queue = extract(&mut pool, units(output));
            if stolen.contains(&point) {
                found.again.insert(point.clone(), dirty(&queue));
                queue = [(true, units(output))].into();
            }
            if ends(output) {
                *found.outputs.entry(point).or_default() += dirty(&queue);
            } else {
                queues.insert(point, queue);
            }
        }
        found.fees += dirty(&pool);
    }
    found.outputs.extend(queues.into_iter().map(|(point, queue)| (point, dirty(&queue))));
    found.outputs.retain(|_, amount| *amount > 0);
    found.again.retain(|_, amount| *amount > 0);
    found
}

fn units(row: &OutputRow) -> u64 {
    row.amount.to_u256().to()
}

fn dirty(queue: &VecDeque<Run>) -> u64 {
    queue.iter().filter(|run| run.0).map(|run| run.1).sum()
}

/// Takes an amount off the front of a queue. A queue that runs dry gives clean value.
fn extract(queue: &mut VecDeque<Run>, mut need: u64) -> VecDeque<Run> {
    let mut out = VecDeque::new();
    while need > 0 {
        match queue.pop_front() {
            None => {
                out.push_back((false, need));
                need = 0;
            }
            Some((stolen, amount)) if amount <= need => {
                out.push_back((stolen, amount));
                need -= amount;
            }
            Some((stolen, amount)) => {
                out.push_back((stolen, need));
                queue.push_front((stolen, amount - need));
                need = 0;
            }
        }
    }
    out
}
