//! LayerZero's token transfers: OFTs of both versions, and Stargate's pools of both versions.
//!
//! Sources: <https://github.com/LayerZero-Labs/LayerZero-v2> (`EndpointV2.sol`,
//! `PacketV1Codec.sol`, `OFTMsgCodec.sol`), <https://github.com/LayerZero-Labs/LayerZero>
//! (`UltraLightNodeV2.sol`), <https://github.com/LayerZero-Labs/solidity-examples> (OFT of
//! version 1), <https://github.com/stargate-protocol> (`Pool.sol`; of version 2 `TaxiCodec.sol`,
//! `BusCodec.sol`). Addresses and numbers: <https://docs.layerzero.network/v2/deployments>,
//! <https://stargateprotocol.gitbook.io/stargate>.
//!
//! Version 2 has a GUID for each message, which both sides write. Version 1 numbers messages on
//! a path: `v1:SOURCE:DESTINATION:SENDER:RECEIVER:NONCE`. Who rides Stargate's bus shares one
//! message with others that is sent later: his deposit has no id, and only receiver and amount
//! tell which payout is his.

use std::sync::LazyLock;

use alloy_primitives::{U256, address, hex, keccak256};
use hawkshaw_model::Amount;

use super::abi::{Fault, Packed, Words};
use super::networks;
use super::protocol::{DefectKind, Event, Protocol};
use super::site::{Site, address_text};
use super::stargate::{self, Pool};
use crate::leg::{Leg, Side, Trust};
use crate::record::Log;

mod eids;

pub(crate) static LAYERZERO: Protocol = Protocol {
    name: "layerzero",
    contracts: &[
        // EndpointV2, the same on most chains, on newer ones, on ZKsync Era.
        (0, address!("1a44076050125825900e736c501f859c50fe728c")),
        (0, address!("6f475642a6e85809b1c36fa62763669b1b48dd5b")),
        (324, address!("d07c30af3ff30d96bdc9c6044958230eb797ddbf")),
        // UltraLightNodeV2 of version 1.
        (0, address!("4d73adb72bc3dd368966edd0f0b2148401a178e2")),
    ],
    events: &[
        Event("OFTSent(bytes32,uint32,address,uint256,uint256)", &[0, 2], oft_sent),
        Event("OFTReceived(bytes32,uint32,address,uint256)", &[0, 2], oft_received),
        Event("SendToChain(uint16,address,bytes,uint256)", &[0, 1], sent_to_chain),
        Event("SendToChain(uint16,address,bytes32,uint256)", &[0, 1], sent_to_chain_word),
        Event("ReceiveFromChain(uint16,address,uint256)", &[0, 1], received_from_chain),
        Event(
            "Swap(uint16,uint256,address,uint256,uint256,uint256,uint256,uint256)",
            &[],
            pool_sent,
        ),
        Event("SwapRemote(address,uint256,uint256,uint256)", &[], pool_received),
    ],
    calls: &[],
    companions: &[PACKET_SENT, PACKET_DELIVERED, PACKET, PACKET_RECEIVED, BUS_RODE],
    memos: None,
};

const PACKET_SENT: &str = "PacketSent(bytes,bytes,address)";
const PACKET_DELIVERED: &str = "PacketDelivered((uint32,bytes32,uint64),address)";
const PACKET: &str = "Packet(bytes)";
const PACKET_RECEIVED: &str = "PacketReceived(uint16,bytes,address,uint64,bytes32)";
const BUS_RODE: &str = "BusRode(uint32,uint72,uint80,bytes)";

/// The topics of the companions.
struct Topics {
    sent: [u8; 32],
    delivered: [u8; 32],
    packet: [u8; 32],
    received: [u8; 32],
    rode: [u8; 32],
}

static TOPICS: LazyLock<Topics> = LazyLock::new(|| Topics {
    sent: keccak256(PACKET_SENT).0,
    delivered: keccak256(PACKET_DELIVERED).0,
    packet: keccak256(PACKET).0,
    received: keccak256(PACKET_RECEIVED).0,
    rode: keccak256(BUS_RODE).0,
});

