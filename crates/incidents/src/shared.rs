//! What the files of incidents refer to: actors, claimants, sources of many.

use crate::actor::Actors;
use crate::claimant::Claimants;
use crate::source::Sources;

/// What the files of incidents refer to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shared {
    pub(crate) actors: Actors,
    pub(crate) claimants: Claimants,
    pub(crate) sources: Sources,
}
