//! One form for a receiver, however a chain or a file writes it.

use std::borrow::Cow;

use alloy_primitives::hex;
use bitcoin::{base58, bech32};

/// Longest text that is looked at as an encoded address.
const ENCODED_CHARACTERS_MAX: usize = 128;
/// A text shorter than any address is a name, such as a THORName.
const ADDRESS_CHARACTERS_MIN: usize = 24;

/// The one form: lower-case hex without `0x` of what the address holds, where it is hex of 20
/// or 32 bytes, a 32-byte word around 20 bytes, a Tron address, base58 of 32 bytes (Solana) or
/// bech32 of 20 bytes outside Bitcoin (chains of the Cosmos kind that share keys with Ethereum);
/// else the text itself.
///
/// It is for comparing: what two chains write for one receiver becomes the same text.
pub(crate) fn receiver_key(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let local = text.rsplit_once(':').map_or(text, |(_, local)| local);
    let digits = local.strip_prefix("0x").or_else(|| local.strip_prefix("0X"));
    let had_prefix = digits.is_some();
    let digits = digits.unwrap_or(local);
    if (had_prefix || matches!(digits.len(), 40 | 42 | 64))
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
    {
        return hex_key(digits);
    }
    if local.len() > ENCODED_CHARACTERS_MAX || local.len() < ADDRESS_CHARACTERS_MIN {
        return Cow::Borrowed(text);
    }
    encoded_key(local).map_or(Cow::Borrowed(local), Cow::Owned)
}

/// Whether two receivers that differ in form can be told apart: both are addresses of the same
/// kind. A name in a memo and the address that it stands for cannot.
pub(crate) fn is_comparable(a: &str, b: &str) -> bool {
    let is_name = |text: &str| text.len() < ADDRESS_CHARACTERS_MIN;
    !is_name(a) && !is_name(b) && is_hex(a) == is_hex(b)
}

fn is_hex(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Hex digits without `0x`: words lose the zeros that pad an address on the left or, as a
/// `bytes20` in a word, on the right; Tron's hex form loses its prefix 41.
fn hex_key(digits: &str) -> Cow<'_, str> {
    const PAD: &str = "000000000000000000000000";
    let mut address = digits;
    if digits.len() == 64 {
        if let Some(rest) = digits.strip_prefix(PAD) {
            address = rest;
        } else if let Some(rest) = digits.strip_suffix(PAD) {
            address = rest;
        }
    } else if digits.len() == 42
        && let Some(rest) = digits.strip_prefix("41")
    {
        address = rest;
    }
    if address.bytes().any(|b| b.is_ascii_uppercase()) {
        return Cow::Owned(address.to_ascii_lowercase());
    }
    Cow::Borrowed(address)
}

fn encoded_key(text: &str) -> Option<String> {
    if text.starts_with('T')
        && let Ok(bytes) = base58::decode_check(text)
        && let Some((0x41, rest)) = bytes.split_first().map(|(first, rest)| (*first, rest))
    {
        return Some(hex::encode(rest));
    }
    if let Ok((prefix, data)) = bech32::decode(text) {
        let prefix = prefix.to_lowercase();
        let is_bitcoin = matches!(prefix.as_str(), "bc" | "tb" | "bcrt" | "ltc");
        return match data.len() {
            20 if !is_bitcoin => Some(hex::encode(data)),
            _ => Some(text.to_ascii_lowercase()),
        };
    }
    // A segregated-witness address: its first data symbol is no part of a byte string.
    if ["bc1", "BC1", "tb1", "ltc1"].iter().any(|prefix| text.starts_with(prefix)) {
        return Some(text.to_ascii_lowercase());
    }
    match base58::decode(text) {
        Ok(bytes) if bytes.len() == 32 => Some(hex::encode(bytes)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_comparable, receiver_key};

    const KEY: &str = "a614f803b6fd780986a42c78ec9c7f77e6ded13c";

    #[test]
    fn one_receiver_in_many_forms_is_one() {
        for text in [
            "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c",
            "0XA614F803B6FD780986A42C78EC9C7F77E6DED13C",
            "  A614f803B6FD780986A42C78ec9c7f77e6ded13c ",
            "eip155:1:0xa614f803b6fd780986a42c78ec9c7f77e6ded13c",
            "ronin:a614f803b6fd780986a42c78ec9c7f77e6ded13c",
            "0x000000000000000000000000a614f803b6fd780986a42c78ec9c7f77e6ded13c",
            "0xa614f803b6fd780986a42c78ec9c7f77e6ded13c000000000000000000000000",
            "41a614f803b6fd780986a42c78ec9c7f77e6ded13c",
            "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
            "tron:0x2b6653dc:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        ] {
            assert_eq!(receiver_key(text), KEY, "{text}");
        }
    }

    #[test]
    fn other_forms_stay_apart() {
        let bitcoin = "BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ";
        assert_eq!(receiver_key(bitcoin), bitcoin.to_lowercase());
        let solana = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
        assert_eq!(receiver_key(solana).len(), 64);
        assert_eq!(receiver_key("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa").len(), 34);
        assert_eq!(receiver_key("tom"), "tom");
        assert_eq!(receiver_key("0x12"), "12");
        assert_eq!(receiver_key(""), "");
        assert!(!is_comparable("tom", KEY));
        assert!(!is_comparable("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", KEY));
        assert!(is_comparable(KEY, KEY));
    }
}
