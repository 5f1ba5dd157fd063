//! The confidence ids of the TagPack format and their levels.

use hawkshaw_model::Confidence;

/// Tags under this level never stop a trace.
pub const STOPPING_LEVEL_MIN: u8 = 20;

/// The id that stands in for a missing or unknown one.
const UNKNOWN: (&str, u8) = ("unknown", 5);

/// Ids and levels, from the most certain to the least.
///
/// Source: the confidence table of the TagPack tool,
/// <https://github.com/graphsense/graphsense-tagpack-tool>, `confidence.csv`.
const LEVELS: [(&str, u8); 14] = [
    ("override", 100),
    ("ownership", 100),
    ("ledger_immanent", 100),
    ("manual_transaction", 90),
    ("service_api", 70),
    ("forensic_investigation", 70),
    ("authority_data", 60),
    ("trusted_provider", 50),
    ("service_data", 50),
    ("forensic", 50),
    ("untrusted_transaction", 40),
    ("web_crawl", 20),
    ("heuristic", 10),
    UNKNOWN,
];

/// The confidence of an id, in any case; `None` where the format has no such id.
///
/// ```
/// let sure = hawkshaw_attribution::confidence_of("authority_data");
/// assert_eq!(sure.map(|c| c.level), Some(60));
/// assert_eq!(hawkshaw_attribution::confidence_of("gut_feeling"), None);
/// ```
pub fn confidence_of(id: &str) -> Option<Confidence> {
    let id = id.trim();
    let entry = LEVELS.iter().find(|(known, _)| known.eq_ignore_ascii_case(id))?;
    Some(Confidence { level: entry.1, id: entry.0.to_owned() })
}

/// What a tag without a confidence gets: `unknown`, level 5.
pub(crate) fn unknown() -> Confidence {
    Confidence { level: UNKNOWN.1, id: UNKNOWN.0.to_owned() }
}
