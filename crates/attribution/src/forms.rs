//! What an address is, in whichever notation, on chains that are not decoded further.
//!
//! Lists and those who ask write one address in several ways: Bitcoin Cash as CashAddr and as
//! `1…`, Litecoin's scripts as `M…` and `3…`, bech32 in upper case, TON as `EQ…`, `UQ…` or `0:…`.
//! [`identity`] makes them one, and is what an address is looked up by.
//!
//! Sources: version bytes of base58check in `chainparams.cpp` of Litecoin, Dogecoin, Dash, Zcash,
//! Verge, Bitcoin Gold and others; BIP-173 and BIP-350; SLIP-173 (prefixes of bech32),
//! <https://github.com/satoshilabs/slips/blob/master/slip-0173.md>; XRP Ledger,
//! <https://xrpl.org/docs/references/protocol/data-types/base58-encodings>, and XLS-5 (X-addresses);
//! Solana, <https://solana.com/docs/references/terminology>; Stellar, SEP-23; Substrate, SS58;
//! Sui and Aptos: 32 bytes in hex, of which zeros in front may be left out.

mod base58;
mod bech32;
mod cashaddr;
mod monero;
mod ton;

use hawkshaw_model::{Account, Address, ChainId};

pub(crate) use self::base58::is_base58;
pub(crate) use self::bech32::looks_like_bech32;

/// What an address is looked up by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// The twenty bytes of an address of EVM chains: one key owns it on all of them.
    Evm([u8; 20]),
    /// An output script that Bitcoin shares with the chains that came of it.
    Bitcoin(Vec<u8>),
    /// A text that names its chain itself.
    Everywhere(String),
    /// A text, on its own chain.
    Here(String),
}

/// Whether a text has the form of addresses of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It has it, with its checksum where the form has one.
    Right,
    /// It has not, and why.
    Wrong(String),
    /// The form is not known, and it could be one.
    Plausible,
}

/// First bytes of what base58check holds, by chain. All are followed by 20 bytes.
const VERSIONS: [(&str, &[&[u8]]); 12] = [
    ("ltc", &[&[0x30], &[0x32], &[0x05]]),
    ("doge", &[&[0x1e], &[0x16]]),
    ("dash", &[&[0x4c], &[0x10]]),
    ("zec", &[&[0x1c, 0xb8], &[0x1c, 0xbd]]),
    ("btg", &[&[0x26], &[0x17]]),
    ("xvg", &[&[0x1e], &[0x21]]),
    ("dgb", &[&[0x1e], &[0x3f], &[0x05]]),
    ("rvn", &[&[0x3c], &[0x7a]]),
    ("qtum", &[&[0x3a], &[0x32]]),
    ("bch", &[&[0x00], &[0x05], &[0x1c], &[0x28]]),
    ("bsv", &[&[0x00], &[0x05]]),
    ("xec", &[&[0x00], &[0x05]]),
];

/// Chains whose addresses are base58check of any version.
const CHECKED: [&str; 6] = ["vtc", "nmc", "ppc", "xtz", "zen", "firo"];

/// Chains whose version bytes tell them, the likeliest first, when nobody said a chain.
const TOLD_BY_VERSION: [&str; 6] = ["ltc", "doge", "xvg", "dash", "btg", "zec"];

