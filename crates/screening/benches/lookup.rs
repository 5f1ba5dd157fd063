//! What a lookup costs: bytes for each listed address, time to make the index, and latency of
//! lookups in it, warm and cold, beside the same lookups served from SQLite.
//!
//! `cargo bench -p hawkshaw-screening --bench lookup -- 100 20 [FOLDER]` lists 100 million
//! generated addresses, a tenth of them with exposure, and 20 million of them in SQLite.
//! `docs/benchmarks.md` holds the figures.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "a benchmark prints rates"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hawkshaw_model::{Account, Address, Amount, ChainId, Timestamp, Usd};
use hawkshaw_screening::{
    AddressIndex, AddressKey, Category, Coverage, Direction, Exposed, ExposureEntry, ExposureKind,
    ExposureTable, IndexBuilder, ListInfo, ListKind, Listing, Overlay, PathNode, PathStep, Query,
    RuleSet, Screener, Source, Total,
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Different listings that the addresses share.
const LABELS: u64 = 1_000;
/// One in so many addresses has exposure.
const EXPOSED_EVERY: u64 = 10;
const LOOKUPS: u64 = 1_000_000;
const COLD_LOOKUPS: u64 = 3_000;
const SQLITE_LOOKUPS: u64 = 200_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let mut numbers = words.iter().filter_map(|word| word.parse::<u64>().ok());
    let millions = numbers.next().unwrap_or(1);
    let in_sqlite = numbers.next().unwrap_or(millions.min(20)) * 1_000_000;
    let named = words.iter().find(|word| word.parse::<u64>().is_err());
    let made = tempfile::tempdir().unwrap();
    let folder = named.map_or(made.path().to_owned(), PathBuf::from);
    let count = millions * 1_000_000;
    let path = folder.join(format!("lookup-{millions}.idx"));
    if !path.exists() {
        build(count, &path);
    }
    sizes(&path, count);
    latencies(&path, count);
    sqlite(&folder.join("lookup.sqlite"), count.min(in_sqlite));
}

/// The address of a number: SplitMix64, so that neighbours are far apart.
fn account(number: u64) -> Account {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut bytes = [0; 20];
    for part in bytes.chunks_mut(8) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        part.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes()[..part.len()]);
    }
    Account::new(ChainId::ethereum(), Address::Evm(bytes))
}

fn time(seconds: u64) -> Timestamp {
    Timestamp::from_unix(1_600_000_000 + i64::try_from(seconds).unwrap()).unwrap()
}

fn listings() -> Vec<Listing> {
    let lists: Vec<Arc<ListInfo>> = (0..5)
        .map(|number| {
            Arc::new(ListInfo {
                id: format!("list-{number}").parse().unwrap(),
                name: format!("List {number}"),
                kind: ListKind::Tags,
                edition: None,
            })
        })
        .collect();
    (0..LABELS)
        .map(|number| Listing {
            list: Arc::clone(&lists[usize::try_from(number % 5).unwrap()]),
            account: account(number),
            label: format!("Somebody with the number {number}").into(),
            entity: Some(format!("actor-{}", number / 10).into()),
            category: Category::ALL[usize::try_from(number % 20).unwrap()],
            source: format!("https://example.org/claims/{number}").into(),
            confidence: 60,
            added: Some(time(number * 86_400)),
            removed: None,
            by_cluster: false,
        })
        .collect()
}

