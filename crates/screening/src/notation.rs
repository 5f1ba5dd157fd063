//! What somebody typed for an address, in whatever notation.
//!
//! Whoever asks passes on what a client typed or another program wrote. Read are: addresses with
//! their chain (CAIP-10) or after the name of it (`bitcoin:…`, `ronin:…`, payment links), EVM
//! addresses in any case and without `0x`, Bitcoin addresses of every kind, Tron addresses in
//! base58 and hex, and the forms of chains that are not decoded further. White space and
//! invisible characters around it are left out.
//!
//! A wrong checksum of base58 or bech32 is no address, and a text that has not the form of the
//! chain that was said is none there. One of EIP-55 is still looked up, with a note: capitals get
//! lost on the way, and a listed address must not pass for a wrong capital. For the same reason
//! what is no address is looked up too, and counts only where it stands on a list just so.

use hawkshaw_attribution::{
    Identity, Verdict, chain_named, chains_of, evm_bytes, evm_bytes_of_bech32, identity, prefixed,
    script, spelled, verdict,
};
use hawkshaw_model::{Account, Address, ChainId, Printable};

use crate::key::AddressKey;
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
    let (prefix, address) = prefixed(text)?;
    let mut reading = match (chain, prefix) {
        // CashAddr keeps its prefix on chains that came of Bitcoin Cash.
        (Some(asked), Some(said))
            if *asked != said && !(is_undecoded(asked) && is_undecoded(&said)) =>
        {
            let reason = format!("it says that it is on {said}, and {asked} was asked for");
            match on_or_elsewhere(&said, address) {
                Ok(reading) => Ok(Reading { doubt: Some(reason), ..reading }),
                Err(_) => Err(reason),
            }
        }
        (Some(asked), Some(said)) if *asked != said => on_or_elsewhere(asked, text),
        (Some(chain), _) => on_or_elsewhere(chain, address),
        (None, Some(chain)) => on_or_elsewhere(&chain, address),
        (None, None) => return by_form(address, undecoded),
    }?;
    reading.has_chain = true;
    add_alike(&mut reading, address, undecoded);
    if address != text {
        add_alike(&mut reading, text, undecoded);
    }
    Ok(reading)
}

fn is_undecoded(chain: &ChainId) -> bool {
    chain.namespace() == "other"
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}')
}

/// Reads an address of a chain. What is none there is looked up by its form, and counts only
/// where it stands on a list.
fn on_or_elsewhere(chain: &ChainId, text: &str) -> Result<Reading, String> {
    let reason = match on(chain, text) {
        Ok(reading) => return Ok(reading),
        Err(reason) => reason,
    };
    match form(text) {
        Ok(reading) => Ok(Reading { doubt: Some(reason), ..reading }),
        Err(_) => Err(reason),
    }
}

/// Reads an address of a chain.
fn on(chain: &ChainId, text: &str) -> Result<Reading, String> {
    match chain.namespace() {
        "eip155" => evm(chain, text),
        "tron" => tron(chain, text).map(Reading::one),
        "bip122" => bitcoin(chain, text),
        _ => other(chain, text),
    }
}

fn parse(chain: &ChainId, text: &str) -> Result<Account, String> {
    Account::parse(chain, &spelled(text)).map_err(|error| match error {
        hawkshaw_model::AddressError::Impossible { reason, chain, .. } => {
            format!("it is no address on {chain}: {reason}")
        }
        error => error.to_string(),
    })
}

fn evm(chain: &ChainId, text: &str) -> Result<Reading, String> {
    let Some(bytes) = evm_bytes(text).or_else(|| evm_bytes_of_bech32(text)) else {
        return Err(format!("it is no address on {chain}: it must be 0x and 40 hex digits"));
    };
    let account = Account::new(chain.clone(), Address::Evm(bytes));
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let is_hex = digits.len() == 40;
    if !is_hex || Account::parse(chain, &format!("0x{digits}")).is_ok() {
        return Ok(Reading::one(account));
    }
    let note = format!(
        "the EIP-55 checksum of the address is wrong (right: {}): somebody mistyped it, or a \
         program changed its capitals; it was looked up as it stands",
        account.address_for_people()
    );
    Ok(Reading { notes: vec![note], ..Reading::one(account) })
}

