//! Celer's cBridge: pools, and tokens pegged to ones in a vault.
//!
//! Sources: <https://github.com/celer-network/sgn-v2-contracts> (`liquidity-bridge/Bridge.sol`,
//! `liquidity-bridge/Pool.sol`, `pegged-bridge/*.sol`, `libraries/proto/{bridge,pool,pegged}.proto`);
//! addresses: <https://cbridge-docs.celer.network/reference/contract-addresses> and
//! <https://github.com/DefiLlama/dimension-adapters> (`factory/evmBridges.ts`).
//!
//! The id is the transfer id of the source chain, the hash of all of the transfer; the contract
//! pays only what the validators signed, and writes the id of the source chain. Refunds come as
//! withdrawals from the pool of the source chain that name the transfer. Where no log is at hand
//! the calldata say the same: of a payout whole, of a deposit the hash is computed.

use alloy_primitives::{Address, U256, address, hex, keccak256};
use hawkshaw_model::{Amount, ChainId};

use super::abi::Fault;
use super::networks;
use super::protobuf::Message;
use super::protocol::{Call, Event, Protocol};
use super::site::{Site, account_bytes, address_text};
use crate::leg::Side;

pub(crate) static CELER: Protocol = Protocol {
    name: "celer",
    contracts: CONTRACTS,
    events: &[
        Event("Send(bytes32,address,address,address,uint256,uint64,uint64,uint32)", &[], send),
        Event("Relay(bytes32,address,address,address,uint256,uint64,bytes32)", &[], relay),
        Event("WithdrawDone(bytes32,uint64,address,address,uint256,bytes32)", &[], withdrawn),
        Event("Deposited(bytes32,address,address,uint256,uint64,address)", &[], deposited),
        Event("Deposited(bytes32,address,address,uint256,uint64,address,uint64)", &[], deposited),
        Event("Withdrawn(bytes32,address,address,uint256,uint64,bytes32,address)", &[], released),
        Event("Mint(bytes32,address,address,uint256,uint64,bytes32,address)", &[], minted),
        Event("Burn(bytes32,address,address,uint256,address)", &[], burned),
        Event("Burn(bytes32,address,address,uint256,uint64,address,uint64)", &[], burned_to),
    ],
    calls: &[
        Call("send(address,address,uint256,uint64,uint64,uint32)", call_send),
        Call("sendNative(address,uint256,uint64,uint64,uint32)", call_send_native),
        Call("relay(bytes,bytes[],address[],uint256[])", call_relay),
        Call("mint(bytes,bytes[],address[],uint256[])", call_mint),
        Call("withdraw(bytes,bytes[],address[],uint256[])", call_withdraw),
    ],
    companions: &[],
    memos: None,
};

