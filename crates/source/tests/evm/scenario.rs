//! What is sent on a chain of a test: every kind of movement that a node can tell of.

use alloy_primitives::hex;
use serde_json::{Value, json};

use crate::anvil::Node;
use crate::asm::deployment;
use crate::contracts::{
    self, Style, bomb, collectible, daredevil, factory, flash, reverter, several, splitter, token,
    wrapper,
};

/// Where ether is wrapped on Ethereum.
pub(crate) const WETH: &str = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
/// Somebody who never sends.
pub(crate) const STRANGER: &str = "0x00000000000000000000000000000000000057a9";
pub(crate) const HEIR: &str = "0x000000000000000000000000000000000000be12";
pub(crate) const NOBODY: &str = "0x0000000000000000000000000000000000000b0d";

/// What there is to compare.
pub(crate) struct Scenario {
    /// Accounts with ether from the start.
    pub(crate) accounts: Vec<String>,
    /// Contracts with `balanceOf(address)`.
    pub(crate) tokens: Vec<String>,
    pub(crate) collectible: String,
    pub(crate) several: String,
    /// The height before the first transaction.
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// Which transactions failed.
    pub(crate) failed: Vec<String>,
}

/// A word of calldata.
fn word(value: &str) -> String {
    format!("{:0>64}", value.trim_start_matches("0x"))
}

fn amount(value: u128) -> String {
    format!("{value:064x}")
}

fn ether(value: u128) -> String {
    format!("0x{:x}", value * 1_000_000_000_000_000_000)
}

/// Sends to a node that mines each transaction at once.
struct Sender<'a> {
    node: &'a Node,
    accounts: Vec<String>,
}

impl Sender<'_> {
    fn send(&self, from: usize, to: &str, value: &str, data: &str) -> Value {
        let tx = json!({
            "from": self.accounts[from], "to": to, "value": value, "data": format!("0x{data}"),
            "gas": "0x7a120", "maxFeePerGas": "0x174876e800", "maxPriorityFeePerGas": "0x3b9aca01",
        });
        self.node.receipt(&self.node.send(tx))
    }

    fn succeeds(&self, from: usize, to: &str, value: &str, data: &str) {
        assert_eq!(self.send(from, to, value, data)["status"], "0x1", "{to} {data}");
    }

    fn deploy(&self, runtime: &[u8], value: &str) -> String {
        let data = format!("0x{}", hex::encode(deployment(runtime)));
        let tx = json!({"from": self.accounts[0], "data": data, "value": value, "gas": "0x1e8480"});
        let receipt = self.node.receipt(&self.node.send(tx));
        assert_eq!(receipt["status"], "0x1");
        receipt["contractAddress"].as_str().unwrap().to_owned()
    }
}

/// Plays everything. `has_weth` puts the wrapper where Ethereum has it.
pub(crate) fn play(node: &Node, has_weth: bool) -> Scenario {
    let height = || {
        let height = node.call("eth_blockNumber", json!([]));
        u64::from_str_radix(&height.as_str().unwrap()[2..], 16).unwrap()
    };
    let first = height();
    let accounts: Vec<String> =
        serde_json::from_value(node.call("eth_accounts", json!([]))).unwrap();
    let accounts: Vec<String> = accounts.iter().map(|account| account.to_lowercase()).collect();
    let sender = Sender { node, accounts: accounts.clone() };
    if has_weth {
        node.call("anvil_setCode", json!([WETH, format!("0x{}", hex::encode(wrapper()))]));
    }
    let mut tokens = pay_tokens(&sender);
    if has_weth {
        wrap(&sender);
        tokens.push(WETH.to_owned());
    }
    let (collectible, several) = hand_over(&sender);
    let failed = pay_ether(&sender);
    Scenario { accounts, tokens, collectible, several, first, last: height(), failed }
}

