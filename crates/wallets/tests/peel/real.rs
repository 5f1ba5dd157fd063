//! Real blocks and transactions of `../shared/data`: whatever is said of them adds up. Without the
//! folder the tests say so and pass.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use bitcoin::consensus::deserialize_partial;
use hawkshaw_ledger::{MemoryLedger, OutputRow, Side};
use hawkshaw_model::{
    Account, Address, ChainId, Ledger as _, Mix, MixClass, OutPoint, OutputIx, ReadError,
    Timestamp, TxHash, TxId, TxIx, UtxoTx,
};
use hawkshaw_wallets::change::{Surroundings, Verdict, change};
use hawkshaw_wallets::peel::{PeelSettings, carried, follow, follow_transaction};

#[expect(clippy::print_stderr, reason = "a test that is left out has to say so")]
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not in ../shared/data");
    None
}

fn account(script: &[u8]) -> Account {
    Account::new(ChainId::bitcoin(), Address::Script(script.into()))
}

/// Asks about every transaction and output of a ledger: verdicts, abstentions, longest chain.
fn check(ledger: &MemoryLedger) -> (usize, usize, usize) {
    let mix = |tx: &UtxoTx| -> Result<Option<Mix>, ReadError> {
        let first = tx.outputs.first().map(|leg| leg.amount);
        let is_pool = tx.inputs.len() == tx.outputs.len()
            && tx.outputs.len() >= 5
            && tx.outputs.iter().all(|leg| Some(leg.amount) == first);
        let class = MixClass::Whirlpool;
        Ok(is_pool.then(|| Mix { class, confidence: 990, rule: "pool", equal: Vec::new() }))
    };
    let stop = |_: &Account| None;
    let around = Surroundings { ledger, mix: &mix, stop: &stop };
    let settings = PeelSettings::default();
    let (mut told, mut abstained, mut longest) = (0, 0, 0);
    for tx in ledger.chains()[0].txs.clone().map(TxIx) {
        let tx = ledger.utxo_tx(tx).unwrap().unwrap();
        match change(&around, &tx).unwrap().verdict {
            Verdict::Change { .. } => told += 1,
            Verdict::Abstains(_) => abstained += 1,
        }
        let chain = follow_transaction(&around, &settings, &tx).unwrap();
        assert!(chain.totals.adds_up(chain.amount_in));
    }
    let known = BTreeSet::new();
    for output in (0..u64::try_from(ledger.output_count()).unwrap()).map(OutputIx) {
        let start = carried(ledger, output).unwrap().unwrap();
        let chain = follow(&around, &settings, &known, vec![start]).unwrap();
        assert!(chain.totals.adds_up(start.amount));
        longest = longest.max(chain.hops.len());
    }
    (told, abstained, longest)
}