/// Bridges (pools), original token vaults of both versions, pegged token bridges of both.
const CONTRACTS: &[(u64, Address)] = &[
    (1, address!("5427fefa711eff984124bfbb1ab6fbf5e3da1820")),
    (1, address!("b37d31b2a74029b5951a2778f959282e2d518595")),
    (1, address!("7510792a3b1969f9307f3845ce88e39578f2bae1")),
    (1, address!("16365b45eb269b5b5dacb34b4a15399ec79b95eb")),
    (1, address!("52e4f244f380f8fa51816c8a10a63105dd4de084")),
    (10, address!("9d39fc627a6d9d9f8c831c16995b209548cc3401")),
    (10, address!("bcfef6bb4597e724d720735d32a9249e0640aa11")),
    (10, address!("61f85ff2a2f4289be4bb9b72fc7010b3142b5f41")),
    (56, address!("dd90e5e87a2081dcf0391920868ebc2ffb81a1af")),
    (56, address!("78bc5ee9f11d133a08b331c2e18fe81be0ed02dc")),
    (56, address!("11a0c9270d88c99e221360bca50c2f6fda44a980")),
    (56, address!("d443fe6bf23a4c9b78312391a30ff881a097580e")),
    (56, address!("26c76f7fef00e02a5dd4b5cc8a0f717eb61e1e4b")),
    (100, address!("3795c36e7d12a8c252a20c5a7b455f7c57b60283")),
    (100, address!("d4c058380d268d85bc7c758072f561e8f2db5975")),
    (137, address!("88dcdc47d2f83a99cf0000fdf667a468bb958a78")),
    (137, address!("c1a2d967dfaa6a10f3461bc21864c23c1dd51eea")),
    (137, address!("4c882ec256823ee773b25b414d36f92ef58a7c0c")),
    (137, address!("4d58fdc7d0ee9b674f49a0ade11f26c3c9426f7a")),
    (137, address!("b51541df05de07be38dcfc4a80c05389a54502bb")),
    (250, address!("374b8a9f3ec5eb2d97eca84ea27aca45aa1c57ef")),
    (250, address!("7d91603e79ea89149baf73c9038c51669d8f03e9")),
    (250, address!("38d1e20b0039bfbeef4096be00175227f8939e51")),
    (250, address!("30f7aa65d04d289ce319e88193a33a8eb1857fb9")),
    (324, address!("54069e96c4247b37c2fbd9559ca99f08cd1cd66c")),
    (1_101, address!("d46f8e428a06789b5884df54e029e738277388d1")),
    (1_284, address!("841ce48f9446c8e281d3f1444cb859b4a6d0738c")),
    (8_217, address!("4c882ec256823ee773b25b414d36f92ef58a7c0c")),
    (8_453, address!("7d43aabc515c356145049227cee54b608342c0ad")),
    (42_161, address!("1619de6b6b20ed217a58d00f37b9d47c7663feca")),
    (42_161, address!("fe31bfc4f7c9b69246a6dc0087d91a91cb040f76")),
    (42_161, address!("ea4b1b0aa3c110c55f650d28159ce4ad43a4a58b")),
    (42_161, address!("bdd2739ae69a054895be33a22b2d2ed71a1de778")),
    (42_220, address!("bb7684cc5408f4dd0921e5c2cadd547b8f1ad573")),
    (42_220, address!("da1dd66924b0470501ac7736372d4171cdd1162e")),
    (43_114, address!("ef3c714c9425a8f3697a9c969dc1af30ba82e5d4")),
    (43_114, address!("5427fefa711eff984124bfbb1ab6fbf5e3da1820")),
    (43_114, address!("b51541df05de07be38dcfc4a80c05389a54502bb")),
    (43_114, address!("88dcdc47d2f83a99cf0000fdf667a468bb958a78")),
    (43_114, address!("b774c6f82d1d5dbd36894762330809e512fed195")),
    (59_144, address!("9b36f165bab9ebe611d491180418d8de4b8f3a1f")),
    (534_352, address!("9b36f165bab9ebe611d491180418d8de4b8f3a1f")),
    (1_313_161_554, address!("841ce48f9446c8e281d3f1444cb859b4a6d0738c")),
    (1_313_161_554, address!("bcfef6bb4597e724d720735d32a9249e0640aa11")),
    (1_313_161_554, address!("4384d5a9d7354c65ce3aee411337bd40493ad1bc")),
    (1_313_161_554, address!("bdd2739ae69a054895be33a22b2d2ed71a1de778")),
];

fn id_text(id: &[u8; 32]) -> String {
    hex::encode(id)
}

/// A side of a passage, with the words that most of these events share.
struct Passage {
    side: Side,
    id: [u8; 32],
    /// Token, amount.
    value: ([u8; 20], Option<Amount>),
    payer: Option<[u8; 20]>,
    /// Whether the contract keeps what it gets.
    kept: bool,
    receiver: [u8; 20],
    far: U256,
}

impl Passage {
    fn push(self, site: &mut Site<'_>) {
        let same_chain = self.side == Side::Refund;
        let far = u64::try_from(self.far).ok().and_then(far_chain);
        let far_chain = if same_chain { None } else { site.far(far) };
        let receiver_chain =
            if self.side == Side::Deposit { far_chain.as_ref() } else { Some(&site.record.chain) };
        let mut leg = site.leg(self.side, Some(id_text(&self.id)));
        leg.asset = site.asset(self.value.0);
        leg.amount = self.value.1;
        leg.payer = self.payer.and_then(|bytes| site.account(bytes));
        leg.custody = if self.kept { site.here() } else { None };
        leg.receiver = address_text(receiver_chain, &self.receiver);
        leg.far_chain = far_chain;
        site.push(leg);
    }
}

/// The chain of a number, which is that of EVM chains but for Flow, Aptos and others.
fn far_chain(number: u64) -> Option<ChainId> {
    networks::evm(number)
}

