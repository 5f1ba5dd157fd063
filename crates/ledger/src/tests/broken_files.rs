//! Files that are broken as files.

use super::{OUTPUTS, TRANSFERS, outputs, read, refusal, transfers};
use crate::{LedgerError, read_outputs, read_transfers};

const GOOD: &str = "1,10,0,0,1,native,ETH,1,2,5";

/// The refusal of a good row with one field replaced, without the place.
fn refused(column: &str, value: &str) -> String {
    let text = transfers(GOOD);
    let at = TRANSFERS.split(',').position(|name| name == column).unwrap();
    let row = text.lines().nth(1).unwrap();
    let mut fields: Vec<&str> = row.split(',').collect();
    fields[at] = value;
    let message = refusal(&format!("{TRANSFERS}\n{}\n", fields.join(",")));
    let place = format!("f.csv line 2, column `{column}`: ");
    message.strip_prefix(&place).unwrap_or_else(|| panic!("{message}")).to_owned()
}

#[test]
fn every_bad_field_is_named() {
    assert_eq!(
        refused("amount", "-1"),
        "`-1` is not a whole number of base units: only the digits 0 to 9 are allowed"
    );
    assert_eq!(
        refused("amount", "1.5"),
        "`1.5` is not a whole number of base units: only the digits 0 to 9 are allowed"
    );
    assert!(refused("amount", &"9".repeat(79)).ends_with("is beyond 256 bits"));
    assert_eq!(refused("amount", ""), "it is empty");
    assert_eq!(
        refused("from", "0x12"),
        "`0x12` is not an address on eip155:1: it must be 0x and 40 hex digits"
    );
    assert!(
        refused("to", "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
            .ends_with("the EIP-55 checksum is wrong")
    );
    assert!(refused("sender", "me").contains("`me` is not an address"));
    assert_eq!(
        refused("chain", "dogs:1"),
        "`dogs:1` is a chain of unknown kind: the namespaces are eip155, bip122 and tron"
    );
    assert!(refused("chain", "bip122:000000000019d6689c085ae165831e93").contains("keeps outputs"));
    assert_eq!(
        refused("kind", "gift"),
        "`gift` is no kind: the kinds are native, internal, token, fee, mint, burn, wrap, unwrap"
    );
    assert_eq!(
        refused("asset", "eip155:10/slip44:60"),
        "eip155:10/slip44:60 is an asset of another chain than eip155:1"
    );
    assert_eq!(
        refused("asset", "ETH"),
        "`ETH` is not a CAIP-19 asset id such as eip155:1/slip44:60"
    );
    assert_eq!(refused("tx_hash", "0x12"), "`0x12` is not a transaction hash of 64 hex digits");
    assert_eq!(refused("tx_hash", ""), "it is empty: only a row with a source may lack it");
    assert_eq!(refused("tx_index", ""), "it is empty: only a row with a source may lack it");
    assert_eq!(
        refused("tx_index", "4294967296"),
        "`4294967296` is no whole number of at most 32 bits"
    );
    assert_eq!(refused("event_index", "4294967295"), "it must be below 4294967295");
    assert_eq!(refused("block_number", "+1"), "`+1` is no whole number of at most 64 bits");
    assert_eq!(
        refused("block_time", "999999999999"),
        "`999999999999` is beyond the year 9999: use Unix seconds"
    );
    assert_eq!(
        refused("block_time", "2022-01-01"),
        "`2022-01-01` is no whole number of at most 64 bits"
    );
    let long = refused("source", &"x".repeat(70_000));
    assert!(long.contains("70000 bytes long") && long.len() < 200, "{long}");
}

#[test]
fn headers_are_checked() {
    let text = transfers(GOOD);
    let unknown = refusal(&text.replacen("kind", "sort", 1));
    assert!(
        unknown.starts_with(
            "f.csv line 1: unknown column `sort`: the columns are chain, block_number,"
        ),
        "{unknown}"
    );
    let missing = refusal(&format!("{}\n", TRANSFERS.replace(",amount", "")));
    assert!(missing.starts_with("f.csv line 1: column `amount` is missing"), "{missing}");
    let twice = refusal(&format!("{TRANSFERS},kind\n"));
    assert_eq!(twice, "f.csv line 1: column `kind` stands twice");
    let neither = refusal("name,colour\n");
    assert!(
        neither.starts_with("f.csv line 1: `name,colour` is no header of transfers (chain,"),
        "{neither}"
    );
    assert!(refusal("").contains("is no header"));
}

#[test]
fn a_file_with_a_header_alone_has_no_rows() {
    for header in [TRANSFERS, OUTPUTS] {
        for end in ["", "\n", "\r\n", "\n\n"] {
            let (ledger, _) = read("h.csv", &format!("{header}{end}")).unwrap();
            assert_eq!(hawkshaw_model::Ledger::chains(&ledger).len(), 0);
        }
    }
    assert!(read_transfers(TRANSFERS.as_bytes(), "t.csv").unwrap().is_empty());
    assert!(read_outputs(OUTPUTS.as_bytes(), "o.csv").unwrap().is_empty());
}

#[test]
fn columns_stand_in_any_order_and_some_may_be_missing() {
    let text = transfers(GOOD);
    let turned: Vec<String> = text
        .lines()
        .map(|line| {
            let mut fields: Vec<&str> = line.split(',').take(11).collect();
            fields.reverse();
            fields.join(",")
        })
        .collect();
    let rows = |text: &str| read_transfers(text.as_bytes(), "t.csv").unwrap();
    assert_eq!(rows(&turned.join("\n")), rows(&text));
}

#[test]
fn lines_are_counted_as_editors_count_them() {
    let row = transfers(GOOD).lines().nth(1).unwrap().to_owned();
    let bad = row.replace(",5,", ",x,");
    for (text, line) in [
        (format!("{TRANSFERS}\n{row}\n{bad}\n"), 3),
        (format!("{TRANSFERS}\r\n{row}\r\n{bad}"), 3),
        (format!("\u{feff}{TRANSFERS}\n\n{row}\n\n\n{bad}\n"), 6),
        (format!("{TRANSFERS}\n{}\"a\nb\"\n{bad}\n", row), 4),
    ] {
        let message = refusal(&text);
        assert!(
            message.starts_with(&format!("f.csv line {line}, column `amount`: `x`")),
            "{message}"
        );
    }
    let rows = read_transfers(format!("{TRANSFERS}\r\n{row}\r\n").as_bytes(), "t.csv").unwrap();
    assert_eq!(rows[0].place.to_string(), "t.csv line 2");
}

#[test]
fn damaged_rows_are_refused() {
    let text = transfers(GOOD);
    let cut = refusal(text.trim_end().trim_end_matches(','));
    assert_eq!(cut, "f.csv line 2: the row has 11 fields, the header has 13");
    assert!(
        refusal(&text.replace("native", "nat\0ive")).contains("line 2: the row holds a NUL byte")
    );
    let mut bytes = text.clone().into_bytes();
    let at = text.find("native").unwrap();
    bytes[at] = 0xff;
    let error = crate::MemoryLedger::from_files([("f.csv", &bytes[..])]).unwrap_err().to_string();
    assert!(
        error.starts_with("f.csv line 2, column `kind`: `\u{fffd}ative` is not UTF-8"),
        "{error}"
    );
    let quote = refusal(&text.replace(",native", ",\"native"));
    assert!(quote.starts_with("f.csv line 2: the row has 7 fields"), "{quote}");
}

#[test]
fn a_row_in_the_wrong_kind_of_file_is_refused() {
    let text = outputs("1,10,0,1,out,0,,7,50")
        .replace("bip122:000000000019d6689c085ae165831e93", "eip155:1");
    assert!(refusal(&text).contains("line 2, column `chain`: eip155:1 keeps accounts"));
    let error = read_outputs(transfers(GOOD).as_bytes(), "t.csv").unwrap_err();
    assert!(matches!(error, LedgerError::BadHeader { .. }));
}

#[test]
fn an_unreadable_file_is_named_and_keeps_its_cause() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("disk on fire"))
        }
    }
    let error = read_transfers(Broken, "t.csv").unwrap_err();
    assert_eq!(error.to_string(), "cannot read t.csv");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "disk on fire");
}
