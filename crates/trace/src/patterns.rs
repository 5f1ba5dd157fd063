//! Which shapes known from laundering do the movements of a trace have?
//!
//! *Useful for* reading a large trace: what was relayed, split, collected, mixed or left to rest,
//! with the transactions that show it. *Not useful for* proving anything: honest people make the
//! same shapes, and a thief who knows the thresholds can stay below them.
//!
//! It is a pure function of a [`Trace`] and [`PatternSettings`]: movements are read once into
//! payments between accounts (`moves`), those large enough are indexed by account (`index`), and
//! every detector is a file of its own. The work is in proportion to the movements and the
//! logarithm of their number; where it could grow beyond that (ways over an account in between,
//! circles) it is bounded, and reaching a bound is said.
//!
//! The definitions follow the vocabulary of AMLSim (IBM, 2018) and AMLworld (Altman and others,
//! 2023); those that come from elsewhere name it.

mod chain;
mod chain_hop;
mod consolidation;
mod cycle;
mod dormancy;
mod draft;
mod fan_in;
mod fan_out;
mod gather_scatter;
mod holding;
mod index;
mod mixer_entry;
mod moves;
mod pass_through;
mod pattern;
mod peel_chain;
mod rapid_swap;
mod relay_chain;
mod scatter_gather;
mod service;
mod settings;
mod share;
mod sleep;
mod structuring;
mod window;
mod words;

use crate::result::Trace;
use index::Index;

pub use pattern::{PassingThrough, Pattern, PatternKind, Patterns};
pub use settings::PatternSettings;

/// Finds the patterns of a trace. The same trace and settings give the same answer.
///
/// A trace without edges (`Detail::Totals`) has none.
pub fn patterns(trace: &Trace, settings: &PatternSettings) -> Patterns {
    let index = Index::new(trace, settings);
    let mut found = Patterns {
        movements: words::count(index.moves.len()),
        movements_small: words::count(index.small),
        ..Patterns::default()
    };
    let conducts = holding::conducts(&index);
    let chains = chain::chains(&index, &conducts);
    found.list(&index, peel_chain::find(&index, &conducts, &chains));
    found.list(&index, relay_chain::find(&index, &conducts, &chains));
    let (passed, figures) = pass_through::find(&index, &conducts);
    found.passing_through = figures;
    found.list(&index, passed);
    let (scattering, gathered) = gather_scatter::find(&index);
    found.list(&index, fan_out::find(&index, &gathered));
    found.list(&index, fan_in::find(&index, &gathered));
    found.list(&index, scattering);
    let (ways, is_complete) = scatter_gather::find(&index);
    found.limit(is_complete, "scatter-gather: not all ways over accounts in between were joined");
    found.list(&index, ways);
    found.list(&index, consolidation::find(&index));
    let (circles, is_complete) = cycle::find(&index);
    found.limit(is_complete, "cycle: not all movements were tried, the largest were tried first");
    found.list(&index, circles);
    found.list(&index, structuring::find(&index));
    found.list(&index, rapid_swap::find(&index));
    found.list(&index, chain_hop::find(&index));
    found.list(&index, mixer_entry::find(&index));
    found.list(&index, dormancy::find(&index));
    found
}

impl Patterns {
    fn limit(&mut self, is_complete: bool, text: &str) {
        if !is_complete {
            self.limits.push(text.to_owned());
        }
    }
}
