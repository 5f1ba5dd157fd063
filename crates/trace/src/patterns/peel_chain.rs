//! Accounts in a row, each of which passes most of it to the next and a small part aside.
//!
//! On UTXO chains this is the wallet that pays somebody and sends the change to a fresh address
//! (Meiklejohn and others, "A Fistful of Bitcoins", 2013); thieves do it on purpose, to cash out
//! in small sums.

use super::chain::{self, Chain};
use super::draft::Draft;
use super::holding::Conduct;
use super::index::Index;
use super::pattern::PatternKind;
use super::words::{capital, count, counted};

/// The peel chains among some chains.
pub(super) fn find(index: &Index<'_>, conducts: &[Conduct], chains: &[Chain]) -> Vec<Draft> {
    let least = index.settings.chain_steps_min;
    let peels = chains.iter().filter(|chain| chain.is_peeling(least));
    peels.map(|chain| draft(index, conducts, chain)).collect()
}

fn draft(index: &Index<'_>, conducts: &[Conduct], chain: &Chain) -> Draft {
    let parts = chain.steps.first().map_or(0, |step| conducts[*step].got);
    let dwell = chain::dwell(chain, conducts);
    let edges = chain::edges(index, chain);
    let peels = peels(index, conducts, chain);
    let peeled = index.parts(&peels);
    let stopped = peels.iter().filter(|found| index.moves[**found].terminal.is_some()).count();
    let ended = match stopped {
        0 => String::new(),
        _ => format!(
            " ({stopped} of {} to services)",
            counted(count(peels.len()), "movement", "movements"),
        ),
    };
    let text = format!(
        "{} went down a row of {}, of which {} paid a part aside: {} in all{ended}; {}.",
        capital(&index.theft(parts)),
        counted(count(chain.steps.len()), "account", "accounts"),
        chain.peels,
        index.theft(peeled),
        chain::rest(dwell),
    );
    Draft {
        kind: PatternKind::PeelChain,
        parts,
        accounts: chain::accounts(chain, conducts),
        numbers: vec![
            ("steps", count(chain.steps.len())),
            ("steps_that_paid_aside", count(chain.peels)),
            ("movements_aside", count(peels.len())),
            ("movements_aside_to_services", count(stopped)),
            ("share_aside_billionths", super::share::billionths(peeled)),
            ("dwell_median_seconds", dwell),
            ("seconds", index.seconds(&edges)),
        ],
        edges,
        text,
    }
}

/// What the steps paid to others than the next.
fn peels(index: &Index<'_>, conducts: &[Conduct], chain: &Chain) -> Vec<usize> {
    let aside = |step: usize| {
        let next = conducts[step].payee.map(|(payee, _)| payee);
        let paid = index.paid_by(step).iter().copied();
        paid.filter(move |found| index.moves[*found].to != next)
    };
    chain.steps.iter().flat_map(|step| aside(*step)).collect()
}
