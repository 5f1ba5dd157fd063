//! Any trace, also one that no replay makes: no panic, the same answer again, and nothing said
//! that is not in the trace.

use std::collections::BTreeSet;

use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_fixture::text::{account, asset, bitcoin_account, tx_hash};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, Amount, AssetId, ChainId, Destination, Grade, LinkClass, OutPoint, Policy,
    TerminalKind, Timestamp, TxId,
};
use hawkshaw_trace::{
    Edge, Link, Options, Party, PatternSettings, Patterns, Scene, StolenAsset, Terminal, Trace,
    patterns, trace,
};
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::{Index, select};

/// Settings that find as much as they can.
fn greedy() -> PatternSettings {
    PatternSettings {
        movement_min_ppm: 0,
        pattern_min_ppm: 0,
        fan_min: 2,
        scatter_min: 1,
        consolidation_min: 2,
        cycle_min: 2,
        chain_steps_min: 1,
        structuring_min: 2,
        dormant_days: 0,
        ..PatternSettings::default()
    }
}

/// Settings at the ends of what they can be.
fn settings() -> impl Strategy<Value = PatternSettings> {
    let nothing = PatternSettings {
        movement_min_ppm: 0,
        pattern_min_ppm: 0,
        listed_max: 0,
        evidence_max: 0,
        pass_percent: 0,
        pass_seconds: 0,
        chain_steps_min: 0,
        chain_percent: 0,
        chain_payees_max: 0,
        chain_seconds: 0,
        fan_min: 0,
        fan_seconds: 0,
        gather_out_percent_min: 0,
        gather_out_percent_max: 0,
        scatter_min: 0,
        scatter_seconds: 0,
        scatter_degree_max: 0,
        consolidation_min: 0,
        cycle_min: 0,
        cycle_max: 0,
        cycle_seconds: 0,
        cycle_percent: 0,
        structuring_min: 0,
        structuring_percent: 0,
        swap_seconds: 0,
        dormant_days: 0,
    };
    let everything = PatternSettings {
        listed_max: usize::MAX,
        evidence_max: usize::MAX,
        pass_percent: u32::MAX,
        pass_seconds: u64::MAX,
        chain_payees_max: usize::MAX,
        chain_seconds: u64::MAX,
        fan_seconds: u64::MAX,
        gather_out_percent_max: u32::MAX,
        scatter_seconds: u64::MAX,
        scatter_degree_max: usize::MAX,
        cycle_max: usize::MAX,
        cycle_seconds: u64::MAX,
        structuring_percent: u32::MAX,
        swap_seconds: u64::MAX,
        ..greedy()
    };
    let backwards = PatternSettings {
        dormant_days: u32::MAX,
        chain_percent: u32::MAX,
        cycle_percent: u32::MAX,
        gather_out_percent_min: u32::MAX,
        ..nothing
    };
    select(vec![PatternSettings::default(), greedy(), nothing, everything, backwards])
}

