//! Tables: which columns a file has and what decodes them.

use hawkshaw_model::ChainId;

use crate::error::Refusal;
use crate::fields::Fields;
use crate::format::{Container, Format};
use crate::sink::Sink;

/// A column of a table and the field of the decoder that it fills.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// The name in the file.
    pub(crate) name: &'static str,
    /// The field.
    pub(crate) field: usize,
    /// Whether a file without it is another table.
    pub(crate) is_mandatory: bool,
}

/// A column that every file of the table has.
pub(crate) const fn must(name: &'static str, field: usize) -> Column {
    Column { name, field, is_mandatory: true }
}

/// A column that a file may lack. Several may fill one field: the first that is there does.
pub(crate) const fn may(name: &'static str, field: usize) -> Column {
    Column { name, field, is_mandatory: false }
}

/// A table of a format.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) format: Format,
    /// The name within the format.
    pub(crate) name: &'static str,
    /// Its columns, which may stand in any order.
    pub(crate) columns: &'static [Column],
    /// Fields of which a file fills at least one, for tables whose columns have several names.
    pub(crate) needs: &'static [usize],
    /// Columns that tell this table from another with the same mandatory columns.
    pub(crate) marks: &'static [&'static str],
    /// Columns that no file of this table has.
    pub(crate) never: &'static [&'static str],
    /// Whether a file may have columns that are not listed.
    pub(crate) is_open: bool,
    /// Whether a file lists what concerns an account, and not whole blocks.
    pub(crate) is_history: bool,
    pub(crate) chain: TableChain,
    pub(crate) containers: Containers,
    pub(crate) decoder: &'static Decoder,
}

/// What decodes the rows of a table.
#[derive(Debug)]
pub(crate) struct Decoder {
    /// How many fields there are.
    pub(crate) fields: usize,
    /// The one that holds the height of the block.
    pub(crate) height: usize,
    /// Decodes a row.
    pub(crate) row: fn(&Fields<'_, '_>, &mut Sink) -> Result<(), Refusal>,
    /// Whether rows are decoded with those before them, so that one thread reads them in order.
    pub(crate) is_serial: bool,
    /// Decodes what waited for the end of the file; a refusal comes with its line.
    pub(crate) flush: Option<Flush>,
}

/// Decodes what waited for rows that do not come.
pub(crate) type Flush = fn(&mut Sink) -> Result<(), (u64, Refusal)>;

/// Where the chain of a table comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableChain {
    /// Its rows name it.
    Rows,
    /// An EVM chain, this one unless another is asked for.
    Evm(&'static str),
    /// A chain with outputs; Bitcoin's mainnet unless another is asked for.
    Bitcoin,
}

impl TableChain {
    /// Ethereum's mainnet unless another is asked for.
    pub(crate) const ETHEREUM: Self = Self::Evm("eip155:1");

    /// The chain of rows that do not name theirs.
    pub(crate) fn default_chain(self) -> Option<ChainId> {
        match self {
            Self::Rows => None,
            Self::Evm(chain) => chain.parse().ok(),
            Self::Bitcoin => Some(ChainId::bitcoin()),
        }
    }
}

/// What holds a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Containers {
    Any,
    CsvAndParquet,
    Csv,
}

impl Containers {
    pub(crate) fn allow(self, container: Container) -> bool {
        match self {
            Self::Any => true,
            Self::CsvAndParquet => {
                !matches!(container, Container::JsonLines | Container::JsonLinesGz)
            }
            Self::Csv => matches!(container, Container::Csv | Container::CsvGz),
        }
    }
}

impl Table {
    /// The name of the column that fills a field, given the names that a file has.
    pub(crate) fn column_of(&self, field: usize, present: Option<&[String]>) -> &'static str {
        let mut columns = self.columns.iter().filter(|column| column.field == field);
        let is_there =
            |column: &&Column| present.is_none_or(|names| names.iter().any(|n| n == column.name));
        let first = columns.clone().next();
        columns.find(is_there).or(first).map_or("?", |column| column.name)
    }

    /// The columns that a file with these names lacks.
    pub(crate) fn missing(&self, names: &[String]) -> Vec<String> {
        let has = |name: &str| names.iter().any(|n| n == name);
        let mandatory = self.columns.iter().filter(|column| column.is_mandatory);
        let mut missing: Vec<String> =
            mandatory.filter(|c| !has(c.name)).map(|c| c.name.to_owned()).collect();
        for field in self.needs {
            let columns = || self.columns.iter().filter(|column| column.field == *field);
            if !columns().any(|column| has(column.name)) {
                let names: Vec<&str> = columns().map(|column| column.name).collect();
                missing.push(names.join(" or "));
            }
        }
        missing
    }

    /// In words: `ethereum-etl token_transfers`.
    pub(crate) fn words(&self) -> String {
        format!("{} {}", self.format, self.name)
    }
}
