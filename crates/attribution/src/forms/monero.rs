//! Addresses of Monero: base58 in blocks of eight bytes, with a checksum of Keccak-256.
//!
//! Source: <https://docs.getmonero.org/public-address/standard-address/>, and `base58.cpp` of
//! Monero for the blocks.

use alloy_primitives::keccak256;

const LETTERS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Characters of a block, and the bytes in it; the last block of an address has 7 for 5.
const BLOCK: (usize, usize) = (11, 8);
const LAST: (usize, usize) = (7, 5);

/// First bytes of addresses, integrated ones and those below a main one.
const VERSIONS: [u8; 3] = [18, 19, 42];

/// Whether it is an address with the right checksum.
pub(super) fn is_address(text: &str) -> bool {
    matches!(text.len(), 95 | 106) && decoded(text).is_some_and(|bytes| is_right(&bytes))
}

fn is_right(bytes: &[u8]) -> bool {
    let Some((body, sum)) = bytes.split_last_chunk::<4>() else { return false };
    body.first().is_some_and(|version| VERSIONS.contains(version))
        && keccak256(body).starts_with(sum)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(80);
    for block in text.as_bytes().chunks(BLOCK.0) {
        let length = match block.len() {
            count if count == BLOCK.0 => BLOCK.1,
            count if count == LAST.0 => LAST.1,
            _ => return None,
        };
        let value = block.iter().try_fold(0u128, |value, byte| {
            let digit = LETTERS.iter().position(|letter| letter == byte)?;
            Some(value * 58 + u128::try_from(digit).ok()?)
        })?;
        let all = value.to_be_bytes();
        let (front, back) = all.split_at(all.len() - length);
        if front.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(back);
    }
    Some(bytes)
}
