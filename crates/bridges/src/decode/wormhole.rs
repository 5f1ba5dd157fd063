//! Wormhole's token bridge.
//!
//! Sources: <https://github.com/wormhole-foundation/wormhole> (`ethereum/contracts/bridge`,
//! `whitepapers/0003_token_bridge.md`, `sdk/vaa/structs.go` for chain ids); addresses:
//! <https://wormhole.com/docs/products/reference/contract-addresses>.
//!
//! Messages are numbered by emitter: `CHAIN:EMITTER:SEQUENCE`. The log of a payout names only
//! that; receiver and amount stand in the message, which is in the calldata where the token
//! bridge is called directly. Amounts have at most eight decimals there.

use alloy_primitives::{U256, address, hex};
use hawkshaw_model::{Amount, AssetId, AssetList};
use std::sync::LazyLock;

use super::abi::{Fault, Packed};
use super::networks::{self, Far};
use super::protocol::{Call, Event, Protocol};
use super::site::{Site, address_text};
use crate::leg::{Leg, Side};

pub(crate) static WORMHOLE: Protocol = Protocol {
    name: "wormhole",
    contracts: &[
        // Core bridges.
        (1, address!("98f3c9e6e3face36baad05fe09d375ef1464288b")),
        (10, address!("ee91c335eab126df5fdb3797ea9d6ad93aec9722")),
        (56, address!("98f3c9e6e3face36baad05fe09d375ef1464288b")),
        (137, address!("7a4b5a56256163f07b2c80a7ca55abe66c4ec4d7")),
        (250, address!("126783a6cb203a3e35344528b26ca3a0489a1485")),
        (1_284, address!("c8e2b0cd52cf01b0ce87d389daa3d414d4ce29f3")),
        (8_453, address!("bebdb6c8ddc678ffa9f8748f85c815c556dd8ac6")),
        (42_161, address!("a5f208e072434bc67592e4c49c1b991ba79bca46")),
        (42_220, address!("a321448d90d4e5b0a732867c18ea198e75cac48e")),
        (43_114, address!("54a8e5f9c4cba08f9943965859f6c34eaf03e26c")),
        // Token bridges.
        (1, address!("3ee18b2214aff97000d974cf647e7c347e8fa585")),
        (10, address!("1d68124e65fafc907325e3edbf8c4d84499daa8b")),
        (56, address!("b6f6d86a8f9879a9c87f643768d9efc38c1da6e7")),
        (137, address!("5a58505a96d1dbf8df91cb21b54419fc36e93fde")),
        (250, address!("7c9fc5741288cdfdd83ceb07f3ea7e22618d79d2")),
        (1_284, address!("b1731c586ca89a23809861c6103f0b96b3f57d92")),
        (8_453, address!("8d2de8d2f73f1f4cab472ac9a881c9b123c79627")),
        (42_161, address!("0b2402144bb366a632d14b83f244d2e0e21bd39c")),
        (42_220, address!("796dff6d74f3e27060b71255fe517bfb23c93eed")),
        (43_114, address!("0e082f06ff657d94310cb8ce8b0d9a04541d8052")),
    ],
    events: &[
        Event("LogMessagePublished(address,uint64,uint32,bytes,uint8)", &[0], published),
        Event("TransferRedeemed(uint16,bytes32,uint64)", &[0, 1, 2], redeemed),
    ],
    calls: &[
        Call("completeTransfer(bytes)", completed),
        Call("completeTransferAndUnwrapETH(bytes)", completed),
        Call("completeTransferWithPayload(bytes)", completed),
    ],
    companions: &[],
    memos: None,
};

const CHAINS: &[(u64, Far)] = &[
    (1, Far::Other("sol")),
    (2, Far::Evm(1)),
    (3, Far::Other("terra")),
    (4, Far::Evm(56)),
    (5, Far::Evm(137)),
    (6, Far::Evm(43_114)),
    (7, Far::Evm(42_262)),
    (8, Far::Other("algo")),
    (9, Far::Evm(1_313_161_554)),
    (10, Far::Evm(250)),
    (11, Far::Evm(686)),
    (12, Far::Evm(787)),
    (13, Far::Evm(8_217)),
    (14, Far::Evm(42_220)),
    (15, Far::Other("near")),
    (16, Far::Evm(1_284)),
    (18, Far::Other("terra2")),
    (19, Far::Other("injective")),
    (20, Far::Other("osmosis")),
    (21, Far::Other("sui")),
    (22, Far::Other("aptos")),
    (23, Far::Evm(42_161)),
    (24, Far::Evm(10)),
    (25, Far::Evm(100)),
    (30, Far::Evm(8_453)),
    (32, Far::Other("sei")),
    (34, Far::Evm(534_352)),
    (35, Far::Evm(5_000)),
    (36, Far::Evm(81_457)),
    (37, Far::Evm(196)),
    (38, Far::Evm(59_144)),
    (39, Far::Evm(80_094)),
    (40, Far::Evm(1_329)),
    (44, Far::Evm(130)),
    (45, Far::Evm(480)),
    (46, Far::Evm(57_073)),
];

/// A transfer in a message: kind 1, or 3 with a payload for a contract.
struct Transfer {
    amount: U256,
    token: [u8; 32],
    token_chain: u64,
    receiver: [u8; 32],
    chain: u64,
}

fn transfer(payload: &[u8]) -> Option<Transfer> {
    let mut fields = Packed(payload);
    let [kind] = fields.take::<1>().ok()?;
    matches!(kind, 1 | 3).then_some(())?;
    Some(Transfer {
        amount: U256::from_be_bytes(*fields.take::<32>().ok()?),
        token: *fields.take().ok()?,
        token_chain: u64::from(fields.u16().ok()?),
        receiver: *fields.take().ok()?,
        chain: u64::from(fields.u16().ok()?),
    })
}

