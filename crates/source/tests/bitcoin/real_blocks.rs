//! Real blocks of the main chain in `../shared/data`, through block files. Without the folder the
//! tests say so and pass.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use bitcoin::consensus::deserialize;
use bitcoin::{PubkeyHash, PublicKey, ScriptBuf};
use hawkshaw_ledger::store::{Snapshot, StoreWriter};
use hawkshaw_model::rows::{Leg, Rows};
use hawkshaw_model::{
    AccountIx, Address, Amount, BlockSource as _, ChainId, Ledger as _, TxHash, UtxoTx,
};
use hawkshaw_wallets::{Asked, Clusters, Marks};

use crate::folder::{Folder, read};

const MAIN: [u8; 4] = [0xf9, 0xbe, 0xb4, 0xd9];

#[expect(clippy::print_stderr, reason = "a test that is left out has to say so")]
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/btc_blocks");
    let path = path.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: btc_blocks is not in ../shared/data");
    None
}

fn unpacked(name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(data(name)?).unwrap();
    bzip2_rs::DecoderReader::new(file).read_to_end(&mut bytes).unwrap();
    Some(bytes)
}

fn sum<'a>(legs: impl Iterator<Item = &'a Leg>) -> Amount {
    legs.fold(Amount::ZERO, |sum, leg| sum.checked_add(leg.amount).unwrap())
}

fn script(leg: &Leg) -> ScriptBuf {
    let Some(Address::Script(script)) = &leg.holder else { panic!("every leg has a script") };
    ScriptBuf::from_bytes(script.to_vec())
}

#[test]
fn the_first_255_blocks_are_read_without_undo_records() {
    let Some(bytes) = unpacked("database/testdata/blocks1-256.bz2") else { return };
    let mut folder = Folder::new([0; 8], MAIN);
    folder.bytes("blk00000.dat", &bytes);
    let files = folder.open().unwrap();
    assert_eq!((files.chain(), files.first_height()), (&ChainId::bitcoin(), 1));
    // What the genesis block made can never be spent, so that nothing is missing without it.
    assert_eq!(files.lacks(), []);
    let blocks = read(&files).unwrap();
    assert_eq!(blocks.len(), 255);
    let coinbases = blocks.iter().flat_map(|rows| &rows.legs);
    let coinbases = coinbases.filter(|leg| leg.spot.tx_index == Some(0));
    assert_eq!(sum(coinbases), Amount::from(255 * 5_000_000_000_u64));
    // The first payment of all: Satoshi Nakamoto to Hal Finney, block 170.
    let tx: TxHash =
        "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16".parse().unwrap();
    let rows = &blocks[169];
    let legs: Vec<&Leg> = rows.legs.iter().filter(|leg| leg.spot.tx == Some(tx)).collect();
    let [input, paid, rest] = legs[..] else { panic!("one input and two outputs") };
    assert_eq!(rows.blocks[0].height, 170);
    assert_eq!(input.amount, Amount::from(5_000_000_000_u64));
    assert_eq!(input.holder, rest.holder);
    assert_eq!([paid.amount, rest.amount], [1_000_000_000_u64, 4_000_000_000].map(Amount::from));
    let first = "0437cd7f8525ceed2324359c2d0ba26006d92d856a9c20fa0241106ee5a597c9";
    assert_eq!(input.spends, Some((first.parse().unwrap(), 0)));
    let block_time = rows.blocks[0].time.to_string();
    assert_eq!(block_time, "2009-01-12T03:30:25Z");
}

/// Outputs by the hash of their transaction, in the byte order of the wire, and their index: each
/// as btcd keeps it, which is twice the height (and one more for a coinbase), and then amount and
/// script as Bitcoin Core shortens them.
type Outputs = BTreeMap<([u8; 32], u32), Vec<u8>>;

/// The outputs before block 277,647 that it spends.
fn unspent() -> Option<Outputs> {
    let bytes = unpacked("blockchain/testdata/277647.utxostore.bz2")?;
    let (mut rest, mut outputs) = (&bytes[..], BTreeMap::new());
    while let Some((hash, after)) = rest.split_first_chunk::<32>() {
        let (index, after) = after.split_first_chunk().unwrap();
        let (length, after) = after.split_first_chunk().unwrap();
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap();
        let (entry, after) = after.split_at(length);
        outputs.insert((*hash, u32::from_le_bytes(*index)), entry.to_vec());
        rest = after;
    }
    Some(outputs)
}

