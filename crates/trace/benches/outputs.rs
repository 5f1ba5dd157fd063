//! How fast a UTXO chain is replayed: FIFO alone and all policies, beside a straightforward queue
//! of its own.
//!
//! `cargo bench -p hawkshaw-trace --bench outputs` prints the rates; `docs/benchmarks.md` holds
//! them. The chains are generated from a seed. The engine asserts the balance and asks of each
//! transaction that it follows whether it mixes, which here looks at the amounts and says no; the
//! plain FIFO does none of that. Neither writes edges, computes bounds or renders anything.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark prints rates"
)]

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::hint::black_box;
use std::time::{Duration, Instant};

use hawkshaw_fixture::large_outputs::LargeOutputs;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, AssetList, Batch, Case, Fraction, Ledger, Mix, OutputIx, Policy, ReadError, Stolen,
    Stop, TerminalKind, TxIx, UtxoTx,
};
use hawkshaw_trace::{Detail, Options, Scene, Stops, Trace, trace};

const SEED: u64 = 7;
const RUNS: usize = 5;

fn main() {
    // Cargo passes `--bench`; a number is millions of transactions, a second one the only share
    // of tainted outputs to measure, names choose policies that are measured instead.
    let mut numbers = std::env::args().filter_map(|a| a.parse::<u64>().ok());
    let (millions, only) = (numbers.next().unwrap_or(20), numbers.next());
    let chosen: Vec<Policy> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    println!("{:<38} {:>14} {:>14} {:>14}", "", "min", "median", "max");
    for (name, tainted_percent) in [("1 % of outputs tainted", 1), ("every output tainted", 100)] {
        if only.is_some_and(|only| only != tainted_percent) {
            continue;
        }
        let size = LargeOutputs { seed: SEED, txs: millions * 1_000_000, tainted_percent };
        run(name, size, &chosen);
    }
}

fn run(name: &str, size: LargeOutputs, chosen: &[Policy]) {
    let started = Instant::now();
    let (ledger, case) = size.build().expect("the generator makes good ledgers");
    let txs = ledger.chains()[0].txs.end;
    println!(
        "\n{name}: {txs} transactions, {} outputs, made in {} s",
        ledger.output_count(),
        started.elapsed().as_secs()
    );
    let sets: Vec<(&str, Vec<Policy>)> = match chosen {
        [] => vec![("FIFO alone", vec![Policy::Fifo]), ("all seven policies", Vec::new())],
        chosen => vec![("as chosen", chosen.to_vec())],
    };
    for (name, policies) in sets {
        let (asked, found) = (Cell::new(0_u64), Cell::new(None));
        let engine = measure(|| {
            asked.set(0);
            let started = Instant::now();
            let trace = replay(&ledger, &case, &policies, &asked);
            let took = started.elapsed();
            found.set(Some((trace.holdings, trace.policies.len())));
            took
        });
        let (holdings, policies) = found.get().unwrap_or_default();
        print(&format!("engine, {name}"), txs, &engine);
        println!(
            "    {policies} policies; taint reached {holdings} outputs and {} transactions",
            asked.get()
        );
    }
    let plain = measure(|| {
        let started = Instant::now();
        black_box(plain_fifo(&ledger, &case).expect("memory can be read"));
        started.elapsed()
    });
    print("HashMap and VecDeque, FIFO alone", txs, &plain);
}

fn replay(ledger: &MemoryLedger, case: &Case, policies: &[Policy], asked: &Cell<u64>) -> Trace {
    let options = Options {
        policies: policies.to_vec(),
        stops: Stops::Tagged,
        floor: "1".parse::<Fraction>().expect("one is a fraction"),
        detail: Detail::Totals,
        ..Options::default()
    };
    let exchange = LargeOutputs::exchange();
    let stop = |account: &Account| {
        (*account == exchange).then_some(Stop { kind: TerminalKind::Exchange, actor: None })
    };
    let amounts = RefCell::new(Vec::new());
    let mix = |tx: &UtxoTx| {
        asked.set(asked.get() + 1);
        Ok(look_at(tx, &mut amounts.borrow_mut()))
    };
    let assets = AssetList::built_in();
    let scene = Scene { mix: &mix, ..Scene::new(ledger, case, &assets, &stop, &options) };
    trace(&scene).expect("the case is good")
}

