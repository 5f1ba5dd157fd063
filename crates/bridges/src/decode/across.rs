//! Across: a relayer pays from his own pocket and is paid back later.
//!
//! Sources: <https://github.com/across-protocol/contracts> (`SpokePool.sol`,
//! `V3SpokePoolInterface.sol`, and `SpokePool.sol` of the tags of version 2); addresses:
//! <https://docs.across.to/reference/contract-addresses>.
//!
//! Deposits are numbered by the contract of each chain. But anybody may fill a relay that nobody
//! asked for and call it by the number of one that somebody did; the protocol pays back only
//! where all fields agree. So the id is `ORIGIN:NUMBER:HASH` over the fields that both sides
//! write alike.

use alloy_primitives::{U256, address, hex, keccak256};
use hawkshaw_model::{Amount, AssetId, ChainId};

use super::abi::Fault;
use super::networks;
use super::protocol::{Event, Protocol};
use super::site::{Site, address_text};
use crate::leg::Side;

pub(crate) static ACROSS: Protocol = Protocol {
    name: "across",
    contracts: &[
        // SpokePool of version 2.5 and 3.
        (1, address!("5c7bcd6e7de5423a257d81b442095a1a6ced35c5")),
        (10, address!("6f26bf09b1c792e3228e5467807a900a503c0281")),
        (56, address!("4e8e101924ede233c13e2d8622dc8aed2872d505")),
        (130, address!("09aea4b2242abc8bb4bb78d537a67a245a7bec64")),
        (137, address!("9295ee1d8c5b022be115a2ad3c30c72e34e7f096")),
        (324, address!("e0b015e54d54fc84a6cb9b666099c46ade9335ff")),
        (480, address!("09aea4b2242abc8bb4bb78d537a67a245a7bec64")),
        (8_453, address!("09aea4b2242abc8bb4bb78d537a67a245a7bec64")),
        (34_443, address!("3bad7ad0728f9917d1bf08af5782dcbd516cdd96")),
        (42_161, address!("e35e9842fceaca96570b734083f4a58e8f7c5f2a")),
        (57_073, address!("ef684c38f94f48775959ecf2012d7e864ffb9dd4")),
        (59_144, address!("7e63a5f1a8f0b4d0934b2f2327daed3f6bb2ee75")),
        (81_457, address!("2d509190ed0172ba588407d4c2df918f955cc6e1")),
        (534_352, address!("3bad7ad0728f9917d1bf08af5782dcbd516cdd96")),
        // Before: <https://github.com/across-protocol/contracts/blob/master/deployments/legacy-addresses.json>.
        (1, address!("4d9079bb4165aeb4084c526a32695dcfd2f77381")),
        (10, address!("a420b2d1c0841415a695b81e5b867bcd07dff8c9")),
        (137, address!("69b5c72837769ef1e7c164abc6515dcff217f920")),
        (42_161, address!("b88690461ddbab6f04dfad7df66b7725942feb9c")),
    ],
    events: &[
        Event(
            "FundsDeposited(uint256,uint256,uint256,uint64,uint32,uint32,address,address,address)",
            &[4, 6, 8],
            deposit_v2,
        ),
        Event(
            "FundsDeposited(uint256,uint256,uint256,int64,uint32,uint32,address,address,address,\
             bytes)",
            &[2, 4, 8],
            deposit_v2,
        ),
        Event(
            "V3FundsDeposited(address,address,uint256,uint256,uint256,uint32,uint32,uint32,uint32,\
             address,address,address,bytes)",
            &[4, 5, 9],
            deposit_v3,
        ),
        Event(
            "FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,\
             bytes32,bytes32,bytes32,bytes)",
            &[4, 5, 9],
            deposit_v3,
        ),
        Event(
            "FilledRelay(uint256,uint256,uint256,uint256,uint256,uint256,uint64,uint64,uint64,\
             uint32,address,address,address,address,bool)",
            &[11, 12],
            fill_v2,
        ),
        Event(
            "FilledRelay(uint256,uint256,uint256,uint256,uint256,uint256,int64,int64,uint32,\
             address,address,address,address,bytes,(address,bytes,int64,bool,int256))",
            &[4, 8, 11],
            fill_v25,
        ),
        Event(
            "FilledV3Relay(address,address,uint256,uint256,uint256,uint256,uint32,uint32,uint32,\
             address,address,address,address,bytes,(address,bytes,uint256,uint8))",
            &[5, 6, 10],
            fill_v3,
        ),
        Event(
            "FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,uint32,\
             bytes32,bytes32,bytes32,bytes32,bytes32,(bytes32,bytes32,uint256,uint8))",
            &[5, 6, 10],
            fill_v35,
        ),
    ],
    calls: &[],
    companions: &[],
    memos: None,
};

/// The number that Across gives Solana.
/// Source: <https://docs.across.to/introduction/migration-guides/migration-to-solana>.
const SOLANA: u64 = 34_268_394_551_451;

/// Fees are parts of this.
const WHOLE: u64 = 1_000_000_000_000_000_000;

fn chain_of(number: U256) -> Option<ChainId> {
    match u64::try_from(number).ok()? {
        SOLANA => networks::solana(),
        evm => networks::evm(evm),
    }
}

/// The id: origin, number, and eight bytes of the hash of what both sides write alike.
fn id(origin: U256, number: U256, fields: &[&[u8; 32]]) -> String {
    let digest =
        keccak256(fields.iter().flat_map(|field| field.iter().copied()).collect::<Vec<_>>());
    format!("{origin}:{number}:{}", hex::encode(&digest[..8]))
}

fn origin_here(site: &Site<'_>) -> Result<U256, Fault> {
    networks::number(&site.record.chain).map(U256::from).ok_or(Fault::Value)
}

