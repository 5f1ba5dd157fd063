//! Magic addresses: what integration tests ask about, always with the same answer.
//!
//! Their 20 bytes are the text `hawkshaw-test-` and six digits, where an address has the hash of
//! a public key. Whoever wanted to own one would have to find a key with that very hash, among
//! 2^160: nobody has one, and nothing true of somebody is said by what is answered here.
//!
//! They are off unless a service is told to know them; then all that is said of them names the
//! list [`LIST`] and says that it is a test.

use std::sync::Arc;

use hawkshaw_model::{Account, Address, Amount, AssetId, ChainId, Timestamp, Usd};

use crate::category::Category;
use crate::exposure::{ExposureEntry, ExposureKind, PathStep, Source, Total};
use crate::facts::Facts;
use crate::listing::{ListInfo, ListKind, Listing};
use crate::query::Direction;

/// The id of the list that magic addresses stand on, and what the names of sources begin with.
pub const LIST: &str = "hawkshaw-test";

/// What stands in the answer about each of them.
pub const NOTE: &str = "a magic address for tests: nothing of this answer is true of anybody";

/// A magic address, by what is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Magic {
    /// 1: it stands on a list of sanctions.
    Sanctioned,
    /// 2: a thief paid it.
    StolenDirect,
    /// 3: a thief's value reached it through three others.
    StolenIndirect,
    /// 4: it is a mixer's.
    Mixer,
    /// 5: nothing is known of it.
    NotFound,
    /// 6: its chain is not covered.
    NotCovered,
    /// 7: the lookup fails.
    Fails,
    /// 8: it stood on a list of sanctions from 2020 to the end of 2023.
    Delisted,
}

/// What is known of a magic address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MagicFacts {
    /// What rules decide on.
    pub facts: Facts,
    /// The way of its exposure, where it has some.
    pub path: Vec<PathStep>,
}

impl Magic {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Sanctioned,
        Self::StolenDirect,
        Self::StolenIndirect,
        Self::Mixer,
        Self::NotFound,
        Self::NotCovered,
        Self::Fails,
        Self::Delisted,
    ];

    /// The magic address that an account is, on any chain whose addresses are hashes of keys.
    pub fn of(account: &Account) -> Option<Self> {
        let hash = match account.address() {
            Address::Evm(hash) | Address::Tron(hash) => hash.as_slice(),
            Address::Script(script) => match &**script {
                // P2WPKH (BIP-141), P2PKH and P2SH (BIP-16).
                [0x00, 0x14, hash @ ..]
                | [0x76, 0xa9, 0x14, hash @ .., 0x88, 0xac]
                | [0xa9, 0x14, hash @ .., 0x87] => hash,
                _ => return None,
            },
            _ => return None,
        };
        Self::ALL.into_iter().find(|magic| hash == magic.bytes())
    }

    /// Its 20 bytes.
    pub fn bytes(self) -> [u8; 20] {
        let mut bytes = *b"hawkshaw-test-00000?";
        bytes[19] = match self {
            Self::Sanctioned => b'1',
            Self::StolenDirect => b'2',
            Self::StolenIndirect => b'3',
            Self::Mixer => b'4',
            Self::NotFound => b'5',
            Self::NotCovered => b'6',
            Self::Fails => b'7',
            Self::Delisted => b'8',
        };
        bytes
    }

    /// What is known of it; `None` where a test address has no test data on that chain, which
    /// is an error and no answer.
    pub fn facts(self, account: &Account) -> Option<MagicFacts> {
        let listed = |category, removed| {
            let listings = vec![listing(account, category, removed)?];
            Some(MagicFacts { facts: Facts { listings, ..Facts::default() }, path: Vec::new() })
        };
        match self {
            Self::Sanctioned => listed(Category::Sanctions, None),
            Self::Delisted => listed(Category::Sanctions, day(1_704_067_200)),
            Self::Mixer => listed(Category::Mixer, None),
            Self::StolenDirect => stolen(account, ExposureKind::Direct, 1),
            Self::StolenIndirect => stolen(account, ExposureKind::Indirect, 3),
            Self::NotFound | Self::NotCovered | Self::Fails => Some(MagicFacts::default()),
        }
    }
}

fn day(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_unix(seconds).ok()
}

fn listing(account: &Account, category: Category, removed: Option<Timestamp>) -> Option<Listing> {
    let kind = if category == Category::Sanctions { ListKind::Sanctions } else { ListKind::Tags };
    Some(Listing {
        list: Arc::new(ListInfo {
            id: LIST.parse().ok()?,
            name: "TEST LIST".to_owned(),
            kind,
            edition: None,
        }),
        account: account.clone(),
        label: format!("TEST {category}: not a real entry").into(),
        entity: None,
        category,
        source: NOTE.into(),
        confidence: 100,
        added: day(1_577_836_800),
        removed,
        by_cluster: false,
    })
}

