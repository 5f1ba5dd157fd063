//! The rules of UTXO chains.

use hawkshaw_model::{ChainId, Ledger, OutPoint, OutputIx, TxIx};

use super::{hash, outputs, read, refusal, streamed, transfers};

const COINBASE: &str = "1,10,0,1,out,0,,7,50\n";

#[test]
fn inputs_are_tied_to_outputs() {
    let lines = "
        2,20,1,3,in,0,2:1,,20
        2,20,1,3,in,1,99:4,9,5
        2,20,1,3,out,0,,8,25
        1,10,0,1,out,0,,7,50
        1,10,1,2,out,1,,,20
        1,10,1,2,out,0,,6,29
        1,10,1,2,in,0,1:0,7,50";
    let (ledger, defects) = read("o.csv", &outputs(lines)).unwrap();
    assert!(defects.is_empty());
    assert_eq!(
        streamed(&ledger),
        [
            "0: out #0 7 50",
            "1: in #0 7 50",
            "1: out #1 6 29",
            "1: out #2 - 20",
            "2: in #2 - 20",
            "2: in ? 9 5",
            "2: out #3 8 25"
        ]
    );
    let outpoint: OutPoint = format!("{}:{}:1", ChainId::bitcoin(), hash("", "2")).parse().unwrap();
    assert_eq!(ledger.find_output(&outpoint), Ok(Some(OutputIx(2))));
    assert_eq!(ledger.output(OutputIx(2)), Ok(outpoint.clone()));
    assert_eq!(ledger.output_count(), 4);
    let beyond = OutPoint::new(outpoint.tx().clone(), 2);
    assert_eq!(ledger.find_output(&beyond), Ok(None));
    let native = ledger.native_asset(&ChainId::bitcoin()).unwrap();
    assert_eq!(ledger.asset(native).as_str(), format!("{}/slip44:0", ChainId::bitcoin()));
    assert_eq!(ledger.find_tx(outpoint.tx()), Ok(Some(TxIx(1))));
    let spent_only = format!("{}:{}", ChainId::bitcoin(), hash("", "99")).parse().unwrap();
    assert_eq!(ledger.find_tx(&spent_only), Ok(None));
}

#[test]
fn an_input_has_the_holder_of_the_output_that_it_spends() {
    let lines = format!("{COINBASE}2,20,1,2,in,0,1:0,,50\n2,20,1,2,out,0,,8,50");
    let (ledger, _) = read("o.csv", &outputs(&lines)).unwrap();
    assert_eq!(streamed(&ledger)[1], "1: in #0 7 50");
}

#[test]
fn repeated_legs_are_dropped_and_counted() {
    let (ledger, defects) = read("o.csv", &outputs(&COINBASE.repeat(3))).unwrap();
    assert_eq!(defects.count("duplicate-row"), 2);
    assert_eq!((ledger.stats().output_rows, ledger.output_count()), (1, 1));
}

#[test]
fn both_kinds_of_chains_live_in_one_ledger() {
    let files = [transfers("1,10,0,0,1,native,ETH,1,2,5"), outputs(COINBASE)];
    let named = [("t.csv", files[0].as_bytes()), ("o.csv", files[1].as_bytes())];
    let (ledger, _) = crate::MemoryLedger::from_files(named).unwrap();
    assert_eq!(streamed(&ledger), ["0: out #0 7 50", "1: 1>2 5 @0"]);
    assert_eq!(ledger.chains()[1].txs, 1..2);
    let paid = ledger.history(hawkshaw_model::AccountIx(1), TxIx(2)).count();
    assert_eq!((paid, ledger.history(hawkshaw_model::AccountIx(1), TxIx(1)).count()), (1, 0));
}

/// Asserts that rows on Bitcoin are refused with a message.
fn refused(lines: &str, message: &str) {
    let long = |text: String| {
        (1..=9).fold(text, |t, n| t.replace(&hash("", &n.to_string()), &format!("H{n}")))
    };
    assert_eq!(long(refusal(&outputs(lines))).replace(ChainId::bitcoin().as_str(), "btc"), message);
}

#[test]
fn what_does_not_add_up_is_refused() {
    refused(
        "1,10,1,1,out,0,,7,50",
        "f.csv line 2: transaction btc:H1 has no inputs, which only the first of a block may lack",
    );
    refused(
        &format!("{COINBASE}2,20,1,2,out,0,,7,51\n2,20,1,2,in,0,1:0,,50"),
        "f.csv line 3: transaction btc:H2 takes in 50 and pays out 51",
    );
    refused(
        &format!("{COINBASE}2,20,1,2,in,0,1:0,,51"),
        "f.csv line 3 contradicts f.csv line 2: the input spends 51 of an output of 50",
    );
    refused(
        &format!("{COINBASE}2,20,1,2,in,0,1:0,8,50"),
        "f.csv line 3 contradicts f.csv line 2: the input has another address than the output that it spends",
    );
}

