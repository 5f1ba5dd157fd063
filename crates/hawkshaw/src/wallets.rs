//! The wallets of listed addresses: what is said of one address holds for all of its wallet.
//!
//! Addresses of a UTXO chain that are spent together are one wallet, by the clusters that
//! `hawkshaw cluster` keeps beside a store. Those of services have millions of addresses, so both
//! what is taken of one wallet and what is taken in all is bounded, and what is cut is said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hawkshaw_attribution::TagIndex;
use hawkshaw_model::{Account, AccountIx, ChainId, Ledger, LedgerKind, Printable, ReadError};
use hawkshaw_screening::Listing;
use hawkshaw_wallets::{Clusters, Marks};

use crate::command::cluster;
use crate::exit::Failure;

/// Addresses of one wallet that are taken for their owner's, those that the ledger saw first.
const WALLET_ADDRESSES_MAX: usize = 100_000;

/// Listings by wallet in all, those of the most severe categories first.
const LISTINGS_MAX: usize = 1_000_000;

/// Claims below this level say nothing of the rest of a wallet, as they name no actor there.
const LEVEL_MIN: u8 = 20;

/// The wallets of a ledger.
pub(crate) struct Wallets<'a> {
    ledger: &'a dyn Ledger,
    clusters: BTreeMap<ChainId, Clusters>,
    max: usize,
}

/// What wallets make of listings.
#[derive(Debug, Default)]
pub(crate) struct ByWallet {
    pub(crate) listings: Vec<Listing>,
    /// What was cut.
    pub(crate) notes: Vec<String>,
}

impl<'a> Wallets<'a> {
    /// The wallets of the chains on which any of some accounts is. `store` is where clusters are
    /// kept, and `marks` what marks its files.
    pub(crate) fn of<'l>(
        ledger: &'a dyn Ledger,
        (store, marks): (Option<&Path>, &dyn Fn(usize) -> Marks),
        (tags, accounts): (&TagIndex, impl IntoIterator<Item = &'l Account>),
        quiet: bool,
    ) -> Result<Self, Failure> {
        let mut chains: BTreeSet<usize> = BTreeSet::new();
        for account in accounts {
            let is_its = |chain: &hawkshaw_model::ChainSummary| chain.id == *account.chain();
            let Some(place) = ledger.chains().iter().position(is_its) else { continue };
            if chains.contains(&place) || ledger.chains()[place].kind != LedgerKind::Outputs {
                continue;
            }
            if ledger.find_account(account).map_err(Failure::bad_data)?.is_some() {
                chains.insert(place);
            }
        }
        let mut clusters = BTreeMap::new();
        for place in chains {
            let id = ledger.chains()[place].id.clone();
            let made = cluster::wallets((ledger, place), (store, marks(place)), tags, quiet)?;
            clusters.insert(id, made);
        }
        Ok(Self { ledger, clusters, max: WALLET_ADDRESSES_MAX })
    }

    /// The other addresses of the wallet of an account, in the order in which the ledger saw them,
    /// and how many there are.
    fn others(&self, account: &Account) -> Result<(Vec<Account>, usize), ReadError> {
        let none = (Vec::new(), 0);
        let Some(clusters) = self.clusters.get(account.chain()) else { return Ok(none) };
        let Some(number) = self.ledger.find_account(account)? else { return Ok(none) };
        let mut members: Vec<AccountIx> =
            clusters.members(number).filter(|member| *member != number).collect();
        let count = members.len();
        if count > self.max {
            members.select_nth_unstable(self.max);
            members.truncate(self.max);
        }
        members.sort_unstable();
        let members = members.into_iter().map(|member| self.ledger.account(member));
        Ok((members.collect::<Result<_, _>>()?, count))
    }

    /// The other addresses of the wallet of an account, for the sources of exposure.
    pub(crate) fn members(&self, account: &Account) -> Result<Vec<Account>, ReadError> {
        Ok(self.others(account)?.0)
    }

