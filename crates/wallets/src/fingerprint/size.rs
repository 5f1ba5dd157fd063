//! How much a transaction weighs, by the usual sizes of its scripts.
//!
//! Canonical ledgers do not hold sizes. Weight is four times the bytes without witnesses plus the
//! bytes of witnesses (BIP-141); a virtual byte is four of it. Signatures are taken as 72 bytes
//! (DER, with the type), Schnorr signatures as 64 (BIP-340), keys as 33.

use hawkshaw_model::{Account, ScriptKind};

/// Outpoint, sequence number, and the length of an empty script.
const INPUT_BYTES: u64 = 36 + 4 + 1;
/// A signature or a key with its length.
const SIGNATURE: u64 = 1 + 72;
const KEY: u64 = 1 + 33;

/// The weight of a transaction; `None` where an input's script has no usual size.
pub(super) fn weight(inputs: &[Option<ScriptKind>], outputs: &[Option<Account>]) -> Option<u64> {
    let mut weight = 4 * (4 + 4 + prefix(inputs.len()) + prefix(outputs.len()));
    let mut has_witness = false;
    for kind in inputs {
        let (bytes, witness) = input(kind.as_ref().copied()?)?;
        weight += 4 * (INPUT_BYTES + bytes) + witness;
        has_witness |= witness > 0;
    }
    if has_witness {
        // The marker and flag, and the empty witness of each input without one.
        let plain = inputs.iter().flatten().filter_map(|kind| input(*kind));
        weight += 2 + count(plain.filter(|(_, witness)| *witness == 0).count());
    }
    for account in outputs {
        let length = super::bytes(account).len();
        weight += 4 * (8 + prefix(length) + count(length));
    }
    Some(weight)
}

/// What an input of a kind adds: bytes of its script, bytes of its witness.
fn input(kind: ScriptKind) -> Option<(u64, u64)> {
    match kind {
        ScriptKind::P2pk => Some((SIGNATURE, 0)),
        ScriptKind::P2pkh => Some((SIGNATURE + KEY, 0)),
        // Taken as a wrapped P2WPKH (BIP-141), the most common use since 2018.
        ScriptKind::P2sh => Some((1 + 22, 1 + SIGNATURE + KEY)),
        ScriptKind::P2wpkh => Some((0, 1 + SIGNATURE + KEY)),
        // Taken as two of three keys: an empty item, two signatures, the script of 105 bytes.
        ScriptKind::P2wsh => Some((0, 1 + 1 + 2 * SIGNATURE + 1 + 105)),
        // Spent by its key (BIP-341).
        ScriptKind::P2tr => Some((0, 1 + 1 + 64)),
        ScriptKind::Multisig => Some((1 + 2 * SIGNATURE, 0)),
        _ => None,
    }
}

/// The bytes of a number that says how many follow.
fn prefix(count: usize) -> u64 {
    match count {
        0..=0xfc => 1,
        0xfd..=0xffff => 3,
        _ => 5,
    }
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use hawkshaw_model::{Account, Address, ChainId, ScriptKind};

    use super::weight;

    fn paid(length: usize) -> Option<Account> {
        let script = vec![0x51; length].into_boxed_slice();
        Some(Account::new(ChainId::bitcoin(), Address::Script(script)))
    }

    /// Against the sizes that wallets publish: 226 bytes, 141 and 154 virtual bytes.
    #[test]
    fn usual_transactions_have_their_usual_sizes() {
        let virtual_bytes = |kind, outputs: &[usize]| {
            let outputs: Vec<_> = outputs.iter().map(|length| paid(*length)).collect();
            weight(&[Some(kind)], &outputs).unwrap().div_ceil(4)
        };
        assert_eq!(virtual_bytes(ScriptKind::P2pkh, &[25, 25]), 226);
        assert_eq!(virtual_bytes(ScriptKind::P2wpkh, &[22, 22]), 141);
        assert_eq!(virtual_bytes(ScriptKind::P2tr, &[34, 34]), 154);
        assert_eq!(weight(&[Some(ScriptKind::Other)], &[]), None);
        assert_eq!(weight(&[None], &[]), None);
    }
}