/// `OFTSent`: id, destination, sender, amount sent, amount to be received.
fn oft_sent(site: &mut Site<'_>) -> Result<(), Fault> {
    let guid = *site.word(0)?;
    let far_chain = site.far(eids::chain(site.small(1)?));
    let pool = stargate::pool_at(&site.record.chain, &site.contract);
    let bus = guid == [0; 32];
    let message = if bus {
        site.before(|log| passenger(log).is_some()).and_then(passenger)
    } else {
        let sent = site.before(|log| site.knows(log) && packet_v2(log, &guid).is_some());
        sent.and_then(|log| packet_v2(log, &guid)).and_then(|packet| {
            let of_itself = packet.sender[12..] == site.contract;
            if of_itself { oft_receiver(packet.message) } else { taxi_receiver(packet.message) }
        })
    };
    let mut leg = site.leg(Side::Deposit, (!bus).then(|| hex::encode(guid)));
    tell_pool(&mut leg, site, pool, message.is_some());
    leg.amount = site.amount(3)?;
    leg.payer = site.account(site.address(2)?);
    leg.custody = pool.and_then(|_| site.here());
    leg.receiver = message.and_then(|word| address_text(far_chain.as_ref(), &word));
    leg.far_chain = far_chain;
    leg.far_amount = site.amount(4)?;
    if message.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    site.push(leg);
    Ok(())
}

/// Asset and trust: of a pool both are known; of an OFT only that a message went.
fn tell_pool(leg: &mut Leg, site: &Site<'_>, pool: Option<&Pool>, confirmed: bool) {
    leg.asset = pool.and_then(|pool| site.asset(pool.token.into_array()));
    leg.trust = match (pool, confirmed) {
        (Some(_), _) => Trust::Known,
        (None, true) => Trust::Claim,
        (None, false) => Trust::Unknown,
    };
}

/// `OFTReceived`: id, source, receiver, amount.
fn oft_received(site: &mut Site<'_>) -> Result<(), Fault> {
    let guid = *site.word(0)?;
    let source = site.small(1)?;
    let far_chain = site.far(eids::chain(source));
    let pool = stargate::pool_at(&site.record.chain, &site.contract);
    let here = eids::of_v2(&site.record.chain);
    let delivered = site.after(|log| {
        site.knows(log) && here.is_some_and(|here| delivered(log, here) == Some(guid))
    });
    let mut leg = site.leg(Side::Payout, Some(hex::encode(guid)));
    tell_pool(&mut leg, site, pool, delivered.is_some());
    leg.amount = site.amount(3)?;
    leg.payer = pool.and_then(|_| site.here());
    leg.receiver = site.receiver(site.address(2)?);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// A message of version 2 that the endpoint sent.
struct PacketV2<'a> {
    sender: [u8; 32],
    message: &'a [u8],
}

/// The packet of a log, where it has the id: version, nonce, source, sender, destination,
/// receiver, id, message, tight.
fn packet_v2<'a>(log: &'a Log, guid: &[u8; 32]) -> Option<PacketV2<'a>> {
    if log.topics.first() != Some(&TOPICS.sent) {
        return None;
    }
    let mut packet = Packed(Words(&log.data).bytes(0).ok()?);
    packet.take::<13>().ok()?;
    let sender = *packet.take::<32>().ok()?;
    packet.take::<36>().ok()?;
    (packet.take::<32>().ok()? == guid).then_some(PacketV2 { sender, message: packet.0 })
}

/// The message of an OFT: receiver, amount.
fn oft_receiver(message: &[u8]) -> Option<[u8; 32]> {
    message.first_chunk::<32>().copied()
}

/// Stargate's message for one: kind 1, asset, receiver, amount.
fn taxi_receiver(message: &[u8]) -> Option<[u8; 32]> {
    let mut fields = Packed(message);
    let kind = fields.take::<1>().ok()?;
    fields.u16().ok()?;
    (kind == &[1]).then(|| fields.take().ok().copied()).flatten()
}

/// Who rides the bus: destination, ticket, fare, and packed asset, receiver, amount.
fn passenger(log: &Log) -> Option<[u8; 32]> {
    if log.topics.first() != Some(&TOPICS.rode) {
        return None;
    }
    let mut fields = Packed(Words(&log.data).bytes(3).ok()?);
    fields.u16().ok()?;
    fields.take().ok().copied()
}

