//! A ledger in which a stranger wrote every text that is free.

use hawkshaw_incidents::{IncidentLedger, LedgerFile};

/// The texts that are free, by the word behind them.
pub(crate) const FIELDS: [&str; 23] = [
    "actor-name",
    "claimant-name",
    "title-of-incident",
    "summary-of-incident",
    "alias-of-incident",
    "note-of-incident",
    "name-of-victim",
    "note-of-amount",
    "note-of-attribution",
    "note-of-recovery",
    "text-of-beginning",
    "text-of-laundering",
    "service-of-laundering",
    "publisher-of-source",
    "title-of-source",
    "title-of-weak",
    "title-of-series",
    "holes-of-series",
    "note-of-series",
    "title-of-denominator",
    "holes-of-denominator",
    "title-of-total",
    "note-of-total",
];

const ACTORS: &str = r#"
[actor.group]
name = "{actor-name}"
"#;

const CLAIMANTS: &str = r#"
[[claimant]]
name = "{claimant-name}"
kind = "press"
"#;

const INCIDENT: &str = r#"
id = "2020-hostile"
title = "{title-of-incident}"
summary = "{summary-of-incident}"
aliases = ["{alias-of-incident}"]
kind = "theft"
loot = "crypto"
case = "case-of-incident"
note = "{note-of-incident}"

[dates]
theft = "2020-02-03"

[victim]
name = "{name-of-victim}"
kind = "exchange"

[[amount]]
usd = 123_983
by = "{claimant-name}"
on = "2020-03"
sure = "exact"
sources = ["first"]
note = "{note-of-amount}"

[[amount]]
usd = 900_000
what = "face-value"
by = "{claimant-name}"
on = "2020-03"
sure = "exact"
sources = ["first"]

[[attribution]]
actor = "group"
by = "{claimant-name}"
on = "2020-04-05"
sure = "stated"
sources = ["first"]
note = "{note-of-attribution}"

[began]
how = ["insider"]
text = "{text-of-beginning}"
sources = ["first"]

[laundered]
through = ["mixer"]
services = ["{service-of-laundering}"]
text = "{text-of-laundering}"
sources = ["first"]

[[recovery]]
what = "frozen"
usd = 1_000
by = "{claimant-name}"
on = "2020-07-01"
sources = ["first"]
note = "{note-of-recovery}"

[sources.first]
url = "https://a.example/{link}"
publisher = "{publisher-of-source}"
title = "{title-of-source}"
seen = "read"
"#;

/// Nearly counted where the attribution has to be stated.
const WEAK: &str = r#"
id = "2020-weak"
title = "{title-of-weak}"
summary = "Suspected alone."
kind = "theft"
loot = "crypto"

[dates]
theft = "2020-05"

[victim]
name = "Somebody"
kind = "exchange"

[[attribution]]
actor = "group"
by = "{claimant-name}"
on = "2020-06"
sure = "suspected"
sources = ["first"]

[sources.first]
url = "https://b.example/{link}"
publisher = "B"
title = "B"
seen = "read"
"#;

const CONTEXT: &str = r#"
[[series]]
id = "economy"
title = "{title-of-series}"
kind = "context"
unit = "USD"
by = "{claimant-name}"
holes = "{holes-of-series}"

[[series.point]]
year = 2020
value = 1_000_000
on = "2021"
sources = ["first"]
note = "{note-of-series}"

[[series]]
id = "all-thefts"
title = "{title-of-denominator}"
kind = "denominator"
unit = "USD"
by = "{claimant-name}"
holes = "{holes-of-denominator}"

[[series.point]]
year = 2020
value = 2_000_000
on = "2021"
sources = ["first"]

[sources.first]
url = "https://c.example/{link}"
publisher = "C"
title = "C"
seen = "read"
"#;

const TOTALS: &str = r#"
[[total]]
id = "hostile-total"
title = "{title-of-total}"
measure = "sum"
usd = 7_000_000
by = "{claimant-name}"
on = "2021"
sources = ["first"]
note = "{note-of-total}"

[total.rule]
actor = "group"
from = "2020-01-01"
to = "2021-01-01"
loot = "crypto"

[sources.first]
url = "https://d.example/{link}"
publisher = "D"
title = "D"
seen = "read"
"#;

const LAUNCHES: &str = "date,launches\n";

/// The ledger, with a text in every free field, followed by the word of the field, and with an
/// end of every link.
pub(crate) fn ledger(text: &str, link: &str) -> IncidentLedger {
    let files = [
        ("actors.toml", ACTORS),
        ("claimants.toml", CLAIMANTS),
        ("sources.toml", ""),
        ("context.toml", CONTEXT),
        ("totals.toml", TOTALS),
        ("launches.csv", LAUNCHES),
        ("2020/2020-hostile.toml", INCIDENT),
        ("2020/2020-weak.toml", WEAK),
    ];
    let file = |(name, template): (&str, &str)| {
        let mut content = template.replace("{link}", &quoted(link));
        for field in FIELDS {
            content = content.replace(&format!("{{{field}}}"), &quoted(&format!("{text}{field}")));
        }
        LedgerFile { name: name.to_owned(), text: content }
    };
    IncidentLedger::from_files(files.map(file).into()).unwrap()
}

/// A ledger that holds nothing.
pub(crate) fn without_incidents() -> IncidentLedger {
    let names = ["actors.toml", "claimants.toml", "sources.toml", "context.toml", "totals.toml"];
    let file = |name: &str, text: &str| LedgerFile { name: name.to_owned(), text: text.to_owned() };
    let mut files: Vec<LedgerFile> = names.iter().map(|name| file(name, "")).collect();
    files.push(file("launches.csv", LAUNCHES));
    IncidentLedger::from_files(files).unwrap()
}

/// A text inside of the quotes of TOML.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
