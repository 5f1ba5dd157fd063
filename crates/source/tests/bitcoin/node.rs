//! A real node on regtest: what it says by JSON-RPC, and what its files say.

use std::collections::{BTreeMap, BTreeSet};

use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::serialize_hex;
use bitcoin::hashes::Hash as _;
use bitcoin::hex::DisplayHex as _;
use bitcoin::secp256k1::{Secp256k1, SecretKey};
use bitcoin::{
    NetworkKind, OutPoint, PrivateKey, PublicKey, ScriptBuf, ScriptHash, Sequence, Transaction,
    TxIn, TxOut, Txid, WScriptHash, Witness, transaction,
};
use hawkshaw_chains::bitcoin::Network;
use hawkshaw_model::rows::{Leg, Rows};
use hawkshaw_model::{Address, Amount, BlockRef, BlockSource, ChainId, TxHash};
use hawkshaw_source::{BitcoinNode, BlockFiles, Client, Endpoint, Limits};
use serde_json::{Value, json};

use crate::server::Node;

/// All blocks of a source under one name, so that those of two sources can be compared.
fn all<S: BlockSource>(source: &S, first: u64) -> Vec<Rows>
where
    S::Error: std::fmt::Debug,
{
    let tip = source.tip().unwrap();
    let rows = source.blocks(first..=tip.height).map(|rows| {
        let mut rows = rows.unwrap();
        assert_eq!(rows.file, *source.name());
        rows.file = "blocks".into();
        rows
    });
    rows.collect()
}

/// Fails with the first block that differs.
fn assert_same(left: &[Rows], right: &[Rows]) {
    assert_eq!(left.len(), right.len());
    for (left, right) in left.iter().zip(right) {
        assert_eq!(left, right);
    }
}

fn satoshi(bitcoin: &Value) -> u64 {
    let amount = bitcoin::Amount::from_str_in(&bitcoin.to_string(), bitcoin::Denomination::Bitcoin);
    amount.unwrap().to_sat()
}

fn satoshi_of(leg: &Leg) -> u64 {
    leg.amount.to_string().parse().unwrap()
}

