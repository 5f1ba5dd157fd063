//! Counterfeit tokens: another contract under the name of a curated asset.
//!
//! Names are compared as people see them: compatibility forms are resolved (NFKC), what is not
//! seen is left out, and characters that look alike count as one (the skeleton of UTS #39,
//! <https://www.unicode.org/reports/tr39/#Confusable_Detection>), whatever the case.
//!
//! *Useful for* `USDТ` with a Cyrillic letter, `ＵＳＤＴ` in full width, `U S D T`.
//! *Not useful for* names that only remind of another, such as `USDT 2.0`.

use std::collections::BTreeSet;

use hawkshaw_model::{AssetIx, AssetList, AssetNames, ChainId, Ledger};
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

/// Characters of a name that are compared; what is longer than this when it is folded is no name
/// of a curated asset.
const CHARACTERS_MAX: usize = 64;
/// Characters of a name that are looked at for those: a name can be padded with what is not seen.
const CHARACTERS_READ_MAX: usize = 4_096;

/// What the contracts of curated symbols call themselves, as their `name()` answers.
const FULL_NAMES: &[(&str, &[&str])] = &[
    ("ETH", &["Ether", "Ethereum"]),
    ("BTC", &["Bitcoin"]),
    ("BNB", &["Binance Coin"]),
    ("TRX", &["Tron", "Tronix"]),
    ("USDC", &["USD Coin", "USDCoin"]),
    ("USDT", &["Tether USD", "Tether", "TetherUSD"]),
    ("DAI", &["Dai Stablecoin"]),
    ("WETH", &["Wrapped Ether", "Wrapped Ethereum"]),
    ("WBTC", &["Wrapped BTC", "Wrapped Bitcoin"]),
    ("BUSD", &["Binance USD"]),
    ("PYUSD", &["PayPal USD"]),
    ("TUSD", &["TrueUSD"]),
    ("GUSD", &["Gemini dollar"]),
    ("USDP", &["Pax Dollar"]),
    ("FRAX", &["Frax"]),
    ("LINK", &["ChainLink Token"]),
    ("UNI", &["Uniswap"]),
    ("stETH", &["Liquid staked Ether 2.0"]),
];

/// Which assets of a ledger are counterfeit, by number.
pub(super) fn counterfeits(
    ledger: &dyn Ledger,
    assets: &AssetList,
    names: &AssetNames,
) -> Vec<bool> {
    let mut found = vec![false; ledger.asset_count()];
    if names.is_empty() {
        return found;
    }
    let taken = taken(ledger, assets);
    for (number, is_counterfeit) in found.iter_mut().enumerate() {
        let asset = ledger.asset(AssetIx(u32::try_from(number).unwrap_or(u32::MAX)));
        let Some(outside) = names.get(asset).filter(|_| assets.get(asset).is_none()) else {
            continue;
        };
        let chain = asset.chain();
        let is_taken = |text: &str| {
            folded(text).into_iter().any(|form| taken.contains(&(chain.clone(), form)))
        };
        *is_counterfeit = is_taken(&outside.symbol) || is_taken(&outside.name);
    }
    found
}

/// The names of the curated assets of a ledger's chains.
fn taken(ledger: &dyn Ledger, assets: &AssetList) -> BTreeSet<(ChainId, String)> {
    let mut taken = BTreeSet::new();
    let chains: BTreeSet<&ChainId> = ledger.chains().iter().map(|chain| &chain.id).collect();
    for info in assets.iter() {
        let chain = info.id.chain();
        if !chains.contains(&chain) {
            continue;
        }
        let full = FULL_NAMES.iter().find(|(symbol, _)| *symbol == info.symbol);
        let full = full.into_iter().flat_map(|(_, names)| names.iter().copied());
        for name in full.chain([info.symbol.as_str()]) {
            taken.extend(folded(name).into_iter().map(|form| (chain.clone(), form)));
        }
    }
    taken
}