/// The entry of an output that the block makes itself, with a script that is not shortened.
fn made_here(output: &bitcoin::TxOut) -> Vec<u8> {
    let script = output.script_pubkey.as_bytes();
    let mut satoshi = output.value.to_sat();
    let mut zeros = 0;
    while satoshi > 0 && satoshi.is_multiple_of(10) && zeros < 9 {
        (satoshi, zeros) = (satoshi / 10, zeros + 1);
    }
    let number = match (satoshi, zeros) {
        (0, _) => 0,
        (_, 9) => 1 + (satoshi - 1) * 10 + 9,
        _ => 1 + (satoshi / 10 * 9 + satoshi % 10 - 1) * 10 + zeros,
    };
    let length = u64::try_from(script.len()).unwrap() + 6;
    [varint(2 * 277_647), varint(number), varint(length), script.to_vec()].concat()
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = vec![number.to_le_bytes()[0] & 0x7f];
    while number > 0x7f {
        number = (number >> 7) - 1;
        bytes.insert(0, number.to_le_bytes()[0] | 0x80);
    }
    bytes
}

/// The undo record of a block, put together from outputs that it spends.
fn undo(block: &bitcoin::Block, unspent: &Outputs) -> Vec<u8> {
    use bitcoin::hashes::Hash as _;
    let count = |count: usize| bitcoin::consensus::serialize(&bitcoin::VarInt::from(count));
    let own: BTreeMap<_, _> = block.txdata.iter().map(|tx| (tx.compute_txid(), tx)).collect();
    let mut bytes = count(block.txdata.len() - 1);
    for tx in &block.txdata[1..] {
        bytes.extend(count(tx.input.len()));
        for input in &tx.input {
            let out = input.previous_output;
            let vout = usize::try_from(out.vout).unwrap();
            let entry = match own.get(&out.txid) {
                Some(tx) => made_here(&tx.output[vout]),
                None => unspent[&(out.txid.to_byte_array(), out.vout)].clone(),
            };
            // Bitcoin Core puts a zero behind the height.
            let height = entry.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
            bytes.extend([&entry[..height], &[0], &entry[height..]].concat());
        }
    }
    bytes
}

/// Block 277,647 and its rows, read from block files.
fn block_277647() -> Option<(bitcoin::Block, Rows)> {
    let bytes = unpacked("blockchain/testdata/277647.dat.bz2")?;
    let unspent = unspent()?;
    let block: bitcoin::Block = deserialize(&bytes[8..]).unwrap();
    let mut folder = Folder::new([1, 2, 3, 4, 5, 6, 7, 8], MAIN);
    folder.bytes("blk00100.dat", &bytes);
    let parent = *AsRef::<[u8; 32]>::as_ref(&block.header.prev_blockhash);
    folder.undo(100, parent, &undo(&block, &unspent));
    let files = folder.open().unwrap();
    assert_eq!((files.first_height(), files.lacks()), (277_647, &[][..]));
    let rows = read(&files).unwrap().remove(0);
    Some((block, rows))
}

#[test]
fn block_277647_has_every_spent_output_and_the_right_fees() {
    let Some((block, rows)) = block_277647() else { return };
    check_legs(&rows, &block);
    let taken = sum(rows.legs.iter().filter(|leg| leg.spends.is_some()));
    let is_coinbase = |leg: &&Leg| leg.spot.tx_index == Some(0);
    let reward = sum(rows.legs.iter().filter(is_coinbase));
    let paid = rows.legs.iter().filter(|leg| leg.spends.is_none() && !is_coinbase(leg));
    let fees = taken.checked_sub(sum(paid)).unwrap();
    // The miner took the fees and the 25 bitcoin of those years.
    assert_eq!(fees.checked_add(Amount::from(2_500_000_000_u64)), Some(reward));
    assert_eq!(fees, Amount::from(4_737_355_u64));
}

/// Every leg is that of the block, and whoever spends shows the key that the spent script names.
fn check_legs(rows: &Rows, block: &bitcoin::Block) {
    let mut legs = rows.legs.iter();
    let mut keys_checked = 0;
    for (at, tx) in block.txdata.iter().enumerate() {
        let hash: TxHash = tx.compute_txid().to_string().parse().unwrap();
        let inputs = if at == 0 { &[][..] } else { &tx.input };
        for input in inputs {
            let leg = legs.next().unwrap();
            let out = input.previous_output;
            assert_eq!(leg.spends, Some((out.txid.to_string().parse().unwrap(), out.vout)));
            let script = script(leg);
            if script.is_p2pkh() {
                let last = input.script_sig.instructions().last().unwrap().unwrap();
                let key = PublicKey::from_slice(last.push_bytes().unwrap().as_bytes());
                let hash: PubkeyHash = key.unwrap().pubkey_hash();
                assert_eq!(script, ScriptBuf::new_p2pkh(&hash));
                keys_checked += 1;
            }
        }
        for output in &tx.output {
            let leg = legs.next().unwrap();
            assert_eq!((leg.spot.tx, leg.spends), (Some(hash), None));
            assert_eq!(leg.amount, Amount::from(output.value.to_sat()));
            assert_eq!(script(leg), output.script_pubkey);
        }
    }
    assert!(legs.next().is_none() && keys_checked > 500, "{keys_checked} keys");
}

