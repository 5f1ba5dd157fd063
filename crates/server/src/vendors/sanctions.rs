//! The free sanctions API: one address, the sanctions lists on which it stands.

use hawkshaw_model::Printable;
use hawkshaw_screening::{Answer, Category, Listing};
use serde::Serialize;

use super::view::{described, link, listings};

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Identifications {
    identifications: Vec<Identification>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Identification {
    category: &'static str,
    name: String,
    description: String,
    url: String,
}

impl Identifications {
    /// The sanctions of an answer; none where the address stands on other lists only.
    pub(super) fn of(answer: &Answer) -> Self {
        Self { identifications: sanctions(answer).map(identification).collect() }
    }
}

/// The listings of an answer that are sanctions in force.
pub(super) fn sanctions(answer: &Answer) -> impl Iterator<Item = &Listing> {
    listings(answer).filter(|listing| listing.category == Category::Sanctions)
}

fn identification(listing: &Listing) -> Identification {
    let (list, label) = (Printable(&listing.list.name), Printable(&listing.label));
    let name = match listing.added {
        Some(added) => format!("SANCTIONS: {list} {label} : {}", added.to_date()),
        None => format!("SANCTIONS: {list} {label}"),
    };
    Identification {
        category: "sanctions",
        name,
        description: described(listing),
        url: link(&listing.source),
    }
}

#[cfg(test)]
mod tests {
    use super::Identifications;
    use crate::vendors::fixture::{answer, exposed, listed};
    use hawkshaw_screening::{Answer, Category, Direction, ExposureKind, Match, Status};

    fn text(answer: &Answer) -> String {
        serde_json::to_string(&Identifications::of(answer)).unwrap()
    }

    #[test]
    fn a_sanctioned_address_is_named_as_the_vendor_names_it() {
        let answer = answer(Status::Hit, vec![Match::Listed(listed())]);
        let url = "https://ofac.treasury.gov/recent-actions/20220414";
        let want = [
            r#"{"identifications":[{"category":"sanctions","#,
            r#""name":"SANCTIONS: OFAC SDN LAZARUS GROUP : 2022-04-14","#,
            r#""description":"LAZARUS GROUP stands on the list OFAC SDN ("#,
            url,
            r#") since 2022-04-14","url":""#,
            url,
            r#""}]}"#,
        ];
        assert_eq!(text(&answer), want.concat());
    }

    #[test]
    fn others_give_an_empty_list() {
        assert_eq!(text(&answer(Status::NotFound, Vec::new())), r#"{"identifications":[]}"#);
        let mut removed = listed();
        removed.removed = Some("2025-03-21".parse().unwrap());
        let mut scam = listed();
        scam.category = Category::Scam;
        let paid = exposed(Direction::Received, ExposureKind::Direct, Category::Sanctions, Some(1));
        let matches = vec![Match::Listed(removed), Match::Listed(scam), paid];
        assert_eq!(text(&answer(Status::Hit, matches)), r#"{"identifications":[]}"#);
    }

    #[test]
    fn a_sanction_that_was_lifted_stood_before() {
        let mut removed = listed();
        removed.removed = Some("2025-03-21".parse().unwrap());
        let mut answer = answer(Status::Hit, vec![Match::Listed(removed)]);
        answer.as_of = Some("2023-01-01".parse().unwrap());
        assert!(text(&answer).contains("LAZARUS"));
    }
}
