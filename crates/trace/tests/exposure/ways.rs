//! On random ledgers every way is one that value can have taken: as many payments as it says, the
//! last one of the asset and in time, each step in the ledger, none before the one that it follows.

use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, AccountIx, Case, CoverageClaim, Ledger as _, Posting, ReadError, Timestamp, TxIx,
};
use hawkshaw_trace::{
    Exposure, ExposureSettings, ExposureSource, Receipt, Scene, WayNode, exposure,
};

use crate::{ask, plain_options};

/// The ways of two stops and a theft as sources. How many of them have several payments.
fn check(random: &RandomLedger) -> usize {
    let (ledger, _) =
        MemoryLedger::from_rows(random.story.transfers.clone(), random.story.outputs.clone())
            .unwrap();
    let options = plain_options();
    let assets = random.assets();
    let case = Case::of_nothing(CoverageClaim::Everything);
    let stop = |_: &Account| None;
    let scene = Scene::new(&ledger, &case, &assets, &stop, &options);
    let of = |account: &Account| ExposureSource { accounts: vec![account.clone()], case: None };
    let mut sources: Vec<ExposureSource<'_>> = random.stops.keys().take(2).map(of).collect();
    sources.push(ExposureSource { accounts: Vec::new(), case: Some(&random.case) });
    let Ok(found) = exposure(&scene, &sources, ExposureSettings::default()) else { return 0 };
    found.receipts.iter().filter(|receipt| is_sound(&ledger, &found, receipt, random)).count()
}

fn is_sound(
    ledger: &MemoryLedger,
    found: &Exposure,
    receipt: &Receipt,
    random: &RandomLedger,
) -> bool {
    let told = format!("{receipt:?}\n{random}");
    assert_eq!(receipt.is_direct, receipt.hops == 1, "{told}");
    let places = way(found, receipt);
    let Some((first, last)) = places.first().zip(places.last()) else {
        return false;
    };
    let payments = places.iter().filter(|place| place.tx.is_some()).count();
    assert_eq!(usize::from(receipt.hops), payments, "{told}");
    assert_eq!(first.account, receipt.account, "{told}");
    assert!((receipt.first_time..=receipt.last_time).contains(&first.time), "{told}");
    assert!(moved_to(ledger, first.tx.unwrap(), receipt), "{told}");
    // Where it begins somebody paid, unless it was minted.
    assert!(last.tx.is_none() || places.len() == payments, "{told}");
    for pair in places.windows(2) {
        let (after, before) = (pair[0], pair[1]);
        assert!(before.time <= after.time, "{told}");
        assert!(before.tx.is_none_or(|tx| tx <= after.tx.unwrap()), "{told}");
        assert!(is_between(ledger, before, after).unwrap(), "{before:?} {after:?}\n{told}");
    }
    payments > 1
}

fn way<'f>(found: &'f Exposure, receipt: &Receipt) -> Vec<&'f WayNode> {
    let mut places = Vec::new();
    let mut at = receipt.way;
    while let Some(number) = at {
        let node = &found.ways[number as usize];
        places.push(node);
        at = node.next;
    }
    places
}

/// Whether a transaction moved the asset of a receipt to its account.
fn moved_to(ledger: &MemoryLedger, tx: TxIx, receipt: &Receipt) -> bool {
    if let Some(told) = ledger.utxo_tx(tx).unwrap() {
        return told.outputs.iter().any(|leg| leg.holder == Some(receipt.account));
    }
    let history = ledger.history(receipt.account, TxIx(tx.0 + 1));
    history
        .map(Result::unwrap)
        .any(|posting| posting.tx == tx && posting.is_credit && posting.asset == receipt.asset)
}

