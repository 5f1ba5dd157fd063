//! Arbitrum's own bridge: tickets that go down, messages that come up, and the gateways of
//! tokens on top of both.
//!
//! Sources: <https://github.com/OffchainLabs/nitro-contracts> (`Inbox.sol`, `Bridge.sol`,
//! `Outbox.sol`), <https://github.com/OffchainLabs/token-bridge-contracts>, `ArbSys.sol` and
//! `ArbRetryableTx.sol` in <https://github.com/OffchainLabs/nitro-precompile-interfaces>;
//! addresses: <https://docs.arbitrum.io/build-decentralized-apps/reference/contract-addresses>.
//!
//! Down: `ROLLUP:in:MESSAGE`. The far side names the message only in the calldata of the
//! transaction that makes the ticket; value moves in the one that redeems it, which the log
//! names. Ether that is sent down without a ticket has no log there at all. Up:
//! `ROLLUP:out:ENTRY:INDEX`, with entry 0 since Nitro.

use std::sync::LazyLock;

use alloy_primitives::{Address, U256, address, keccak256};
use hawkshaw_model::{Amount, ChainId, TxHash};

use super::abi::{self, Fault, Packed, Words};
use super::networks;
use super::protocol::{DefectKind, Event, Protocol};
use super::site::{Site, account_bytes, address_text};
use crate::leg::{Leg, Side};
use crate::record::Log;

pub(crate) static ARBITRUM: Protocol = Protocol {
    name: "arbitrum",
    contracts: &[
        // Bridges, inboxes, outboxes: see below.
        ROLLUPS[0].1[0],
        ROLLUPS[0].1[1],
        ROLLUPS[0].1[2],
        ROLLUPS[0].1[3],
        ROLLUPS[0].1[4],
        ROLLUPS[1].1[0],
        ROLLUPS[1].1[1],
        ROLLUPS[1].1[2],
        // Gateways on Ethereum: standard, wrapped ether, custom, DAI, LPT, GRT, wstETH.
        (1, address!("a3a7b6f88361f48403514059f1f16c8e78d60eec")),
        (1, address!("d92023e9d9911199a6711321d1277285e6d4e2db")),
        (1, address!("cee284f754e854890e311e3280b767f80797180d")),
        (1, address!("d3b5b60020504bc3489d6949d545893982ba3011")),
        (1, address!("6142f1c8bbf02e6a6bd074e8d564c9a5420a0676")),
        (1, address!("01cdc91b0a9ba741903aa3699bf4ce31d6c5cc06")),
        (1, address!("0f25c1dc2a9922304f2eac71dca9b07e310e8e5a")),
        // The same on Arbitrum One.
        (42_161, address!("09e9222e96e7b4ae2a407b98d48e330053351eee")),
        (42_161, address!("6c411ad3e74de3e7bd422b94a27770f5b86c623b")),
        (42_161, address!("096760f208390250649e3e8763348e783aef5562")),
        (42_161, address!("467194771dae2967aef3ecbedd3bf9a310c76c65")),
        (42_161, address!("6d2457a4ad276000a615295f7a80f79e48ccd318")),
        (42_161, address!("65e1a5e8946e7e87d9774f5288f41c30a99fd302")),
        (42_161, address!("07d4692291b9e30e326fd31706f686f83f331b82")),
        // ArbSys, ArbRetryableTx.
        (42_161, ARB_SYS),
        (42_161, ARB_RETRYABLE),
        (42_170, ARB_SYS),
        (42_170, ARB_RETRYABLE),
    ],
    events: &[
        Event("DepositInitiated(address,address,address,uint256,uint256)", &[1, 2, 3], token_down),
        Event("InboxMessageDelivered(uint256,bytes)", &[0], ether_down),
        Event(
            "RedeemScheduled(bytes32,bytes32,uint64,uint64,address,uint256,uint256)",
            &[0, 1, 2],
            redeemed,
        ),
        Event("DepositFinalized(address,address,address,uint256)", &[0, 1, 2], token_came_down),
        Event(
            "WithdrawalInitiated(address,address,address,uint256,uint256,uint256)",
            &[1, 2, 3],
            token_up,
        ),
        Event(UP, &[1, 2, 3], ether_up),
        Event(UP_CLASSIC, &[1, 2, 3], ether_up_classic),
        Event(EXECUTED, &[0, 1, 2], ether_came_up),
        Event(
            "WithdrawalFinalized(address,address,address,uint256,uint256)",
            &[1, 2, 3],
            token_came_up,
        ),
    ],
    calls: &[],
    companions: &[DELIVERED, TRIGGERED],
    memos: None,
};

