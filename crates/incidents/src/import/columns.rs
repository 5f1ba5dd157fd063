//! Which column of a table holds what.

use crate::import::amount::power_of;
use crate::import::{ImportError, TableFormat};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a column of an imported table holds.
    ImportField {
        /// When it happened.
        Date = "date",
        /// What the incident or its victim is called.
        Name = "name",
        /// How much was taken.
        Amount = "amount",
        /// How much came back, in US dollars.
        Returned = "returned",
        /// Chains.
        Chain = "chain",
        /// How it began.
        Technique = "technique",
        /// A class of techniques or of events.
        Class = "class",
        /// What the victim is.
        Target = "target",
        /// Whether a bridge was stolen from.
        Bridge = "bridge",
        /// Where it can be read.
        Link = "link",
        /// Who did it.
        Actor = "actor",
        /// What happened, in words.
        Summary = "summary",
    }
}

/// A column of an imported table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportColumn {
    /// The header, made unique.
    pub name: String,
    /// What was taken from it. The cells of other columns are kept as they stand.
    pub field: Option<ImportField>,
    /// Bare numbers of an amount are US dollars times ten to this power.
    pub power: u32,
}

/// The headers of a field, in normal form, the best first.
fn headers(field: ImportField, format: TableFormat) -> &'static [&'static str] {
    let is_heist = format == TableFormat::HeistList;
    let is_llama = matches!(format, TableFormat::DefillamaJson | TableFormat::DefillamaCsv);
    match field {
        ImportField::Date => &["date", "day", "when", "incident date", "date of theft", "year"],
        ImportField::Name => &[
            "name",
            "incident",
            "victim",
            "event",
            "protocol",
            "bridge",
            "project",
            "title",
            "case name",
            "company",
            "exchange",
            "platform",
            "entity",
        ],
        ImportField::Amount => &[
            "amount",
            "usd",
            "loss",
            "losses",
            "value",
            "lost",
            "stolen",
            "stolen amount",
            "funds lost",
            "funds stolen",
            "total loss",
            "loss amount",
            "total lost",
        ],
        ImportField::Returned => &["returned funds", "returned", "funds returned", "returnedfunds"],
        ImportField::Chain => &["chain", "chains", "blockchain", "blockchains", "network"],
        ImportField::Technique if is_heist => &["means of crime"],
        ImportField::Technique => &["technique", "method", "attack vector", "how", "cause"],
        ImportField::Class if is_heist => &["type"],
        ImportField::Class if is_llama => &["classification"],
        ImportField::Class => &[],
        ImportField::Target if is_llama => &["target type", "targettype"],
        ImportField::Target => &["victim kind", "target type"],
        ImportField::Bridge if is_llama => &["bridge hack", "bridgehack"],
        ImportField::Bridge => &[],
        ImportField::Link => &["source", "sources", "url", "link", "links", "reference"],
        ImportField::Actor => &["actor", "attribution", "attributed to", "attacker", "group"],
        ImportField::Summary => &["summary", "description", "details"],
    }
}

/// A header in normal form: small words, `usd` and units taken out of amounts.
struct Header {
    words: String,
    power: u32,
}

impl Header {
    fn new(name: &str) -> Self {
        let mut words: Vec<String> = split_words(name);
        let is_unit = |word: &str| {
            matches!(word, "usd" | "us" | "in" | "dollars") || power_of(word).is_some()
        };
        let mut power = 0;
        while words.len() > 1 && words.last().is_some_and(|word| is_unit(word)) {
            let unit = words.pop().unwrap_or_default();
            power = power.max(power_of(&unit).unwrap_or(0));
        }
        while words.len() > 1 && matches!(words.first().map(String::as_str), Some("usd" | "us")) {
            words.remove(0);
        }
        // `amount stolen` and `value lost` are the amount.
        if words.len() == 2
            && matches!(words[1].as_str(), "stolen" | "lost" | "loss")
            && matches!(words[0].as_str(), "amount" | "value")
        {
            words.truncate(1);
        }
        Self { words: words.join(" "), power }
    }
}

