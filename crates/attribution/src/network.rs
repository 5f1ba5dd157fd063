//! Which chain a ticker, a network name or the form of an address means.

use hawkshaw_model::{Account, ChainId};

/// What a ticker says about the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Network {
    /// It is this one.
    Chain(ChainId),
    /// A token that lives on several chains: the form of the address decides.
    ByForm,
}

/// EVM chains by the names that tag files use. Source: <https://chainid.network>.
const EVM: [(&str, u64); 37] = [
    ("eth", 1),
    ("ethereum", 1),
    ("op", 10),
    ("optimism", 10),
    ("cro", 25),
    ("rbtc", 30),
    ("xdc", 50),
    ("xinfin", 50),
    ("bnb", 56),
    ("bsc", 56),
    ("bep20", 56),
    ("etc", 61),
    ("gno", 100),
    ("gnosis", 100),
    ("xdai", 100),
    ("matic", 137),
    ("pol", 137),
    ("polygon", 137),
    ("ftm", 250),
    ("fantom", 250),
    ("kcs", 321),
    ("kcc", 321),
    ("ron", 2020),
    ("ronin", 2020),
    ("kava", 2222),
    ("base", 8453),
    ("arb", 42161),
    ("arbitrum", 42161),
    ("celo", 42220),
    ("avax", 43114),
    ("avalanche", 43114),
    ("linea", 59144),
    ("blast", 81457),
    ("scroll", 534352),
    ("zksync", 324),
    ("glmr", 1284),
    ("movr", 1285),
];

/// Tokens whose contract may be on any of several chains.
const TOKENS: [&str; 16] = [
    "usdt", "usdc", "dai", "weth", "wbtc", "busd", "tusd", "usdp", "usde", "pyusd", "omni", "shib",
    "link", "uni", "steth", "wsteth",
];

/// Chains that are not decoded, by their names: tags and lists write their tickers.
const OTHERS: [(&str, &str); 22] = [
    ("ripple", "xrp"),
    ("xrpl", "xrp"),
    ("monero", "xmr"),
    ("litecoin", "ltc"),
    ("solana", "sol"),
    ("bitcoincash", "bch"),
    ("bitcoin-cash", "bch"),
    ("bitcoinsv", "bsv"),
    ("bitcoin-sv", "bsv"),
    ("bitcoingold", "btg"),
    ("bitcoin-gold", "btg"),
    ("dogecoin", "doge"),
    ("zcash", "zec"),
    ("verge", "xvg"),
    ("cardano", "ada"),
    ("polkadot", "dot"),
    ("stellar", "xlm"),
    ("cosmos", "atom"),
    ("algorand", "algo"),
    ("tezos", "xtz"),
    ("toncoin", "ton"),
    ("near-protocol", "near"),
];

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
    let lower = name.trim().to_lowercase();
    let is_known = lower.contains(':')
        || EVM.iter().any(|(known, _)| *known == lower)
        || OTHERS.iter().any(|(known, ticker)| *known == lower || *ticker == lower)
        || ["btc", "xbt", "bitcoin", "trx", "tron", "trc20", "dash"].contains(&lower.as_str());
    match network_of(&lower) {
        Some(Network::Chain(chain)) if is_known => Some(chain),
        _ => None,
    }
}

/// Reads a ticker or a network name, in either case, or a CAIP-2 id. `None` where it cannot
/// name a chain at all.
pub(crate) fn network_of(name: &str) -> Option<Network> {
    let name = name.trim();
    if name.contains(':') {
        return name.parse().ok().map(Network::Chain);
    }
    let lower = name.to_lowercase();
    if TOKENS.contains(&lower.as_str()) {
        return Some(Network::ByForm);
    }
    if let Some((_, id)) = EVM.iter().find(|(known, _)| *known == lower) {
        return format!("eip155:{id}").parse().ok().map(Network::Chain);
    }
    let chain = match lower.as_str() {
        "btc" | "xbt" | "bitcoin" => ChainId::bitcoin(),
        "trx" | "tron" | "trc20" => ChainId::tron(),
        _ => {
            if let Some((_, ticker)) = OTHERS.iter().find(|(known, _)| *known == lower) {
                return ChainId::other(ticker).ok().map(Network::Chain);
            }
            let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
            let slug: String = lower.chars().map(letter).collect();
            ChainId::other(slug.trim_matches('-')).ok()?
        }
    };
    Some(Network::Chain(chain))
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
        Network::Chain(chain) => parse_mended(chain, &spelled(chain, address)),
    }
}

