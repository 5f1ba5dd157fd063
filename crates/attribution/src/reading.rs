//! What a reader has gathered from one file so far.

use std::borrow::Cow;
use std::fmt::Display;

use hawkshaw_model::{Account, Actor, ActorId, Address, ConceptId, Confidence, Tag, Timestamp};

use crate::confidence;
use crate::defects::{Defect, DefectReason, Defects};
use crate::forms::{Verdict, verdict};
use crate::network::{has_wrong_checksum, shortened};
use crate::sanctions::{Draft, ListedAddress, ListedEntity, Publisher};
use crate::taxonomy;

/// Labels and contexts are cut at this many characters.
pub(crate) const TEXT_CHARACTERS_MAX: usize = 10_000;

/// Sources, creators and currencies are cut at this many characters.
const SHORT_CHARACTERS_MAX: usize = 2_000;

/// A tag has at most this many concepts.
const CONCEPTS_MAX: usize = 64;

/// Tags, actors and defects of one file.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The name given for the file.
    pub(crate) file: String,
    /// The tags, in the order of the file.
    pub(crate) tags: Vec<Tag>,
    /// The actors, in the order of the file.
    pub(crate) actors: Vec<Actor>,
    /// Who is on a list of sanctions, in the order of the file.
    pub(crate) entities: Vec<ListedEntity>,
    /// When the list was issued, where the file says so.
    pub(crate) edition: Option<Timestamp>,
    /// What was wrong with single records.
    pub(crate) defects: Defects,
}

impl Reading {
    /// Nothing yet of a file.
    pub(crate) fn of(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            tags: Vec::new(),
            actors: Vec::new(),
            entities: Vec::new(),
            edition: None,
            defects: Defects::new(),
        }
    }

    /// Whether somebody listed was read already.
    pub(crate) fn is_late(&self) -> bool {
        !self.entities.is_empty()
    }

    /// Adds an address to the last listed entity, whose number it has; an address that comes
    /// without one is an entry of its own.
    pub(crate) fn listed_address(&mut self, uid: Option<u64>, account: &Account, ticker: &str) {
        let address = ListedAddress { account: account.clone(), currency: Some(ticker.to_owned()) };
        let number = uid.map(|uid| uid.to_string()).unwrap_or_default();
        let last = self.entities.last_mut();
        if let Some(last) = last.filter(|last| last.number == number && uid.is_some()) {
            if !last.addresses.iter().any(|known| known.account == address.account) {
                last.addresses.push(address);
            }
            return;
        }
        let draft = Draft::at(0);
        draft.finish(self, Publisher::Ofac);
        if let Some(last) = self.entities.last_mut() {
            last.number = number;
            last.addresses.push(address);
        }
    }

    /// Counts a defect at a line.
    pub(crate) fn defect(&mut self, reason: DefectReason, line: u64, what: impl Display) {
        let what = shortened(&what.to_string());
        self.defects.add(reason, Defect { file: self.file.clone(), line, what });
    }

    /// Counts that an address, which is kept, has a wrong checksum, if it has.
    pub(crate) fn check_case(&mut self, line: u64, address: &str) {
        if has_wrong_checksum(address) {
            self.defect(DefectReason::WrongChecksum, line, address);
        }
    }

    /// Counts that an address, which is kept, has not the form of its chain, if it has not.
    pub(crate) fn check_form(&mut self, line: u64, account: &Account) {
        let Address::Other(text) = account.address() else { return };
        if let Verdict::Wrong(reason) = verdict(account.chain(), text) {
            self.defect(DefectReason::WrongForm, line, format!("`{text}`: {reason}"));
        }
    }

    /// A label or context, cut at the limit.
    pub(crate) fn text(&mut self, line: u64, text: &str) -> String {
        self.cut(line, text, TEXT_CHARACTERS_MAX)
    }

    /// A source, creator or currency, cut at the limit.
    pub(crate) fn short(&mut self, line: u64, text: &str) -> String {
        self.cut(line, text, SHORT_CHARACTERS_MAX)
    }

    fn cut(&mut self, line: u64, text: &str, characters_max: usize) -> String {
        match text.char_indices().nth(characters_max) {
            None => text.to_owned(),
            Some((end, _)) => {
                let length = text.len();
                let what =
                    format!("a text of {length} bytes is cut at {characters_max} characters");
                self.defect(DefectReason::TextCut, line, what);
                text[..end].to_owned()
            }
        }
    }

    /// The confidence of an id; `unknown` and a defect where there is none or no such one.
    pub(crate) fn confidence(&mut self, line: u64, id: Option<&str>) -> Confidence {
        let Some(id) = id else {
            self.defect(DefectReason::ConfidenceMissing, line, "no confidence");
            return confidence::unknown();
        };
        confidence::confidence_of(id).unwrap_or_else(|| {
            self.defect(DefectReason::ConfidenceUnknown, line, id);
            confidence::unknown()
        })
    }

    /// Concepts, sorted and each once. Unknown ones are kept and counted.
    pub(crate) fn concepts<'a>(
        &mut self,
        line: u64,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Vec<ConceptId> {
        let mut concepts = Vec::new();
        for id in ids.into_iter().map(str::trim).filter(|id| !id.is_empty()) {
            if concepts.len() == CONCEPTS_MAX {
                self.defect(DefectReason::BadId, line, format!("over {CONCEPTS_MAX} concepts"));
                break;
            }
            let known = taxonomy::canonical(id);
            match known.as_deref().unwrap_or(id).parse::<ConceptId>() {
                Ok(concept) => concepts.push(concept),
                Err(reason) => {
                    self.defect(DefectReason::BadId, line, reason);
                    continue;
                }
            }
            if known.is_none() {
                self.defect(DefectReason::UnknownConcept, line, id);
            }
        }
        concepts.sort();
        concepts.dedup();
        concepts
    }

    /// An actor id, or a defect.
    pub(crate) fn actor_id(&mut self, line: u64, id: &str) -> Option<ActorId> {
        let id = id.trim();
        if id.is_empty() {
            return None;
        }
        let read = id.parse();
        read.map_err(|reason: String| self.defect(DefectReason::BadId, line, reason)).ok()
    }

    /// A date, with or without a time, or a defect.
    pub(crate) fn date(&mut self, line: u64, text: &str) -> Option<Timestamp> {
        let date = date_of(text.trim());
        if date.is_none() {
            self.defect(DefectReason::BadDate, line, text);
        }
        date
    }
}

