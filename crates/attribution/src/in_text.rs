//! Addresses that stand in free text, such as the remarks of a list of sanctions.
//!
//! Lists that have no field for addresses put them into sentences. What is taken for one is
//! strict: a checksum has to be right (base58check, bech32, EIP-55), or a word that speaks of
//! coins has to stand beside it. What looks like an address and is none is given back too, so
//! that it can be counted.

use hawkshaw_model::Account;

use crate::network::{account_by_form, account_on, network_of};

/// Words of a text that are looked at. Remarks have some hundreds.
const WORDS_MAX: usize = 200_000;

/// Words before an address among which a currency is looked for.
const CURRENCY_WORDS: usize = 6;

/// Words before and behind an address among which one that speaks of coins is looked for.
const CONTEXT_WORDS: usize = 14;

/// Currencies by the words that texts use, in lower case, and their tickers.
const CURRENCIES: [(&str, &str); 52] = [
    ("btc", "XBT"),
    ("xbt", "XBT"),
    ("bitcoin", "XBT"),
    ("bitcoins", "XBT"),
    ("eth", "ETH"),
    ("ether", "ETH"),
    ("ethereum", "ETH"),
    ("erc20", "ETH"),
    ("usdt", "USDT"),
    ("tether", "USDT"),
    ("usdc", "USDC"),
    ("dai", "DAI"),
    ("trx", "TRX"),
    ("tron", "TRX"),
    ("trc20", "TRX"),
    ("bsc", "BSC"),
    ("bnb", "BSC"),
    ("bep20", "BSC"),
    ("binance", "BSC"),
    ("arb", "ARB"),
    ("arbitrum", "ARB"),
    ("matic", "MATIC"),
    ("polygon", "MATIC"),
    ("avax", "AVAX"),
    ("avalanche", "AVAX"),
    ("optimism", "OP"),
    ("etc", "ETC"),
    ("ltc", "LTC"),
    ("litecoin", "LTC"),
    ("xmr", "XMR"),
    ("monero", "XMR"),
    ("dash", "DASH"),
    ("zec", "ZEC"),
    ("zcash", "ZEC"),
    ("xrp", "XRP"),
    ("ripple", "XRP"),
    ("bch", "BCH"),
    ("bitcoincash", "BCH"),
    ("bsv", "BSV"),
    ("btg", "BTG"),
    ("doge", "DOGE"),
    ("dogecoin", "DOGE"),
    ("sol", "SOL"),
    ("solana", "SOL"),
    ("xvg", "XVG"),
    ("verge", "XVG"),
    ("ton", "TON"),
    ("toncoin", "TON"),
    ("ada", "ADA"),
    ("cardano", "ADA"),
    ("xlm", "XLM"),
    ("stellar", "XLM"),
];

/// Words that speak of coins without naming one.
const CONTEXT: [&str; 19] = [
    "wallet",
    "wallets",
    "address",
    "addresses",
    "crypto",
    "cryptocurrency",
    "cryptocurrencies",
    "cryptoasset",
    "cryptoassets",
    "virtual",
    "digital",
    "currency",
    "blockchain",
    "token",
    "tokens",
    "coin",
    "coins",
    "adresse",
    "stablecoin",
];

/// Forms of addresses of chains whose checksums are not checked: ticker, beginnings, shortest
/// and longest. Such an address counts only where its currency stands beside it.
const FORMS: [(&str, &[&str], usize, usize); 13] = [
    ("LTC", &["L", "M", "3", "ltc1"], 26, 62),
    ("XMR", &["4", "8"], 95, 106),
    ("DASH", &["X", "7"], 33, 35),
    ("ZEC", &["t1", "t3", "zs1", "u1"], 35, 250),
    ("XRP", &["r"], 25, 35),
    ("BCH", &["q", "p", "1", "3"], 26, 42),
    ("BSV", &["1", "3"], 26, 35),
    ("BTG", &["G", "A", "btg1"], 26, 62),
    ("DOGE", &["D", "A", "9"], 33, 35),
    ("XVG", &["D"], 33, 35),
    ("SOL", &[""], 43, 44),
    ("TON", &["EQ", "UQ"], 48, 48),
    ("ADA", &["addr1", "Ae2", "DdzFF"], 58, 128),
];

