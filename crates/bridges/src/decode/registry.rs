//! All protocols, and the one pass over a transaction that finds what they left.

use std::sync::LazyLock;

use alloy_primitives::keccak256;
use rustc_hash::FxHashSet;

use super::abi::Fault;
use super::protocol::{BridgeDecoder, Decoded, DefectKind, Protocol, Registry};
use super::site::Site;
use super::{
    across, arbitrum, cctp, celer, chainflip, debridge, hop, layerzero, memo, optimism, polygon,
    ronin, synapse, thorchain, wormhole,
};
use crate::record::TxRecord;

/// The protocols, in the order of their names.
static PROTOCOLS: [&Protocol; 14] = [
    &across::ACROSS,
    &arbitrum::ARBITRUM,
    &cctp::CCTP,
    &celer::CELER,
    &chainflip::CHAINFLIP,
    &debridge::DEBRIDGE,
    &hop::HOP,
    &layerzero::LAYERZERO,
    &optimism::OPTIMISM,
    &polygon::POLYGON,
    &ronin::RONIN,
    &synapse::SYNAPSE,
    &thorchain::THORCHAIN,
    &wormhole::WORMHOLE,
];

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry::new(&PROTOCOLS));

/// The decoders, in the order of their names.
pub fn decoders() -> impl Iterator<Item = &'static dyn BridgeDecoder> {
    PROTOCOLS.into_iter().map(|protocol| -> &dyn BridgeDecoder { protocol })
}

static TOPICS: LazyLock<FxHashSet<[u8; 32]>> = LazyLock::new(|| {
    let signatures = decoders().flat_map(BridgeDecoder::signatures);
    signatures.map(|signature| keccak256(signature).0).collect()
});

/// Whether a log with this first topic says anything to a decoder.
pub fn reads_log(topic: &[u8; 32]) -> bool {
    TOPICS.contains(topic)
}

/// Whether calldata can be a call or a memo that a decoder understands.
pub fn reads_call(calldata: &[u8]) -> bool {
    REGISTRY.call(calldata).is_some() || memo::read(calldata, memo::Family::Other).is_some()
}

/// What a transaction left of all bridges. A failed transaction left nothing.
pub fn decode_all(record: &TxRecord) -> Decoded {
    let mut out = Decoded::default();
    decode_with(record, &mut out, None);
    out
}

/// What a transaction left of all protocols, or of one.
pub(crate) fn decode_with(record: &TxRecord, out: &mut Decoded, only: Option<&str>) {
    if record.success == Some(false) {
        return;
    }
    let before = out.legs.len();
    let wanted = |protocol: &Protocol| only.is_none_or(|name| name == protocol.name);
    for (at, log) in record.logs.iter().enumerate() {
        let Some(topic) = log.topics.first() else { continue };
        let Some((protocol, event)) = REGISTRY.event(topic).filter(|(found, _)| wanted(found))
        else {
            continue;
        };
        let Some(mut site) = Site::of_log(protocol, event.1, (record, at), out) else { continue };
        let read = site.check_topics().and_then(|()| (event.2)(&mut site));
        note(read, &mut site);
    }
    if let Some((protocol, call)) = REGISTRY.call(&record.calldata) {
        let told = out.legs[before..].iter().any(|leg| leg.bridge == protocol.name);
        if wanted(protocol)
            && !told
            && let Some(mut site) = Site::of_call(protocol, record, out)
        {
            let read = (call.1)(&mut site);
            note(read, &mut site);
        }
    }
    for protocol in PROTOCOLS.iter().filter(|protocol| wanted(protocol)) {
        if let Some(read) = protocol.memos {
            let told = out.legs[before..].iter().any(|leg| leg.bridge == protocol.name);
            if !told {
                read(record, out);
            }
        }
    }
}

/// Counts what was not understood, where somebody could expect it to be: a contract that nobody
/// knows may write what it likes.
fn note(read: Result<(), Fault>, site: &mut Site<'_>) {
    match read {
        Ok(()) => {}
        Err(Fault::Short) => site.defect(DefectKind::Truncated),
        Err(Fault::Value | Fault::Topics) => site.defect(DefectKind::NotTheEvent),
    }
}

#[cfg(test)]
mod tests {
    use super::{PROTOCOLS, REGISTRY};

    #[test]
    fn no_two_protocols_read_the_same_event_or_call() {
        let events: usize = PROTOCOLS.iter().map(|protocol| protocol.events.len()).sum();
        let calls: usize = PROTOCOLS.iter().map(|protocol| protocol.calls.len()).sum();
        assert_eq!(REGISTRY.len(), (events, calls));
        assert!(PROTOCOLS.is_sorted_by_key(|protocol| protocol.name));
    }
}
