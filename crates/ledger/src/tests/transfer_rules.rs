//! The rules of account chains.

use hawkshaw_model::{Account, ChainId, Ledger, TxId, TxIx};

use super::{address, hash, ledger, read, refusal, streamed, transfers};
use crate::Defects;

#[test]
fn rows_in_any_order_are_streamed_in_chain_order() {
    let ledger = ledger(
        "2,20,0,0,4,native,ETH,3,4,4
         1,10,1,7,3,token,TOK,2,3,3
         1,10,0,5,1,native,ETH,1,2,2
         1,10,0,1,1,token,TOK,1,2,1",
    );
    assert_eq!(streamed(&ledger), ["0: 1>2 1 @1", "0: 1>2 2 @5", "1: 2>3 3 @7", "2: 3>4 4 @0"]);
    let chain = &ledger.chains()[0];
    assert_eq!((chain.txs.clone(), chain.heights), (0..3, Some((1, 2))));
    assert_eq!((chain.times.0.to_unix(), chain.times.1.to_unix()), (10, 20));
}

#[test]
fn transactions_and_accounts_are_found() {
    let ledger = ledger(
        "1,10,0,0,1,native,ETH,1,2,5,1,https://a
         1,10,1,0,2,token,TOK,2,1,5,,https://b
         1,10,1,1,2,token,TOK,2,1,6,,https://c",
    );
    let id = |n: &str| -> TxId { format!("eip155:1:{}", hash("0x", n)).parse().unwrap() };
    assert_eq!(ledger.find_tx(&id("2")), Ok(Some(TxIx(1))));
    assert_eq!(ledger.find_tx(&id("3")), Ok(None));
    let first = ledger.transaction(TxIx(0)).unwrap();
    assert_eq!(first.hash, Some(id("1").hash()));
    assert_eq!(first.point.map(|p| (p.height, p.tx_index, p.event_index)), Some((1, 0, 0)));
    let account: Account = format!("eip155:1:{}", address("1")).parse().unwrap();
    assert_eq!(ledger.find_account(&account), Ok(first.sender));
    assert_eq!(first.source.as_deref(), Some("https://a"));
    assert_eq!(ledger.transaction(TxIx(1)).unwrap().source.as_deref(), Some("https://b https://c"));
    let native = ledger.native_asset(&ChainId::ethereum()).unwrap();
    assert_eq!(ledger.asset(native).as_str(), "eip155:1/slip44:60");
    assert_eq!(ledger.native_asset(&ChainId::tron()), None);
}

#[test]
fn chains_stand_by_id_and_are_streamed_alone() {
    let tron = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
    let hash = hash("", "9");
    let text = transfers("1,10,0,0,1,native,ETH,1,2,5")
        + &format!(
            "tron:0x2b6653dc,1,1,0,0,{hash},native,tron:0x2b6653dc/slip44:195,{tron},{tron},1,,\n"
        )
        + &format!("eip155:10,1,1,0,0,{hash},mint,eip155:10/slip44:60,,{},7,,\n", address("1"));
    let ledger = read("t.csv", &text).unwrap().0;
    let ids: Vec<&str> = ledger.chains().iter().map(|chain| chain.id.as_str()).collect();
    assert_eq!(ids, ["eip155:1", "eip155:10", "tron:0x2b6653dc"]);
    assert_eq!(ledger.chains()[1].txs, 1..2);
    assert_eq!(ledger.segments(TxIx(1), TxIx(2)).count(), 1);
    assert_eq!(ledger.segments(TxIx(3), TxIx(3)).count(), 0);
}

#[test]
fn a_row_without_a_hash_is_a_transaction_of_its_own() {
    let ledger = ledger(
        "1,10,0,0,,native,ETH,1,2,5,,s
         1,10,0,1,,native,ETH,1,2,5,,s",
    );
    assert_eq!(ledger.chains()[0].txs, 0..2);
    assert_eq!(ledger.transaction(TxIx(1)).unwrap().hash, None);
}

