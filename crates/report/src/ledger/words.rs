//! Words and figures that several answers share.

use hawkshaw_model::{Amount, AssetId, AssetList, ChainId, Timestamp, TransferKind};
use serde_json::{Value, json};

use crate::figures::grouped;
use crate::text::label;

/// The name of a kind of movement in canonical tables.
pub fn kind_name(kind: TransferKind) -> &'static str {
    match kind {
        TransferKind::Native => "native",
        TransferKind::Internal => "internal",
        TransferKind::Token => "token",
        TransferKind::Fee => "fee",
        TransferKind::Mint => "mint",
        TransferKind::Burn => "burn",
        TransferKind::Wrap => "wrap",
        TransferKind::Unwrap => "unwrap",
    }
}

/// Which blocks of a chain are covered, as a sentence without its full stop.
pub fn coverage_text(
    chain: &ChainId,
    covered: &[[u64; 2]],
    times: (Timestamp, Timestamp),
) -> String {
    let stretches = match covered {
        [] => "single accounts only".to_owned(),
        [[first, last]] => format!("blocks {} to {}", number(*first), number(*last)),
        _ => {
            let shown = covered.iter().take(STRETCHES_MAX);
            let mut text: Vec<String> = shown
                .map(|[first, last]| format!("{} to {}", number(*first), number(*last)))
                .collect();
            if covered.len() > STRETCHES_MAX {
                text.push(format!(
                    "{} more stretches",
                    number((covered.len() - STRETCHES_MAX) as u64)
                ));
            }
            format!("blocks {}", text.join(", "))
        }
    };
    format!("{}: {stretches} ({} to {})", label(chain.name()), times.0, times.1)
}

/// Stretches of blocks that are shown.
const STRETCHES_MAX: usize = 5;

/// A whole number with its digits in groups.
pub(super) fn number(number: u64) -> String {
    grouped(&number.to_string())
}

/// An amount in units with its symbol, or in base units with the asset; exact.
pub(super) fn amount_text(assets: &AssetList, asset: &AssetId, amount: Amount) -> String {
    format!("{} {}", units_text(assets, asset, amount), symbol(assets, asset))
}

/// An amount in units, or in base units where the asset is not curated; exact.
pub(super) fn units_text(assets: &AssetList, asset: &AssetId, amount: Amount) -> String {
    let units = assets.units(asset, amount);
    let (whole, part) = units.split_once('.').unwrap_or((&units, ""));
    let point = if part.is_empty() { "" } else { "." };
    format!("{}{point}{part}", grouped(whole))
}

/// What people call an asset: its symbol, or its contract.
pub(super) fn symbol(assets: &AssetList, asset: &AssetId) -> String {
    label(assets.symbol(asset))
}

/// An amount for JSON: base units, and units where they are known.
pub(super) fn amount_json(assets: &AssetList, asset: &AssetId, amount: Amount) -> Value {
    let units = assets.get(asset).map(|info| amount.to_units(info.decimals));
    json!({
        "asset": asset.as_str(),
        "symbol": assets.get(asset).map(|info| info.symbol.as_str()),
        "amount": amount.to_string(),
        "units": units,
    })
}

/// A share of two counts with one decimal.
pub(super) fn tenths(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0".to_owned();
    }
    let tenths = (u128::from(part) * 10 + u128::from(whole) / 2) / u128::from(whole);
    format!("{}.{}", grouped(&(tenths / 10).to_string()), tenths % 10)
}

/// Bytes in a unit that people read: `3.2 GB`.
pub(super) fn bytes_text(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] =
        [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, size)| bytes >= *size) {
        Some((unit, size)) => format!("{} {unit}", tenths(bytes, *size)),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes_text, tenths};

    #[test]
    fn figures_are_rounded_for_people() {
        assert_eq!(bytes_text(999), "999 bytes");
        assert_eq!(bytes_text(1_250), "1.3 kB");
        assert_eq!(bytes_text(3_249_000_000), "3.2 GB");
        assert_eq!(tenths(1, 0), "0");
        assert_eq!(tenths(12_345_678, 10), "1,234,567.8");
    }
}
