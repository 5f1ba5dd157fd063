//! Memos of THORChain, which Maya took over: what a transfer to a vault asks for, and what a
//! transfer from one answers.
//!
//! Sources: <https://dev.thorchain.org/concepts/memos.html>,
//! <https://dev.thorchain.org/concepts/memo-length-reduction.html>,
//! <https://dev.thorchain.org/concepts/asset-notation.html>, `x/thorchain/memo` and
//! `common/asset.go` of <https://gitlab.com/thorchain/thornode>.
//!
//! `FUNCTION:ASSET:DESTINATION[/REFUND]:LIMIT[/INTERVAL/QUANTITY]:AFFILIATE:FEE:…`; functions and
//! assets have short forms, destinations may be names that only THORChain's own ledger resolves.

use alloy_primitives::U256;
use hawkshaw_model::{Account, Amount, AssetId, ChainId};

use super::networks::{self, Far};

/// The longest memo that is looked at. THORChain itself takes 250 characters.
const BYTES_MAX: usize = 1_024;

/// What a memo says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Memo {
    /// Something is to be paid out for what is paid in here.
    In(Intent),
    /// This pays for the transaction with that hash.
    Out([u8; 32]),
    /// This gives back what the transaction with that hash paid in.
    Refund([u8; 32]),
    /// It is of the protocol and moves nothing from somebody to somebody: bonds, names, votes,
    /// vaults that move, and withdrawals, whose payout has nothing to do with what is sent.
    Nothing,
    /// It begins as one of the protocol and goes on as none.
    Broken,
}

/// What is asked for, as far as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Intent {
    pub(crate) chain: Option<ChainId>,
    pub(crate) asset: Option<AssetId>,
    pub(crate) receiver: Option<String>,
    /// The least that is to be paid out.
    pub(crate) least: Option<Amount>,
}

/// Whose memo it is, where that is known: some letters mean different assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Thorchain,
    /// Maya, or one of the two.
    Other,
}

/// Chains by the names of THORChain's asset notation, with the symbol and the digits of their
/// native asset.
const CHAINS: &[(&str, Far, &str, u8)] = &[
    ("ETH", Far::Evm(1), "ETH", 18),
    ("BTC", Far::Bitcoin, "BTC", 8),
    ("BSC", Far::Evm(56), "BNB", 18),
    ("AVAX", Far::Evm(43_114), "AVAX", 18),
    ("BASE", Far::Evm(8_453), "ETH", 18),
    ("ARB", Far::Evm(42_161), "ETH", 18),
    ("POL", Far::Evm(137), "POL", 18),
    ("TRON", Far::Tron, "TRX", 6),
    ("THOR", Far::Other("thor"), "RUNE", 8),
    ("MAYA", Far::Other("maya"), "CACAO", 10),
    ("BNB", Far::Other("bnb-beacon"), "BNB", 8),
    ("LTC", Far::Other("ltc"), "LTC", 8),
    ("BCH", Far::Other("bch"), "BCH", 8),
    ("DOGE", Far::Other("doge"), "DOGE", 8),
    ("GAIA", Far::Other("atom"), "ATOM", 6),
    ("XRP", Far::Other("xrp"), "XRP", 6),
    ("SOL", Far::Other("sol"), "SOL", 9),
    ("DASH", Far::Other("dash"), "DASH", 8),
    ("KUJI", Far::Other("kuji"), "KUJI", 6),
    ("ZEC", Far::Other("zec"), "ZEC", 8),
    ("XRD", Far::Other("xrd"), "XRD", 18),
    ("TERRA", Far::Other("terra"), "LUNA", 6),
];

/// Assets by their short forms: chain of the notation, and whether Maya means another asset.
const SHORT: &[(&str, &str, bool)] = &[
    ("a", "AVAX", true),
    ("b", "BTC", false),
    ("c", "BCH", true),
    ("d", "DOGE", true),
    ("e", "ETH", false),
    ("f", "BASE", false),
    ("g", "GAIA", false),
    ("l", "LTC", false),
    ("n", "BNB", false),
    ("o", "SOL", false),
    ("p", "POL", false),
    ("r", "THOR", false),
    ("s", "BSC", false),
    ("tr", "TRON", false),
    ("x", "XRP", true),
    ("z", "ZEC", false),
];

