//! Addresses in bech32 and bech32m, which name their chain by their beginning.

use bitcoin::bech32::primitives::decode::CheckedHrpstring;
use bitcoin::bech32::{Bech32, Bech32m};

use super::Identity;

/// Beginnings of chains whose addresses are those of EVM chains in another notation.
const OF_EVM: [&str; 8] = ["one", "io", "ex", "inj", "evmos", "canto", "zeta", "dym"];

/// A text with the right checksum.
pub(super) struct Written {
    /// Its human-readable part, in lower case.
    pub(super) prefix: String,
    text: String,
    /// The twenty bytes of an address of an EVM chain.
    evm: Option<[u8; 20]>,
}

impl Written {
    pub(super) fn identity(self) -> Identity {
        self.evm.map_or(Identity::Everywhere(self.text), Identity::Evm)
    }
}

/// Whether a text looks like bech32: one case, a prefix, and only its letters behind.
pub(crate) fn looks_like_bech32(text: &str) -> bool {
    const DATA: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    if has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) {
        return false;
    }
    let Some((prefix, data)) = text.rsplit_once('1') else { return false };
    (1..=20).contains(&prefix.len())
        && prefix.bytes().all(|byte| byte.is_ascii_alphabetic())
        && data.len() >= 20
        && data.bytes().all(|byte| DATA.contains(&byte.to_ascii_lowercase()))
}

/// Reads bech32 with the right checksum.
pub(super) fn read(text: &str) -> Option<Written> {
    if !looks_like_bech32(text) {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let prefix = text.rsplit_once('1').map(|(prefix, _)| prefix.to_owned())?;
    let evm = match CheckedHrpstring::new::<Bech32>(&text) {
        Ok(read) if OF_EVM.contains(&prefix.as_str()) => {
            let bytes: Vec<u8> = read.byte_iter().take(21).collect();
            bytes.try_into().ok()
        }
        Ok(_) => None,
        Err(_) => {
            CheckedHrpstring::new::<Bech32m>(&text).ok()?;
            None
        }
    };
    Some(Written { prefix, evm, text })
}
