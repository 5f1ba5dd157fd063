//! How long it takes to read and match two tables of bridges, beside a comparison of every
//! deposit with every withdrawal.
//!
//! `cargo bench -p hawkshaw-bridges --bench matching` prints seconds; `docs/benchmarks.md` holds
//! them.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::unwrap_used,
    reason = "a benchmark prints times"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use hawkshaw_bridges::{BridgeTables, MatchOptions, NamedBytes};

const HEADER: &str = "chain,time,tx_hash,event_index,bridge,id,asset,amount,receiver\n";
const ROWS: u64 = 1_000_000;
const PLAIN_ROWS: u64 = 20_000;
const RUNS: usize = 3;

fn main() {
    println!("{:<64} {:>8} {:>8} {:>8}", "seconds", "min", "median", "max");
    let hidden = MatchOptions { ignore_ids: true, ..MatchOptions::default() };
    let (one, other) = tables(PLAIN_ROWS, PLAIN_ROWS / 4);
    let mut small = read(&one, &other);
    measure(&format!("match {PLAIN_ROWS} with {PLAIN_ROWS}, identifiers hidden"), || {
        black_box(small.matching(&hidden));
    });
    let mut rows = (plain_rows(&one), plain_rows(&other));
    // Else the partner of each row would stand first among those that are free.
    rows.1.reverse();
    measure(&format!("every one of {PLAIN_ROWS} with every one of {PLAIN_ROWS}"), || {
        black_box(plain(&rows.0, &rows.1));
    });
    let (deposits, withdrawals) = tables(ROWS, ROWS / 4);
    measure(&format!("read {ROWS} deposits and {ROWS} withdrawals"), || {
        black_box(read(&deposits, &withdrawals));
    });
    for ignore_ids in [false, true] {
        let options = MatchOptions { ignore_ids, ..MatchOptions::default() };
        let mut accepted = 0;
        let mut tables = read(&deposits, &withdrawals);
        measure(&format!("match them, identifiers hidden: {ignore_ids}"), || {
            let matching = tables.matching(&options);
            accepted = matching.pairs.iter().filter(|pair| pair.accepted).count();
        });
        println!("    {accepted} pairs accepted");
    }
    let (one, other) = tables(100_000, 1);
    let mut busy = read(&one, &other);
    measure("match 100000 with 100000 of one receiver", || {
        black_box(busy.matching(&hidden));
    });
}

fn measure(name: &str, mut work: impl FnMut()) {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("{name:<64} {:>8.3} {:>8.3} {:>8.3}", times[0], times[RUNS / 2], times[RUNS - 1]);
}

fn read(deposits: &str, withdrawals: &str) -> BridgeTables {
    let deposits = NamedBytes { name: "deposits", bytes: deposits.as_bytes() };
    let withdrawals = NamedBytes { name: "withdrawals", bytes: withdrawals.as_bytes() };
    BridgeTables::read(deposits, withdrawals).unwrap()
}

/// Two tables of one bridge: few users do much, two amounts in five are round, the bridge keeps
/// up to 0.3 %, one claim in thirty comes up to a month late.
fn tables(rows: u64, users: u64) -> (String, String) {
    let (mut deposits, mut withdrawals) = (HEADER.to_owned(), HEADER.to_owned());
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |end: u64| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d) % end.max(1)
    };
    for row in 0..rows {
        let user = below(users) * below(users) / users;
        let token = below(8);
        let amount = match below(5) {
            0 | 1 => [1_000_000, 10_000_000, 100_000_000, 500_000_000]
                [usize::try_from(below(4)).unwrap()],
            _ => 1_000 + below(1 << 34),
        };
        let time = 1_600_000_000 + below(90_000_000);
        let wait = if below(30) == 0 { below(30 * 86_400) } else { 60 + below(1_200) };
        let paid = amount - amount * below(3_000) / 1_000_000;
        let (near, far) = (below(u64::MAX), below(u64::MAX));
        writeln!(
            deposits,
            "eip155:1,{time},0x{near:064x},1,b,{row},eip155:1/erc20:0x{token:040x},{amount},0x{user:040x}"
        )
        .unwrap();
        writeln!(
            withdrawals,
            "eip155:56,{},0x{far:064x},1,b,{row},eip155:56/erc20:0x{token:040x},{paid},0x{user:040x}",
            time + wait
        )
        .unwrap();
    }
    (deposits, withdrawals)
}

/// Receiver, asset, amount and time.
type PlainRow = (String, String, u64, u64);

fn plain_rows(text: &str) -> Vec<PlainRow> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let asset = fields[6].rsplit('/').next().unwrap().to_owned();
        (fields[8].to_owned(), asset, fields[7].parse().unwrap(), fields[1].parse().unwrap())
    };
    text.lines().skip(1).map(row).collect()
}

/// For each deposit the first withdrawal that fits and is free.
fn plain(deposits: &[PlainRow], withdrawals: &[PlainRow]) -> usize {
    let mut used = vec![false; withdrawals.len()];
    let mut found = 0;
    for deposit in deposits {
        let fits = |row: &PlainRow| {
            row.0 == deposit.0
                && row.1 == deposit.1
                && row.2 <= deposit.2
                && row.2 * 20 >= deposit.2 * 19
                && row.3 >= deposit.3
        };
        let free = (0..withdrawals.len()).find(|at| !used[*at] && fits(&withdrawals[*at]));
        if let Some(at) = free {
            used[at] = true;
            found += 1;
        }
    }
    found
}
