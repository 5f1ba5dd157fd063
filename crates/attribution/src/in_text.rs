//! Addresses that stand in free text, such as the remarks of a list of sanctions.
//!
//! Lists that have no field for addresses put them into sentences. What is taken for one is
//! strict: a checksum has to be right (base58check, bech32, EIP-55 and the like), or a word that
//! speaks of coins has to stand beside it. What looks like an address and cannot be placed is
//! given back too, so that it can be counted.

use hawkshaw_model::{Account, ChainId};

use crate::forms::{self, Verdict};
use crate::network::{Network, account_by_form, account_on, chain_named, network_of};

/// Characters of an address of TON.
const TON_CHARACTERS: usize = 48;

/// Words of a text that are looked at. Remarks have some hundreds.
const WORDS_MAX: usize = 200_000;

/// Words before an address among which a currency is looked for.
const CURRENCY_WORDS: usize = 6;

/// Words behind an address among which a currency is looked for, where none stands before it.
const CURRENCY_WORDS_BEHIND: usize = 5;

/// Words before and behind an address among which one that speaks of coins is looked for.
const CONTEXT_WORDS: usize = 14;

/// Currencies by the words that texts use, in lower case, and their tickers.
const CURRENCIES: [(&str, &str); 63] = [
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
    ("bitcoinsv", "BSV"),
    ("bitcoingold", "BTG"),
    ("ethereumclassic", "ETC"),
    ("usdcoin", "USDC"),
    ("bnbchain", "BSC"),
    ("atom", "ATOM"),
    ("dot", "DOT"),
    ("polkadot", "DOT"),
    ("cosmos", "ATOM"),
    ("xec", "XEC"),
    ("ecash", "XEC"),
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

/// How words begin that speak of coins without naming one, in the languages of the lists.
const CONTEXT: [&str; 24] = [
    "wallet",
    "address",
    "crypto",
    "virtual",
    "digital",
    "currenc",
    "blockchain",
    "token",
    "coin",
    "stablecoin",
    "bitcoin",
    "adresse",
    "portefeuille",
    "monnaie",
    "krypto",
    "billetera",
    "monedero",
    "direcci",
    "кошел",
    "адрес",
    "крипто",
    "валют",
    "биткоин",
    "биткойн",
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
    let words = words(&visible);
    let mut found = Found::default();
    for (at, word) in words.iter().enumerate() {
        if is_candidate(word) {
            judge(&words, at, word, &mut found);
        }
    }
    found
}

/// The words of a text. Addresses of TON have signs in them that stand between words elsewhere.
fn words(text: &str) -> Vec<&str> {
    let is_sign = |c: char| matches!(c, '_' | '-' | '+' | '/');
    let mut words = Vec::new();
    for piece in text.split(|c: char| !c.is_alphanumeric() && !is_sign(c)) {
        let trimmed = piece.trim_end_matches(is_sign);
        let tail = trimmed.len().checked_sub(TON_CHARACTERS).and_then(|at| {
            let (front, tail) = trimmed.split_at_checked(at)?;
            (front.is_empty() || front.ends_with(is_sign)).then_some((front, tail))
        });
        let (front, tail) = match tail.filter(|(_, tail)| forms::is_checksummed(tail)) {
            Some((front, tail)) => (front, Some(tail)),
            None => (piece, None),
        };
        words.extend(front.split(is_sign).filter(|word| !word.is_empty()));
        words.extend(tail);
        if words.len() >= WORDS_MAX {
            words.truncate(WORDS_MAX);
            break;
        }
    }
    words
}

fn judge(words: &[&str], at: usize, word: &str, found: &mut Found) {
    let currencies = currencies(words, at);
    let nearest = currencies.first().copied();
    let has_context = nearest.is_some() || has_context(words, at);
    let placed = match hex_digits(word) {
        Some(40) => evm(word, &currencies, has_context).map(Some),
        Some(digits) if (36..=44).contains(&digits) && has_context => {
            Err(format!("`{word}` has {digits} hex digits instead of 40"))
        }
        Some(_) => return,
        None if is_bare_hex(word) => match on_evm(word, &currencies) {
            Some(account) => Ok(Some(account)),
            None if has_context => Err(format!("`{word}` has 40 hex digits and no 0x before them")),
            None => return,
        },
        None => of_other_form(words, at, word, &currencies, has_context),
    };
    match placed {
        Ok(Some(account)) if found.addresses.iter().all(|(known, _)| *known != account) => {
            found.addresses.push((account, nearest));
        }
        Ok(_) => {}
        Err(reason) => found.refused.push(reason),
    }
}

/// An address of an EVM chain: of the chain beside it, else of Ethereum.
fn evm(word: &str, currencies: &[&'static str], has_context: bool) -> Result<Account, String> {
    let by_form = account_by_form(word)?;
    let digits = word.get(2..).unwrap_or_default();
    let is_checked = digits.bytes().any(|b| b.is_ascii_lowercase())
        && digits.bytes().any(|b| b.is_ascii_uppercase());
    if !is_checked && !has_context {
        return Err(format!("`{word}` stands without a checksum and without a word about coins"));
    }
    Ok(on_evm(word, currencies).unwrap_or(by_form))
}

/// Twenty bytes on the first chain beside them that is an EVM chain.
fn on_evm(word: &str, currencies: &[&'static str]) -> Option<Account> {
    let networks = currencies.iter().filter_map(|ticker| network_of(ticker));
    let mut evm = networks.filter(
        |network| matches!(network, Network::Chain(chain) if chain.namespace() == "eip155"),
    );
    account_on(&evm.next()?, word).ok()
}

/// An address of another chain: by its checksum, or by its form beside its currency. `None` for
/// what looks like none.
fn of_other_form(
    words: &[&str],
    at: usize,
    word: &str,
    currencies: &[&'static str],
    has_context: bool,
) -> Result<Option<Account>, String> {
    // A checksum of Bitcoin is right for its forks too, and a form without a checksum is that of
    // any long word: the word beside decides.
    let tickers = currencies.iter().filter_map(|ticker| network_of(ticker));
    let named = tickers.filter_map(|network| match network {
        Network::Chain(chain) => Some(chain),
        Network::ByForm => None,
    });
    let beside = beside(words, at).into_iter().filter_map(chain_named);
    for chain in named.chain(beside) {
        if let Some(account) = rightly_on(&chain, word) {
            return Ok(Some(account));
        }
    }
    if forms::is_checksummed(word) {
        // Sixteen bits of checksum are right by chance now and then.
        let is_strong = word.len() != TON_CHARACTERS && word.len() != 56;
        if let Some(account) = account_by_form(word).ok().filter(|_| is_strong || has_context) {
            return Ok(Some(account));
        }
    }
    let is_mixed = word.bytes().any(|byte| byte.is_ascii_lowercase())
        && word.bytes().any(|byte| byte.is_ascii_uppercase());
    let is_like_one = forms::looks_like_bech32(word) || looks_like_base58(word);
    match currencies.first() {
        Some(ticker) if is_like_one => Err(format!("`{word}` beside {ticker} is no address there")),
        None if is_like_one && is_mixed && has_context => {
            Err(format!("`{word}` looks like an address, and no currency beside it has that form"))
        }
        _ => Ok(None),
    }
}

/// A word on a chain whose form it has; on one whose form is not known, if it looks like one.
fn rightly_on(chain: &ChainId, word: &str) -> Option<Account> {
    let is_right = match chain.namespace() {
        "other" => match forms::verdict(chain, word) {
            Verdict::Right => true,
            Verdict::Plausible => looks_random(word),
            Verdict::Wrong(_) => false,
        },
        // Account names of EVM chains are hex, which was looked at before.
        "eip155" => false,
        _ => true,
    };
    let account = || account_on(&Network::Chain(chain.clone()), word).ok();
    is_right.then(account).flatten().filter(|account| account.chain() == chain)
}

/// Words of the length of addresses, of letters and digits of ASCII.
fn is_candidate(word: &str) -> bool {
    let is_sign =
        |byte: u8| word.len() == TON_CHARACTERS && matches!(byte, b'_' | b'-' | b'+' | b'/');
    (25..=250).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte))
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// How many hex digits stand behind `0x`.
fn hex_digits(word: &str) -> Option<usize> {
    let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"))?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits.len())
}

/// Whether it is twenty bytes in hex without `0x`, and not only digits.
fn is_bare_hex(word: &str) -> bool {
    word.len() == 40
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn looks_like_base58(word: &str) -> bool {
    (26..=106).contains(&word.len()) && forms::is_base58(word) && looks_random(word)
}

/// Letters and at least two digits.
fn looks_random(word: &str) -> bool {
    word.bytes().filter(u8::is_ascii_digit).count() >= 2
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// The words beside an address among which its currency may be, the nearest first: those before
/// it, other addresses passed over, then those behind it.
fn near<'a>(words: &[&'a str], at: usize) -> Vec<(Option<&'a str>, &'a str)> {
    let before = words.get(..at).unwrap_or_default();
    let plain = |(_, word): &(usize, &&str)| !is_candidate(word);
    let behind = words.get(at + 1..).unwrap_or_default();
    let before_it =
        |place: usize, of: &[&'a str]| place.checked_sub(1).and_then(|p| of.get(p).copied());
    let first = before.iter().enumerate().rev().filter(plain).take(CURRENCY_WORDS);
    let first = first.map(|(place, word)| (before_it(place, before), *word));
    let then = behind.iter().enumerate().take_while(plain).take(CURRENCY_WORDS_BEHIND);
    first.chain(then.map(|(place, word)| (before_it(place, behind), *word))).collect()
}

/// The tickers of the currencies that stand beside an address, the nearest first.
fn currencies(words: &[&str], at: usize) -> Vec<&'static str> {
    let found = near(words, at).into_iter().filter_map(|(before, word)| {
        // `Bitcoin Cash` is not Bitcoin.
        let both = before.and_then(|before| ticker(&format!("{before}{word}")));
        both.or_else(|| ticker(word))
    });
    found.collect()
}

/// The words themselves, for chains whose names are words too: they count with the form alone.
fn beside<'a>(words: &[&'a str], at: usize) -> Vec<&'a str> {
    near(words, at).into_iter().map(|(_, word)| word).collect()
}

