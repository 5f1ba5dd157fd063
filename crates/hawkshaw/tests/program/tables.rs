//! Tables that are broken: each is refused, or counted, with its file and line.

use crate::support::{
    BAD_DATA, DONE, EXCHANGE, HEADER, MULE, SmallCase, THEFT, THIEF, UNAVAILABLE, case_toml,
    command, row, rows, said, table,
};

/// Traces the small case with its second row changed.
#[track_caller]
fn refused(from: &str, to: &str, explanation: &str) {
    let mut rows = rows();
    assert!(rows[1].contains(from), "{from}");
    rows[1] = rows[1].replacen(from, to, 1);
    let said = SmallCase::with_table(table(&rows)).trace(&[]).ended(BAD_DATA);
    let said = said.explains("transfers.csv line 3").explains(explanation);
    assert_eq!(said.stdout, "");
}

#[test]
fn an_amount_is_a_whole_number_of_256_bits() {
    let power_257 =
        "115792089237316195423570985008687907853269984665640564039457584007913129639936";
    refused(",60", ",-60", "column `amount`: `-60` is not a whole number");
    refused(",60", ",6.5", "column `amount`: `6.5` is not a whole number");
    refused(",60", &format!(",{power_257}"), "is beyond 256 bits");
    refused(",60", ",0x3c", "column `amount`");
    refused(",60", ",", "column `amount`: it is empty");
}

#[test]
fn names_are_of_their_form() {
    refused("eip155:1,", "btc,", "column `chain`: `btc` is not a CAIP-2 chain id");
    refused("eip155:1,", "solana:abc,", "column `chain`: `solana:abc` is a chain of unknown kind");
    refused("slip44:60", "gold", "column `asset`: `eip155:1/gold` is not a CAIP-19 asset id");
    refused("eip155:1/slip44", "eip155:56/slip44", "asset of another chain");
    refused(EXCHANGE, "0x12", "column `to`: `0x12` is not an address on eip155:1");
    refused(EXCHANGE, "0x098b716B8Aaf21512996dC57EB0615e2383E2f96", "EIP-55 checksum is wrong");
    refused("native", "gift", "column `kind`: `gift` is no kind");
    refused("1700000024", "yesterday", "column `block_time`");
    refused("0x0000", "0y0000", "column `tx_hash`");
    refused(EXCHANGE, "", "column `to`: only a burn or a fee may have an empty to");
}

#[test]
fn a_table_cut_off_is_refused() {
    let whole = table(&rows());
    let cut = &whole[..whole.len() - 60];
    let said = SmallCase::with_table(cut).trace(&[]).ended(BAD_DATA);
    said.explains("transfers.csv line 4: the row has 9 fields, the header has 11");
}

#[test]
fn the_header_is_known() {
    let expect = |header: &str, explanation: &str| {
        let text = table(&rows()).replacen(HEADER, header, 1);
        let said = SmallCase::with_table(text).trace(&[]).ended(BAD_DATA);
        said.explains("transfers.csv line 1").explains(explanation);
    };
    expect(&format!("{HEADER},colour"), "unknown column `colour`");
    expect(&HEADER.replace(",amount", ""), "amount");
    expect(&HEADER.replace("kind", "chain"), "column `chain` stands twice");
    expect("", "is no header of transfers");
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let utf16: Vec<u8> = table(&rows()).encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [utf16, b"\x1f\x8b\x08\x00".to_vec(), Vec::new(), vec![0; 4096], vec![0xff; 10]] {
        SmallCase::with_table(bytes).trace(&[]).ended(BAD_DATA).explains("transfers.csv line 1");
    }
    let quote = format!("{HEADER}\neip155:1,\"{}", "never closed ".repeat(10_000));
    SmallCase::with_table(quote).trace(&[]).ended(BAD_DATA).explains("transfers.csv line 2");
}