#[test]
fn an_output_is_spent_once_and_after_it_is_made() {
    let spend = "2,20,1,2,in,0,1:0,,50\n2,20,2,3,in,0,1:0,,50";
    let twice = "f.csv line 4 contradicts f.csv line 3: both spend btc:H1:0";
    refused(&format!("{COINBASE}{spend}"), twice);
    refused(
        &spend.replace("1:0", "9:0"),
        "f.csv line 3 contradicts f.csv line 2: both spend btc:H9:0",
    );
    refused(
        "1,10,1,2,in,0,1:0,,50\n2,20,0,1,out,0,,7,50",
        "f.csv line 2: the spent output btc:H1:0 is made by a transaction that does not come before",
    );
    refused(
        &format!("{COINBASE}2,20,1,2,in,0,2:0,,5\n2,20,1,2,out,0,,,5"),
        "f.csv line 3: the spent output btc:H2:0 is made by a transaction that does not come before",
    );
    refused(
        &format!("{COINBASE}2,20,1,2,in,0,1:1,,50"),
        "f.csv line 3: the spent output btc:H1:1 is none of its transaction",
    );
}

#[test]
fn legs_are_numbered_without_holes() {
    refused("1,10,0,1,out,1,,7,50", "f.csv line 2: output 0 of transaction btc:H1 is missing");
    refused(
        "1,10,1,1,in,0,8:0,7,50\n1,10,1,1,in,2,8:1,7,50",
        "f.csv line 3: input 1 of transaction btc:H1 is missing",
    );
    refused(
        "1,10,0,1,out,0,,7,50\n1,10,0,1,out,0,,7,51",
        "f.csv line 3 contradicts f.csv line 2: they describe output 0 of transaction btc:H1 differently",
    );
}

#[test]
fn places_are_unique_and_blocks_have_one_time() {
    refused(
        "1,10,0,1,out,0,,7,50\n1,10,0,2,out,0,,7,50",
        "f.csv line 3 contradicts f.csv line 2: two transactions, H1 and H2, stand at block 1, index 0",
    );
    refused(
        "1,10,0,1,out,0,,7,50\n1,11,1,2,in,0,9:0,7,50",
        "f.csv line 3 contradicts f.csv line 2: block 1 has the times 10 and 11",
    );
    refused(
        "1,10,0,1,out,0,,7,50\n2,10,0,1,out,1,,7,50",
        "f.csv line 3 contradicts f.csv line 2: one transaction stands at block 1, index 0 and at block 2, index 0 (H1)",
    );
}

#[test]
fn sides_and_outpoints_belong_together() {
    refused(
        "1,10,0,1,in,0,,7,50",
        "f.csv line 2, column `outpoint`: an input needs the output that it spends, as txid:vout",
    );
    refused(
        "1,10,0,1,out,0,2:0,7,50",
        "f.csv line 2, column `outpoint`: an output spends nothing: leave outpoint empty",
    );
    refused(
        "1,10,0,1,both,0,,7,50",
        "f.csv line 2, column `side`: `both` is no side: use in or out",
    );
    refused("1,10,0,1,in,0,2:-1,7,50", "f.csv line 2, column `outpoint`: `0202020202020202020202020202020202020202020202020202020202020202:-1` is no output: use txid:vout, such as 4a5e…b7:0".replace(&hash("", "2"), "H2").as_str());
}

#[test]
fn an_overwritten_coinbase_is_left_out_and_counted() {
    let id = "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468";
    let rows = |height: u32| {
        outputs(&format!("{height},{height},0,{id},out,0,,7,50\n91880,91880,0,{id},out,0,,7,50"))
    };
    let (ledger, defects) = read("o.csv", &rows(91_722)).unwrap();
    assert_eq!(defects.count("overwritten-coinbase"), 1);
    assert_eq!(ledger.chains()[0].heights, Some((91_880, 91_880)));
    // Any other transaction stands at one height only.
    let told = refusal(&rows(91_723));
    assert!(told.contains("line 2") && told.contains("line 3"), "{told}");
}

#[test]
fn more_than_there_is_is_refused() {
    let row = |amount: &str| outputs(&format!("1,10,0,1,out,0,,7,{amount}"));
    assert!(read("o.csv", &row("2100000000000000")).is_ok());
    let told = refusal(&row("2100000000000001"));
    assert!(
        told.contains("line 2") && told.contains("2100000000000001 is over 2100000000000000"),
        "{told}"
    );
}

/// Chains without a limit can sum to anything.
#[test]
fn sums_beyond_256_bits_are_refused() {
    let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let lines = format!("1,10,1,1,in,0,8:0,7,{most}\n1,10,1,1,in,1,8:1,7,1\n1,10,1,1,out,0,,7,1");
    let unknown = "bip122:00000000000000000000000000000001";
    let text = outputs(&lines).replace(ChainId::bitcoin().as_str(), unknown);
    let text = text.replace("script:5107", "an-address");
    let told = refusal(&text);
    assert!(told.contains("moves more than 256 bits hold"), "{told}");
}
