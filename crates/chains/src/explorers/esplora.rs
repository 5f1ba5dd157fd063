//! Transactions of Bitcoin as Esplora's API tells them.
//!
//! Source: <https://github.com/Blockstream/esplora/blob/master/API.md>. The API of mempool.space
//! has the same endpoints, <https://mempool.space/docs/api/rest>.

use alloy_primitives::hex;
use hawkshaw_model::rows::{Leg, Rows, Spot};
use hawkshaw_model::{Address, Amount, Timestamp, TxHash};
use serde::Deserialize;

use crate::error::DecodeError;
use crate::json::from_json;

/// A transaction that stands in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EsploraTx {
    txid: TxHash,
    height: u64,
    block: [u8; 32],
    time: Timestamp,
    inputs: Vec<(TxHash, u32, Output)>,
    outputs: Vec<Output>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Output {
    script: Box<[u8]>,
    sats: u64,
}

#[derive(Deserialize)]
struct TxAnswer<'a> {
    txid: &'a str,
    fee: Option<u64>,
    #[serde(borrow)]
    vin: Vec<InputAnswer<'a>>,
    #[serde(borrow)]
    vout: Vec<OutputAnswer<'a>>,
    #[serde(borrow)]
    status: Status<'a>,
}

#[derive(Deserialize)]
struct InputAnswer<'a> {
    #[serde(default)]
    is_coinbase: bool,
    #[serde(default)]
    is_pegin: bool,
    txid: &'a str,
    vout: u32,
    #[serde(borrow, default)]
    prevout: Option<OutputAnswer<'a>>,
}

#[derive(Deserialize)]
struct OutputAnswer<'a> {
    scriptpubkey: &'a str,
    value: Option<u64>,
}

#[derive(Deserialize)]
struct Status<'a> {
    confirmed: bool,
    #[serde(default)]
    block_height: Option<u64>,
    #[serde(borrow, default)]
    block_hash: Option<&'a str>,
    #[serde(default)]
    block_time: Option<i64>,
}

const NESTING_MAX: usize = 16;

/// Reads `/address/:a/txs/chain` and its kin: those transactions of the page that stand in a
/// block, and how many it has in all.
///
/// # Errors
///
/// When it is no such answer or contradicts itself.
pub fn decode_transactions(bytes: &[u8]) -> Result<(Vec<EsploraTx>, usize), DecodeError> {
    let page: Vec<TxAnswer<'_>> = from_json(bytes, NESTING_MAX)?;
    let count = page.len();
    let confirmed = page.into_iter().filter(|tx| tx.status.confirmed);
    let txs: Result<Vec<EsploraTx>, DecodeError> = confirmed.map(EsploraTx::new).collect();
    Ok((txs?, count))
}

/// Reads `/tx/:txid`; nothing where it stands in no block yet.
///
/// # Errors
///
/// When it is no such answer or contradicts itself.
pub fn decode_transaction(bytes: &[u8]) -> Result<Option<EsploraTx>, DecodeError> {
    let tx: TxAnswer<'_> = from_json(bytes, NESTING_MAX)?;
    if tx.status.confirmed { EsploraTx::new(tx).map(Some) } else { Ok(None) }
}

/// Reads `/block/:hash/txids`: the transactions of a block in their order.
///
/// # Errors
///
/// When it is no such answer.
pub fn decode_order(bytes: &[u8]) -> Result<Vec<TxHash>, DecodeError> {
    let txids: Vec<&str> = from_json(bytes, NESTING_MAX)?;
    txids.into_iter().map(hash).collect()
}

/// Reads `/tx/:txid/merkle-proof`: the height of the block and the place in it.
///
/// # Errors
///
/// When it is no such answer.
pub fn decode_place(bytes: &[u8]) -> Result<(u64, u32), DecodeError> {
    #[derive(Deserialize)]
    struct Proof {
        block_height: u64,
        pos: u32,
    }
    let proof: Proof = from_json(bytes, NESTING_MAX)?;
    Ok((proof.block_height, proof.pos))
}

