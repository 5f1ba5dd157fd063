//! Which part of a deposit each payout stands for.

use alloy_primitives::U256;
use hawkshaw_model::Amount;

use super::amounts::fit;

/// The least that payouts of a corresponding asset must sum to, in millionths that are missing,
/// to explain the whole deposit: what is missing then is a fee.
const WHOLE_PPM: i64 = 50_000;

/// What is known of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// Its asset, as a number: equal for equal assets.
    pub(crate) asset: u32,
    /// How much was paid.
    pub(crate) amount: U256,
    /// Whether it gives back the deposited asset itself.
    pub(crate) returned: bool,
    /// How many decimals its asset has more, where it stands for the deposited one.
    pub(crate) scale: Option<i8>,
}

/// The parts of a deposit, in the order of payouts.
///
/// What is given back is worth itself. The others share the rest: by their amounts where they
/// are of one asset, else equally. Where that asset stands for the deposited one and they sum
/// to clearly less than the rest, each is worth itself, and what is missing stays unexplained.
pub(crate) fn parts(deposit: U256, shares: &[Share]) -> Vec<Amount> {
    let mut rest = deposit;
    let mut parts = vec![U256::ZERO; shares.len()];
    for (part, share) in parts.iter_mut().zip(shares).filter(|(_, share)| share.returned) {
        *part = share.amount.min(rest);
        rest -= *part;
    }
    let others: Vec<usize> = (0..shares.len()).filter(|at| !shares[*at].returned).collect();
    let one_asset = others.windows(2).all(|two| shares[two[0]].asset == shares[two[1]].asset);
    let amounts: Vec<U256> = others.iter().map(|at| shares[*at].amount).collect();
    let sum = amounts.iter().try_fold(U256::ZERO, |sum, amount| sum.checked_add(*amount));
    let worth = match (one_asset, sum) {
        (true, Some(sum)) if !sum.is_zero() => {
            let scale = others.first().and_then(|at| shares[*at].scale);
            let whole = scale.map_or(rest, |scale| explained(rest, sum, scale));
            divide(whole, &amounts, sum)
        }
        _ => {
            let ones = vec![U256::from(1u64); others.len()];
            divide(rest, &ones, U256::from(others.len()))
        }
    };
    for (at, worth) in others.into_iter().zip(worth) {
        parts[at] = worth;
    }
    parts.into_iter().map(Amount::from_u256).collect()
}

/// How much of what went in is explained by what came out.
fn explained(rest: U256, sum: U256, scale: i8) -> U256 {
    match fit(rest, sum, scale) {
        Some(fit) if fit.exact || fit.ppm <= WHOLE_PPM => rest,
        Some(_) => {
            let factor = U256::from(10u64).pow(U256::from(scale.unsigned_abs()));
            let own = if scale >= 0 { sum.checked_div(factor) } else { sum.checked_mul(factor) };
            own.map_or(rest, |own| own.min(rest))
        }
        None => rest,
    }
}

/// Divides a whole in proportion to weights, to the base unit: what rounding leaves goes to the
/// first ones.
fn divide(whole: U256, weights: &[U256], sum: U256) -> Vec<U256> {
    if weights.is_empty() || sum.is_zero() {
        return Vec::new();
    }
    let share = |weight: &U256| {
        let product = whole.widening_mul::<256, 4, 512, 8>(*weight);
        let share = product / alloy_primitives::U512::from(sum);
        share.to::<U256>()
    };
    let mut parts: Vec<U256> = weights.iter().map(share).collect();
    let given = parts.iter().fold(U256::ZERO, |given, part| given + *part);
    let mut left = whole - given;
    for part in &mut parts {
        if left.is_zero() {
            break;
        }
        *part += U256::from(1u64);
        left -= U256::from(1u64);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Share, U256, parts};
    use hawkshaw_model::Amount;
    use proptest::prelude::{Strategy as _, any, prop_assert, prop_assert_eq, proptest};

    fn share(asset: u32, amount: u64, returned: bool, scale: Option<i8>) -> Share {
        Share { asset, amount: U256::from(amount), returned, scale }
    }

    fn of(deposit: u64, shares: &[Share]) -> Vec<Amount> {
        parts(U256::from(deposit), shares)
    }

    fn amounts(of: &[u64]) -> Vec<Amount> {
        of.iter().map(|amount| Amount::from(*amount)).collect()
    }

    #[test]
    fn a_fee_belongs_to_whoever_was_paid() {
        assert_eq!(of(1_000, &[share(1, 997, false, Some(0))]), amounts(&[1_000]));
        assert_eq!(of(1_000, &[share(1, 12, false, None)]), amounts(&[1_000]));
        assert_eq!(of(1_000, &[]), amounts(&[]));
    }

    #[test]
    fn payouts_of_a_swap_share_by_amount_and_of_several_assets_equally() {
        let swap = [share(1, 1, false, None), share(1, 2, false, None)];
        assert_eq!(of(1_000, &swap), amounts(&[334, 666]));
        let several = [share(1, 1, false, None), share(2, 500, false, None)];
        assert_eq!(of(1_001, &several), amounts(&[501, 500]));
        let nothing = [share(1, 0, false, None), share(1, 0, false, None)];
        assert_eq!(of(10, &nothing), amounts(&[5, 5]));
    }

    #[test]
    fn what_is_given_back_is_worth_itself() {
        let shares = [share(9, 400, true, Some(0)), share(1, 7, false, None)];
        assert_eq!(of(1_000, &shares), amounts(&[400, 600]));
        assert_eq!(of(1_000, &[share(9, 990, true, Some(0))]), amounts(&[990]));
        assert_eq!(of(1_000, &[share(9, 2_000, true, Some(0))]), amounts(&[1_000]));
    }

    #[test]
    fn what_did_not_come_out_yet_stays_unexplained() {
        let half = [share(1, 200, false, Some(0)), share(1, 300, false, Some(0))];
        assert_eq!(of(1_000, &half), amounts(&[200, 300]));
        assert_eq!(of(1_000, &[share(1, 500_000, false, Some(3))]), amounts(&[500]));
        assert_eq!(of(1_000_000, &[share(1, 500, false, Some(-3))]), amounts(&[500_000]));
    }

    proptest! {
        #[test]
        fn parts_never_exceed_the_deposit(
            deposit in any::<[u64; 4]>(),
            shares in proptest::collection::vec(
                (0u32..3, any::<[u64; 4]>(), any::<bool>(), proptest::option::of(-12i8..=12))
                    .prop_map(|(asset, limbs, returned, scale)| Share {
                        asset, amount: U256::from_limbs(limbs), returned, scale,
                    }), 0..6)
        ) {
            let deposit = U256::from_limbs(deposit);
            let parts = parts(deposit, &shares);
            prop_assert_eq!(parts.len(), shares.len());
            let mut left = Amount::from_u256(deposit);
            for part in parts {
                let rest = left.checked_sub(part);
                prop_assert!(rest.is_some());
                left = rest.unwrap();
            }
        }
    }
}
