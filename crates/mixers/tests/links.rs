//! The published rules for single withdrawals, each with what just fails its condition.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use hawkshaw_mixers::{
    Defects, Hypothesis, KnownBatch, Pool, Question, Report, Rule, demix, read_depositors,
};

const THIEF: &str = "0x000000000000000000000000000000000000dead";
const STRANGER: &str = "0x0000000000000000000000000000000000000bad";
const TAKER: &str = "0x00000000000000000000000000000000000000aa";
const OTHER: &str = "0x00000000000000000000000000000000000000bb";
const START: i64 = 1_600_000_000;

/// A pool from deposits (hour, depositor, gas price) and withdrawals (hour, recipient, fee, gas
/// price).
fn pool(put: &[(i64, &str, u32)], taken: &[(i64, &str, u32, u32)]) -> Pool {
    let put: Vec<String> = put
        .iter()
        .enumerate()
        .map(|(leaf, (hour, who, price))| {
            let time = START + hour * 3_600;
            format!(
                r#"{{"blockNumber":{},"timestamp":{time},"leafIndex":{leaf},"from":"{who}","gasPrice":{price}}}"#,
                1_000 + hour * 300
            )
        })
        .collect();
    let taken: Vec<String> = taken
        .iter()
        .enumerate()
        .map(|(at, (hour, who, fee, price))| {
            format!(
                r#"{{"blockNumber":{},"to":"{who}","fee":"{fee}","gasPrice":"{price}","nullifierHash":"0x{at:064x}"}}"#,
                1_000 + hour * 300
            )
        })
        .collect();
    let (put, taken) = (format!("[{}]", put.join(",")), format!("[{}]", taken.join(",")));
    Pool::read(("put", put.as_bytes()), ("taken", taken.as_bytes())).unwrap()
}

/// One deposit of the thief in the first hour.
fn batch() -> Vec<KnownBatch> {
    let table = format!(
        "depositor,deposit_count,deposit_first_utc,deposit_last_utc\n{THIEF},1,{START},{}\n",
        START + 3_600
    );
    read_depositors("d", table.as_bytes(), &mut Defects::default()).unwrap()
}

fn ask(pool: &Pool, other_pools: &[Pool]) -> Report {
    let batches = batch();
    demix(&Question { pool, pool_name: None, other_pools, batches: &batches, from: None, to: None })
        .unwrap()
}

/// The recipients that a rule speaks for.
fn by(report: &Report, rule: Rule) -> Vec<&Hypothesis> {
    report.recipients.iter().filter(|own| own.rules.contains(&rule)).collect()
}

#[test]
fn a_depositor_who_withdraws_is_matched_if_it_put_in_before() {
    let deposits = [(0, THIEF, 1), (0, STRANGER, 2), (500, STRANGER, 3)];
    let report = ask(&pool(&deposits, &[(400, THIEF, 0, 9), (401, STRANGER, 0, 8)]), &[]);
    let found = by(&report, Rule::AddressMatch);
    // The stranger is one too, but no thief.
    assert_eq!(found.len(), 1);
    assert_eq!(format!("{:#x}", found[0].recipient), THIEF);
    assert!(found[0].score >= 0.9 && found[0].claimed);
    let before = [(0, OTHER, 1), (1, THIEF, 1), (2, OTHER, 1)];
    assert!(by(&ask(&pool(&before, &[(0, THIEF, 0, 9)]), &[]), Rule::AddressMatch).is_empty());
}

#[test]
fn a_gas_price_links_only_if_nobody_else_paid_it() {
    let deposits = [(0, THIEF, 777), (1, STRANGER, 5), (900, STRANGER, 5)];
    let linked = |taken: &[(i64, &str, u32, u32)]| {
        let report = ask(&pool(&deposits, taken), &[]);
        by(&report, Rule::UniqueGasPrice).iter().map(|own| own.recipient.to_string()).collect()
    };
    let found: Vec<String> = linked(&[(400, TAKER, 0, 777), (401, OTHER, 0, 5)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_ascii_lowercase(), TAKER);
    // Paid by a second withdrawal, or by a relayer, it says nothing.
    let twice: Vec<String> = linked(&[(400, TAKER, 0, 777), (401, OTHER, 0, 777)]);
    assert!(twice.is_empty(), "{twice:?}");
    let relayed: Vec<String> = linked(&[(400, TAKER, 3, 777)]);
    assert!(relayed.is_empty(), "{relayed:?}");
}

#[test]
fn notes_of_two_pools_link_only_if_one_depositor_alone_has_them() {
    let large = pool(
        &[(0, THIEF, 1), (1, STRANGER, 2), (2, STRANGER, 3)],
        &[(30, TAKER, 5, 5), (31, OTHER, 5, 6), (32, OTHER, 5, 6), (33, OTHER, 5, 6)],
    );
    let small = pool(
        &[(0, THIEF, 1), (0, THIEF, 1), (3, STRANGER, 1)],
        &[(30, TAKER, 5, 5), (35, TAKER, 5, 5), (31, OTHER, 5, 6)],
    );
    let report = ask(&large, std::slice::from_ref(&small));
    let found = by(&report, Rule::SeveralDenominations);
    assert_eq!(found.len(), 1);
    assert_eq!(format!("{:#x}", found[0].recipient), TAKER);
    assert_eq!(found[0].batch.map(|batch| format!("{batch:#x}")), Some(THIEF.to_owned()));
    // A second depositor with the same notes, and it is nobody's.
    let same = pool(
        &[(0, THIEF, 1), (0, THIEF, 1), (3, STRANGER, 1), (3, STRANGER, 1)],
        &[(30, TAKER, 5, 5), (35, TAKER, 5, 5)],
    );
    let other = pool(&[(0, THIEF, 1), (1, STRANGER, 2)], &[(30, TAKER, 5, 5)]);
    assert!(by(&ask(&other, &[same]), Rule::SeveralDenominations).is_empty());
    // Without the other pool there is nothing to compare.
    assert!(by(&ask(&large, &[]), Rule::SeveralDenominations).is_empty());
}
