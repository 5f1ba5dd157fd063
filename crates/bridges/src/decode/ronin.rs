//! Ronin's own bridge, of both versions.
//!
//! Sources: <https://github.com/axieinfinity/ronin-dpos-contracts> (`libraries/Transfer.sol`,
//! `MainchainGatewayV3.sol`, `RoninGatewayV3.sol`), and of version 1 the verified gateway of
//! <https://etherscan.io/address/0x1a2a1c938ce3ec39b6d47113c7955baa9dd454f2> and its twin on
//! Ronin; addresses: <https://docs.skymavis.com/ronin/bridge>.
//!
//! Deposits and withdrawals are numbered each: `deposit:NUMBER`, `withdrawal:NUMBER`, with the
//! version in front. Whoever claims a withdrawal pays the fee; the receiver is in the event.

use alloy_primitives::{U256, address};

use super::abi::Fault;
use super::networks;
use super::protocol::{Event, Protocol};
use super::site::{Site, address_text};
use crate::leg::Side;

pub(crate) static RONIN: Protocol = Protocol {
    name: "ronin",
    contracts: &[
        (1, address!("64192819ac13ef72bf6b5ae239ac672b43a9af08")),
        (1, address!("1a2a1c938ce3ec39b6d47113c7955baa9dd454f2")),
        (2_020, address!("0cf8ff40a508bdbc39fbe1bb679dcba64e65c7df")),
        (2_020, address!("e35d62ebe18413d96ca2a2f7cf215bb21a406b4b")),
    ],
    events: &[
        Event(DEPOSIT_REQUESTED, &[], |site| receipt(site, Side::Deposit, "deposit")),
        Event(DEPOSITED, &[], |site| receipt(site, Side::Payout, "deposit")),
        Event(WITHDRAWAL_REQUESTED, &[], |site| receipt(site, Side::Deposit, "withdrawal")),
        Event(WITHDREW, &[], |site| receipt(site, Side::Payout, "withdrawal")),
        Event(
            "TokenDeposited(uint256,address,address,address,uint32,uint256)",
            &[0, 1, 2],
            |site| numbered_in(site, "deposit"),
        ),
        Event("TokenDeposited(uint256,address,address,uint256)", &[0, 1, 2], |site| {
            numbered_out(site, "deposit")
        }),
        Event(
            "TokenWithdrew(uint256,address,address,address,uint32,uint256)",
            &[0, 1, 2],
            |site| numbered_in(site, "withdrawal"),
        ),
        Event("TokenWithdrew(uint256,address,address,uint256)", &[0, 1, 2], |site| {
            numbered_out(site, "withdrawal")
        }),
    ],
    calls: &[],
    companions: &[],
    memos: None,
};

const DEPOSIT_REQUESTED: &str = "DepositRequested(bytes32,(uint256,uint8,(address,address,uint256),\
                                 (address,address,uint256),(uint8,uint256,uint256)))";
const DEPOSITED: &str = "Deposited(bytes32,(uint256,uint8,(address,address,uint256),\
                         (address,address,uint256),(uint8,uint256,uint256)))";
const WITHDRAWAL_REQUESTED: &str = "WithdrawalRequested(bytes32,(uint256,uint8,\
                                    (address,address,uint256),(address,address,uint256),\
                                    (uint8,uint256,uint256)))";
const WITHDREW: &str = "Withdrew(bytes32,(uint256,uint8,(address,address,uint256),\
                        (address,address,uint256),(uint8,uint256,uint256)))";

/// Of a receipt: the number and the kind; then owner, token and chain on the main chain, the
/// same on Ronin; then standard, number of the token, amount.
fn receipt(site: &mut Site<'_>, side: Side, what: &str) -> Result<(), Fault> {
    const MAIN: usize = 3;
    const RONIN: usize = 6;
    // Single tokens are no amounts.
    if site.small(9)? != 0 {
        return Ok(());
    }
    let goes_out_of_main = what == "deposit";
    let here_is_main = goes_out_of_main == (side == Side::Deposit);
    let (here, there) = if here_is_main { (MAIN, RONIN) } else { (RONIN, MAIN) };
    let main = site.number(MAIN + 2)?;
    let id = format!("v2:{main}:{what}:{}", site.number(1)?);
    let far = u64::try_from(site.number(there + 2)?).ok().and_then(networks::evm);
    let far_chain = site.far(far);
    let mut leg = site.leg(side, Some(id));
    leg.asset = site.asset(site.address(here + 1)?);
    leg.amount = site.amount(11)?;
    let (owner, token) = (site.address(here)?, site.address(there + 1)?);
    if side == Side::Deposit {
        leg.payer = site.account(owner);
        // The main chain keeps it; Ronin burns what it minted, or keeps it, as the token may be.
        leg.custody = if here_is_main { site.here() } else { None };
        leg.receiver = address_text(far_chain.as_ref(), &site.address(there)?);
    } else {
        leg.payer = if here_is_main { site.here() } else { None };
        leg.receiver = site.receiver(owner);
    }
    leg.far_asset = far_chain.as_ref().and_then(|chain| networks::asset(chain, token));
    leg.far_amount = site.amount(11)?;
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// The other chain: version 1 joined Ethereum and Ronin only.
fn other(site: &Site<'_>) -> Option<hawkshaw_model::ChainId> {
    match networks::number(&site.record.chain) {
        Some(1) => networks::evm(2_020),
        Some(2_020) => networks::evm(1),
        _ => None,
    }
}

/// Version 1, where value goes in: number, owner there, token, token there, standard (20 or
/// 721), amount.
fn numbered_in(site: &mut Site<'_>, what: &str) -> Result<(), Fault> {
    if site.number(4)? != U256::from(20) {
        return Ok(());
    }
    let id = format!("v1:{what}:{}", site.number(0)?);
    let far_chain = site.far(other(site));
    let mut leg = site.leg(Side::Deposit, Some(id));
    leg.asset = site.asset(site.address(2)?);
    leg.amount = site.amount(5)?;
    leg.payer = site.record.sender.clone();
    leg.custody = if what == "deposit" { site.here() } else { None };
    leg.receiver = address_text(far_chain.as_ref(), &site.address(1)?);
    let token = site.address(3)?;
    leg.far_asset = far_chain.as_ref().and_then(|chain| networks::asset(chain, token));
    leg.far_amount = site.amount(5)?;
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// Version 1, where value comes out: number, owner, token, amount.
fn numbered_out(site: &mut Site<'_>, what: &str) -> Result<(), Fault> {
    let id = format!("v1:{what}:{}", site.number(0)?);
    let far_chain = other(site);
    let mut leg = site.leg(Side::Payout, Some(id));
    leg.asset = site.asset(site.address(2)?);
    leg.amount = site.amount(3)?;
    leg.payer = site.here();
    leg.receiver = site.receiver(site.address(1)?);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}
