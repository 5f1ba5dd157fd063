//! Thefts that MFTracer's authors traced by hand (LaunderNetEvm41), as ledgers: net dollars per
//! transaction.

#![expect(
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "a test says what it read"
)]

use std::path::{Path, PathBuf};

use hawkshaw_ledger::TransferRow;
use hawkshaw_model::{
    Account, Amount, AssetId, Case, ChainId, ChainPoint, Timestamp, TransferKind, TxHash,
};

/// US dollars in cents, as an asset.
const CENTS: &str = "eip155:1/iso4217:usd";

/// Where a theft is, if the data are there.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mftracer");
    let folder = data.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} is not there", folder.display());
    None
}

/// Dollars as whole cents, what is less than a cent left out.
fn cents(text: &str) -> Amount {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    format!("{whole}{part}").parse().unwrap()
}

/// The edges of a case, rows of one block in file order. The authors have netted their
/// transactions already, so each row is a transaction of its own, with its number as its hash.
pub(crate) fn rows(file: &Path) -> Vec<TransferRow> {
    let text = std::fs::read_to_string(file).unwrap();
    let asset: AssetId = CENTS.parse().unwrap();
    let chain = ChainId::ethereum();
    let mut rows = Vec::new();
    for (number, line) in text.lines().skip(1).enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let (time, height) = (fields[0].replace(' ', "T") + "Z", fields[1].parse().unwrap());
        let mut hash = [0; 32];
        hash[24..].copy_from_slice(&(number as u64).to_be_bytes());
        rows.push(TransferRow {
            chain: chain.clone(),
            point: Some(ChainPoint { height, tx_index: number as u32, event_index: 0 }),
            time: time.parse::<Timestamp>().unwrap(),
            tx: Some(TxHash::from(hash)),
            kind: TransferKind::Token,
            asset: asset.clone(),
            from: Some(Account::parse(&chain, fields[3]).unwrap()),
            to: Some(Account::parse(&chain, fields[5]).unwrap()),
            amount: cents(fields[7]),
            sender: None,
            source: None,
        });
    }
    rows
}

/// What the listed sources paid out, as the stolen transfers.
pub(crate) fn case(folder: &Path, rows: &[TransferRow]) -> Case {
    let sources = std::fs::read_to_string(folder.join("source addresses.csv")).unwrap();
    let chain = ChainId::ethereum();
    let sources: Vec<Account> =
        sources.lines().map(|line| Account::parse(&chain, line.trim()).unwrap()).collect();
    let mut text = String::from("id = \"mftracer\"\ntitle = \"MFTracer\"\n");
    for row in rows.iter().filter(|row| sources.contains(row.from.as_ref().unwrap())) {
        let (tx, to) = (row.tx.unwrap(), row.to.as_ref().unwrap());
        if !row.amount.is_zero() {
            text.push_str(&format!("[[stolen]]\ntx = \"eip155:1:0x{tx}\"\nto = \"{to}\"\n"));
        }
    }
    Case::from_toml(&text).unwrap()
}
