//! Blocks that are made up: each spends outputs of those before it, of every kind of script.
//!
//! Nothing here uses the code under test: bytes come from the crate `bitcoin`, and undo records
//! are written as Bitcoin Core writes them (`src/undo.h`, `src/compressor.cpp`).

use bitcoin::absolute::LockTime;
use bitcoin::block::{Header, Version};
use bitcoin::consensus::serialize;
use bitcoin::hashes::Hash as _;
use bitcoin::hex::DisplayHex as _;
use bitcoin::secp256k1::{PublicKey, Secp256k1, SecretKey};
use bitcoin::{
    Amount, Block, BlockHash, CompactTarget, OutPoint, ScriptBuf, Sequence, Transaction, TxIn,
    TxMerkleNode, TxOut, Witness, transaction,
};

/// A chain that grows block by block.
#[derive(Debug)]
pub(crate) struct Maker {
    seed: u64,
    keys: Vec<PublicKey>,
    parent: BlockHash,
    height: u32,
    pub(crate) unspent: Vec<(OutPoint, TxOut)>,
}

/// A block with what its inputs spent, by transaction without the coinbase.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) height: u32,
    pub(crate) block: Block,
    pub(crate) spent: Vec<Vec<TxOut>>,
}

impl Maker {
    pub(crate) fn new(seed: u64) -> Self {
        let secp = Secp256k1::new();
        let key = |number: u8| {
            let secret = SecretKey::from_slice(&[number; 32]).expect("it is below the order");
            secret.public_key(&secp)
        };
        let keys = (1..9).map(key).collect();
        let parent = BlockHash::all_zeros();
        Self { seed, keys, parent, height: 0, unspent: Vec::new() }
    }

    /// A chain that parts from this one here.
    pub(crate) fn fork(&self, seed: u64) -> Self {
        let Self { keys, parent, height, unspent, .. } = self;
        let (keys, unspent) = (keys.clone(), unspent.clone());
        Self { seed, keys, parent: *parent, height: *height, unspent }
    }

