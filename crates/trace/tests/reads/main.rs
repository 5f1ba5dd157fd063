//! What the engine reads of a ledger: no segment that cannot matter, and nothing after a read
//! that fails.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod watched;

use std::fmt::Write as _;

use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_fixture::text::{Story, account, case_of};
use hawkshaw_ledger::{LedgerBuilder, MemoryLedger, Place};
use hawkshaw_model::{
    Account, Amount, AssetList, Case, CoverageClaim, Fraction, Stop, TerminalKind,
};
use hawkshaw_trace::{Noise, Options, Scene, Stops, Trace, TraceError, trace};

use watched::{DAMAGED, Reads, Watched};

/// Where following stops.
type Stopping = Box<dyn Fn(&Account) -> Option<Stop>>;

/// A ledger and what is asked of it.
struct Question {
    ledger: MemoryLedger,
    case: Case,
    assets: AssetList,
    stop: Stopping,
    options: Options,
}

impl Question {
    /// A story in segments of so many transactions, in which `exchange` is one.
    fn of_story(text: &str, case: Case, segment_txs: usize) -> Self {
        let exchange = |account: &Account| {
            let kind = TerminalKind::Exchange;
            (*account == self::account("exchange")).then_some(Stop { kind, actor: None })
        };
        Self {
            ledger: ledger(text.parse().unwrap(), segment_txs),
            case,
            assets: AssetList::built_in(),
            stop: Box::new(exchange),
            options: everything(),
        }
    }

    fn of_random(random: RandomLedger, segment_txs: usize) -> Self {
        Self {
            ledger: ledger(random.story.clone(), segment_txs),
            case: random.case.clone(),
            assets: random.assets(),
            stop: Box::new(move |account| random.stop(account)),
            options: everything(),
        }
    }

    fn ask(&self) -> Result<Trace, TraceError> {
        trace(&Scene::new(&self.ledger, &self.case, &self.assets, &self.stop, &self.options))
    }

    fn ask_watched(&self, reads: &Reads) -> Result<Trace, TraceError> {
        let watched = Watched::new(&self.ledger, reads);
        trace(&Scene::new(&watched, &self.case, &self.assets, &self.stop, &self.options))
    }

    /// Lets every read fail, one at a time, and gives how many there are.
    fn must_fail_at_every_read(&self) -> u64 {
        let reads = Reads::default();
        assert_eq!(self.ask_watched(&reads), self.ask());
        for read in 1..=reads.count() {
            let reads = Reads::failing_at(read);
            match self.ask_watched(&reads) {
                Err(TraceError::Ledger(error)) => {
                    assert_eq!((error.file(), error.offset()), (DAMAGED, read));
                }
                answer => panic!("read {read} failed and the answer is {answer:?}"),
            }
            assert_eq!(reads.count(), read, "something is read after a read that failed");
        }
        reads.count()
    }
}

fn everything() -> Options {
    Options {
        floor: "0".parse::<Fraction>().unwrap(),
        noise: Noise::KEPT,
        stops: Stops::Inferred,
        ..Options::default()
    }
}

fn ledger(story: Story, segment_txs: usize) -> MemoryLedger {
    let mut builder = LedgerBuilder::new().with_batch_txs_max(segment_txs);
    let place = Place::new("story", 1);
    story.transfers.iter().for_each(|row| builder.add_transfer(row, &place).unwrap());
    story.outputs.iter().for_each(|row| builder.add_output(row, &place).unwrap());
    builder.finish().unwrap().0
}

#[test]
fn segments_without_tainted_accounts_are_not_read() {
    let story = "1: x -> y 5 ETH\n2 steal: victim -> thief 10 ETH\n3: x -> y 5 ETH\n\
                 4: thief -> a 4 ETH\n5: y -> x 5 ETH\n6: a -> exchange 4 ETH\n7: x -> y 5 ETH\n";
    let question = Question::of_story(story, case_of(&["steal"]), 1);
    let reads = Reads::default();
    assert_eq!(question.ask_watched(&reads), question.ask());
    // The theft is read twice: once to find who gained, once in the replay.
    assert_eq!((reads.passed_over(), reads.batches()), (3, 4));
}