fn exposure(number: u64, sources: &[Arc<Source>]) -> ExposureTable {
    let asset: hawkshaw_model::AssetId = "eip155:1/slip44:60".parse().unwrap();
    let entry = |place: u64| ExposureEntry {
        direction: Direction::Received,
        kind: ExposureKind::Indirect,
        category: Category::StolenFunds,
        source: Some(Arc::clone(&sources[usize::try_from((number + place) % 100).unwrap()])),
        sources: 1,
        asset: asset.clone(),
        amounts: [1, 2, 4].map(|part| Amount::from((number + 1) * 1_000_000_007_000 / part)),
        usd: Some([Usd::from_cents(123_456); 3]),
        hops: 3,
        first_time: time(number % 100_000_000),
        last_time: time(number % 100_000_000 + 5_000),
        path: (place == 0).then_some(0),
    };
    let step = PathStep {
        account: account(number + 1),
        tx: Some([u8::try_from(number % 256).unwrap(); 32].into()),
        time: time(number % 100_000_000),
    };
    ExposureTable {
        exposed: vec![Exposed {
            account: account(number),
            entries: vec![entry(0), entry(1)],
            totals: vec![Total {
                direction: Direction::Received,
                asset: asset.clone(),
                amount: Amount::from(u128::from(number + 1) * 3_000_000_021_000),
                usd: None,
            }],
        }],
        paths: vec![PathNode { step, next: None }],
        ..ExposureTable::default()
    }
}

fn build(count: u64, path: &Path) {
    let listings = listings();
    let sources: Vec<Arc<Source>> = (0..100)
        .map(|number| {
            Arc::new(Source {
                name: format!("Theft {number}"),
                category: Category::StolenFunds,
                case: None,
                actor: None,
                reference: format!("https://example.org/thefts/{number}"),
                confidence: 80,
            })
        })
        .collect();
    let start = Instant::now();
    let mut builder = IndexBuilder::new();
    for number in 0..count {
        let shared = &listings[usize::try_from(number % LABELS).unwrap()];
        let listing = Listing { account: account(number), ..shared.clone() };
        builder.add_listing(&listing).unwrap();
        if number % EXPOSED_EVERY == 0 {
            builder.add_table(&exposure(number, &sources)).unwrap();
        }
    }
    let added = start.elapsed();
    builder.write(path).unwrap();
    println!(
        "made in {:.1?} (added in {added:.1?}), most memory {}",
        start.elapsed(),
        most_memory()
    );
}

fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or("unknown").trim().to_owned()
}

fn sizes(path: &Path, count: u64) {
    let start = Instant::now();
    let index = AddressIndex::open(path).unwrap();
    let opened = start.elapsed();
    let (keys, facts) = index.bytes_of_keys_and_facts();
    println!(
        "{count} addresses listed, {} with exposure: opened in {opened:.1?}; {:.2} bytes for each \
         listed address, {:.1} for what is known of each with exposure",
        count / EXPOSED_EVERY,
        keys as f64 / count as f64,
        facts as f64 / (count / EXPOSED_EVERY) as f64
    );
}

/// The number that is asked for in a round: every second one is listed.
fn asked(round: u64, count: u64) -> u64 {
    let mixed = (round + 1).wrapping_mul(0xd134_2543_de82_ef95) >> 20;
    if round.is_multiple_of(2) { mixed % count } else { count + mixed % count }
}

fn latencies(path: &Path, count: u64) {
    // Pages that no map holds are given back by the file system when it is asked to.
    let dropped = Command::new("dd")
        .args(["oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"])
        .arg(format!("of={}", path.display()))
        .status();
    let index = Arc::new(AddressIndex::open(path).unwrap());
    if dropped.is_ok_and(|status| status.success()) {
        let cold = (0..COLD_LOOKUPS).map(|round| timed(&index, &account(asked(round, count))));
        report("cold (pages of the file given back before)", cold.collect());
    }
    // Every page is read and checked once.
    for number in 0..count {
        if number % 3 == 0 {
            black_box(index.facts(&account(number)).unwrap());
        }
    }
    let warm = (0..LOOKUPS).map(|round| timed(&index, &account(asked(round * 7, count))));
    report("warm", warm.collect());
    let exposed = (0..LOOKUPS / 4).map(|round| {
        let number = asked(round * 2, count) / EXPOSED_EVERY * EXPOSED_EVERY;
        timed(&index, &account(number))
    });
    report("warm, only addresses with exposure", exposed.collect());
    let rules = Arc::new(RuleSet::built_in());
    let screener = Screener::new(index, Arc::new(Overlay::new()), rules, Coverage::default());
    let answers = (0..LOOKUPS / 4).map(|round| {
        let address = account(asked(round * 7, count)).address_for_people();
        let query = Query { address, ..Query::default() };
        let start = Instant::now();
        black_box(screener.screen(&query).unwrap());
        start.elapsed()
    });
    report("warm, whole answers with rules and ways", answers.collect());
}

