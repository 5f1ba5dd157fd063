//! What somebody typed for an address, in whatever notation.
//!
//! Whoever asks passes on what a client typed or another program wrote. Read are: addresses with
//! their chain (CAIP-10) or after the name of it (`bitcoin:…`, `ronin:…`, payment links), EVM
//! addresses in any case and without `0x`, Bitcoin addresses of every kind, Tron addresses in
//! base58 and hex, and the forms of a few chains that are not decoded further. White space and
//! invisible characters around it are left out.
//!
//! A wrong checksum of base58 or bech32 is no address. One of EIP-55 is still looked up, with a
//! note: capitals get lost on the way, and a listed address must not pass for a wrong capital.

mod forms;

use hawkshaw_attribution::chain_named;
use hawkshaw_model::{Account, Address, ChainId, Printable};

use crate::shapes::Shapes;

/// Longer texts are no address of any chain.
const TEXT_BYTES_MAX: usize = 256;

/// What a text can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The accounts that it can be, the likeliest first: at least one.
    pub(crate) accounts: Vec<Account>,
    /// Whether a chain was said, by whoever asks or in the text.
    pub(crate) has_chain: bool,
    /// What a person must know of it.
    pub(crate) notes: Vec<String>,
    /// Why it is no address unless it stands on a list just so.
    pub(crate) doubt: Option<String>,
}

impl Reading {
    fn one(account: Account) -> Self {
        Self { accounts: vec![account], has_chain: false, notes: Vec::new(), doubt: None }
    }
}

/// Reads an address. `chain` is what whoever asks said.
///
/// # Errors
///
/// Why it is no address, as a sentence part.
pub(crate) fn read(
    text: &str,
    chain: Option<&ChainId>,
    undecoded: &Undecoded,
) -> Result<Reading, String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("it is over {TEXT_BYTES_MAX} bytes long"));
    }
    if let Some(strange) = text.chars().find(|c| !c.is_ascii_graphic()) {
        let shown = Printable(strange.encode_utf8(&mut [0; 4])).to_string();
        return Err(format!("`{shown}` (U+{:04X}) stands in no address", u32::from(strange)));
    }
    let (prefixed, address) = split(text)?;
    match (chain, prefixed) {
        (Some(asked), Some(said)) if *asked != said => {
            // CashAddr keeps its prefix on chains that came of Bitcoin Cash.
            if is_undecoded(asked) && is_undecoded(&said) {
                return on(asked, text, true);
            }
            Err(format!("it says that it is on {said}, and {asked} was asked for"))
        }
        (Some(chain), _) => on(chain, address, true),
        (None, Some(chain)) => {
            let mut reading = on(&chain, address, true)?;
            if is_undecoded(&chain) && text.matches(':').count() == 1 {
                add_listed(&mut reading, text, undecoded);
            }
            Ok(reading)
        }
        (None, None) => by_form(address, undecoded),
    }
}

fn is_undecoded(chain: &ChainId) -> bool {
    chain.namespace() == "other"
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}')
}

/// The chain that a text begins with, and the rest.
fn split(text: &str) -> Result<(Option<ChainId>, &str), String> {
    let Some((first, rest)) = text.split_once(':') else {
        return Ok((None, text));
    };
    if first.eq_ignore_ascii_case("script") {
        return Ok((None, text));
    }
    let first = first.to_ascii_lowercase();
    if let Some((reference, address)) = rest.split_once(':') {
        let known = format!("{first}:{reference}").parse::<ChainId>();
        let chain = match (known, first.as_str()) {
            (Ok(chain), _) => chain,
            (Err(error), "eip155" | "bip122" | "tron" | "other") => return Err(error.to_string()),
            // Chains of other families are named by the family alone in lists.
            (Err(error), _) => chain_named(&first).ok_or_else(|| error.to_string())?,
        };
        return Ok((Some(chain), address));
    }
    // A payment link: BIP-21 (`?amount=…`), EIP-681 (`pay-`, `@chain`).
    let address = rest.split(['?', '/']).next().unwrap_or(rest);
    let Some(chain) = chain_named(&first) else {
        // Some chains write such a beginning as a part of their addresses.
        return Ok((None, text));
    };
    if chain.namespace() != "eip155" {
        return Ok((Some(chain), address));
    }
    let address = address.strip_prefix("pay-").unwrap_or(address);
    match address.split_once('@') {
        None => Ok((Some(chain), address)),
        Some((address, number)) => {
            let chain = format!("eip155:{number}").parse::<ChainId>();
            chain.map(|chain| (Some(chain), address)).map_err(|error| error.to_string())
        }
    }
}

/// Reads an address of a chain.
fn on(chain: &ChainId, text: &str, has_chain: bool) -> Result<Reading, String> {
    let reading = match chain.namespace() {
        "eip155" => evm(chain, text)?,
        "tron" => Reading::one(tron(chain, text)?),
        "bip122" => Reading::one(parse(chain, text)?),
        _ => other(chain, text)?,
    };
    Ok(Reading { has_chain, ..reading })
}

