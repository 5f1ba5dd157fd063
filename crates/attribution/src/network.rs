//! Which chain a ticker, a network name or the form of an address means.

mod names;

use hawkshaw_model::{Account, Address, ChainId, Printable};

use self::names::{BY_FIRST_BLOCK, ENDINGS, EVM, OTHERS, TOKENS};
use crate::forms;

/// What a ticker says about the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Network {
    /// It is this one.
    Chain(ChainId),
    /// A token that lives on several chains: the form of the address decides.
    ByForm,
}

/// The chain that a name, a ticker of its coin or a CAIP-2 id means, in either case; `None` for
/// what is no name of a chain that is known, or of several.
///
/// ```
/// use hawkshaw_attribution::chain_named;
///
/// assert_eq!(chain_named("Bitcoin"), Some(hawkshaw_model::ChainId::bitcoin()));
/// assert_eq!(chain_named("litecoin"), chain_named("LTC"));
/// assert_eq!(chain_named("usdt"), None);
/// ```
pub fn chain_named(name: &str) -> Option<ChainId> {
    match known(name.trim())? {
        Network::Chain(chain) => Some(chain),
        Network::ByForm => None,
    }
}

/// Reads a ticker or a network name, in either case, or a CAIP-2 id. `None` where it cannot
/// name a chain at all.
pub(crate) fn network_of(name: &str) -> Option<Network> {
    let name = name.trim();
    if let Some(network) = known(name) {
        return Some(network);
    }
    chain_of_files(name).map(Network::Chain)
}

/// Whether a name is that of a token whose contract is on several chains: which one is meant is
/// told by the form of the address.
///
/// ```
/// assert!(hawkshaw_attribution::is_token("USDT"));
/// assert!(!hawkshaw_attribution::is_token("USDT-TRC20"));
/// ```
pub fn is_token(name: &str) -> bool {
    known(name.trim()) == Some(Network::ByForm)
}

/// The chain that files mean by a name that is not known: one of its own. Whoever asks by that
/// name can mean it too, where something is listed there.
///
/// ```
/// use hawkshaw_attribution::{chain_named, chain_of_files};
///
/// assert_eq!(chain_named("New Chain"), None);
/// assert_eq!(chain_of_files("New Chain").unwrap().as_str(), "other:new-chain");
/// ```
pub fn chain_of_files(name: &str) -> Option<ChainId> {
    if name.contains(':') {
        return None;
    }
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let slug: String = name.trim().to_lowercase().chars().map(letter).collect();
    ChainId::other(slug.trim_matches('-')).ok()
}

/// What a name means that is known.
fn known(name: &str) -> Option<Network> {
    if name.contains(':') {
        return of_caip2(name).map(Network::Chain);
    }
    if let Some(network) = of_word(&plain(name)) {
        return Some(network);
    }
    // `V-Systems (VSYS)`, `USDT-TRC20`: all words that are known mean the same.
    let bracketed = name.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    if let Some(network) = bracketed.and_then(|(word, _)| of_word(&plain(word))) {
        return Some(network);
    }
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut meant: Option<Network> = None;
    for word in words {
        let network = of_word(&plain(word))?;
        meant = match (meant, network) {
            (None | Some(Network::ByForm), network) => Some(network),
            (meant, Network::ByForm) => meant,
            (Some(meant), network) if meant == network => Some(meant),
            _ => return None,
        };
    }
    meant
}

