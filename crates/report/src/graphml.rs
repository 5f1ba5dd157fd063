//! x
use crate::Findings;
/// g
pub fn to_graphml(_f: &Findings<'_>) -> Vec<u8> { Vec::new() }
