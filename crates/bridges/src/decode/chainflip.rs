//! Chainflip's vaults.
//!
//! Sources: <https://github.com/chainflip-io/chainflip-eth-contracts> (`Vault.sol`, `IShared.sol`),
//! <https://docs.chainflip.io/swapping/integrations/advanced/vault-swaps>; addresses:
//! <https://docs.chainflip.io/swapping/integrations/networks>.
//!
//! Who calls a vault says where to: the deposit names receiver and asset, and no number that the
//! payout names again, which is known on Chainflip's own ledger only. Payouts are calls of the
//! vault, which logs none of them. Deposits to a channel, an address made for one swap, are
//! ordinary transfers and say nothing.

use alloy_primitives::{Address, U256, address};
use hawkshaw_model::{Amount, AssetId, ChainId};

use super::abi::{Fault, Words};
use super::networks::{self, Far};
use super::protocol::{Call, Event, Protocol};
use super::site::{Site, address_text};
use crate::leg::Side;

pub(crate) static CHAINFLIP: Protocol = Protocol {
    name: "chainflip",
    contracts: &[
        (1, address!("f5e10380213880111522dd0efd3dbb45b9f62bcc")),
        (42_161, address!("79001a5e762f3befc8e5871b42f6734e00498920")),
    ],
    events: &[
        Event("SwapNative(uint32,bytes,uint32,uint256,address,bytes)", &[4], |site| {
            swap(site, None)
        }),
        Event("SwapNative(uint32,bytes,uint32,uint256,address)", &[4], |site| swap(site, None)),
        Event("SwapToken(uint32,bytes,uint32,address,uint256,address,bytes)", &[5], |site| {
            swap(site, Some(3))
        }),
        Event("SwapToken(uint32,bytes,uint32,address,uint256,address)", &[5], |site| {
            swap(site, Some(3))
        }),
        Event(
            "XCallNative(uint32,bytes,uint32,uint256,address,bytes,uint256,bytes)",
            &[4],
            |site| swap(site, None),
        ),
        Event(
            "XCallToken(uint32,bytes,uint32,address,uint256,address,bytes,uint256,bytes)",
            &[5],
            |site| swap(site, Some(3)),
        ),
    ],
    calls: &[
        Call("transfer((uint256,uint256,address),(address,address,uint256))", transfer),
        Call("transferBatch((uint256,uint256,address),(address,address,uint256)[])", transfers),
        Call(
            "allBatch((uint256,uint256,address),(bytes32,address)[],(address,address)[],\
             (address,address,uint256)[])",
            all,
        ),
    ],
    companions: &[],
    memos: None,
};

/// Chains. Source: <https://docs.chainflip.io/swapping/integrations/advanced/vault-swaps>.
const CHAINS: &[(u64, Far)] = &[
    (1, Far::Evm(1)),
    (2, Far::Other("dot")),
    (3, Far::Bitcoin),
    (4, Far::Evm(42_161)),
    (5, Far::Other("sol")),
    (6, Far::Other("assethub")),
];

/// Assets with their contract, where zero is the native one; the others are of other chains.
const ASSETS: &[(u64, Address)] = &[
    (1, Address::ZERO),
    (2, address!("826180541412d574cf1336d22c0c0a287822678a")),
    (3, address!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48")),
    (5, Address::ZERO),
    (6, Address::ZERO),
    (7, address!("af88d065e77c8cc2239327c5edb3a432268e5831")),
    (8, address!("dac17f958d2ee523a2206206994597c13d831ec7")),
];

/// Destination, receiver, asset there, token where it is one, amount, sender.
fn swap(site: &mut Site<'_>, token: Option<usize>) -> Result<(), Fault> {
    let far_chain = site.far(networks::find(CHAINS, site.small(0)?));
    let amount = token.map_or(3, |token| token + 1);
    let far_asset = far_asset(far_chain.as_ref(), site.small(2)?);
    let mut leg = site.leg(Side::Deposit, None);
    leg.asset = match token {
        Some(token) => site.asset(site.address(token)?),
        None => networks::native(&site.record.chain),
    };
    leg.amount = site.amount(amount)?;
    leg.payer = site.account(site.address(amount + 1)?);
    leg.custody = site.here();
    leg.receiver = receiver(far_chain.as_ref(), site.bytes(1)?);
    leg.far_asset = far_asset;
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

fn far_asset(chain: Option<&ChainId>, asset: u64) -> Option<AssetId> {
    let (_, token) = ASSETS.iter().find(|(known, _)| *known == asset)?;
    networks::asset(chain?, token.into_array()).or_else(|| networks::native(chain?))
}

/// An address of Bitcoin is its text, others are their bytes.
fn receiver(chain: Option<&ChainId>, bytes: &[u8]) -> Option<String> {
    match chain {
        Some(chain) if chain.namespace() == "bip122" => {
            let text = std::str::from_utf8(bytes).ok()?;
            let account = hawkshaw_model::Account::parse(chain, text).ok()?;
            Some(account.address_in_files())
        }
        _ if bytes.len() <= 64 => address_text(chain, bytes),
        _ => None,
    }
}

/// One transfer, behind the three words of the signature: token, receiver, amount.
fn transfer(site: &mut Site<'_>) -> Result<(), Fault> {
    let words = site.words();
    pay(site, words, 3)
}

fn transfers(site: &mut Site<'_>) -> Result<(), Fault> {
    list(site, 3)
}

fn all(site: &mut Site<'_>) -> Result<(), Fault> {
    list(site, 5)
}

/// The most transfers of one call that are read.
const TRANSFERS_MAX: u64 = 1_000;

/// An array of transfers.
fn list(site: &mut Site<'_>, offset: usize) -> Result<(), Fault> {
    if !site.is_known() {
        return Ok(());
    }
    let array = site.words().tail(offset)?;
    let count = array.small(0)?;
    if count > TRANSFERS_MAX {
        return Err(Fault::Value);
    }
    let count = usize::try_from(count).map_err(|_| Fault::Value)?;
    for transfer in 0..count {
        pay(site, array, 1 + 3 * transfer)?;
    }
    Ok(())
}

fn pay(site: &mut Site<'_>, words: Words<'_>, at: usize) -> Result<(), Fault> {
    if !site.is_known() {
        return Ok(());
    }
    let (token, to) = (words.address(at)?, words.address(at + 1)?);
    let amount: U256 = words.number(at + 2)?;
    let mut leg = site.leg(Side::Payout, None);
    leg.asset = site.asset(token);
    leg.amount = Some(Amount::from_u256(amount));
    leg.payer = site.here();
    leg.receiver = site.receiver(to);
    site.push(leg);
    Ok(())
}
