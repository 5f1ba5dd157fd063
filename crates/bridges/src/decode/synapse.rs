//! Synapse: pools and synthetic tokens between validators, and the requests for quotes of its
//! `FastBridge`.
//!
//! Sources: <https://github.com/synapsecns/synapse-contracts> (`bridge/SynapseBridge.sol`),
//! <https://github.com/synapsecns/sanguine> (`contracts-rfq/contracts/FastBridge.sol`); addresses:
//! <https://docs.synapseprotocol.com/docs/Contracts/Bridge>.
//!
//! A payout names the *kappa* of its deposit, the hash of the text of the hash of the transaction
//! that paid in; a transaction with two deposits gives both the same. `FastBridge` has the hash of
//! the request; relayers pay from their own pockets.

use alloy_primitives::{Address, U256, address, hex, keccak256};
use hawkshaw_model::ChainId;

use super::abi::{Fault, Words};
use super::networks;
use super::protocol::{Event, Protocol};
use super::site::{Site, address_text};
use crate::leg::Side;

pub(crate) static SYNAPSE: Protocol = Protocol {
    name: "synapse",
    contracts: &[
        (1, address!("2796317b0ff8538f253012862c06787adfb8ceb6")),
        (10, address!("af41a65f786339e7911f4acdad6bd49426f2dc6b")),
        (56, address!("d123f70ae324d34a9e76b67a27bf77593ba8749f")),
        (137, address!("8f5bbb2bb8c2ee94639e55d5f41de9b4839c1280")),
        (250, address!("af41a65f786339e7911f4acdad6bd49426f2dc6b")),
        (288, address!("432036208d2717394d2614d6697c46df3ed69540")),
        (1_284, address!("84a420459cd31c3c34583f67e0f0fb191067d32f")),
        (8_453, address!("f07d1c752fab503e47fef309bf14fbdd3e867089")),
        (42_161, address!("6f4e8eba4d337f874ab57478acc2cb5bacdc19c9")),
        (43_114, address!("c05e61d0e7a63d27546389b7ad62fdff5a91aace")),
        (1_666_600_000, address!("af41a65f786339e7911f4acdad6bd49426f2dc6b")),
        (0, FAST_BRIDGE),
    ],
    events: &[
        Event("TokenDeposit(address,uint256,address,uint256)", &[0], lock),
        Event(
            "TokenDepositAndSwap(address,uint256,address,uint256,uint8,uint8,uint256,uint256)",
            &[0],
            lock,
        ),
        Event("TokenRedeem(address,uint256,address,uint256)", &[0], burn),
        Event(
            "TokenRedeemAndSwap(address,uint256,address,uint256,uint8,uint8,uint256,uint256)",
            &[0],
            burn,
        ),
        Event(
            "TokenRedeemAndRemove(address,uint256,address,uint256,uint8,uint256,uint256)",
            &[0],
            burn,
        ),
        Event("TokenRedeemV2(bytes32,uint256,address,uint256)", &[0], burn),
        Event("TokenWithdraw(address,address,uint256,uint256,bytes32)", &[0, 4], withdraw),
        Event("TokenMint(address,address,uint256,uint256,bytes32)", &[0, 4], mint),
        Event(
            "TokenWithdrawAndRemove(address,address,uint256,uint256,uint8,uint256,uint256,bool,\
             bytes32)",
            &[0, 8],
            withdraw_and_remove,
        ),
        Event(
            "TokenMintAndSwap(address,address,uint256,uint256,uint8,uint8,uint256,uint256,bool,\
             bytes32)",
            &[0, 9],
            mint_and_swap,
        ),
        Event(
            "BridgeRequested(bytes32,address,bytes,uint32,address,address,uint256,uint256,bool)",
            &[0, 1],
            requested,
        ),
        Event(
            "BridgeRelayed(bytes32,address,address,uint32,address,address,uint256,uint256,uint256)",
            &[0, 1, 2],
            relayed,
        ),
        Event("BridgeDepositRefunded(bytes32,address,address,uint256)", &[0, 1], refunded),
    ],
    calls: &[],
    companions: &[],
    memos: None,
};

/// The same on every chain.
const FAST_BRIDGE: Address = address!("5523d3c98809dddb82c686e152f5c58b1b0fb59e");

fn far_chain(number: U256) -> Option<ChainId> {
    u64::try_from(number).ok().and_then(networks::evm)
}

/// `TokenDeposit…`: receiver, destination, token, amount. The bridge keeps the token.
fn lock(site: &mut Site<'_>) -> Result<(), Fault> {
    pay_in(site, true)
}

