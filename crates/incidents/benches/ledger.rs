//! How long the ledger of incidents takes: reading, counting, comparing, and matching a list
//! beside a plain comparison of every row with every incident.
//!
//! `cargo bench -p hawkshaw-incidents` prints milliseconds; `docs/benchmarks.md` holds them.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark prints times"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use hawkshaw_incidents::{
    ImportOptions, Imported, ImportedTable, IncidentLedger, InclusionRule, LedgerFile, Pricing,
    Selection, Statistics, match_rows, read_table,
};

const RUNS: usize = 5;

fn main() {
    println!("{:<58} {:>10} {:>10} {:>10}", "milliseconds", "min", "median", "max");
    let ledger = IncidentLedger::built_in();
    let count = ledger.len();
    measure(&format!("read and check the built-in ledger, {count} incidents"), || {
        black_box(IncidentLedger::built_in());
    });
    measure("all statistics over it, with correlations", || {
        let rule = InclusionRule { actor: Some("dprk".to_owned()), ..InclusionRule::default() };
        let selection = Selection::new(&ledger, rule, Pricing::Ledger);
        black_box(Statistics::of(&ledger, &selection, ledger.launches()));
    });
    let totals = ledger.totals().len();
    measure(&format!("compare with {totals} published totals"), || {
        black_box(ledger.compare_all());
    });
    for (incidents, rows) in [(1_000, 1_000), (1_000, 20_000)] {
        let ledger = invented_ledger(incidents);
        let csv = invented_list(rows, incidents);
        let name = format!("{rows} rows against {incidents} incidents");
        measure(&format!("read {rows} rows of CSV"), || {
            black_box(read(&csv));
        });
        let table = read(&csv);
        measure(&format!("match {name}"), || {
            black_box(match_rows(&ledger, &table));
        });
        measure(&format!("every row with every incident: {name}"), || {
            black_box(plain(&ledger, &table));
        });
    }
}

fn measure(name: &str, mut work: impl FnMut()) {
    work();
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let (min, median, max) = (times[0], times[RUNS / 2], times[RUNS - 1]);
    println!("{name:<58} {min:>10.2} {median:>10.2} {max:>10.2}");
}

/// The baseline: the best incident for each row by edit distance of lower-case names, of those
/// within 30 days. It knows no aliases, no amounts, and gives no reasons.
fn plain(ledger: &IncidentLedger, table: &ImportedTable) -> Vec<Option<usize>> {
    let names: Vec<_> = ledger
        .incidents()
        .map(|incident| (incident.title.to_lowercase(), &incident.dates.theft))
        .collect();
    let best = |name: &str, date: &hawkshaw_incidents::PartialDate| {
        let name = name.to_lowercase();
        let near = names.iter().enumerate().filter(|(_, (_, theft))| theft.days_apart(date) <= 30);
        near.min_by_key(|(_, (title, _))| strsim::levenshtein(title, &name)).map(|(at, _)| at)
    };
    let rows = table.rows.iter();
    rows.map(|row| best(row.name.as_deref()?, row.date.as_ref()?)).collect()
}

fn read(csv: &str) -> ImportedTable {
    match read_table("list.csv", csv.as_bytes(), &ImportOptions::default()) {
        Ok(Imported::Incidents(table)) => table,
        other => panic!("the generator makes lists: {other:?}"),
    }
}

/// Numbers without order, the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn name(&mut self) -> String {
        const PARTS: [&str; 12] = [
            "swap", "vault", "coin", "bit", "node", "lend", "star", "moon", "pay", "chain",
            "yield", "orbit",
        ];
        let parts = PARTS.len() as u64;
        let mut part = || PARTS[usize::try_from(self.below(parts)).unwrap_or(0)];
        format!("{}{} {}", part(), part(), part())
    }

    fn date(&mut self) -> String {
        format!("20{:02}-{:02}-{:02}", 16 + self.below(10), 1 + self.below(12), 1 + self.below(28))
    }
}

/// Name and date of the invented incident with a number.
fn invented(number: usize) -> (String, String, u64) {
    let mut numbers = Numbers(number as u64 + 1);
    (format!("{} {number}", numbers.name()), numbers.date(), 1_000 + numbers.below(1_000_000_000))
}

fn invented_ledger(incidents: usize) -> IncidentLedger {
    let file = |number: usize| {
        let (name, date, usd) = invented(number);
        let id = format!("{}-{number}", &date[..4]);
        let text = format!(
            "id = \"{id}\"\ntitle = \"{name}\"\nsummary = \"Invented.\"\nkind = \"theft\"\n\
             loot = \"crypto\"\n[dates]\ntheft = \"{date}\"\n[victim]\nname = \"{name}\"\n\
             kind = \"exchange\"\n[[amount]]\nusd = {usd}\nby = \"press\"\non = \"2030\"\n\
             sure = \"exact\"\nsources = [\"s\"]\n[sources.s]\nurl = \"https://example.org\"\n\
             publisher = \"P\"\ntitle = \"T\"\nseen = \"read\"\n"
        );
        LedgerFile { name: format!("{id}.toml"), text }
    };
    let files = (0..incidents).map(file).collect();
    IncidentLedger::from_files(files).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A list of which one row in ten is an incident of the invented ledger.
fn invented_list(rows: usize, incidents: usize) -> String {
    let mut csv = String::from("date,name,amount_usd\n");
    let mut numbers = Numbers(7);
    for row in 0..rows {
        let (name, date, usd) = if row % 10 == 0 {
            invented(row / 10 % incidents)
        } else {
            (numbers.name(), numbers.date(), numbers.below(1_000_000_000))
        };
        let _ = writeln!(csv, "{date},{name},{usd}");
    }
    csv
}