#[test]
fn nothing_behind_a_theft_is_read_where_it_ends_at_once() {
    let story = "1 steal: victim -> exchange 10 ETH\n2: exchange -> a 4 ETH\n3: x -> y 5 ETH\n";
    let question = Question::of_story(story, case_of(&["steal"]), 1);
    let reads = Reads::default();
    assert_eq!(question.ask_watched(&reads), question.ask());
    assert_eq!((reads.passed_over(), reads.batches()), (0, 2));
}

#[test]
fn passing_segments_over_changes_no_answer() {
    let mut passed_over = 0;
    for seed in 0..400 {
        let segment_txs = usize::try_from(seed % 3 + 1).unwrap();
        for random in [RandomLedger::of_accounts(seed), RandomLedger::of_outputs(seed)] {
            let shown = random.to_string();
            let in_one = Question::of_random(random.clone(), 1 << 20).ask();
            let question = Question::of_random(random, segment_txs);
            let reads = Reads::default();
            assert_eq!(question.ask_watched(&reads), question.ask(), "{shown}");
            assert_eq!(in_one, question.ask(), "{shown}");
            passed_over += reads.passed_over();
        }
    }
    assert!(passed_over > 300, "only {passed_over} segments were passed over");
}

#[test]
fn a_read_that_fails_leaves_no_answer() {
    let mut reads = 0;
    for seed in 0..40 {
        for random in [RandomLedger::of_accounts(seed), RandomLedger::of_outputs(seed)] {
            reads += Question::of_random(random, 2).must_fail_at_every_read();
        }
    }
    assert!(reads > 4_000, "only {reads} reads");
}

#[test]
fn a_read_that_fails_leaves_no_answer_where_sums_are_wide() {
    let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let wide = format!("1 steal: victim -> thief {most} ETH\n2: thief -> a 4 ETH\n");
    let question = Question::of_story(&wide, case_of(&["steal"]), 1);
    question.must_fail_at_every_read();
    let too_wide = format!("{wide}3 more: victim -> thief {most} ETH\n");
    let question = Question::of_story(&too_wide, case_of(&["steal", "more"]), 1);
    assert!(matches!(question.ask(), Err(TraceError::Overflow { .. })));
    question.must_fail_at_every_read();
}

#[test]
fn a_read_that_fails_leaves_no_answer_where_time_and_data_end() {
    let story = "1 steal: victim -> thief 10 ETH\n2: friend -> thief 1 ETH\n\
                 3 swap: thief -> pool 5 ETH, pool -> thief 9 USDC by thief\n\
                 4 -: thief -> exchange 9 USDC\n5: thief -> a 4 ETH\n6: thief -> b 1 ETH\n";
    let mut question = Question::of_story(story, case_of(&["steal"]), 2);
    question.case.coverage = CoverageClaim::Only(vec![account("thief")]);
    question.must_fail_at_every_read();
    question.options.until = Some(question.ask().unwrap().as_of);
    question.must_fail_at_every_read();
}

#[test]
fn a_read_that_fails_leaves_no_answer_where_services_are_inferred() {
    let mut story = String::new();
    for number in 0..1_000 {
        let (party, block) = (number / 2 % 200, number + 1);
        match number % 2 {
            0 => writeln!(story, "{block}: s{party} -> hub 2 ETH").unwrap(),
            _ => writeln!(story, "{block}: hub -> r{party} 1 ETH").unwrap(),
        }
    }
    writeln!(story, "1001 steal: victim -> thief 10 ETH\n1002: thief -> hub 10 ETH").unwrap();
    let question = Question::of_story(&story, case_of(&["steal"]), 64);
    let found = question.ask().unwrap();
    let hub = found.terminals.iter().find(|t| t.account == Some(account("hub"))).unwrap();
    assert_eq!((&hub.kind, hub.amounts[0]), (&TerminalKind::InferredService, Amount::from(10u64)));
    question.must_fail_at_every_read();
}
