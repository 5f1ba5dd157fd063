//! Blocks of EVM chains out of the answers of nodes.

mod chains;
mod checks;
mod dialects;
mod hostile;
mod logs;
mod real;
mod support;
