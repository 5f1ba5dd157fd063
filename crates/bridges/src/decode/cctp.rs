//! Circle's CCTP: USDC is burned on one chain and minted on another.
//!
//! Sources: <https://github.com/circlefin/evm-cctp-contracts> (`TokenMessenger`,
//! `MessageTransmitter`, `messages/BurnMessage.sol`, `messages/v2/BurnMessageV2.sol`); domains and
//! addresses: <https://developers.circle.com/cctp>.
//!
//! Version 1 numbers messages by source domain and nonce, which both sides write:
//! `v1:DOMAIN:NONCE`. In version 2 the nonce is given by Circle's attesters and the source chain
//! never sees it; both sides write the body of the message, in which only the fee and the expiry
//! are filled in later. The id is then `v2:SOURCE:DESTINATION:HASH` over the rest of the body;
//! two burns that are alike in everything have the same one.

use std::sync::LazyLock;

use alloy_primitives::{Address, U256, address, hex, keccak256};
use hawkshaw_model::Amount;

use super::abi::{Fault, Packed, Words};
use super::networks::{self, Far};
use super::protocol::{DefectKind, Event, Protocol};
use super::site::{Site, address_text};
use crate::leg::{Side, Trust};
use crate::record::Log;

pub(crate) static CCTP: Protocol = Protocol {
    name: "cctp",
    contracts: &[
        // TokenMessenger and MessageTransmitter of version 1.
        (1, address!("bd3fa81b58ba92a82136038b25adec7066af3155")),
        (1, address!("0a992d191deec32afe36203ad87d7d289a738f81")),
        (10, address!("2b4069517957735be00cee0fadae88a26365528f")),
        (10, address!("4d41f22c5a0e5c74090899e5a8fb597a8842b3e8")),
        (137, address!("9daf8c91aefae50b9c0e69629d3f6ca40ca3b3fe")),
        (137, address!("f3be9355363857f3e001be68856a2f96b4c39ba9")),
        (8_453, address!("1682ae6375c4e4a97e4b583bc394c861a46d8962")),
        (8_453, address!("ad09780d193884d503182ad4588450c416d6f9d4")),
        (42_161, address!("19330d10d9cc8751218eaf51e8885d058642e08a")),
        (42_161, address!("c30362313fbba5cf9163f0bb16a0e01f01a896ca")),
        (43_114, address!("6b25532e1060ce10cc3b0a99e5683b91bfde6982")),
        (43_114, address!("8186359af5f57fbb40c6b14a588d2a59c0c29880")),
        // TokenMessengerV2 and MessageTransmitterV2, the same on every chain.
        (0, V2_MESSENGER),
        (0, V2_TRANSMITTER),
    ],
    events: &[
        Event(
            "DepositForBurn(uint64,address,uint256,address,bytes32,uint32,bytes32,bytes32)",
            &[0, 1, 3],
            deposit_v1,
        ),
        Event(
            "DepositForBurn(address,uint256,address,bytes32,uint32,bytes32,bytes32,uint256,uint32,\
             bytes)",
            &[0, 2, 8],
            deposit_v2,
        ),
        Event("MessageReceived(address,uint32,uint64,bytes32,bytes)", &[0, 2], received_v1),
        Event(
            "MessageReceived(address,uint32,bytes32,bytes32,uint32,bytes)",
            &[0, 2, 4],
            received_v2,
        ),
    ],
    calls: &[],
    companions: &[MESSAGE_SENT, MINT_V1, MINT_V2],
    memos: None,
};

const V2_MESSENGER: Address = address!("28b5a0e9c621a5badaa536219b3a228c8168cf5d");
const V2_TRANSMITTER: Address = address!("81d40f21f12a8f0e3252bccb954d722d4c464b64");
const MESSAGE_SENT: &str = "MessageSent(bytes)";
const MINT_V1: &str = "MintAndWithdraw(address,uint256,address)";
const MINT_V2: &str = "MintAndWithdraw(address,uint256,address,uint256)";