fn timed(index: &AddressIndex, account: &Account) -> Duration {
    let start = Instant::now();
    black_box(index.facts(account).unwrap());
    start.elapsed()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 1_000];
    let sum: Duration = times.iter().sum();
    println!(
        "{what}: p50 {:.2?}, p99 {:.2?}, p99.9 {:.2?}, most {:.2?}; {:.0} a second",
        at(500),
        at(990),
        at(999),
        at(1_000),
        times.len() as f64 / sum.as_secs_f64()
    );
}

/// The same listings in SQLite: a table of keys, and one of listings.
fn sqlite(path: &Path, count: u64) {
    let _ = std::fs::remove_file(path);
    let db = Connection::open(path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000000;
         PRAGMA mmap_size = 16000000000;
         CREATE TABLE listing (id INTEGER PRIMARY KEY, list TEXT, label TEXT, entity TEXT,
             category INTEGER, source TEXT, confidence INTEGER, added INTEGER);
         CREATE TABLE listed (key BLOB PRIMARY KEY, listing INTEGER) WITHOUT ROWID;
         BEGIN;",
    )
    .unwrap();
    for (number, listing) in listings().iter().enumerate() {
        let mut add = db.prepare_cached("INSERT INTO listing VALUES (?,?,?,?,?,?,?,?)").unwrap();
        add.execute(params![
            i64::try_from(number).unwrap(),
            listing.list.id.as_str(),
            &*listing.label,
            listing.entity.as_deref(),
            listing.category.id(),
            &*listing.source,
            listing.confidence,
            listing.added.map(Timestamp::to_unix)
        ])
        .unwrap();
    }
    let mut keys: Vec<(AddressKey, u64)> =
        (0..count).map(|number| (AddressKey::of(&account(number)), number % LABELS)).collect();
    keys.sort_unstable();
    let start = Instant::now();
    let mut add = db.prepare("INSERT INTO listed VALUES (?, ?)").unwrap();
    for (key, listing) in &keys {
        add.execute(params![&key.0[..], i64::try_from(*listing).unwrap()]).unwrap();
    }
    drop((add, keys));
    db.execute_batch("COMMIT").unwrap();
    let bytes = std::fs::metadata(path).unwrap().len();
    println!(
        "SQLite, {count} addresses: made in {:.1?} from sorted keys, {:.1} bytes each",
        start.elapsed(),
        bytes as f64 / count as f64
    );
    let mut find = db
        .prepare(
            "SELECT list, label, entity, category, source, confidence, added
             FROM listed JOIN listing ON listing.id = listed.listing WHERE key = ?",
        )
        .unwrap();
    let mut ask = |round: u64| {
        let account = account(asked(round * 7, count));
        let start = Instant::now();
        let key = AddressKey::of(&account);
        let found = find.query_row([&key.0[..]], |row| {
            let found: (String, String, Option<String>, u8, String, u8, Option<i64>) = (
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
            );
            Ok(found)
        });
        black_box(found.optional().unwrap());
        start.elapsed()
    };
    (0..SQLITE_LOOKUPS).for_each(|round| {
        ask(round);
    });
    report("SQLite, warm, listings alone", (0..SQLITE_LOOKUPS).map(ask).collect());
    let _ = std::fs::remove_file(path);
}
