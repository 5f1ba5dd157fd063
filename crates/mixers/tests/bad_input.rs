//! Files that nobody should have written.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;

use hawkshaw_mixers::{Defect, Defects, Pool, PoolError, Question, demix, read_depositors};
use proptest::prelude::*;

const PUT: &str = r#"[{"blockNumber":1,"timestamp":"1600000000","leafIndex":0},
    {"blockNumber":"101","timestamp":1600001300,"leafIndex":"1"}]"#;
const TAKEN: &str =
    r#"[{"blockNumber":51,"to":"0x00000000000000000000000000000000000000aa","fee":"0"}]"#;

fn read(put: &str, taken: &str) -> Result<Pool, PoolError> {
    Pool::read(("put.json", put.as_bytes()), ("taken.json", taken.as_bytes()))
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn numbers_may_be_texts_and_times_are_interpolated() {
    let pool = read(PUT, TAKEN).unwrap();
    assert_eq!(pool.withdrawals[0].time, 1_600_000_650);
    assert_eq!(pool.interpolated, 1);
    assert!(pool.defects.is_empty());
}

#[test]
fn a_zip_is_read_like_what_it_holds() {
    let put = zipped(&[("put.json", PUT.as_bytes())]);
    let pool = Pool::read(("put.zip", &put), ("taken.json", TAKEN.as_bytes())).unwrap();
    assert_eq!(pool, read(PUT, TAKEN).unwrap());
}

#[test]
fn a_zip_with_several_files_is_refused() {
    let put = zipped(&[("a.json", PUT.as_bytes()), ("b.json", PUT.as_bytes())]);
    let error = Pool::read(("put.zip", &put), ("t", TAKEN.as_bytes())).unwrap_err();
    assert!(matches!(&error, PoolError::BadZip { .. }), "{error}");
    assert!(error.to_string().contains("several files"), "{error}");
}

#[test]
fn a_zip_bomb_is_refused_at_the_bound() {
    let bomb = zipped(&[("put.json", &vec![b' '; 300 << 20])]);
    assert!(bomb.len() < 1 << 20);
    let error = Pool::read(("bomb.zip", &bomb), ("t", TAKEN.as_bytes())).unwrap_err();
    assert!(matches!(error, PoolError::TooLarge { .. }), "{error}");
}

#[test]
fn a_damaged_zip_is_refused() {
    let mut put = zipped(&[("put.json", PUT.as_bytes())]);
    put.truncate(put.len() - 10);
    let error = Pool::read(("put.zip", &put), ("t", TAKEN.as_bytes())).unwrap_err();
    assert!(matches!(error, PoolError::BadZip { .. }), "{error}");
}

#[test]
fn json_that_breaks_off_is_refused_with_its_place() {
    let error = read(&PUT[..60], TAKEN).unwrap_err();
    assert!(error.to_string().starts_with("put.json is no JSON array"), "{error}");
    assert!(error.to_string().contains("line"), "{error}");
    assert!(read("{}", TAKEN).is_err());
    assert!(read("", TAKEN).is_err());
    assert!(read(&format!("{PUT} x"), TAKEN).is_err());
    assert!(read(&"[".repeat(1_000_000), TAKEN).is_err());
    assert!(matches!(read("[]", TAKEN), Err(PoolError::NoEvents { .. })));
}

#[test]
fn bad_rows_are_counted_and_left_out() {
    let put = r#"[1, {"timestamp":"1"}, {"blockNumber":5}, {"blockNumber":-1,"timestamp":"1"},
        {"blockNumber":10,"timestamp":"1600000100","leafIndex":0},
        {"blockNumber":10,"timestamp":"1600000100","leafIndex":0},
        {"blockNumber":11,"timestamp":"1600000100","leafIndex":0},
        {"blockNumber":20,"timestamp":"1600000000","leafIndex":1}]"#;
    let same = format!("0x{}", "1".repeat(64));
    let taken = format!(
        r#"[[], {{"blockNumber":12,"fee":"0"}},
        {{"blockNumber":12,"to":"0x12","fee":"0"}},
        {{"blockNumber":12,"to":"0x00000000000000000000000000000000000000aa","fee":"-1"}},
        {{"blockNumber":12,"to":"0x00000000000000000000000000000000000000aa","fee":"5",
          "nullifierHash":"{same}"}},
        {{"blockNumber":12,"to":"0x00000000000000000000000000000000000000aa","fee":"5",
          "nullifierHash":"{same}"}},
        {{"blockNumber":13,"to":"0x00000000000000000000000000000000000000bb","fee":"5",
          "nullifierHash":"{same}"}},
        {{"blockNumber":1,"to":"0x00000000000000000000000000000000000000cc","fee":"0x5"}}]"#
    );
    let pool = read(put, &taken).unwrap();
    assert_eq!((pool.deposits.len(), pool.withdrawals.len()), (2, 2));
    let counted = |defect| pool.defects.count(defect);
    assert_eq!(counted(Defect::NotAnEvent), 2);
    assert_eq!(counted(Defect::NoBlock), 2);
    assert_eq!(counted(Defect::NoTime), 1);
    assert_eq!(counted(Defect::NoRecipient), 2);
    assert_eq!(counted(Defect::NoFee), 1);
    assert_eq!(counted(Defect::Duplicate), 2);
    assert_eq!(counted(Defect::Contradiction), 2);
    assert_eq!(counted(Defect::TimeOutOfOrder), 1);
    assert_eq!(counted(Defect::BeforeFirstDeposit), 1);
}

