//! Logs of real blocks: transfers, and what pools of Uniswap versions 2 and 3 say of a swap.

use std::collections::BTreeMap;
use std::fs;

use alloy_primitives::U256;
use serde_json::Value;

use crate::moved::{Moved, Transaction, WETH};
use crate::{address, data, word};

const LOGS: &str = "graphsense_eth_sample/spark/src/test/resources/account/eth/tokens/logs.json";

/// `Transfer(address,address,uint256)` (EIP-20).
const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
/// `Deposit(address,uint256)` and `Withdrawal(address,uint256)` of WETH9.
const DEPOSIT: &str = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c";
const WITHDRAWAL: &str = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65";
/// `Swap(address,uint256,uint256,uint256,uint256,address)` of Uniswap V2.
const SWAP_V2: &str = "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822";
/// `Swap(address,address,int256,int256,uint160,uint128,int24)` of Uniswap V3.
const SWAP_V3: &str = "0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67";

/// What a pool says that it was given and gave, whatever the tokens are, smallest first.
type Said = BTreeMap<String, Vec<(U256, U256)>>;

/// A transaction with its hash.
type Logged = (String, Transaction, Said);

fn transactions() -> Option<Vec<Logged>> {
    let text = fs::read_to_string(data(LOGS)?).unwrap();
    let mut logs: Vec<Value> = text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    logs.sort_by_key(|log| (log["blockId"].as_u64(), log["logIndex"].as_u64()));
    let mut found: BTreeMap<[Option<u64>; 2], Logged> = BTreeMap::new();
    for log in &logs {
        let key = [log["blockId"].as_u64(), log["transactionIndex"].as_u64()];
        let name = log["txHash"].as_str().unwrap().to_owned();
        let entry = found.entry(key).or_insert_with(|| (name, Transaction::default(), Said::new()));
        read(log, &mut entry.1, &mut entry.2);
    }
    Some(found.into_values().collect())
}

fn read(log: &Value, tx: &mut Transaction, said: &mut Said) {
    let emitter = log["address"].as_str().unwrap().to_lowercase();
    let body = log["data"].as_str().unwrap();
    let topics: Vec<&str> =
        log["topics"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let Some(first) = topics.first() else { return };
    let minus = |value: U256| U256::ZERO.wrapping_sub(value);
    match (*first, topics.len()) {
        (TRANSFER, 3) => tx.moved.push(Moved {
            token: emitter,
            from: address(topics[1], 0),
            to: address(topics[2], 0),
            amount: word(body, 0),
        }),
        (DEPOSIT, 2) if emitter == WETH => tx.wrap(address(topics[1], 0), word(body, 0), true),
        (WITHDRAWAL, 2) if emitter == WETH => tx.wrap(address(topics[1], 0), word(body, 0), false),
        (SWAP_V2, _) => {
            let (in0, in1) = (word(body, 0), word(body, 1));
            let (out0, out1) = (word(body, 2), word(body, 3));
            said.entry(emitter.clone()).or_default().extend([(in0, out0), (in1, out1)]);
            tx.pools.insert(emitter);
        }
        (SWAP_V3, _) => {
            let sides = [word(body, 0), word(body, 1)].map(|amount| {
                if amount.bit(255) { (U256::ZERO, minus(amount)) } else { (amount, U256::ZERO) }
            });
            said.entry(emitter.clone()).or_default().extend(sides);
            tx.pools.insert(emitter);
        }
        _ => {}
    }
}

#[test]
fn pools_netted_what_they_say_that_they_swapped() {
    let Some(transactions) = transactions() else { return };
    let (mut compared, mut exact) = (0, 0);
    for (_, tx, said) in &transactions {
        let nets = tx.nets();
        for (pool, sides) in said.iter().filter(|(_, sides)| sides.len() == 2) {
            // What the pool says, against what the tokens say. Not always the same: somebody may
            // pay a pool more than it asks for, and tokens may take a fee on the way.
            let of_pool = nets.iter().filter(|((who, _), _)| who == pool);
            let mut moved: Vec<(U256, U256)> =
                of_pool.map(|(_, net)| (net.paid, net.got)).collect();
            let mut told: Vec<(U256, U256)> = sides
                .iter()
                .map(|(x, y)| (y.saturating_sub(*x), x.saturating_sub(*y)))
                .filter(|side| *side != (U256::ZERO, U256::ZERO))
                .collect();
            moved.sort_unstable();
            told.sort_unstable();
            exact += usize::from(moved == told);
            compared += 1;
        }
    }
    assert!(compared >= 80 && exact * 5 >= compared * 4, "{exact} of {compared}");
}

#[test]
fn swaps_are_followed_to_the_unit_and_pools_hold_nothing() {
    let Some(transactions) = transactions() else { return };
    let (mut followed, mut swapped, mut in_pools) = (0, 0, Vec::new());
    for (name, tx, _) in transactions.iter().filter(|(_, tx, _)| !tx.pools.is_empty()) {
        let (givers, swappers) = tx.check(name, &mut in_pools);
        followed += givers;
        swapped += swappers;
    }
    // Logs do not tell the sender, so that a trader may look like a market maker: one who sells
    // what a token's own contract sells too stands in a circle of them.
    assert!(in_pools.len() <= 1, "{} of {followed}: {in_pools:#?}", in_pools.len());
    assert!(followed >= 40 && swapped >= 20, "{followed} {swapped}");
}
