//! Makes a ledger that shows a difference as small as possible.

use hawkshaw_fixture::random::RandomLedger;

/// Leaves out whatever is not needed for `fails` to stay true.
pub(crate) fn shrink(
    mut ledger: RandomLedger,
    fails: &dyn Fn(&RandomLedger) -> bool,
) -> RandomLedger {
    loop {
        let smaller = simpler(&ledger).into_iter().find(|simpler| fails(simpler));
        match smaller {
            Some(smaller) => ledger = smaller,
            None => return ledger,
        }
    }
}

/// The ledger without one of its parts, large parts first.
fn simpler(ledger: &RandomLedger) -> Vec<RandomLedger> {
    let with = |change: &dyn Fn(&mut RandomLedger)| {
        let mut simpler = ledger.clone();
        change(&mut simpler);
        simpler
    };
    let text = ledger.story.to_string();
    let count = text.lines().count();
    let without = |left_out: &dyn Fn(usize) -> bool| -> Option<RandomLedger> {
        let lines: Vec<&str> = text
            .lines()
            .enumerate()
            .filter(|(index, _)| !left_out(*index))
            .map(|(_, line)| line)
            .collect();
        let story = lines.join("\n").parse().ok()?;
        Some(with(&|ledger| ledger.story = Clone::clone(&story)))
    };
    let mut all = Vec::new();
    if ledger.story.outputs.is_empty() {
        all.extend([count / 2, count / 4].into_iter().filter_map(|from| without(&|i| i >= from)));
    }
    all.extend((0..count).rev().filter_map(|line| without(&|index| index == line)));
    if ledger.case.stolen.len() > 1 {
        all.extend((0..ledger.case.stolen.len()).map(|index| {
            with(&|ledger| {
                ledger.case.stolen.remove(index);
            })
        }));
    }
    all.extend(ledger.stops.keys().map(|stop| {
        with(&|ledger| {
            ledger.stops.remove(stop);
        })
    }));
    all.extend(ledger.mixes.keys().map(|mix| {
        with(&|ledger| {
            ledger.mixes.remove(mix);
        })
    }));
    all.extend((0..ledger.story.transfers.len()).rev().map(|row| {
        with(&|ledger| {
            ledger.story.transfers.remove(row);
        })
    }));
    all
}
