//! deBridge's DLN: orders that takers fulfil from their own pockets.
//!
//! Sources: <https://docs.debridge.finance/dln-the-debridge-liquidity-network-protocol>
//! (`DlnSource`, `DlnDestination`, `DlnOrderLib`), deployed contracts and chain ids there.
//!
//! The id is that of the order, the hash of all of it, which the destination computes itself.

use alloy_primitives::{address, hex};
use hawkshaw_model::{AssetId, ChainId};

use super::abi::{Fault, Words};
use super::networks::{self, Far};
use super::protocol::{Event, Protocol};
use super::site::{Site, address_text};
use crate::leg::Side;

pub(crate) static DEBRIDGE: Protocol = Protocol {
    name: "debridge",
    contracts: &[
        // DlnSource and DlnDestination, the same on every EVM chain.
        (0, address!("ef4fb24ad0916217251f553c0596f8edc630eb66")),
        (0, address!("e7351fd770a37282b91d153ee690b63579d6dd7f")),
    ],
    events: &[
        Event(
            "CreatedOrder((uint64,bytes,uint256,bytes,uint256,uint256,bytes,uint256,bytes,bytes,\
             bytes,bytes,bytes,bytes),bytes32,bytes,uint256,uint256,uint32,bytes)",
            &[],
            created,
        ),
        Event(
            "FulfilledOrder((uint64,bytes,uint256,bytes,uint256,uint256,bytes,uint256,bytes,bytes,\
             bytes,bytes,bytes,bytes),bytes32,address,address)",
            &[],
            fulfilled,
        ),
        Event("ClaimedOrderCancel(bytes32,address,uint256,address)", &[], cancelled),
    ],
    calls: &[],
    companions: &[],
    memos: None,
};

/// The chains whose number is not their own.
/// Source: <https://docs.debridge.finance/the-debridge-messaging-protocol/fees-and-supported-chains>.
const CHAINS: &[(u64, Far)] = &[
    (7_565_164, Far::Other("sol")),
    (100_000_001, Far::Evm(245_022_934)),
    (100_000_002, Far::Evm(100)),
    (100_000_004, Far::Evm(1_088)),
    (100_000_014, Far::Evm(146)),
    (100_000_017, Far::Evm(2_741)),
    (100_000_020, Far::Evm(80_094)),
    (100_000_021, Far::Evm(60_808)),
    (100_000_022, Far::Evm(999)),
    (100_000_023, Far::Evm(5_000)),
    (100_000_024, Far::Evm(98_866)),
    (100_000_026, Far::Tron),
];

/// Numbers from here on are deBridge's own.
const OWN: u64 = 100_000_000;

fn chain(number: u64) -> Option<ChainId> {
    let known = networks::find(CHAINS, number);
    known.or_else(|| (number < OWN).then(|| networks::evm(number)).flatten())
}

fn asset(chain: Option<&ChainId>, token: &[u8]) -> Option<AssetId> {
    networks::asset_of_bytes(chain?, token)
}

/// `CreatedOrder`: order, id, fees. An order has nonce, maker, origin, token, amount, destination,
/// token there, amount there, receiver. The amount is what remains after fees.
fn created(site: &mut Site<'_>) -> Result<(), Fault> {
    let order = site.tuple(0)?;
    let far_chain = site.far(chain(order.small(5)?));
    let id = hex::encode(site.word(1)?);
    let mut leg = site.leg(Side::Deposit, Some(id));
    leg.asset = asset(Some(&site.record.chain), order.bytes(3)?);
    leg.amount = amount(order, 4)?;
    leg.payer = order.bytes(1)?.try_into().ok().and_then(|maker| site.account(maker));
    leg.custody = site.here();
    leg.receiver = bounded(far_chain.as_ref(), order.bytes(8)?);
    leg.far_asset = asset(far_chain.as_ref(), order.bytes(6)?);
    leg.far_amount = amount(order, 7)?;
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

fn amount(order: Words<'_>, field: usize) -> Result<Option<hawkshaw_model::Amount>, Fault> {
    order.number(field).map(|number| Some(hawkshaw_model::Amount::from_u256(number)))
}

/// Addresses have 20 or 32 bytes.
fn bounded(chain: Option<&ChainId>, bytes: &[u8]) -> Option<String> {
    (bytes.len() <= 64).then(|| address_text(chain, bytes)).flatten()
}

/// `FulfilledOrder`: order, id, taker, who may claim.
fn fulfilled(site: &mut Site<'_>) -> Result<(), Fault> {
    let order = site.tuple(0)?;
    let far_chain = site.far(chain(order.small(2)?));
    let id = hex::encode(site.word(1)?);
    let mut leg = site.leg(Side::Payout, Some(id));
    leg.asset = asset(Some(&site.record.chain), order.bytes(6)?);
    leg.amount = amount(order, 7)?;
    leg.payer = site.account(site.address(2)?);
    leg.receiver = bounded(Some(&site.record.chain), order.bytes(8)?);
    leg.far_asset = asset(far_chain.as_ref(), order.bytes(3)?);
    leg.far_amount = amount(order, 4)?;
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// `ClaimedOrderCancel`: id, receiver, amount, token.
fn cancelled(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = hex::encode(site.word(0)?);
    let mut leg = site.leg(Side::Refund, Some(id));
    leg.asset = site.asset(site.address(3)?);
    leg.amount = site.amount(2)?;
    leg.payer = site.here();
    leg.receiver = site.receiver(site.address(1)?);
    site.push(leg);
    Ok(())
}