#[test]
fn reported_rows_stand_behind_the_ledgers_rows_of_their_time() {
    let ledger = ledger(
        ",20,,,,native,ETH,1,2,102,,s
         ,9,,,,native,ETH,1,2,100,,s
         3,30,0,0,3,native,ETH,1,2,3
         2,20,0,0,2,native,ETH,1,2,2
         1,10,0,0,1,native,ETH,1,2,1
         ,20,,,9,native,ETH,1,2,103,,s
         7,19,,,,native,ETH,1,2,101,,s
         ,20,,,9,native,ETH,1,2,103,,s
         ,31,,,,native,ETH,1,2,104,,s",
    );
    assert_eq!(
        streamed(&ledger),
        [
            "0: 1>2 100 @0",
            "1: 1>2 1 @0",
            "2: 1>2 101 @0",
            "3: 1>2 2 @0",
            "4: 1>2 102 @0",
            "5: 1>2 103 @0",
            "6: 1>2 3 @0",
            "7: 1>2 104 @0"
        ]
    );
    assert_eq!(ledger.transaction(TxIx(0)).unwrap().point, None);
    assert_eq!(ledger.chains()[0].heights, Some((1, 3)));
}

#[test]
fn block_times_may_go_back_between_blocks() {
    let ledger = ledger(
        "1,10,0,0,1,native,ETH,1,2,1
         2,30,0,0,2,native,ETH,1,2,2
         3,20,0,0,3,native,ETH,1,2,3
         ,25,,,,native,ETH,1,2,9,,s",
    );
    assert_eq!(streamed(&ledger).last().unwrap(), "3: 1>2 9 @0");
}

#[test]
fn a_reported_row_joins_the_transaction_of_its_hash() {
    let ledger = ledger(
        ",99,,,1,internal,ETH,2,3,8,,s
         1,10,0,4,1,native,ETH,1,2,7",
    );
    assert_eq!(streamed(&ledger), ["0: 1>2 7 @4", "0: 2>3 8 @5"]);
    assert_eq!(ledger.transaction(TxIx(0)).unwrap().time.to_unix(), 10);
}

#[test]
fn repeated_rows_are_dropped_and_counted() {
    let lines = "1,10,0,0,1,native,ETH,1,2,5
         1,10,0,0,1,native,ETH,1,2,5
         1,10,0,0,1,native,ETH,1,2,5
         1,10,1,0,,native,ETH,1,2,5,,s
         1,10,1,0,,native,ETH,1,2,5,,s
         ,10,,,,native,ETH,1,2,5,,s
         ,10,,,,native,ETH,1,2,5,,s";
    let (ledger, defects) = read("t.csv", &transfers(lines)).unwrap();
    let expected = [(Defects::DUPLICATE_ROW, 3), (Defects::REPEATED_REPORT, 1)];
    assert_eq!(defects.iter().collect::<Vec<_>>(), expected);
    assert_eq!(ledger.stats().transfer_rows, 4);
    assert_eq!(ledger.chains()[0].txs, 0..4);
    let two = read("a.csv", "").err().map(|e| e.to_string());
    assert!(two.unwrap().starts_with("a.csv line 1"));
}

/// Asserts that rows on Ethereum are refused with a message.
fn refused(lines: &str, message: &str) {
    assert_eq!(refusal(&transfers(lines)), message);
}

#[test]
fn rows_that_contradict_each_other_are_named() {
    refused(
        "1,10,0,0,1,native,ETH,1,2,5\n1,10,0,0,1,native,ETH,1,2,6",
        "f.csv line 3 contradicts f.csv line 2: they describe event 0 of one transaction differently",
    );
    let hashes = (hash("", "1"), hash("", "2"));
    refused(
        "1,10,0,0,2,native,ETH,1,2,5\n1,10,0,1,1,native,ETH,1,2,6",
        &format!(
            "f.csv line 3 contradicts f.csv line 2: two transactions, {} and {}, stand at block 1, index 0",
            hashes.1, hashes.0
        ),
    );
    refused(
        "1,10,0,0,1,native,ETH,1,2,5\n2,10,0,1,1,native,ETH,1,2,6",
        &format!(
            "f.csv line 3 contradicts f.csv line 2: one transaction stands at block 1, index 0 and at block 2, index 0 ({})",
            hashes.0
        ),
    );
    refused(
        "1,10,0,0,1,native,ETH,1,2,5\n1,11,0,1,1,native,ETH,1,2,6",
        &format!(
            "f.csv line 3 contradicts f.csv line 2: one transaction has the block times 10 and 11 ({})",
            hashes.0
        ),
    );
    refused(
        "1,11,1,0,1,native,ETH,1,2,5\n1,10,0,0,2,native,ETH,1,2,6",
        "f.csv line 3 contradicts f.csv line 2: block 1 has the times 10 and 11",
    );
    refused(
        "1,10,0,0,1,native,ETH,1,2,5,1\n1,10,0,1,1,native,ETH,1,2,6,2",
        &format!(
            "f.csv line 3 contradicts f.csv line 2: one transaction has one sender ({})",
            hashes.0
        ),
    );
    refused(
        "1,10,0,0,1,native,ETH,1,2,5\n1,10,0,0,,native,ETH,1,2,5,,s",
        "f.csv line 3 contradicts f.csv line 2: they describe event 0 of one transaction differently",
    );
}

