//! Tables of EVM chains.

mod chains;
mod trace_group;

pub(crate) use chains::native_asset;
pub(crate) use trace_group::TraceGroup;