impl Transfer {
    /// The token, where it is native to a chain, and the amount in its units, where it is known
    /// how many decimals it has.
    fn value(&self, number: Option<u64>, leg: &Leg) -> (Option<AssetId>, Option<Amount>) {
        static CURATED: LazyLock<AssetList> = LazyLock::new(AssetList::built_in);
        let native_here = number == Some(self.token_chain);
        let asset =
            native_here.then(|| networks::asset_of_bytes(&leg.chain, &self.token)).flatten();
        let origin = networks::find(CHAINS, self.token_chain);
        let at_origin = origin.and_then(|chain| networks::asset_of_bytes(&chain, &self.token));
        // Wrapped tokens have as many decimals as the message, at most eight.
        let decimals = at_origin.and_then(|asset| CURATED.get(&asset).map(|info| info.decimals));
        let more = match decimals {
            Some(decimals) if native_here => Some(decimals.saturating_sub(8)),
            Some(_) => Some(0),
            None => None,
        };
        let scale = more.and_then(|more| U256::from(10).checked_pow(U256::from(more)));
        let amount = scale.and_then(|scale| self.amount.checked_mul(scale));
        (asset, amount.map(Amount::from_u256))
    }
}

fn id(chain: u64, emitter: &[u8; 32], sequence: u64) -> String {
    format!("{chain}:{}:{sequence}", hex::encode(emitter))
}

/// `LogMessagePublished` of a core bridge: sender, sequence, nonce, payload, finality. Only what
/// a token bridge sends is a transfer.
fn published(site: &mut Site<'_>) -> Result<(), Fault> {
    let sender = site.address(0)?;
    if !site.lists(site.protocol.contracts, &sender) {
        return Ok(());
    }
    let Some(transfer) = transfer(site.bytes(3)?) else { return Ok(()) };
    let here = networks::find_number(CHAINS, &site.record.chain);
    let id = match here {
        Some(here) => Some(id(here, site.word(0)?, site.small(1)?)),
        None => None,
    };
    let far_chain = site.far(networks::find(CHAINS, transfer.chain));
    let mut leg = site.leg(Side::Deposit, id);
    (leg.asset, leg.amount) = transfer.value(here, &leg);
    leg.payer = site.record.sender.clone();
    leg.custody = if here == Some(transfer.token_chain) { site.account(sender) } else { None };
    leg.receiver = address_text(far_chain.as_ref(), &transfer.receiver);
    leg.far_chain = far_chain;
    site.push(leg);
    Ok(())
}

/// `TransferRedeemed` of a token bridge: chain, emitter, sequence.
fn redeemed(site: &mut Site<'_>) -> Result<(), Fault> {
    let (chain, emitter, sequence) = (site.small(0)?, *site.word(1)?, site.small(2)?);
    let direct = site.record.to == site.here();
    let calldata = site.record.calldata.get(4..).filter(|_| direct);
    let message = calldata
        .and_then(|calldata| super::abi::Words(calldata).bytes(0).ok())
        .and_then(|bytes| message(bytes).ok())
        .filter(|message| (message.chain, message.sequence) == (chain, sequence));
    let transfer = message.and_then(|message| transfer(message.payload));
    pay_out(site, id(chain, &emitter, sequence), chain, transfer.as_ref());
    Ok(())
}

/// A payout by its calldata, where the bridge did not yet write a log.
fn completed(site: &mut Site<'_>) -> Result<(), Fault> {
    if !site.is_known() {
        return Ok(());
    }
    let message = message(site.bytes(0)?)?;
    let transfer = transfer(message.payload).ok_or(Fault::Value)?;
    let id = id(message.chain, message.emitter, message.sequence);
    pay_out(site, id, message.chain, Some(&transfer));
    Ok(())
}

fn pay_out(site: &mut Site<'_>, id: String, chain: u64, transfer: Option<&Transfer>) {
    let far_chain = site.far(networks::find(CHAINS, chain));
    let here = networks::find_number(CHAINS, &site.record.chain);
    let mut leg = site.leg(Side::Payout, Some(id));
    if let Some(transfer) = transfer {
        (leg.asset, leg.amount) = transfer.value(here, &leg);
        leg.receiver = address_text(Some(&leg.chain), &transfer.receiver);
    }
    leg.far_chain = far_chain;
    site.push(leg);
}

/// A message that guardians signed.
struct Message<'a> {
    chain: u64,
    emitter: &'a [u8; 32],
    sequence: u64,
    payload: &'a [u8],
}

/// Version, guardian set, signatures; then time, nonce, chain, emitter, sequence, finality,
/// payload. Source: <https://wormhole.com/docs/protocol/infrastructure/vaas>.
fn message(bytes: &[u8]) -> Result<Message<'_>, Fault> {
    const SIGNATURE_BYTES: usize = 66;
    let mut fields = Packed(bytes);
    fields.take::<5>()?;
    let [signatures] = fields.take::<1>()?;
    let signed = usize::from(*signatures) * SIGNATURE_BYTES;
    fields = Packed(fields.0.get(signed..).ok_or(Fault::Short)?);
    fields.take::<8>()?;
    let (chain, emitter, sequence) = (u64::from(fields.u16()?), fields.take()?, fields.u64()?);
    fields.take::<1>()?;
    Ok(Message { chain, emitter, sequence, payload: fields.0 })
}
