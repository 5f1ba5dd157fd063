//! Known batches: a table with `depositor,deposit_count,deposit_first_utc,deposit_last_utc`.

use alloy_primitives::Address;
use hawkshaw_model::{Printable, Timestamp};

use crate::{Defect, Defects, KnownBatch, PoolError};

/// Depositors of one thief: Ronin had 48.
const DEPOSITORS_MAX: usize = 10_000;
/// Deposits of one address; whole pools have under 100,000.
const DEPOSITS_MAX: u32 = 100_000;

/// Reads a table of depositors, in order of their first deposits. Columns are found by name;
/// lines that cannot be read are counted and left out.
///
/// # Errors
///
/// When a column is missing, or no line can be read.
pub fn read_depositors(
    name: &str,
    bytes: &[u8],
    defects: &mut Defects,
) -> Result<Vec<KnownBatch>, PoolError> {
    let bad = |reason: String| PoolError::BadTable {
        file: name.to_owned(),
        reason: Printable(&reason).to_string(),
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .comment(Some(b'#'))
        .from_reader(bytes);
    let header = reader.byte_headers().map_err(|error| bad(error.to_string()))?.clone();
    let column = |wanted: &str| {
        let found = header.iter().position(|name| name.eq_ignore_ascii_case(wanted.as_bytes()));
        found.ok_or_else(|| bad(format!("it has no column {wanted}")))
    };
    let columns = [
        column("depositor")?,
        column("deposit_count")?,
        column("deposit_first_utc")?,
        column("deposit_last_utc")?,
    ];
    let mut batches = Vec::new();
    let mut lines = 0_usize;
    for record in reader.byte_records() {
        lines += 1;
        if lines > DEPOSITORS_MAX {
            return Err(bad(format!("it has over {DEPOSITORS_MAX} lines")));
        }
        let record = record.map_err(|error| bad(error.to_string()))?;
        let field = |at: usize| std::str::from_utf8(record.get(columns[at])?).ok();
        let batch = || {
            let depositor: Address = field(0)?.parse().ok()?;
            let deposits = field(1)?.parse().ok().filter(|n| (1..=DEPOSITS_MAX).contains(n))?;
            let (first, _) = moment(field(2)?)?;
            let (_, last) = moment(field(3)?)?;
            (first <= last).then_some(KnownBatch { depositor, deposits, first, last })
        };
        match batch() {
            Some(batch) if batches.contains(&batch) => defects.note(Defect::Duplicate),
            Some(batch) => batches.push(batch),
            None => defects.note(Defect::BadDepositor),
        }
    }
    if batches.is_empty() {
        let needs = "a depositor (0x…), a count from 1 on and two times in UTC";
        return Err(bad(format!("none of its {lines} lines has {needs}")));
    }
    batches.sort_by_key(|batch| (batch.first, batch.last, batch.depositor));
    Ok(batches)
}

/// The first and last second of a moment: of one written without seconds, of its minute.
fn moment(text: &str) -> Option<(i64, i64)> {
    if let Ok(time) = text.parse::<Timestamp>() {
        let is_date = text.len() == 10 && text.contains('-');
        return Some((time.to_unix(), time.to_unix() + if is_date { 86_399 } else { 0 }));
    }
    let text = text.replace(' ', "T");
    let text = text.strip_suffix('Z').unwrap_or(&text);
    let with = |tail: &str| format!("{text}{tail}").parse::<Timestamp>().ok();
    let has_seconds = text.matches(':').count() == 2;
    if let Some(time) = with("Z").filter(|_| has_seconds) {
        return Some((time.to_unix(), time.to_unix()));
    }
    let time = with(":00Z")?.to_unix();
    Some((time, time + 59))
}
