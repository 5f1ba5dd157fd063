//! What a trace says beside the sums: bounds, floor, services, coverage, the end in time.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;

use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_fixture::text::{Story, account, case_of};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, Amount, AssetList, Case, CoverageClaim, Fraction, Grade, Stop, TerminalKind,
};
use hawkshaw_trace::{Link, Options, Party, Scene, Stops, Terminal, Trace, TraceError, trace};

fn run(story: &str, case: &Case, options: &Options) -> Result<Trace, TraceError> {
    let story: Story = story.parse().unwrap();
    let (ledger, _) = MemoryLedger::from_rows(story.transfers, story.outputs).unwrap();
    let exchange = |account: &Account| {
        let kind = TerminalKind::Exchange;
        (*account == self::account("exchange")).then_some(Stop { kind, actor: None })
    };
    trace(&Scene::new(&ledger, case, &AssetList::built_in(), &exchange, options))
}

fn everything() -> Options {
    Options { floor: "0".parse::<Fraction>().unwrap(), stops: Stops::Tagged, ..Options::default() }
}

fn at<'a>(trace: &'a Trace, name: &str) -> Option<&'a Terminal> {
    let account = Some(account(name));
    trace.terminals.iter().find(|terminal| terminal.account == account)
}

#[test]
fn every_policy_lies_within_the_bounds() {
    let ledgers =
        (0..600).flat_map(|s| [RandomLedger::of_accounts(s), RandomLedger::of_outputs(s)]);
    let mut bounded = 0;
    for (number, random) in ledgers.enumerate() {
        let (transfers, outputs) = (random.story.transfers.clone(), random.story.outputs.clone());
        let (ledger, _) = MemoryLedger::from_rows(transfers, outputs).unwrap();
        let stop = |account: &Account| random.stop(account);
        let found =
            trace(&Scene::new(&ledger, &random.case, &random.assets(), &stop, &everything()))
                .unwrap();
        for terminal in &found.terminals {
            for (asset, bounds) in terminal.bounds.iter().enumerate() {
                let Some(bounds) = bounds else { continue };
                bounded += 1;
                for origins in terminal.origins.iter().flatten() {
                    let within = bounds.lo <= origins[asset] && origins[asset] <= bounds.hi;
                    assert!(within, "{number}: {bounds:?} {terminal:?}\n{random}");
                }
            }
        }
    }
    assert!(bounded > 2_000, "only {bounded} bounds were computed");
}

#[test]
fn bounds_say_what_is_certain() {
    let story = "1 steal: victim -> thief 10 ETH\n2: friend -> thief 5 ETH\n\
                 3: thief -> exchange 12 ETH\n";
    let found = run(story, &case_of(&["steal"]), &everything()).unwrap();
    let bounds = at(&found, "exchange").unwrap().bounds[0].unwrap();
    assert_eq!((bounds.lo, bounds.hi), (Amount::from(7u64), Amount::from(10u64)));
}

#[test]
fn what_stays_below_the_floor_is_one_row() {
    let story = "1 steal: victim -> thief 100000 ETH\n2: thief -> a 9 ETH\n3: thief -> b 8 ETH\n\
                 4: thief -> c 10 ETH\n";
    let options = Options { stops: Stops::Tagged, ..Options::default() };
    let found = run(story, &case_of(&["steal"]), &options).unwrap();
    assert!(at(&found, "c").is_some(), "exactly the floor is not below it");
    assert!(at(&found, "a").is_none() && at(&found, "b").is_none());
    let below = found.terminals.iter().find(|t| t.kind == TerminalKind::BelowFloor).unwrap();
    assert_eq!((below.summed, below.amounts[0]), (Some(2), Amount::from(17u64)));
}

/// An address that 200 pay and that pays 200, in 1,000 transactions, and then the thief.
fn service(transactions: usize, parties: usize, blocks_apart: usize) -> String {
    let mut story = String::new();
    for number in 0..transactions {
        let (party, block) = (number / 2 % parties, 1 + number * blocks_apart);
        let way = if number % 2 == 0 { ("", "hub 2 ETH") } else { ("hub", "1 ETH") };
        match way {
            ("", to) => writeln!(story, "{block}: s{party} -> {to}").unwrap(),
            (from, amount) => writeln!(story, "{block}: {from} -> r{party} {amount}").unwrap(),
        }
    }
    let block = 2 + transactions * blocks_apart;
    write!(story, "{block} steal: victim -> thief 10 ETH\n{}: thief -> hub 10 ETH\n", block + 1)
        .unwrap();
    story
}

