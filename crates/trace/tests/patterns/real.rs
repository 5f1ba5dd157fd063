//! Thefts that MFTracer's authors traced by hand (LaunderNetEvm41), and the share of their
//! intermediaries that forward at once. Without `../shared/data` the tests say so and pass.

#![expect(
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "a test says what it read"
)]

use std::path::{Path, PathBuf};

use hawkshaw_ledger::{MemoryLedger, TransferRow};
use hawkshaw_model::{
    Account, Amount, AssetId, AssetList, Case, ChainId, ChainPoint, Timestamp, TransferKind, TxHash,
};
use hawkshaw_trace::{Options, PatternSettings, Patterns, Scene, Stops, patterns, trace};

/// US dollars in cents, as an asset.
const CENTS: &str = "eip155:1/iso4217:usd";

fn folder(name: &str) -> Option<PathBuf> {
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

/// The edges of a case, each a transaction of its own, in the order of their blocks.
fn rows(file: &Path) -> Vec<TransferRow> {
    let text = std::fs::read_to_string(file).unwrap();
    let (asset, chain): (AssetId, ChainId) = (CENTS.parse().unwrap(), ChainId::ethereum());
    let row = |(number, line): (usize, &str)| {
        let fields: Vec<&str> = line.split(',').collect();
        let (time, height) = (fields[0].replace(' ', "T") + "Z", fields[1].parse().unwrap());
        let mut hash = [0; 32];
        hash[24..].copy_from_slice(&(number as u64).to_be_bytes());
        TransferRow {
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
        }
    };
    text.lines().skip(1).enumerate().map(row).collect()
}

/// What the listed sources paid out, as the stolen transfers.
fn case(folder: &Path, rows: &[TransferRow]) -> Case {
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

fn found(name: &str) -> Option<Patterns> {
    let folder = folder(name)?;
    let rows = rows(&folder.join(format!("{name}.csv")));
    let case = case(&folder, &rows);
    let (ledger, _) = MemoryLedger::from_rows(rows, Vec::new()).unwrap();
    let options =
        Options { stops: Stops::Tagged, floor: "0".parse().unwrap(), ..Options::default() };
    let (assets, nowhere) = (AssetList::built_in(), |_: &Account| None);
    let trace = trace(&Scene::new(&ledger, &case, &assets, &nowhere, &options)).unwrap();
    let found = patterns(&trace, &PatternSettings::default());
    let figures = found.passing_through;
    eprintln!(
        "{name}: {figures:?}, {} movements, {} small",
        found.movements, found.movements_small
    );
    for pattern in &found.found {
        eprintln!("  {} {}", pattern.kind, pattern.text);
    }
    eprintln!("  left out: {:?}", found.left_out);
    Some(found)
}

#[test]
fn lifi() {
    found("LIFI");
}

#[test]
fn phishing_of_54_million() {
    found("54m");
}

#[test]
fn xscam() {
    found("XScam");
}
