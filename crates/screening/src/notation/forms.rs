//! The forms of addresses of chains that are not decoded: enough to tell a mistyped address from
//! one of a chain that nothing is known of.
//!
//! Sources: version bytes of base58check in `chainparams.cpp` of Litecoin, Dogecoin, Dash, Zcash,
//! Verge and Bitcoin Gold; CashAddr, <https://github.com/bitcoincashorg/bitcoincash.org>
//! (`spec/cashaddr.md`); BIP-173 and BIP-350; XRP Ledger, <https://xrpl.org/docs/references/protocol/data-types/base58-encodings>;
//! Solana, <https://solana.com/docs/references/terminology>; Monero, <https://docs.getmonero.org/public-address/standard-address/>.

use bitcoin::base58;
use bitcoin::bech32::primitives::decode::CheckedHrpstring;
use bitcoin::bech32::{Bech32, Bech32m};
use hawkshaw_model::ChainId;

/// First bytes of what base58check holds, and the chains that write them.
const VERSIONS: [(&[u8], &[&str]); 11] = [
    (&[0x30], &["ltc"]),
    (&[0x32], &["ltc"]),
    (&[0x1e], &["doge", "xvg"]),
    (&[0x16], &["doge"]),
    (&[0x21], &["xvg"]),
    (&[0x4c], &["dash"]),
    (&[0x10], &["dash"]),
    (&[0x26], &["btg"]),
    (&[0x17], &["btg"]),
    (&[0x1c, 0xb8], &["zec"]),
    (&[0x1c, 0xbd], &["zec"]),
];

/// Human-readable parts of bech32 whose chain has another ticker than they are.
const PREFIXES: [(&str, &str); 3] = [("cosmos", "atom"), ("addr", "ada"), ("zs", "zec")];

/// Bitcoin's letters of base58, and those of the XRP Ledger in the same order.
const BITCOIN_LETTERS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const XRP_LETTERS: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// Bitcoin and its test networks, which have their own prefixes.
pub(super) fn bitcoin_chains() -> [ChainId; 4] {
    let chain = |reference: &str| {
        format!("bip122:{reference}").parse().unwrap_or_else(|_| ChainId::bitcoin())
    };
    [
        ChainId::bitcoin(),
        chain("000000000933ea01ad0ee984209779ba"),
        chain("00000008819873e925422c1ff0f99f7c"),
        chain("0f9188f13cb7b2c71f2a335e3a4fc328"),
    ]
}

/// The chains that a text can be an address of.
///
/// # Errors
///
/// That it has the form of none, or a wrong checksum.
pub(super) fn chains_of(text: &str) -> Result<Vec<ChainId>, String> {
    let names = names(text)?;
    let chains = names.iter().map(|name| ChainId::other(name));
    chains.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

fn names(text: &str) -> Result<Vec<String>, String> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    if let Some(is_right) = bech32(text) {
        return match is_right {
            true => Ok(vec![ticker_of_prefix(text)]),
            false => Err("its bech32 checksum is wrong".to_owned()),
        };
    }
    if cashaddr(text) {
        return Ok(owned(&["bch"]));
    }
    if let Ok(bytes) = base58::decode_check(text) {
        let known = VERSIONS.iter().find(|(version, _)| bytes.starts_with(version));
        if let Some((_, chains)) = known {
            return Ok(owned(chains));
        }
    }
    if is_xrp(text) {
        return Ok(owned(&["xrp"]));
    }
    match base58::decode(text).map(|bytes| bytes.len()) {
        Ok(32) => return Ok(owned(&["sol"])),
        Ok(25 | 26) => return Err("its base58 checksum is wrong".to_owned()),
        _ => {}
    }
    let is_base58 = text.bytes().all(|byte| BITCOIN_LETTERS.contains(&byte));
    if is_base58 && matches!(text.len(), 95 | 106) && text.starts_with(['4', '8']) {
        return Ok(owned(&["xmr"]));
    }
    Err("it has the form of no chain that is known (0x…, Bitcoin, Tron T…, …); name its chain if \
         it is one of another"
        .to_owned())
}

/// Whether a text that looks like bech32 has its checksum; `None` where it does not look so.
fn bech32(text: &str) -> Option<bool> {
    const DATA: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let lower = text.to_ascii_lowercase();
    let is_one_case = lower == text || text.to_ascii_uppercase() == text;
    let (prefix, data) = lower.rsplit_once('1')?;
    let looks_so = is_one_case
        && (2..=20).contains(&prefix.len())
        && prefix.bytes().all(|byte| byte.is_ascii_alphabetic())
        && data.len() >= 20
        && data.bytes().all(|byte| DATA.contains(&byte));
    looks_so.then(|| {
        CheckedHrpstring::new::<Bech32>(&lower).is_ok()
            || CheckedHrpstring::new::<Bech32m>(&lower).is_ok()
    })
}

fn ticker_of_prefix(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let prefix = lower.rsplit_once('1').map_or("", |(prefix, _)| prefix);
    let known = PREFIXES.iter().find(|(known, _)| *known == prefix);
    known.map_or(prefix, |(_, ticker)| ticker).to_owned()
}

/// Whether it is an address of Bitcoin Cash without its prefix, with the right checksum.
fn cashaddr(text: &str) -> bool {
    const DATA: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let lower = text.to_ascii_lowercase();
    let is_one_case = lower == text || text.to_ascii_uppercase() == text;
    if !is_one_case || lower.len() < 42 || !lower.starts_with(['q', 'p']) {
        return false;
    }
    let prefix = b"bitcoincash".iter().map(|byte| byte & 0x1f).chain([0]);
    let mut sum = prefix.fold(1, |sum, value| cashaddr_step(sum, u64::from(value)));
    for byte in lower.bytes() {
        let Some(value) = DATA.iter().position(|letter| *letter == byte) else {
            return false;
        };
        sum = cashaddr_step(sum, u64::try_from(value).unwrap_or(0));
    }
    sum == 1
}

/// A step of the checksum of CashAddr; see its specification.
fn cashaddr_step(sum: u64, value: u64) -> u64 {
    const GENERATORS: [u64; 5] =
        [0x98_f2bc_8e61, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470];
    let top = sum >> 35;
    let shifted = ((sum & 0x07_ffff_ffff) << 5) ^ value;
    let taken = GENERATORS.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1);
    taken.fold(shifted, |sum, (_, generator)| sum ^ generator)
}

/// Whether it is a classic address of the XRP Ledger.
fn is_xrp(text: &str) -> bool {
    if !text.starts_with('r') || !(25..=35).contains(&text.len()) {
        return false;
    }
    let letter = |byte: u8| {
        let place = XRP_LETTERS.iter().position(|letter| *letter == byte)?;
        BITCOIN_LETTERS.get(place).map(|letter| char::from(*letter))
    };
    let translated: Option<String> = text.bytes().map(letter).collect();
    translated.is_some_and(|text| base58::decode_check(&text).is_ok_and(|bytes| bytes.len() == 21))
}

/// Other spellings of an address of a chain, as lists can have it.
pub(super) fn spellings(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let mut spellings = Vec::new();
    let is_hex = lower.len() == 42
        && lower.strip_prefix("0x").is_some_and(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
    // What bech32 and CashAddr write in upper case is the same address.
    let is_upper = text.to_ascii_uppercase() == text && (bech32(text).is_some() || cashaddr(text));
    if is_hex || is_upper {
        spellings.push(lower);
    }
    if let Some(rest) = text.strip_prefix("bitcoincash:") {
        spellings.push(rest.to_owned());
    }
    spellings
}
