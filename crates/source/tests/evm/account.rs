//! Balances by the movements that were read, to compare with what the node says.

use std::collections::BTreeMap;

use hawkshaw_model::Address;
use hawkshaw_model::rows::Rows;
use serde_json::{Value, json};

use crate::anvil::Node;
use crate::scenario::Scenario;

/// What every account of a node for development has from the start: 10,000 ether.
const GENESIS: i128 = 10_000 * 1_000_000_000_000_000_000;

/// Who pays where a token is made and is paid where one is destroyed: contracts keep no balance
/// of it.
const ZERO: &str = "0x0000000000000000000000000000000000000000";

/// Balances by asset and account.
#[derive(Default)]
pub(crate) struct Balances(BTreeMap<(String, String), i128>);

impl Balances {
    pub(crate) fn new(scenario: &Scenario, native: &str) -> Self {
        let of = |account: &String| ((native.to_owned(), account.clone()), GENESIS);
        Self(scenario.accounts.iter().map(of).collect())
    }

    /// Takes up what a block moved.
    pub(crate) fn add(&mut self, rows: &Rows) {
        for row in &rows.transfers {
            let asset = rows.assets[usize::try_from(row.asset).unwrap()].to_string();
            let amount: i128 = row.amount.to_string().parse().unwrap();
            let mut change = |account: Option<&Address>, amount: i128| {
                if let Some(account) = account {
                    let account = account.to_string().to_lowercase();
                    *self.0.entry((asset.clone(), account)).or_default() += amount;
                }
            };
            change(row.from.as_ref(), -amount);
            change(row.to.as_ref(), amount);
        }
    }

    /// Those of one asset that are not zero, or were not.
    pub(crate) fn of(&self, asset: &str) -> Vec<(&str, i128)> {
        let of_asset = self.0.iter().filter(|((known, _), _)| known == asset);
        of_asset.map(|((_, account), balance)| (account.as_str(), *balance)).collect()
    }

    pub(crate) fn assets(&self) -> Vec<String> {
        let mut assets: Vec<String> = self.0.keys().map(|(asset, _)| asset.clone()).collect();
        assets.dedup();
        assets
    }

    /// Compares the native asset with what the node says of every account at a height.
    pub(crate) fn check_native(&self, node: &Node, native: &str, height: u64) {
        let known = self.of(native);
        let params: Vec<Value> =
            known.iter().map(|(account, _)| json!([account, format!("0x{height:x}")])).collect();
        let said = node.batch("eth_getBalance", &params);
        for ((account, balance), said) in known.iter().zip(said) {
            assert_eq!(*balance, number(&said), "{account} at block {height}");
        }
    }

    /// Compares a token of ERC-20 with what its contract says of every account at a height.
    pub(crate) fn check_token(&self, node: &Node, chain: &str, token: &str, height: u64) -> usize {
        let mut known = self.of(&format!("{chain}/erc20:{token}"));
        known.retain(|(account, _)| *account != ZERO);
        for (account, balance) in &known {
            let data = format!("0x70a08231{:0>64}", &account[2..]);
            assert_eq!(*balance, ask(node, token, &data, height), "{token} of {account}");
        }
        known.len()
    }

    /// Compares tokens of ERC-721, of which an account has one or none of each.
    pub(crate) fn check_unique(&self, node: &Node, token: &str, height: u64) -> usize {
        let assets = self.assets().into_iter().filter(|asset| asset.contains("/erc721:"));
        let mut count = 0;
        for asset in assets {
            let id: u128 = asset.rsplit('/').next().unwrap().parse().unwrap();
            let owner = raw(node, token, &format!("0x6352211e{id:064x}"), height);
            let of = self.of(&asset);
            let owners: Vec<&str> =
                of.iter().filter(|(_, count)| *count == 1).map(|(account, _)| *account).collect();
            assert_eq!(owners, [format!("0x{}", &owner[26..])], "{asset}");
            count += 1;
        }
        count
    }

    /// Compares tokens of ERC-1155.
    pub(crate) fn check_several(&self, node: &Node, token: &str, height: u64) -> usize {
        let assets = self.assets().into_iter().filter(|asset| asset.contains("/erc1155:"));
        let mut count = 0;
        for asset in assets {
            let id: u128 = asset.rsplit('/').next().unwrap().parse().unwrap();
            for (account, balance) in self.of(&asset) {
                if account == ZERO {
                    continue;
                }
                let data = format!("0x00fdd58e{:0>64}{id:064x}", &account[2..]);
                assert_eq!(balance, ask(node, token, &data, height), "{asset} of {account}");
                count += 1;
            }
        }
        count
    }
}

fn raw(node: &Node, contract: &str, data: &str, height: u64) -> String {
    let call = json!([{"to": contract, "data": data}, format!("0x{height:x}")]);
    node.call("eth_call", call).as_str().unwrap().to_owned()
}

fn ask(node: &Node, contract: &str, data: &str, height: u64) -> i128 {
    number(&json!(raw(node, contract, data, height)))
}

fn number(value: &Value) -> i128 {
    let digits = value.as_str().unwrap()[2..].trim_start_matches('0');
    if digits.is_empty() { 0 } else { i128::from_str_radix(digits, 16).unwrap() }
}