/// Reads an address of Bitcoin. One of Bitcoin Cash has the same script there.
fn bitcoin(chain: &ChainId, text: &str) -> Result<Reading, String> {
    let reason = match parse(chain, text) {
        Ok(account) => return Ok(Reading::one(account)),
        Err(reason) => reason,
    };
    match script(text).filter(|_| *chain == ChainId::bitcoin()) {
        Some(script) => {
            let account = Account::new(chain.clone(), Address::Script(script.into()));
            Ok(Reading { doubt: Some(reason), ..Reading::one(account) })
        }
        None => Err(reason),
    }
}

/// The 20 bytes that follow 0x41 in the hex form of a Tron address.
fn tron_digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let is_hex = digits.len() == 42 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.strip_prefix("41").filter(|_| is_hex)
}

fn tron(chain: &ChainId, text: &str) -> Result<Account, String> {
    // Contracts and logs of Tron have the 20 bytes alone, as on EVM chains.
    match evm_bytes(tron_digits(text).unwrap_or(text)) {
        Some(bytes) => Ok(Account::new(chain.clone(), Address::Tron(bytes))),
        None => parse(chain, text),
    }
}

/// Reads an address of a chain that is not decoded, as it stands.
fn other(chain: &ChainId, text: &str) -> Result<Reading, String> {
    let account = parse(chain, text)?;
    let doubt = match verdict(chain, text) {
        Verdict::Right | Verdict::Plausible => None,
        Verdict::Wrong(reason) => Some(reason),
    };
    Ok(Reading { doubt, ..Reading::one(account) })
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

/// Many chains share forms: where a text is an address on another of these, it is looked up there
/// too.
fn add_alike(reading: &mut Reading, text: &str, undecoded: &Undecoded) {
    let is_evm = |account: &Account| account.chain().namespace() == "eip155";
    if reading.accounts.iter().all(is_evm) {
        return;
    }
    if let Ok(account) = Account::parse(&ChainId::bitcoin(), text) {
        add(reading, account);
    }
    add_listed(reading, text, undecoded);
}

/// Where a chain that is not decoded holds the text on a list, it is that one.
fn add_listed(reading: &mut Reading, text: &str, undecoded: &Undecoded) {
    for (chain, shapes) in undecoded {
        let own = match identity(chain, text) {
            Identity::Here(own) => own,
            Identity::Bitcoin(_) => continue,
            // These are the same on every chain.
            Identity::Evm(_) | Identity::Everywhere(_) => return,
        };
        if shapes.fit(&own)
            && let Ok(account) = parse(chain, text)
        {
            add(reading, account);
        }
    }
}

/// Adds an account that is none of those that are there.
fn add(reading: &mut Reading, account: Account) {
    let key = AddressKey::of(&account);
    if reading.accounts.iter().all(|known| AddressKey::of(known) != key) {
        reading.accounts.push(account);
    }
}

/// What the form of a text says that it is.
fn form(text: &str) -> Result<Reading, String> {
    if evm_bytes(text).is_some() {
        let chain = if text.len() == 43 { chain_named("xdc") } else { None };
        return evm(&chain.unwrap_or_else(ChainId::ethereum), text);
    }
    if tron_digits(text).is_some() {
        return tron(&ChainId::tron(), text).map(Reading::one);
    }
    if text.starts_with("0x") || text.starts_with("0X") {
        return Err("it begins with 0x and has not 40 hex digits after that".to_owned());
    }
    for chain in bitcoin_chains() {
        if let Ok(account) = Account::parse(&chain, text) {
            return Ok(Reading::one(account));
        }
    }
    if let Ok(account) = Account::parse(&ChainId::tron(), text) {
        return Ok(Reading::one(account));
    }
    let chains = chains_of(text).map_err(|reason| match text.split_once(':') {
        Some((first, _)) if first != "script" => {
            format!("`{}` is the name of no chain", Printable(first))
        }
        _ => reason,
    })?;
    let accounts: Result<Vec<Account>, String> =
        chains.iter().map(|chain| parse(chain, text)).collect();
    Ok(Reading { accounts: accounts?, has_chain: false, notes: Vec::new(), doubt: None })
}

/// Bitcoin and its test networks, which have their own prefixes.
fn bitcoin_chains() -> [ChainId; 4] {
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

#[cfg(test)]
mod tests;