static MESSAGE_SENT_TOPIC: LazyLock<[u8; 32]> = LazyLock::new(|| keccak256(MESSAGE_SENT).0);
static MINT_TOPICS: LazyLock<[[u8; 32]; 2]> =
    LazyLock::new(|| [keccak256(MINT_V1).0, keccak256(MINT_V2).0]);

/// Source: <https://developers.circle.com/cctp/cctp-supported-blockchains>.
const DOMAINS: &[(u64, Far)] = &[
    (0, Far::Evm(1)),
    (1, Far::Evm(43_114)),
    (2, Far::Evm(10)),
    (3, Far::Evm(42_161)),
    (4, Far::Other("noble")),
    (5, Far::Other("sol")),
    (6, Far::Evm(8_453)),
    (7, Far::Evm(137)),
    (8, Far::Other("sui")),
    (9, Far::Other("aptos")),
    (10, Far::Evm(130)),
    (11, Far::Evm(59_144)),
    (12, Far::Evm(81_224)),
    (13, Far::Evm(146)),
    (14, Far::Evm(480)),
    (15, Far::Evm(143)),
    (16, Far::Evm(1_329)),
    (17, Far::Evm(56)),
    (18, Far::Evm(50)),
    (19, Far::Evm(999)),
    (21, Far::Evm(57_073)),
    (22, Far::Evm(98_866)),
];

/// Of a message of version 2: version, two domains, nonce, three addresses, two thresholds.
const V2_HEADER_BYTES: usize = 4 + 4 + 4 + 32 * 4 + 4 + 4;

fn deposit_v1(site: &mut Site<'_>) -> Result<(), Fault> {
    let domain = networks::find_number(DOMAINS, &site.record.chain);
    let nonce = site.small(0)?;
    let id = domain.map(|domain| format!("v1:{domain}:{nonce}"));
    if id.is_none() {
        site.defect(DefectKind::UnknownChain);
    }
    let far = site.small(5)?;
    deposit(site, id, [1, 2, 3, 4], far)
}

/// A burn; parameters are token, amount, depositor and recipient.
fn deposit(
    site: &mut Site<'_>,
    id: Option<String>,
    [token, amount, depositor, recipient]: [usize; 4],
    domain: u64,
) -> Result<(), Fault> {
    let far_chain = site.far(networks::find(DOMAINS, domain));
    let mut leg = site.leg(Side::Deposit, id);
    leg.asset = site.asset(site.address(token)?);
    leg.amount = site.amount(amount)?;
    leg.payer = site.account(site.address(depositor)?);
    leg.receiver = address_text(far_chain.as_ref(), site.word(recipient)?);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// The longest message whose hash is taken for each burn near it: hashing long ones again and
/// again would take long. What wallets send has a few hundred bytes.
const MESSAGE_BYTES_MAX: usize = 16_384;

fn deposit_v2(site: &mut Site<'_>) -> Result<(), Fault> {
    let far = site.small(4)?;
    let (amount, recipient) = (*site.word(1)?, *site.word(3)?);
    let burns_this = |message: &Message<'_>| {
        u64::from(message.destination) == far
            && Body::v1(message.body)
                .is_ok_and(|body| body.amount == amount && body.recipient == recipient)
    };
    // The message goes out before the burn is logged, by a contract as known as this one.
    let known = site.is_known();
    let sent = site.before(|log| {
        log.topics.first() == Some(&*MESSAGE_SENT_TOPIC)
            && (!known || site.knows(log))
            && message_v2(log).is_some_and(|message| burns_this(&message))
    });
    let id = sent.and_then(message_v2).and_then(|message| message.id());
    if id.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    deposit(site, id, [0, 1, 2, 3], far)
}

/// A message of version 2.
struct Message<'a> {
    source: u32,
    destination: u32,
    body: &'a [u8],
}

impl Message<'_> {
    fn id(&self) -> Option<String> {
        if self.body.len() > MESSAGE_BYTES_MAX {
            return None;
        }
        let body = Body::v2(self.body).ok()?;
        Some(id_v2(u64::from(self.source), u64::from(self.destination), &body))
    }
}

