//! How fast exposure is recorded: beside the trace of the same ledger, for one source and for
//! hundreds, forwards and backwards.
//!
//! `cargo bench -p hawkshaw-screening --bench exposure` prints the rates; `docs/benchmarks.md`
//! holds them. A number scales the ledger: millions of transfers.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark prints rates"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use hawkshaw_fixture::large::LargeLedger;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, AccountIx, AssetList, Batch, Case, CoverageClaim, Ledger, Policy, ReadError, TxIx,
};
use hawkshaw_screening::ReversedLedger;
use hawkshaw_trace::{
    Detail, ExposureSettings, ExposureSource, Options, Scene, Stops, exposure, trace,
};

const SEED: u64 = 7;
const RUNS: usize = 5;
/// Accounts that are sources, each of its own.
const SOURCES: usize = 300;

fn main() {
    let millions: u64 = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(10);
    println!("{:<44} {:>12} {:>12} {:>12}", "", "min", "median", "max");
    run("1 % of transfers touch taint", LargeLedger::mostly_background(SEED, millions * 1_000_000));
    run("every transfer touches taint", LargeLedger::all_tainted(SEED, millions * 100_000));
}

fn run(name: &str, size: LargeLedger) {
    let (ledger, case) = size.build().expect("the generator makes good ledgers");
    let rows = ledger.stats().transfer_rows;
    println!("\n{name}: {rows} transfers, {} accounts", ledger.account_count());
    let options = Options {
        policies: vec![Policy::DirtyFirst, Policy::Haircut, Policy::CleanFirst],
        stops: Stops::Tagged,
        detail: Detail::Totals,
        ..Options::default()
    };
    let assets = AssetList::built_in();
    let stop = |_: &Account| None;
    let scene = Scene::new(&ledger, &case, &assets, &stop, &options);
    print(
        "trace, the same three policies",
        rows,
        &measure(|| {
            black_box(trace(&scene).expect("the case is good"));
        }),
    );
    let nothing = Case::of_nothing(CoverageClaim::Everything);
    let scene = Scene { case: &nothing, ..scene };
    let theft = [ExposureSource { accounts: Vec::new(), case: Some(&case) }];
    let mut receipts = 0;
    print(
        "exposure, one theft",
        rows,
        &measure(|| {
            let found = exposure(&scene, &theft, ExposureSettings::default());
            receipts = found.expect("the case is good").receipts.len();
        }),
    );
    println!("    {receipts} receipts");
    let many = sources(&ledger, &case).expect("memory can be read");
    print(
        &format!("exposure, {} sources", many.len()),
        rows,
        &measure(|| {
            let found = exposure(&scene, &many, ExposureSettings::default());
            receipts = found.expect("the sources are good").receipts.len();
        }),
    );
    println!("    {receipts} receipts");
    print(
        &format!("backwards, {} sources", many.len()),
        rows,
        &measure(|| {
            let backwards = ReversedLedger::new(&ledger, None).expect("memory can be read");
            let backwards = backwards.with_openings();
            let scene = Scene { ledger: &backwards, ..scene };
            let found = exposure(&scene, &many, ExposureSettings::default());
            receipts = found.expect("the sources are good").receipts.len();
        }),
    );
    println!("    {receipts} receipts");
}

/// Accounts that value of the case reaches first, each a source.
fn sources(ledger: &MemoryLedger, case: &Case) -> Result<Vec<ExposureSource<'static>>, ReadError> {
    let hawkshaw_model::Stolen::Transfer { tx, .. } = &case.stolen[0] else { return Ok(vec![]) };
    let theft = ledger.find_tx(tx)?.expect("the theft is in the ledger");
    let mut found = Vec::new();
    for segment in ledger.segments(theft, TxIx(theft.0 + 10 * SOURCES as u64)) {
        let Batch::Transfers(batch) = segment.batch()? else { continue };
        let at = |tx: u64| usize::try_from(tx - batch.tx_first.0).unwrap_or(usize::MAX);
        let (first, last) = (at(theft.0 + 1), at(theft.0 + 10 * SOURCES as u64));
        for place in (first..last.min(batch.tx_rows.len() - 1)).step_by(10) {
            let payee = batch.payees[batch.tx_rows[place] as usize];
            let accounts = vec![ledger.account(AccountIx(payee))?];
            found.push(ExposureSource { accounts, case: None });
        }
    }
    Ok(found)
}

fn measure(mut once: impl FnMut()) -> Vec<Duration> {
    once();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        once();
        times.push(started.elapsed());
    }
    times.sort_unstable();
    times
}

fn print(name: &str, rows: u64, times: &[Duration]) {
    let rate = |time: Duration| format!("{:.2} M/s", rows as f64 / time.as_secs_f64() / 1e6);
    let (slow, middle, fast) = (times[RUNS - 1], times[RUNS / 2], times[0]);
    println!("  {name:<42} {:>12} {:>12} {:>12}", rate(slow), rate(middle), rate(fast));
}