/// The ticker that a word means. `etc`, `ton` and the like are words too: as a currency they
/// stand in capitals.
fn ticker(word: &str) -> Option<&'static str> {
    const ALSO_WORDS: [&str; 8] = ["etc", "ton", "dash", "sol", "ada", "dai", "verge", "dot"];
    let lower = word.to_lowercase();
    let is_shouted = word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if ALSO_WORDS.contains(&lower.as_str()) && !is_shouted {
        return None;
    }
    CURRENCIES.iter().find(|(known, _)| *known == lower).map(|(_, ticker)| *ticker)
}

fn has_context(words: &[&str], at: usize) -> bool {
    let speaks = |word: &&str| {
        let lower = word.to_lowercase();
        CONTEXT.iter().any(|beginning| lower.starts_with(beginning))
    };
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
        // A checksum tells its chain.
        assert_eq!(found(&format!("wallet {litecoin}")), [format!("other:ltc:{litecoin} -")]);
        assert_eq!(found(&format!("LTC - {litecoin}")), [format!("other:ltc:{litecoin} LTC")]);
        assert_eq!(found(&format!("dash {litecoin}")), [format!("other:ltc:{litecoin} -")]);
        let solana = "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU";
        assert_eq!(found(&format!("the paper {solana}")).len(), 0);
        assert_eq!(addresses(&format!("the wallet {solana}")).refused.len(), 1);
    }

    #[test]
    fn sentences_name_their_currencies_in_many_ways() {
        let cash = "qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq";
        let solana = "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU";
        let ton = "EQD2NmD_lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOG21n";
        let dash = "XnPFsRWTaSgiVauosEwQ6dEitGYXgwznz2";
        let bare = "098b716b8aaf21512996dc57eb0615e2383e2f96";
        for (text, account) in [
            (format!("Dash wallet address: {dash}."), format!("other:dash:{dash}")),
            (format!("TON wallet: {ton}."), format!("other:ton:{ton}")),
            (format!("Ton wallet {ton}, used"), format!("other:ton:{ton}")),
            (format!("TON-{ton}"), format!("other:ton:{ton}")),
            (format!("Bitcoin Cash address {cash}."), format!("other:bch:{cash}")),
            (format!("Wallet {solana} on the Solana blockchain."), format!("other:sol:{solana}")),
            (format!("BTC wallet and Solana wallet {solana}."), format!("other:sol:{solana}")),
            (format!("ETH: {bare}."), format!("eip155:1:0x{bare}")),
            (format!("криптокошелёк 0x{bare}."), format!("eip155:1:0x{bare}")),
            (format!("Адрес кошелька: 0x{bare}"), format!("eip155:1:0x{bare}")),
            (format!("portefeuille de cryptomonnaies 0x{bare}"), format!("eip155:1:0x{bare}")),
            (format!("USDT wallet on BSC: 0x{bare}"), format!("eip155:56:0x{bare}")),
            (
                "Bitcoin Cash 18M8bJWMzWHDBMxoLqjHHAffdRy4SrzkfB".to_owned(),
                "other:bch:18M8bJWMzWHDBMxoLqjHHAffdRy4SrzkfB".to_owned(),
            ),
        ] {
            let found = found(&text);
            assert_eq!(found.len(), 1, "{text}: {:?}", addresses(&text));
            assert!(found[0].starts_with(&account), "{text}: {found:?}");
        }
        for text in [
            format!("wallet {bare} of the group"),
            format!("wallet {}", &solana[..43]),
            "DASH XnPFsRWTaSgiVauosEwQ6dEitGYXgwznz3".to_owned(),
        ] {
            let found = addresses(&text);
            assert_eq!((found.addresses.len(), found.refused.len()), (0, 1), "{text}");
        }
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
