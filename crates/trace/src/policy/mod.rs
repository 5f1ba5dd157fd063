//! The policies: interpreters of the taint program.

mod poison;
mod pooled;
mod queued;
mod totals;

use hawkshaw_model::Policy;

use crate::program::Program;
use crate::taint::OriginVector;
use crate::units::Units;

pub(crate) use pooled::{CleanFirst, DirtyFirst, Haircut, PooledRule};
pub(crate) use totals::Totals;

/// The state of one policy over all holdings.
pub(crate) trait PolicyState<U>: Send {
    /// Carries out a stretch of the program.
    fn run(&mut self, program: &Program<U>);

    /// What ended in terminals and what was recorded.
    fn totals(&self) -> &Totals<U>;

    /// The taint that is in a holding, and what it stands for. Poison stands for nothing.
    fn held(&self, holding: usize) -> (U, Option<OriginVector<U>>);

    /// How many times a run queue was over its limit.
    fn runs_merged(&self) -> u64 {
        0
    }
}

/// The state of a policy before the first step.
pub(crate) fn start<U: Units + 'static>(
    policy: Policy,
    stolen_assets: usize,
) -> Box<dyn PolicyState<U>> {
    match policy {
        Policy::DirtyFirst => Box::new(pooled::Pooled::<U, pooled::DirtyFirst>::new(stolen_assets)),
        Policy::CleanFirst => Box::new(pooled::Pooled::<U, pooled::CleanFirst>::new(stolen_assets)),
        Policy::Haircut => Box::new(pooled::Pooled::<U, pooled::Haircut>::new(stolen_assets)),
        Policy::Tiho => Box::new(pooled::Pooled::<U, pooled::Tiho>::new(stolen_assets)),
        Policy::Fifo => Box::new(queued::Queued::<U, queued::Front>::new(stolen_assets)),
        Policy::Lifo => Box::new(queued::Queued::<U, queued::Back>::new(stolen_assets)),
        Policy::Poison => Box::new(poison::Poison::<U>::new()),
    }
}
