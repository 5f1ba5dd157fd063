//! How fast a ledger is replayed: the engine with all policies, beside a straightforward FIFO
//! alone.
//!
//! `cargo bench -p hawkshaw-trace` prints the rates; `docs/benchmarks.md` holds them. The
//! ledgers are generated from a seed. The engine nets transactions, keeps every policy and
//! asserts the balance; the plain FIFO does none of that. Neither writes edges, computes bounds
//! or renders anything.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark prints rates"
)]

use std::collections::{HashMap, VecDeque};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hawkshaw_fixture::large::LargeLedger;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    AccountIx, AssetList, Batch, Case, Crossing, Destination, Fraction, Grade, Ledger, LinkClass,
    Passage, Payout, Policy, ReadError, TxId, TxIx,
};
use hawkshaw_trace::{Detail, Options, Scene, Stops, trace};

const SEED: u64 = 7;
const RUNS: usize = 5;
/// Crossings of bridges that the engine is told of.
const CROSSINGS: u64 = 10_000;

fn main() {
    // Cargo passes `--bench`; a number scales the ledgers, names choose policies.
    let scale: u64 = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(1);
    let policies: Vec<Policy> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    println!("{:<38} {:>14} {:>14} {:>14}", "", "min", "median", "max");
    run(
        "every transfer touches taint",
        LargeLedger::all_tainted(SEED, 10_000_000 * scale),
        &policies,
        true,
    );
    run(
        "1 % of transfers touch taint",
        LargeLedger::mostly_background(SEED, 40_000_000 * scale),
        &policies,
        false,
    );
}

fn run(name: &str, size: LargeLedger, policies: &[Policy], is_crossed: bool) {
    let (ledger, case) = size.build().expect("the generator makes good ledgers");
    let rows = ledger.stats().transfer_rows;
    println!("\n{name}: {rows} transfers, {} accounts", ledger.account_count());
    let mut holdings = 0;
    let before = resident();
    let watch = Watch::start();
    let engine = measure(|| {
        let started = Instant::now();
        let found = replay(&ledger, &case, policies, &[]);
        let took = started.elapsed();
        holdings = found.holdings;
        took
    });
    let fullest = watch.stop().max(before);
    print("engine, all policies", rows, &engine);
    // Elsewhere crossings would carry the taint into the background.
    if is_crossed {
        let crossings = crossings(&ledger).expect("memory can be read");
        let bridged = measure(|| {
            let started = Instant::now();
            black_box(replay(&ledger, &case, policies, &crossings));
            started.elapsed()
        });
        print(&format!("with {} crossings", crossings.len()), rows, &bridged);
    }
    let plain = measure(|| {
        let started = Instant::now();
        black_box(plain_fifo(&ledger, &case));
        started.elapsed()
    });
    print("HashMap and VecDeque, FIFO alone", rows, &plain);
    println!(
        "  ratio of medians: {:.2}",
        plain[RUNS / 2].as_secs_f64() / engine[RUNS / 2].as_secs_f64()
    );
    println!(
        "  {holdings} holdings reached by taint; at most {} bytes more resident, {} for each",
        fullest - before,
        (fullest - before) / holdings.max(1) as u64
    );
}

/// Deposits into bridges and what they brought: movements of the ledger, far apart, each the
/// deposit of the one behind it.
fn crossings(ledger: &MemoryLedger) -> Result<Vec<Crossing>, ReadError> {
    let chain = &ledger.chains()[0];
    let stride = ((chain.txs.end - chain.txs.start) / (2 * CROSSINGS)).max(1);
    let mut passages = Vec::new();
    for segment in ledger.segments(TxIx(chain.txs.start), TxIx(chain.txs.end)) {
        let Batch::Transfers(batch) = segment.batch()? else { continue };
        for at in 0..batch.tx_rows.len() - 1 {
            let tx = TxIx(batch.tx_first.0 + at as u64);
            let row = batch.tx_rows[at] as usize;
            if !tx.0.is_multiple_of(stride) || tx.0 == chain.txs.start {
                continue;
            }
            let Some(hash) = ledger.transaction(tx)?.hash else { continue };
            let detail = batch.details.detail(row)?;
            passages.push(Passage {
                tx: TxId::new(chain.id.clone(), hash),
                event: None,
                asset: ledger.asset(detail.asset).clone(),
                amount: detail.amount,
                account: Some(ledger.account(AccountIx(batch.payees[row]))?),
            });
        }
    }
    let pairs = passages.chunks_exact(2).map(|pair| Crossing {
        bridge: "a-bridge".to_owned(),
        class: LinkClass::Identifier,
        grade: Grade::Protocol,
        candidates: 1,
        id: None,
        deposit: pair[0].clone(),
        destination: Destination::default(),
        payouts: vec![Payout { passage: pair[1].clone(), part: pair[0].amount }],
    });
    Ok(pairs.collect())
}