const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
const ARB_RETRYABLE: Address = address!("000000000000000000000000000000000000006e");

/// The rollups, with their bridge, inbox and outboxes on Ethereum.
const ROLLUPS: [(u64, &[(u64, Address)]); 2] = [
    (
        42_161,
        &[
            (1, address!("8315177ab297ba92a06054ce80a67ed4dbd7ed3a")),
            (1, address!("4dbd4fc535ac27206064b68ffcf827b0a60bab3f")),
            (1, address!("0b9857ae2d4a3dbe74ffe1d7df045bb7f96e4840")),
            (1, address!("667e23abd27e623c11d4cc00ca3ec4d0bd63337a")),
            (1, address!("760723cd2e632826c38fef8cd438a4cc7e7e1a40")),
        ],
    ),
    (
        42_170,
        &[
            (1, address!("c1ebd02f738644983b6c4b2d440b8e77dde276bd")),
            (1, address!("c4448b71118c9071bcb9734a0eac55d18a153949")),
            (1, address!("d4b80c3d7240325d18e645b49e6535a3bf95cc58")),
        ],
    ),
];

const DELIVERED: &str =
    "MessageDelivered(uint256,bytes32,address,uint8,address,bytes32,uint256,uint64)";
const TRIGGERED: &str = "BridgeCallTriggered(address,address,uint256,bytes)";
const EXECUTED: &str = "OutBoxTransactionExecuted(address,address,uint256,uint256)";
const UP: &str = "L2ToL1Tx(address,address,uint256,uint256,uint256,uint256,uint256,uint256,bytes)";
const UP_CLASSIC: &str = "L2ToL1Transaction(address,address,uint256,uint256,uint256,uint256,\
                          uint256,uint256,uint256,bytes)";

struct Topics {
    delivered: [u8; 32],
    triggered: [u8; 32],
    executed: [u8; 32],
    up_classic: [u8; 32],
}

static TOPICS: LazyLock<Topics> = LazyLock::new(|| Topics {
    delivered: keccak256(DELIVERED).0,
    triggered: keccak256(TRIGGERED).0,
    executed: keccak256(EXECUTED).0,
    up_classic: keccak256(UP_CLASSIC).0,
});

/// The rollup that a contract of Ethereum belongs to.
fn rollup(contract: &[u8; 20]) -> Option<u64> {
    let has = |contracts: &[(u64, Address)]| contracts.iter().any(|(_, known)| known == contract);
    ROLLUPS.iter().find(|(_, contracts)| has(contracts)).map(|(rollup, _)| *rollup)
}

fn rollup_of_log(log: &Log) -> Option<u64> {
    account_bytes(&log.emitter).and_then(rollup)
}

/// The rollup that this side is.
fn here(site: &Site<'_>) -> Option<u64> {
    let here = networks::number(&site.record.chain)?;
    ROLLUPS.iter().any(|(rollup, _)| *rollup == here).then_some(here)
}

fn far(rollup: Option<u64>) -> Option<ChainId> {
    rollup.and_then(networks::evm)
}

fn down(rollup: Option<u64>, message: U256) -> Option<String> {
    rollup.map(|rollup| format!("{rollup}:in:{message}"))
}

fn up(rollup: Option<u64>, entry: U256, index: U256) -> Option<String> {
    rollup.map(|rollup| format!("{rollup}:out:{entry}:{index}"))
}

/// `DepositInitiated`: token, sender, receiver, message, amount. The bridge that took the message
/// tells which rollup it is for.
fn token_down(site: &mut Site<'_>) -> Result<(), Fault> {
    let message = *site.word(3)?;
    let delivered = site.before(|log| {
        matches!(log.topics.as_slice(), [topic, index, ..]
            if *topic == TOPICS.delivered && *index == message)
            && rollup_of_log(log).is_some()
    });
    let rollup = delivered.and_then(rollup_of_log);
    if rollup.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    let mut leg = site.leg(Side::Deposit, down(rollup, U256::from_be_bytes(message)));
    leg.asset = site.asset(site.address(0)?);
    leg.amount = site.amount(4)?;
    leg.payer = site.account(site.address(1)?);
    leg.custody = site.here();
    leg.receiver = address_text(None, &site.address(2)?);
    leg.far_chain = far(rollup);
    leg.far_amount = leg.amount;
    site.push(leg);
    Ok(())
}

