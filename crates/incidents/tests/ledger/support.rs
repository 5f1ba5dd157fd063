//! Small ledgers for tests, written as text.

use hawkshaw_incidents::{IncidentLedger, LedgerFile};

/// Actors of the small ledgers.
const ACTORS: &str = "
[actor.state]
name = \"A state\"
[actor.group]
name = \"A group\"
part_of = \"state\"
[actor.gang]
name = \"A gang\"
";

/// Claimants of the small ledgers.
const CLAIMANTS: &str = "
[[claimant]]
name = \"Police\"
kind = \"government\"
[[claimant]]
name = \"Analyst\"
kind = \"analytics-firm\"
[[claimant]]
name = \"List\"
kind = \"data-set\"
";

/// Shared sources of the small ledgers.
const SOURCES: &str = "
[sources.page]
url = \"https://example.org/page\"
publisher = \"Example\"
title = \"A page\"
seen = \"read\"
";

pub(crate) fn file(name: &str, text: impl Into<String>) -> LedgerFile {
    LedgerFile { name: name.to_owned(), text: text.into() }
}

/// Actors, claimants and shared sources.
pub(crate) fn frame() -> Vec<LedgerFile> {
    vec![
        file("actors.toml", ACTORS),
        file("claimants.toml", CLAIMANTS),
        file("sources.toml", SOURCES),
        file("context.toml", ""),
        file("totals.toml", ""),
        file("launches.csv", "date,launches\n"),
    ]
}

/// A ledger of incidents, and what they refer to.
pub(crate) fn ledger(incidents: &[(&str, String)]) -> IncidentLedger {
    ledger_with(incidents, &[])
}

/// The same, with some of the other files replaced.
pub(crate) fn ledger_with(incidents: &[(&str, String)], others: &[(&str, &str)]) -> IncidentLedger {
    let mut files = frame();
    for (name, text) in others {
        files.retain(|file| file.name != *name);
        files.push(file(name, *text));
    }
    files.extend(incidents.iter().map(|(id, text)| file(&format!("{id}.toml"), text.clone())));
    IncidentLedger::from_files(files).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The text of a theft: `more` follows the tables that every incident has.
pub(crate) fn theft(id: &str, date: &str, more: &str) -> (String, String) {
    let text = format!(
        "id = \"{id}\"\ntitle = \"Title of {id}\"\nsummary = \"Something was stolen.\"\n\
         kind = \"theft\"\nloot = \"crypto\"\n\
         [dates]\ntheft = \"{date}\"\n\
         [victim]\nname = \"Victim\"\nkind = \"exchange\"\n{more}"
    );
    (id.to_owned(), text)
}

/// A claim of an amount in whole dollars.
pub(crate) fn amount(usd: u64, by: &str) -> String {
    format!(
        "[[amount]]\nusd = {usd}\nby = \"{by}\"\non = \"2030\"\nsure = \"exact\"\n\
         sources = [\"page\"]\n"
    )
}

/// A claim of attribution.
pub(crate) fn attribution(actor: &str, by: &str, sure: &str) -> String {
    format!(
        "[[attribution]]\nactor = \"{actor}\"\nby = \"{by}\"\non = \"2030\"\nsure = \"{sure}\"\n\
         sources = [\"page\"]\n"
    )
}

/// Thefts as `ledger` takes them.
pub(crate) fn named(thefts: &[(String, String)]) -> Vec<(&str, String)> {
    thefts.iter().map(|(id, text)| (id.as_str(), text.clone())).collect()
}