fn replay(
    ledger: &MemoryLedger,
    case: &Case,
    policies: &[Policy],
    crossings: &[Crossing],
) -> hawkshaw_trace::Trace {
    let options = Options {
        policies: policies.to_vec(),
        stops: Stops::Tagged,
        floor: "1".parse::<Fraction>().expect("one is a fraction"),
        detail: Detail::Totals,
        ..Options::default()
    };
    let assets = AssetList::built_in();
    let scene = Scene { crossings, ..Scene::new(ledger, case, &assets, &|_| None, &options) };
    trace(&scene).expect("the case is good")
}

/// A queue of (is tainted, amount) for each account; an empty queue pays clean.
fn plain_fifo(ledger: &MemoryLedger, case: &Case) -> u128 {
    let hawkshaw_model::Stolen::Transfer { tx, .. } = &case.stolen[0] else { return 0 };
    let theft = ledger.find_tx(tx).ok().flatten().expect("the theft is in the ledger");
    let mut queues: HashMap<u32, VecDeque<(bool, u128)>> = HashMap::new();
    let chain = &ledger.chains()[0];
    for segment in ledger.segments(TxIx(chain.txs.start), TxIx(chain.txs.end)) {
        let Ok(Batch::Transfers(batch)) = segment.batch() else { continue };
        for at in 0..batch.tx_rows.len() - 1 {
            let is_theft = TxIx(batch.tx_first.0 + at as u64) == theft;
            for row in batch.tx_rows[at] as usize..batch.tx_rows[at + 1] as usize {
                let detail = batch.details.detail(row).expect("memory can be read");
                let mut missing: u128 = detail.amount.to_u256().saturating_to();
                let mut paid = Vec::new();
                let payer = queues.entry(batch.payers[row]).or_default();
                while missing > 0 {
                    match payer.pop_front() {
                        None => {
                            paid.push((false, missing));
                            missing = 0;
                        }
                        Some((tainted, amount)) if amount > missing => {
                            paid.push((tainted, missing));
                            payer.push_front((tainted, amount - missing));
                            missing = 0;
                        }
                        Some(run) => {
                            missing -= run.1;
                            paid.push(run);
                        }
                    }
                }
                if batch.payees[row] == AccountIx::NONE {
                    continue;
                }
                let payee = queues.entry(batch.payees[row]).or_default();
                for (tainted, amount) in paid {
                    let tainted = tainted || is_theft;
                    match payee.back_mut() {
                        Some(back) if back.0 == tainted => back.1 += amount,
                        _ => payee.push_back((tainted, amount)),
                    }
                }
            }
        }
    }
    queues.values().flatten().filter(|run| run.0).map(|run| run.1).sum()
}

fn measure(mut once: impl FnMut() -> Duration) -> Vec<Duration> {
    once();
    let mut times: Vec<Duration> = (0..RUNS).map(|_| once()).collect();
    times.sort_unstable();
    times
}

fn print(name: &str, rows: u64, times: &[Duration]) {
    let rate = |time: Duration| format!("{:.2} M/s", rows as f64 / time.as_secs_f64() / 1e6);
    let (slow, middle, fast) = (times[RUNS - 1], times[RUNS / 2], times[0]);
    println!("  {name:<36} {:>14} {:>14} {:>14}", rate(slow), rate(middle), rate(fast));
}

/// Looks at how much memory is resident, again and again.
struct Watch {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Watch {
    fn start() -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            let mut fullest = 0;
            while !flag.load(Ordering::Relaxed) {
                fullest = fullest.max(resident());
                std::thread::sleep(Duration::from_millis(20));
            }
            fullest
        });
        Self { ended, thread }
    }

    fn stop(self) -> u64 {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or(0)
    }
}

/// The resident memory of this process in bytes, where the system tells; else zero.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|n| n.parse().ok());
    kib.unwrap_or(0u64) * 1024
}
