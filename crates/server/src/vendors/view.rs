//! What the surfaces need of an answer.

use hawkshaw_model::{Printable, Usd};
use hawkshaw_screening::{Action, Answer, ExposureEntry, Listing, Match, Status};

use crate::problem::{Kind, Problem};

/// The amount, of those by policy, that is told where there is room for one: the proportional
/// part, the second of `POLICIES`.
const PROPORTIONAL: usize = 1;

/// The listings of an answer that stand at its time.
pub(super) fn listings(answer: &Answer) -> impl Iterator<Item = &Listing> {
    answer.matches.iter().filter_map(|found| match found {
        Match::Listed(listing) if listing.stands_at(answer.as_of) => Some(listing),
        _ => None,
    })
}

/// The exposure of an answer.
pub(super) fn exposure(answer: &Answer) -> impl Iterator<Item = &ExposureEntry> {
    answer.matches.iter().filter_map(|found| match found {
        Match::Exposed { entry, .. } => Some(entry),
        Match::Listed(_) => None,
    })
}

/// What an exposure was worth: its proportional part.
pub(super) fn worth(entry: &ExposureEntry) -> Option<Usd> {
    entry.usd.map(|usd| usd[PROPORTIONAL])
}

/// Who an exposure leads to.
pub(super) fn source_name(entry: &ExposureEntry) -> String {
    match &entry.source {
        Some(source) => Printable(&source.name).to_string(),
        None => format!("{} other sources", entry.sources),
    }
}

/// Where a claim stands, where that is a link; else nothing.
pub(super) fn link(reference: &str) -> String {
    let is_link = reference.starts_with("https://") || reference.starts_with("http://");
    if is_link { Printable(reference).to_string() } else { String::new() }
}

/// What a listing says, in a sentence.
pub(super) fn described(listing: &Listing) -> String {
    let mut text = format!(
        "{} stands on the list {} ({})",
        Printable(&listing.label),
        Printable(&listing.list.name),
        Printable(&listing.source)
    );
    if let Some(added) = listing.added {
        text.push_str(&format!(" since {}", added.to_date()));
    }
    if listing.by_cluster {
        text.push_str(&format!(
            "; not this address is listed but {}, which is held to be of the same wallet",
            listing.account.address_for_people()
        ));
    }
    text
}

/// Refuses answers that the shapes of other vendors have no room for: what is no address, and
/// what no list and no ledger at hand covers. An empty answer would pass for "clean" there.
///
/// # Errors
///
/// For these two.
pub(super) fn covered(answer: &Answer) -> Result<(), Problem> {
    match answer.status {
        Status::Hit | Status::NotFound => Ok(()),
        Status::Invalid => {
            Err(Problem::new(Kind::BadRequest, format!("`{}` is no address", answer.asked)))
        }
        Status::NotCovered => Err(Problem::new(
            Kind::Unprocessable,
            format!(
                "nothing at hand covers the chain of `{}`: it is not known whether it is listed",
                answer.asked
            ),
        )),
    }
}

/// How bad, in the words of the risk entities API.
pub(super) const fn risk(action: Action) -> &'static str {
    match action {
        Action::Allow => "Low",
        Action::Review => "Medium",
        Action::Hold => "High",
        Action::Reject => "Severe",
    }
}

#[cfg(test)]
mod tests {
    use super::{PROPORTIONAL, covered, described, link};
    use crate::vendors::fixture::{answer, listed};
    use hawkshaw_model::Policy;
    use hawkshaw_screening::{POLICIES, Status};

    #[test]
    fn the_one_amount_is_the_proportional_one() {
        assert_eq!(POLICIES[PROPORTIONAL], Policy::Haircut);
    }

    #[test]
    fn what_is_not_covered_is_no_answer() {
        let status = |status| covered(&answer(status, Vec::new())).map_err(|p| p.kind.status());
        assert_eq!(status(Status::NotFound), Ok(()));
        assert_eq!(status(Status::NotCovered).unwrap_err().as_u16(), 422);
        assert_eq!(status(Status::Invalid).unwrap_err().as_u16(), 400);
    }

    #[test]
    fn links_are_links() {
        assert_eq!(link("https://example.org/a"), "https://example.org/a");
        assert_eq!(link("javascript:alert(1)"), "");
    }

    #[test]
    fn another_address_of_the_wallet_is_said_to_be_another() {
        let mut listing = listed();
        listing.by_cluster = true;
        assert!(described(&listing).contains("held to be of the same wallet"));
    }
}