/// What stands in a text.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Addresses, each once, with the currency that stands beside them.
    pub(crate) addresses: Vec<(Account, Option<&'static str>)>,
    /// What looks like an address and cannot be taken for one, with the reason.
    pub(crate) refused: Vec<String>,
}

/// The addresses that stand in a text.
pub(crate) fn addresses(text: &str) -> Found {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let separator = |c: char| !c.is_alphanumeric();
    let words: Vec<&str> =
        visible.split(separator).filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
    let mut found = Found::default();
    for (at, word) in words.iter().enumerate() {
        if is_candidate(word) {
            judge(&words, at, word, &mut found);
        }
    }
    found
}

fn judge(words: &[&str], at: usize, word: &str, found: &mut Found) {
    let currency = currency(words, at);
    let has_context = currency.is_some() || has_context(words, at);
    let account = match hex_digits(word) {
        Some(40) => evm(word, currency, has_context),
        Some(64) => return,
        Some(digits) if (36..=44).contains(&digits) && has_context => {
            Err(format!("`{word}` has {digits} hex digits instead of 40"))
        }
        Some(_) => return,
        None => match of_other_form(word, currency) {
            Some(account) => Ok(account),
            // Long words without a checksum are common; beside a currency they are told.
            None if currency.is_some() && looks_like_base58(word) => {
                Err(format!("`{word}` beside {} is no address", currency.unwrap_or_default()))
            }
            None => return,
        },
    };
    match account {
        Ok(account) if found.addresses.iter().all(|(known, _)| *known != account) => {
            found.addresses.push((account, currency));
        }
        Ok(_) => {}
        Err(reason) => found.refused.push(reason),
    }
}

/// An address of an EVM chain: of the chain beside it, else of Ethereum.
fn evm(word: &str, currency: Option<&str>, has_context: bool) -> Result<Account, String> {
    let by_form = account_by_form(word)?;
    let digits = word.get(2..).unwrap_or_default();
    let is_checked = digits.bytes().any(|b| b.is_ascii_lowercase())
        && digits.bytes().any(|b| b.is_ascii_uppercase());
    if !is_checked && !has_context {
        return Err(format!("`{word}` stands without a checksum and without a word about coins"));
    }
    let network = currency.and_then(network_of);
    let named = network.and_then(|network| account_on(&network, word).ok());
    Ok(named.filter(|account| account.chain().namespace() == "eip155").unwrap_or(by_form))
}

/// An address of another chain: by its checksum, or by its form beside its currency.
fn of_other_form(word: &str, currency: Option<&str>) -> Option<Account> {
    let checked = account_by_form(word).ok();
    let is_of = |ticker: &str| {
        FORMS.iter().any(|(known, beginnings, least, most)| {
            *known == ticker
                && (*least..=*most).contains(&word.len())
                && beginnings.iter().any(|beginning| word.starts_with(beginning))
        })
    };
    match currency.filter(|ticker| is_of(ticker)) {
        // A checksum of Bitcoin is right for its forks too: the word beside decides.
        Some(ticker) if checked.is_some() || looks_random(word) => {
            account_on(&network_of(ticker)?, word).ok()
        }
        _ => checked,
    }
}

/// Words of the length of addresses, of letters and digits of ASCII.
fn is_candidate(word: &str) -> bool {
    (25..=250).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// How many hex digits stand behind `0x`.
fn hex_digits(word: &str) -> Option<usize> {
    let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"))?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits.len())
}

fn looks_like_base58(word: &str) -> bool {
    let is_base58 = |byte: u8| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte);
    word.len() <= 62 && word.bytes().all(is_base58) && looks_random(word)
}

/// Letters and at least two digits.
fn looks_random(word: &str) -> bool {
    word.bytes().filter(u8::is_ascii_digit).count() >= 2
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// The ticker of the currency that stands nearest before a word, other addresses passed over;
/// else right behind it.
fn currency(words: &[&str], at: usize) -> Option<&'static str> {
    let plain = |word: &&&str| !is_candidate(word);
    let before = words.get(..at)?.iter().rev().filter(plain).take(CURRENCY_WORDS);
    let behind = words.get(at + 1..)?.iter().take(2);
    before.chain(behind).find_map(|word| ticker(word))
}

