//! x
use crate::Findings;
/// edges
pub fn to_edges_csv(_f: &Findings<'_>) -> Vec<u8> { Vec::new() }
/// terminals
pub fn to_terminals_csv(_f: &Findings<'_>) -> Vec<u8> { Vec::new() }