/// Human-readable parts of bech32, and the chains that write them.
const PREFIXES: [(&str, &str); 42] = [
    ("ltc", "ltc"),
    ("ltcmweb", "ltc"),
    ("cosmos", "atom"),
    ("addr", "ada"),
    ("stake", "ada"),
    ("zs", "zec"),
    ("u", "zec"),
    ("tex", "zec"),
    ("btg", "btg"),
    ("dgb", "dgb"),
    ("vtc", "vtc"),
    ("nc", "nmc"),
    ("pc", "ppc"),
    ("qc", "qtum"),
    ("erd", "egld"),
    ("osmo", "osmo"),
    ("inj", "inj"),
    ("terra", "luna"),
    ("thor", "rune"),
    ("maya", "cacao"),
    ("secret", "scrt"),
    ("akash", "akt"),
    ("celestia", "tia"),
    ("dydx", "dydx"),
    ("sei", "sei"),
    ("axelar", "axl"),
    ("fetch", "fet"),
    ("band", "band"),
    ("bnb", "bnb"),
    ("cro", "cro"),
    ("kava", "kava"),
    ("juno", "juno"),
    ("stars", "stars"),
    ("iaa", "iris"),
    ("persistence", "xprt"),
    ("noble", "noble"),
    ("zil", "zil"),
    ("fx", "fx"),
    ("nolus", "nls"),
    ("stride", "strd"),
    ("agoric", "bld"),
    ("regen", "regen"),
];

/// Chains whose addresses are 32 bytes in hex.
const LONG_HEX: [&str; 4] = ["apt", "sui", "strk", "move"];

/// What an address of a chain that is not decoded is looked up by. Every text has an identity,
/// also one that is no address of its chain: then it is the text itself.
///
/// ```
/// use hawkshaw_attribution::identity;
/// use hawkshaw_model::{Account, Address, ChainId};
///
/// let cash = ChainId::other("bch")?;
/// assert_eq!(
///     identity(&cash, "18M8bJWMzWHDBMxoLqjHHAffdRy4SrzkfB"),
///     identity(&cash, "bitcoincash:qpgf0ztxq3mwfq6eg5versgfdzq9c3pwv5jsk6wnay"),
/// );
/// # Ok::<(), hawkshaw_model::ChainIdError>(())
/// ```
pub fn identity(chain: &ChainId, text: &str) -> Identity {
    if let Some(bytes) = evm_bytes(text) {
        return Identity::Evm(bytes);
    }
    if let Some(written) = bech32::read(text) {
        let bitcoin = Account::parse(&ChainId::bitcoin(), text);
        return match bitcoin.as_ref().map(Account::address) {
            Ok(Address::Script(script)) => Identity::Bitcoin(script.to_vec()),
            _ => written.identity(),
        };
    }
    let reference = chain.reference();
    let own = match reference {
        "bch" | "bsv" | "xec" => script(text).map(Identity::Bitcoin),
        "ltc" => base58::script_of_litecoin(text).map(Identity::Here),
        "xrp" => base58::classic_xrp(text).map(Identity::Here),
        "ton" => ton::raw(text).map(Identity::Here),
        _ if LONG_HEX.contains(&reference) => long_hex(text).map(Identity::Here),
        _ if base58::SUBSTRATE.contains(&reference) => base58::substrate(text).map(Identity::Here),
        _ => None,
    };
    own.unwrap_or_else(|| {
        Identity::Here(if is_hex(text) { text.to_ascii_lowercase() } else { text.to_owned() })
    })
}

/// Whether a text has the form of addresses of a chain that is not decoded.
pub fn verdict(chain: &ChainId, text: &str) -> Verdict {
    let reference = chain.reference();
    let versions = VERSIONS.iter().find(|(known, _)| *known == reference).map(|(_, all)| *all);
    let is_checked = CHECKED.contains(&reference);
    let mut prefixes = PREFIXES.iter().filter(|(_, ticker)| *ticker == reference).peekable();
    let special = special(reference, text);
    if versions.is_none() && !is_checked && prefixes.peek().is_none() && special.is_none() {
        return plausible(text);
    }
    let written = bech32::read(text);
    let is_prefixed =
        written.as_ref().is_some_and(|found| prefixes.any(|(known, _)| *known == found.prefix));
    let is_version = versions.is_some_and(|all| base58::has_version(text, all))
        || is_checked && base58::is_checked(text);
    if special == Some(true) || is_prefixed || is_version {
        return Verdict::Right;
    }
    let reason = match looks_like_bech32(text) && written.is_none() {
        true => "its bech32 checksum is wrong",
        false if base58::is_mistyped(text) => "its base58 checksum is wrong",
        false => "it has not the form of an address there",
    };
    Verdict::Wrong(format!("it is no address on {chain}: {reason}"))
}