/// Functions that ask for a payout of an asset to a destination.
const SWAPS: &[&str] = &["SWAP", "S", "=", "=<", "LOAN+", "$+", "LOAN-", "$-"];

/// Functions that put something into THORChain's own ledger.
const ADDS: &[&str] = &["ADD", "A", "+", "TRADE+", "SECURE+", "POOL+", "DONATE", "D"];

/// Functions that move nothing from somebody to somebody.
const NOTHING: &[&str] = &[
    "WITHDRAW",
    "WD",
    "-",
    "TRADE-",
    "SECURE-",
    "POOL-",
    "BOND",
    "UNBOND",
    "REBOND",
    "LEAVE",
    "NAME",
    "N",
    "~",
    "MIGRATE",
    "RAGNAROK",
    "SWITCH",
    "NOOP",
    "CONSOLIDATE",
    "YGGDRASIL+",
    "YGGDRASIL-",
    "RESERVE",
    "LIMITO",
    "LO",
    "M=<",
    "REFERENCE",
    "X",
];

/// A memo that is text of this protocol; `None` for anything else.
pub(crate) fn read(bytes: &[u8], family: Family) -> Option<Memo> {
    let text = text(bytes)?;
    let mut fields = text.split([':', '|']);
    let function = fields.next()?.to_ascii_uppercase();
    let function = function.as_str();
    let fields: Vec<&str> = fields.take(8).collect();
    // A word alone is no memo of money.
    let first = *fields.first()?;
    Some(match function {
        "OUT" => hash(first).map_or(Memo::Broken, Memo::Out),
        "REFUND" => hash(first).map_or(Memo::Broken, Memo::Refund),
        _ if SWAPS.contains(&function) => match swap(&fields, family) {
            Some(intent) => Memo::In(intent),
            // One letter and a colon are not much to go by.
            None if function == "S" => return None,
            None => Memo::Broken,
        },
        _ if ADDS.contains(&function) => {
            let is_pool = asset(first, family).is_some() || function.len() > 1;
            if !is_pool && function != "+" {
                return None;
            }
            Memo::In(Intent { chain: Far::Other("thor").chain(), ..Intent::default() })
        }
        _ if NOTHING.contains(&function) => Memo::Nothing,
        _ => return None,
    })
}

/// Bytes as one line of visible ASCII.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes.get(..bytes.len().min(BYTES_MAX + 1))?).ok()?;
    let text = text.trim_matches(|c: char| c == '\0' || c.is_ascii_whitespace());
    let visible = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    (visible && text.len() <= BYTES_MAX).then_some(text)
}

/// The hash of a transaction, in either case, with or without `0x`.
fn hash(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let mut hash = [0; 32];
    (digits.len() == 64).then_some(())?;
    alloy_primitives::hex::decode_to_slice(digits, &mut hash).ok()?;
    Some(hash)
}

/// An asset of the notation.
struct Asset {
    chain: Option<ChainId>,
    id: Option<AssetId>,
    /// How many digits it has, where that is known.
    digits: Option<u8>,
}

fn swap(fields: &[&str], family: Family) -> Option<Intent> {
    let asset = asset(fields.first()?, family)?;
    let destination = fields.get(1).and_then(|field| field.split('/').next()).unwrap_or_default();
    let limit = fields.get(2).and_then(|field| field.split('/').next()).unwrap_or_default();
    Some(Intent {
        receiver: receiver(asset.chain.as_ref(), destination),
        least: asset.digits.and_then(|digits| least(limit, digits)),
        asset: asset.id,
        chain: asset.chain,
    })
}

