//! How much answers depend on each constant of the method, on the pool in `../shared/data`;
//! skipped, with a message, where it is absent.
#![allow(clippy::print_stderr, reason = "measurements are printed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use alloy_primitives::Address;

use super::{Question, of_batches, of_window};
use crate::batches::BatchModel;
use crate::run::runs;
use crate::series::SeriesModel;
use crate::{Defects, Pool, Report, read_depositors};

fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if !path.exists() {
        eprintln!("skipped: {} is absent", path.display());
        return None;
    }
    Some(path)
}

fn pool() -> Option<Pool> {
    let folder = data("tornado_events/static/events")?;
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    Pool::read(
        ("deposits", &read("deposits_eth_100.json.zip")),
        ("withdrawals", &read("withdrawals_eth_100.json.zip")),
    )
    .ok()
}

fn claimed(report: &Report) -> BTreeSet<Address> {
    report.recipients.iter().filter(|own| own.claimed).map(|own| own.recipient).collect()
}

fn part(of: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap());
    number(of) / number(whole.max(1))
}

#[test]
fn kucoin_does_not_hang_on_a_constant() {
    let (Some(pool), Some(truth)) =
        (pool(), data("lazarus_research/kucoin_tornado_withdrawals.txt"))
    else {
        return;
    };
    let truth: BTreeSet<Address> = std::fs::read_to_string(truth)
        .unwrap()
        .lines()
        .filter_map(|line| line.trim().parse().ok())
        .collect();
    let runs = runs(&pool);
    // 2020-10-17 to the end of 2021-03-03.
    let question = Question {
        pool: &pool,
        pool_name: None,
        other_pools: &[],
        batches: &[],
        from: Some(1_602_892_800),
        to: Some(1_614_815_999),
    };
    let is_good = |name: &str, model: SeriesModel| {
        let found = claimed(&of_window(&question, &runs, model).unwrap());
        let right = found.intersection(&truth).count();
        let (precision, recall) = (part(right, found.len()), part(right, truth.len()));
        eprintln!("{name}: precision {precision:.3}, recall {recall:.3}");
        recall > 0.999 && precision > 0.468
    };
    let standard = SeriesModel::STANDARD;
    let mut all = true;
    for count_min in [2, 3, 4] {
        all &= is_good(&format!("withdrawals {count_min}"), SeriesModel { count_min, ..standard });
    }
    for hours in [12, 24, 36, 48] {
        let model = SeriesModel { span_max: hours * 3_600, ..standard };
        all &= is_good(&format!("run hours {hours}"), model);
    }
    for days in [30, 60, 90, 180, 360] {
        let model = SeriesModel { around: days * 86_400, ..standard };
        all &= is_good(&format!("history days {days}"), model);
    }
    for enter in [0.005, 0.01, 0.05, 0.1] {
        all &= is_good(&format!("enter {enter}"), SeriesModel { enter, ..standard });
    }
    for leave in [0.03, 0.05, 0.2, 0.3] {
        all &= is_good(&format!("leave {leave}"), SeriesModel { leave, ..standard });
    }
    for runs_min in [3, 4, 7, 10, 20] {
        all &= is_good(&format!("runs {runs_min}"), SeriesModel { runs_min, ..standard });
    }
    assert!(all);
}

#[test]
fn ronin_does_not_hang_on_a_constant() {
    let (Some(pool), Some(path)) = (pool(), data("lazarus_research/ronin_tornado_depositors.csv"))
    else {
        return;
    };
    let batches =
        read_depositors("depositors", &std::fs::read(path).unwrap(), &mut Defects::default())
            .unwrap();
    let runs = runs(&pool);
    let question = Question {
        pool: &pool,
        pool_name: None,
        other_pools: &[],
        batches: &batches,
        from: None,
        to: None,
    };
    let standard = BatchModel::STANDARD;
    let usual = claimed(&of_batches(&question, &runs, standard).unwrap());
    let is_same = |name: &str, model: BatchModel| {
        let found = claimed(&of_batches(&question, &runs, model).unwrap());
        let common = found.intersection(&usual).count();
        let same = part(2 * common, found.len() + usual.len());
        eprintln!("{name}: {} claimed, {same:.3} the same", found.len());
        same > 0.93
    };
    let mut all = true;
    for hours in [24, 120] {
        let model = BatchModel { lag: hours * 3_600, ..standard };
        all &= is_same(&format!("lag hours {hours}"), model);
    }
    for days in [30, 180] {
        let model = BatchModel { around: days * 86_400, ..standard };
        all &= is_same(&format!("history days {days}"), model);
    }
    for present in [0.05, 0.95] {
        all &= is_same(&format!("presence {present}"), BatchModel { present, ..standard });
    }
    for exhausted in [0.2, 0.8] {
        all &= is_same(&format!("no leftover {exhausted}"), BatchModel { exhausted, ..standard });
    }
    for memory in [1.0, 3.0] {
        all &= is_same(&format!("memory {memory}"), BatchModel { memory, ..standard });
    }
    assert!(all);
}