/// Forms that only one chain has; `None` where the chain has none.
fn special(reference: &str, text: &str) -> Option<bool> {
    let is = |found: bool| Some(found);
    match reference {
        "bch" | "bsv" | "xec" => is(cashaddr::script(text).is_some()),
        "xrp" => is(base58::classic_xrp(text).is_some()),
        "xmr" => is(monero::is_address(text)),
        "sol" => is(base58::is_solana(text)),
        "ton" => is(ton::raw(text).is_some()),
        "xlm" => is(ton::is_stellar(text)),
        // Byron's addresses end in a CRC-32 inside CBOR, which is not checked.
        "ada" => is(is_base58(text) && ["Ae2", "Ddz", "37bt"].iter().any(|b| text.starts_with(b))),
        "near" => is(is_near(text)),
        "eos" | "wax" | "telos" => is(is_eos(text)),
        "hbar" => is(is_hedera(text) || evm_bytes(text).is_some()),
        "algo" => is(text.len() == 58 && ton::is_base32(text)),
        "zec" => is(text.starts_with("zc") && text.len() == 95 && base58::is_checked(text)),
        // The prefix of SS58 is checked by its length alone, not by its BLAKE2 checksum.
        _ if base58::SUBSTRATE.contains(&reference) => is(base58::substrate(text).is_some()),
        _ if LONG_HEX.contains(&reference) => is(long_hex(text).is_some()),
        // Twenty bytes of VeChain and Theta look as on EVM chains.
        "vet" | "theta" => is(evm_bytes(text).is_some()),
        _ => None,
    }
}

