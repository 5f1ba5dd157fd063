//! What accounts at which a trace ends received is what the trace says ended there.

use std::collections::BTreeMap;

use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, Amount, AssetId, Case, CoverageClaim, Fraction, Ledger as _, Mix, MixClass, Policy,
    TerminalKind, TxId, UtxoTx,
};
use hawkshaw_trace::{Detail, ExposureSettings, ExposureSource, Options, Scene, exposure, trace};

use crate::plain_options;

type Sums = BTreeMap<(Account, AssetId), [Amount; 3]>;

/// Compares the answers for the accounts at which following stops.
fn check(random: &RandomLedger) -> usize {
    let (ledger, _) =
        MemoryLedger::from_rows(random.story.transfers.clone(), random.story.outputs.clone())
            .unwrap();
    let options = Options {
        policies: vec![Policy::DirtyFirst, Policy::Haircut, Policy::CleanFirst],
        floor: "0".parse::<Fraction>().unwrap(),
        detail: Detail::Totals,
        ..plain_options()
    };
    let assets = random.assets();
    let stop = |account: &Account| random.stop(account);
    let mix = |tx: &UtxoTx| {
        let chain = ledger.chains().iter().find(|chain| chain.txs.contains(&tx.tx.0)).unwrap();
        let hash = ledger.transaction(tx.tx)?.hash.unwrap();
        Ok(random.mix(&TxId::new(chain.id.clone(), hash)).map(mix_of))
    };
    let scene = Scene {
        mix: &mix,
        prices: random.prices.as_ref(),
        ..Scene::new(&ledger, &random.case, &assets, &stop, &options)
    };
    let Ok(traced) = trace(&scene) else { return 0 };
    let order = |policy| traced.policies.iter().position(|known| *known == policy).unwrap();
    let order = [Policy::DirtyFirst, Policy::Haircut, Policy::CleanFirst].map(order);
    let mut ended = Sums::new();
    for terminal in &traced.terminals {
        let Some(account) = terminal.account.as_ref().filter(|account| is_kept(random, account))
        else {
            continue;
        };
        if terminal.kind == TerminalKind::StolenAgain {
            continue;
        }
        let sums = ended.entry((account.clone(), terminal.asset.clone())).or_default();
        for (sum, at) in sums.iter_mut().zip(order) {
            *sum = sum.checked_add(terminal.amounts[at]).unwrap();
        }
    }
    let case = Case::of_nothing(CoverageClaim::Everything);
    let source = ExposureSource { accounts: Vec::new(), case: Some(&random.case) };
    let found = exposure(&Scene { case: &case, ..scene }, &[source], ExposureSettings::default());
    let found = found.unwrap();
    assert_eq!(found.limits, [""; 0], "{random}");
    let spends = |account: &Account| {
        let number = ledger.find_account(account).unwrap().unwrap();
        let mut outputs = ledger.outputs_of(number);
        outputs.any(|output| ledger.spender(output.unwrap()).unwrap().is_some())
    };
    let mut received = Sums::new();
    for receipt in &found.receipts {
        let account = ledger.account(receipt.account).unwrap();
        if !is_kept(random, &account) {
            continue;
        }
        let sums = received.entry((account, ledger.asset(receipt.asset).clone())).or_default();
        for (sum, amount) in sums.iter_mut().zip(receipt.amounts) {
            *sum = sum.checked_add(amount).unwrap();
        }
    }
    // Who pays in himself received only what he gained.
    ended.retain(|(account, _), sums| !spends(account) && sums.iter().any(|sum| !sum.is_zero()));
    received.retain(|(account, _), sums| !spends(account) && sums.iter().any(|sum| !sum.is_zero()));
    assert_eq!(received, ended, "{random}");
    ended.len()
}

/// Whether value ends at an account. What is paid to a swap service may go on to others.
fn is_kept(random: &RandomLedger, account: &Account) -> bool {
    let stop = random.stop(account);
    stop.is_some_and(|stop| stop.kind != TerminalKind::SwapService) && !account.address().is_burn()
}

fn mix_of(class: MixClass) -> Mix {
    Mix { class, rule: "drawn", confidence: 500, equal: Vec::new() }
}

#[test]
fn on_random_account_ledgers() {
    let compared: usize = (0..1_000).map(|seed| check(&RandomLedger::of_accounts(seed))).sum();
    assert!(compared > 200, "{compared}");
}

#[test]
fn on_random_chains_of_outputs() {
    let compared: usize = (0..1_000).map(|seed| check(&RandomLedger::of_outputs(seed))).sum();
    assert!(compared > 10, "{compared}");
}
