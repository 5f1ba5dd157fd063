//! What issuers froze.

use std::sync::LazyLock;

use hawkshaw_bridges::Log;
use hawkshaw_model::{
    Account, Address, AssetId, ChainId, Freeze, FreezeKind, Timestamp, TxHash, TxId,
};

/// Logs by which an issuer freezes or releases an account. Sources: TetherToken,
/// `0xdac17f958d2ee523a2206206994597c13d831ec7`, which writes the account into the data;
/// Circle's FiatToken, <https://github.com/circlefin/stablecoin-evm>, which indexes it.
const KNOWN: &[(&str, FreezeKind)] = &[
    ("AddedBlackList(address)", FreezeKind::Frozen),
    ("RemovedBlackList(address)", FreezeKind::Released),
    ("Blacklisted(address)", FreezeKind::Frozen),
    ("UnBlacklisted(address)", FreezeKind::Released),
];

static TOPICS: LazyLock<Vec<([u8; 32], FreezeKind)>> = LazyLock::new(|| {
    let topic = |text: &str| alloy_primitives::keccak256(text).0;
    KNOWN.iter().map(|(signature, kind)| (topic(signature), *kind)).collect()
});

/// Whether a log with this first topic freezes or releases.
pub(super) fn is_freeze(topic: &[u8; 32]) -> bool {
    TOPICS.iter().any(|(known, _)| known == topic)
}

/// What a log freezes or releases. Whoever emits it is taken for the issuer of the token that he
/// is: a contract can freeze nothing but itself.
pub(super) fn freeze(
    chain: &ChainId,
    tx: TxHash,
    height: u64,
    time: Timestamp,
    log: &Log,
) -> Option<Freeze> {
    let topic = log.topics.first()?;
    let (_, kind) = TOPICS.iter().find(|(known, _)| known == topic)?;
    let word: &[u8] = match log.topics.get(1) {
        Some(indexed) => indexed,
        None => log.data.get(..32)?,
    };
    let (padding, address) = word.split_at_checked(12)?;
    if padding.iter().any(|byte| *byte != 0) {
        return None;
    }
    let address: [u8; 20] = address.try_into().ok()?;
    let (holder, standard) = match log.emitter.address() {
        Address::Tron(_) => (Address::Tron(address), "trc20"),
        _ => (Address::Evm(address), "erc20"),
    };
    let asset: AssetId =
        format!("{chain}/{standard}:{}", log.emitter.address_in_files()).parse().ok()?;
    Some(Freeze {
        time,
        place: (height, log.event),
        tx: TxId::new(chain.clone(), tx),
        account: Account::new(chain.clone(), holder),
        asset,
        kind: *kind,
    })
}