#[test]
#[expect(clippy::print_stderr, reason = "figures are of interest")]
fn the_first_blocks_hold_the_first_chain() {
    let Some(path) = data("btc_blocks/database/testdata/blocks1-256.bz2") else { return };
    let mut bytes = Vec::new();
    bzip2_rs::DecoderReader::new(File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    let (mut rest, mut rows, mut height) = (&bytes[..], Vec::new(), 0);
    let mut made: BTreeMap<(TxHash, u32), (Account, u64)> = BTreeMap::new();
    // Each block stands behind a magic number and its length.
    while rest.len() > 8 {
        let (block, length): (bitcoin::Block, usize) = deserialize_partial(&rest[8..]).unwrap();
        rest = &rest[8 + length..];
        height += 1;
        for (at, tx) in block.txdata.iter().enumerate() {
            let hash: TxHash = tx.compute_txid().to_string().parse().unwrap();
            let row = |side, leg: usize, outpoint, holder, amount: u64| OutputRow {
                chain: ChainId::bitcoin(),
                height,
                tx_index: u32::try_from(at).unwrap(),
                time: Timestamp::from_unix(i64::from(block.header.time)).unwrap(),
                tx: hash,
                side,
                leg_index: u32::try_from(leg).unwrap(),
                outpoint,
                holder: Some(holder),
                amount: amount.into(),
            };
            for (leg, input) in tx.input.iter().enumerate().filter(|_| at > 0) {
                let maker: TxHash = input.previous_output.txid.to_string().parse().unwrap();
                let (holder, amount) = made[&(maker, input.previous_output.vout)].clone();
                let maker = TxId::new(ChainId::bitcoin(), maker);
                let spent = OutPoint::new(maker, input.previous_output.vout);
                rows.push(row(Side::In, leg, Some(spent), holder, amount));
            }
            for (leg, output) in tx.output.iter().enumerate() {
                let holder = account(output.script_pubkey.as_bytes());
                let amount = output.value.to_sat();
                made.insert((hash, u32::try_from(leg).unwrap()), (holder.clone(), amount));
                rows.push(row(Side::Out, leg, None, holder, amount));
            }
        }
    }
    let (ledger, _) = MemoryLedger::from_rows(Vec::new(), rows).unwrap();
    eprintln!("blocks 1 to 255: {:?}", check(&ledger));
    // Satoshi Nakamoto's ten bitcoin to Hal Finney of block 170, and what he paid out of the rest:
    // he paid himself the change each time.
    let first = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16";
    let tx = TxId::new(ChainId::bitcoin(), first.parse().unwrap());
    let tx = ledger.utxo_tx(ledger.find_tx(&tx).unwrap().unwrap()).unwrap().unwrap();
    let (mix, stop) = (|_: &UtxoTx| Ok(None), |_: &Account| None);
    let around = Surroundings { ledger: &ledger, mix: &mix, stop: &stop };
    let chain = follow_transaction(&around, &PeelSettings::default(), &tx).unwrap();
    let left: Vec<String> =
        chain.hops.iter().flat_map(|hop| &hop.next).map(|one| one.amount.to_string()).collect();
    assert_eq!(left, ["4000000000", "3000000000", "2900000000", "2800000000", "1800000000"]);
    assert_eq!(chain.end.as_str(), "unspent");
}

/// `txid:::blockhash:::index:::unixtime:::in}{in…:::out}{out…`, an input being
/// `prevtxid-vout-sats+script+type` and an output `sats+script+type`.
fn read(line: &str, place: u64, rows: &mut Vec<OutputRow>) {
    let parts: Vec<&str> = line.split(":::").collect();
    let holder = |script: &str| {
        let hex = |at: usize| u8::from_str_radix(&script[at..at + 2], 16).unwrap();
        account(&(0..script.len()).step_by(2).map(hex).collect::<Vec<u8>>())
    };
    let row = |side, leg: usize, outpoint, script: &str, amount: &str| OutputRow {
        chain: ChainId::bitcoin(),
        height: place,
        tx_index: 1,
        time: Timestamp::from_unix(parts[3].parse().unwrap()).unwrap(),
        tx: parts[0].parse().unwrap(),
        side,
        leg_index: u32::try_from(leg).unwrap(),
        outpoint,
        holder: Some(holder(script)),
        amount: amount.parse().unwrap(),
    };
    for (leg, input) in parts[4].split("}{").enumerate() {
        let words: Vec<&str> = input.split(['-', '+']).collect();
        let maker = TxId::new(ChainId::bitcoin(), words[0].parse().unwrap());
        let spent = OutPoint::new(maker, words[1].parse().unwrap());
        rows.push(row(Side::In, leg, Some(spent), words[3], words[2]));
    }
    for (leg, output) in parts[5].split("}{").enumerate() {
        let words: Vec<&str> = output.split('+').collect();
        rows.push(row(Side::Out, leg, None, words[1], words[0]));
    }
}

/// Transactions by their ids, those first that others spend.
fn in_order(mut lines: BTreeMap<String, String>) -> Vec<String> {
    let mut placed = Vec::new();
    while !lines.is_empty() {
        let is_open = |line: &String| {
            let inputs = line.split(":::").nth(4).unwrap().split("}{");
            inputs.map(|input| &input[..64]).any(|maker| lines.contains_key(maker))
        };
        let next = lines.iter().filter(|(_, line)| !is_open(line)).map(|(id, _)| id.clone());
        for id in next.collect::<Vec<_>>() {
            placed.extend(lines.remove(&id));
        }
    }
    placed
}

#[test]
#[expect(clippy::print_stderr, reason = "figures are of interest")]
fn mixes_and_what_spends_them_add_up() {
    let Some(folder) = data("coinjoin_btc/tests/fixtures") else { return };
    for name in ["dumplings__sw_202403.zip", "dumplings__ww1_202405.zip"] {
        let mut archive = zip::ZipArchive::new(File::open(folder.join(name)).unwrap()).unwrap();
        let mut lines: BTreeMap<String, String> = BTreeMap::new();
        for at in 0..archive.len() {
            let mut text = String::new();
            if archive.by_index(at).unwrap().read_to_string(&mut text).is_err() {
                continue;
            }
            let found = text.trim_start_matches('\u{feff}').lines();
            let found = found.filter(|line| line.split(":::").count() == 6);
            lines.extend(found.map(|line| (line[..64].to_owned(), line.to_owned())));
        }
        let lines = in_order(lines);
        let mut rows = Vec::new();
        for (place, line) in lines.iter().enumerate() {
            read(line, 1 + u64::try_from(place).unwrap(), &mut rows);
        }
        let (ledger, _) = MemoryLedger::from_rows(Vec::new(), rows).unwrap();
        eprintln!("{name}: {} transactions: {:?}", lines.len(), check(&ledger));
    }
}