/// `Send`: id, sender, receiver, token, amount, destination, nonce, slippage.
fn send(site: &mut Site<'_>) -> Result<(), Fault> {
    Passage {
        side: Side::Deposit,
        id: *site.word(0)?,
        value: (site.address(3)?, site.amount(4)?),
        payer: Some(site.address(1)?),
        kept: true,
        receiver: site.address(2)?,
        far: site.number(5)?,
    }
    .push(site);
    Ok(())
}

/// `Relay`: id here, sender, receiver, token, amount, source, id there.
fn relay(site: &mut Site<'_>) -> Result<(), Fault> {
    Passage {
        side: Side::Payout,
        id: *site.word(6)?,
        value: (site.address(3)?, site.amount(4)?),
        payer: Some(site.contract),
        kept: false,
        receiver: site.address(2)?,
        far: site.number(5)?,
    }
    .push(site);
    Ok(())
}

/// `WithdrawDone`: id, number, receiver, token, amount, reference. A refund refers to the
/// transfer; a provider of liquidity who takes his own refers to nothing.
fn withdrawn(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = *site.word(5)?;
    if id == [0; 32] {
        return Ok(());
    }
    Passage {
        side: Side::Refund,
        id,
        value: (site.address(3)?, site.amount(4)?),
        payer: Some(site.contract),
        kept: false,
        receiver: site.address(2)?,
        far: U256::ZERO,
    }
    .push(site);
    Ok(())
}

/// `Deposited` into a vault: id, depositor, token, amount, destination, receiver.
fn deposited(site: &mut Site<'_>) -> Result<(), Fault> {
    Passage {
        side: Side::Deposit,
        id: *site.word(0)?,
        value: (site.address(2)?, site.amount(3)?),
        payer: Some(site.address(1)?),
        kept: true,
        receiver: site.address(5)?,
        far: site.number(4)?,
    }
    .push(site);
    Ok(())
}

/// `Burn` of version 1: id, token, account, amount, receiver. It goes where the token is from,
/// which the event does not say.
fn burned(site: &mut Site<'_>) -> Result<(), Fault> {
    let id = id_text(site.word(0)?);
    let mut leg = site.leg(Side::Deposit, Some(id));
    leg.asset = site.asset(site.address(1)?);
    leg.amount = site.amount(3)?;
    leg.payer = site.account(site.address(2)?);
    leg.receiver = address_text(None, &site.address(4)?);
    site.push(leg);
    Ok(())
}

/// `Burn` of version 2: id, token, account, amount, destination, receiver, nonce.
fn burned_to(site: &mut Site<'_>) -> Result<(), Fault> {
    Passage {
        side: Side::Deposit,
        id: *site.word(0)?,
        value: (site.address(1)?, site.amount(3)?),
        payer: Some(site.address(2)?),
        kept: false,
        receiver: site.address(5)?,
        far: site.number(4)?,
    }
    .push(site);
    Ok(())
}

/// `Mint`: id, token, receiver, amount, source, id there, depositor.
fn minted(site: &mut Site<'_>) -> Result<(), Fault> {
    let (token, receiver) = (site.address(1)?, site.address(2)?);
    come(site, token, receiver, None)
}

/// `Withdrawn` from a vault: id, receiver, token, amount, source, id there, who burned.
fn released(site: &mut Site<'_>) -> Result<(), Fault> {
    let (token, receiver) = (site.address(2)?, site.address(1)?);
    let vault = site.contract;
    come(site, token, receiver, Some(vault))
}

/// What comes of a deposit or a burn: of another chain, or as a refund of this one. Fees that
/// the protocol takes out refer to nothing.
fn come(
    site: &mut Site<'_>,
    token: [u8; 20],
    receiver: [u8; 20],
    payer: Option<[u8; 20]>,
) -> Result<(), Fault> {
    let (far, id) = (site.number(4)?, *site.word(5)?);
    if id == [0; 32] {
        return Ok(());
    }
    let here = networks::number(&site.record.chain).map(U256::from);
    Passage {
        side: if here == Some(far) { Side::Refund } else { Side::Payout },
        id,
        value: (token, site.amount(3)?),
        payer,
        kept: false,
        receiver,
        far,
    }
    .push(site);
    Ok(())
}

