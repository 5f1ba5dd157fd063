//! Movements of one list that say the same: each of them happened.
//!
//! Lists of explorers say which transaction a movement belongs to and not where in it, and a
//! store takes two rows without a place that say the same for one. Within one list they are two,
//! so the second, third and so on get a number of their own, made from what they say and how many
//! alike came before. Another list of the same movements counts them in the same way, because
//! whoever lists one of them lists all.

use alloy_primitives::keccak256;
use hawkshaw_model::rows::{Rows, Transfer};
use hawkshaw_model::{Address, TxHash};
use rustc_hash::FxHashMap;

/// Counts movements that say the same.
#[derive(Debug, Default)]
pub(super) struct Repeats(FxHashMap<(TxHash, u64), u32>);

/// From here on numbers stand for an unknown place, and from the second on they are not those
/// that a store gives.
const OURS: u32 = (1 << 31) | (1 << 30);
/// Numbers near the end have meanings of their own.
const ROOM: u64 = (1 << 30) - 16;

impl Repeats {
    /// The event of a movement that nobody places, and whether it says the same as an earlier
    /// one.
    pub(super) fn event(&mut self, rows: &Rows, transfer: &Transfer) -> (u32, bool) {
        let Some(tx) = transfer.spot.tx else { return (Transfer::UNPLACED, false) };
        let content = content(rows, transfer);
        let count = self.0.entry((tx, content)).or_default();
        let before = *count;
        *count += 1;
        if before == 0 {
            return (Transfer::UNPLACED, false);
        }
        let mut bytes = content.to_le_bytes().to_vec();
        bytes.extend_from_slice(&before.to_le_bytes());
        (OURS | u32::try_from(number(&bytes) % ROOM).unwrap_or(0), true)
    }
}

/// A number made of what a movement says: the same on every machine.
fn content(rows: &Rows, transfer: &Transfer) -> u64 {
    let asset = usize::try_from(transfer.asset).ok().and_then(|asset| rows.assets.get(asset));
    let mut bytes = asset.map_or(Vec::new(), |asset| asset.as_str().as_bytes().to_vec());
    bytes.extend_from_slice(&transfer.amount.to_u256().to_le_bytes::<32>());
    for side in [&transfer.from, &transfer.to] {
        match side {
            Some(Address::Evm(address) | Address::Tron(address)) => {
                bytes.push(1);
                bytes.extend_from_slice(address);
            }
            _ => bytes.push(0),
        }
    }
    number(&bytes)
}

fn number(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&keccak256(bytes)[..8]);
    u64::from_le_bytes(first)
}