/// A wallet with matured coins, and an address of it.
fn wallet(node: &Node) -> String {
    node.call("createwallet", r#"["w"]"#);
    let address = text(&node.call("getnewaddress", r#"["","bech32m"]"#));
    node.call("generatetoaddress", &format!(r#"[110,"{address}"]"#));
    address
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Keys that the test knows, and what pays to them in every way.
struct Keys {
    keys: [PrivateKey; 3],
    public: [PublicKey; 3],
}

impl Keys {
    fn new() -> Self {
        let secp = Secp256k1::new();
        let key = |byte, compressed| PrivateKey {
            compressed,
            network: NetworkKind::Test,
            inner: SecretKey::from_slice(&[byte; 32]).unwrap(),
        };
        let keys = [key(1, true), key(2, true), key(3, false)];
        Self { public: keys.map(|key| key.public_key(&secp)), keys }
    }

    fn multisig(&self) -> ScriptBuf {
        let [first, second, _] = &self.public;
        let bytes = [&[0x51, 33][..], &first.to_bytes(), &[33], &second.to_bytes(), &[0x52, 0xae]];
        ScriptBuf::from_bytes(bytes.concat())
    }

    /// Scripts that are spent later, and those that never are.
    fn scripts(&self) -> (Vec<ScriptBuf>, Vec<ScriptBuf>) {
        let [first, second, long] = &self.public;
        let multisig = self.multisig();
        let witness = |key: &PublicKey| ScriptBuf::new_p2wpkh(&key.wpubkey_hash().unwrap());
        let nested = ScriptHash::hash(witness(second).as_bytes());
        let spent = vec![
            ScriptBuf::new_p2pk(first),
            ScriptBuf::new_p2pk(second),
            ScriptBuf::new_p2pk(long),
            ScriptBuf::new_p2pkh(&first.pubkey_hash()),
            ScriptBuf::new_p2pkh(&long.pubkey_hash()),
            ScriptBuf::new_p2sh(&ScriptHash::hash(multisig.as_bytes())),
            ScriptBuf::new_p2sh(&nested),
            witness(first),
            ScriptBuf::new_p2wsh(&WScriptHash::hash(multisig.as_bytes())),
            multisig,
        ];
        let kept = vec![
            ScriptBuf::new_op_return(b"hawkshaw"),
            ScriptBuf::from_bytes([&[0x52, 32][..], &[7; 32]].concat()),
            ScriptBuf::from_bytes(vec![0x51, 2, 0x4e, 0x73]),
            ScriptBuf::from_bytes(vec![0x6a; 90]),
            ScriptBuf::from_bytes(vec![0x51; 10_001]),
            ScriptBuf::new(),
        ];
        (spent, kept)
    }
}

/// Pays to every kind of script in one block and spends what can be spent in the next. Gives the
/// scripts that were paid to.
fn pay_every_script(node: &Node, address: &str) -> BTreeSet<ScriptBuf> {
    let keys = Keys::new();
    let (spent, kept) = keys.scripts();
    let outputs = spent.iter().chain(&kept).map(|script| TxOut {
        value: bitcoin::Amount::from_sat(if script.is_op_return() { 0 } else { 1_000_000 }),
        script_pubkey: script.clone(),
    });
    let draft = serialize_hex(&transaction(Vec::new(), outputs.collect()));
    // It spends nothing yet, which reads like the marker of a witness: so the marker goes.
    let draft = format!("{}{}", &draft[..8], &draft[12..]);
    let params = json!([draft, {"changePosition": 0}, false]);
    let funded = node.call("fundrawtransaction", &params.to_string());
    let signed = node.call("signrawtransactionwithwallet", &json!([funded["hex"]]).to_string());
    let hex = text(&signed["hex"]);
    node.call("generateblock", &json!([address, [hex]]).to_string());
    let paid = node.call("decoderawtransaction", &json!([hex]).to_string());
    let txid: Txid = text(&paid["txid"]).parse().unwrap();
    let inputs = spent.iter().zip(1..).map(|(_, vout)| TxIn {
        previous_output: OutPoint { txid, vout },
        script_sig: ScriptBuf::new(),
        sequence: Sequence::MAX,
        witness: Witness::new(),
    });
    let back = text(&node.call("getaddressinfo", &json!([address]).to_string())["scriptPubKey"]);
    let value = bitcoin::Amount::from_sat(9_990_000);
    let script_pubkey = ScriptBuf::from_hex(&back).unwrap();
    let spend = transaction(inputs.collect(), vec![TxOut { value, script_pubkey }]);
    let multisig = keys.multisig().as_bytes().as_hex().to_string();
    let nested = ScriptBuf::new_p2wpkh(&keys.public[1].wpubkey_hash().unwrap());
    let previous = spent.iter().zip(1..).map(|(script, vout)| {
        let mut output = json!({
            "txid": txid.to_string(), "vout": vout, "amount": "0.01",
            "scriptPubKey": script.as_bytes().as_hex().to_string(),
        });
        match vout {
            6 => output["redeemScript"] = json!(multisig),
            7 => output["redeemScript"] = json!(nested.as_bytes().as_hex().to_string()),
            9 => output["witnessScript"] = json!(multisig),
            _ => {}
        }
        output
    });
    let previous: Vec<Value> = previous.collect();
    let secrets: Vec<String> = keys.keys.into_iter().map(PrivateKey::to_wif).collect();
    let params = json!([serialize_hex(&spend), secrets, previous]);
    let signed = node.call("signrawtransactionwithkey", &params.to_string());
    assert_eq!(signed["complete"], json!(true), "{signed}");
    node.call("generateblock", &json!([address, [signed["hex"]]]).to_string());
    spent.into_iter().chain(kept).collect()
}

fn transaction(input: Vec<TxIn>, output: Vec<TxOut>) -> Transaction {
    let version = transaction::Version::TWO;
    Transaction { version, lock_time: LockTime::ZERO, input, output }
}

/// Payments of the wallet to addresses of every kind, some of several inputs.
fn pay_addresses(node: &Node, address: &str) {
    for kind in ["legacy", "p2sh-segwit", "bech32", "bech32m"] {
        let to = text(&node.call("getnewaddress", &json!(["", kind]).to_string()));
        node.call("sendtoaddress", &json!([to, 1.25]).to_string());
        node.call("generatetoaddress", &json!([1, address]).to_string());
        node.call("sendtoaddress", &json!([to, 60]).to_string());
        node.call("sendtoaddress", &json!([address, "0.00001234"]).to_string());
        node.call("generatetoaddress", &json!([1, address]).to_string());
    }
}

/// The fees that rows hold equal those that the node counts, and what is unspent is what the node
/// says is.
fn check_sums(node: &Node, blocks: &[Rows]) {
    let mut unspent = BTreeMap::new();
    for rows in blocks {
        let height = rows.blocks[0].height;
        let (mut fees, mut burnt) = (0_i128, 0);
        for leg in &rows.legs {
            let satoshi = satoshi_of(leg);
            let tx = leg.spot.tx.unwrap();
            match leg.spends {
                Some(spends) => assert_eq!(unspent.remove(&spends), Some(satoshi)),
                None => drop(unspent.insert((tx, leg.index), satoshi)),
            }
            if leg.spot.tx_index > Some(0) {
                let sign = if leg.spends.is_some() { 1 } else { -1 };
                fees += sign * i128::from(satoshi);
            }
            let Some(Address::Script(script)) = &leg.holder else { panic!("a leg has a script") };
            if leg.spends.is_none() && (script.first() == Some(&0x6a) || script.len() > 10_000) {
                unspent.remove(&(tx, leg.index));
                burnt += 1;
            }
        }
        // The coins of the first block are in no set of unspent outputs.
        if height == 0 {
            unspent.clear();
            continue;
        }
        let stats = node.call("getblockstats", &json!([height]).to_string());
        assert_eq!(json!(u64::try_from(fees).unwrap()), stats["totalfee"], "block {height}");
        assert_eq!(stats["txs"], json!(txs(rows)), "block {height}");
        assert!(burnt <= 4, "witness commitments, and what the test burns");
    }
    let set = node.call("gettxoutsetinfo", "[]");
    assert_eq!(set["txouts"], json!(unspent.len()));
    assert_eq!(satoshi(&set["total_amount"]), unspent.values().sum::<u64>());
}

fn txs(rows: &Rows) -> usize {
    rows.legs.iter().map(|leg| leg.spot.tx).collect::<BTreeSet<_>>().len()
}

#[test]
fn a_node_and_its_files_say_the_same() {
    let Some(server) = Node::start(&[]) else { return };
    let address = wallet(&server);
    let scripts = pay_every_script(&server, &address);
    pay_addresses(&server, &address);
    let node = BitcoinNode::open(server.client(), Some(&Network::ALL[4].chain())).unwrap();
    assert!(node.lacks().is_empty());
    let status = node.status().unwrap();
    assert_eq!((status.blocks, status.headers, status.pruned_to), (120, 120, None));
    let by_node = all(&node, 0);
    assert_eq!(by_node.len(), 121);
    let files = BlockFiles::open(&server.blocks()).unwrap();
    assert_eq!((files.chain(), files.first_height()), (node.chain(), 0));
    assert_eq!(files.tip().unwrap(), node.tip().unwrap());
    assert_same(&all(&files, 0), &by_node);
    check_sums(&server, &by_node);
    let held = |is_input: bool| -> BTreeSet<ScriptBuf> {
        let legs = by_node.iter().flat_map(|rows| &rows.legs);
        let legs = legs.filter(|leg| leg.spends.is_some() == is_input);
        legs.filter_map(|leg| match &leg.holder {
            Some(Address::Script(script)) => Some(ScriptBuf::from_bytes(script.to_vec())),
            _ => None,
        })
        .collect()
    };
    assert!(held(false).is_superset(&scripts));
    let (spent, _) = Keys::new().scripts();
    assert!(held(true).is_superset(&spent.into_iter().collect()));
    // After the node ended, its files are the same.
    let dir = server.stop();
    let files = BlockFiles::open(&dir.path().join("regtest")).unwrap();
    assert_same(&all(&files, 0), &by_node);
}

#[test]
fn a_reorganisation_is_seen_by_node_and_files() {
    let Some(server) = Node::start(&[]) else { return };
    let address = wallet(&server);
    pay_addresses(&server, &address);
    let node = BitcoinNode::open(server.client(), None).unwrap();
    let files = BlockFiles::open(&server.blocks()).unwrap();
    let before = all(&node, 0);
    assert_same(&all(&files, 0), &before);
    let gone = node.block_at(115).unwrap().unwrap();
    let hash = TxHash::from(gone.hash).to_string();
    server.call("invalidateblock", &json!([hash]).to_string());
    assert_eq!(node.tip().unwrap().height, 114);
    assert_eq!(node.block_at(115).unwrap(), None);
    assert_eq!(node.blocks(114..=130).count(), 1, "the chain ends early, without an error");
    // Paid to the same address the next block would be the one that was refused.
    let other = text(&server.call("getnewaddress", "[]"));
    server.call("generatetoaddress", &json!([6, other]).to_string());
    let tip = BlockRef { height: 120, ..node.tip().unwrap() };
    assert_eq!(node.tip().unwrap(), tip);
    assert_eq!(files.tip().unwrap(), tip);
    let after = all(&node, 0);
    assert_same(&all(&files, 0), &after);
    assert_same(&after[..115], &before[..115]);
    assert_ne!(after[115].blocks, before[115].blocks);
    assert_eq!(after[115].blocks[0].parent, before[114].blocks[0].hash);
    check_sums(&server, &after);
}

#[test]
fn a_node_that_prunes_says_from_where_on_it_has_blocks() {
    // Files of 64 KiB, so that there is something to prune.
    let Some(server) = Node::start(&["-prune=1", "-fastprune"]) else { return };
    // Without a wallet, which would look through each block.
    let script = ScriptBuf::new_p2pkh(&Keys::new().public[0].pubkey_hash());
    let address = bitcoin::Address::from_script(&script, bitcoin::Network::Regtest).unwrap();
    server.call("generatetoaddress", &json!([600, address.to_string()]).to_string());
    server.call("pruneblockchain", "[300]");
    let node = BitcoinNode::open(server.client(), None).unwrap();
    let first = node.status().unwrap().pruned_to.unwrap();
    assert!(first > 100, "{first}");
    let error = node.blocks(5..=9).next().unwrap().unwrap_err().to_string();
    let wanted = format!("the node has pruned away its blocks below {first}");
    assert!(error.contains("getblock of block 5") && error.contains(&wanted), "{error}");
    let files = BlockFiles::open(&server.blocks()).unwrap();
    assert!(files.first_height() <= first, "{} {first}", files.first_height());
    assert_same(&all(&files, first), &all(&node, first));
}

#[test]
fn another_chain_and_other_users_are_refused() {
    let Some(server) = Node::start(&[]) else { return };
    let error = BitcoinNode::open(server.client(), Some(&ChainId::bitcoin())).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("it holds bip122:0f9188f13cb7b2c71f2a335e3a4fc328 (regtest)"), "{text}");
    let named = Endpoint::new(&server.url_with_user(), None).unwrap();
    let node = BitcoinNode::open(Client::new(named, Limits::default()), None).unwrap();
    assert_eq!(node.tip().unwrap().height, 0);
    let genesis = all(&node, 0);
    assert_eq!(genesis[0].legs[0].amount, Amount::from(5_000_000_000_u64));
    let stranger = server.url_with_user().replace("__cookie__:", "__cookie__:0");
    let stranger = Endpoint::new(&stranger, None).unwrap();
    let limits = Limits { attempts_max: 1, ..Limits::default() };
    let error = BitcoinNode::open(Client::new(stranger, limits), None).unwrap_err().to_string();
    assert!(error.contains("401") && !error.contains("cookie"), "{error}");
}