#[test]
fn a_row_that_repeats_another_is_counted_and_left_out() {
    let mut repeated = rows();
    repeated.push(repeated[2].clone());
    let trace = SmallCase::with_table(table(&repeated)).trace(&["--json"]).ended(DONE).json();
    assert_eq!(trace["defects"]["duplicate-row"], 1);
    let once = SmallCase::new().trace(&["--json"]).ended(DONE).json();
    assert_eq!(trace["terminals"], once["terminals"]);
    assert_eq!(once["defects"], serde_json::json!({}));
}

#[test]
fn two_rows_that_contradict_each_other_are_refused_by_both_lines() {
    let mut rows = rows();
    rows.push(rows[1].replace(",60", ",61"));
    let said = SmallCase::with_table(table(&rows)).trace(&[]).ended(BAD_DATA);
    let said = said.explains("transfers.csv line 5 contradicts");
    said.explains("transfers.csv line 3: they describe event 0 of one transaction differently");
}

#[test]
fn sums_beyond_256_bits_are_refused() {
    let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let rows = [row(1, MULE, THIEF, most), row(2, MULE, THIEF, most), row(3, THIEF, EXCHANGE, "1")];
    let said = SmallCase::with_table(table(&rows)).trace(&[]).ended(BAD_DATA);
    said.explains("more than 256 bits");
    let alone = SmallCase::with_table(table(&rows[..1])).trace(&["--json"]).ended(DONE).json();
    assert_eq!(alone["terminals"][0]["amounts"]["fifo"], most);
}

#[test]
fn the_stolen_transaction_is_in_the_ledger_and_brought_something() {
    let case = SmallCase::new();
    case.write("case.toml", case_toml("small", &THEFT.replace("01", "99")));
    let said = case.trace(&[]).ended(BAD_DATA).explains("stolen entry 1: eip155:1:0x");
    said.explains("is not in the ledger").explains("--ledger");
    case.write("case.toml", case_toml("small", THEFT).replace(THIEF, MULE));
    case.trace(&[]).ended(BAD_DATA).explains("stolen entry 1: nobody that it names gained");
    case.write("case.toml", case_toml("small", THEFT));
    case.write("transfers.csv", format!("{HEADER}\n"));
    case.trace(&[]).ended(BAD_DATA).explains("is not in the ledger");
}

#[test]
fn a_case_file_is_refused_with_its_line() {
    let case = SmallCase::new();
    let good = case_toml("small", THEFT);
    for (text, explanation) in [
        (good.replace("title", "colour"), "unknown field `colour`"),
        (good.replace("= \"Small\"", "= "), "line 2"),
        (good.replace("\"small\"", "\"../../etc/passwd\""), "is no case id"),
        (good.replace("\"small\"", "\"con\\u0000\""), "is no case id"),
        (good.replace(THEFT, "0x12"), "stolen entry 1"),
        (good.split("[[stolen]]").next().unwrap().to_owned(), "nothing"),
        (format!("{good}[[stolen]]\n{}", good.split("]]\n").nth(1).unwrap()), "twice"),
        (good.replace(THIEF, "0x12"), "0x12"),
        (String::new(), "missing field"),
    ] {
        case.write("case.toml", &text);
        let said = case.trace(&[]).ended(BAD_DATA).explains("case.toml");
        assert!(said.stderr.to_lowercase().contains(explanation), "{explanation}: {}", said.stderr);
    }
    case.write("case.toml", b"\xff\xfe");
    case.trace(&[]).ended(BAD_DATA).explains("case.toml is not UTF-8");
}

#[test]
fn rows_of_two_files_make_one_ledger() {
    let case = SmallCase::with_table(table(&rows()[..2]));
    let more = case.path().join("more.csv");
    std::fs::write(&more, table(&rows()[1..])).unwrap();
    let trace =
        said(command().arg("trace").arg(case.path()).arg("--ledger").arg(&more).arg("--json"));
    let trace = trace.ended(DONE).json();
    assert_eq!(trace["defects"]["duplicate-row"], 1);
    let whole = SmallCase::new().trace(&["--json"]).json();
    assert_eq!(trace["terminals"], whole["terminals"]);
    let absent = case.path().join("absent.csv");
    let said = said(command().arg("trace").arg(case.path()).arg("--ledger").arg(&absent));
    said.ended(UNAVAILABLE).explains("absent.csv");
}
