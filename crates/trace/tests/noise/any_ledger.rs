//! On any ledger: the rules change no balance, and nothing that carries taint is hidden.

use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{Account, AssetNames, Ledger as _, OutsideName};
use hawkshaw_trace::{Noise, Stops, Trace, trace};

use crate::support::with;

fn follow(random: &RandomLedger, noise: Noise) -> Trace {
    let (transfers, outputs) = (random.story.transfers.clone(), random.story.outputs.clone());
    let (ledger, _) = MemoryLedger::from_rows(transfers, outputs).unwrap();
    let assets = random.assets();
    // Every asset that nobody vouches for is called like one that is.
    let mut names = AssetNames::default();
    for number in 0..u32::try_from(ledger.asset_count()).unwrap() {
        let asset = ledger.asset(hawkshaw_model::AssetIx(number)).clone();
        names.add(asset, OutsideName { symbol: "ETH".to_owned(), ..OutsideName::default() });
    }
    let stop = |account: &Account| random.stop(account);
    let options = with(noise, Stops::Tagged);
    let mut scene = hawkshaw_trace::Scene::new(&ledger, &random.case, &assets, &stop, &options);
    scene.names = Some(&names);
    trace(&scene).unwrap()
}

#[test]
fn everything_adds_up_with_and_without_noise() {
    let mut noisy = 0;
    for seed in 0..1_500 {
        let random = RandomLedger::of_accounts(seed);
        let (dropped, kept) = (follow(&random, Noise::DROPPED), follow(&random, Noise::KEPT));
        noisy += dropped.noise.values().sum::<u64>();
        assert!(kept.noise.is_empty());
        for trace in [&dropped, &kept] {
            for balance in trace.balance.iter().flatten().flatten() {
                assert_eq!(balance.stolen, balance.accounted, "{seed}\n{random}");
            }
        }
        assert_eq!(dropped.stolen, kept.stolen);
        if dropped.noise.is_empty() {
            assert_eq!(dropped.terminals, kept.terminals, "{seed}\n{random}");
            assert_eq!(dropped.edges, kept.edges, "{seed}\n{random}");
        }
    }
    assert!(noisy > 100, "only {noisy} rows of noise");
}
