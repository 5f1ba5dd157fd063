//! The sources of exposure: who tags name, and thefts with their cases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hawkshaw_attribution::{STOPPING_LEVEL_MIN, TagIndex};
use hawkshaw_model::{Account, Case, Tag};

use crate::category::{Category, Severity};
use crate::exposure::Source;
use crate::listing::Listing;

/// A source, and what it is in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedSource {
    /// What is said of it.
    pub source: Arc<Source>,
    /// Its accounts, in order.
    pub accounts: Vec<Account>,
    /// The place of its case among those of the book, where it is a theft.
    pub case: Option<usize>,
}

/// All sources, by category.
///
/// A tag counts from confidence 20 on. What tags of an account say of the service that runs it
/// counts only where [`TagIndex::stop`] agrees that it is one. Tags of one category that name the
/// same actor are one source; without an actor, those with the same label and reference are. Of
/// several tags of an account in one category the surest decides whose it is.
#[derive(Debug, Clone, Default)]
pub struct SourceBook {
    cases: Vec<Arc<Case>>,
    by_category: BTreeMap<Category, Vec<BookedSource>>,
}

/// What makes tags one source.
type Group = (Option<String>, String, String);

impl SourceBook {
    /// The sources that tags and cases name.
    pub fn new(tags: &TagIndex, cases: impl IntoIterator<Item = Case>) -> Self {
        let mut groups: BTreeMap<Category, BTreeMap<Group, BookedSource>> = BTreeMap::new();
        for account in tags.accounts() {
            let mut seen = Vec::new();
            for tag in tags.tags_of(account) {
                let Some(category) = category_of(tag, account, tags) else { continue };
                if seen.contains(&category) {
                    continue;
                }
                seen.push(category);
                let group = groups.entry(category).or_default().entry(group_of(tag));
                let booked = group.or_insert_with(|| BookedSource {
                    source: Arc::new(source_of(tag, category, tags)),
                    accounts: Vec::new(),
                    case: None,
                });
                booked.accounts.push(account.clone());
                if booked.source.confidence < tag.confidence.level {
                    booked.source = Arc::new(source_of(tag, category, tags));
                }
            }
        }
        let mut book = Self::default();
        for (category, groups) in groups {
            book.by_category.insert(category, groups.into_values().collect());
        }
        for case in cases {
            book.add_case(case);
        }
        book
    }

    /// Adds a theft. A case with the id of one that is known already replaces nothing.
    fn add_case(&mut self, case: Case) {
        if self.cases.iter().any(|known| known.id == case.id) {
            return;
        }
        let source = Arc::new(Source {
            name: case.title.clone(),
            category: Category::StolenFunds,
            case: Some(case.id.clone()),
            actor: None,
            reference: case.sources.first().cloned().unwrap_or_default(),
            confidence: 100,
        });
        let case_at = Some(self.cases.len());
        self.cases.push(Arc::new(case));
        let booked = BookedSource { source, accounts: Vec::new(), case: case_at };
        // Thefts come first: they keep their numbers when tags change.
        let sources = self.by_category.entry(Category::StolenFunds).or_default();
        let at = sources.iter().take_while(|source| source.case.is_some()).count();
        sources.insert(at, booked);
    }