    /// A number that looks random and is not.
    fn random(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.random(256).to_le_bytes()[0])
    }

    /// A script; the common kinds are as common as on the main chain.
    fn script(&mut self) -> ScriptBuf {
        let key = self.random(8).to_le_bytes()[0];
        let key = self.keys[usize::from(key)];
        let bytes = match self.random(100) {
            0..34 => [&[0x76, 0xa9, 20][..], &self.bytes::<20>(), &[0x88, 0xac]].concat(),
            34..66 => [&[0, 20][..], &self.bytes::<20>()].concat(),
            66..80 => [&[0xa9, 20][..], &self.bytes::<20>(), &[0x87]].concat(),
            80..90 => [&[0x51, 32][..], &self.bytes::<32>()].concat(),
            90..93 => [&[0, 32][..], &self.bytes::<32>()].concat(),
            93 => [&[33][..], &key.serialize(), &[0xac]].concat(),
            94 => [&[65][..], &key.serialize_uncompressed(), &[0xac]].concat(),
            95 => [&[0x6a, 32][..], &self.bytes::<32>()].concat(),
            96 => [&[0x51, 33][..], &key.serialize(), &[0x51, 0xae]].concat(),
            97 => [&[0x60, 2][..], &self.bytes::<2>()].concat(),
            98 => vec![0x51; 10_000],
            _ => Vec::new(),
        };
        ScriptBuf::from_bytes(bytes)
    }

    fn outputs(&mut self, count: u64, total: u64) -> Vec<TxOut> {
        let mut left = total;
        let mut outputs = Vec::new();
        for _ in 0..count {
            let value = Amount::from_sat(self.random(left / 2 + 1));
            left -= value.to_sat();
            outputs.push(TxOut { value, script_pubkey: self.script() });
        }
        outputs
    }

    /// The next block, with a coinbase and as many transactions as there is something to spend.
    pub(crate) fn grow(&mut self, txs: usize) -> Made {
        let coinbase = self.coinbase();
        let (mut all, mut spent) = (vec![coinbase], Vec::new());
        for _ in 0..txs {
            let inputs = self.random(3) + 1;
            let Some((tx, outputs)) = self.spend(inputs) else { break };
            self.note(&tx);
            all.push(tx);
            spent.push(outputs);
        }
        let first = all[0].clone();
        self.note(&first);
        let block = mined(self.parent, all);
        self.parent = block.block_hash();
        let made = Made { height: self.height, block, spent };
        self.height += 1;
        made
    }

    fn coinbase(&mut self) -> Transaction {
        let height = self.height.to_le_bytes();
        let script_sig = [&[3][..], &height[..3], &[0; 8]].concat();
        let input = TxIn {
            previous_output: OutPoint::null(),
            script_sig: ScriptBuf::from_bytes(script_sig),
            sequence: Sequence::MAX,
            witness: Witness::from_slice(&[[0_u8; 32]]),
        };
        let reward = 5_000_000_000_u64 >> (self.height / 150).min(63);
        transaction(vec![input], self.outputs(40, reward))
    }

    fn spend(&mut self, inputs: u64) -> Option<(Transaction, Vec<TxOut>)> {
        let (mut ins, mut spent) = (Vec::new(), Vec::new());
        for _ in 0..inputs {
            if self.unspent.is_empty() {
                break;
            }
            let count = u64::try_from(self.unspent.len()).expect("it fits");
            let at = usize::try_from(self.random(count)).expect("it fits");
            let (previous_output, output) = self.unspent.swap_remove(at);
            let is_witness = output.script_pubkey.is_witness_program();
            let (script_sig, witness) = if is_witness {
                (ScriptBuf::new(), Witness::from_slice(&[vec![1_u8; 71], vec![2_u8; 33]]))
            } else {
                (ScriptBuf::from_bytes(vec![3; 107]), Witness::new())
            };
            ins.push(TxIn { previous_output, script_sig, sequence: Sequence::MAX, witness });
            spent.push(output);
        }
        let total = spent.iter().map(|output| output.value.to_sat()).sum();
        let count = self.random(3) + 1;
        let tx = transaction(ins, self.outputs(count, total));
        (!spent.is_empty()).then_some((tx, spent))
    }

    fn note(&mut self, tx: &Transaction) {
        let id = tx.compute_txid();
        for (output, vout) in tx.output.iter().zip(0..) {
            if output.script_pubkey.as_bytes().first() != Some(&0x6a) {
                self.unspent.push((OutPoint::new(id, vout), output.clone()));
            }
        }
    }
}

fn transaction(input: Vec<TxIn>, output: Vec<TxOut>) -> Transaction {
    let version = transaction::Version::TWO;
    Transaction { version, lock_time: LockTime::ZERO, input, output }
}

/// A block of the least work that regtest knows.
pub(crate) fn mined(parent: BlockHash, txdata: Vec<Transaction>) -> Block {
    let header = Header {
        version: Version::from_consensus(0x2000_0000),
        prev_blockhash: parent,
        merkle_root: TxMerkleNode::all_zeros(),
        time: 1_600_000_000,
        bits: CompactTarget::from_consensus(0x207f_ffff),
        nonce: 0,
    };
    let mut block = Block { header, txdata };
    block.header.merkle_root = block.compute_merkle_root().expect("it has transactions");
    while block.header.validate_pow(block.header.target()).is_err() {
        block.header.nonce += 1;
    }
    block
}