fn message_v2(log: &Log) -> Option<Message<'_>> {
    let message = Words(&log.data).bytes(0).ok()?;
    let mut header = Packed(message);
    let (version, source, destination) =
        (header.u32().ok()?, header.u32().ok()?, header.u32().ok()?);
    let body = message.get(V2_HEADER_BYTES..)?;
    (version == 1).then_some(Message { source, destination, body })
}

fn id_v2(source: u64, destination: u64, body: &Body) -> String {
    format!("v2:{source}:{destination}:{}", hex::encode(body.digest))
}

/// The burn that a message is about.
struct Body {
    recipient: [u8; 32],
    amount: [u8; 32],
    /// Of version 2: what of the burn is taken as the fee.
    fee: [u8; 32],
    /// Of version 2: the hash of what both sides write alike.
    digest: [u8; 32],
}

impl Body {
    /// Version 1: version, token, recipient, amount, sender.
    fn v1(bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Packed(bytes);
        fields.u32()?;
        fields.take::<32>()?;
        let (recipient, amount) = (*fields.take()?, *fields.take()?);
        fields.take::<32>()?;
        Ok(Self { recipient, amount, fee: [0; 32], digest: [0; 32] })
    }

    /// Version 2: as version 1, then the greatest fee, the fee taken, the block of expiry, and
    /// data for a hook.
    fn v2(bytes: &[u8]) -> Result<Self, Fault> {
        let body = Self::v1(bytes)?;
        let mut fields = Packed(bytes.get(4 + 4 * 32..).ok_or(Fault::Short)?);
        fields.take::<32>()?;
        let fee = *fields.take()?;
        fields.take::<32>()?;
        let alike = bytes.get(..4 + 5 * 32).ok_or(Fault::Short)?;
        let digest = keccak256([alike, fields.0].concat()).0;
        Ok(Self { fee, digest, ..body })
    }
}

fn received_v1(site: &mut Site<'_>) -> Result<(), Fault> {
    let source = site.small(1)?;
    let id = format!("v1:{source}:{}", site.small(2)?);
    // Other messages than burns go through the same contract.
    let Ok(body) = Body::v1(site.bytes(4)?) else { return Ok(()) };
    received(site, source, Some(id), &body)
}

fn received_v2(site: &mut Site<'_>) -> Result<(), Fault> {
    let source = site.small(1)?;
    let Ok(body) = Body::v2(site.bytes(5)?) else { return Ok(()) };
    let here = networks::find_number(DOMAINS, &site.record.chain);
    if here.is_none() {
        site.defect(DefectKind::UnknownChain);
    }
    received(site, source, here.map(|here| id_v2(source, here, &body)), &body)
}

/// A mint. The log `MintAndWithdraw` before it names the token; without it the message may be
/// one of somebody else that looks like a burn.
fn received(
    site: &mut Site<'_>,
    source: u64,
    id: Option<String>,
    body: &Body,
) -> Result<(), Fault> {
    let far_chain = site.far(networks::find(DOMAINS, source));
    let mint = site.before(|log| mint_of(log).is_some_and(|(to, _)| to == body.recipient));
    let token = mint.and_then(mint_of).map(|(_, token)| token);
    let (burned, fee) = (U256::from_be_bytes(body.amount), U256::from_be_bytes(body.fee));
    let mut leg = site.leg(Side::Payout, id);
    leg.asset = token.and_then(|token| networks::asset_of_bytes(&site.record.chain, &token));
    leg.amount = burned.checked_sub(fee).map(Amount::from_u256);
    leg.receiver = address_text(Some(&site.record.chain), &body.recipient);
    leg.far_amount = Some(Amount::from_u256(burned));
    leg.far_chain = far_chain;
    if !mint.is_some_and(|mint| site.knows(mint)) {
        leg.trust = Trust::Unknown;
    }
    if mint.is_none() {
        site.defect(DefectKind::NoCompanion);
    }
    site.push(leg);
    Ok(())
}

/// Recipient and token of a log `MintAndWithdraw` of either version.
fn mint_of(log: &Log) -> Option<([u8; 32], [u8; 32])> {
    match log.topics.as_slice() {
        [topic, to, token] if MINT_TOPICS.contains(topic) => Some((*to, *token)),
        _ => None,
    }
}