#[test]
fn an_address_that_behaves_like_a_service_is_inferred_to_be_one() {
    let inferred = |story: &str, stops| {
        let options = Options { stops, ..Options::default() };
        let found = run(story, &case_of(&["steal"]), &options).unwrap();
        let hub = at(&found, "hub").unwrap().kind.clone();
        assert_eq!(
            found.findings.iter().any(|finding| finding.rule == "inferred-service"),
            hub == TerminalKind::InferredService
        );
        hub == TerminalKind::InferredService
    };
    assert!(inferred(&service(1_000, 200, 1), Stops::Inferred));
    assert!(!inferred(&service(1_000, 200, 1), Stops::Tagged));
    assert!(!inferred(&service(998, 200, 1), Stops::Inferred), "too few transactions");
    assert!(!inferred(&service(1_000, 199, 1), Stops::Inferred), "too few senders");
    assert!(!inferred(&service(1_000, 200, 2_000_000), Stops::Inferred), "over too long a time");
}

#[test]
fn value_that_the_data_do_not_cover_is_not_held() {
    let story = "1 steal: victim -> thief 10 ETH\n2: thief -> a 4 ETH\n";
    let mut case = case_of(&["steal"]);
    case.coverage = CoverageClaim::Only(vec![account("thief")]);
    let found = run(story, &case, &everything()).unwrap();
    assert_eq!(at(&found, "thief").unwrap().kind, TerminalKind::Held);
    assert_eq!(at(&found, "a").unwrap().kind, TerminalKind::NoData);
}

#[test]
fn the_end_in_time_is_not_included() {
    let story = "1 steal: victim -> thief 10 ETH\n2: thief -> a 4 ETH\n3: thief -> b 4 ETH\n";
    let whole = run(story, &case_of(&["steal"]), &everything()).unwrap();
    let third = whole.as_of;
    let options = Options { until: Some(third), ..everything() };
    let found = run(story, &case_of(&["steal"]), &options).unwrap();
    assert!(at(&found, "a").is_some() && at(&found, "b").is_none());
    assert!(found.as_of < third);
    let first = whole.stolen[0].first_time;
    let options = Options { until: Some(first), ..everything() };
    let refused = run(story, &case_of(&["steal"]), &options).unwrap_err();
    assert_eq!(refused, TraceError::NothingYet(first));
}

#[test]
fn edges_tell_facts_from_conventions() {
    let story = "1 steal: victim -> thief 10 ETH\n\
                 2 mix: friend -> router 5 ETH, thief -> router 5 ETH, router -> a 10 ETH by thief\n\
                 3 swap: thief -> pool 5 ETH, pool -> thief 9 USDC by thief\n\
                 4 -: thief -> exchange 9 USDC\n";
    let found = run(story, &case_of(&["steal"]), &everything()).unwrap();
    let grades: Vec<Grade> = found.edges.iter().map(|edge| edge.grade).collect();
    let expected = [Grade::Ledger, Grade::Convention, Grade::Convention, Grade::Reported];
    assert_eq!(grades, expected);
    assert_eq!(found.edges[0].link, Some(Link::Theft));
    assert!(
        matches!(&found.edges[2].link, Some(Link::Swap { amount, .. }) if *amount == 5u64.into())
    );
    let last = &found.edges[3];
    assert_eq!(last.to, Party::Account(account("exchange")));
    let ended = &found.terminals[last.terminal.unwrap()];
    assert_eq!((&ended.kind, ended.transfers), (&TerminalKind::Exchange, 1));
    assert_eq!(ended.origins[0], Some(vec![Amount::from(5u64)]), "what it stands for is the ETH");
}

#[test]
fn a_stolen_transfer_must_be_there_and_bring_something() {
    let story = "1 steal: victim -> thief 10 ETH\n2 pass: a -> b 1 ETH, b -> a 1 ETH\n";
    let missing = run(story, &case_of(&["other"]), &everything()).unwrap_err();
    assert!(matches!(missing, TraceError::NotInLedger { entry: 1, .. }), "{missing}");
    let nothing = run(story, &case_of(&["pass"]), &everything()).unwrap_err();
    assert!(matches!(nothing, TraceError::NothingGained { entry: 1, .. }), "{nothing}");
}

#[test]
fn spam_with_absurd_amounts_does_not_stop_a_trace() {
    let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let story = format!(
        "1 steal: victim -> thief 10 ETH\n\
         2: x -> thief {most} SPAM\n\
         3 s: x -> thief {most} SPAM, y -> thief {most} SPAM, thief -> x 1 SPAM, thief -> a 4 ETH\n"
    );
    let found = run(&story, &case_of(&["steal"]), &everything()).unwrap();
    assert_eq!(at(&found, "a").unwrap().amounts[0], Amount::from(4u64));
}

/// A burn address that is seen to pay again pays as nobody: what was burned does not come back.
#[test]
fn what_was_burned_does_not_come_back() {
    let story = "1 steal: victim -> thief 10 ETH\n\
                 2 t: dead -> a 4 ETH, b -> c 1 USDC, thief -> dead 6 ETH by thief\n";
    let found = run(story, &case_of(&["steal"]), &everything()).unwrap();
    let burned = found.terminals.iter().find(|t| t.kind == TerminalKind::Burned).unwrap();
    assert_eq!(burned.amounts[0], Amount::from(6u64));
    assert!(at(&found, "a").is_none());
}
