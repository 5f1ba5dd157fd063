use proptest::prelude::{prop_assume, proptest};

use super::{AssetNetting, Move, Route, chain_of_two, payments};

/// Moves of one asset as (from, to, amount), and what they net to.
fn check(moves: &[(u32, u32, u128)], expected: &[(u32, u32, u128)]) {
    let moves: Vec<_> = moves
        .iter()
        .enumerate()
        .map(|(row, (from, to, amount))| Move {
            from: Some(*from),
            to: Some(*to),
            asset: 0,
            amount: *amount,
            row,
        })
        .collect();
    let netted: Vec<_> = payments(&moves, &|_| false)
        .unwrap()
        .iter()
        .map(|p| (p.from.unwrap(), p.to.unwrap(), p.amount))
        .collect();
    assert_eq!(netted, expected);
}

const THIEF: u32 = 0;
const ROUTER: u32 = 1;
const A: u32 = 2;
const B: u32 = 3;

#[test]
fn a_router_is_transparent() {
    check(&[(THIEF, ROUTER, 10), (ROUTER, A, 6), (ROUTER, B, 4)], &[(THIEF, A, 6), (THIEF, B, 4)]);
}

#[test]
fn what_comes_back_was_never_paid() {
    check(&[(THIEF, ROUTER, 10), (ROUTER, A, 9), (ROUTER, THIEF, 1)], &[(THIEF, A, 9)]);
}

#[test]
fn a_router_that_pays_first_is_transparent_too() {
    check(&[(ROUTER, A, 10), (THIEF, ROUTER, 10)], &[(THIEF, A, 10)]);
}

#[test]
fn a_flash_loan_disappears() {
    check(&[(A, ROUTER, 100), (ROUTER, B, 100), (B, ROUTER, 101), (ROUTER, A, 101)], &[(B, A, 1)]);
}

#[test]
fn first_in_first_out_decides_between_payers() {
    check(
        &[(A, ROUTER, 5), (THIEF, ROUTER, 5), (ROUTER, B, 7)],
        &[(THIEF, ROUTER, 3), (A, B, 5), (THIEF, B, 2)],
    );
}

#[test]
fn a_circle_nets_to_nothing() {
    check(&[(A, B, 5), (B, THIEF, 5), (THIEF, A, 5)], &[]);
    check(&[(A, 10, 9), (B, 11, 9), (10, B, 9), (11, A, 9)], &[]);
}

#[test]
fn a_promise_handed_back_is_no_debt() {
    let much = 10u128.pow(30);
    check(&[(A, B, much), (B, ROUTER, 4), (B, A, much - 4), (THIEF, A, 4)], &[(THIEF, ROUTER, 4)]);
}

#[test]
fn lots_of_one_payer_by_one_row_are_one_payment() {
    // A pays 44, of which 14 are still to come: 2 from ROUTER, 12 back from B itself.
    check(&[(A, B, 44), (ROUTER, A, 2), (B, A, 12)], &[(A, B, 30), (ROUTER, B, 2)]);
}

proptest! {
    #[test]
    fn two_moves_net_as_many_do(
        accounts in [0..4u32, 0..4, 0..4, 0..4],
        amounts in [1..5u128, 1..5],
    ) {
        let [a, b, c, d] = accounts;
        let [x, y] = amounts;
        let one = |from, to, amount, row| Move {
            from: Some(from),
            to: Some(to),
            asset: 0,
            amount,
            row,
        };
        let moves = [one(a, b, x, 0), one(c, d, y, 1)];
        prop_assume!(a != b && c != d);
        if let Some(short) = chain_of_two(&moves[0], &moves[1], &|_| false) {
            let mut long = Vec::new();
            AssetNetting::replay(&moves, &|_| false).unwrap().into_payments(0, &mut long);
            long.sort_by_key(|payment| payment.row);
            assert_eq!(short, long);
        }
    }
}

#[test]
fn several_payers_through_one_account_are_a_convention() {
    let one = |from, to, amount: u128, row| Move {
        from: Some(from),
        to: Some(to),
        asset: 0,
        amount,
        row,
    };
    let moves = [one(A, ROUTER, 5, 0), one(THIEF, ROUTER, 5, 1), one(ROUTER, B, 10, 2)];
    let netted = payments(&moves, &|_| false).unwrap();
    assert!(netted.iter().all(|payment| payment.route == Route::Mixed));
}
