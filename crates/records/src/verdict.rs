//! What of an answer decides whether it changed.

use hawkshaw_screening::{Action, Answer, Match, Status};
use serde::Serialize;
use serde_json::{Value, json};

/// What of an answer decides whether it changed: what was found, what to do, by which rule, and
/// on which lists the address stands. Figures that grow a little every day are not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What was found.
    pub status: Status,
    /// What to do.
    pub action: Action,
    /// The rule that said so.
    pub rule: Option<String>,
    /// The listings that stand and those that were taken back, each as
    /// `list category entity-or-label`, in order, each once.
    pub listings: Vec<String>,
    /// Which lists, tags, ledger and rules answered.
    pub data_version: String,
}

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAnswer {
    /// What decides whether it changed.
    pub verdict: Verdict,
    /// All of it, as JSON.
    pub json: String,
}

impl Verdict {
    /// The verdict of an answer.
    pub fn of(answer: &Answer) -> Self {
        let mut listings: Vec<String> = answer.matches.iter().filter_map(listing).collect();
        listings.sort();
        listings.dedup();
        Self {
            status: answer.status,
            action: answer.decision.action,
            rule: answer.decision.rule.clone(),
            listings,
            data_version: answer.data_version.clone(),
        }
    }

    /// The digest of everything but the version of the data: equal for answers that say the same.
    pub(crate) fn fingerprint(&self) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        let mut part = |text: &str| {
            hasher.update(text.as_bytes());
            hasher.update(b"\0");
        };
        part(self.status.as_str());
        part(self.action.as_str());
        part(self.rule.as_deref().unwrap_or("\u{1}"));
        for listing in &self.listings {
            part(listing);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        bytes
    }

    pub(crate) fn to_text(&self) -> String {
        json!(self).to_string()
    }

    /// Reads what [`to_text`](Self::to_text) wrote; `None` where it is something else.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let listings = value.get("listings")?.as_array()?;
        let listings = listings.iter().map(|listing| Some(listing.as_str()?.to_owned()));
        Some(Self {
            status: value.get("status")?.as_str()?.parse().ok()?,
            action: value.get("action")?.as_str()?.parse().ok()?,
            rule: value.get("rule")?.as_str().map(str::to_owned),
            listings: listings.collect::<Option<_>>()?,
            data_version: value.get("data_version")?.as_str()?.to_owned(),
        })
    }
}

/// A listing in one line.
fn listing(found: &Match) -> Option<String> {
    let Match::Listed(listing) = found else { return None };
    let who = listing.entity.as_deref().unwrap_or(&listing.label);
    let how = if listing.by_cluster { " by-cluster" } else { "" };
    let until = if listing.removed.is_some() { " removed" } else { "" };
    Some(format!("{} {} {who}{how}{until}", listing.list.id, listing.category))
}

#[cfg(test)]
mod tests {
    use super::Verdict;
    use hawkshaw_screening::{Action, Status};
    use proptest::prelude::{prop_assert_eq, proptest};

    fn verdict(rule: Option<&str>, listings: &[&str]) -> Verdict {
        Verdict {
            status: Status::Hit,
            action: Action::Hold,
            rule: rule.map(str::to_owned),
            listings: listings.iter().map(|&listing| listing.to_owned()).collect(),
            data_version: "1".to_owned(),
        }
    }

    #[test]
    fn only_what_is_said_makes_the_fingerprint() {
        let one = verdict(Some("r"), &["a", "b"]);
        let mut later = one.clone();
        later.data_version = "2".to_owned();
        assert_eq!(one.fingerprint(), later.fingerprint());
        for other in [
            verdict(None, &["a", "b"]),
            verdict(Some("r"), &["a"]),
            verdict(Some("r"), &["ab"]),
            Verdict { status: Status::NotFound, ..one.clone() },
            Verdict { action: Action::Allow, ..one.clone() },
        ] {
            assert_ne!(one.fingerprint(), other.fingerprint(), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn text_comes_back(rule in proptest::option::of("\\PC*"), listing in "\\PC*") {
            let one = verdict(rule.as_deref(), &[&listing]);
            prop_assert_eq!(Verdict::from_text(&one.to_text()), Some(one));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = Verdict::from_text(&text);
        }
    }
}
