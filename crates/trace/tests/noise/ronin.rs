//! The movements of the Ronin addresses: nothing real is hidden, and the dust is.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{Account, AssetNames, Ledger as _};
use hawkshaw_trace::Noise;

use crate::support::told_of;

fn folder() -> Option<PathBuf> {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/dspytdao_lazarus");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

/// A movement: time, payer, payee, wei.
type Row = (String, String, String, u128);

fn rows(text: &str) -> Vec<Row> {
    let wei = |ether: &str| {
        let (whole, part) = ether.split_once('.').unwrap_or((ether, ""));
        let part = format!("{part:0<18}");
        whole.parse::<u128>().unwrap() * 10_u128.pow(18) + part[..18].parse::<u128>().unwrap()
    };
    let lines = text.lines().skip(1).filter(|line| !line.is_empty());
    let mut rows: Vec<Row> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let address = |field: &str| field.trim().replace("\\x", "0x");
            let ether = fields[3].trim();
            let ether = match ether.split_once("e-") {
                // The file writes the smallest in powers of ten.
                Some((digits, power)) => {
                    let digits = digits.replace('.', "");
                    let zeros = power.parse::<usize>().unwrap() - 1;
                    format!("0.{}{digits}", "0".repeat(zeros))
                }
                None => ether.to_owned(),
            };
            (fields[0].to_owned(), address(fields[1]), address(fields[2]), wei(&ether))
        })
        .collect();
    rows.sort();
    rows
}

#[test]
fn nothing_real_is_hidden_and_the_dust_is() {
    let Some(folder) = folder() else { return };
    let text = std::fs::read_to_string(folder.join("LazarusTabularTxs1322519.csv")).unwrap();
    let listed = std::fs::read_to_string(folder.join("LazarusGroup.txt")).unwrap();
    let listed: BTreeSet<String> = listed
        .lines()
        .map(|line| line.trim_matches(|c| " ,'\r".contains(c)).replace("\\x", "0x").to_lowercase())
        .filter(|line| line.starts_with("0x"))
        .collect();
    let rows = rows(&text);
    assert_eq!(rows.len(), 436);
    let mut table = "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,\
                     to,amount,sender,source\n"
        .to_owned();
    for (time, from, to, amount) in &rows {
        let time = time.parse::<hawkshaw_model::Timestamp>().unwrap().to_unix();
        writeln!(
            table,
            "eip155:1,,{time},,,,native,eip155:1/slip44:60,{from},{to},{amount},,listed"
        )
        .unwrap();
    }
    let (ledger, _) = MemoryLedger::from_files([("transfers.csv", table.as_bytes())]).unwrap();
    let mut hidden = BTreeMap::new();
    let (mut paid, mut got) = (0, Vec::new());
    for address in &listed {
        let account: Account = format!("eip155:1:{address}").parse().unwrap();
        let Some(number) = ledger.find_account(&account).unwrap() else { continue };
        let end = hawkshaw_model::TxIx(ledger.chains()[0].txs.end);
        let told = told_of(&ledger, &account, &AssetNames::default(), Noise::DROPPED);
        for (posting, rule) in ledger.history(number, end).zip(told) {
            let posting = posting.unwrap();
            match (posting.is_credit, rule) {
                (false, rule) => {
                    assert_eq!(rule, "", "what it paid is hidden: {posting:?}");
                    paid += 1;
                }
                (true, "") => got.push(posting.amount.to_units(18)),
                (true, rule) => {
                    *hidden.entry(rule).or_insert(0) += 1;
                    assert!(posting.amount <= "20000000000000000".parse().unwrap());
                }
            }
        }
    }
    got.sort_by_key(|units| units.split('.').next().map(|whole| (whole.len(), units.clone())));
    assert_eq!(paid, 75, "all that the addresses paid is shown");
    // What came from outside: what paid for the first fees, and what the swaps brought. Then
    // seven payments of one listed address to another.
    let outside = ["1.0569", "300", "330", "1180.1426056027744", "3364.5375835279715", "3390"];
    let own =
        ["10129.935", "12595.3", "18256.81", "21629.48215", "23528.8", "25127.5192", "33568.152"];
    assert_eq!(got, [&outside[..], &own[..]].concat(), "hidden: {hidden:?}");
    assert_eq!(hidden, BTreeMap::from([("dust", 237), ("zero-value", 118)]));
}