/// Reads RFC 3339, a date, Unix seconds of at least nine digits, or the form
/// `2023-08-16 12:18:52.619444` that Python writes, taken as UTC.
fn date_of(text: &str) -> Option<Timestamp> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() < 9 {
        return None;
    }
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    if text.len() > 40 || !text.is_ascii() || text.len() < 11 {
        return None;
    }
    let spaced: Cow<'_, str> = Cow::Owned(format!("{}T{}Z", &text[..10], &text[11..]));
    spaced.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Reading, date_of};
    use crate::defects::DefectReason;

    #[test]
    fn dates_of_all_forms_are_read() {
        for (text, shown) in [
            ("2022-08-10", "2022-08-10T00:00:00Z"),
            ("2023-08-16 12:18:52.619444", "2023-08-16T12:18:52Z"),
            ("2023-08-16T12:18:52Z", "2023-08-16T12:18:52Z"),
            ("1648042149", "2022-03-23T13:29:09Z"),
        ] {
            assert_eq!(date_of(text).unwrap().to_string(), shown);
        }
        for text in ["", "20220810", "yesterday", "2022-13-45", "2022-08-1é 00:00"] {
            assert_eq!(date_of(text), None, "{text}");
        }
    }

    #[test]
    fn concepts_are_sorted_and_each_once() {
        let mut reading = Reading::of("a.yaml");
        let concepts = reading.concepts(3, ["Mixing-Service", "exchange", "exchange", "zebra"]);
        assert_eq!(format!("{concepts:?}"), "[exchange, mixing_service, zebra]");
        assert_eq!(reading.defects.count(DefectReason::UnknownConcept), 1);
    }

    #[test]
    fn long_texts_are_cut_and_counted() {
        let mut reading = Reading::of("a.yaml");
        assert_eq!(reading.text(1, &"é".repeat(20_000)).chars().count(), 10_000);
        assert_eq!(reading.defects.count(DefectReason::TextCut), 1);
    }
}