#[test]
fn a_router_is_never_taken_for_who_stands_behind_it() {
    let put = r#"[{"blockNumber":1,"timestamp":"1600000000",
        "depositor":"0xd90e2f925DA726b50C4Ed8D0Fb90Ad053324F31b",
        "from":"0x00000000000000000000000000000000000000aa"},
        {"blockNumber":2,"timestamp":"1600000012",
        "from":"0x722122dF12D4e14e13Ac3b6895a86e84145b6967"}]"#;
    let pool = read(put, TAKEN).unwrap();
    let person = "0x00000000000000000000000000000000000000aa".parse().unwrap();
    assert_eq!(pool.deposits[0].depositor, Some(person));
    assert_eq!(pool.deposits[1].depositor, None);
}

#[test]
fn tables_of_depositors_are_read_leniently_and_counted() {
    let read = |text: &str| {
        let mut defects = Defects::default();
        let batches = read_depositors("d.csv", text.as_bytes(), &mut defects);
        (batches, defects)
    };
    let row = "0x00000000000000000000000000000000000000aa,20,2022-04-04T03:08,2022-04-04T09:05";
    let header = "depositor,deposit_count,deposit_first_utc,deposit_last_utc";
    let (batches, defects) = read(&format!(
        "\u{feff}{header}\r\n{row}\r\n{row}\r\nx,1,2022-04-04,2022-04-04\r\n\
         0x00000000000000000000000000000000000000bb,0,2022-04-04,2022-04-04\r\n\
         0x00000000000000000000000000000000000000bb,3,2022-04-05,2022-04-04\r\n\
         0x00000000000000000000000000000000000000bb,3,2022-04-02 01:02:03,2022-04-03\r\n"
    ));
    let batches = batches.unwrap();
    assert_eq!(batches.len(), 2);
    assert_eq!((batches[0].first, batches[0].last), (1_648_861_323, 1_649_030_399));
    assert_eq!((batches[1].first, batches[1].last), (1_649_041_680, 1_649_063_159));
    assert_eq!(defects.count(Defect::BadDepositor), 3);
    assert_eq!(defects.count(Defect::Duplicate), 1);
    assert!(read("").0.is_err());
    assert!(read(header).0.is_err());
    let error = read("depositor,deposit_count\nx,1").0.unwrap_err();
    assert!(error.to_string().contains("deposit_first_utc"), "{error}");
}

proptest! {
    /// Whatever the bytes, reading them ends, with a pool or with an error.
    #[test]
    fn no_bytes_break_reading(put in proptest::collection::vec(any::<u8>(), 0..300), cut in 0..400_usize) {
        let _ = Pool::read(("a", &put), ("b", &put));
        let mut whole = zipped(&[("put.json", PUT.as_bytes())]);
        if let Some(byte) = whole.get_mut(cut) {
            *byte = byte.wrapping_add(put.len().to_le_bytes()[0]);
        }
        let _ = Pool::read(("a", &whole), ("b", TAKEN.as_bytes()));
        let _ = read_depositors("a", &put, &mut Defects::default());
    }

    /// Whatever the events, there is an answer with scores that are probabilities, and it is the
    /// same in whatever order the events come.
    #[test]
    fn no_pool_breaks_reasoning(
        events in proptest::collection::vec((0..5_000_u64, 0..20_u8, 0..3_u64), 1..150),
        batches in proptest::collection::vec((0..60_000_i64, 0..20_000_i64, 1..100_u32), 0..6),
        window in proptest::option::of((0..60_000_i64, 0..60_000_i64)),
    ) {
        let put: Vec<String> = (0..200)
            .map(|n| format!(
                r#"{{"blockNumber":{},"timestamp":{},"leafIndex":{n}}}"#, n * 25, n * 300
            ))
            .collect();
        let taken: Vec<String> = events
            .iter()
            .enumerate()
            .map(|(at, (block, who, fee))| format!(
                r#"{{"blockNumber":{block},"to":"0x{who:040x}","fee":"{}","nullifierHash":"0x{at:064x}"}}"#,
                fee * 123_450
            ))
            .collect();
        let table: String = std::iter::once(
            "depositor,deposit_count,deposit_first_utc,deposit_last_utc\n".to_owned(),
        )
        .chain(batches.iter().enumerate().map(|(at, (first, long, count))| {
            format!("0x{:040x},{count},{first},{}\n", at + 1, first + long)
        }))
        .collect();
        let batches =
            read_depositors("d", table.as_bytes(), &mut Defects::default()).unwrap_or_default();
        let ask = |taken: &[String]| {
            let pool = read(&format!("[{}]", put.join(",")), &format!("[{}]", taken.join(",")))
                .unwrap();
            demix(&Question {
                pool: &pool,
                pool_name: None,
                other_pools: &[],
                batches: &batches,
                from: window.map(|(from, _)| from),
                to: window.map(|(_, to)| to),
            })
        };
        let answer = ask(&taken);
        if let Ok(report) = &answer {
            for own in &report.recipients {
                prop_assert!((0.0..=1.0).contains(&own.score), "{own:?}");
            }
        }
        let turned: Vec<String> = taken.iter().rev().cloned().collect();
        prop_assert_eq!(answer, ask(&turned));
    }
}