/// Looks at the shape as a rule would: how many outputs are equal. It never finds a mix.
fn look_at(tx: &UtxoTx, amounts: &mut Vec<u64>) -> Option<Mix> {
    amounts.clear();
    amounts.extend(tx.outputs.iter().map(|output| output.amount.to_u256().saturating_to::<u64>()));
    amounts.sort_unstable();
    black_box(amounts.chunk_by(|a, b| a == b).map(<[u64]>::len).max());
    None
}

/// A queue of (is tainted, amount) for each output that has any taint: an output without a queue
/// is clean.
fn plain_fifo(ledger: &MemoryLedger, case: &Case) -> Result<u64, ReadError> {
    let mut queues: HashMap<u64, VecDeque<(bool, u64)>> = HashMap::new();
    let stolen: Vec<u64> = case
        .stolen
        .iter()
        .filter_map(|stolen| match stolen {
            Stolen::Output(point) => ledger.find_output(point).transpose(),
            Stolen::Transfer { .. } => None,
        })
        .map(|output| output.map(|output| output.0))
        .collect::<Result<_, _>>()?;
    let exchange = ledger.find_account(&LargeOutputs::exchange())?.map(|account| account.0);
    let mut ended = 0;
    let txs = ledger.chains()[0].txs.clone();
    for segment in ledger.segments(TxIx(txs.start), TxIx(txs.end)) {
        let Batch::Outputs(batch) = segment.batch()? else { continue };
        let amount = |row| Ok(batch.amounts.amount(row)?.to_u256().saturating_to::<u64>());
        for at in 0..batch.tx_count() {
            let first = batch.tx_rows[at] as usize;
            let middle = batch.tx_outputs[at] as usize;
            let end = batch.tx_rows[at + 1] as usize;
            let mut pool: VecDeque<(bool, u64)> = VecDeque::new();
            let mut tainted = false;
            for row in first..middle {
                let output = batch.outputs[row];
                let queue = if output == OutputIx::NONE { None } else { queues.remove(&output) };
                match queue {
                    Some(queue) => {
                        tainted = true;
                        pool.extend(queue);
                    }
                    None => pool.push_back((false, amount(row)?)),
                }
            }
            let steals = stolen.iter().any(|output| batch.outputs[middle..end].contains(output));
            if !tainted && !steals {
                continue;
            }
            for row in middle..end {
                let mut queue = cut(&mut pool, amount(row)?);
                if stolen.contains(&batch.outputs[row]) {
                    queue = VecDeque::from([(true, amount(row)?)]);
                }
                let dirty = queue.iter().filter(|run| run.0).map(|run| run.1).sum::<u64>();
                if dirty == 0 {
                    continue;
                }
                if Some(batch.holders[row]) == exchange {
                    ended += dirty;
                } else {
                    queues.insert(batch.outputs[row], queue);
                }
            }
            // What is left is the fee.
            ended += pool.iter().filter(|run| run.0).map(|run| run.1).sum::<u64>();
        }
    }
    let held: u64 = queues.values().flatten().filter(|run| run.0).map(|run| run.1).sum();
    Ok(ended + held)
}

/// Takes an amount off the front. Equal neighbours become one.
fn cut(pool: &mut VecDeque<(bool, u64)>, mut missing: u64) -> VecDeque<(bool, u64)> {
    let mut taken: VecDeque<(bool, u64)> = VecDeque::new();
    while missing > 0 {
        let Some((tainted, amount)) = pool.pop_front() else { break };
        let part = amount.min(missing);
        if part < amount {
            pool.push_front((tainted, amount - part));
        }
        missing -= part;
        match taken.back_mut() {
            Some(back) if back.0 == tainted => back.1 += part,
            _ => taken.push_back((tainted, part)),
        }
    }
    taken
}

fn measure(mut once: impl FnMut() -> Duration) -> Vec<Duration> {
    once();
    let mut times: Vec<Duration> = (0..RUNS).map(|_| once()).collect();
    times.sort_unstable();
    times
}

fn print(name: &str, txs: u64, times: &[Duration]) {
    let rate = |time: Duration| format!("{:.2} M/s", txs as f64 / time.as_secs_f64() / 1e6);
    let (slow, middle, fast) = (times[RUNS - 1], times[RUNS / 2], times[0]);
    println!("  {name:<36} {:>14} {:>14} {:>14}", rate(slow), rate(middle), rate(fast));
}