impl EsploraTx {
    fn new(tx: TxAnswer<'_>) -> Result<Self, DecodeError> {
        let malformed =
            |what: &str| DecodeError::Malformed(format!("{what} of {}", shown(tx.txid)));
        let status = &tx.status;
        let height = status.block_height.ok_or_else(|| malformed("there is no block_height"))?;
        let block = status.block_hash.ok_or_else(|| malformed("there is no block_hash"))?;
        let time = status.block_time.ok_or_else(|| malformed("there is no block_time"))?;
        let is_coinbase = tx.vin.iter().any(|input| input.is_coinbase);
        let mut inputs = Vec::with_capacity(tx.vin.len());
        for input in tx.vin.iter().filter(|input| !input.is_coinbase) {
            if input.is_pegin {
                return Err(malformed("an input comes from another chain:"));
            }
            let spent =
                input.prevout.as_ref().ok_or_else(|| malformed("an input lacks prevout"))?;
            inputs.push((hash(input.txid)?, input.vout, Output::new(spent)?));
        }
        let outputs: Result<Vec<Output>, DecodeError> = tx.vout.iter().map(Output::new).collect();
        let new = Self {
            txid: hash(tx.txid)?,
            height,
            block: *hash(block)?.as_bytes(),
            time: Timestamp::from_unix(time).map_err(|e| DecodeError::Malformed(e.to_string()))?,
            inputs,
            outputs: outputs?,
        };
        new.check(is_coinbase, tx.fee)?;
        Ok(new)
    }

    /// Checks that it adds up: what goes in and does not come out is the fee.
    fn check(&self, is_coinbase: bool, fee: Option<u64>) -> Result<(), DecodeError> {
        let paid = sum(self.inputs.iter().map(|(_, _, output)| output));
        let made = sum(self.outputs.iter());
        let contradiction = |what: &str| {
            DecodeError::Contradiction(format!("the transaction {} {what}", self.txid))
        };
        let (Some(paid), Some(made)) = (paid, made) else {
            return Err(contradiction("moves more than there can be"));
        };
        if is_coinbase {
            return Ok(());
        }
        let left = paid.checked_sub(made).ok_or_else(|| contradiction("pays more than it has"))?;
        match fee {
            Some(fee) if fee != left => Err(contradiction("names another fee than it pays")),
            _ => Ok(()),
        }
    }

    /// Its id.
    pub fn txid(&self) -> TxHash {
        self.txid
    }

    /// The height of its block.
    pub fn height(&self) -> u64 {
        self.height
    }

    /// The hash of its block.
    pub fn block(&self) -> [u8; 32] {
        self.block
    }

    /// Adds its legs to rows; `tx_index` is its place in its block.
    pub fn add_to(&self, rows: &mut Rows, tx_index: u32, line: u64) {
        let spot = Spot {
            height: self.height,
            time: Some(self.time),
            tx_index: Some(tx_index),
            tx: Some(self.txid),
            line,
        };
        for ((txid, vout, output), index) in self.inputs.iter().zip(0..) {
            rows.legs.push(output.leg(spot, index, Some((*txid, *vout))));
        }
        for (output, index) in self.outputs.iter().zip(0..) {
            rows.legs.push(output.leg(spot, index, None));
        }
    }
}

impl Output {
    fn new(answer: &OutputAnswer<'_>) -> Result<Self, DecodeError> {
        let malformed = |what: &str| DecodeError::Malformed(what.to_owned());
        let script = hex::decode(answer.scriptpubkey)
            .map_err(|_| malformed("a scriptpubkey is no hex digits"))?;
        let sats = answer.value.ok_or_else(|| malformed("the value of an output is missing"))?;
        Ok(Self { script: script.into(), sats })
    }

