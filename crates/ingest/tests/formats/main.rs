//! Files of every format, read as a caller reads them.

mod bitcoin;
mod canonical;
mod cryo;
mod ethereum_etl;
mod explorers;
mod graphsense;
mod hostile;
mod support;
