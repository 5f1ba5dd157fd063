//! Puts the two sides of passages together.
//!
//! An identifier that both sides carry decides (class 1), as long as nothing contradicts it.
//! What is left is told apart by receiver, asset, amount and time: where only one fits, in both
//! directions, that is class 2; where several do, fee and delay are weighed by what this bridge
//! usually does, which is class 3. The rules are in `docs/bridges.md`.

mod amounts;
mod assets;
mod assign;
mod component;
mod crossing;
mod entry;
mod fields;
mod habits;
mod identify;
mod names;
mod pair;
mod parts;
mod queue;
mod receiver;
mod state;
mod token_map;

use crate::leg::Leg;

use self::assets::Assets;
pub(crate) use self::entry::{Book, Entry, hashed, id_key};
use self::state::State;

pub use self::crossing::crossings;
pub use self::pair::{MatchDefects, Matching, Pair, Reason};
pub(crate) use self::receiver::receiver_key;
pub use self::token_map::TokenMap;

/// How to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchOptions {
    /// Do as if no row had an identifier.
    pub ignore_ids: bool,
    /// Which assets stand for each other. What it leaves open is learned from the rows.
    pub token_map: TokenMap,
    /// How many seconds after its deposit a payout may come; `None` for any time: a claim may
    /// come weeks after its deposit.
    pub window: Option<i64>,
}

/// Puts deposits and payouts together.
///
/// The answer does not depend on the order of rows.
pub fn match_legs(deposits: &[Leg], payouts: &[Leg], options: &MatchOptions) -> Matching {
    let deposits: Vec<&Leg> = deposits.iter().collect();
    let payouts: Vec<&Leg> = payouts.iter().collect();
    match_book(&mut Book::of_legs(&deposits, &payouts), options)
}

/// Puts the rows of a book together.
pub(crate) fn match_book(book: &mut Book, options: &MatchOptions) -> Matching {
    let assets = Assets::of(book, &options.token_map, !options.ignore_ids);
    let mut state = State::new(book, &assets, options);
    identify::identify(&mut state);
    fields::match_fields(&mut state);
    state.finish()
}
