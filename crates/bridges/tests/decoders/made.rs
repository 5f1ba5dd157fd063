//! Transactions and logs, made by the rules of Solidity's ABI.

use alloy_primitives::{U256, hex, keccak256};
use hawkshaw_bridges::{Decoded, Leg, Log, OutputScript, TxRecord, decode_all};
use hawkshaw_model::{Account, Address, Amount, ChainId, Timestamp, TxHash};

/// A field of a call or a log.
#[derive(Clone)]
pub(crate) enum Field {
    /// 32 bytes in place.
    Word([u8; 32]),
    /// Bytes or a string, behind an offset.
    Bytes(Vec<u8>),
    /// A tuple that holds bytes, behind an offset.
    Tuple(Vec<Field>),
}

pub(crate) fn uint(value: impl TryInto<U256>) -> Field {
    Field::Word(value.try_into().ok().unwrap().to_be_bytes())
}

pub(crate) fn word(text: &str) -> Field {
    let bytes = hex::decode(text).unwrap();
    let mut word = [0; 32];
    word[32 - bytes.len()..].copy_from_slice(&bytes);
    Field::Word(word)
}

pub(crate) fn text(text: &str) -> Field {
    Field::Bytes(text.as_bytes().to_vec())
}

pub(crate) fn bytes(bytes: &[u8]) -> Field {
    Field::Bytes(bytes.to_vec())
}

/// The fields as the ABI encodes them.
pub(crate) fn encode(fields: &[Field]) -> Vec<u8> {
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    for field in fields {
        let behind = match field {
            Field::Word(word) => {
                head.extend_from_slice(word);
                continue;
            }
            Field::Bytes(bytes) => {
                let mut encoded = U256::from(bytes.len()).to_be_bytes::<32>().to_vec();
                encoded.extend_from_slice(bytes);
                encoded.resize(encoded.len().div_ceil(32) * 32, 0);
                encoded
            }
            Field::Tuple(fields) => encode(fields),
        };
        let offset = fields.len() * 32 + tail.len();
        head.extend_from_slice(&U256::from(offset).to_be_bytes::<32>());
        tail.extend(behind);
    }
    head.extend(tail);
    head
}

/// A log: which fields are topics, by their place.
pub(crate) fn log(emitter: &str, signature: &str, topics: &[usize], fields: &[Field]) -> Log {
    let mut all = vec![keccak256(signature).0];
    let mut data = Vec::new();
    for (place, field) in fields.iter().enumerate() {
        match field {
            Field::Word(word) if topics.contains(&place) => all.push(*word),
            _ => data.push(field.clone()),
        }
    }
    raw_log(emitter, all, encode(&data))
}

pub(crate) fn raw_log(emitter: &str, topics: Vec<[u8; 32]>, data: Vec<u8>) -> Log {
    let emitter = hex::decode(emitter).unwrap().try_into().unwrap();
    // The chain is set where the log is put into a transaction.
    let emitter = Account::new(ChainId::ethereum(), Address::Evm(emitter));
    Log { event: 0, emitter, topics, data }
}

pub(crate) fn call(signature: &str, fields: &[Field]) -> Vec<u8> {
    [&keccak256(signature)[..4], &encode(fields)].concat()
}

pub(crate) fn chain(id: u64) -> ChainId {
    format!("eip155:{id}").parse().unwrap()
}

pub(crate) fn account(chain: &ChainId, text: &str) -> Account {
    Account::parse(chain, text).unwrap()
}

/// A transaction of a chain with these logs.
pub(crate) fn record(chain: &ChainId, tx: &str, logs: Vec<Log>) -> TxRecord {
    let logs = logs
        .into_iter()
        .zip(7..)
        .map(|(log, event)| {
            let emitter = Account::new(chain.clone(), log.emitter.address().clone());
            Log { event, emitter, ..log }
        })
        .collect();
    TxRecord {
        chain: chain.clone(),
        height: 1,
        time: Timestamp::from_unix(1_700_000_000).unwrap(),
        tx: tx.parse::<TxHash>().unwrap(),
        sender: None,
        to: None,
        success: Some(true),
        value: None,
        calldata: Vec::new(),
        logs,
        outputs: Vec::new(),
    }
}

pub(crate) fn output(vout: u32, holder: &str, amount: u64) -> OutputScript {
    let holder = Some(Account::parse(&ChainId::bitcoin(), holder).unwrap());
    OutputScript { vout, holder, amount: Amount::from(amount) }
}

/// A transaction of Bitcoin with a memo behind its first output.
pub(crate) fn bitcoin(tx: &str, paid: (&str, u64), memo: &[u8]) -> TxRecord {
    let mut made = record(&ChainId::bitcoin(), tx, Vec::new());
    let push = match memo.len() {
        length @ 0..=75 => vec![u8::try_from(length).unwrap()],
        length => vec![0x4c, u8::try_from(length).unwrap()],
    };
    let script = format!("script:6a{}{}", hex::encode(push), hex::encode(memo));
    made.outputs = vec![output(0, paid.0, paid.1), output(1, &script, 0)];
    made
}

/// The legs of a transaction that is understood whole.
pub(crate) fn legs(record: &TxRecord) -> Vec<Leg> {
    let Decoded { legs, defects } = decode_all(record);
    assert_eq!(defects, [], "{legs:#?}");
    legs
}

/// The only leg of a transaction that is understood whole.
pub(crate) fn leg(record: &TxRecord) -> Leg {
    let mut legs = legs(record);
    assert_eq!(legs.len(), 1, "{legs:#?}");
    legs.remove(0)
}

/// A leg in one line.
pub(crate) fn told(leg: &Leg) -> String {
    let part = |name: &str, text: Option<String>| text.map(|text| format!(" {name}={text}"));
    let known = |account: &Option<Account>| account.as_ref().map(Account::address_in_files);
    let parts = [
        part("asset", leg.asset.as_ref().map(ToString::to_string)),
        part("amount", leg.amount.map(|amount| amount.to_string())),
        part("payer", known(&leg.payer)),
        part("custody", known(&leg.custody)),
        part("receiver", leg.receiver.clone()),
        part("far", leg.far_chain.as_ref().map(ToString::to_string)),
        part("far_asset", leg.far_asset.as_ref().map(ToString::to_string)),
        part("far_amount", leg.far_amount.map(|amount| amount.to_string())),
    ];
    let parts: String = parts.into_iter().flatten().collect();
    format!("{:?} {} {:?}{parts}", leg.side, leg.bridge, leg.trust)
}