/// A name without case, white space and punctuation.
fn plain(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

fn of_word(word: &str) -> Option<Network> {
    of_exact_word(word).or_else(|| {
        let short = ENDINGS.iter().find_map(|ending| word.strip_suffix(ending))?;
        of_exact_word(short).filter(|network| *network != Network::ByForm)
    })
}

fn of_exact_word(word: &str) -> Option<Network> {
    if TOKENS.contains(&word) {
        return Some(Network::ByForm);
    }
    let numbered = word.parse::<u64>().ok().filter(|id| *id > 0 && id.to_string() == word);
    let evm = EVM.iter().find(|(known, _)| *known == word).map(|(_, id)| *id).or(numbered);
    if let Some(id) = evm {
        return format!("eip155:{id}").parse().ok().map(Network::Chain);
    }
    let chain = match word {
        "btc" | "xbt" | "bitcoin" | "bitcoins" => ChainId::bitcoin(),
        "trx" | "tron" | "trc20" | "trc10" => ChainId::tron(),
        _ => {
            let (_, ticker) = OTHERS.iter().find(|(known, _)| *known == word)?;
            ChainId::other(ticker).ok()?
        }
    };
    Some(Network::Chain(chain))
}

/// A chain named as CAIP-2 has it, also of families that are not decoded (`solana:5eykt…`).
fn of_caip2(name: &str) -> Option<ChainId> {
    let (family, reference) = name.split_once(':')?;
    if let Some((_, ticker)) = BY_FIRST_BLOCK.iter().find(|(block, _)| *block == reference) {
        return ChainId::other(ticker).ok();
    }
    let family = family.to_ascii_lowercase();
    match format!("{family}:{reference}").parse::<ChainId>() {
        Ok(chain) => match chain.namespace() {
            // A name of a chain after `other:` is that chain.
            "other" => chain_named(chain.reference()).or(Some(chain)),
            _ => Some(chain),
        },
        Err(_) if matches!(family.as_str(), "eip155" | "bip122" | "tron" | "other") => None,
        Err(_) => match of_exact_word(&family)? {
            Network::Chain(chain) => Some(chain),
            Network::ByForm => None,
        },
    }
}

/// The chain that a text begins with, and the rest: CAIP-10, payment links (BIP-21, `?amount=…`;
/// EIP-681, `pay-`, `@chain`), and names of chains before a colon.
///
/// # Errors
///
/// When it begins with a chain that cannot be, as a sentence part.
pub fn prefixed(text: &str) -> Result<(Option<ChainId>, &str), String> {
    let Some((first, rest)) = text.split_once(':') else {
        return Ok((None, text));
    };
    if first.eq_ignore_ascii_case("script") || forms::is_raw_ton(text) {
        return Ok((None, text));
    }
    if let Some((reference, address)) = rest.split_once(':') {
        let chain = of_caip2(&format!("{first}:{reference}"));
        let named = chain.or_else(|| chain_named(first).filter(|_| forms::is_raw_ton(rest)));
        return match named {
            Some(chain) if forms::is_raw_ton(rest) => Ok((Some(chain), rest)),
            Some(chain) => Ok((Some(chain), address)),
            None => Err(format!(
                "`{}` is the name of no chain",
                Printable(&text[..first.len() + 1 + reference.len()])
            )),
        };
    }
    let address = rest.split(['?', '/']).next().unwrap_or(rest);
    let Some(chain) = chain_named(first) else {
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

/// Reads an address on the network that a source names.
///
/// # Errors
///
/// Why it is no address there, as a sentence part.
pub(crate) fn account_on(network: &Network, address: &str) -> Result<Account, String> {
    let address = address.trim();
    match network {
        Network::ByForm => account_by_form(address),
        Network::Chain(chain) => on_chain(chain, address),
    }
}

/// Reads an address whose chain only its form tells: `0x…` as Ethereum, Bitcoin and Tron by
/// their checksums, others by their forms; or after the name of its chain.
///
/// # Errors
///
/// Why it is none.
pub(crate) fn account_by_form(address: &str) -> Result<Account, String> {
    let address = address.trim();
    let (chain, rest) = prefixed(address)?;
    if let Some(chain) = chain {
        return on_chain(&chain, rest);
    }
    if forms::evm_bytes(address).is_some() || address.starts_with("0x") || address.starts_with("0X")
    {
        let is_xdc = address.len() == 43;
        let chain = if is_xdc { "eip155:50".parse().ok() } else { None };
        return on_chain(&chain.unwrap_or_else(ChainId::ethereum), address);
    }
    for chain in [ChainId::bitcoin(), ChainId::tron()] {
        if let Ok(account) = Account::parse(&chain, address) {
            return Ok(account);
        }
    }
    let shown = || shortened(address);
    let chains = forms::chains_of(address).map_err(|reason| format!("`{}`: {reason}", shown()))?;
    let chain = chains.first().ok_or_else(|| format!("`{}` is of no chain", shown()))?;
    parse(chain, address)
}

/// Reads an address of a chain; one of an EVM chain also where its EIP-55 checksum is wrong. What
/// somebody listed must not be lost to a wrong capital: see [`has_wrong_checksum`]. Of a chain
/// that is not decoded any text is read, since a list may know what is not known here.
fn on_chain(chain: &ChainId, address: &str) -> Result<Account, String> {
    let address = unprefixed(chain, address);
    match chain.namespace() {
        "eip155" => {
            let own = forms::evm_bytes(address).or_else(|| forms::evm_bytes_of_bech32(address));
            match own {
                Some(bytes) => Ok(Account::new(chain.clone(), Address::Evm(bytes))),
                // Chains of which a part is no EVM, such as Cronos and BNB's Beacon Chain.
                None => bech32_account(address)
                    .map_or_else(|| Account::parse(chain, address).map_err(|e| e.to_string()), Ok),
            }
        }
        "other" => parse(chain, address),
        _ => Account::parse(chain, address).map_err(|error| error.to_string()),
    }
}

fn bech32_account(address: &str) -> Option<Account> {
    if !forms::looks_like_bech32(address) || address.to_ascii_lowercase().starts_with("bc1") {
        return None;
    }
    let chains = forms::chains_of(address).ok()?;
    parse(chains.first()?, address).ok()
}

/// Reads a text on a chain that is not decoded.
fn parse(chain: &ChainId, address: &str) -> Result<Account, String> {
    Account::parse(chain, &forms::spelled(address)).map_err(|error| error.to_string())
}

/// An address without the name of its own chain before it.
fn unprefixed<'a>(chain: &ChainId, address: &'a str) -> &'a str {
    match prefixed(address) {
        Ok((Some(said), rest)) if said == *chain => rest,
        _ => address,
    }
}

/// Whether a text is an EVM address whose mixed case is not its EIP-55 checksum.
pub(crate) fn has_wrong_checksum(address: &str) -> bool {
    let address = address.trim();
    let Some(digits) = address.strip_prefix("0x").or_else(|| address.strip_prefix("0X")) else {
        return false;
    };
    forms::evm_bytes(address).is_some()
        && Account::parse(&ChainId::ethereum(), &format!("0x{digits}")).is_err()
}

/// The start of a refused text, safe to show.
pub(crate) fn shortened(text: &str) -> String {
    const CHARACTERS_MAX: usize = 120;
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((cut, _)) => format!("{}…", hawkshaw_model::Printable(&text[..cut])),
        None => hawkshaw_model::Printable(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Network, account_by_form, account_on, network_of};

    fn chain(name: &str) -> String {
        match network_of(name) {
            Some(Network::Chain(chain)) => chain.to_string(),
            Some(Network::ByForm) => "by form".to_owned(),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn tickers_name_chains_in_either_case() {
        for (name, id) in [
            ("ETH", "eip155:1"),
            ("eth", "eip155:1"),
            ("BSC", "eip155:56"),
            ("BEP20", "eip155:56"),
            ("MATIC", "eip155:137"),
            ("AVAX", "eip155:43114"),
            ("ETC", "eip155:61"),
            ("BTC", "bip122:000000000019d6689c085ae165831e93"),
            ("xbt", "bip122:000000000019d6689c085ae165831e93"),
            ("TRX", "tron:0x2b6653dc"),
            ("XMR", "other:xmr"),
            ("Ripple", "other:xrp"),
            ("V-Systems (VSYS)", "other:vsys"),
            ("Binance Smart Chain", "eip155:56"),
            ("BNB Chain", "eip155:56"),
            ("Arbitrum One", "eip155:42161"),
            ("Ethereum Classic", "eip155:61"),
            ("Ethereum Mainnet", "eip155:1"),
            ("ERC-20", "eip155:1"),
            ("USDT-TRC20", "tron:0x2b6653dc"),
            ("KLAY", "eip155:8217"),
            ("HECO", "eip155:128"),
            ("56", "eip155:56"),
            ("bip122:12a765e31ffd4059bada1e25190f6e98", "other:ltc"),
            ("Some New Chain", "other:some-new-chain"),
            ("eip155:10", "eip155:10"),
            ("USDT", "by form"),
            ("", "none"),
            ("eip155:x", "none"),
        ] {
            assert_eq!(chain(name), id, "{name}");
        }
    }

    #[test]
    fn the_form_of_an_address_tells_its_chain() {
        let form = |text| account_by_form(text).map(|a| a.chain().name().to_owned());
        assert_eq!(form("0x175d44451403Edf28469dF03A9280c1197ADb92c").unwrap(), "Ethereum");
        assert_eq!(form("16iWn2J1McqjToYLHSsAyS6En3QA8YQ91H").unwrap(), "Bitcoin");
        assert_eq!(form("TEAqwfMhXLaomXhZ8KeMhx3njGmQEDnsUR").unwrap(), "Tron");
        assert_eq!(form("LNwgtMxcKUQ51dw7bQL1yPQjBVZh6QEqsd").unwrap(), "other:ltc");
        assert!(form("LNwgtMxcKUQ51dw7bQL1yPQjBVZh6QEqse").is_err());
        assert!(form("").is_err());
    }

    #[test]
    fn one_address_has_one_spelling() {
        let bch = network_of("BCH").unwrap();
        let a = account_on(&bch, "bitcoincash:qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq");
        let b = account_on(&bch, "qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq");
        assert_eq!(a, b);
        let xdc = network_of("xinfin").unwrap();
        let a = account_on(&xdc, "xdc472c619028bA67B817b48f8d64DBB7699Ce0fadf").unwrap();
        assert_eq!(a.to_string(), "eip155:50:0x472c619028ba67b817b48f8d64dbb7699ce0fadf");
        let eth = network_of("ETH").unwrap();
        assert!(account_on(&eth, "0X19AA5FE80D33A56D56C78E82EA5E50E5D80B4DFF").is_ok());
    }
}