/// `InboxMessageDelivered`: message, data. Plain ether has 52 bytes, receiver and amount; a
/// ticket has nine words (receiver, value there, value here, fees, …, length of its calldata)
/// and the calldata, which are empty where only ether goes. Others carry tokens or calls.
fn ether_down(site: &mut Site<'_>) -> Result<(), Fault> {
    let data = site.bytes(1)?;
    let (receiver, here, there) = if data.len() == 52 {
        let mut fields = Packed(data);
        let receiver = *fields.take::<20>()?;
        let amount = U256::from_be_bytes(*fields.take::<32>()?);
        (receiver, amount, amount)
    } else {
        let words = Words(data);
        let is_ticket = data.len() == 9 * 32 && words.number(8)?.is_zero();
        let Some(receiver) = is_ticket.then(|| words.address(0).ok()).flatten() else {
            return Ok(());
        };
        (receiver, words.number(2)?, words.number(1)?)
    };
    if here.is_zero() {
        return Ok(());
    }
    let rollup = rollup(&site.contract);
    let mut leg = site.leg(Side::Deposit, down(rollup, site.number(0)?));
    leg.asset = networks::native(&site.record.chain);
    leg.amount = Some(Amount::from_u256(here));
    leg.payer = site.record.sender.clone();
    // The inbox hands it on to the bridge.
    let bridge = rollup.and_then(|id| ROLLUPS.iter().find(|(known, _)| *known == id));
    leg.custody = bridge
        .and_then(|(_, contracts)| contracts.first())
        .and_then(|(_, bridge)| site.account(bridge.into_array()));
    leg.receiver = address_text(None, &receiver);
    leg.far_chain = far(rollup);
    leg.far_asset = leg.far_chain.as_ref().and_then(networks::native);
    leg.far_amount = Some(Amount::from_u256(there));
    site.push(leg);
    Ok(())
}

/// What makes a ticket: message, fee there, value paid in, value for the receiver, three about
/// gas, who gets the rest, who may cancel, receiver, calldata.
const SUBMIT: [u8; 4] = [0xc9, 0xf9, 0x5d, 0x32];
/// What a gateway calls on the rollup: token, sender, receiver, amount, data.
const FINALIZE: [u8; 4] = [0x2e, 0x56, 0x7b, 0x36];

/// `RedeemScheduled`: ticket, transaction that redeems it, attempt, and more. The leg is of that
/// transaction, where value moves.
fn redeemed(site: &mut Site<'_>) -> Result<(), Fault> {
    let Some(calldata) = site.record.calldata.strip_prefix(&SUBMIT) else { return Ok(()) };
    let ticket = Words(calldata);
    let (message, value) = (ticket.number(0)?, ticket.number(3)?);
    let (to, retry) = (ticket.address(9)?, ticket.bytes(10)?);
    let mut leg = site.leg(Side::Payout, down(here(site), message));
    (leg.tx, leg.event) = (TxHash::from(*site.word(1)?), 0);
    leg.far_chain = networks::evm(1);
    match retry.strip_prefix(&FINALIZE).map(Words) {
        Some(token) => {
            leg.receiver = site.receiver(token.address(2)?);
            leg.amount = Some(Amount::from_u256(token.number(3)?));
        }
        None if !value.is_zero() => {
            leg.receiver = site.receiver(to);
            leg.asset = networks::native(&site.record.chain);
            leg.amount = Some(Amount::from_u256(value));
        }
        None => return Ok(()),
    }
    site.push(leg);
    Ok(())
}

/// `DepositFinalized`: token there, sender, receiver, amount. It names no message.
fn token_came_down(site: &mut Site<'_>) -> Result<(), Fault> {
    let mut leg = site.leg(Side::Payout, None);
    leg.amount = site.amount(3)?;
    leg.receiver = site.receiver(site.address(2)?);
    leg.far_chain = networks::evm(1);
    let token = site.address(0)?;
    leg.far_asset = leg.far_chain.as_ref().and_then(|chain| networks::asset(chain, token));
    site.push(leg);
    Ok(())
}

