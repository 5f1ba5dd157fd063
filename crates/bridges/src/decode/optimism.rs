//! The standard bridge of the OP Stack: Optimism, Base and others.
//!
//! Sources: <https://github.com/ethereum-optimism/optimism> (`StandardBridge.sol`,
//! `L1StandardBridge.sol`, `L2StandardBridge.sol`, `CrossDomainMessenger.sol`,
//! `libraries/Hashing.sol`), <https://specs.optimism.io/protocol/bridges.html>; addresses:
//! <https://docs.optimism.io/chain/addresses>, <https://docs.base.org/base-chain/network-information/base-contracts>.
//!
//! The id is the hash of the message: computed from the log of the messenger where it is sent,
//! written where it arrives. Bridges log the same passage under an old and a new name; the old
//! one counts only where the new one is absent. Value that is sent to the portal itself passes
//! no bridge.

use std::sync::LazyLock;

use alloy_primitives::{Address, U256, address, hex, keccak256};
use hawkshaw_model::{AssetId, ChainId};

use super::abi::{Fault, Words};
use super::networks;
use super::protocol::{DefectKind, Event, Protocol};
use super::site::{Site, account_bytes, address_text};
use crate::leg::{Leg, Side};
use crate::record::Log;

pub(crate) static OPTIMISM: Protocol = Protocol {
    name: "optimism",
    contracts: &[
        BRIDGES[0].1,
        BRIDGES[1].1,
        BRIDGES[2].1,
        BRIDGES[3].1,
        BRIDGES[4].1,
        BRIDGES[5].1,
        BRIDGES[6].1,
        BRIDGES[7].1,
        BRIDGES[8].1,
        // Messengers of Optimism and Base.
        (1, address!("25ace71c97b33cc4729cf772ae268934f7ab5fa1")),
        (1, address!("866e82a600a1414e583f7f13623f1ac5d58b0afa")),
        // The bridge and the messenger of every rollup.
        (0, L2_BRIDGE),
        (0, address!("4200000000000000000000000000000000000007")),
    ],
    events: &[
        Event(ETH_SENT, &[0, 1], |site| ether(site, Side::Deposit, None)),
        Event(ETH_CAME, &[0, 1], |site| ether(site, Side::Payout, None)),
        Event(TOKEN_SENT, &[0, 1, 2], |site| token(site, Side::Deposit, [0, 1], None)),
        Event(TOKEN_CAME, &[0, 1, 2], |site| token(site, Side::Payout, [0, 1], None)),
        Event("ETHDepositInitiated(address,address,uint256,bytes)", &[0, 1], |site| {
            ether(site, Side::Deposit, Some(&[ETH_SENT]))
        }),
        Event("ETHWithdrawalFinalized(address,address,uint256,bytes)", &[0, 1], |site| {
            ether(site, Side::Payout, Some(&[ETH_CAME]))
        }),
        Event(
            "ERC20DepositInitiated(address,address,address,address,uint256,bytes)",
            &[0, 1, 2],
            |site| token(site, Side::Deposit, [0, 1], Some(&[TOKEN_SENT])),
        ),
        Event(
            "ERC20WithdrawalFinalized(address,address,address,address,uint256,bytes)",
            &[0, 1, 2],
            |site| token(site, Side::Payout, [0, 1], Some(&[TOKEN_CAME])),
        ),
        // On the rollup the token of Ethereum comes first.
        Event(
            "WithdrawalInitiated(address,address,address,address,uint256,bytes)",
            &[0, 1, 2],
            |site| token(site, Side::Deposit, [1, 0], Some(&[TOKEN_SENT, ETH_SENT])),
        ),
        Event(
            "DepositFinalized(address,address,address,address,uint256,bytes)",
            &[0, 1, 2],
            |site| token(site, Side::Payout, [1, 0], Some(&[TOKEN_CAME, ETH_CAME])),
        ),
    ],
    calls: &[],
    companions: &[MESSAGE_SENT, MESSAGE_VALUE, MESSAGE_RELAYED],
    memos: None,
};

const L2_BRIDGE: Address = address!("4200000000000000000000000000000000000010");