/// Reads an address whose chain only its form tells: `0x…` as Ethereum, Bitcoin and Tron by
/// their checksums; or CAIP-10.
///
/// # Errors
///
/// Why it is none, or that it could be several.
pub(crate) fn account_by_form(address: &str) -> Result<Account, String> {
    let address = address.trim();
    if address.starts_with("0x") || address.starts_with("0X") {
        let chain = ChainId::ethereum();
        return parse_mended(&chain, &spelled(&chain, address));
    }
    if address.contains(':') && !address.starts_with("script:") {
        return address.parse().map_err(|e: hawkshaw_model::AddressError| e.to_string());
    }
    let bitcoin = Account::parse(&ChainId::bitcoin(), address);
    let tron = Account::parse(&ChainId::tron(), address);
    match (bitcoin, tron) {
        (Ok(account), Err(_)) | (Err(_), Ok(account)) => Ok(account),
        (Ok(_), Ok(_)) => Err(format!("`{}` could be of several chains", shortened(address))),
        (Err(_), Err(_)) => Err(format!(
            "`{}` has the form of no known chain (0x…, Bitcoin, Tron T…)",
            shortened(address)
        )),
    }
}

/// Reads an address of a chain; one of an EVM chain also where its EIP-55 checksum is wrong. What
/// somebody listed must not be lost to a wrong capital: see [`has_wrong_checksum`].
fn parse_mended(chain: &ChainId, address: &str) -> Result<Account, String> {
    match Account::parse(chain, address) {
        Err(_) if chain.namespace() == "eip155" && has_wrong_checksum(address) => {
            Account::parse(chain, &address.to_ascii_lowercase()).map_err(|e| e.to_string())
        }
        read => read.map_err(|error| error.to_string()),
    }
}

/// Whether a text is an EVM address whose mixed case is not its EIP-55 checksum.
pub(crate) fn has_wrong_checksum(address: &str) -> bool {
    let address = address.trim();
    let is_hex = address.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    let spelled = spelled(&ChainId::ethereum(), address);
    is_hex
        && Account::parse(&ChainId::ethereum(), &spelled).is_err()
        && Account::parse(&ChainId::ethereum(), &spelled.to_ascii_lowercase()).is_ok()
}

/// The spellings that one address has in lists, made one: `0X…`, hex on chains that are not
/// decoded, and the prefix of CashAddr.
fn spelled(chain: &ChainId, address: &str) -> String {
    let address = match address.strip_prefix("0X") {
        Some(digits) => format!("0x{digits}"),
        None => address.to_owned(),
    };
    if chain.as_str() == "eip155:50" && address.len() == 43 {
        // XDC writes `xdc` for `0x`.
        return match address.strip_prefix("xdc") {
            Some(digits) => format!("0x{digits}"),
            None => address,
        };
    }
    if chain.namespace() != "other" {
        return address;
    }
    let is_hex = address.len() == 42
        && address.starts_with("0x")
        && address[2..].bytes().all(|b| b.is_ascii_hexdigit());
    if is_hex {
        return address.to_ascii_lowercase();
    }
    match address.strip_prefix("bitcoincash:") {
        Some(rest) if chain.reference() == "bch" => rest.to_owned(),
        _ => address,
    }
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
            ("V-Systems (VSYS)", "other:v-systems--vsys"),
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
        assert!(form("LNwgtMxcKUQ51dw7bQL1yPQjBVZh6QEqsd").is_err());
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