#[test]
fn the_clusters_of_block_277647_are_those_of_a_plain_computation() {
    let Some((_, rows)) = block_277647() else { return };
    let (wanted, withheld) = plain_clusters(&rows);
    let folder = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(folder.path()).unwrap();
    writer.begin(&[]);
    writer.add(rows).unwrap();
    writer.end().unwrap();
    let ledger = Snapshot::open(folder.path()).unwrap();
    let (mix, tags, marks) = (|_: &UtxoTx| Ok(None), BTreeMap::new(), Marks::default());
    let asked = Asked { ledger: &ledger, chain: 0, mix: &mix, tags: &tags, marks: &marks };
    let mut clusters = Clusters::new();
    clusters.update(&asked, &mut |_, _| {}).unwrap();
    let mut found: BTreeMap<AccountIx, BTreeSet<Address>> = BTreeMap::new();
    for account in (0..).map(AccountIx).take(ledger.account_count()) {
        let address = ledger.account(account).unwrap().address().clone();
        found.entry(clusters.cluster_of(account)).or_default().insert(address);
    }
    let found: BTreeSet<_> = found.into_values().filter(|set| set.len() > 1).collect();
    assert_eq!(found, wanted);
    assert_eq!([clusters.counts().unnecessary_input, clusters.counts().mixed_kinds], withheld);
    let joined: usize = found.iter().map(BTreeSet::len).sum();
    assert_eq!((found.len(), joined, withheld), (54, 184, [26, 0]));
}

/// What is spent together by the rows of a block, and how many transactions were withheld for an
/// input that they did not need and for different kinds of inputs.
fn plain_clusters(rows: &Rows) -> (BTreeSet<BTreeSet<Address>>, [u64; 2]) {
    let mut txs: BTreeMap<u32, Vec<&Leg>> = BTreeMap::new();
    for leg in &rows.legs {
        txs.entry(leg.spot.tx_index.unwrap()).or_default().push(leg);
    }
    let (mut sets, mut withheld) = (BTreeSet::<BTreeSet<Address>>::new(), [0, 0]);
    for legs in txs.values() {
        let (inputs, outputs): (Vec<&Leg>, Vec<&Leg>) =
            legs.iter().partition(|leg| leg.spends.is_some());
        let mut united: BTreeSet<Address> =
            inputs.iter().map(|leg| leg.holder.clone().unwrap()).collect();
        let (touched, rest): (BTreeSet<_>, BTreeSet<_>) =
            sets.iter().cloned().partition(|set| !set.is_disjoint(&united));
        let known: usize = touched.iter().map(|set| set.intersection(&united).count()).sum();
        if touched.len() + united.len() - known < 2 {
            continue;
        }
        let paid: Vec<_> = outputs.iter().filter(|leg| !script(leg).is_op_return()).collect();
        let least = inputs.iter().map(|leg| leg.amount).min().unwrap();
        let kind = |leg: &&Leg| {
            let script = script(leg);
            [script.is_p2pkh(), script.is_p2sh(), script.is_p2pk(), script.is_multisig()]
        };
        if paid.len() == 2 && paid.iter().all(|leg| leg.amount >= least) {
            withheld[0] += 1;
        } else if paid.len() == 2 && inputs.iter().map(kind).collect::<BTreeSet<_>>().len() > 1 {
            withheld[1] += 1;
        } else {
            united.extend(touched.into_iter().flatten());
            sets = rest;
            sets.insert(united);
        }
    }
    (sets, withheld)
}

#[test]
fn later_blocks_state_their_heights() {
    let Some(folder) = data("wire/testdata") else { return };
    let mut heights = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let mut folder = Folder::new([9; 8], MAIN);
        folder.block(2_000, &bytes);
        let files = folder.open().unwrap();
        let tip = files.tip().unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(format!("block-{}", TxHash::from(tip.hash)), name);
        heights.insert(tip.height);
        let error = read(&files).unwrap_err().to_string();
        assert!(error.contains("which is not in the files: the rev files of the node"), "{error}");
    }
    assert_eq!(heights, BTreeSet::from([540_107, 574_200]));
}
