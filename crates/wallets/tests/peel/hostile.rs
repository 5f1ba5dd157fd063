//! Any ledger of outputs: nothing panics, everything adds up, and the same is said again.

use std::collections::BTreeSet;

use hawkshaw_ledger::{MemoryLedger, OutputRow, Side};
use hawkshaw_model::{
    Account, AccountIx, Amount, ChainId, Ledger as _, Mix, MixClass, OutPoint, OutputIx, ReadError,
    Stop, TerminalKind, Timestamp, TxId, TxIx, UtxoTx,
};
use hawkshaw_wallets::change::{Rule, Surroundings, Verdict, candidates, change};
use hawkshaw_wallets::peel::{
    PeelSettings, carried, follow, follow_transaction, origin, origin_of, starts_of,
};
use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use proptest::sample::Index;

use crate::told::{account, hash, name_of};

/// A transaction in the making: which unspent outputs it spends, one that the ledger does not
/// hold, and whom it pays how large a part.
#[derive(Debug, Clone)]
struct Draft {
    spends: Vec<Index>,
    unknown: Option<u64>,
    pays: Vec<(usize, u8)>,
}

const HOLDERS: [&str; 12] =
    ["w/a", "w/b", "w/c", "h/a", "h/exch", "s/a", "t/a", "d/memo", "w/swap", "h/d", "w/e", "none"];

fn draft() -> impl Strategy<Value = Draft> {
    let spends = proptest::collection::vec(any::<Index>(), 0..14);
    let unknown = proptest::option::of(0..21_u64 * 100_000_000_000_000);
    let pays = proptest::collection::vec((0..HOLDERS.len(), any::<u8>()), 1..14);
    (spends, unknown, pays).prop_map(|(spends, unknown, pays)| Draft { spends, unknown, pays })
}

/// The rows of some drafts. The last part is left for the fee.
fn rows(drafts: &[Draft]) -> Vec<OutputRow> {
    let mut rows = Vec::new();
    let mut open: Vec<(OutPoint, Option<Account>, u64)> = Vec::new();
    for (number, draft) in drafts.iter().enumerate() {
        let height = 1 + u64::try_from(number).unwrap();
        let tx = hash(&format!("t{number}"));
        let row = |side, leg: usize, outpoint, holder, amount: u64| OutputRow {
            chain: ChainId::bitcoin(),
            height,
            tx_index: 0,
            // Block times of Bitcoin go back now and then.
            time: Timestamp::from_unix(1_600_000_000 + 600 * (i64::try_from(number).unwrap() ^ 3))
                .unwrap(),
            tx,
            side,
            leg_index: u32::try_from(leg).unwrap(),
            outpoint,
            holder,
            amount: amount.into(),
        };
        let mut spent = Vec::new();
        for index in draft.spends.iter().filter(|_| number % 7 != 0) {
            if !open.is_empty() {
                let at = index.index(open.len());
                spent.push(open.swap_remove(at));
            }
        }
        if let Some(amount) = draft.unknown.filter(|_| number % 7 != 0) {
            let gone = TxId::new(ChainId::bitcoin(), hash("gone"));
            let outpoint = OutPoint::new(gone, u32::try_from(number).unwrap());
            spent.push((outpoint, Some(account("w/gone")), amount));
        }
        let sum: u64 = match spent.is_empty() {
            true => 5_000_000_000,
            false => spent.iter().map(|(_, _, amount)| amount).sum(),
        };
        for (at, (outpoint, holder, amount)) in spent.into_iter().enumerate() {
            rows.push(row(Side::In, at, Some(outpoint), holder, amount));
        }
        let weights: u64 = 1 + draft.pays.iter().map(|(_, weight)| u64::from(*weight)).sum::<u64>();
        for (at, (holder, weight)) in draft.pays.iter().enumerate() {
            let holder = (HOLDERS[*holder] != "none").then(|| account(HOLDERS[*holder]));
            let amount = sum / weights * u64::from(*weight);
            rows.push(row(Side::Out, at, None, holder.clone(), amount));
            let outpoint =
                OutPoint::new(TxId::new(ChainId::bitcoin(), tx), u32::try_from(at).unwrap());
            open.push((outpoint, holder, amount));
        }
    }
    rows
}

fn check(ledger: &MemoryLedger, settings: &PeelSettings, mixes: u64) {
    let stop = |account: &Account| {
        let name = name_of(account);
        let stop = Stop { kind: TerminalKind::Exchange, actor: Some(name.clone()) };
        (name == "exch" || name == "swap").then_some(stop)
    };
    let mix = |tx: &UtxoTx| -> Result<Option<Mix>, ReadError> {
        let class = if tx.tx.0.is_multiple_of(2) { MixClass::Whirlpool } else { MixClass::Tx0 };
        let mix = Mix { class, confidence: 900, rule: "", equal: Vec::new() };
        Ok((mixes > 0 && tx.tx.0 % mixes == 1).then_some(mix))
    };
    let around = Surroundings { ledger, mix: &mix, stop: &stop };
    let txs = ledger.chains().first().map_or(0..0, |chain| chain.txs.clone());
    for tx in txs.map(TxIx) {
        let tx = ledger.utxo_tx(tx).unwrap().unwrap();
        let found = change(&around, &tx).unwrap();
        assert_eq!(found, change(&around, &tx).unwrap());
        if let Verdict::Change { outputs, margin } = &found.verdict {
            assert!(!outputs.is_empty() && *margin >= 2);
        }
        for rule in Rule::ALL {
            let allowed = candidates(&around, &tx, rule).unwrap();
            assert!(allowed.is_none_or(|allowed| allowed.len() == tx.outputs.len()));
        }
        let chain = follow_transaction(&around, settings, &tx).unwrap();
        assert!(chain.totals.adds_up(chain.amount_in));
        assert!(chain.hops.len() <= settings.hops_max.max(1));
        origin_of(&around, settings, &tx).unwrap();
    }
    let known: BTreeSet<TxIx> = BTreeSet::new();
    for output in (0..u64::try_from(ledger.output_count()).unwrap()).map(OutputIx) {
        let start = carried(ledger, output).unwrap().unwrap();
        let chain = follow(&around, settings, &known, vec![start]).unwrap();
        assert!(chain.totals.adds_up(start.amount));
        assert_eq!(chain, follow(&around, settings, &known, vec![start]).unwrap());
        let maker = ledger.utxo_tx(ledger.maker(output).unwrap().0).unwrap().unwrap();
        origin(&around, settings, &maker, &[output]).unwrap();
    }
    for holder in (0..u32::try_from(ledger.account_count()).unwrap()).map(AccountIx) {
        let starts = starts_of(ledger, holder, 5).unwrap();
        assert!(starts.groups.iter().map(Vec::len).sum::<usize>() <= 5);
        for group in starts.groups {
            let sum = group.iter().map(|one| one.amount);
            let sum = sum.fold(Amount::ZERO, |sum, one| sum.checked_add(one).unwrap());
            let chain = follow(&around, settings, &known, group).unwrap();
            assert_eq!(chain.amount_in, sum);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_ledger_adds_up(
        drafts in proptest::collection::vec(draft(), 1..28),
        hops_max in 0..30_usize,
        dwell_max in proptest::option::of(0..100_000_u64),
        mixes in 0..9_u64,
    ) {
        let (ledger, _) = MemoryLedger::from_rows(Vec::new(), rows(&drafts)).unwrap();
        check(&ledger, &PeelSettings { hops_max, dwell_max }, mixes);
    }
}
