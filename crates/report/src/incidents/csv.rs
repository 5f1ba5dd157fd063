//! Incidents as CSV (RFC 4180: comma, CRLF, quotes doubled; UTF-8 with a header row).

use hawkshaw_incidents::{Incident, IncidentLedger};

use super::column::{COLUMNS, Column, Row};
use crate::csv::{finish, record, writer};

/// Incidents as CSV, one row each, in the order in which they are handed over.
///
/// A cell is empty where nobody claims anything. Lists are joined by `;`. A cell that a
/// spreadsheet would take for a formula begins with an apostrophe; invisible characters are
/// `�`. Contradictory claims do not fit into a row: the JSON has every one of them.
///
/// | column | type | meaning |
/// |---|---|---|
/// | `id` | text | year of the theft and words; the name of its file |
/// | `title` | text | the name by which people know it |
/// | `kind`, `loot` | word | kind of event; what was taken |
/// | `date_theft` | text | as far as known: `2022-03-23`, `2018-06`, `2017`, `2017-02/2017-04` |
/// | `date_theft_first`, `date_theft_last` | day | first and last possible day of the theft |
/// | `date_discovered…`, `date_attributed…` | text, days | the same of discovery and of the first public attribution |
/// | `victim`, `victim_kind` | text, word | who was stolen from, and what it is |
/// | `country` | text | where the victim is based, ISO 3166-1 alpha-2 |
/// | `chains`, `assets` | words | from which chains was stolen; symbols of what was stolen |
/// | `usd` | US dollars | the ledger's figure: the first claim of an amount taken; cents behind a point where there are any |
/// | `usd_low`, `usd_high` | US dollars | the least and the most that any claim of an amount taken allows for |
/// | `priced` | word | at the prices of when `usd` is stated |
/// | `amount_by`, `amount_on`, `amount_sure` | text, date, word | who claims `usd`, when, and how surely |
/// | `amount_claims` | number | claims of an amount, also of what was only attempted |
/// | `actor`, `actor_name` | text | id and name in the first attribution that is no denial |
/// | `actor_whole` | text | id of the whole that the actor is a part of; else its own |
/// | `attributed_by`, `attributed_on`, `attributed_sure` | text, date, word | who attributes so, when, and how surely |
/// | `attribution_claims` | number | claims of attribution, denials among them |
/// | `contested` | `true`, `false` | whether somebody denies what somebody else claims |
/// | `techniques`, `channels` | words | how it began, the main way first; through what was laundered |
/// | `frozen_usd_low`, `frozen_usd_high` | US dollars | the largest single claim, and the sum of all claims up to `usd_high`: claims may be of the same money |
/// | `seized_usd_…`, `returned_usd_…`, `recovered_usd_…`, `blocked_usd_…` | US dollars | the same; what was blocked never left, and is no part of `usd` |
/// | `recovery_claims` | number | claims of what was frozen or came back |
/// | `part_of` | text | id of an incident whose amount already contains this one |
/// | `case` | text | the case that traces it |
/// | `addresses` | number | addresses that sources name |
/// | `sources` | links | every source; a `;` within a link is written `%3B` |
pub fn to_csv(ledger: &IncidentLedger, incidents: &[&Incident]) -> Vec<u8> {
    let mut out = writer();
    record(&mut out, COLUMNS.iter().map(|column| column.name().to_owned()));
    for incident in incidents {
        let row = Row::new(ledger, incident);
        record(&mut out, COLUMNS.iter().map(|column| field(column, &row)));
    }
    finish(out)
}

fn field(column: &Column, row: &Row<'_>) -> String {
    match column {
        Column::Text(_, cell) => cell(row),
        Column::Usd(_, cell) => cell(row).map(|usd| usd.to_string()),
        Column::Day(_, cell) => cell(row).map(|day| day.text),
        Column::Count(_, cell) => Some(cell(row).to_string()),
        Column::Flag(_, cell) => Some(cell(row).to_string()),
    }
    .unwrap_or_default()
}
