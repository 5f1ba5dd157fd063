//! A stolen token became a chain's own coin soon after the theft: an issuer can freeze a token,
//! nobody can freeze the coin.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::draft::Draft;
use super::index::Index;
use super::pattern::PatternKind;
use super::share::billionths;
use super::words::{capital, count, counted, duration, percent, seconds};

/// A token with stolen value in it: which one was stolen, and when.
#[derive(Debug, Clone, Copy)]
struct Stolen {
    token: usize,
    time: i64,
}

/// What became of a stolen token.
#[derive(Debug, Default)]
struct Sold {
    parts: u128,
    accounts: Vec<usize>,
    edges: Vec<usize>,
    delays: Vec<u64>,
}

/// The stolen tokens, each with the swaps that sold it in time.
pub(super) fn find(index: &Index<'_>) -> Vec<Draft> {
    let mut known: FxHashMap<usize, Stolen> = FxHashMap::default();
    let mut sold: BTreeMap<usize, Sold> = BTreeMap::new();
    let mut thefts = index.thefts.iter().peekable();
    for swap in &index.swaps {
        while let Some((edge, token)) = thefts.next_if(|(edge, _)| *edge < swap.edge) {
            let time = index.trace.edges[*edge].time.to_unix();
            known.insert(*token, Stolen { token: *token, time });
        }
        let time = index.trace.edges[swap.edge].time.to_unix();
        let given = known.get(&swap.given).copied().filter(|_| !is_coin(index, swap.given));
        let Some(stolen) = given.filter(|s| seconds(s.time, time) <= index.settings.swap_seconds)
        else {
            continue;
        };
        if is_coin(index, swap.received) {
            let sold = sold.entry(stolen.token).or_default();
            sold.parts += u128::from(swap.parts);
            sold.accounts.push(swap.account);
            sold.edges.push(swap.edge);
            sold.delays.push(seconds(stolen.time, time));
        } else {
            // On the way over another token.
            known.entry(swap.received).or_insert(stolen);
        }
    }
    let large = sold.into_values().filter(|sold| sold.parts >= index.least());
    large.map(|sold| draft(index, sold)).collect()
}

/// Whether an asset is the coin of its chain itself (SLIP-44), which nobody can freeze.
fn is_coin(index: &Index<'_>, asset: usize) -> bool {
    index.assets[asset].local().starts_with("slip44:")
}

fn draft(index: &Index<'_>, sold: Sold) -> Draft {
    let kinds = u128::try_from(index.trace.stolen.len()).unwrap_or(1);
    let of_token = percent(billionths(sold.parts.saturating_mul(kinds)));
    let first = sold.delays.iter().min().copied().unwrap_or(0);
    let last = sold.delays.iter().max().copied().unwrap_or(0);
    let text = format!(
        "{} of a stolen token was swapped into its chain's own coin in {}, the last one {} after \
         the theft.",
        capital(&of_token),
        counted(count(sold.edges.len()), "swap", "swaps"),
        duration(last),
    );
    Draft {
        kind: PatternKind::RapidSwap,
        parts: sold.parts,
        numbers: vec![
            ("swaps", count(sold.edges.len())),
            ("seconds_to_first", first),
            ("seconds_to_last", last),
        ],
        accounts: sold.accounts,
        edges: sold.edges,
        text,
    }
}
