//! Calls of real blocks: ether, token transfers and swaps read out of what was called.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use alloy_primitives::U256;
use serde_json::Value;

use crate::moved::{Moved, Transaction, WETH};
use crate::{address, data, word};

/// `transfer(address,uint256)` and `transferFrom(address,address,uint256)` (EIP-20).
const TRANSFER: &str = "0xa9059cbb";
const TRANSFER_FROM: &str = "0x23b872dd";
/// `deposit()` and `withdraw(uint256)` of WETH9.
const DEPOSIT: &str = "0xd0e30db0";
const WITHDRAW: &str = "0x2e1a7d4d";
/// `swap(uint256,uint256,address,bytes)` of Uniswap V2 pools.
const SWAP_V2: &str = "0x022c0d9f";
/// `swap(address,bool,int256,uint160,bytes)` of Uniswap V3 pools.
const SWAP_V3: &str = "0x128acb08";

/// `mint(address)` and `burn(address)` of Uniswap V2 pools: liquidity put in or taken out.
const LIQUIDITY: [&str; 2] = ["0x6a627842", "0x89afcb44"];

/// A call of a swap: the pool, what it was to pay of either token, and whether it lent first.
#[derive(Debug, Clone)]
struct Swap {
    pool: String,
    paid: [U256; 2],
    is_flash: bool,
}

fn transactions() -> Option<Vec<(String, Transaction, Vec<Swap>)>> {
    let folder = data("mev_blocks/tests/blocks")?;
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let block: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let mut txs: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
        for trace in block["traces"].as_array().unwrap() {
            if let Some(position) = trace["transaction_position"].as_u64() {
                txs.entry(position).or_default().push(trace);
            }
        }
        for (position, calls) in txs {
            let (mut tx, swaps) = read(&calls);
            tx.sender = calls[0]["action"]["from"].as_str().map(str::to_lowercase);
            let stem = file.file_stem().unwrap().to_string_lossy();
            all.push((format!("{stem} transaction {position}"), tx, swaps));
        }
    }
    Some(all)
}

/// What the calls that did not fail moved, in their order.
fn read(calls: &[&Value]) -> (Transaction, Vec<Swap>) {
    let (mut tx, mut swaps) = (Transaction::default(), Vec::new());
    let mut failed: BTreeSet<Vec<u64>> = BTreeSet::new();
    for call in calls {
        let place: Vec<u64> =
            call["trace_address"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        if !call["error"].is_null() {
            failed.insert(place.clone());
        }
        if (0..=place.len()).any(|end| failed.contains(&place[..end])) {
            continue;
        }
        let action = &call["action"];
        if LIQUIDITY.iter().any(|it| action["input"].as_str().is_some_and(|i| i.starts_with(it))) {
            tx.funded.insert(action["to"].as_str().unwrap_or_default().to_lowercase());
        }
        let text = |name: &str| action[name].as_str().unwrap_or_default().to_lowercase();
        let amount = |name: &str| {
            U256::from_str_radix(text(name).trim_start_matches("0x"), 16).unwrap_or_default()
        };
        let ether = |from: String, to: String, amount: U256| Moved {
            token: String::new(),
            from,
            to,
            amount,
        };
        match call["type"].as_str().unwrap() {
            "suicide" => {
                tx.moved.push(ether(text("address"), text("refundAddress"), amount("balance")));
            }
            "create" => {
                let made = call["result"]["address"].as_str().unwrap_or_default().to_lowercase();
                tx.moved.push(ether(text("from"), made, amount("value")));
            }
            "call" if text("callType") == "call" => {
                tx.moved.push(ether(text("from"), text("to"), amount("value")));
                let output = call["result"]["output"].as_str().unwrap_or_default();
                called(&mut tx, &mut swaps, [text("from"), text("to")], &text("input"), output);
                if text("input").starts_with(DEPOSIT) && text("to") == WETH {
                    tx.wrap(text("from"), amount("value"), true);
                }
            }
            _ => {}
        }
    }
    tx.moved.retain(|moved| !moved.amount.is_zero());
    (tx, swaps)
}

fn called(
    tx: &mut Transaction,
    swaps: &mut Vec<Swap>,
    [from, to]: [String; 2],
    input: &str,
    output: &str,
) {
    let (Some(selector), Some(body)) = (input.get(..10), input.get(10..)) else { return };
    // Tokens that do not fail but say no moved nothing.
    let said_no = !output.trim_start_matches("0x").is_empty() && word(output, 0).is_zero();
    match selector {
        TRANSFER if !said_no => {
            let (to_whom, amount) = (address(body, 0), word(body, 1));
            tx.moved.push(Moved { token: to, from, to: to_whom, amount });
        }
        TRANSFER_FROM if !said_no => tx.moved.push(Moved {
            token: to,
            from: address(body, 0),
            to: address(body, 1),
            amount: word(body, 2),
        }),
        WITHDRAW if to == WETH => tx.wrap(from, word(body, 0), false),
        SWAP_V2 => {
            let is_flash = !word(body, 4).is_zero();
            tx.pools.insert(to.clone());
            swaps.push(Swap { pool: to, paid: [word(body, 0), word(body, 1)], is_flash });
        }
        SWAP_V3 => {
            let paid = [word(output, 0), word(output, 1)].map(|amount| {
                if amount.bit(255) { U256::ZERO.wrapping_sub(amount) } else { U256::ZERO }
            });
            tx.pools.insert(to.clone());
            swaps.push(Swap { pool: to, paid, is_flash: false });
        }
        _ => {}
    }
}

#[test]
fn pools_netted_what_they_were_called_for() {
    let Some(transactions) = transactions() else { return };
    let (mut compared, mut exact, mut flashes, mut others) = (0, 0, 0, Vec::new());
    for (name, tx, swaps) in &transactions {
        let nets = tx.nets();
        for swap in swaps {
            if tx.funded.contains(&swap.pool) {
                continue;
            }
            let once = swaps.iter().filter(|other| other.pool == swap.pool).count() == 1;
            let paid: Vec<U256> = swap.paid.into_iter().filter(|paid| !paid.is_zero()).collect();
            let ([paid], true) = (&paid[..], once) else { continue };
            let of_pool: Vec<_> = nets.iter().filter(|((who, _), _)| *who == swap.pool).collect();
            let lost: Vec<U256> =
                of_pool.iter().map(|(_, net)| net.paid).filter(|paid| !paid.is_zero()).collect();
            let gained = of_pool.iter().filter(|(_, net)| !net.got.is_zero()).count();
            if swap.is_flash && lost.is_empty() {
                // Lent and paid back in the same token: the pool gained its fee.
                assert!(gained > 0, "{name}: {}", swap.pool);
                flashes += 1;
                continue;
            }
            flashes += usize::from(swap.is_flash);
            compared += 1;
            let is_exact = lost == [*paid] && gained == 1;
            exact += usize::from(is_exact);
            if !is_exact {
                others.push(format!("{name}: {}", swap.pool));
            }
        }
    }
    // The others: tokens that burn or mint on the way, and pools that are called otherwise too.
    assert!(compared >= 250 && flashes > 0, "{compared} {flashes}");
    assert!(exact * 20 >= compared * 19, "{exact} of {compared}: {others:#?}");
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
    assert!(in_pools.is_empty(), "{} of {followed}: {in_pools:#?}", in_pools.len());
    assert!(followed >= 200 && swapped >= 150, "{followed} {swapped}");
}