/// Transfers, mints and burns of tokens of all styles.
fn pay_tokens(sender: &Sender<'_>) -> Vec<String> {
    let [alice, bob, carol] = [0, 1, 2].map(|at| sender.accounts[at].clone());
    let mut tokens = Vec::new();
    for style in [Style::Standard, Style::Unindexed, Style::Silent] {
        let token = sender.deploy(&token(style), "0x0");
        let call = |from, selector: &str, words: &[String]| {
            sender.succeeds(from, &token, "0x0", &format!("{selector}{}", words.concat()));
        };
        call(0, "40c10f19", &[word(&alice), amount(1_000_000)]);
        call(0, "a9059cbb", &[word(&bob), amount(400_000)]);
        call(1, "a9059cbb", &[word(&carol), amount(150_000)]);
        call(1, "a9059cbb", &[word(STRANGER), amount(1)]);
        call(2, "42966c68", &[amount(50_000)]);
        // More than there is: it fails and moves nothing.
        let data = format!("a9059cbb{}{}", word(&bob), amount(u128::MAX));
        assert_eq!(sender.send(2, &token, "0x0", &data)["status"], "0x0");
        tokens.push(token);
    }
    tokens
}

fn wrap(sender: &Sender<'_>) {
    sender.succeeds(0, WETH, &ether(5), "d0e30db0");
    let payee = word(&sender.accounts[3]);
    let amounts = [2_000_000_000_000_000_000, 1_500_000_000_000_000_000].map(amount);
    sender.succeeds(0, WETH, "0x0", &format!("a9059cbb{payee}{}", amounts[0]));
    sender.succeeds(3, WETH, "0x0", &format!("2e1a7d4d{}", amounts[1]));
}

/// Tokens of ERC-721 and ERC-1155.
fn hand_over(sender: &Sender<'_>) -> (String, String) {
    let [alice, bob] = [0, 1].map(|at| word(&sender.accounts[at]));
    let collectible = sender.deploy(&collectible(), "0x0");
    for number in [1, 2, 77] {
        sender.succeeds(0, &collectible, "0x0", &format!("40c10f19{alice}{}", amount(number)));
    }
    let data = format!("23b872dd{alice}{bob}{}", amount(77));
    sender.succeeds(0, &collectible, "0x0", &data);
    let several = sender.deploy(&several(), "0x0");
    sender.succeeds(0, &several, "0x0", &format!("6a627842{alice}"));
    sender.succeeds(0, &several, "0x0", &format!("0000000b{bob}"));
    (collectible, several)
}

/// Ether in every way; the transactions that fail.
fn pay_ether(sender: &Sender<'_>) -> Vec<String> {
    let node = sender.node;
    let hash = |receipt: &Value| receipt["transactionHash"].as_str().unwrap().to_owned();
    sender.succeeds(4, STRANGER, &ether(1), "");
    sender.succeeds(4, &sender.accounts[4].clone(), &ether(1), "");
    let legacy = json!({
        "from": sender.accounts[5], "to": STRANGER, "value": ether(2), "gasPrice": "0x2540be400",
    });
    assert_eq!(node.receipt(&node.send(legacy))["type"], "0x0");
    let splitter = sender.deploy(&splitter(), "0x0");
    sender.succeeds(5, &splitter, "0x7", &format!("{}{}", word(STRANGER), word(HEIR)));
    sender.succeeds(5, &splitter, &ether(4), &format!("{}{}", word(STRANGER), word(HEIR)));
    let reverter = sender.deploy(&reverter(), "0x0");
    let failed = sender.send(6, &reverter, &ether(3), &word(NOBODY));
    assert_eq!(failed["status"], "0x0");
    let daredevil = sender.deploy(&daredevil(), "0x0");
    let data = [&reverter, HEIR, NOBODY].map(word).concat();
    sender.succeeds(6, &daredevil, &ether(8), &data);
    let factory = sender.deploy(&factory(), "0x0");
    sender.succeeds(7, &factory, &ether(2), &hex::encode(deployment(&contracts::bomb())));
    sender.succeeds(7, &factory, &ether(2), &hex::encode(flash(HEIR)));
    let bomb = sender.deploy(&bomb(), "0x0");
    sender.succeeds(7, &bomb, &ether(6), "");
    sender.succeeds(7, &bomb, "0x1", &word(STRANGER));
    // Not tried: a contract that destroys itself in favour of itself. anvil 1.7.1 tells that
    // whoever called it were destroyed.
    let out_of_gas = json!({
        "from": sender.accounts[8], "to": splitter, "value": "0x64", "gas": "0x7530",
        "data": format!("0x{}{}", word(STRANGER), word(HEIR)),
    });
    let starved = node.receipt(&node.send(out_of_gas));
    assert_eq!(starved["status"], "0x0");
    vec![hash(&failed), hash(&starved)]
}
