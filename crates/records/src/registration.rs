//! Registrations: what is watched for life.

use hawkshaw_model::{Amount, AssetId, ChainId, Timestamp, Usd};
use hawkshaw_screening::{AddressKey, Direction, Query};

use crate::error::RecordsError;
use crate::id::RecordId;
use crate::keys::KeyId;
use crate::verdict::{GivenAnswer, Verdict};

/// Bytes that an address or a reference may have.
const SHORT_MAX: usize = 512;
/// Bytes that a surface may keep beside a registration.
const EXTRA_MAX: usize = 16 << 10;
/// Bytes that an answer may have.
const ANSWER_MAX: usize = 1 << 20;

/// What is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistrationKind {
    /// A transfer that happened.
    Transfer,
    /// A withdrawal that is about to happen.
    WithdrawalAttempt,
    /// An address that is watched.
    Address,
}

/// What is to be registered.
#[derive(Debug, Clone)]
pub struct NewRegistration {
    /// Its id, made by the caller, so that the response can be made before it is kept.
    pub id: RecordId,
    /// Whose it is.
    pub owner: KeyId,
    /// What it is.
    pub kind: RegistrationKind,
    /// When.
    pub time: Timestamp,
    /// What was asked: it is asked again whenever something changes.
    pub query: Query,
    /// What the address is looked up by; `None` where it is none: then nothing ever changes.
    pub key: Option<AddressKey>,
    /// Whose transfer it is, in the caller's own words.
    pub user: Option<String>,
    /// What the caller calls it, such as transaction and output. What has a reference is
    /// registered once: the same owner, kind, user, reference, address, chain, asset and
    /// direction again give the registration that there is, and with another amount are refused.
    /// The reference of a withdrawal attempt names one attempt: with anything else it is refused.
    /// An address is watched once by each owner and user in any case.
    pub reference: Option<String>,
    /// What the surface over which it came wants to have back, as it likes.
    pub extra: Option<String>,
    /// The answer that is given.
    pub answer: GivenAnswer,
    /// Whether an alert is raised in the immediate queue.
    pub is_alert: bool,
}

/// What is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Its id.
    pub id: RecordId,
    /// Whose it is.
    pub owner: KeyId,
    /// What it is.
    pub kind: RegistrationKind,
    /// When it was registered.
    pub time: Timestamp,
    /// What was asked.
    pub query: Query,
    /// What the address is looked up by.
    pub key: Option<AddressKey>,
    /// Whose transfer it is, in the caller's own words.
    pub user: Option<String>,
    /// What the caller calls it.
    pub reference: Option<String>,
    /// What the surface over which it came wants to have back.
    pub extra: Option<String>,
    /// Since when it is no longer watched.
    pub removed: Option<Timestamp>,
    /// The answer that was given when it was registered.
    pub given: GivenAnswer,
    /// The answer now, where another one was found since.
    pub latest: Option<GivenAnswer>,
}

/// What became of something that was to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The registration: a new one, or the one that there was.
    pub registration: Registration,
    /// Whether it is new.
    pub is_new: bool,
    /// The alert that was raised with it.
    pub alert: Option<RecordId>,
}

/// Which registrations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistrationFilter {
    /// Of this kind; `None`: transfers.
    pub kind: Option<RegistrationKind>,
    /// Of this address.
    pub key: Option<AddressKey>,
    /// With this reference.
    pub reference: Option<String>,
    /// Of this user of the owner.
    pub user: Option<String>,
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

impl RegistrationKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Transfer, Self::WithdrawalAttempt, Self::Address];

    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::WithdrawalAttempt => "withdrawal-attempt",
            Self::Address => "address",
        }
    }

    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Transfer => 1,
            Self::WithdrawalAttempt => 2,
            Self::Address => 3,
        }
    }

    pub(crate) fn of_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

impl Registration {
    /// What is said of it now.
    pub fn verdict(&self) -> &Verdict {
        &self.latest.as_ref().unwrap_or(&self.given).verdict
    }
}