/// Version 2: amount, origin, destination, fee, number, time, token, recipient, depositor.
fn deposit_v2(site: &mut Site<'_>) -> Result<(), Fault> {
    // The origin that the contract writes is the chain that it is on.
    let fields = [site.word(0)?, site.word(8)?, site.word(7)?];
    let id = id(origin_here(site)?, site.number(4)?, &fields);
    let far_chain = site.far(chain_of(site.number(2)?));
    let mut leg = site.leg(Side::Deposit, Some(id));
    leg.asset = site.asset(site.address(6)?);
    leg.amount = site.amount(0)?;
    leg.payer = site.account(site.address(8)?);
    leg.custody = site.here();
    leg.receiver = address_text(far_chain.as_ref(), site.word(7)?);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// Version 3: input token, output token, input, output, destination, number, three times,
/// depositor, recipient, relayer, message. Later versions have words instead of addresses.
fn deposit_v3(site: &mut Site<'_>) -> Result<(), Fault> {
    let fields = [0, 2, 3, 7, 9, 10].map(|parameter| site.word(parameter));
    let id = id(origin_here(site)?, site.number(5)?, &all(fields)?);
    let far_chain = site.far(chain_of(site.number(4)?));
    let mut leg = site.leg(Side::Deposit, Some(id));
    leg.asset = token(&site.record.chain, site.word(0)?);
    leg.amount = site.amount(2)?;
    leg.payer = site.account(site.address(9)?);
    leg.custody = site.here();
    leg.receiver = address_text(far_chain.as_ref(), site.word(10)?);
    leg.far_asset = far_chain.as_ref().and_then(|chain| token(chain, site.word(1).ok()?));
    leg.far_amount = site.amount(3)?;
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

fn all<const N: usize>(fields: [Result<&[u8; 32], Fault>; N]) -> Result<Vec<&[u8; 32]>, Fault> {
    fields.into_iter().collect()
}

/// A token; here zero stands for "whatever is the same there", and never for the native asset.
fn token(chain: &ChainId, word: &[u8; 32]) -> Option<AssetId> {
    if *word == [0; 32] { None } else { networks::asset_of_bytes(chain, word) }
}

/// Version 2: amount, filled so far, filled now, repayment, origin, destination, three fees (as
/// asked, as applied, of the pool), number, token, relayer, depositor, recipient, slow or not.
fn fill_v2(site: &mut Site<'_>) -> Result<(), Fault> {
    let fees = site.number(7)?.checked_add(site.number(8)?).ok_or(Fault::Value)?;
    let fields = [site.word(0)?, site.word(12)?, site.word(13)?];
    let id = id(site.number(4)?, site.number(9)?, &fields);
    let receiver = site.address(13)?;
    fill(site, (id, 4), (10, after_fees(site.number(2)?, fees)), (receiver, 11))
}

/// Version 2.5: amount, filled so far, filled now, repayment, origin, destination, two fees (of
/// the relayer, of the pool), number, token, relayer, depositor, recipient, message, and what
/// was changed: recipient, message, fee of the relayer, slow or not, adjustment.
fn fill_v25(site: &mut Site<'_>) -> Result<(), Fault> {
    let changed = site.tuple(14)?;
    let fees = changed.number(2)?.checked_add(site.number(7)?).ok_or(Fault::Value)?;
    let fields = [site.word(0)?, site.word(11)?, site.word(12)?];
    let id = id(site.number(4)?, site.number(8)?, &fields);
    let receiver = changed.address(0)?;
    fill(site, (id, 4), (9, after_fees(site.number(2)?, fees)), (receiver, 10))
}

/// What the recipient gets. Source: `_computeAmountPostFees` in `SpokePool.sol`.
fn after_fees(filled: U256, fees: U256) -> Option<Amount> {
    let rest = U256::from(WHOLE).checked_sub(fees)?;
    filled.checked_mul(rest).map(|scaled| Amount::from_u256(scaled / U256::from(WHOLE)))
}

/// Version 3: input token, output token, input, output, repayment, origin, number, two times,
/// relayer allowed, relayer, depositor, recipient, message, and what was changed: recipient,
/// message, output, kind.
fn fill_v3(site: &mut Site<'_>) -> Result<(), Fault> {
    let changed = site.tuple(14)?;
    let (receiver, output) = (changed.address(0)?, changed.number(2)?);
    let id = id_v3(site)?;
    fill(site, (id, 5), (1, Some(Amount::from_u256(output))), (receiver, 10))
}

/// As version 3, with words instead of addresses and hashes instead of messages.
fn fill_v35(site: &mut Site<'_>) -> Result<(), Fault> {
    let (receiver, output) = (site.address(14)?, site.number(16)?);
    let id = id_v3(site)?;
    fill(site, (id, 5), (1, Some(Amount::from_u256(output))), (receiver, 10))
}

fn id_v3(site: &Site<'_>) -> Result<String, Fault> {
    let fields = [0, 2, 3, 7, 11, 12].map(|parameter| site.word(parameter));
    Ok(id(site.number(5)?, site.number(6)?, &all(fields)?))
}

/// A payout: the recipient has it, and the relayer paid it.
fn fill(
    site: &mut Site<'_>,
    (id, origin): (String, usize),
    (token, amount): (usize, Option<Amount>),
    (receiver, relayer): ([u8; 20], usize),
) -> Result<(), Fault> {
    let far_chain = site.far(chain_of(site.number(origin)?));
    let mut leg = site.leg(Side::Payout, Some(id));
    leg.asset = site.asset(site.address(token)?);
    leg.amount = amount;
    leg.payer = site.address(relayer).ok().and_then(|bytes| site.account(bytes));
    leg.receiver = site.receiver(receiver);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}
