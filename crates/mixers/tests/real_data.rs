//! The pool of 100 ETH in `../shared/data`, which nobody here wrote and which is not part of the
//! repository: skipped, with a message, where it is absent.
#![allow(clippy::print_stderr, reason = "a skipped test says so, and a measurement is printed")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::float_arithmetic, reason = "precision and recall")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hawkshaw_mixers::{Defects, KnownBatch, Pool, Question, Report, demix, read_depositors};

fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

fn pool() -> Option<Pool> {
    let folder = data("tornado_events/static/events")?;
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let deposits = read("deposits_eth_100.json.zip");
    let withdrawals = read("withdrawals_eth_100.json.zip");
    Some(Pool::read(("deposits", &deposits), ("withdrawals", &withdrawals)).unwrap())
}

fn unix(time: &str) -> i64 {
    time.parse::<hawkshaw_model::Timestamp>().unwrap().to_unix()
}

fn ask(pool: &Pool, batches: &[KnownBatch], window: Option<(&str, &str)>) -> Report {
    demix(&Question {
        pool,
        pool_name: None,
        other_pools: &[],
        batches,
        from: window.map(|(from, _)| unix(from)),
        to: window.map(|(_, to)| unix(to)),
    })
    .unwrap()
}

fn claimed(report: &Report) -> BTreeSet<String> {
    let claimed = report.recipients.iter().filter(|own| own.claimed);
    claimed.map(|own| format!("{:#x}", own.recipient)).collect()
}

/// Precision and recall.
fn quality(found: &BTreeSet<String>, truth: &BTreeSet<String>) -> (f64, f64) {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap());
    let right = number(found.intersection(truth).count());
    (right / number(found.len().max(1)), right / number(truth.len()))
}

#[test]
fn everything_in_the_pool_is_read() {
    let Some(pool) = pool() else { return };
    assert_eq!(pool.deposits.len(), 27_544);
    assert_eq!(pool.withdrawals.len(), 25_608);
    assert_eq!(pool.interpolated, 25_608);
    assert!(pool.defects.is_empty(), "{:?}", pool.defects);
}

#[test]
fn every_pool_at_hand_is_read() {
    let Some(folder) = data("tornado_events/cache") else { return };
    let mut pools = 0;
    for chain in std::fs::read_dir(folder).unwrap() {
        for file in std::fs::read_dir(chain.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Some(pool) = name.strip_prefix("deposits_") else { continue };
            let withdrawals = path.with_file_name(format!("withdrawals_{pool}"));
            let put = std::fs::read(&path).unwrap();
            let taken = std::fs::read(&withdrawals).unwrap();
            let pool = Pool::read((&name, &put), ("withdrawals", &taken)).unwrap();
            assert!(pool.withdrawals.len() <= pool.deposits.len(), "{name}");
            assert!(pool.defects.is_empty(), "{name}: {:?}", pool.defects);
            // Whatever the pool, an answer comes and claims no more than it lists.
            let report = ask(&pool, &[], None);
            assert_eq!(claimed(&report).len(), report.settings.error.claimed, "{name}");
            pools += 1;
        }
    }
    assert!(pools > 20, "{pools} pools");
}

/// KuCoin, 2020: 36 recipients, of which every one that is known by count, fee and window alone
/// comes with as many strangers (precision 0.468 at recall 1).
#[test]
fn the_recipients_of_kucoin_are_found() {
    let (Some(pool), Some(truth)) =
        (pool(), data("lazarus_research/kucoin_tornado_withdrawals.txt"))
    else {
        return;
    };
    let truth: BTreeSet<String> = std::fs::read_to_string(truth)
        .unwrap()
        .lines()
        .map(|line| line.trim().to_ascii_lowercase())
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(truth.len(), 36);
    let window = ("2020-10-17T00:00:00Z", "2021-03-03T23:59:59Z");
    let report = ask(&pool, &[], Some(window));
    let (precision, recall) = quality(&claimed(&report), &truth);
    eprintln!("KuCoin: precision {precision:.3}, recall {recall:.3}");
    assert!((recall - 1.0).abs() < 1e-9, "recall {recall}");
    assert!(precision > 0.75, "precision {precision}");
    // The row itself, without those who only have its habits, holds no stranger.
    let row = report.recipients.iter().filter(|own| own.claimed && own.score > 0.5);
    assert!(row.clone().count() >= 35);
    assert!(row.clone().all(|own| truth.contains(&format!("{:#x}", own.recipient))));
}

/// Ronin, 2022: the recipients are not in the folder, so only what must hold of any answer is
/// looked at.
#[test]
fn the_batches_of_ronin_are_used_up_and_not_overdrawn() {
    let (Some(pool), Some(path)) = (pool(), data("lazarus_research/ronin_tornado_depositors.csv"))
    else {
        return;
    };
    let mut defects = Defects::default();
    let batches =
        read_depositors("depositors", &std::fs::read(path).unwrap(), &mut defects).unwrap();
    assert!(defects.is_empty());
    assert_eq!(batches.len(), 48);
    assert_eq!(batches.iter().map(|batch| batch.deposits).sum::<u32>(), 1_751);
    let report = ask(&pool, &batches, None);
    let error = &report.settings.error;
    eprintln!("Ronin: {error:?}");
    assert!(error.expected_precision.unwrap() >= 0.9);
    let withdrawn: u32 =
        report.recipients.iter().filter(|own| own.claimed).map(|own| own.withdrawals).sum();
    assert!((1_600..=1_751).contains(&withdrawn), "{withdrawn} withdrawals");
    for batch in &batches {
        let own = report.recipients.iter();
        let own = own.filter(|own| own.claimed && own.batch == Some(batch.depositor));
        let taken: u32 = own.map(|own| own.withdrawals).sum();
        assert!(taken <= batch.deposits + batch.deposits / 4, "{}: {taken}", batch.depositor);
    }
    // Files that hold nothing but those six weeks lead to the same recipients, nearly.
    let mut cut = pool.clone();
    let (begin, end) = (unix("2022-04-04T00:00:00Z"), unix("2022-05-21T20:00:00Z"));
    cut.deposits.retain(|own| (begin..end).contains(&own.time));
    cut.withdrawals.retain(|own| (begin..end).contains(&own.time));
    let (agreed, kept) = quality(&claimed(&ask(&cut, &batches, None)), &claimed(&report));
    eprintln!("Ronin, cut to its time: {agreed:.3} of it claimed before, {kept:.3} of that again");
    assert!(agreed > 0.9 && kept > 0.9, "{agreed}, {kept}");
}
