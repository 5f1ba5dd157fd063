//! Which table a file is, by its content.

use crate::import::ImportError;
use crate::import::columns::normal;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// A form of table that is read.
    TableFormat {
        /// DefiLlama's list of hacks, as its interface gives it: a list of objects in JSON.
        DefillamaJson = "defillama-json",
        /// DefiLlama's list of hacks as CSV.
        DefillamaCsv = "defillama-csv",
        /// A CSV with columns for date, name and mostly amount.
        Csv = "csv",
        /// The lists of the data set EthereumHeist: events with a year.
        HeistList = "ethereum-heist",
        /// Totals by year and source.
        YearlyTotals = "yearly-totals",
    }
}

/// Whether a text is meant to be JSON.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{'])
}

/// The form of a CSV with these columns.
///
/// # Errors
///
/// Where it is a list of something else than incidents.
pub(super) fn of_csv(columns: &[String]) -> Result<TableFormat, ImportError> {
    let names: Vec<String> = columns.iter().map(|name| normal(name)).collect();
    let has = |name: &str| names.iter().any(|known| known == name);
    if is_yearly(&names) {
        return Ok(TableFormat::YearlyTotals);
    }
    if has("year") && has("amount stolen") && (has("event") || has("case name")) {
        return Ok(TableFormat::HeistList);
    }
    if has("classification") && has("target type") && has("name") {
        return Ok(TableFormat::DefillamaCsv);
    }
    refuse_other(&names)?;
    Ok(TableFormat::Csv)
}

/// Whether the columns are a year and figures of sources.
fn is_yearly(names: &[String]) -> bool {
    let is_figure = |name: &&String| name.ends_with(" usd") || name.ends_with(" count");
    let others = names.iter().filter(|name| *name != "year");
    names.len() > 1
        && others.clone().count() + 1 == names.len()
        && others.clone().all(|n| is_figure(&n))
}

/// Refuses lists that are known to hold something else, with what they are.
fn refuse_other(names: &[String]) -> Result<(), ImportError> {
    let first = names.first().map_or("", String::as_str);
    let has_date = names.iter().any(|name| matches!(name.as_str(), "date" | "day" | "when"));
    let is_address = matches!(first, "address" | "addresses" | "account" | "wallet" | "depositor");
    if is_address && !has_date {
        return Err(ImportError::NotIncidents {
            what: "a list of addresses, not of incidents",
            instead: "names of addresses are read by `hawkshaw tags import`",
        });
    }
    if first == "service provider name" {
        return Err(ImportError::NotIncidents {
            what: "a list of services with their category and website, not of incidents",
            instead: "it has no dates and no amounts, and nothing in it can be imported",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{TableFormat, of_csv};

    fn columns(header: &str) -> Vec<String> {
        header.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_table_is_known_by_its_columns() {
        for (header, format) in [
            (
                "date,name,classification,technique,amount,chain,bridgeHack,targetType",
                TableFormat::DefillamaCsv,
            ),
            ("Case Name ,Year,Type,Amount Stolen,Summary,Means of Crime", TableFormat::HeistList),
            ("Event,year,Amount stolen,Source", TableFormat::HeistList),
            ("year,un_usd,un_count,trm_usd", TableFormat::YearlyTotals),
            ("un_usd,year", TableFormat::YearlyTotals),
            ("year,name", TableFormat::Csv),
            ("year", TableFormat::Csv),
            ("date,incident,amount_usd", TableFormat::Csv),
        ] {
            assert_eq!(of_csv(&columns(header)).unwrap(), format, "{header}");
        }
    }

    #[test]
    fn lists_of_something_else_are_refused_with_what_they_are() {
        let error = of_csv(&columns("Address,Name Tag")).unwrap_err().to_string();
        assert!(error.contains("list of addresses") && error.contains("hawkshaw tags import"));
        let error = of_csv(&columns("Service Provider Name,Category,Website")).unwrap_err();
        assert!(error.to_string().contains("services with their category and website"));
        assert!(of_csv(&columns("address,date,name,amount")).is_ok());
    }
}
