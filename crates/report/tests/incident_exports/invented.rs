//! A small invented ledger whose text is made to break readers.

use hawkshaw_incidents::{IncidentLedger, LedgerFile, Problems};

const ACTORS: &str = r#"
[actor.state]
name = "The State"

[actor.group]
name = "=Group \"quoted\", with, commas"
part_of = "state"
aliases = ["+alias", "<b>alias</b>"]

[actor.lazarus-group]
name = "Lazarus Group"

[actor.insider]
name = "Insiders of the victim"

[actor.nobody]
name = "Nobody"
"#;

const CLAIMANTS: &str = r#"
[[claimant]]
name = "=cmd|'/C calc'!A0"
kind = "press"

[[claimant]]
name = "Court \u202E of \u0007 bells"
kind = "court"

[[claimant]]
name = "the victim"
kind = "victim"

[[claimant]]
name = "Researcher"
kind = "researcher"
"#;

const SOURCES: &str = r#"
[sources.shared]
url = "https://shared.example/a;b?c=d"
publisher = "@Shared"
title = "Shared source"
seen = "data set"
data_set = "set-of-sets"

[sources.set-of-sets]
url = "https://sets.example/"
publisher = "Sets"
title = "A data set of which the shared source is a part"
seen = "read"

[sources.unused]
url = "https://unused.example/"
publisher = "Unused"
title = "Cited by nobody"
seen = "read"
"#;

const HOSTILE: &str = r#"
id = "2020-hostile"
title = "=HYPERLINK(\"https://evil.example\",\"click\"), \"quoted\"\r\nsecond line"
summary = "LONG"
aliases = ["-1+1", "\u202Ereversed"]
kind = "theft"
loot = "crypto"
part_of = "2020-plain"
case = "some-case"
chains = ["bitcoin", "ethereum", "monero"]
assets = ["BTC", "ETH"]
note = "<script>alert(1)</script> ]]> --> \\ \u0000"

[dates]
theft = "2020-02/2020-03"
discovered = "2020-03"
attributed = "2020-04-05"

[victim]
name = "@SUM(A1:A9)"
kind = "exchange"
country = "VN"

[[amount]]
usd_low = 900_000
what = "attempted"
by = "Researcher"
on = "2020-03-02"
sure = "unstated"
sources = ["first"]

[[amount]]
usd = 123_983
native = [{ asset = "BTC", amount = "10.5" }, { asset = "ETH", amount = "100000000000000000000000000000" }]
priced = "theft"
by = "=cmd|'/C calc'!A0"
on = "2020-03-01"
sure = "exact"
sources = ["first", "shared"]
note = "\tnote"

[[amount]]
usd_low = 100_000
usd_high = 200_000
by = "Researcher"
on = "2021"
sure = "estimate"
sources = ["first"]

[[attribution]]
actor = "group"
by = "Researcher"
on = "2020-04-06"
sure = "denied"
sources = ["second"]
note = "Not them."

[[attribution]]
actor = "group"
by = "Court \u202E of \u0007 bells"
on = "2020-04-05"
sure = "stated"
sources = ["first"]

[[attribution]]
actor = "lazarus-group"
by = "Researcher"
on = "2020-05"
sure = "suspected"
sources = ["second"]

[[attribution]]
actor = "nobody"
by = "Researcher"
on = "2020-06"
sure = "denied"
sources = ["second"]

[began]
how = ["insider", "key-theft"]
text = "Somebody said: \"=1+1\""
sources = ["first"]

[laundered]
through = ["mixer", "swap"]
services = ["A; B", "+C"]
text = "Through a mixer."
sources = ["third"]

[[recovery]]
what = "frozen"
usd = 150_000
by = "Researcher"
on = "2020-07-01"
sources = ["first"]

[[recovery]]
what = "frozen"
usd = 100_000
by = "=cmd|'/C calc'!A0"
on = "2020-07-02"
sources = ["first"]

[[recovery]]
what = "blocked"
usd = 5_000_000
by = "Researcher"
on = "2020-07-02"
sources = ["first"]

[[recovery]]
what = "seized"
native = [{ asset = "BTC", amount = "1" }]
by = "the victim"
on = "2022-08-09"
sources = ["first"]

[[address]]
account = "bip122:000000000019d6689c085ae165831e93:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
role = "theft"
sources = ["first"]

[[address]]
account = "eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96"
role = "victim"
sources = ["third"]

[[address]]
account = "cosmos:cosmoshub-4:cosmos1abc"
role = "deposit"
sources = ["third"]

[sources.first]
url = "https://ü.example/\"<first>?q=a;b|c\u202E"
publisher = "Publisher, \"Inc\""
title = "=TITLE()\u0000"
published = "2020-03"
seen = "read"

[sources.second]
url = "https://second.example/"
publisher = "Second"
title = "Second"
seen = "read"

[sources.third]
url = "https://second.example/"
publisher = "Third"
title = "The same link"
seen = "read"
"#;

const PLAIN: &str = r#"
id = "2020-plain"
title = "Plain"
summary = "An incident with as little as there can be."
kind = "theft"
loot = "fiat"

[dates]
theft = "2020"

[victim]
name = "private persons"
kind = "individuals"

[[attribution]]
actor = "insider"
by = "the victim"
on = "2020"
sure = "likely"
sources = ["shared"]

[sources]
"#;

/// The ledger.
///
/// # Errors
///
/// When it is no ledger.
pub(crate) fn ledger() -> Result<IncidentLedger, Problems> {
    let long = "Very long = very long. ".repeat(170);
    let file = |name: &str, text: &str| LedgerFile { name: name.to_owned(), text: text.to_owned() };
    let other = PLAIN.replace("2020-plain", "2020-plain-too");
    IncidentLedger::from_files(vec![
        file("actors.toml", ACTORS),
        file("claimants.toml", CLAIMANTS),
        file("sources.toml", SOURCES),
        file("context.toml", ""),
        file("launches.csv", "date,launches,outcome_success,outcome_failure,outcome_unknown\n"),
        file("2020/2020-hostile.toml", &HOSTILE.replace("LONG", &long)),
        file("2020/2020-plain.toml", PLAIN),
        file("2020/2020-plain-too.toml", &other),
    ])
}
