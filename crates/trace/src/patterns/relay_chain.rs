//! Accounts in a row, each of which passes nearly all of it to the next.

use super::chain::{self, Chain};
use super::draft::Draft;
use super::holding::Conduct;
use super::index::Index;
use super::pattern::PatternKind;
use super::words::{capital, count, counted};

/// The relay chains among some chains.
pub(super) fn find(index: &Index<'_>, conducts: &[Conduct], chains: &[Chain]) -> Vec<Draft> {
    let least = index.settings.chain_steps_min;
    let relays = chains.iter().filter(|chain| !chain.is_peeling(least));
    relays.map(|chain| draft(index, conducts, chain)).collect()
}

fn draft(index: &Index<'_>, conducts: &[Conduct], chain: &Chain) -> Draft {
    let parts = chain.steps.first().map_or(0, |step| conducts[*step].got);
    let dwell = chain::dwell(chain, conducts);
    let edges = chain::edges(index, chain);
    let aside = match chain.peels {
        0 => String::new(),
        peels => {
            format!(", {} of which paid a part aside", counted(count(peels), "account", "accounts"))
        }
    };
    let text = format!(
        "{} passed through {} in a row{aside}; {}.",
        capital(&index.theft(parts)),
        counted(count(chain.steps.len()), "account", "accounts"),
        chain::rest(dwell),
    );
    Draft {
        kind: PatternKind::RelayChain,
        parts,
        accounts: chain::accounts(chain, conducts),
        numbers: vec![
            ("steps", count(chain.steps.len())),
            ("steps_that_paid_aside", count(chain.peels)),
            ("dwell_median_seconds", dwell),
            ("seconds", index.seconds(&edges)),
        ],
        edges,
        text,
    }
}
