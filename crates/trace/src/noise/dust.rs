//! How little is next to nothing.

use hawkshaw_model::{Amount, AssetInfo};

/// A movement is small beside an account if it is at most this part of the largest that the
/// account ever took part in, in the same asset: the part that is also the default floor of a
/// report.
const PART_OF_LARGEST: u128 = 10_000;

/// The most that is dust of a curated asset: around fifty dollars of what is known to be worth
/// much, and for all else the same part of a unit as for ether, which is less.
///
/// By symbol, because the symbols of curated assets are ours.
pub(super) fn most(info: &AssetInfo) -> Amount {
    let symbol = info.symbol.as_str();
    let is_bitcoin = symbol.ends_with("BTC");
    let is_dollar = symbol.contains("USD") || matches!(symbol, "DAI" | "FRAX");
    // (units, as a power of ten to divide by)
    let (times, below) = match (is_bitcoin, is_dollar) {
        (true, _) => (1, 3),
        (_, true) => (50, 0),
        _ => (2, 2),
    };
    let power = |exponent: u32| 10_u128.checked_pow(exponent);
    let decimals = u32::from(info.decimals);
    let amount = match decimals.checked_sub(below) {
        Some(exponent) => power(exponent).and_then(|unit| unit.checked_mul(times)),
        // A coin that cannot be divided so far has no dust.
        None => Some(0),
    };
    Amount::from(amount.unwrap_or(0))
}

/// Whether an amount is small beside the largest.
pub(super) fn is_small_beside(amount: Amount, largest: Amount) -> bool {
    let scaled = amount.to_u256().checked_mul(alloy_primitives::U256::from(PART_OF_LARGEST));
    scaled.is_some_and(|scaled| scaled <= largest.to_u256())
}

#[cfg(test)]
mod tests {
    use hawkshaw_model::{Amount, AssetInfo, AssetList};

    use super::{is_small_beside, most};

    #[test]
    fn the_most_that_is_dust_by_asset() {
        let assets = AssetList::built_in();
        for (asset, units) in [
            ("eip155:1/slip44:60", "0.02"),
            ("eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7", "50"),
            ("eip155:1/erc20:0x2260fac5e5542a773aa44fbcfedf7c193bc2c599", "0.001"),
            ("tron:0x2b6653dc/slip44:195", "0.02"),
        ] {
            let info = assets.get(&asset.parse().unwrap()).unwrap();
            assert_eq!(most(info).to_units(info.decimals), units, "{asset}");
        }
        let id = "eip155:1/slip44:60".parse().unwrap();
        let odd = |decimals| AssetInfo { id, symbol: "ODD".to_owned(), decimals, issuer: None };
        let odd = |decimals| most(&odd.clone()(decimals));
        assert_eq!(odd(1), Amount::ZERO);
    }

    #[test]
    fn a_ten_thousandth_is_small_and_more_is_not() {
        let amount = |units: u128| Amount::from(units);
        assert!(is_small_beside(amount(1), amount(10_000)));
        assert!(!is_small_beside(amount(1), amount(9_999)));
        assert!(!is_small_beside(amount(2), amount(10_000)));
        assert!(!is_small_beside("9".repeat(77).parse().unwrap(), "9".repeat(77).parse().unwrap()));
    }
}
