//! How long it takes to find the patterns of a large trace.
//!
//! `cargo bench -p hawkshaw-trace --bench patterns` prints the times; `docs/benchmarks.md` holds
//! them. The trace is of a generated ledger all of which is tainted. Thresholds relative to the
//! theft leave most of its movements out, so that they are measured without them too.

#![allow(missing_docs, clippy::print_stdout, reason = "a benchmark prints times")]

use std::hint::black_box;
use std::time::Instant;

use hawkshaw_fixture::large::LargeLedger;
use hawkshaw_model::AssetList;
use hawkshaw_trace::{Detail, Options, PatternSettings, Scene, Stops, Trace, patterns, trace};

const SEED: u64 = 7;
const RUNS: usize = 5;

fn main() {
    // Cargo passes `--bench`; a number is that of the movements.
    let rows: u64 = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(1_000_000);
    let found = traced(rows);
    println!("{} edges, {} holdings", found.edges.len(), found.holdings);
    let all = PatternSettings { movement_min_ppm: 0, ..PatternSettings::default() };
    let dust = PatternSettings { pattern_min_ppm: 0, ..all };
    run("by default", &found, &PatternSettings::default());
    run("every movement", &found, &all);
    run("every movement, patterns of any size", &found, &dust);
}

fn traced(rows: u64) -> Trace {
    let (ledger, case) =
        LargeLedger::all_tainted(SEED, rows).build().expect("the generator makes good ledgers");
    let options = Options { stops: Stops::Tagged, detail: Detail::Edges, ..Options::default() };
    let (assets, nowhere) = (AssetList::built_in(), |_: &_| None);
    trace(&Scene::new(&ledger, &case, &assets, &nowhere, &options)).expect("a trace")
}

fn run(name: &str, trace: &Trace, settings: &PatternSettings) {
    let found = patterns(trace, settings);
    let mut times: Vec<u128> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            black_box(patterns(black_box(trace), settings));
            started.elapsed().as_millis()
        })
        .collect();
    times.sort_unstable();
    println!(
        "{name}: {} / {} / {} ms (min / median / max); {} movements, {} small, {} patterns, \
         {} left out, limits {:?}",
        times[0],
        times[RUNS / 2],
        times[RUNS - 1],
        found.movements,
        found.movements_small,
        found.found.len(),
        found.left_out.values().sum::<u64>(),
        found.limits
    );
}
