//! CashAddr, the addresses of Bitcoin Cash and eCash.
//!
//! Source: <https://github.com/bitcoincashorg/bitcoincash.org>, `spec/cashaddr.md`; token-aware
//! addresses (types 2 and 3) in CHIP-2022-02 CashTokens, scripts of 32 bytes in CHIP-2022-05 P2SH32.

use super::base58::{pay_to_key, pay_to_script};

const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Beginnings that an address can leave out, because its checksum tells them.
const PREFIXES: [&str; 4] = ["bitcoincash", "ecash", "simpleledger", "etoken"];

/// The beginning that an address has or leaves out.
pub(super) fn prefix(text: &str) -> Option<&'static str> {
    decoded(text).map(|(prefix, ..)| prefix)
}

/// The output script that an address stands for.
pub(super) fn script(text: &str) -> Option<Vec<u8>> {
    let (_, kind, hash) = decoded(text)?;
    match (kind, hash.len()) {
        (0 | 2, 20) => Some(pay_to_key(&hash)),
        (1 | 3, 20) => Some(pay_to_script(&hash)),
        // OP_HASH256 <hash> OP_EQUAL
        (1 | 3, 32) => Some([&[0xaa, 0x20], hash.as_slice(), &[0x87]].concat()),
        _ => None,
    }
}

/// Prefix, type and hash of an address with the right checksum.
fn decoded(text: &str) -> Option<(&'static str, u8, Vec<u8>)> {
    // A program that puts the prefix before an address in capitals leaves it in small letters.
    let written = text.rsplit(':').next().unwrap_or(text);
    let has = |is: fn(&u8) -> bool| written.bytes().any(|byte| is(&byte));
    if has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) || text.len() > 100 {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let (said, data) = match lower.split_once(':') {
        Some((said, data)) => (Some(said), data),
        None => (None, lower.as_str()),
    };
    if data.len() < 42 {
        return None;
    }
    let value = |byte: u8| {
        let place = LETTERS.iter().position(|letter| *letter == byte)?;
        u8::try_from(place).ok()
    };
    let values: Vec<u8> = data.bytes().map(value).collect::<Option<_>>()?;
    let is_right =
        |prefix: &&&str| said.is_none_or(|said| said == **prefix) && checksum(prefix, &values) == 1;
    let prefix = PREFIXES.iter().find(is_right)?;
    let payload = values.get(..values.len().checked_sub(8)?)?;
    let (version, hash) = octets(payload)?;
    let length = match version & 7 {
        0 => 20,
        3 => 32,
        _ => return None,
    };
    (hash.len() == length).then_some((*prefix, version >> 3, hash))
}

/// Values of five bits as bytes: the first, and the rest.
fn octets(values: &[u8]) -> Option<(u8, Vec<u8>)> {
    let (mut kept, mut bits) = (0u32, 0);
    let mut bytes = Vec::new();
    for value in values {
        kept = (kept << 5 | u32::from(*value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(kept >> bits & 0xff).ok()?);
        }
    }
    let (first, rest) = bytes.split_first()?;
    Some((*first, rest.to_vec()))
}

fn checksum(prefix: &str, values: &[u8]) -> u64 {
    let prefix = prefix.bytes().map(|byte| byte & 0x1f).chain([0]);
    prefix.chain(values.iter().copied()).fold(1, |sum, value| step(sum, u64::from(value)))
}

/// A step of the checksum; see the specification.
fn step(sum: u64, value: u64) -> u64 {
    const GENERATORS: [u64; 5] =
        [0x98_f2bc_8e61, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470];
    let top = sum >> 35;
    let shifted = ((sum & 0x07_ffff_ffff) << 5) ^ value;
    let taken = GENERATORS.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1);
    taken.fold(shifted, |sum, (_, generator)| sum ^ generator)
}