/// `send(receiver, token, amount, destination, nonce, slippage)`.
fn call_send(site: &mut Site<'_>) -> Result<(), Fault> {
    let token = site.address(1)?;
    let fields = [0, 2, 3, 4];
    called(site, token, fields)
}

/// `sendNative(receiver, amount, destination, nonce, slippage)`.
fn call_send_native(site: &mut Site<'_>) -> Result<(), Fault> {
    // The wrapper is part of the id. Source: `nativeWrap()` of the bridges.
    let Some(token) = networks::wrapper(&site.record.chain) else { return Ok(()) };
    called(site, token, [0, 1, 2, 3])
}

/// A deposit by its calldata. Its id is the hash of what it is, tight:
/// `sender receiver token amount destination nonce source`.
fn called(
    site: &mut Site<'_>,
    token: [u8; 20],
    [receiver, amount, far, nonce]: [usize; 4],
) -> Result<(), Fault> {
    // The selector is not Celer's alone, and a call through another contract has another sender.
    let sender = site.record.sender.as_ref().and_then(account_bytes).copied();
    let (Some(sender), true) = (sender, site.is_known()) else { return Ok(()) };
    let here = networks::number(&site.record.chain).ok_or(Fault::Value)?;
    let packed = [
        &sender[..],
        &site.address(receiver)?,
        &token,
        site.word(amount)?,
        &site.small(far)?.to_be_bytes(),
        &site.small(nonce)?.to_be_bytes(),
        &here.to_be_bytes(),
    ]
    .concat();
    Passage {
        side: Side::Deposit,
        id: keccak256(packed).0,
        value: (token, site.amount(amount)?),
        payer: Some(sender),
        kept: true,
        receiver: site.address(receiver)?,
        far: site.number(far)?,
    }
    .push(site);
    Ok(())
}

/// `relay(message, …)`: sender, receiver, token, amount, source, destination, id there.
fn call_relay(site: &mut Site<'_>) -> Result<(), Fault> {
    let Some(message) = signed_message(site)? else { return Ok(()) };
    let here = networks::number(&site.record.chain);
    if Some(message.number(6)?) != here {
        return Err(Fault::Value);
    }
    paid(site, &message, [2, 3, 4, 7], Some(message.number(5)?))
}

/// `mint(message, …)`: token, receiver, amount, depositor, source, id there.
fn call_mint(site: &mut Site<'_>) -> Result<(), Fault> {
    let Some(message) = signed_message(site)? else { return Ok(()) };
    paid(site, &message, [2, 1, 3, 6], Some(message.number(5)?))
}

/// `withdraw(message, …)` of a pool: chain, number, receiver, token, amount, reference; of a
/// vault: token, receiver, amount, who burned, source, id there.
fn call_withdraw(site: &mut Site<'_>) -> Result<(), Fault> {
    let Some(message) = signed_message(site)? else { return Ok(()) };
    match message.number(1) {
        Ok(_) => paid(site, &message, [3, 4, 5, 6], None),
        Err(_) => paid(site, &message, [2, 1, 3, 6], Some(message.number(5)?)),
    }
}

fn signed_message<'a>(site: &Site<'a>) -> Result<Option<Message<'a>>, Fault> {
    if site.is_known() { Message::read(site.bytes(0)?).map(Some) } else { Ok(None) }
}

/// What validators signed is paid; with no source it is a withdrawal on this chain.
fn paid(
    site: &mut Site<'_>,
    message: &Message<'_>,
    [receiver, token, amount, id]: [u64; 4],
    far: Option<u64>,
) -> Result<(), Fault> {
    let id: [u8; 32] = match message.bytes(id)? {
        [] => return Ok(()),
        bytes => bytes.try_into().map_err(|_| Fault::Value)?,
    };
    let address = |field: u64| -> Result<[u8; 20], Fault> {
        message.bytes(field)?.try_into().map_err(|_| Fault::Value)
    };
    let here = networks::number(&site.record.chain);
    let amount = U256::try_from_be_slice(message.bytes(amount)?).ok_or(Fault::Value)?;
    Passage {
        side: if far.is_none() || far == here { Side::Refund } else { Side::Payout },
        id,
        value: (address(token)?, Some(Amount::from_u256(amount))),
        payer: Some(site.contract),
        kept: false,
        receiver: address(receiver)?,
        far: U256::from(far.unwrap_or(0)),
    }
    .push(site);
    Ok(())
}