/// The id of a message that the endpoint delivered: the hash of nonce, source, sender,
/// destination, receiver, tight. Source: `GUID.sol`.
fn delivered(log: &Log, here: u64) -> Option<[u8; 32]> {
    if log.topics.first() != Some(&TOPICS.delivered) {
        return None;
    }
    let words = Words(&log.data);
    let source = u32::try_from(words.small(0).ok()?).ok()?;
    let here = u32::try_from(here).ok()?;
    let packed = [
        &words.small(2).ok()?.to_be_bytes()[..],
        &source.to_be_bytes(),
        words.word(1).ok()?,
        &here.to_be_bytes(),
        words.word(3).ok()?,
    ]
    .concat();
    Some(keccak256(packed).0)
}

/// The path and number of a message of version 1.
struct PacketV1<'a> {
    source: u64,
    destination: u64,
    sender: [u8; 20],
    receiver: [u8; 20],
    nonce: u64,
    payload: &'a [u8],
}

impl PacketV1<'_> {
    fn id(&self) -> String {
        let (sender, receiver) = (hex::encode(self.sender), hex::encode(self.receiver));
        format!("v1:{}:{}:{sender}:{receiver}:{}", self.source, self.destination, self.nonce)
    }
}

/// `Packet`: nonce, source, sender, destination, receiver, payload, tight. Between EVM chains
/// only, where addresses have 20 bytes.
fn packet_v1(log: &Log) -> Option<PacketV1<'_>> {
    if log.topics.first() != Some(&TOPICS.packet) {
        return None;
    }
    let mut packet = Packed(Words(&log.data).bytes(0).ok()?);
    Some(PacketV1 {
        nonce: packet.u64().ok()?,
        source: u64::from(packet.u16().ok()?),
        sender: *packet.take().ok()?,
        destination: u64::from(packet.u16().ok()?),
        receiver: *packet.take().ok()?,
        payload: packet.0,
    })
}

/// `PacketReceived`: source, sender, receiver, nonce, hash; source and receiver are topics.
fn arrival_v1(log: &Log, here: u64) -> Option<PacketV1<'_>> {
    let [topic, source, receiver] = log.topics.as_slice() else { return None };
    if *topic != TOPICS.received {
        return None;
    }
    let words = Words(&log.data);
    Some(PacketV1 {
        nonce: words.small(1).ok()?,
        source: super::abi::small(source).ok()?,
        sender: *words.bytes(0).ok()?.first_chunk()?,
        destination: here,
        receiver: super::abi::address(receiver).ok()?,
        payload: &[],
    })
}

/// The nearest packet that was sent, and whether LayerZero itself says so.
fn near_packet<'a>(
    site: &Site<'a>,
    fits: impl Fn(&PacketV1<'_>) -> bool,
) -> Option<(PacketV1<'a>, bool)> {
    let found = |log: &Log| packet_v1(log).is_some_and(|packet| fits(&packet));
    let log = site.after(found).or_else(|| site.before(found))?;
    packet_v1(log).map(|packet| (packet, site.knows(log)))
}

/// The nearest packet that arrived, and whether LayerZero itself says so.
fn near_arrival<'a>(
    site: &Site<'a>,
    fits: impl Fn(&PacketV1<'_>) -> bool,
) -> Option<(PacketV1<'a>, bool)> {
    let here = eids::of_v1(&site.record.chain)?;
    let found = |log: &Log| arrival_v1(log, here).is_some_and(|packet| fits(&packet));
    let log = site.before(found).or_else(|| site.after(found))?;
    arrival_v1(log, here).map(|packet| (packet, site.knows(log)))
}

/// `SendToChain` of an OFT of version 1: destination, sender, receiver, amount.
fn sent_to_chain(site: &mut Site<'_>) -> Result<(), Fault> {
    let receiver = site.bytes(2)?;
    oft_v1_sent(site, receiver)
}

fn sent_to_chain_word(site: &mut Site<'_>) -> Result<(), Fault> {
    let receiver = site.word(2)?;
    oft_v1_sent(site, receiver)
}