impl Made {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        serialize(&self.block)
    }

    /// The undo record of the block, without its checksum.
    pub(crate) fn undo(&self) -> Vec<u8> {
        let mut bytes = compact(self.spent.len());
        for outputs in &self.spent {
            bytes.extend(compact(outputs.len()));
            for output in outputs {
                bytes.extend(varint(u64::from(self.height) * 2));
                if self.height > 0 {
                    bytes.push(0);
                }
                bytes.extend(varint(compressed(output.value.to_sat())));
                bytes.extend(compressed_script(&output.script_pubkey));
            }
        }
        bytes
    }

    /// The answer to `getblock <hash> 3`, with some of the fields that nobody reads.
    pub(crate) fn json(&self) -> String {
        let header = &self.block.header;
        let mut txs = Vec::new();
        for (tx, at) in self.block.txdata.iter().zip(0_usize..) {
            let input = |index: usize, input: &TxIn| match at.checked_sub(1) {
                None => r#"{"coinbase":"00"}"#.to_owned(),
                Some(at) => format!(
                    r#"{{"txid":"{}","vout":{},"scriptSig":{{"asm":"","hex":"{:x}"}},"prevout":{{"generated":false,"height":1,"value":{},"scriptPubKey":{{"asm":"OP_DUP \"","desc":"raw()","hex":"{:x}","type":"x"}}}},"sequence":1}}"#,
                    input.previous_output.txid,
                    input.previous_output.vout,
                    input.script_sig,
                    bitcoin_text(self.spent[at][index].value),
                    self.spent[at][index].script_pubkey,
                ),
            };
            let inputs: Vec<_> = tx.input.iter().enumerate().map(|(i, tx)| input(i, tx)).collect();
            let output = |output: &TxOut| {
                let value = bitcoin_text(output.value);
                let script = &output.script_pubkey;
                format!(r#"{{"value":{value},"scriptPubKey":{{"asm":"","hex":"{script:x}"}}}}"#)
            };
            let outputs: Vec<_> = tx.output.iter().map(output).collect();
            txs.push(format!(
                r#"{{"txid":"{}","version":2,"vin":[{}],"vout":[{}],"hex":"{}"}}"#,
                tx.compute_txid(),
                inputs.join(","),
                outputs.join(","),
                serialize(tx).as_hex(),
            ));
        }
        format!(
            r#"{{"hash":"{}","confirmations":1,"height":{},"version":{},"merkleroot":"{}","time":{},"nonce":{},"bits":"{:08x}","previousblockhash":"{}","tx":[{}]}}"#,
            self.block.block_hash(),
            self.height,
            header.version.to_consensus(),
            header.merkle_root,
            header.time,
            header.nonce,
            header.bits.to_consensus(),
            header.prev_blockhash,
            txs.join(","),
        )
    }
}

fn bitcoin_text(amount: Amount) -> String {
    let satoshi = amount.to_sat();
    format!("{}.{:08}", satoshi / 100_000_000, satoshi % 100_000_000)
}

fn compact(count: usize) -> Vec<u8> {
    serialize(&bitcoin::VarInt::from(count))
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = vec![number.to_le_bytes()[0] & 0x7f];
    while number > 0x7f {
        number = (number >> 7) - 1;
        bytes.push(number.to_le_bytes()[0] | 0x80);
    }
    bytes.reverse();
    bytes
}

fn compressed(mut satoshi: u64) -> u64 {
    if satoshi == 0 {
        return 0;
    }
    let mut zeros = 0;
    while satoshi.is_multiple_of(10) && zeros < 9 {
        satoshi /= 10;
        zeros += 1;
    }
    if zeros < 9 {
        1 + (satoshi / 10 * 9 + satoshi % 10 - 1) * 10 + zeros
    } else {
        1 + (satoshi - 1) * 10 + 9
    }
}

fn compressed_script(script: &ScriptBuf) -> Vec<u8> {
    match script.as_bytes() {
        [0x76, 0xa9, 20, hash @ .., 0x88, 0xac] if hash.len() == 20 => [&[0], hash].concat(),
        [0xa9, 20, hash @ .., 0x87] if hash.len() == 20 => [&[1], hash].concat(),
        [33, key @ .., 0xac] if key.len() == 33 => key.to_vec(),
        [65, 4, key @ .., 0xac] if key.len() == 64 => [&[4 | (key[63] & 1)], &key[..32]].concat(),
        other => {
            let length = u64::try_from(other.len()).expect("it fits");
            [&varint(length + 6), other].concat()
        }
    }
}