/// The rollups, with their standard bridge on Ethereum.
const BRIDGES: [(u64, (u64, Address)); 9] = [
    (10, (1, address!("99c9fc46f92e8a1c0dec1b1747d010903e884be1"))),
    (8_453, (1, address!("3154cf16ccdb4c6d922629664174b904d80f2c35"))),
    (130, (1, address!("81014f44b0a345033bb2b3b21c7a1a308b35feea"))),
    (480, (1, address!("470458c91978d2d929704489ad730dc3e3001113"))),
    (1_135, (1, address!("2658723bf70c7667de6b25f99fcce13a16d25d08"))),
    (1_868, (1, address!("eb9bf100225c214efc3e7c651ebbadcf85177607"))),
    (34_443, (1, address!("735adbbe72226bd52e818e7181953f42e3b0ff21"))),
    (57_073, (1, address!("88ff1e5b602916615391f55854588efcbb7663f0"))),
    (7_777_777, (1, address!("3e2ea9b92b7e48a52296fd261dc26fd995284631"))),
];

const ETH_SENT: &str = "ETHBridgeInitiated(address,address,uint256,bytes)";
const ETH_CAME: &str = "ETHBridgeFinalized(address,address,uint256,bytes)";
const TOKEN_SENT: &str = "ERC20BridgeInitiated(address,address,address,address,uint256,bytes)";
const TOKEN_CAME: &str = "ERC20BridgeFinalized(address,address,address,address,uint256,bytes)";
const MESSAGE_SENT: &str = "SentMessage(address,address,bytes,uint256,uint256)";
const MESSAGE_VALUE: &str = "SentMessageExtension1(address,uint256)";
const MESSAGE_RELAYED: &str = "RelayedMessage(bytes32)";

struct Topics {
    sent: [u8; 32],
    value: [u8; 32],
    relayed: [u8; 32],
}

static TOPICS: LazyLock<Topics> = LazyLock::new(|| Topics {
    sent: keccak256(MESSAGE_SENT).0,
    value: keccak256(MESSAGE_VALUE).0,
    relayed: keccak256(MESSAGE_RELAYED).0,
});

/// The other chain: of a bridge on Ethereum its rollup, of the bridge of a rollup Ethereum.
fn far_chain(site: &Site<'_>) -> Option<ChainId> {
    if L2_BRIDGE == site.contract {
        return networks::evm(1);
    }
    let known = BRIDGES.iter().find(|(_, (_, bridge))| *bridge == site.contract);
    known.and_then(|(rollup, _)| networks::evm(*rollup))
}

/// Whether the same contract logs this passage under a newer name right beside it.
fn is_repeated(site: &Site<'_>, names: Option<&[&str]>) -> bool {
    let Some(names) = names else { return false };
    let topics: Vec<[u8; 32]> = names.iter().map(|name| keccak256(name).0).collect();
    let newer = |log: &Log| {
        account_bytes(&log.emitter) == Some(&site.contract)
            && log.topics.first().is_some_and(|topic| topics.contains(topic))
    };
    site.after(newer).is_some() || site.before(newer).is_some()
}

/// Ether: sender, receiver, amount, data.
fn ether(site: &mut Site<'_>, side: Side, newer: Option<&[&str]>) -> Result<(), Fault> {
    if is_repeated(site, newer) {
        return Ok(());
    }
    let native = networks::native(&site.record.chain);
    let far_chain = far_chain(site);
    let far_native = far_chain.as_ref().and_then(networks::native);
    passage(site, side, [0, 1, 2], (native, far_chain, far_native))
}

/// A token: two of them, sender, receiver, amount, data; which of the two is of this chain.
fn token(
    site: &mut Site<'_>,
    side: Side,
    [here, there]: [usize; 2],
    newer: Option<&[&str]>,
) -> Result<(), Fault> {
    if is_repeated(site, newer) {
        return Ok(());
    }
    let asset = ether_or(site, site.address(here)?);
    let far_chain = far_chain(site);
    let other = site.address(there)?;
    let far_asset = far_chain.as_ref().and_then(|chain| networks::asset(chain, other));
    passage(site, side, [2, 3, 4], (asset, far_chain, far_asset))
}

