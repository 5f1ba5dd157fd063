//! THORChain, and Maya, which took over its memos and routers: native coins are swapped across
//! chains by vaults that read memos.
//!
//! Sources: <https://gitlab.com/thorchain/thornode> (`chain/ethereum/contracts/THORChain_Router.sol`,
//! `bifrost/pkg/chainclients`), <https://dev.thorchain.org/concepts/sending-transactions.html>;
//! routers: `/thorchain/inbound_addresses` of THORNodes,
//! <https://docs.mayaprotocol.com/dev-docs/mayachain/concepts/querying-mayachain>.
//!
//! The id is the hash of the transaction that paid in: of a deposit its own, of a payout the one
//! in the memo, as lower-case hex without `0x`. On a UTXO chain nothing tells which of the two
//! protocols a memo is of, and hashes never repeat, so both have the name `thorchain`.
//!
//! Anybody may call a router, and anybody may write a memo: no leg is more than a claim, which
//! is true where the account paid, respectively paying, is a vault. Vaults change every few days
//! and no list has them all.

use alloy_primitives::{Address, address, hex};
use hawkshaw_model::{Account, Amount, LedgerKind};
use std::borrow::Cow;

use super::abi::Fault;
use super::memo::{self, Family, Intent, Memo};
use super::networks;
use super::protocol::{Decoded, DefectKind, Event, Protocol};
use super::site::Site;
use crate::leg::{Leg, Side, Trust};
use crate::record::{OutputScript, TxRecord};

pub(crate) static THORCHAIN: Protocol = Protocol {
    name: NAME,
    contracts: &[
        // Routers of THORChain, from the first version on.
        (1, address!("42a5ed456650a09dc10ebc6361a7480fdd61f27b")),
        (1, address!("c145990e84155416144c532e31f89b840ca8c2ce")),
        (1, address!("3624525075b88b24ecc29ce226b0cec1ffcb6976")),
        (1, address!("d37bbe5744d730a1d98d8dc97c42f0ca46ad7146")),
        (56, address!("b30ec53f98ff5947ede720d32ac2da7e52a5f56b")),
        (43_114, address!("8f66c4ae756bebc49ec8b81966dd8bba9f127549")),
        (8_453, address!("68208d99746b805a1ae41421950a47b711e35681")),
        (8_453, address!("1b3e6daa08e7a2e29e2ff23b6c40abe79a15a17a")),
        (8_453, DIRECT),
        (43_114, DIRECT),
        MAYA[0],
        MAYA[1],
    ],
    events: &[
        Event("Deposit(address,address,uint256,string)", &[0, 1], deposit),
        Event("TransferOut(address,address,address,uint256,string)", &[0, 1], transfer_out),
        Event(
            "TransferOutAndCall(address,address,uint256,address,address,uint256,string)",
            &[0],
            transfer_out_and_call,
        ),
        Event(
            "TransferOutAndCallV5(address,address,uint256,address,address,uint256,string,bytes,\
             string)",
            &[0, 4],
            transfer_out_and_call,
        ),
        Event(
            "TransferOutAndCallV2(address,address,address,uint256,address,address,uint256,string,\
             bytes,string)",
            &[0],
            transfer_out_and_call_v2,
        ),
    ],
    calls: &[],
    companions: &[],
    memos: Some(memos),
};

const NAME: &str = "thorchain";

/// The routers of Maya.
const MAYA: [(u64, Address); 2] = [
    (1, address!("e3985e6b61b814f7cdb188766562ba71b446b46d")),
    (42_161, address!("700e97ef07219440487840dc472e7120a7ff11f4")),
];

/// The router that hands tokens on to the vault at once, where those before kept them.
const DIRECT: Address = address!("00dc6100103bc402d490aee3f9a5560cbd91f1d4");

/// `Deposit`: vault, asset, amount, memo.
fn deposit(site: &mut Site<'_>) -> Result<(), Fault> {
    let intent = match memo::read(site.bytes(3)?, family(site)) {
        Some(Memo::In(intent)) => intent,
        Some(Memo::Nothing | Memo::Out(_) | Memo::Refund(_)) => return Ok(()),
        // What a vault cannot read it gives back.
        None if !site.is_known() => return Ok(()),
        None | Some(Memo::Broken) => {
            site.defect(DefectKind::Memo);
            Intent::default()
        }
    };
    let (vault, token) = (site.address(0)?, site.address(1)?);
    let mut leg = site.leg(Side::Deposit, Some(site.record.tx.to_string()));
    claim(&mut leg);
    leg.asset = site.asset(token);
    leg.amount = site.amount(2)?;
    leg.payer = site.record.sender.clone();
    leg.custody = if token == [0; 20] || DIRECT == site.contract {
        site.account(vault)
    } else if site.is_known() {
        site.here()
    } else {
        None
    };
    ask(&mut leg, intent);
    site.push(leg);
    Ok(())
}