/// The chains that a text can be an address of by its form, the likeliest first, where nobody
/// said one.
///
/// # Errors
///
/// That it has the form of none, or a wrong checksum, as a sentence part.
pub fn chains_of(text: &str) -> Result<Vec<ChainId>, String> {
    let names = names(text)?;
    let chains = names.iter().map(|name| ChainId::other(name));
    chains.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

fn names(text: &str) -> Result<Vec<String>, String> {
    let one = |name: &str| Ok(vec![name.to_owned()]);
    if let Some(written) = bech32::read(text) {
        let known = PREFIXES.iter().find(|(prefix, _)| *prefix == written.prefix);
        return match (known, written.prefix.as_str()) {
            (Some((_, ticker)), _) => one(ticker),
            (None, "bc" | "tb" | "bcrt") => Err("its witness program is none".to_owned()),
            // A chain that nothing else is known of.
            (None, prefix) => one(prefix),
        };
    }
    if looks_like_bech32(text) {
        return Err("its bech32 checksum is wrong".to_owned());
    }
    if let Some(prefix) = cashaddr::prefix(text) {
        return one(if matches!(prefix, "ecash" | "etoken") { "xec" } else { "bch" });
    }
    if base58::is_checked(text) {
        let of = |ticker: &&str| {
            let known = VERSIONS.iter().find(|(known, _)| known == ticker);
            known.is_some_and(|(_, versions)| base58::has_version(text, versions))
        };
        let told: Vec<&str> = TOLD_BY_VERSION.into_iter().filter(of).collect();
        if !told.is_empty() {
            return Ok(told.into_iter().map(str::to_owned).collect());
        }
    }
    for (ticker, is_it) in [
        ("xrp", base58::classic_xrp(text).is_some()),
        ("ton", ton::raw(text).is_some()),
        ("xlm", ton::is_stellar(text)),
        ("xmr", monero::is_address(text)),
        ("sol", base58::is_solana(text)),
    ] {
        if is_it {
            return one(ticker);
        }
    }
    if base58::is_mistyped(text) {
        return Err("its base58 checksum is wrong".to_owned());
    }
    if is_base58(text) && matches!(text.len(), 95 | 106) {
        return Err("its checksum is wrong, if it is an address of Monero".to_owned());
    }
    Err("it has the form of no chain that is known (0x…, Bitcoin, Tron T…, …); name its chain if \
         it is one of another"
        .to_owned())
}

/// Whether the form of a text tells its chain by a checksum.
pub(crate) fn is_checksummed(text: &str) -> bool {
    bech32::read(text).is_some()
        || cashaddr::prefix(text).is_some()
        || base58::is_checked(text)
        || base58::classic_xrp(text).is_some()
        || ton::raw(text).is_some() && !text.contains(':')
        || ton::is_stellar(text)
        || monero::is_address(text)
}

/// The twenty bytes of a text as EVM chains write them: `0x…`, `0X…`, `xdc…`, or the digits alone.
pub fn evm_bytes(text: &str) -> Option<[u8; 20]> {
    let digits = match text.len() {
        40 => text,
        42 => text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?,
        43 if text.get(..3)?.eq_ignore_ascii_case("xdc") => text.get(3..)?,
        _ => return None,
    };
    let mut bytes = [0; 20];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

/// The twenty bytes of an address of an EVM chain that writes it in bech32, such as `one1…`.
pub fn evm_bytes_of_bech32(text: &str) -> Option<[u8; 20]> {
    match bech32::read(text)?.identity() {
        Identity::Evm(bytes) => Some(bytes),
        _ => None,
    }
}

/// The script of an address of Bitcoin Cash or another chain that came of Bitcoin.
pub fn script(text: &str) -> Option<Vec<u8>> {
    cashaddr::script(text).or_else(|| base58::script_of_bitcoin(text))
}

/// A text as an account can hold it: TON's base64 has letters that no account has, in place of
/// which it also writes others.
pub fn spelled(text: &str) -> String {
    let is_ton = text.len() == 48 && text.bytes().any(|byte| matches!(byte, b'+' | b'/'));
    match is_ton && ton::raw(text).is_some() {
        true => text.replace('+', "-").replace('/', "_"),
        false => text.to_owned(),
    }
}

/// Whether a text is a raw address of TON, in which there is a colon.
pub(crate) fn is_raw_ton(text: &str) -> bool {
    text.contains(':') && ton::raw(text).is_some()
}

/// Hex digits, with or without `0x` before them, so many that it is no name.
fn is_hex(text: &str) -> bool {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let is_long = digits.len() >= 40 || digits.len() != text.len();
    is_long && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// 32 bytes in hex, with the zeros in front that may be left out.
fn long_hex(text: &str) -> Option<String> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let digits = digits.or_else(|| (text.len() == 64).then_some(text))?;
    let fits = (1..=64).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    fits.then(|| format!("0x{:0>64}", digits.to_ascii_lowercase()))
}

/// An account of NEAR: 64 hex digits, `0x…`, or a name under a top-level account.
fn is_near(text: &str) -> bool {
    let is_name = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
    };
    is_hex(text) && text.len() == 64
        || evm_bytes(text).is_some()
        || (2..=64).contains(&text.len()) && text.contains('.') && text.bytes().all(is_name)
}

/// A name of EOS: up to 12 of a to z, 1 to 5 and dots.
fn is_eos(text: &str) -> bool {
    let is_letter =
        |byte: u8| byte.is_ascii_lowercase() || (b'1'..=b'5').contains(&byte) || byte == b'.';
    (1..=13).contains(&text.len()) && text.bytes().all(is_letter)
}

/// An account of Hedera: `0.0.123`.
fn is_hedera(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

/// Whether a text could be an address of a chain whose form is not known.
fn plausible(text: &str) -> Verdict {
    const SHORTEST: usize = 20;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if evm_bytes(text).is_some() || text.len() >= SHORTEST && digits > 0 {
        return Verdict::Plausible;
    }
    Verdict::Wrong(format!(
        "it has not the look of an address: under {SHORTEST} characters, or without a digit"
    ))
}

#[cfg(test)]
mod tests;