/// Asserts that whatever is said of a trace is in it, and gives it.
fn check(trace: &Trace, settings: &PatternSettings) -> Patterns {
    let found = patterns(trace, settings);
    assert_eq!(found, patterns(trace, settings), "the same again");
    let conserving: Vec<usize> = (0..trace.policies.len())
        .filter(|policy| trace.policies[*policy].is_conserving())
        .collect();
    for pattern in &found.found {
        assert_eq!(pattern.grade, Grade::Inference);
        assert!(pattern.share_billionths <= 1_000_000_000, "{pattern:?}");
        assert!(pattern.first_time <= pattern.last_time, "{pattern:?}");
        assert!(pattern.edges.len() <= settings.evidence_max);
        assert!(pattern.accounts.len() <= settings.evidence_max);
        assert!(pattern.edges_total > 0 && pattern.accounts_total > 0, "{pattern:?}");
        assert!(!pattern.text.is_empty());
        let edges: Vec<&Edge> = pattern.edges.iter().map(|edge| &trace.edges[*edge]).collect();
        for edge in &edges {
            let mut tainted = edge.tainted.iter().enumerate();
            let is_tainted = tainted.any(|(policy, amount)| {
                !amount.is_zero() && (conserving.is_empty() || conserving.contains(&policy))
            });
            assert!(is_tainted, "an edge without taint: {pattern:?}");
        }
        let hashed = edges.iter().filter_map(|edge| Some((edge.chain.clone(), edge.tx?)));
        let named: BTreeSet<String> =
            hashed.map(|(chain, tx)| TxId::new(chain, tx).to_string()).collect();
        let listed: Vec<String> = pattern.transactions.iter().map(ToString::to_string).collect();
        assert_eq!(listed.len(), listed.iter().collect::<BTreeSet<_>>().len(), "each once");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), named);
        for account in &pattern.accounts {
            let is_there = |party: &Party| match party {
                Party::Account(known) | Party::Output { account: Some(known), .. } => {
                    known == account
                }
                _ => false,
            };
            let mut all = trace.edges.iter();
            assert!(all.any(|edge| is_there(&edge.from) || is_there(&edge.to)), "{pattern:?}");
        }
    }
    let figures = found.passing_through;
    assert!(figures.at_once <= figures.forwarding && figures.forwarding <= figures.intermediaries);
    found
}

fn of_ledger(ledger: &RandomLedger) -> Option<Trace> {
    let (transfers, outputs) = (ledger.story.transfers.clone(), ledger.story.outputs.clone());
    let (rows, _) = MemoryLedger::from_rows(transfers, outputs).unwrap();
    let stop = |account: &Account| ledger.stop(account);
    let (assets, options) = (ledger.assets(), Options::default());
    trace(&Scene::new(&rows, &ledger.case, &assets, &stop, &options)).ok()
}

#[test]
fn random_ledgers() {
    let ledgers =
        (0..400).flat_map(|seed| [RandomLedger::of_accounts(seed), RandomLedger::of_outputs(seed)]);
    let mut kinds = BTreeSet::new();
    for trace in ledgers.filter_map(|ledger| of_ledger(&ledger)) {
        check(&trace, &PatternSettings::default());
        kinds.extend(check(&trace, &greedy()).found.iter().map(|pattern| pattern.kind));
    }
    assert!(kinds.len() >= 8, "hardly anything was tested: {kinds:?}");
}

fn holder() -> impl Strategy<Value = Account> {
    let evm = (0..9usize).prop_map(|n| account(&format!("a{n}")));
    let utxo = (0..4usize).prop_map(|n| bitcoin_account(&format!("b{n}")));
    prop_oneof![3 => evm, 1 => utxo]
}

fn amount() -> impl Strategy<Value = Amount> {
    let huge = any::<[u64; 4]>()
        .prop_map(|limbs| Amount::from_u256(alloy_primitives::U256::from_limbs(limbs)));
    prop_oneof![6 => (0..1_000u64).prop_map(Amount::from), 1 => huge]
}

fn asset_id() -> impl Strategy<Value = AssetId> {
    select(vec!["ETH", "USDC", "BTC", "TOK"]).prop_map(asset)
}

fn party() -> impl Strategy<Value = Party> {
    let point = OutPoint::new(TxId::new(ChainId::bitcoin(), tx_hash("point")), 0);
    let output = proptest::option::of(holder())
        .prop_map(move |account| Party::Output { output: point.clone(), account });
    prop_oneof![
        8 => holder().prop_map(Party::Account),
        2 => output,
        2 => Just(Party::Transaction),
        1 => Just(Party::Nobody),
    ]
}

fn link() -> impl Strategy<Value = Option<Link>> {
    let swap = (asset_id(), amount()).prop_map(|(asset, amount)| Link::Swap { asset, amount });
    let bridge = (0..6usize, asset_id(), amount(), any::<bool>());
    let bridge = bridge.prop_map(|(deposit, asset, amount, is_out)| {
        let (bridge, id) = ("ferry".to_owned(), None);
        if !is_out {
            return Link::BridgeIn {
                bridge,
                id,
                destination: Destination { chain: None, receiver: None },
            };
        }
        Link::BridgeOut {
            bridge,
            id,
            class: LinkClass::Fields,
            candidates: 1,
            deposit: TxId::new(ChainId::ethereum(), tx_hash(&format!("t{deposit}"))),
            custody: None,
            asset,
            amount,
        }
    });
    prop_oneof![
        5 => Just(None),
        1 => Just(Some(Link::Theft)),
        2 => swap.prop_map(Some),
        2 => bridge.prop_map(Some),
    ]
}