/// Half of what the address received is stolen, by the proportional policy.
fn stolen(account: &Account, kind: ExposureKind, hops: u16) -> Option<MagicFacts> {
    let (asset, unit) = coin(account.chain())?;
    let units = |count: u128| Amount::from(unit.saturating_mul(count));
    let dollars = |count: u128| Usd::from_cents(count * 100);
    let first_time = day(1_640_995_200)?;
    let entry = ExposureEntry {
        direction: Direction::Received,
        kind,
        category: Category::StolenFunds,
        source: Some(Arc::new(Source {
            name: "TEST theft: not a real case".to_owned(),
            category: Category::StolenFunds,
            case: None,
            actor: None,
            reference: NOTE.to_owned(),
            confidence: 100,
        })),
        sources: 1,
        asset: asset.clone(),
        amounts: [units(300), units(200), units(100)],
        usd: Some([dollars(900_000), dollars(600_000), dollars(300_000)]),
        hops,
        first_time,
        last_time: first_time,
        path: None,
    };
    let total = Total {
        direction: Direction::Received,
        asset,
        amount: units(400),
        usd: Some(dollars(1_200_000)),
    };
    let places = (0..=hops).map(|hop| PathStep {
        account: if hop == 0 { account.clone() } else { place(account, hop) },
        tx: None,
        time: first_time,
    });
    Some(MagicFacts {
        path: places.collect(),
        facts: Facts { listings: Vec::new(), exposure: vec![entry], totals: vec![total] },
    })
}

/// The coin of a chain, by its number in SLIP-44, and the base units that a whole one has.
fn coin(chain: &ChainId) -> Option<(AssetId, u128)> {
    let (number, unit) = match chain.namespace() {
        "bip122" => (0, 100_000_000),
        "tron" => (195, 1_000_000),
        _ => (60, 1_000_000_000_000_000_000),
    };
    Some((format!("{chain}/slip44:{number}").parse().ok()?, unit))
}

/// An address on the way: also one that nobody has.
fn place(account: &Account, hop: u16) -> Account {
    let mut bytes = *b"hawkshaw-test-hop-00";
    bytes[19] = b'0' + u8::try_from(hop % 10).unwrap_or(0);
    let address = match account.address() {
        Address::Tron(_) => Address::Tron(bytes),
        Address::Script(_) => {
            Address::Script([&[0x00, 0x14][..], bytes.as_slice()].concat().into_boxed_slice())
        }
        _ => Address::Evm(bytes),
    };
    Account::new(account.chain().clone(), address)
}

#[cfg(test)]
mod tests {
    use super::Magic;
    use hawkshaw_model::{Account, Address, ChainId};
    use proptest::prelude::{any, proptest};

    fn account(text: &str) -> Account {
        text.parse().unwrap()
    }

    #[test]
    fn the_documented_addresses_are_magic_in_every_notation() {
        let page = include_str!("../../../docs/vendor-apis.md");
        for magic in Magic::ALL {
            let evm = Account::new(ChainId::ethereum(), Address::Evm(magic.bytes()));
            let script = [&[0x00, 0x14][..], &magic.bytes()].concat().into_boxed_slice();
            let bitcoin = Account::new(ChainId::bitcoin(), Address::Script(script));
            for account in [&evm, &bitcoin] {
                let address = account.address_in_files();
                assert!(page.contains(&format!("`{address}`")), "the page lacks {address}");
                assert_eq!(Magic::of(account), Some(magic));
                let upper = address.to_ascii_uppercase().replace("0X", "0x");
                let again = Account::parse(account.chain(), &upper).unwrap();
                assert_eq!(Magic::of(&again), Some(magic));
                assert!(magic.facts(account).is_some(), "{account}");
            }
            let tron = Account::new(ChainId::tron(), Address::Tron(magic.bytes()));
            assert_eq!(Magic::of(&tron), Some(magic));
        }
    }

    #[test]
    fn what_is_known_says_that_it_is_a_test() {
        let account = account("eip155:1:0x6861776b736861772d746573742d303030303031");
        for magic in Magic::ALL {
            let known = magic.facts(&account).unwrap();
            for listing in &known.facts.listings {
                assert!(listing.list.name.contains("TEST") && listing.label.contains("TEST"));
                assert_eq!(listing.account, account);
            }
            for entry in &known.facts.exposure {
                assert!(entry.source.as_ref().unwrap().name.contains("TEST"));
                assert_eq!(known.path.len(), usize::from(entry.hops) + 1);
                assert!(entry.amounts.is_sorted_by(|more, less| more >= less));
                assert!(entry.amounts[0] < known.facts.totals[0].amount);
            }
        }
    }

    #[test]
    fn neighbours_are_not_magic() {
        for text in [
            "eip155:1:0x6861776b736861772d746573742d303030303030",
            "eip155:1:0x6861776b736861772d746573742d303030303039",
            "eip155:1:0x0000000000000000000000000000000000000000",
        ] {
            assert_eq!(Magic::of(&account(text)), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn scripts_of_any_form_are_looked_at(script in any::<Vec<u8>>()) {
            let address = Address::Script(script.into_boxed_slice());
            assert_eq!(Magic::of(&Account::new(ChainId::bitcoin(), address)), None);
        }
    }
}