fn family(site: &Site<'_>) -> Family {
    if site.is_known() && !site.lists(&MAYA, &site.contract) {
        Family::Thorchain
    } else {
        Family::Other
    }
}

/// A known router writes down what its caller says.
fn claim(leg: &mut Leg) {
    if leg.trust == Trust::Known {
        leg.trust = Trust::Claim;
    }
}

fn ask(leg: &mut Leg, intent: Intent) {
    leg.receiver = intent.receiver;
    leg.far_chain = intent.chain;
    leg.far_asset = intent.asset;
    leg.far_amount = intent.least;
}

/// `TransferOut`: vault, receiver, asset, amount, memo.
fn transfer_out(site: &mut Site<'_>) -> Result<(), Fault> {
    let Some((side, id)) = answer(site, 4)? else { return Ok(()) };
    let mut leg = site.leg(side, Some(id));
    leg.asset = site.asset(site.address(2)?);
    leg.amount = site.amount(3)?;
    leg.receiver = site.receiver(site.address(1)?);
    paid(site, leg)
}

/// `TransferOutAndCall`: vault, exchange, native amount, asset that the exchange gives,
/// receiver, least amount, memo; how much he gets no field says.
fn transfer_out_and_call(site: &mut Site<'_>) -> Result<(), Fault> {
    let Some((side, id)) = answer(site, 6)? else { return Ok(()) };
    let mut leg = site.leg(side, Some(id));
    leg.asset = site.asset(site.address(3)?);
    leg.receiver = site.receiver(site.address(4)?);
    paid(site, leg)
}

/// As before, with the asset that the vault gives: vault, exchange, asset, amount, asset that
/// the exchange gives, receiver, least amount, memo.
fn transfer_out_and_call_v2(site: &mut Site<'_>) -> Result<(), Fault> {
    let Some((side, id)) = answer(site, 7)? else { return Ok(()) };
    let mut leg = site.leg(side, Some(id));
    leg.asset = site.asset(site.address(4)?);
    leg.receiver = site.receiver(site.address(5)?);
    paid(site, leg)
}

fn paid(site: &mut Site<'_>, mut leg: Leg) -> Result<(), Fault> {
    claim(&mut leg);
    leg.payer = site.account(site.address(0)?);
    site.push(leg);
    Ok(())
}

/// Which transaction a payout is for, where its memo says so.
fn answer(site: &mut Site<'_>, memo: usize) -> Result<Option<(Side, String)>, Fault> {
    match memo::read(site.bytes(memo)?, Family::Other) {
        Some(Memo::Out(hash)) => Ok(Some((Side::Payout, hex::encode(hash)))),
        Some(Memo::Refund(hash)) => Ok(Some((Side::Refund, hex::encode(hash)))),
        Some(Memo::Broken) => {
            site.defect(DefectKind::Memo);
            Ok(None)
        }
        Some(Memo::In(_) | Memo::Nothing) | None => Ok(None),
    }
}

/// Memos that stand in no log: in an output of a UTXO chain, or as the calldata of a plain
/// transfer to or from a vault.
fn memos(record: &TxRecord, out: &mut Decoded) {
    match record.chain.ledger_kind() {
        LedgerKind::Outputs => of_outputs(record, out),
        LedgerKind::Accounts => of_calldata(record, out),
    }
}

/// The transfer that a memo is about.
struct Paid<'a> {
    event: u32,
    to: &'a Account,
    amount: Amount,
}

fn of_calldata(record: &TxRecord, out: &mut Decoded) {
    let (Some(to), Some(amount)) = (&record.to, record.value) else { return };
    if record.calldata.is_empty() || amount.is_zero() {
        return;
    }
    if let Some(memo) = memo::read(&record.calldata, Family::Other) {
        tell(record, &memo, &Paid { event: 0, to, amount }, out);
    }
}

