//! Polygon's own bridges: PoS, and Plasma, through which its native asset came.
//!
//! Sources: <https://github.com/maticnetwork/pos-portal> (`RootChainManager.sol`,
//! `tokenPredicates`), <https://github.com/maticnetwork/contracts> (`DepositManager.sol`,
//! `StateSender.sol`, `ChildChain.sol`), <https://github.com/maticnetwork/genesis-contracts>
//! (`StateReceiver.sol`); addresses: <https://docs.polygon.technology/pos/reference/contracts>.
//!
//! A deposit is a state that is synchronised: both sides write its number, `pos:NUMBER`, and the
//! far side nothing else of it; the mint is an ordinary transfer from zero to the receiver.
//! Plasma numbers deposits: `plasma:NUMBER`. The way back has no log on Polygon at all, so that
//! exits have no id.

use std::sync::LazyLock;

use alloy_primitives::{address, keccak256};
use hawkshaw_model::AssetId;

use super::abi::Fault;
use super::networks;
use super::protocol::{DefectKind, Event, Protocol};
use super::site::Site;
use crate::leg::{Leg, Side};

pub(crate) static POLYGON: Protocol = Protocol {
    name: "polygon",
    contracts: &[
        // Predicates of ether and of tokens (lock, and mint and burn), RootChainManager,
        // StateSender, DepositManager.
        (1, address!("8484ef722627bf18ca5ae6bcf031c23e6e922b30")),
        (1, address!("40ec5b33f54e0e8a33a975908c5ba1c14e5bbbdf")),
        (1, address!("9923263fa127b3d1484cfd649df8f1831c2a74e4")),
        (1, address!("a0c68c638235ee32657e8f720a23cec1bfc77c77")),
        (1, address!("28e4f3a7f651294b9564800b2d01f35189a5bfbe")),
        (1, address!("401f6c983ea34274ec46f84d70b31c151321188b")),
        // StateReceiver, ChildChain.
        (137, address!("0000000000000000000000000000000000001001")),
        (137, address!("d9c7c4ed4b66858301d0cb28cc88bf655fe34861")),
    ],
    events: &[
        Event("LockedEther(address,address,uint256)", &[0, 1], locked_ether),
        Event("LockedERC20(address,address,address,uint256)", &[0, 1, 2], locked_token),
        Event("ExitedEther(address,uint256)", &[0], exited_ether),
        Event("ExitedERC20(address,address,uint256)", &[0, 1], exited_token),
        Event("NewDepositBlock(address,address,uint256,uint256)", &[0, 1], plasma_deposit),
        Event("TokenDeposited(address,address,address,uint256,uint256)", &[0, 1, 2], plasma_payout),
        Event("StateCommitted(uint256,bool)", &[0], committed),
    ],
    calls: &[],
    companions: &[STATE_SYNCED],
    memos: None,
};

const STATE_SYNCED: &str = "StateSynced(uint256,address,bytes)";

static STATE_SYNCED_TOPIC: LazyLock<[u8; 32]> = LazyLock::new(|| keccak256(STATE_SYNCED).0);

/// `LockedEther`: depositor, receiver, amount.
fn locked_ether(site: &mut Site<'_>) -> Result<(), Fault> {
    let asset = networks::native(&site.record.chain);
    locked(site, asset, 2)
}

/// `LockedERC20`: depositor, receiver, token, amount.
fn locked_token(site: &mut Site<'_>) -> Result<(), Fault> {
    let asset = site.asset(site.address(2)?);
    locked(site, asset, 3)
}

/// The state is synchronised after what it is about is locked.
fn locked(site: &mut Site<'_>, asset: Option<AssetId>, amount: usize) -> Result<(), Fault> {
    let state = site.after(|log| {
        log.topics.first() == Some(&*STATE_SYNCED_TOPIC) && (!site.is_known() || site.knows(log))
    });
    let number = state.and_then(|log| log.topics.get(1));
    let number = number.and_then(|word| super::abi::small(word).ok());
    if number.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    let mut leg = site.leg(Side::Deposit, number.map(|number| format!("pos:{number}")));
    leg.asset = asset;
    leg.amount = site.amount(amount)?;
    leg.payer = site.account(site.address(0)?);
    leg.custody = site.here();
    leg.receiver = site.receiver(site.address(1)?);
    leg.far_chain = networks::evm(137);
    leg.far_amount = leg.amount;
    site.push(leg);
    Ok(())
}

/// `StateCommitted`: number, whether it succeeded.
fn committed(site: &mut Site<'_>) -> Result<(), Fault> {
    if site.small(1)? == 0 {
        return Ok(());
    }
    let id = format!("pos:{}", site.number(0)?);
    let leg = Leg { far_chain: networks::evm(1), ..site.leg(Side::Payout, Some(id)) };
    site.push(leg);
    Ok(())
}

/// `ExitedEther`: receiver, amount.
fn exited_ether(site: &mut Site<'_>) -> Result<(), Fault> {
    let asset = networks::native(&site.record.chain);
    exited(site, asset, 1)
}

/// `ExitedERC20`: receiver, token, amount.
fn exited_token(site: &mut Site<'_>) -> Result<(), Fault> {
    let asset = site.asset(site.address(1)?);
    exited(site, asset, 2)
}

fn exited(site: &mut Site<'_>, asset: Option<AssetId>, amount: usize) -> Result<(), Fault> {
    let mut leg = site.leg(Side::Payout, None);
    leg.asset = asset;
    leg.amount = site.amount(amount)?;
    leg.payer = site.here();
    leg.receiver = site.receiver(site.address(0)?);
    leg.far_chain = networks::evm(137);
    site.push(leg);
    Ok(())
}

/// `NewDepositBlock`: owner, token, amount, number.
fn plasma_deposit(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = format!("plasma:{}", site.number(3)?);
    let mut leg = site.leg(Side::Deposit, Some(id));
    leg.asset = site.asset(site.address(1)?);
    leg.amount = site.amount(2)?;
    leg.payer = site.record.sender.clone();
    leg.custody = site.here();
    leg.receiver = site.receiver(site.address(0)?);
    leg.far_chain = networks::evm(137);
    leg.far_amount = leg.amount;
    site.push(leg);
    Ok(())
}

/// The contract that shows the native asset as a token.
const NATIVE_TOKEN: [u8; 20] = address!("0000000000000000000000000000000000001010").into_array();

/// `TokenDeposited`: token on Ethereum, token, owner, amount, number.
fn plasma_payout(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = format!("plasma:{}", site.number(4)?);
    let token = site.address(1)?;
    let mut leg = site.leg(Side::Payout, Some(id));
    leg.asset = if token == NATIVE_TOKEN {
        networks::native(&site.record.chain)
    } else {
        site.asset(token)
    };
    leg.amount = site.amount(3)?;
    leg.receiver = site.receiver(site.address(2)?);
    leg.far_chain = networks::evm(1);
    site.push(leg);
    Ok(())
}