fn edge() -> impl Strategy<Value = Edge> {
    let place = (proptest::option::of(0..6usize), 0..10_000_000i64, 0..12usize, any::<Index>());
    let value = (asset_id(), amount(), proptest::collection::vec(amount(), 0..4));
    (place, (party(), party()), value, link()).prop_map(|(place, (from, to), value, link)| {
        let (tx, seconds, terminal, chain) = place;
        let (asset, amount, tainted) = value;
        Edge {
            grade: Grade::Ledger,
            chain: chain.get(&[ChainId::ethereum(), ChainId::bitcoin()]).clone(),
            tx: tx.map(|n| tx_hash(&format!("t{n}"))),
            at: None,
            time: Timestamp::from_unix(seconds).unwrap(),
            from,
            to,
            asset,
            amount,
            tainted,
            link,
            source: None,
            terminal: (terminal < 5).then_some(terminal),
        }
    })
}

fn terminal() -> impl Strategy<Value = Terminal> {
    let kinds = [
        TerminalKind::Exchange,
        TerminalKind::Mixer,
        TerminalKind::Bridge,
        TerminalKind::Burned,
        TerminalKind::BelowFloor,
    ];
    let who = proptest::option::of(select(vec!["one".to_owned(), "=two\u{202e}\0".to_owned()]));
    (select(kinds.to_vec()), who, proptest::option::of(holder()), asset_id()).prop_map(
        |(kind, actor, account, asset)| Terminal {
            kind,
            actor,
            chain: asset.chain(),
            account,
            output: None,
            asset,
            amounts: Vec::new(),
            origins: Vec::new(),
            bounds: Vec::new(),
            first_time: Timestamp::default(),
            last_time: Timestamp::default(),
            transfers: 0,
            summed: None,
        },
    )
}

fn any_trace() -> impl Strategy<Value = Trace> {
    let policies = select(vec![
        vec![],
        vec![Policy::Fifo],
        vec![Policy::Poison],
        vec![Policy::DirtyFirst, Policy::Haircut, Policy::Poison],
    ]);
    let stolen = proptest::collection::vec((asset_id(), amount()), 0..3);
    let rows =
        (proptest::collection::vec(edge(), 0..120), proptest::collection::vec(terminal(), 0..5));
    (policies, stolen, rows).prop_map(|(policies, stolen, (edges, terminals))| Trace {
        policies,
        stolen: stolen
            .into_iter()
            .map(|(asset, amount)| StolenAsset { asset, amount, first_time: Timestamp::default() })
            .collect(),
        terminals,
        edges,
        balance: Vec::new(),
        timeline: Vec::new(),
        coverage: Default::default(),
        as_of: Timestamp::default(),
        noise: Default::default(),
        defects: Default::default(),
        secured: Vec::new(),
        findings: Vec::new(),
        limits: Vec::new(),
        holdings: 0,
    })
}

proptest! {
    #[test]
    fn nothing_is_said_that_is_not_in_the_trace(trace in any_trace(), settings in settings()) {
        check(&trace, &settings);
    }

    #[test]
    fn what_is_left_out_and_what_is_listed_are_all(trace in any_trace()) {
        let few = PatternSettings { listed_max: 1, ..greedy() };
        let all = patterns(&trace, &PatternSettings { listed_max: usize::MAX, ..greedy() });
        let some = patterns(&trace, &few);
        let left: u64 = some.left_out.values().sum();
        prop_assert_eq!(u64::try_from(some.found.len()).unwrap() + left,
            u64::try_from(all.found.len()).unwrap());
    }
}
