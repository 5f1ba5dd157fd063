//! Transfers through Celer that the authors of Connector collected and decoded.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use alloy_primitives::hex;
use hawkshaw_bridges::{Side, TxRecord, decode_all};

use crate::made::{account, chain, leg, log, record, uint, word};

const BRIDGE: &str = "0x5427fefa711eff984124bfbb1ab6fbf5e3da1820";
const POLYGON_BRIDGE: &str = "0x88dcdc47d2f83a99cf0000fdf667a468bb958a78";
const POLYGON_PEGGED: &str = "0xb51541df05de07be38dcfc4a80c05389a54502bb";
const SEND: &str = "Send(bytes32,address,address,address,uint256,uint64,uint64,uint32)";

fn text(file: &str) -> Option<String> {
    let folder = "../../../shared/data/connector_bridge/data/Validation";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder).join(file);
    let text = fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: {} is not there", path.display());
    }
    text
}

/// The deposits of a file: one object of plain fields each.
fn deposits(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut deposits: Vec<BTreeMap<String, String>> = Vec::new();
    for line in text.lines() {
        let Some((key, value)) = line.trim().split_once(": ") else { continue };
        let (key, value) = (key.trim_matches('"'), value.trim_end_matches(',').trim_matches('"'));
        if key == "event" {
            deposits.push(BTreeMap::new());
        }
        deposits.last_mut().unwrap().insert(key.to_owned(), value.to_owned());
    }
    deposits
}

/// Every deposit as the log that it was decoded from.
#[test]
fn every_deposit_is_decoded() {
    for (file, far, count) in
        [("ETH-BNB/Celer/sample.json", 56, 7_296), ("ETH-Polygon/Celer/sample.json", 137, 598)]
    {
        let Some(text) = text(file) else { return };
        let deposits = deposits(&text);
        assert_eq!(deposits.len(), count);
        for deposit in deposits {
            let [sender, receiver, token, tx] =
                ["sender", "receiver", "asset_s", "txhash"].map(|key| deposit[key].to_lowercase());
            let amount: alloy_primitives::U256 = deposit["amount"].parse().unwrap();
            let fields = [
                word(&tx),
                word(&sender),
                word(&receiver),
                word(&token),
                uint(amount),
                uint(far),
                uint(1_u64),
                uint(1_u64),
            ];
            let decoded = leg(&record(&chain(1), &tx, vec![log(BRIDGE, SEND, &[], &fields)]));
            assert_eq!(decoded.side, Side::Deposit);
            assert_eq!(decoded.payer, Some(account(&chain(1), &sender)));
            assert_eq!(decoded.receiver, Some(receiver));
            assert_eq!(decoded.amount.unwrap().to_u256(), amount);
            assert_eq!(decoded.asset.unwrap().to_string(), format!("eip155:1/erc20:{token}"));
            assert_eq!(decoded.far_chain, Some(chain(far)));
        }
    }
}

/// The calldata of the other side, as they were sent: all but one, which only names a number of
/// the contract, are payouts of a deposit on Ethereum.
#[test]
fn every_payout_is_decoded_from_its_calldata() {
    let Some(text) = text("ETH-Polygon/Celer/input.csv") else { return };
    let mut decoded = Vec::new();
    for line in text.lines().skip(1) {
        let calldata = hex::decode(line.split_once(',').unwrap().1).unwrap();
        let to =
            if calldata.starts_with(&hex!("f8734302")) { POLYGON_PEGGED } else { POLYGON_BRIDGE };
        let made = TxRecord {
            to: Some(account(&chain(137), to)),
            calldata,
            ..record(
                &chain(137),
                "0x5555555555555555555555555555555555555555555555555555555555555555",
                Vec::new(),
            )
        };
        let found = decode_all(&made);
        assert_eq!(found.defects, []);
        decoded.extend(found.legs);
    }
    let claims = decoded.iter().filter(|leg| {
        leg.side == Side::Payout
            && leg.far_chain == Some(chain(1))
            && leg.id.as_ref().is_some_and(|id| id.len() == 64)
            && leg.receiver.is_some()
            && leg.amount.is_some_and(|amount| !amount.is_zero())
    });
    assert_eq!((claims.count(), text.lines().count() - 1), (597, 598));
}