impl NewRegistration {
    /// Refuses what is too long to be kept.
    pub(crate) fn check(&self) -> Result<(), RecordsError> {
        let short = [
            ("the address", Some(&self.query.address)),
            ("the reference", self.reference.as_ref()),
            ("the user", self.user.as_ref()),
        ];
        for (what, text) in short {
            limit(what, text.map_or(0, String::len), SHORT_MAX)?;
        }
        limit("what is kept beside it", self.extra.as_ref().map_or(0, String::len), EXTRA_MAX)?;
        limit("the answer", self.answer.json.len(), ANSWER_MAX)
    }

    /// What makes it the same as another: `None` where nothing does.
    pub(crate) fn identity(&self) -> Option<RecordId> {
        let reference = match (self.kind, &self.reference) {
            (_, Some(reference)) => reference.as_str(),
            (RegistrationKind::Address, None) => "",
            (_, None) => return None,
        };
        let query = &self.query;
        let address = match self.key {
            Some(key) => format!("{key:?}"),
            None => query.address.clone(),
        };
        let text = |part: Option<&dyn ToString>| part.map(ToString::to_string).unwrap_or_default();
        let direction = query.direction.map_or("", Direction::as_str);
        // Every part is led by its length, so that no two lists of parts give the same bytes.
        let parts = [
            self.owner.as_str(),
            self.kind.as_str(),
            self.user.as_deref().unwrap_or_default(),
            reference,
            &address,
            &text(query.chain.as_ref().map(|chain| chain as &dyn ToString)),
            &text(query.asset.as_ref().map(|asset| asset as &dyn ToString)),
            direction,
        ];
        let joined: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
        Some(RecordId::of(joined.as_bytes()))
    }
}

fn limit(what: &str, bytes: usize, most: usize) -> Result<(), RecordsError> {
    if bytes <= most {
        return Ok(());
    }
    Err(RecordsError::Refused(format!("{what} has {bytes} bytes; at most {most} are kept")))
}

/// The parts of a query as they stand in the table.
#[derive(Debug)]
pub(crate) struct QueryText {
    pub(crate) address: String,
    pub(crate) chain: Option<String>,
    pub(crate) direction: Option<i64>,
    pub(crate) asset: Option<String>,
    pub(crate) amount: Option<String>,
    pub(crate) usd: Option<String>,
}

impl QueryText {
    pub(crate) fn of(query: &Query) -> Self {
        let direction = |direction| match direction {
            Direction::Received => 1,
            Direction::Sent => 2,
        };
        Self {
            address: query.address.clone(),
            chain: query.chain.as_ref().map(ToString::to_string),
            direction: query.direction.map(direction),
            asset: query.asset.as_ref().map(ToString::to_string),
            amount: query.amount.as_ref().map(ToString::to_string),
            usd: query.usd.map(|usd| usd.cents().to_string()),
        }
    }

    /// The query again; `None` where the text is none of ours.
    pub(crate) fn query(self) -> Option<Query> {
        let direction = match self.direction {
            None => None,
            Some(1) => Some(Direction::Received),
            Some(2) => Some(Direction::Sent),
            Some(_) => return None,
        };
        Some(Query {
            address: self.address,
            chain: parsed::<ChainId>(self.chain)?,
            direction,
            asset: parsed::<AssetId>(self.asset)?,
            amount: parsed::<Amount>(self.amount)?,
            usd: parsed::<u128>(self.usd)?.map(Usd::from_cents),
            as_of: None,
            now: None,
        })
    }
}

fn parsed<T: std::str::FromStr>(text: Option<String>) -> Option<Option<T>> {
    match text {
        None => Some(None),
        Some(text) => text.parse().ok().map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::QueryText;
    use hawkshaw_model::{Amount, Usd};
    use hawkshaw_screening::{Direction, Query};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn a_query_comes_back(address in "\\PC*", amount in any::<u128>(), cents in any::<u128>()) {
            let query = Query {
                address,
                chain: Some("eip155:1".parse().unwrap()),
                direction: Some(Direction::Sent),
                asset: Some("eip155:1/slip44:60".parse().unwrap()),
                amount: Some(Amount::from(amount)),
                usd: Some(Usd::from_cents(cents)),
                as_of: None,
                now: None,
            };
            prop_assert_eq!(QueryText::of(&query).query(), Some(query));
        }
    }
}