    /// Adds who stands on lists, as tags would name him. Who was taken off a list is no source by
    /// it. An account that is a source of a category already stays whose it is.
    pub fn add_listings<'l>(
        &mut self,
        tags: &TagIndex,
        listings: impl IntoIterator<Item = &'l Listing>,
    ) {
        let mut known = self.owned();
        let mut groups: BTreeMap<Category, BTreeMap<Group, BookedSource>> = BTreeMap::new();
        for listing in listings {
            let category = listing.category;
            let is_claimed = !is_service(category) || tags.stop(&listing.account).is_some();
            let is_sure = listing.confidence >= STOPPING_LEVEL_MIN;
            let counts = is_claimed && is_sure && listing.removed.is_none();
            if !counts || !known.entry(category).or_default().insert(listing.account.clone()) {
                continue;
            }
            let group = groups.entry(category).or_default();
            let booked = group.entry(group_of_listing(listing)).or_insert_with(|| BookedSource {
                source: Arc::new(source_of_listing(listing)),
                accounts: Vec::new(),
                case: None,
            });
            booked.accounts.push(listing.account.clone());
            if booked.source.confidence < listing.confidence {
                booked.source = Arc::new(source_of_listing(listing));
            }
        }
        for (category, groups) in groups {
            let mut booked: Vec<BookedSource> = groups.into_values().collect();
            booked.iter_mut().for_each(|booked| booked.accounts.sort_unstable());
            self.by_category.entry(category).or_default().extend(booked);
        }
    }

    /// Adds to the accounts of each source those of the same wallets. An account that is another
    /// source's of the category stays so.
    pub fn add_wallets(&mut self, wallet: &dyn Fn(&Account) -> Vec<Account>) {
        let mut owned = self.owned();
        for (category, sources) in &mut self.by_category {
            let known = owned.entry(*category).or_default();
            for booked in sources {
                let more: Vec<Account> = booked.accounts.iter().flat_map(wallet).collect();
                booked.accounts.extend(more.into_iter().filter(|one| known.insert(one.clone())));
                booked.accounts.sort_unstable();
            }
        }
    }

    /// The accounts that are of any source, by category.
    fn owned(&self) -> BTreeMap<Category, BTreeSet<Account>> {
        let accounts = |sources: &Vec<BookedSource>| {
            sources.iter().flat_map(|booked| booked.accounts.iter().cloned()).collect()
        };
        self.by_category.iter().map(|(category, booked)| (*category, accounts(booked))).collect()
    }

    /// How many accounts are of any source; thefts have none.
    pub fn account_count(&self) -> usize {
        self.by_category.values().flatten().map(|booked| booked.accounts.len()).sum()
    }

    /// The categories that have sources.
    pub fn categories(&self) -> impl Iterator<Item = Category> {
        self.by_category.keys().copied()
    }

    /// The sources of a category: thefts, then who tags name.
    pub fn sources(&self, category: Category) -> &[BookedSource] {
        self.by_category.get(&category).map_or(&[], Vec::as_slice)
    }

    /// The cases.
    pub fn cases(&self) -> &[Arc<Case>] {
        &self.cases
    }

    /// The categories whose value is followed if nothing else is said: all but those of low
    /// severity.
    pub fn followed_by_default() -> Vec<Category> {
        let is_followed = |category: &Category| category.severity() >= Severity::Medium;
        Category::ALL.iter().copied().filter(is_followed).collect()
    }
}

/// The category that a tag makes its account a source of, if it counts.
fn category_of(tag: &Tag, account: &Account, tags: &TagIndex) -> Option<Category> {
    if tag.confidence.level < STOPPING_LEVEL_MIN {
        return None;
    }
    let category = match Category::of(&tag.concepts) {
        Category::Other => {
            let actor = tag.actor.as_ref().and_then(|actor| tags.actor(actor));
            actor.map_or(Category::Other, |actor| Category::of(&actor.categories))
        }
        category => category,
    };
    (!is_service(category) || tags.stop(account).is_some()).then_some(category)
}

/// Whether a category is a kind of service: then whoever is surer that its account is no service
/// is right.
fn is_service(category: Category) -> bool {
    use Category::{
        Atm, Bridge, Defi, Exchange, Gambling, Hosting, Mining, Mixer, OtherService, P2pExchange,
        PaymentProcessor, Shop, SwapService, Wallet,
    };
    matches!(
        category,
        Atm | Bridge
            | Defi
            | Exchange
            | Gambling
            | Hosting
            | Mining
            | Mixer
            | OtherService
            | P2pExchange
            | PaymentProcessor
            | Shop
            | SwapService
            | Wallet
    )
}

fn group_of(tag: &Tag) -> Group {
    match &tag.actor {
        Some(actor) => (Some(actor.to_string()), String::new(), String::new()),
        None => (None, tag.label.clone(), tag.source.clone()),
    }
}

/// What makes listings one source: the entry of the list, or what stands there.
fn group_of_listing(listing: &Listing) -> Group {
    let list = listing.list.id.to_string();
    match &listing.entity {
        Some(entity) => (Some(entity.to_string()), String::new(), list),
        None => (None, listing.label.to_string(), list),
    }
}

fn source_of_listing(listing: &Listing) -> Source {
    Source {
        name: listing.label.to_string(),
        category: listing.category,
        case: None,
        actor: listing.entity.as_ref().map(ToString::to_string),
        reference: listing.source.to_string(),
        confidence: listing.confidence,
    }
}

fn source_of(tag: &Tag, category: Category, tags: &TagIndex) -> Source {
    let actor = tag.actor.as_ref().and_then(|actor| tags.actor(actor));
    let name = match (actor, &tag.actor) {
        (Some(actor), _) => actor.label.clone(),
        (None, Some(id)) => id.to_string(),
        (None, None) => tag.label.clone(),
    };
    Source {
        name,
        category,
        case: None,
        actor: tag.actor.as_ref().map(ToString::to_string),
        reference: tag.source.clone(),
        confidence: tag.confidence.level,
    }
}
