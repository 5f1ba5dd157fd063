//! Addresses with a CRC-16: of TON, and of Stellar.
//!
//! Sources: TEP-2, <https://github.com/ton-blockchain/TEPs/blob/master/text/0002-address.md>;
//! Stellar, SEP-23, <https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md>.
//! Both use CRC-16/XMODEM.

/// An address of TON in its raw form, `workchain:hex`, whichever of its flags it had.
pub(super) fn raw(text: &str) -> Option<String> {
    if let Some((workchain, hash)) = text.split_once(':') {
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_known = matches!(workchain, "0" | "-1");
        return (is_hash && is_known).then(|| text.to_ascii_lowercase());
    }
    if text.len() != 48 {
        return None;
    }
    let bytes = base64(text)?;
    let (body, sum) = bytes.split_last_chunk::<2>()?;
    let (flags, body_rest) = body.split_first()?;
    let (workchain, hash) = body_rest.split_first()?;
    // Bounceable or not; the highest bit is for test networks alone.
    if !matches!(flags & 0x7f, 0x11 | 0x51) || crc16(body) != u16::from_be_bytes(*sum) {
        return None;
    }
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{}:{hash}", i8::from_be_bytes([*workchain])))
}

/// Whether it is an account of Stellar: `G…`, or `M…` for one that several share.
pub(super) fn is_stellar(text: &str) -> bool {
    let version = match text.len() {
        56 if text.starts_with('G') => 6 << 3,
        56 if text.starts_with('C') => 2 << 3,
        69 if text.starts_with('M') => 12 << 3,
        _ => return false,
    };
    let Some(bytes) = base32(text) else { return false };
    let Some((body, sum)) = bytes.split_last_chunk::<2>() else { return false };
    body.first() == Some(&version) && crc16(body) == u16::from_le_bytes(*sum)
}

/// Whether all letters are of base32.
pub(super) fn is_base32(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte))
}

/// Base64 in either of its alphabets, without padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    octets(text.bytes().map(value), 6)
}

fn base32(text: &str) -> Option<Vec<u8>> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    };
    octets(text.bytes().map(value), 5)
}

/// Values of so many bits as bytes.
fn octets(values: impl Iterator<Item = Option<u8>>, width: u32) -> Option<Vec<u8>> {
    let (mut kept, mut bits) = (0u32, 0);
    let mut bytes = Vec::new();
    for value in values {
        kept = (kept << width | u32::from(value?)) & 0xffff;
        bits += width;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(kept >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| {
            if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 }
        })
    })
}
