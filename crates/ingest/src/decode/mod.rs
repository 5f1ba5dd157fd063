//! Rows of tables into rows of a ledger: one decoder for each kind of table, whatever its
//! columns are called.

pub(crate) mod bitcoin;
pub(crate) mod canonical;
pub(crate) mod evm;
pub(crate) mod explorer;