    fn leg(&self, spot: Spot, index: u32, spends: Option<(TxHash, u32)>) -> Leg {
        let holder = Some(Address::Script(self.script.clone()));
        Leg { spot, index, spends, holder, amount: Amount::from(self.sats) }
    }
}

fn sum<'a>(mut outputs: impl Iterator<Item = &'a Output>) -> Option<u64> {
    outputs.try_fold(0_u64, |sum, output| sum.checked_add(output.sats))
}

fn hash(text: &str) -> Result<TxHash, DecodeError> {
    let malformed = || DecodeError::Malformed(format!("`{}` is no hash", shown(text)));
    text.parse().map_err(|_| malformed())
}

/// A piece of outside text for an error.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    hawkshaw_model::Printable(&short).to_string()
}

#[cfg(test)]
mod tests {
    use super::{decode_order, decode_place, decode_transaction, decode_transactions};
    use hawkshaw_model::rows::Rows;
    use hawkshaw_model::{Address, ChainId};

    /// The first payment ever, of block 170, with the fields of the documentation. Its figures
    /// are in any explorer.
    const FIRST: &str = r#"{"txid":"f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16","version":1,"locktime":0,"vin":[{"txid":"0437cd7f8525ceed2324359c2d0ba26006d92d856a9c20fa0241106ee5a597c9","vout":0,"prevout":{"scriptpubkey":"410411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac","scriptpubkey_type":"p2pk","value":5000000000},"is_coinbase":false,"sequence":4294967295}],"vout":[{"scriptpubkey":"4104ae1a62fe09c5f51b13905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7e6cd84cac","value":1000000000},{"scriptpubkey":"410411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac","value":4000000000}],"size":275,"weight":1100,"fee":0,"status":{"confirmed":true,"block_height":170,"block_hash":"00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee","block_time":1231731025}}"#;

    #[test]
    fn a_transaction_becomes_legs() {
        let tx = decode_transaction(FIRST.as_bytes()).unwrap().unwrap();
        let mut rows = Rows::new(ChainId::bitcoin(), "test".into());
        tx.add_to(&mut rows, 1, 1);
        assert_eq!(rows.legs.len(), 3);
        let [input, output, change] = &rows.legs[..] else { panic!() };
        assert_eq!(input.spends.unwrap().1, 0);
        assert_eq!(input.holder, change.holder);
        assert_eq!(output.amount.to_string(), "1000000000");
        assert!(matches!(&output.holder, Some(Address::Script(script)) if script.len() == 67));
        assert_eq!((output.spot.height, output.spot.tx_index), (170, Some(1)));
        let page = format!("[{FIRST},{}]", FIRST.replace("true,\"block", "false,\"block"));
        let (txs, count) = decode_transactions(page.as_bytes()).unwrap();
        assert_eq!((txs.len(), count), (1, 2));
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        for (from, to, why) in [
            ("\"fee\":0", "\"fee\":1", "names another fee than it pays"),
            ("\"value\":5000000000", "\"value\":4999999999", "pays more than it has"),
            ("\"value\":5000000000", "\"value\":18446744073709551615", "another fee"),
            ("1000000000}", "18446744073709551615}", "more than there can be"),
            ("\"block_time\":1231731025", "\"block_time\":-5", "no time"),
            ("\"scriptpubkey\":\"41", "\"scriptpubkey\":\"4", "no hex digits"),
            ("f4184fc5", "f4184f", "is no hash"),
            ("\"block_height\":170,", "", "no block_height"),
        ] {
            let text = FIRST.replacen(from, to, 1);
            let error = decode_transaction(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        assert!(decode_transactions(b"\"Too many history entries\"").is_err());
    }

    #[test]
    fn places_are_read() {
        let proof = br#"{"block_height":170,"merkle":["b1fe"],"pos":1}"#;
        assert_eq!(decode_place(proof).unwrap(), (170, 1));
        let txid = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16";
        let order = decode_order(format!("[\"{txid}\"]").as_bytes()).unwrap();
        assert_eq!(order[0].to_string(), txid);
    }
}