fn oft_v1_sent(site: &mut Site<'_>, receiver: &[u8]) -> Result<(), Fault> {
    let far_chain = site.far(eids::chain(site.small(0)?));
    let packet = near_packet(site, |packet| packet.sender == site.contract);
    let mut leg = site.leg(Side::Deposit, packet.as_ref().map(|(packet, _)| packet.id()));
    leg.trust = trust_v1(packet.as_ref());
    leg.amount = site.amount(3)?;
    leg.payer = site.account(site.address(1)?);
    // Other chains have addresses of other lengths: these are bounded by what Solana has.
    leg.receiver =
        (receiver.len() <= 64).then(|| address_text(far_chain.as_ref(), receiver)).flatten();
    leg.far_chain = far_chain;
    if packet.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    site.push(leg);
    Ok(())
}

/// What LayerZero confirms is a claim of the token, which is anybody's.
fn trust_v1(packet: Option<&(PacketV1<'_>, bool)>) -> Trust {
    if packet.is_some_and(|(_, known)| *known) { Trust::Claim } else { Trust::Unknown }
}

/// `ReceiveFromChain` of an OFT of version 1: source, receiver, amount.
fn received_from_chain(site: &mut Site<'_>) -> Result<(), Fault> {
    let far_chain = site.far(eids::chain(site.small(0)?));
    let packet = near_arrival(site, |packet| packet.receiver == site.contract);
    let mut leg = site.leg(Side::Payout, packet.as_ref().map(|(packet, _)| packet.id()));
    leg.trust = trust_v1(packet.as_ref());
    leg.amount = site.amount(2)?;
    leg.receiver = site.receiver(site.address(1)?);
    leg.far_chain = far_chain;
    if packet.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    site.push(leg);
    Ok(())
}

/// `Swap` of a pool of Stargate's version 1: destination, pool there, sender, amount there,
/// reward, three fees. What was paid in is that amount with the fees; the pool does not say it
/// in units of the token.
fn pool_sent(site: &mut Site<'_>) -> Result<(), Fault> {
    let destination = site.small(0)?;
    let packet = near_packet(site, |packet| packet.destination == destination);
    let pool = stargate::pool_at(&site.record.chain, &site.contract);
    if packet.is_none() && pool.is_none() {
        // Exchanges have events of this form, too.
        return Ok(());
    }
    let far_chain = site.far(eids::chain(destination));
    let receiver = packet.as_ref().and_then(|(packet, _)| swap_receiver(packet.payload));
    let mut leg = site.leg(Side::Deposit, packet.as_ref().map(|(packet, _)| packet.id()));
    tell_pool(&mut leg, site, pool, packet.as_ref().is_some_and(|(_, known)| *known));
    leg.payer = site.account(site.address(2)?);
    leg.custody = site.here();
    leg.receiver = receiver.and_then(|bytes| address_text(far_chain.as_ref(), bytes));
    leg.far_chain = far_chain;
    if packet.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    site.push(leg);
    Ok(())
}

/// The receiver in the payload of Stargate's version 1: kind 1, two pools, gas, two words of
/// credit, six of the swap, receiver, payload. Source: `Bridge.sol`.
fn swap_receiver(payload: &[u8]) -> Option<&[u8]> {
    let words = Words(payload);
    if words.small(0).ok()? != 1 {
        return None;
    }
    words.bytes(12).ok().filter(|receiver| receiver.len() == 20)
}

/// `SwapRemote` of a pool of Stargate's version 1: receiver, amount, two fees.
fn pool_received(site: &mut Site<'_>) -> Result<(), Fault> {
    let packet = near_arrival(site, |_| true);
    let pool = stargate::pool_at(&site.record.chain, &site.contract);
    if packet.is_none() && pool.is_none() {
        return Ok(());
    }
    let source = packet.as_ref().map(|(packet, _)| packet.source);
    let far_chain = source.and_then(|source| site.far(eids::chain(source)));
    let mut leg = site.leg(Side::Payout, packet.as_ref().map(|(packet, _)| packet.id()));
    tell_pool(&mut leg, site, pool, packet.as_ref().is_some_and(|(_, known)| *known));
    let shared = site.number(1)?;
    let local = |pool: &Pool| shared.checked_mul(U256::from(10).pow(U256::from(pool.digits)));
    leg.amount = pool.and_then(local).map(Amount::from_u256);
    leg.payer = site.here();
    leg.receiver = site.receiver(site.address(0)?);
    leg.far_chain = far_chain;
    if packet.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    site.push(leg);
    Ok(())
}