/// The words of a header: `bridgeHack`, `Amount_USD ($m)`.
fn split_words(name: &str) -> Vec<String> {
    let mut text = String::new();
    let mut was_small = false;
    for c in name.trim().chars() {
        if c.is_uppercase() && was_small {
            text.push(' ');
        }
        was_small = c.is_lowercase();
        text.push(if c.is_alphanumeric() { c } else { ' ' });
    }
    text.to_lowercase().split_whitespace().map(str::to_owned).collect()
}

/// A header in small words without signs between them.
pub(super) fn normal(name: &str) -> String {
    split_words(name).join(" ")
}

/// Finds out which column holds what.
///
/// # Errors
///
/// Where there is none for date or name.
pub(super) fn assign(
    names: &[String],
    format: TableFormat,
) -> Result<Vec<ImportColumn>, ImportError> {
    let mut columns: Vec<ImportColumn> = names
        .iter()
        .map(|name| ImportColumn { name: name.clone(), field: None, power: 0 })
        .collect();
    let headers_found: Vec<Header> = names.iter().map(|name| Header::new(name)).collect();
    let mut missing = Vec::new();
    for field in <ImportField as crate::vocabulary::Vocabulary>::ALL.iter().copied() {
        let rank = |at: usize| {
            let header = &headers_found[at];
            let is_amount = matches!(field, ImportField::Amount | ImportField::Returned);
            let words = if is_amount { &header.words } else { &normal(&names[at]) };
            let rank = headers(field, format).iter().position(|known| known == words)?;
            // Of two columns for an amount the one in whole dollars has the digits.
            Some((header.power, rank, at))
        };
        let free = (0..names.len()).filter(|at| columns[*at].field.is_none());
        match free.filter_map(rank).min() {
            Some((power, _, at)) => {
                columns[at].field = Some(field);
                columns[at].power = power;
            }
            None if field == ImportField::Date => missing.push("date"),
            None if field == ImportField::Name => missing.push("name"),
            None => {}
        }
    }
    if missing.is_empty() {
        return Ok(columns);
    }
    Err(ImportError::UnknownColumns { missing, found: names.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::{ImportField, assign};
    use crate::import::TableFormat;

    fn assigned(header: &str) -> String {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        let columns = assign(&names, TableFormat::Csv).unwrap();
        let shown = columns.iter().map(|column| match column.field {
            Some(field) if column.power > 0 => format!("{field}*10^{}", column.power),
            Some(field) => field.to_string(),
            None => "-".to_owned(),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn columns_are_found_by_many_names() {
        for (header, fields) in [
            ("date,cluster_icon,incident,amount_usd", "date - name amount"),
            ("bridge,date,value", "name date amount"),
            ("When,Victim,Loss (USD),URL", "date name amount link"),
            ("Date,Project,Amount lost (USD m),Chains", "date name amount*10^6 chain"),
            ("name,date,amount_m,amount", "name date - amount"),
            ("year,date,title,amount_m", "- date name amount*10^6"),
            ("event,name,day,$ stolen,attribution", "- name date amount actor"),
            ("date,protocol,bridge,USD", "date name - amount"),
        ] {
            assert_eq!(assigned(header), fields, "{header}");
        }
    }

    #[test]
    fn a_table_without_date_or_name_is_refused() {
        let names = ["title".to_owned(), "url".to_owned()];
        let error = assign(&names, TableFormat::Csv).unwrap_err().to_string();
        assert!(
            error.starts_with("no column for date; the columns are: `title`, `url`; "),
            "{error}"
        );
        let names = ["a".to_owned()];
        let error = assign(&names, TableFormat::Csv).unwrap_err().to_string();
        assert!(error.starts_with("no column for date and for name; "), "{error}");
    }

    #[test]
    fn every_field_has_a_header_somewhere() {
        let formats = <TableFormat as crate::Vocabulary>::ALL;
        for field in <ImportField as crate::Vocabulary>::ALL {
            assert!(formats.iter().any(|format| !super::headers(*field, *format).is_empty()));
        }
    }
}