/// `CHAIN.SYMBOL[-CONTRACT]`, a short form, or what THORChain itself keeps: synths
/// (`BTC/BTC`), trade assets (`BTC~BTC`), secured assets (`BTC-BTC`).
fn asset(text: &str, family: Family) -> Option<Asset> {
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || b".-/~_".contains(&byte);
    if text.is_empty() || !text.bytes().all(sane) {
        return None;
    }
    let Some(at) = text.find(['.', '/', '~', '-']) else {
        let lower = text.to_ascii_lowercase();
        let (_, name, doubtful) = SHORT.iter().find(|(short, _, _)| *short == lower)?;
        if *doubtful && family != Family::Thorchain {
            return Some(Asset { chain: None, id: None, digits: None });
        }
        return native(name);
    };
    let (name, symbol) = (text.get(..at)?.to_ascii_uppercase(), text.get(at + 1..)?);
    if !text[at..].starts_with('.') {
        return Some(Asset { chain: Far::Other("thor").chain(), id: None, digits: None });
    }
    let (_, far, own, digits) = CHAINS.iter().find(|(known, ..)| *known == name)?;
    let chain = far.chain()?;
    if symbol.eq_ignore_ascii_case(own) {
        return Some(Asset {
            id: networks::native(&chain),
            chain: Some(chain),
            digits: Some(*digits),
        });
    }
    // A contract may be cut short to its last digits: then nobody but THORChain knows it.
    let contract = symbol.split_once('-').map(|(_, contract)| contract.to_ascii_lowercase());
    let id = contract.and_then(|contract| format!("{chain}/erc20:{contract}").parse().ok());
    Some(Asset {
        id: id.filter(|_| networks::number(&chain).is_some()),
        chain: Some(chain),
        digits: None,
    })
}

fn native(name: &str) -> Option<Asset> {
    let (_, far, _, digits) = CHAINS.iter().find(|(known, ..)| *known == name)?;
    let chain = far.chain()?;
    Some(Asset { id: networks::native(&chain), chain: Some(chain), digits: Some(*digits) })
}

