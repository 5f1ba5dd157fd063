//! Tables from outside.

use hawkshaw_bridges::{BridgeTables, MatchOptions, NamedBytes, TableError, TokenMap};
use proptest::prelude::{any, prop_assert, proptest};

const HEADER: &str = "chain,time,tx_hash,event_index,bridge,id,asset,amount,receiver";
const DEPOSIT: &str = "eip155:1,1650000000,0xD1,3,b,7,eip155:1/slip44:60,1000,0x000000000000000000000000000000000000000A";
const PAYOUT: &str = "eip155:10,1650000100,0xe1,4,b,7,eip155:10/slip44:60,990,0x000000000000000000000000000000000000000000000000000000000000000a";

fn read(deposits: &[u8], withdrawals: &[u8]) -> Result<BridgeTables, TableError> {
    let file = |name, bytes| NamedBytes { name, bytes };
    BridgeTables::read(file("d.csv", deposits), file("w.csv", withdrawals))
}

fn pairs(deposits: &str, withdrawals: &str) -> usize {
    let mut tables = read(deposits.as_bytes(), withdrawals.as_bytes()).unwrap();
    let options = MatchOptions { ignore_ids: true, ..MatchOptions::default() };
    tables.matching(&options).pairs.iter().filter(|pair| pair.accepted).count()
}

#[test]
fn every_way_to_write_a_table_is_read() {
    let (d, w) = (format!("{HEADER}\n{DEPOSIT}\n"), format!("{HEADER}\n{PAYOUT}\n"));
    assert_eq!(pairs(&d, &w), 1);
    let windows = format!("\u{feff}{}", d.replace('\n', "\r\n"));
    assert_eq!(pairs(&windows, &w.replace('\n', "\r\n\r\n")), 1);
    let quoted: Vec<String> =
        d.lines().map(|line| format!("\"{}\"", line.replace(',', "\",\""))).collect();
    assert_eq!(pairs(&quoted.join("\n"), &w), 1);
    let blanks = d.replace(',', " , ");
    assert_eq!(pairs(&blanks, &w), 1);
    assert_eq!(pairs(&d.replace("1650000000", "1650000000.0"), &w), 1);
    let turned = "receiver,amount,asset,tx_hash,time,chain,note\n\
                  0x000000000000000000000000000000000000000a,1000,eip155:1/slip44:60,0xd1,1650000000,eip155:1,hi\n";
    assert_eq!(pairs(turned, &w), 1);
    // Chains that there is no ledger of, and transactions that are no hex.
    let solana = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp,1650000100,5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQU,4,b,7,solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/slip44:60,990,0x0a0000000000000000000000000000000000000a";
    let rows = format!("{HEADER}\n{solana}\n");
    let deposit = d.replace(
        "0x000000000000000000000000000000000000000A",
        "0x0A0000000000000000000000000000000000000A",
    );
    assert_eq!(pairs(&deposit, &rows), 1);
}

#[test]
fn identifiers_in_hex_are_the_same_in_any_case() {
    let with_id = |row: &str, id: &str| format!("{HEADER}\n{}\n", row.replace(",b,7,", id));
    let deposit = with_id(DEPOSIT, ",b,0xABCDEF,");
    let payout = with_id(PAYOUT, ",B, 0xabcdef,");
    let mut tables = read(deposit.as_bytes(), payout.as_bytes()).unwrap();
    let matching = tables.matching(&MatchOptions::default());
    assert_eq!(matching.pairs.len(), 1);
    assert_eq!(matching.pairs[0].class.number(), 1);
}

#[test]
fn tables_without_rows_have_no_pairs() {
    let w = format!("{HEADER}\n{PAYOUT}\n");
    let mut tables = read(HEADER.as_bytes(), w.as_bytes()).unwrap();
    let matching = tables.matching(&MatchOptions::default());
    assert!(matching.pairs.is_empty());
    assert_eq!(matching.unmatched_payouts, [0]);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let with =
        |from: &str, to: &str| format!("{HEADER}\n{DEPOSIT}\n{}\n", DEPOSIT.replace(from, to));
    let header = HEADER.as_bytes();
    for (text, place) in [
        (String::new(), "d.csv line 1: the file is empty"),
        (
            "chain,time\n".to_owned(),
            "d.csv line 1: there is no column tx_hash, asset, amount, receiver",
        ),
        (format!("{HEADER},chain\n"), "d.csv line 1: the column `chain` is there twice"),
        (with("1000", "-5"), "d.csv line 3, column `amount`: `-5` is not a whole number"),
        (with("1000", "1e3"), "d.csv line 3, column `amount`"),
        (with("1650000000", "soon"), "d.csv line 3, column `time`: `soon`"),
        (with("1650000000", ""), "d.csv line 3, column `time`: it is empty"),
        (with("0xD1", ""), "d.csv line 3, column `tx_hash`: it is empty"),
        (with("eip155:1,", "ethereum,"), "d.csv line 3, column `chain`"),
        (with("eip155:1/slip44:60", "ETH"), "d.csv line 3, column `asset`: `ETH` is not a CAIP-19"),
        (with(",3,", ",x,"), "d.csv line 3, column `event_index`"),
        (with(",b,", ","), "d.csv line 3: the row has 8 fields, the header has 9"),
        (with("b", &"b".repeat(5_000)), "d.csv line 3, column `bridge`: it is 5000 bytes long"),
    ] {
        let error = read(text.as_bytes(), header).unwrap_err().to_string();
        assert!(error.starts_with(place), "{error}");
    }
    let utf16 = read(b"\xff\xfec\0h\0", header).unwrap_err().to_string();
    assert!(utf16.contains("save the file as UTF-8"), "{utf16}");
    let map = NamedBytes { name: "m.csv", bytes: b"asset_a,asset_b\neip155:1/slip44:60,\n" };
    let error = TokenMap::read(map).unwrap_err().to_string();
    assert_eq!(error, "m.csv line 2, column `asset_b`: it is empty");
}

proptest! {
    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0usize..300) {
        let whole = format!("{HEADER}\n{DEPOSIT}\n{DEPOSIT}\n{PAYOUT}\n");
        let mut text = whole.into_bytes();
        text.truncate(text.len().saturating_sub(cut));
        text.extend(bytes);
        if let Ok(mut tables) = read(&text, &text) {
            let matching = tables.matching(&MatchOptions::default());
            prop_assert!(matching.pairs.iter().all(|pair| pair.deposit < tables.deposits().len()));
        }
    }

    #[test]
    fn no_values_break_it(
        rows in proptest::collection::vec(
            (any::<u32>(), 0u64..4, 0u8..4, "[0-9]{1,78}", 0u8..3, 0u8..4), 1..40)
    ) {
        let side = |chain: u8| {
            let mut text = format!("{HEADER}\n");
            for (time, event, id, amount, receiver, asset) in &rows {
                let line = format!(
                    "eip155:{chain},{time},0x{event},{event},b,{id},eip155:{chain}/erc20:0x{asset:040x},{amount},0x{receiver:040x}\n"
                );
                if amount.parse::<hawkshaw_model::Amount>().is_ok() {
                    text.push_str(&line);
                }
            }
            text
        };
        let mut tables = read(side(1).as_bytes(), side(2).as_bytes()).unwrap();
        let matching = tables.matching(&MatchOptions::default());
        let mut used = std::collections::HashSet::new();
        for pair in matching.pairs.iter().filter(|pair| pair.accepted) {
            prop_assert!(used.insert(pair.payout));
        }
    }
}
