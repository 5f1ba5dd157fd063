//! One module for each verb.

pub(crate) mod audit;
pub(crate) mod bridge;
pub(crate) mod case;
pub(crate) mod cluster;
pub(crate) mod completions;
pub(crate) mod exposure;
pub(crate) mod incidents;
pub(crate) mod keys;
pub(crate) mod ledger;
pub(crate) mod lists;
pub(crate) mod mixer;
pub(crate) mod pattern;
pub(crate) mod prices;
pub(crate) mod screen;
pub(crate) mod serve;
pub(crate) mod sources;
pub(crate) mod sync;
pub(crate) mod tags;
pub(crate) mod trace;
pub(crate) mod verify;
