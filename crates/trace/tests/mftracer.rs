//! Three thefts that MFTracer's authors traced by hand (LaunderNetEvm41: LI.FI, a 54 M dollar
//! phishing, XScam), replayed with dirty-first.
//!
//! The data are net dollars per transaction and do not conserve value, so no exact replay can
//! taint all of them; what it must taint is stated below. They hold illicit edges only, so
//! nothing is said about precision. Without `../shared/data` the tests say so and pass.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "a test stops at the first surprise"
)]

use std::path::{Path, PathBuf};

use hawkshaw_ledger::{MemoryLedger, TransferRow};
use hawkshaw_model::{
    Account, Amount, AssetId, AssetList, Case, ChainId, ChainPoint, Fraction, Timestamp,
    TransferKind, TxHash,
};
use hawkshaw_trace::{Options, Scene, Stops, trace};

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

/// The edges of a case, rows of one block in file order. The authors have netted their
/// transactions already, so each row is a transaction of its own, with its number as its hash.
fn rows(file: &Path) -> Vec<TransferRow> {
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

/// The least part of the edges' value that must be tainted, and be on edges with any taint.
struct Floor {
    tainted: &'static str,
    touched: &'static str,
}

fn check(name: &str, floor: &Floor) {
    let Some(folder) = folder(name) else { return };
    let rows = rows(&folder.join(format!("{name}.csv")));
    let case = case(&folder, &rows);
    let total = rows.iter().fold(Amount::ZERO, |sum, r| sum.checked_add(r.amount).unwrap());
    let (ledger, _) = MemoryLedger::from_rows(rows, Vec::new()).unwrap();
    let options =
        Options { stops: Stops::Tagged, floor: "0".parse().unwrap(), ..Options::default() };
    let trace =
        trace(&Scene::new(&ledger, &case, &AssetList::built_in(), &|_| None, &options)).unwrap();
    let (mut tainted, mut touched) = (Amount::ZERO, Amount::ZERO);
    for edge in trace.edges.iter().filter(|edge| !edge.tainted[0].is_zero()) {
        tainted = tainted.checked_add(edge.tainted[0]).unwrap();
        touched = touched.checked_add(edge.amount).unwrap();
    }
    let percent = |part: Amount| {
        let basis_points = part.to_u256() * Amount::from(10_000u64).to_u256() / total.to_u256();
        Amount::from_u256(basis_points).to_units(2)
    };
    eprintln!("{name}: tainted {} %, touched {} % of value", percent(tainted), percent(touched));
    let least = |text: &str| text.parse::<Fraction>().unwrap();
    assert!(!least(floor.tainted).exceeds(tainted, total), "{name} tainted {}", percent(tainted));
    assert!(!least(floor.touched).exceeds(touched, total), "{name} touched {}", percent(touched));
    for balance in trace.balance.iter().flatten().flatten() {
        assert_eq!(balance.stolen, balance.accounted);
    }
}

#[test]
fn lifi() {
    check("LIFI", &Floor { tainted: "0.985", touched: "0.994" });
}

#[test]
fn phishing_of_54_million() {
    check("54m", &Floor { tainted: "0.96", touched: "0.978" });
}

#[test]
fn xscam() {
    check("XScam", &Floor { tainted: "0.58", touched: "0.90" });
}