/// A name as people see it, in each way in which case and likeness can be taken together: `I`
/// looks like `l` and `i` does not, so the order matters.
fn folded(text: &str) -> Vec<String> {
    let seen: String =
        text.chars().take(CHARACTERS_READ_MAX).nfkc().filter(|c| is_seen(*c)).collect();
    let is_name = (1..=CHARACTERS_MAX).contains(&seen.chars().count());
    if !is_name {
        return Vec::new();
    }
    let forms = [seen.clone(), seen.to_lowercase(), seen.to_uppercase()];
    let alike = |form: String| {
        let alike: String = skeleton(&form).filter(|c| is_seen(*c)).collect();
        alike.to_lowercase()
    };
    let mut forms: Vec<String> = forms.into_iter().map(alike).filter(|f| !f.is_empty()).collect();
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// Whether a character shows, and tells names apart: spaces, marks upon letters, controls and
/// what only steers the reading do not.
fn is_seen(c: char) -> bool {
    use GeneralCategory as Category;
    !c.is_whitespace()
        && !matches!(
            get_general_category(c),
            Category::Control
                | Category::Format
                | Category::NonspacingMark
                | Category::EnclosingMark
                | Category::SpacingMark
                | Category::LineSeparator
                | Category::ParagraphSeparator
                | Category::SpaceSeparator
                | Category::PrivateUse
                | Category::Unassigned
        )
        // Hangul fillers are letters that show nothing.
        && !matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::folded;

    fn collide(one: &str, other: &str) -> bool {
        folded(one).iter().any(|form| folded(other).contains(form))
    }

    #[test]
    fn what_looks_the_same_collides() {
        for name in [
            "USDT",
            "usdt",
            "UsDt",
            " U S D T ",
            "USD\u{422}",
            "\u{55}\u{405}D\u{422}",
            "\u{ff35}\u{ff33}\u{ff24}\u{ff34}",
            "U\u{200b}S\u{200d}D\u{feff}T",
            "\u{202e}USDT\u{202c}",
            "USD\u{3a4}",
            "USD\u{20ae}",
            "US\u{301}DT",
            "\u{a4f4}\u{a4e2}\u{a4d3}\u{a4d4}",
            "USDT\u{7}\u{0}",
            "\u{1d414}\u{1d412}\u{1d403}\u{1d413}",
            "U\u{3164}SDT",
        ] {
            assert!(collide(name, "USDT"), "{name:?} {:?}", folded(name));
        }
        for (name, curated) in [("L1NK", "LINK"), ("lINK", "LINK"), ("link", "LINK")] {
            assert!(collide(name, curated), "{name}");
        }
        for (name, curated) in [("UN1", "UNI"), ("DA\u{406}", "DAI"), ("\u{415}TH", "ETH")] {
            assert!(collide(name, curated), "{name}");
        }
        assert!(collide("Tether\u{a0}USD", "Tether USD"));
        assert!(collide("W\u{415}TH", "WETH"));
        assert!(collide("WRAPPED  ETHER", "Wrapped Ether"));
    }

    #[test]
    fn what_only_reminds_does_not_collide() {
        for name in ["USDT0", "USDC", "USDT 2.0", "USD", "aUSDT", "", "\u{200b}", "T", "DUST"] {
            assert!(!collide(name, "USDT"), "{name:?} {:?}", folded(name));
        }
        assert!(!collide("USDC.e", "USDC"));
        assert!(!collide("wstETH", "stETH"));
        assert!(!collide("", ""));
    }

    #[test]
    fn a_name_of_a_megabyte_is_no_matter() {
        assert!(folded(&"\u{fdfa}".repeat(500_000)).is_empty());
        assert!(folded(&"U".repeat(1_000_000)).is_empty());
        assert!(collide(&format!("{}USDT", "\u{200b}".repeat(4_000)), "USDT"));
    }

    proptest! {
        #[test]
        fn any_text_is_folded_and_collides_with_itself(text in any::<String>()) {
            let forms = folded(&text);
            prop_assert!(forms.len() <= 3);
            prop_assert!(forms.is_empty() || collide(&text, &text));
        }

        #[test]
        fn padding_that_is_not_seen_changes_nothing(at in 0_usize..=4, pad in "[\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060} \t\n]{0,40}") {
            let name = format!("{}{pad}{}", &"USDT"[..at], &"USDT"[at..]);
            prop_assert!(collide(&name, "USDT"), "{name:?}");
        }
    }
}