/// Whether a transaction takes from the place before and gives to the one after it; on a chain of
/// outputs, what it spends there is what came there.
fn is_between(ledger: &MemoryLedger, before: &WayNode, after: &WayNode) -> Result<bool, ReadError> {
    let tx = after.tx.unwrap();
    if let Some(told) = ledger.utxo_tx(tx)? {
        let is_spent = |leg: &hawkshaw_model::UtxoLeg| {
            if leg.holder != Some(before.account) {
                return Ok(false);
            }
            let Some(output) = leg.output else { return Ok(before.tx.is_none()) };
            let made = ledger.maker(output)?.0;
            // Change keeps the way on which it came.
            Ok::<_, ReadError>(before.tx.is_none_or(|came| made >= came))
        };
        let mut spent = false;
        for leg in &told.inputs {
            spent |= is_spent(leg)?;
        }
        return Ok(spent && told.outputs.iter().any(|leg| leg.holder == Some(after.account)));
    }
    let has = |account: AccountIx, is_meant: &dyn Fn(&Posting) -> bool| {
        let mut history = ledger.history(account, TxIx(tx.0 + 1));
        history.any(|posting| posting.is_ok_and(|posting| posting.tx == tx && is_meant(&posting)))
    };
    // Whoever makes tokens for what he takes in pays with what nobody had.
    Ok(has(before.account, &|_| true) && has(after.account, &|posting| posting.is_credit))
}

#[test]
fn on_random_account_ledgers() {
    let compared: usize = (0..400).map(|seed| check(&RandomLedger::of_accounts(seed))).sum();
    assert!(compared > 100, "{compared}");
}

#[test]
fn on_random_chains_of_outputs() {
    let compared: usize = (0..400).map(|seed| check(&RandomLedger::of_outputs(seed))).sum();
    assert!(compared > 50, "{compared}");
}

/// The times of the ways of a story, by payee and asset.
fn steps(asked: &crate::Asked) -> Vec<String> {
    let (ledger, _) =
        MemoryLedger::from_rows(asked.story.transfers.clone(), asked.story.outputs.clone())
            .unwrap();
    let found = asked.ask_on(&ledger);
    let height = |time: Timestamp| {
        let all = asked.story.transfers.iter().map(|row| row.time);
        let mut all: Vec<Timestamp> =
            all.chain(asked.story.outputs.iter().map(|row| row.time)).collect();
        all.sort();
        all.dedup();
        all.iter().position(|known| *known == time).unwrap() + 1
    };
    let told = |receipt: &Receipt| {
        let name = |account| hawkshaw_fixture::text::name_of(&ledger.account(account).unwrap());
        let way: Vec<String> = way(&found, receipt)
            .into_iter()
            .map(|node| format!("{}@{}", name(node.account), height(node.time)))
            .collect();
        way.join("<")
    };
    found.receipts.iter().map(told).collect()
}

#[test]
fn a_way_is_of_the_asset_that_came_and_goes_on_with_what_was_swapped_for_it() {
    // ETH came before USDC, and what is paid on in USDC was paid in in USDC.
    let story = "1: mixer -> a 5 ETH\n2: mixer -> a 7 USDC\n3: a -> b 7 USDC";
    assert_eq!(
        steps(&ask(story, &[&["mixer"]])),
        ["a@1<mixer@1", "a@2<mixer@2", "b@3<a@2<mixer@2"]
    );
    // What is swapped into USDC came as ETH.
    let story = "1: lp -> pool 90 USDC\n2: mixer -> x 5 ETH\n3: x -> a 5 ETH\n\
                 4 swap: a -> pool 5 ETH, pool -> a 20 USDC by a\n5: mixer -> a 1 DAI\n\
                 6: a -> b 20 USDC";
    let all = steps(&ask(story, &[&["mixer"]]));
    assert!(all.contains(&"b@6<a@3<x@2<mixer@2".to_owned()), "{all:?}");
}

#[test]
fn a_way_on_a_chain_of_outputs_goes_through_the_output_that_is_spent() {
    // a has one output straight from the source, which he keeps, and one by way of x.
    let story = "1: m = -> mixer 9\n2: n = -> mixer 9\n3: t = m:0 -> x 9\n4: u = n:0 -> a 9\n\
                 5: v = t:0 -> a 9\n6: w = v:0 -> b 9";
    let all = steps(&ask(story, &[&["mixer"]]));
    assert!(all.contains(&"b@6<a@5<x@3<mixer@3".to_owned()), "{all:?}");
}

#[test]
fn what_was_paid_on_leaves_no_way_behind() {
    // The 5 that came straight from the source are gone when a is paid by x.
    let story = "1: mixer -> a 5 ETH\n2: a -> c 5 ETH\n3: mixer -> x 5 ETH\n4: x -> a 5 ETH\n\
                 5: a -> b 5 ETH";
    let all = steps(&ask(story, &[&["mixer"]]));
    assert!(all.contains(&"b@5<a@4<x@3<mixer@3".to_owned()), "{all:?}");
}
