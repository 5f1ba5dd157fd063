//! Hop: one bridge for each token and chain; bonders pay out ahead of the canonical bridges.
//!
//! Sources: <https://github.com/hop-protocol/contracts> (`L1_Bridge.sol`, `L2_Bridge.sol`,
//! `Bridge.sol`); addresses: <https://github.com/hop-protocol/hop> (`core/src/addresses/mainnet.ts`).
//!
//! Transfers from a rollup have an id, the hash of the transfer. What goes from Ethereum to a
//! rollup has none: receiver and amount have to do. The events name no token.

use alloy_primitives::{U256, address, hex};
use hawkshaw_model::ChainId;

use super::abi::Fault;
use super::networks;
use super::protocol::{Event, Protocol};
use super::site::{Site, address_text};
use crate::leg::Side;

pub(crate) static HOP: Protocol = Protocol {
    name: "hop",
    contracts: &[
        // On Ethereum: ETH, USDC, USDT, DAI, MATIC.
        (1, address!("b8901acb165ed027e32754e0ffe830802919727f")),
        (1, address!("3666f603cc164936c1b87e207f36beba4ac5f18a")),
        (1, address!("3e4a3a4796d16c0cd582c382691998f7c06420b6")),
        (1, address!("3d4cc8a61c7528fd86c55cfe061a78dcba48edd1")),
        (1, address!("22b1cbb8d98a01a3b71d034bb899775a76eb1cc2")),
    ],
    events: &[
        Event(
            "TransferSent(bytes32,uint256,address,uint256,bytes32,uint256,uint256,uint256,uint256)",
            &[0, 1, 2],
            sent,
        ),
        Event("WithdrawalBonded(bytes32,uint256)", &[0], bonded),
        Event("Withdrew(bytes32,address,uint256,bytes32)", &[0, 1], withdrew),
        Event(
            "TransferSentToL2(uint256,address,uint256,uint256,uint256,address,uint256)",
            &[0, 1, 5],
            sent_down,
        ),
        Event(
            "TransferFromL1Completed(address,uint256,uint256,uint256,address,uint256)",
            &[0, 4],
            came_down,
        ),
    ],
    calls: &[],
    companions: &[],
    memos: None,
};

fn far_chain(number: U256) -> Option<ChainId> {
    u64::try_from(number).ok().and_then(networks::evm)
}

/// `TransferSent`: id, destination, receiver, amount, nonce, fee, index, least, deadline. The
/// bridge's own token is burned.
fn sent(site: &mut Site<'_>) -> Result<(), Fault> {
    let far_chain = site.far(far_chain(site.number(1)?));
    let id = hex::encode(site.word(0)?);
    let mut leg = site.leg(Side::Deposit, Some(id));
    leg.amount = site.amount(3)?;
    leg.payer = site.record.sender.clone();
    leg.receiver = address_text(far_chain.as_ref(), &site.address(2)?);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// `WithdrawalBonded`: id, amount before the fee of the bonder. It names no receiver.
fn bonded(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = hex::encode(site.word(0)?);
    let mut leg = site.leg(Side::Payout, Some(id));
    leg.payer = site.here();
    site.push(leg);
    Ok(())
}

/// `Withdrew`, where no bonder paid ahead: id, receiver, amount, nonce.
fn withdrew(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = hex::encode(site.word(0)?);
    let mut leg = site.leg(Side::Payout, Some(id));
    leg.amount = site.amount(2)?;
    leg.payer = site.here();
    leg.receiver = site.receiver(site.address(1)?);
    site.push(leg);
    Ok(())
}

/// `TransferSentToL2`: destination, receiver, amount, least, deadline, relayer, fee.
fn sent_down(site: &mut Site<'_>) -> Result<(), Fault> {
    let far_chain = site.far(far_chain(site.number(0)?));
    let mut leg = site.leg(Side::Deposit, None);
    leg.amount = site.amount(2)?;
    leg.payer = site.record.sender.clone();
    leg.custody = site.here();
    leg.receiver = address_text(far_chain.as_ref(), &site.address(1)?);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// `TransferFromL1Completed`: receiver, amount, least, deadline, relayer, fee. What a pool of
/// the rollup gives for it no field says.
fn came_down(site: &mut Site<'_>) -> Result<(), Fault> {
    let mut leg = site.leg(Side::Payout, None);
    leg.amount = site.amount(1)?;
    leg.receiver = site.receiver(site.address(0)?);
    leg.far_chain = networks::evm(1);
    site.push(leg);
    Ok(())
}