/// `TokenRedeem…`: the same, of a token that is burned.
fn burn(site: &mut Site<'_>) -> Result<(), Fault> {
    pay_in(site, false)
}

fn pay_in(site: &mut Site<'_>, kept: bool) -> Result<(), Fault> {
    // The text that the validators hash has lower case and `0x`.
    let kappa = keccak256(format!("0x{}", site.record.tx));
    let far_chain = site.far(far_chain(site.number(1)?));
    let mut leg = site.leg(Side::Deposit, Some(hex::encode(kappa)));
    leg.asset = site.asset(site.address(2)?);
    leg.amount = site.amount(3)?;
    leg.payer = site.record.sender.clone();
    leg.custody = if kept { site.here() } else { None };
    leg.receiver = address_text(far_chain.as_ref(), site.word(0)?);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// `TokenWithdraw`: receiver, token, amount, fee, kappa. Whether the fee is still in the amount
/// differs between versions of the contract, so the amount is not said.
fn withdraw(site: &mut Site<'_>) -> Result<(), Fault> {
    let token = site.address(1)?;
    pay_out(site, 4, Some(token), None)
}

/// `TokenMint`: receiver, token, amount without the fee, fee, kappa.
fn mint(site: &mut Site<'_>) -> Result<(), Fault> {
    let token = site.address(1)?;
    pay_out(site, 4, Some(token), Some(2))
}

fn withdraw_and_remove(site: &mut Site<'_>) -> Result<(), Fault> {
    let token = swapped(site, 7)?;
    pay_out(site, 8, token, None)
}

/// `TokenMintAndSwap`: receiver, token, amount, fee, four about the swap, done, kappa. Where the
/// swap was done the amount is of a token that the event does not name.
fn mint_and_swap(site: &mut Site<'_>) -> Result<(), Fault> {
    let token = swapped(site, 8)?;
    pay_out(site, 9, token, Some(2))
}

/// The token, unless it was swapped for another.
fn swapped(site: &Site<'_>, done: usize) -> Result<Option<[u8; 20]>, Fault> {
    let token = site.address(1)?;
    Ok((site.small(done)? == 0).then_some(token))
}

fn pay_out(
    site: &mut Site<'_>,
    kappa: usize,
    token: Option<[u8; 20]>,
    amount: Option<usize>,
) -> Result<(), Fault> {
    let id = hex::encode(site.word(kappa)?);
    let mut leg = site.leg(Side::Payout, Some(id));
    leg.asset = token.and_then(|token| site.asset(token));
    leg.amount = amount.map_or(Ok(None), |amount| site.amount(amount))?;
    leg.payer = site.here();
    leg.receiver = site.receiver(site.address(0)?);
    site.push(leg);
    Ok(())
}

/// `BridgeRequested`: id, sender, request, destination, token, token there, amount, amount there,
/// gas. The request begins with origin, destination, sender, receiver.
fn requested(site: &mut Site<'_>) -> Result<(), Fault> {
    let far_chain = site.far(far_chain(site.number(3)?));
    let receiver = Words(site.bytes(2)?).address(3)?;
    let id = hex::encode(site.word(0)?);
    let mut leg = site.leg(Side::Deposit, Some(id));
    leg.asset = site.asset(site.address(4)?);
    leg.amount = site.amount(6)?;
    leg.payer = site.account(site.address(1)?);
    leg.custody = site.here();
    leg.receiver = address_text(far_chain.as_ref(), &receiver);
    let token = site.address(5)?;
    leg.far_asset = far_chain.as_ref().and_then(|chain| networks::asset(chain, token));
    leg.far_amount = site.amount(7)?;
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// `BridgeRelayed`: id, relayer, receiver, origin, token there, token, amount there, amount, gas.
fn relayed(site: &mut Site<'_>) -> Result<(), Fault> {
    let far_chain = site.far(far_chain(site.number(3)?));
    let id = hex::encode(site.word(0)?);
    let mut leg = site.leg(Side::Payout, Some(id));
    leg.asset = site.asset(site.address(5)?);
    leg.amount = site.amount(7)?;
    leg.payer = site.account(site.address(1)?);
    leg.receiver = site.receiver(site.address(2)?);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// `BridgeDepositRefunded`: id, receiver, token, amount.
fn refunded(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = hex::encode(site.word(0)?);
    let mut leg = site.leg(Side::Refund, Some(id));
    leg.asset = site.asset(site.address(2)?);
    leg.amount = site.amount(3)?;
    leg.payer = site.here();
    leg.receiver = site.receiver(site.address(1)?);
    site.push(leg);
    Ok(())
}