#[test]
fn the_files_of_both_rows_are_named() {
    let (a, b) =
        (transfers("1,10,0,0,1,native,ETH,1,2,5"), transfers("1,10,0,0,1,native,ETH,1,2,6"));
    let files = [("a.csv", a.as_bytes()), ("b.csv", b.as_bytes())];
    let error = crate::MemoryLedger::from_files(files).unwrap_err().to_string();
    assert!(error.starts_with("b.csv line 2 contradicts a.csv line 2"), "{error}");
}

#[test]
fn only_some_sides_may_be_empty() {
    let ledger = ledger(
        "1,10,0,0,1,mint,TOK,,1,5
         1,10,0,1,1,burn,TOK,1,,4
         1,10,0,2,1,fee,ETH,1,,3
         1,10,0,3,1,token,TOK,0,1,2
         1,10,0,4,1,token,TOK,1,0,1",
    );
    let rows = ["0: ->1 5 @0", "0: 1>- 4 @1", "0: 1>- 3 @2", "0: ->1 2 @3", "0: 1>0 1 @4"];
    assert_eq!(streamed(&ledger), rows);
    let line = "f.csv line 2, column";
    refused(
        "1,10,0,0,1,fee,ETH,,1,5",
        &format!("{line} `from`: only a mint may have an empty from"),
    );
    refused(
        "1,10,0,0,1,native,ETH,1,,5",
        &format!("{line} `to`: only a burn or a fee may have an empty to"),
    );
    refused(
        "1,10,0,0,1,mint,ETH,,,5",
        &format!("{line} `from`: from and to are both empty: a movement has at least one side"),
    );
}

#[test]
fn rows_of_value_zero_are_kept_and_counted() {
    let ledger = ledger(
        "1,10,0,0,1,native,ETH,1,2,0
         1,10,0,1,1,token,TOK,1,2,0
         1,10,0,2,1,token,TOK,1,2,0
         1,10,0,3,1,token,TOK,1,2,1",
    );
    let stats = ledger.stats();
    assert_eq!((stats.zero_value_native_rows, stats.zero_value_token_rows), (1, 2));
    assert_eq!((stats.zero_value_rows(), stats.transfer_rows), (3, 4));
}

#[test]
fn history_shows_both_sides_of_a_self_transfer() {
    let ledger = ledger(
        "1,10,0,0,1,native,ETH,1,1,5
         2,20,0,0,2,native,ETH,2,1,6
         3,30,0,0,3,mint,ETH,,1,7",
    );
    let one: Account = format!("eip155:1:{}", address("1")).parse().unwrap();
    let one = ledger.find_account(&one).unwrap().unwrap();
    let sides = |before| -> Vec<(u64, bool, String, bool)> {
        let history = ledger.history(one, TxIx(before));
        history
            .map(Result::unwrap)
            .map(|p| (p.tx.0, p.is_credit, p.amount.to_string(), p.counterparty == Some(one)))
            .collect()
    };
    assert_eq!(sides(1), [(0, false, "5".into(), true), (0, true, "5".into(), true)]);
    assert_eq!(sides(9)[2..], [(1, true, "6".into(), false), (2, true, "7".into(), false)]);
    assert_eq!(sides(0), []);
    assert_eq!(ledger.history_txs_max(one), Ok(4));
}