fn parse(chain: &ChainId, text: &str) -> Result<Account, String> {
    Account::parse(chain, text).map_err(|error| match error {
        hawkshaw_model::AddressError::Impossible { reason, chain, .. } => {
            format!("it is no address on {chain}: {reason}")
        }
        error => error.to_string(),
    })
}

/// The 40 hex digits of an EVM address.
fn evm_digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    (digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

fn evm(chain: &ChainId, text: &str) -> Result<Reading, String> {
    let Some(digits) = evm_digits(text) else {
        return Err(format!("it is no address on {chain}: it must be 0x and 40 hex digits"));
    };
    if let Ok(account) = Account::parse(chain, &format!("0x{digits}")) {
        return Ok(Reading::one(account));
    }
    let account = parse(chain, &format!("0x{}", digits.to_ascii_lowercase()))?;
    let note = format!(
        "the EIP-55 checksum of the address is wrong (right: {}): somebody mistyped it, or a \
         program changed its capitals; it was looked up as it stands",
        account.address_for_people()
    );
    Ok(Reading { notes: vec![note], ..Reading::one(account) })
}

/// The 20 bytes that follow 0x41 in the hex form of a Tron address.
fn tron_digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let is_hex = digits.len() == 42 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.strip_prefix("41").filter(|_| is_hex)
}

fn tron(chain: &ChainId, text: &str) -> Result<Account, String> {
    // Contracts and logs of Tron have the 20 bytes alone, as on EVM chains.
    let Some(digits) = tron_digits(text).or_else(|| evm_digits(text)) else {
        return parse(chain, text);
    };
    let evm = parse(&ChainId::ethereum(), &format!("0x{}", digits.to_ascii_lowercase()))?;
    match evm.address() {
        Address::Evm(bytes) => Ok(Account::new(chain.clone(), Address::Tron(*bytes))),
        _ => Err("it has not 20 bytes".to_owned()),
    }
}

/// Reads an address of a chain that is not decoded: as it stands, and as lists write it.
fn other(chain: &ChainId, text: &str) -> Result<Reading, String> {
    let mut accounts = vec![parse(chain, text)?];
    for spelling in forms::spellings(text) {
        let account = parse(chain, &spelling)?;
        if !accounts.contains(&account) {
            accounts.push(account);
        }
    }
    Ok(Reading { accounts, has_chain: false, notes: Vec::new(), doubt: None })
}

/// Chains that are not decoded and on which something is listed, and how it looks there.
pub(crate) type Undecoded = Vec<(ChainId, Shapes)>;

/// Reads an address whose chain nobody said.
fn by_form(text: &str, undecoded: &Undecoded) -> Result<Reading, String> {
    let mut reading = match form(text) {
        Ok(reading) => reading,
        Err(reason) => Reading {
            accounts: Vec::new(),
            has_chain: false,
            notes: Vec::new(),
            doubt: Some(reason),
        },
    };
    add_listed(&mut reading, text, undecoded);
    match reading.doubt {
        Some(reason) if reading.accounts.is_empty() => Err(reason),
        _ => Ok(reading),
    }
}

/// Many chains share forms: where one of these holds the text on a list, it is that one.
fn add_listed(reading: &mut Reading, text: &str, undecoded: &Undecoded) {
    let mut spellings = forms::spellings(text);
    spellings.insert(0, text.to_owned());
    for (chain, shapes) in undecoded {
        for spelling in spellings.iter().filter(|spelling| shapes.fit(spelling)) {
            let Ok(account) = parse(chain, spelling) else { continue };
            if !reading.accounts.contains(&account) {
                reading.accounts.push(account);
            }
        }
    }
}

/// What the form of a text says that it is.
fn form(text: &str) -> Result<Reading, String> {
    if let Some((first, _)) = text.split_once(':').filter(|(first, _)| *first != "script") {
        return Err(format!("`{}` is the name of no chain", Printable(first)));
    }
    if evm_digits(text).is_some() {
        return evm(&ChainId::ethereum(), text);
    }
    if tron_digits(text).is_some() {
        return tron(&ChainId::tron(), text).map(Reading::one);
    }
    if let Some(digits) = text.strip_prefix("xdc").filter(|digits| evm_digits(digits).is_some()) {
        let chain = chain_named("eip155:50").ok_or_else(|| "it is of no chain".to_owned())?;
        return evm(&chain, digits);
    }
    if text.starts_with("0x") || text.starts_with("0X") {
        return Err("it begins with 0x and has not 40 hex digits after that".to_owned());
    }
    for chain in forms::bitcoin_chains() {
        if let Ok(account) = Account::parse(&chain, text) {
            return Ok(Reading::one(account));
        }
    }
    if let Ok(account) = Account::parse(&ChainId::tron(), text) {
        return Ok(Reading::one(account));
    }
    let mut accounts = Vec::new();
    for chain in forms::chains_of(text)? {
        accounts.extend(other(&chain, text)?.accounts);
    }
    Ok(Reading { accounts, has_chain: false, notes: Vec::new(), doubt: None })
}

#[cfg(test)]
mod tests;
