//! The amounts that Wasabi 2 pays out.
//!
//! Source: `DenominationBuilder` (before: `StandardDenomination`) of
//! <https://github.com/WalletWasabi/WalletWasabi>: powers of two, of three and twice those, and
//! once, twice and five times the powers of ten; `CreateWasabi2Denominations` of
//! <https://github.com/nopara73/Dumplings> gives the limits.

use std::sync::LazyLock;

/// The smallest amount that Wasabi 2 pays out.
const LEAST: u64 = 5_000;
/// The largest.
const MOST: u64 = 134_375_000_000;

/// All of them, ascending.
static STANDARD: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut all = vec![LEAST, MOST];
    for (base, times) in [(2, &[1][..]), (3, &[1, 2]), (10, &[1, 2, 5])] {
        let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(base));
        for power in powers.take_while(|power| *power <= MOST) {
            all.extend(times.iter().map(|times| times * power));
        }
    }
    all.retain(|amount| (LEAST..=MOST).contains(amount));
    all.sort_unstable();
    all.dedup();
    all
});

/// Whether Wasabi 2 pays out this amount to anybody who has that much.
pub(crate) fn is_standard(amount: u64) -> bool {
    STANDARD.binary_search(&amount).is_ok()
}

/// Whether it is one of those that people do not choose: no round number of satoshi.
pub(crate) fn is_telling(amount: u64) -> bool {
    is_standard(amount) && !amount.is_multiple_of(1_000)
}

#[cfg(test)]
mod tests {
    use super::{STANDARD, is_standard, is_telling};

    #[test]
    fn the_list_is_the_published_one() {
        // Published: "79 standard output denominations", https://www.coinjoins.org/wallets/wasabi-2.0,
        // counted up to 43,000 bitcoin; these go up to 1,343.75.
        for amount in [5_000, 6_561, 8_192, 10_000, 13_122, 19_683, 20_000, 50_000, 65_536] {
            assert!(is_standard(amount), "{amount}");
        }
        for amount in [0, 1, 4_096, 9_999, 30_000, 100_001, 268_435_457, u64::MAX] {
            assert!(!is_standard(amount), "{amount}");
        }
        assert!(is_telling(8_192) && is_telling(13_122) && !is_telling(5_000));
        assert!(!is_telling(100_000_000));
        assert!(STANDARD.is_sorted());
    }
}
