//! Addresses in base58.

use bitcoin::base58;

/// Bitcoin's letters, and those of the XRP Ledger in the same order.
const BITCOIN_LETTERS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const XRP_LETTERS: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// Longer texts are in base58 no address that is read here; decoding takes its square.
const CHARACTERS_MAX: usize = 110;

/// Chains that write SS58.
pub(super) const SUBSTRATE: [&str; 6] = ["dot", "ksm", "tao", "aca", "astr", "cfg"];

/// Whether all letters are of base58.
pub(crate) fn is_base58(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| BITCOIN_LETTERS.contains(&byte))
}

/// Whether it is an address of Solana: 32 bytes without a checksum. Letters of one case alone do
/// not come about but where a program changed them.
pub(super) fn is_solana(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    has(u8::is_ascii_lowercase) == has(u8::is_ascii_uppercase) && bytes(text) == Some(32)
}

/// How many bytes it stands for.
fn bytes(text: &str) -> Option<usize> {
    decoded(text).map(|bytes| bytes.len())
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() > CHARACTERS_MAX {
        return None;
    }
    base58::decode(text).ok()
}

fn checked(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() > CHARACTERS_MAX {
        return None;
    }
    base58::decode_check(text).ok()
}

/// Whether its checksum is right.
pub(super) fn is_checked(text: &str) -> bool {
    checked(text).is_some_and(|bytes| bytes.len() >= 20)
}

/// Whether it has the length of an address and a wrong checksum.
pub(super) fn is_mistyped(text: &str) -> bool {
    matches!(bytes(text), Some(25 | 26)) && checked(text).is_none()
}

/// Whether it is one of these versions and 20 bytes, with its checksum.
pub(super) fn has_version(text: &str, versions: &[&[u8]]) -> bool {
    // Cheaper than decoding.
    (25..=36).contains(&text.len())
        && checked(text).is_some_and(|bytes| {
            versions
                .iter()
                .any(|version| bytes.len() == version.len() + 20 && bytes.starts_with(version))
        })
}

/// The version and the 20 bytes of an address with a version of one byte.
fn version_and_hash(text: &str) -> Option<(u8, [u8; 20])> {
    if !(25..=36).contains(&text.len()) {
        return None;
    }
    let bytes = checked(text)?;
    let (version, hash) = bytes.split_first()?;
    Some((*version, hash.try_into().ok()?))
}

/// The script of an address as Bitcoin writes it, and BitPay once wrote those of Bitcoin Cash.
pub(super) fn script_of_bitcoin(text: &str) -> Option<Vec<u8>> {
    match version_and_hash(text)? {
        (0x00 | 0x1c, hash) => Some(pay_to_key(&hash)),
        (0x05 | 0x28, hash) => Some(pay_to_script(&hash)),
        _ => None,
    }
}

/// `OP_DUP OP_HASH160 <hash> OP_EQUALVERIFY OP_CHECKSIG`.
pub(super) fn pay_to_key(hash: &[u8]) -> Vec<u8> {
    [&[0x76, 0xa9, 0x14], hash, &[0x88, 0xac]].concat()
}

/// `OP_HASH160 <hash> OP_EQUAL` (BIP-16).
pub(super) fn pay_to_script(hash: &[u8]) -> Vec<u8> {
    [&[0xa9, 0x14], hash, &[0x87]].concat()
}

/// An address of a script on Litecoin, `3…` or `M…`, as `M…`.
pub(super) fn script_of_litecoin(text: &str) -> Option<String> {
    if !text.starts_with(['3', 'M']) {
        return None;
    }
    match version_and_hash(text)? {
        (0x05 | 0x32, hash) => Some(base58::encode_check(&[&[0x32], &hash[..]].concat())),
        _ => None,
    }
}

/// An address of the XRP Ledger as the classic one: an X-address without its destination tag.
pub(super) fn classic_xrp(text: &str) -> Option<String> {
    let is_x = text.starts_with('X') && (46..=48).contains(&text.len());
    let is_classic = text.starts_with('r') && (25..=35).contains(&text.len());
    if !is_x && !is_classic {
        return None;
    }
    let bytes = checked(&translated(text, XRP_LETTERS, BITCOIN_LETTERS)?)?;
    let id = match bytes.as_slice() {
        [0x00, id @ ..] if id.len() == 20 => id,
        [0x05, 0x44, rest @ ..] if rest.len() == 29 => rest.get(..20)?,
        _ => return None,
    };
    let classic = base58::encode_check(&[&[0x00], id].concat());
    translated(&classic, BITCOIN_LETTERS, XRP_LETTERS)
}

fn translated(text: &str, from: &[u8; 58], to: &[u8; 58]) -> Option<String> {
    let letter = |byte: u8| {
        let place = from.iter().position(|letter| *letter == byte)?;
        to.get(place).map(|letter| char::from(*letter))
    };
    text.bytes().map(letter).collect()
}

/// The key in an address of SS58, which is the same with every prefix.
pub(super) fn substrate(text: &str) -> Option<String> {
    if !(46..=50).contains(&text.len()) {
        return None;
    }
    let bytes = decoded(text)?;
    let key = match bytes.len() {
        35 => bytes.get(1..33),
        36 => bytes.get(2..34),
        _ => None,
    };
    key.map(|key| key.iter().map(|byte| format!("{byte:02x}")).collect())
}