/// `WithdrawalInitiated`: token there, sender, receiver, message, exit, amount. Before Nitro the
/// message had a number of its own, and its place stands in the log of `ArbSys`.
fn token_up(site: &mut Site<'_>) -> Result<(), Fault> {
    let message = *site.word(3)?;
    let classic = site.before(|log| {
        matches!(log.topics.as_slice(), [topic, _, unique, _]
            if *topic == TOPICS.up_classic && *unique == message)
    });
    let place = match classic {
        Some(log) => {
            let batch = log.topics.get(3).map(|word| U256::from_be_bytes(*word));
            (batch.ok_or(Fault::Topics)?, Words(&log.data).number(1)?)
        }
        None => (U256::ZERO, U256::from_be_bytes(message)),
    };
    let mut leg = site.leg(Side::Deposit, up(here(site), place.0, place.1));
    leg.amount = site.amount(5)?;
    leg.payer = site.account(site.address(1)?);
    going_up(site, &mut leg, site.address(2)?);
    let token = site.address(0)?;
    leg.far_asset = leg.far_chain.as_ref().and_then(|chain| networks::asset(chain, token));
    site.push(leg);
    Ok(())
}

fn going_up(site: &Site<'_>, leg: &mut Leg, receiver: [u8; 20]) {
    leg.far_chain = here(site).and_then(|_| networks::evm(1));
    leg.receiver = address_text(leg.far_chain.as_ref(), &receiver);
    leg.far_amount = leg.amount;
}

/// `L2ToL1Tx`: caller, receiver, hash, place, two heights, time, value, calldata.
fn ether_up(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = up(here(site), U256::ZERO, site.number(3)?);
    ether_goes_up(site, id, 7)
}

/// `L2ToL1Transaction`: caller, receiver, number, batch, place in it, two heights, time, value,
/// calldata.
fn ether_up_classic(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = up(here(site), site.number(3)?, site.number(4)?);
    ether_goes_up(site, id, 8)
}

fn ether_goes_up(site: &mut Site<'_>, id: Option<String>, value: usize) -> Result<(), Fault> {
    if site.number(value)?.is_zero() {
        return Ok(());
    }
    let mut leg = site.leg(Side::Deposit, id);
    leg.asset = networks::native(&site.record.chain);
    leg.amount = site.amount(value)?;
    leg.payer = site.account(site.address(0)?);
    going_up(site, &mut leg, site.address(1)?);
    site.push(leg);
    Ok(())
}

/// `OutBoxTransactionExecuted`: receiver, sender there, entry, index. The bridge then says with
/// how much value it called: outbox, receiver, value, calldata.
fn ether_came_up(site: &mut Site<'_>) -> Result<(), Fault> {
    let called = site.after(|log| log.topics.first() == Some(&TOPICS.triggered));
    let Some(called) = called else {
        site.defect(DefectKind::NoCompanion);
        return Ok(());
    };
    let value = Words(&called.data).number(0)?;
    let to = called.topics.get(2).ok_or(Fault::Topics).and_then(abi::address)?;
    if value.is_zero() || to != site.address(0)? {
        return Ok(());
    }
    let rollup = rollup(&site.contract);
    let mut leg = site.leg(Side::Payout, up(rollup, site.number(2)?, site.number(3)?));
    leg.asset = networks::native(&site.record.chain);
    leg.amount = Some(Amount::from_u256(value));
    leg.payer = Some(called.emitter.clone());
    leg.receiver = site.receiver(to);
    leg.far_chain = far(rollup);
    site.push(leg);
    Ok(())
}

/// `WithdrawalFinalized`: token, sender, receiver, exit, amount. Which three are topics differs
/// between versions of the gateways: a word that is no address is the exit.
fn token_came_up(site: &mut Site<'_>) -> Result<(), Fault> {
    let executed = site.before(|log| log.topics.first() == Some(&TOPICS.executed));
    let rollup = executed.and_then(rollup_of_log);
    let place = executed.and_then(|log| {
        let entry = log.topics.get(3).map(|word| U256::from_be_bytes(*word))?;
        Some((entry, Words(&log.data).number(0).ok()?))
    });
    if place.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    let mut leg = site.leg(Side::Payout, place.and_then(|(entry, index)| up(rollup, entry, index)));
    let in_data = site.word(0)?;
    let is_exit = in_data.iter().take(24).all(|byte| *byte == 0);
    let (token, receiver) = if is_exit {
        (site.address(1)?, site.address(3)?)
    } else {
        (abi::address(in_data)?, site.address(2)?)
    };
    leg.asset = site.asset(token);
    leg.amount = site.amount(4)?;
    leg.payer = site.here();
    leg.receiver = site.receiver(receiver);
    leg.far_chain = far(rollup);
    site.push(leg);
    Ok(())
}