    /// What is listed of wallets: each listing for every other address of its wallet that has none
    /// of the same category itself.
    pub(crate) fn listings(&self, listed: &[&Listing]) -> Result<ByWallet, ReadError> {
        let stands = |listing: &&&Listing| listing.removed.is_none() && !listing.by_cluster;
        let own: BTreeSet<_> = listed
            .iter()
            .filter(stands)
            .map(|listing| (&listing.account, listing.category))
            .collect();
        let counts = |listing: &&&Listing| {
            stands(listing)
                && listing.confidence >= LEVEL_MIN
                && self.clusters.contains_key(listing.account.chain())
        };
        let mut wanted: Vec<&Listing> = listed.iter().filter(counts).copied().collect();
        // The order among equals is that in which they are named.
        wanted.sort_by_key(|listing| std::cmp::Reverse(listing.category.severity()));
        let mut all = ByWallet::default();
        let mut seen = BTreeSet::new();
        let (mut cut, mut left_out) = (BTreeMap::new(), 0usize);
        for listing in wanted {
            let (members, count) = self.others(&listing.account)?;
            if count > members.len() {
                cut.entry((listing.account.chain().name().to_owned(), listing.label.clone()))
                    .or_insert(count);
            }
            for account in members {
                if own.contains(&(&account, listing.category)) {
                    continue;
                }
                let said = (account.clone(), listing.list.id.clone(), listing.label.clone());
                if !seen.insert((said, listing.category)) {
                    continue;
                }
                if all.listings.len() == LISTINGS_MAX {
                    left_out += 1;
                    continue;
                }
                all.listings.push(Listing { account, by_cluster: true, ..listing.clone() });
            }
        }
        for ((chain, label), count) in cut {
            all.notes.push(format!(
                "the wallet of \"{}\" on {chain} has {count} other addresses: the first {} of \
                 them are taken for its own",
                Printable(&label),
                self.max
            ));
        }
        if left_out > 0 {
            all.notes.push(format!(
                "{left_out} addresses are of wallets of listed addresses and are not listed by \
                 them: there are {LISTINGS_MAX} of more severe categories"
            ));
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use hawkshaw_attribution::TagIndex;
    use hawkshaw_fixture::text::{Story, bitcoin_account};
    use hawkshaw_ledger::MemoryLedger;
    use hawkshaw_model::Account;
    use hawkshaw_screening::{Category, ListInfo, ListKind, Listing};
    use hawkshaw_wallets::Marks;

    use super::Wallets;

    fn listing(name: &str, category: Category, confidence: u8) -> Listing {
        Listing {
            list: std::sync::Arc::new(ListInfo {
                id: "own".parse().unwrap(),
                name: "Own".to_owned(),
                kind: ListKind::Own,
                edition: None,
            }),
            account: bitcoin_account(name),
            label: "Bad".into(),
            entity: None,
            category,
            source: "".into(),
            confidence,
            added: None,
            removed: None,
            by_cluster: false,
        }
    }

    /// What wallets make of listings where a, b and c are one, and at most so many are taken.
    fn told(listed: &[Listing], max: usize) -> (Vec<Account>, Vec<String>) {
        let story = "1: coin = -> a 5, b 5, c 5, d 5\n2: t = coin:0, coin:1, coin:2 -> x 15\n";
        let story: Story = story.parse().unwrap();
        let ledger = MemoryLedger::from_rows(Vec::new(), story.outputs).unwrap().0;
        let accounts: Vec<Account> = listed.iter().map(|one| one.account.clone()).collect();
        let tags = TagIndex::new();
        let kept = (None, &(|_: usize| Marks::default()) as &dyn Fn(usize) -> Marks);
        let mut wallets = Wallets::of(&ledger, kept, (&tags, &accounts), true).unwrap();
        wallets.max = max;
        let all: Vec<&Listing> = listed.iter().collect();
        let by_wallet = wallets.listings(&all).unwrap();
        assert!(by_wallet.listings.iter().all(|listing| listing.by_cluster));
        let accounts = by_wallet.listings.into_iter().map(|listing| listing.account);
        (accounts.collect(), by_wallet.notes)
    }

    #[test]
    fn a_listing_holds_for_the_wallet_as_far_as_it_is_sure_and_stands() {
        let bad = listing("a", Category::Sanctions, 60);
        let (members, notes) = told(std::slice::from_ref(&bad), 10);
        assert_eq!((members, notes.len()), (vec![bitcoin_account("b"), bitcoin_account("c")], 0));
        // Who is listed himself is not listed by others too.
        let (members, _) = told(&[bad.clone(), listing("b", Category::Sanctions, 60)], 10);
        assert_eq!(members, [bitcoin_account("c")]);
        let unsure = listing("a", Category::Sanctions, 5);
        let gone =
            Listing { removed: Some(hawkshaw_model::Timestamp::from_unix(9).unwrap()), ..bad };
        for quiet in [unsure, gone, listing("d", Category::Sanctions, 60)] {
            assert_eq!(told(&[quiet], 10), (Vec::new(), Vec::new()));
        }
    }

    #[test]
    fn what_is_cut_of_a_wallet_is_said() {
        let (members, notes) = told(&[listing("a", Category::Sanctions, 60)], 1);
        assert_eq!(members, [bitcoin_account("b")]);
        assert!(notes[0].contains("has 2 other addresses: the first 1 of them"), "{notes:?}");
    }
}