/// A destination as its chain writes it; `None` for names.
fn receiver(chain: Option<&ChainId>, text: &str) -> Option<String> {
    /// The longest name is shorter. Source: `x/thorchain/handler_manage_thorname.go`.
    const NAME_MAX: usize = 30;
    let lower = text.to_ascii_lowercase();
    let is_evm = |text: &str| {
        text.strip_prefix("0x").is_some_and(|digits| {
            digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    match chain.map(|chain| (chain, chain.namespace())) {
        None => is_evm(&lower).then_some(lower),
        Some((_, "eip155")) => is_evm(&lower).then_some(lower),
        Some((chain, "bip122" | "tron")) => {
            Account::parse(chain, text).ok().map(|account| account.address_in_files())
        }
        Some(_) => {
            let sane = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            (text.len() > NAME_MAX && text.len() <= 128 && sane).then(|| text.to_owned())
        }
    }
}

/// A limit in base units. THORChain counts in eight digits, and writes `161e6` for 161000000.
fn least(text: &str, digits: u8) -> Option<Amount> {
    let (value, zeros) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let zeros: u8 = zeros.parse().ok().filter(|zeros| *zeros <= 40)?;
    let value = value.parse::<Amount>().ok()?.to_u256();
    let power = |count: u8| U256::from(10).checked_pow(U256::from(count));
    let value = value.checked_mul(power(zeros)?)?;
    let scaled = match digits.checked_sub(8) {
        Some(more) => value.checked_mul(power(more)?)?,
        None => value / power(8 - digits)?,
    };
    (!scaled.is_zero()).then(|| Amount::from_u256(scaled))
}

#[cfg(test)]
mod tests {
    use super::{Family, Memo, read};

    fn told(memo: &str, family: Family) -> String {
        match read(memo.as_bytes(), family) {
            None => "foreign".to_owned(),
            Some(Memo::In(intent)) => format!(
                "{} {} {} {}",
                intent.chain.map_or("?".to_owned(), |chain| chain.to_string()),
                intent.asset.map_or("?".to_owned(), |asset| asset.local().to_owned()),
                intent.receiver.unwrap_or("?".to_owned()),
                intent.least.map_or("?".to_owned(), |least| least.to_string()),
            ),
            Some(Memo::Out(hash)) => format!("out {:02x}{:02x}", hash[0], hash[31]),
            Some(Memo::Refund(hash)) => format!("refund {:02x}{:02x}", hash[0], hash[31]),
            Some(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn the_grammar_of_the_documentation() {
        const EVM: &str = "0xe6a30f4f3bad978910e2cbb4d97581f5b5a0ade0";
        const BTC: &str = "bc1q2yjae3xdnlwwk6hxf7jxjdt0waupl8qglv3qs7";
        let bitcoin = "bip122:000000000019d6689c085ae165831e93";
        for (memo, expected) in [
            // <https://dev.thorchain.org/concepts/memo-length-reduction.html>.
            (
                format!(
                    "SWAP:ETH.ETH:{EVM}:1612345678:thor1el4ufmhll3yw7zxzszvfakrk66j7fx0tvcslym:10"
                ),
                format!("eip155:1 slip44:60 {EVM} 16123456780000000000"),
            ),
            ("=:e:dx:161e6:t:10".to_owned(), "eip155:1 slip44:60 ? 1610000000000000000".to_owned()),
            (
                format!("=:b:{BTC}:115252390/3/0:ns:5"),
                format!("{bitcoin} slip44:0 {BTC} 115252390"),
            ),
            (format!("s:BTC.BTC:{BTC}/{EVM}:0"), format!("{bitcoin} slip44:0 {BTC} ?")),
            (
                format!("=:ETH.USDT-0xdac17f958d2ee523a2206206994597c13d831ec7:{EVM}:100e7:t:10"),
                format!("eip155:1 erc20:0xdac17f958d2ee523a2206206994597c13d831ec7 {EVM} ?"),
            ),
            (format!("=:ETH.USDT-EC7:{EVM}"), format!("eip155:1 ? {EVM} ?")),
            (
                format!("=:avax.avax:{}", EVM.to_uppercase().replace("0X", "0x")),
                format!("eip155:43114 slip44:9005 {EVM} ?"),
            ),
            (
                "=:BTC/BTC:thor1el4ufmhll3yw7zxzszvfakrk66j7fx0tvcslym".to_owned(),
                "other:thor ? ? ?".to_owned(),
            ),
            ("+:BTC.BTC:thor1abc".to_owned(), "other:thor ? ? ?".to_owned()),
            ("$+:BTC.BTC:bc1qtoomuchwrong:0".to_owned(), format!("{bitcoin} slip44:0 ? ?")),
            (format!("OUT:{}", "AB".repeat(32)), "out abab".to_owned()),
            (format!("refund:0x{}", "0c".repeat(32)), "refund 0c0c".to_owned()),
            ("OUT:1234".to_owned(), "Broken".to_owned()),
            ("=:WHAT.EVER:x".to_owned(), "Broken".to_owned()),
            ("-:BTC.BTC:10000".to_owned(), "Nothing".to_owned()),
            ("MIGRATE:1234".to_owned(), "Nothing".to_owned()),
            ("hello world".to_owned(), "foreign".to_owned()),
            ("=:b:\u{7}x".to_owned(), "foreign".to_owned()),
            ("s:hello".to_owned(), "foreign".to_owned()),
            ("=".to_owned(), "foreign".to_owned()),
            (String::new(), "foreign".to_owned()),
            ("=:".repeat(600), "foreign".to_owned()),
        ] {
            let told = told(&memo, Family::Thorchain)
                .replace(" thor1el4ufmhll3yw7zxzszvfakrk66j7fx0tvcslym", " ?");
            assert_eq!(told, expected, "{memo}");
        }
    }

    #[test]
    fn a_letter_that_maya_means_otherwise_names_no_chain() {
        const EVM: &str = "0xe6a30f4f3bad978910e2cbb4d97581f5b5a0ade0";
        let memo = format!("=:a:{EVM}");
        assert_eq!(told(&memo, Family::Thorchain), format!("eip155:43114 slip44:9005 {EVM} ?"));
        assert_eq!(told(&memo, Family::Other), format!("? ? {EVM} ?"));
    }
}
