//! The formats by name.

use std::fmt;
use std::str::FromStr;

/// Who made a file, and so what its columns are called and what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Hawkshaw's own tables.
    Canonical,
    /// ethereum-etl.
    EthereumEtl,
    /// The data set `crypto_ethereum` of BigQuery.
    BigQueryEthereum,
    /// The Ethereum tables of `aws-public-blockchain`.
    AwsEthereum,
    /// cryo.
    Cryo,
    /// bitcoin-etl.
    BitcoinEtl,
    /// The data set `crypto_bitcoin` of BigQuery.
    BigQueryBitcoin,
    /// The Bitcoin tables of `aws-public-blockchain`.
    AwsBitcoin,
    /// The CSV exports of Etherscan and of the explorers made by it.
    Etherscan,
    /// BlockchainSpider.
    BlockchainSpider,
    /// The tables that GraphSense makes of ethereum-etl's.
    GraphSense,
}

/// A text that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no format: the formats are {}", hawkshaw_model::Printable(.0), Format::names())]
pub struct UnknownFormat(String);

impl Format {
    /// Every format.
    pub fn all() -> &'static [Self] {
        &[
            Self::Canonical,
            Self::EthereumEtl,
            Self::BigQueryEthereum,
            Self::AwsEthereum,
            Self::Cryo,
            Self::BitcoinEtl,
            Self::BigQueryBitcoin,
            Self::AwsBitcoin,
            Self::Etherscan,
            Self::BlockchainSpider,
            Self::GraphSense,
        ]
    }

    /// The name on command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Canonical => "canonical",
            Self::EthereumEtl => "ethereum-etl",
            Self::BigQueryEthereum => "bigquery-ethereum",
            Self::AwsEthereum => "aws-ethereum",
            Self::Cryo => "cryo",
            Self::BitcoinEtl => "bitcoin-etl",
            Self::BigQueryBitcoin => "bigquery-bitcoin",
            Self::AwsBitcoin => "aws-bitcoin",
            Self::Etherscan => "etherscan",
            Self::BlockchainSpider => "blockchainspider",
            Self::GraphSense => "graphsense",
        }
    }

    fn names() -> String {
        let names: Vec<&str> = Self::all().iter().map(|format| format.name()).collect();
        names.join(", ")
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::all().iter().find(|format| format.name() == text);
        named.copied().ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a file holds its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Container {
    /// Comma-separated values with a header.
    Csv,
    /// The same, compressed by gzip.
    CsvGz,
    /// A JSON object a line.
    JsonLines,
    /// The same, compressed by gzip.
    JsonLinesGz,
    /// Apache Parquet.
    Parquet,
}

impl Container {
    /// What its rows are counted in.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Parquet => "row",
            _ => "line",
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Csv => "CSV",
            Self::CsvGz => "CSV compressed by gzip",
            Self::JsonLines => "JSON lines",
            Self::JsonLinesGz => "JSON lines compressed by gzip",
            Self::Parquet => "Parquet",
        })
    }
}