/// Ether as a token of the rollup, as it was before Bedrock.
fn ether_or(site: &Site<'_>, token: [u8; 20]) -> Option<AssetId> {
    const ETHER: Address = address!("deaddeaddeaddeaddeaddeaddeaddeaddead0000");
    if ETHER == token { networks::native(&site.record.chain) } else { site.asset(token) }
}

fn passage(
    site: &mut Site<'_>,
    side: Side,
    [sender, receiver, amount]: [usize; 3],
    (asset, far_chain, far_asset): (Option<AssetId>, Option<ChainId>, Option<AssetId>),
) -> Result<(), Fault> {
    let id = if side == Side::Deposit { sent_id(site) } else { relayed_id(site) };
    if id.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    let mut leg = Leg { asset, far_chain, far_asset, ..site.leg(side, id) };
    leg.amount = site.amount(amount)?;
    leg.far_amount = leg.amount;
    let bytes = site.address(receiver)?;
    if side == Side::Deposit {
        leg.payer = site.account(site.address(sender)?);
        // On the rollup what comes from Ethereum is burned.
        leg.custody = if L2_BRIDGE == site.contract { None } else { site.here() };
        leg.receiver = address_text(leg.far_chain.as_ref(), &bytes);
    } else {
        leg.payer = if L2_BRIDGE == site.contract { None } else { site.here() };
        leg.receiver = site.receiver(bytes);
    }
    site.push(leg);
    Ok(())
}

/// The hash of the message that goes out behind the log of the bridge, or, before Bedrock,
/// ahead of it.
fn sent_id(site: &Site<'_>) -> Option<String> {
    let is_sent = |log: &Log| log.topics.first() == Some(&TOPICS.sent) && log.topics.len() == 2;
    let sent = site.after(is_sent).or_else(|| site.before(is_sent))?;
    let value =
        site.after(|log| log.topics.first() == Some(&TOPICS.value) && log.emitter == sent.emitter);
    let value = value.and_then(|log| Words(&log.data).number(0).ok()).unwrap_or(U256::ZERO);
    message_hash(sent, value).map(hex::encode)
}

/// The longest message whose hash is taken for each log of a bridge near it: hashing long ones
/// again and again would take long. Those of bridges have a few hundred bytes.
const MESSAGE_BYTES_MAX: usize = 16_384;

/// `SentMessage`: target, sender, calldata, nonce, gas; the nonce begins with the version of the
/// hash. Source: `Hashing.sol`.
fn message_hash(log: &Log, value: U256) -> Option<[u8; 32]> {
    let words = Words(&log.data);
    let (target, sender) = (log.topics.get(1)?, words.word(0).ok()?);
    let (message, nonce, gas) = (words.bytes(1).ok()?, words.word(2).ok()?, words.word(3).ok()?);
    if message.len() > MESSAGE_BYTES_MAX {
        return None;
    }
    let word = |value: usize| U256::from(value).to_be_bytes::<32>();
    let padding = vec![0; message.len().next_multiple_of(32) - message.len()];
    let length = word(message.len());
    let tail = [&length[..], message, &padding].concat();
    let encoded = match nonce.first_chunk::<2>()? {
        [0, 0] => [
            &selector("relayMessage(address,address,bytes,uint256)")[..],
            target,
            sender,
            &word(4 * 32),
            nonce,
            &tail,
        ]
        .concat(),
        _ => [
            &selector("relayMessage(uint256,address,address,uint256,uint256,bytes)")[..],
            nonce,
            sender,
            target,
            &value.to_be_bytes::<32>(),
            gas,
            &word(6 * 32),
            &tail,
        ]
        .concat(),
    };
    Some(keccak256(encoded).0)
}

fn selector(signature: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = keccak256(signature).0;
    [a, b, c, d]
}

/// The hash of the message that is marked as relayed behind the log of the bridge.
fn relayed_id(site: &Site<'_>) -> Option<String> {
    let relayed = site.after(|log| log.topics.first() == Some(&TOPICS.relayed))?;
    relayed.topics.get(1).map(hex::encode)
}