/// The first output that is no memo and no change is what is paid. Source: `getOutput` in
/// `bifrost/pkg/chainclients/shared/utxo`; vaults pay the receiver first and themselves after.
fn of_outputs(record: &TxRecord, out: &mut Decoded) {
    let Some(text) = memo_of_outputs(&record.outputs) else { return };
    let Some(memo) = memo::read(&text, Family::Other) else { return };
    let paid = record.outputs.iter().find_map(|output| {
        let to = output.holder.as_ref()?;
        let is_change = record.sender.as_ref() == Some(to);
        let is_paid = script(output).is_none_or(|script| script.first() != Some(&OP_RETURN));
        (is_paid && !is_change).then_some(Paid { event: output.vout, to, amount: output.amount })
    });
    match paid {
        Some(paid) => tell(record, &memo, &paid, out),
        None => out.defect(NAME, DefectKind::Memo, 0),
    }
}

fn tell(record: &TxRecord, memo: &Memo, paid: &Paid<'_>, out: &mut Decoded) {
    let (side, id) = match memo {
        Memo::In(_) => (Side::Deposit, record.tx.to_string()),
        Memo::Out(hash) => (Side::Payout, hex::encode(hash)),
        Memo::Refund(hash) => (Side::Refund, hex::encode(hash)),
        Memo::Nothing => return,
        Memo::Broken => return out.defect(NAME, DefectKind::Memo, paid.event),
    };
    let deposit = side == Side::Deposit;
    let mut leg = Leg {
        side,
        bridge: Cow::Borrowed(NAME),
        id: Some(id),
        chain: record.chain.clone(),
        time: record.time,
        tx: record.tx,
        event: paid.event,
        asset: networks::native(&record.chain),
        amount: Some(paid.amount),
        payer: record.sender.clone(),
        custody: deposit.then(|| paid.to.clone()),
        receiver: Some(paid.to.address_in_files()),
        far_chain: None,
        far_asset: None,
        far_amount: None,
        emitter: None,
        trust: Trust::Claim,
    };
    if let Memo::In(intent) = memo {
        ask(&mut leg, intent.clone());
    }
    out.legs.push(leg);
}

const OP_RETURN: u8 = 0x6a;

fn script(output: &OutputScript) -> Option<&[u8]> {
    match output.holder.as_ref()?.address() {
        hawkshaw_model::Address::Script(script) => Some(script),
        _ => None,
    }
}

/// How many outputs a memo may go on in.
const CONTINUED_MAX: usize = 16;

/// The bytes of the first output that carries data. A memo that is too long for it ends in `^`
/// there and goes on in the outputs behind, as what seem to be hashes of keys, filled up with
/// zeros. Source: `bifrost/pkg/chainclients/utxo`, <https://dev.thorchain.org/concepts/memos.html>.
fn memo_of_outputs(outputs: &[OutputScript]) -> Option<Vec<u8>> {
    let at = outputs.iter().position(|output| {
        script(output).is_some_and(|script| script.first() == Some(&OP_RETURN))
    })?;
    let mut text = pushed(script(outputs.get(at)?)?.get(1..)?)?;
    if text.last() != Some(&b'^') {
        return Some(text);
    }
    text.pop();
    for output in outputs.get(at + 1..)?.iter().take(CONTINUED_MAX) {
        // A program of version 0 and 20 bytes (BIP-141).
        let Some([0x00, 0x14, program @ ..]) = script(output) else { break };
        let used = program.iter().position(|byte| *byte == 0).unwrap_or(program.len());
        text.extend_from_slice(program.get(..used)?);
        if used < program.len() {
            break;
        }
    }
    Some(text)
}

/// What a script of pushes pushes, one after the other.
/// Source: <https://en.bitcoin.it/wiki/Script>, `OP_PUSHDATA1`, `OP_PUSHDATA2`.
fn pushed(mut script: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    while let Some((code, rest)) = script.split_first() {
        let (length, rest) = match code {
            1..=0x4b => (usize::from(*code), rest),
            0x4c => rest.split_first().map(|(length, rest)| (usize::from(*length), rest))?,
            0x4d => rest
                .split_first_chunk::<2>()
                .map(|(length, rest)| (usize::from(u16::from_le_bytes(*length)), rest))?,
            _ => return None,
        };
        let (bytes, rest) = rest.split_at_checked(length)?;
        text.extend_from_slice(bytes);
        script = rest;
    }
    Some(text)
}
