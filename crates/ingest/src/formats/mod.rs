//! The formats, each in a file of its own that says which column is what.

mod bitcoin;
mod blockchainspider;
mod canonical;
mod cryo;
mod ethereum_etl;
mod etherscan;
mod graphsense;

use crate::table::Table;

/// Every table. Of two that fit a file equally well the first is meant.
pub(crate) fn tables() -> impl Iterator<Item = &'static Table> {
    let all = [
        canonical::TABLES,
        ethereum_etl::AWS,
        ethereum_etl::BIGQUERY,
        ethereum_etl::TABLES,
        cryo::TABLES,
        bitcoin::TABLES,
        etherscan::TABLES,
        blockchainspider::TABLES,
        graphsense::TABLES,
    ];
    all.into_iter().flatten()
}