/// The ticker that a word means. `etc`, `ton` and the like are words too: as a currency they
/// stand in capitals.
fn ticker(word: &str) -> Option<&'static str> {
    const ALSO_WORDS: [&str; 7] = ["etc", "ton", "dash", "sol", "ada", "dai", "verge"];
    let lower = word.to_lowercase();
    let is_shouted = word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if ALSO_WORDS.contains(&lower.as_str()) && !is_shouted {
        return None;
    }
    CURRENCIES.iter().find(|(known, _)| *known == lower).map(|(_, ticker)| *ticker)
}

fn has_context(words: &[&str], at: usize) -> bool {
    let speaks = |word: &&str| CONTEXT.contains(&word.to_lowercase().as_str());
    let plain = |word: &&&str| !is_candidate(word);
    let before = words.get(..at).unwrap_or_default().iter().rev().filter(plain);
    let behind = words.get(at + 1..).unwrap_or_default().iter().filter(plain);
    before.take(CONTEXT_WORDS).chain(behind.take(CONTEXT_WORDS / 2)).any(speaks)
}

/// Characters that break an address in two without being seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::addresses;

    fn found(text: &str) -> Vec<String> {
        let found = addresses(text).addresses;
        found
            .iter()
            .map(|(account, ticker)| format!("{account} {}", ticker.unwrap_or("-")))
            .collect()
    }

    const CHECKED: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    const SEGWIT: &str = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    const TRON: &str = "TEAqwfMhXLaomXhZ8KeMhx3njGmQEDnsUR";

    #[test]
    fn checksums_are_enough() {
        let text = format!(
            "Linked to {CHECKED}, ({SEGWIT}); see 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa. {TRON}"
        );
        let found = found(&text);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].starts_with("eip155:1:0x5aaeb6") && found[3].starts_with("tron:"));
    }

    #[test]
    fn without_a_checksum_a_word_about_coins_has_to_stand_beside() {
        let lower = CHECKED.to_lowercase();
        assert_eq!(found(&format!("reference {lower} of the court")).len(), 0);
        assert_eq!(addresses(&format!("reference {lower} of the court")).refused.len(), 1);
        assert_eq!(found(&format!("Ethereum address: {lower}")).len(), 1);
        assert_eq!(found(&format!("{lower} (ETH)")).len(), 1);
        assert!(found(&format!("BSC wallet: {lower}"))[0].starts_with("eip155:56:"));
        assert_eq!(found(&format!("wallets: {}", CHECKED.to_uppercase())).len(), 1);
    }

    #[test]
    fn other_chains_need_their_currency_beside_them() {
        let litecoin = "LNwgtMxcKUQ51dw7bQL1yPQjBVZh6QEqsd";
        assert_eq!(found(&format!("wallet {litecoin}")).len(), 0);
        assert_eq!(found(&format!("LTC - {litecoin}")), [format!("other:ltc:{litecoin} LTC")]);
        assert_eq!(found(&format!("dash {litecoin}")).len(), 0);
    }

    #[test]
    fn several_addresses_share_their_currency() {
        let lower = CHECKED.to_lowercase();
        let other = format!("0x{}", "1".repeat(40));
        assert_eq!(found(&format!("USDT on BSC: {lower}, {other}, {lower}")).len(), 2);
    }

    #[test]
    fn damaged_addresses_are_told() {
        let refused = |text: &str| addresses(text).refused.len();
        // A wrong capital loses no address.
        assert_eq!(found("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed").len(), 1);
        assert_eq!(refused("ETH 0xa7e5d5a720f06526557c513402f2e6b5fa20b00"), 1);
        assert_eq!(refused("BTC 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"), 1);
        assert_eq!(refused(&format!("transaction hash 0x{} in ETH", "a".repeat(64))), 0);
    }

    #[test]
    fn numbers_of_papers_are_no_addresses() {
        let text = "Passport 1234567890123456789012345, tax number ABCDEFGHIJKLMNOPQRSTUVWXYZ12345 \
                    and IBAN DE89370400440532013000, wallet of the company";
        assert_eq!(found(text).len(), 0);
        assert!(found(&format!("BTC {}\u{200b}{}", &SEGWIT[..20], &SEGWIT[20..])).len() == 1);
    }
}
