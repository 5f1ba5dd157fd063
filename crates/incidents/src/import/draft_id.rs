//! Ids for drafts.

use std::collections::BTreeSet;

use crate::date::PartialDate;
use crate::import::date::MONTHS;
use crate::incident::IncidentId;

/// An id made of year and name that is not taken.
pub(super) fn free_id(
    theft: &PartialDate,
    name: &str,
    taken: &BTreeSet<IncidentId>,
) -> Option<IncidentId> {
    const WORDS_BYTES_MAX: usize = 60;
    let year = theft.as_str().get(..4)?;
    let mut words = String::new();
    for word in name.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()) {
        if word.is_empty() {
            continue;
        }
        let rest = WORDS_BYTES_MAX.saturating_sub(words.len() + 1);
        let word = &word[..word.len().min(rest)];
        if word.is_empty() {
            break;
        }
        if !words.is_empty() {
            words.push('-');
        }
        words.push_str(word);
    }
    let month = theft.month().map(|(_, month)| MONTHS[usize::try_from(month - 1).unwrap_or(0)]);
    let month = month.map(|month| format!("{year}-{words}-{month}"));
    let plain = std::iter::once(format!("{year}-{words}"));
    let numbered = (2..=taken.len() + 2).map(|number| format!("{year}-{words}-{number}"));
    let all = plain.chain(month).chain(numbered);
    all.filter_map(|id| IncidentId::new(&id)).find(|id| !taken.contains(id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::free_id;
    use crate::incident::IncidentId;

    #[test]
    fn ids_are_made_of_the_year_and_the_words_of_the_name() {
        let id = |date: &str, name: &str, taken: &[&str]| {
            let taken: BTreeSet<IncidentId> =
                taken.iter().filter_map(|id| IncidentId::new(id)).collect();
            free_id(&date.parse().unwrap(), name, &taken).map(|id| id.to_string())
        };
        for (date, name, taken, expected) in [
            ("2022-02-03", "KelpDAO / Layer Zero", &[][..], "2022-kelpdao-layer-zero"),
            ("2021/2022", "Zoë's Café", &[], "2021-zo-s-caf"),
            ("2022-02-03", "A", &["2022-a"], "2022-a-february"),
            ("2022-02-03", "A", &["2022-a", "2022-a-february"], "2022-a-2"),
            ("2022", "A", &["2022-a", "2022-a-2"], "2022-a-3"),
        ] {
            assert_eq!(id(date, name, taken).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(id("2022", "？？？", &[]), None);
        let long = id("2022", &"abcdefghij ".repeat(20), &[]).unwrap();
        assert_eq!(long.len(), 5 + 60);
    }
}
