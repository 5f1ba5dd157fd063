//! The answer to a query: what is known of an address, and what rules say of it.

use std::sync::Arc;

use hawkshaw_attribution::{chain_named, chain_of_files};
use hawkshaw_model::{Account, ChainId, Printable, Timestamp};

use crate::answer::{Answer, Decision, Match, Status};
use crate::coverage::Coverage;
use crate::exposure::ExposureEntry;
use crate::facts::Facts;
use crate::index::{AddressIndex, IndexError, sort_exposure};
use crate::key::AddressKey;
use crate::listing::{ListId, ListInfo, Listing};
use crate::magic::{self, Magic, MagicFacts};
use crate::notation::{self, Reading, Undecoded};
use crate::overlay::Overlay;
use crate::query::Query;
use crate::rules::RuleSet;

/// What rules say of facts: the one thing that a [`Screener`] is told and does not know.
pub trait Decide: Send + Sync + std::fmt::Debug {
    /// What to do.
    fn decide(&self, query: &Query, status: Status, facts: &Facts) -> Decision;

    /// What names the rules: other rules have another one.
    fn digest(&self) -> String;

    /// The lists that rules are about, each with the name of the rule.
    fn lists_named(&self) -> Vec<(String, ListId)> {
        Vec::new()
    }
}

impl Decide for RuleSet {
    fn decide(&self, query: &Query, status: Status, facts: &Facts) -> Decision {
        self.decide(query, status, facts)
    }

    fn digest(&self) -> String {
        self.digest().to_string()
    }

    fn lists_named(&self) -> Vec<(String, ListId)> {
        self.lists_named()
    }
}

/// Why a query has no answer. It says nothing about the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScreenError {
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A magic address was asked about, whose lookup fails.
    #[error("a magic address for tests whose lookup fails")]
    Magic,
}

/// Answers queries from an index, the lists beside it, and rules. It never changes, so that any
/// number of threads can ask one; with other lists or rules it is another one.
///
/// ```
/// use std::sync::Arc;
///
/// use hawkshaw_screening::{
///     AddressIndex, Category, Coverage, IndexBuilder, ListInfo, ListKind, Listing, Overlay, Query,
///     RuleSet, Screener, Status,
/// };
///
/// let mut builder = IndexBuilder::new();
/// builder.add_listing(&Listing {
///     list: Arc::new(ListInfo {
///         id: "ofac-sdn".parse()?,
///         name: "OFAC SDN".to_owned(),
///         kind: ListKind::Sanctions,
///         edition: None,
///     }),
///     account: "eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96".parse()?,
///     label: "LAZARUS GROUP".into(),
///     entity: Some("27307".into()),
///     category: Category::Sanctions,
///     source: "https://sanctionssearch.ofac.treas.gov/Details.aspx?id=27307".into(),
///     confidence: 100,
///     added: Some("2022-04-14".parse()?),
///     removed: None,
///     by_cluster: false,
/// })?;
/// let index = AddressIndex::from_bytes("example", builder.to_bytes()?)?;
/// let rules = Arc::new(RuleSet::built_in());
/// let screener =
///     Screener::new(Arc::new(index), Arc::new(Overlay::new()), rules, Coverage::default());
///
/// let ask = |address: &str| Query { address: address.to_owned(), ..Query::default() };
/// let answer = screener.screen(&ask("0X098B716B8AAF21512996DC57EB0615E2383E2F96"))?;
/// assert_eq!(answer.status, Status::Hit);
/// assert_eq!(answer.to_json()["matches"][0]["label"], "LAZARUS GROUP");
/// // What is not known is not clean, and what no list covers is something else again.
/// assert_eq!(screener.screen(&ask(&format!("0x{}", "1".repeat(40))))?.status, Status::NotFound);
/// let bitcoin = screener.screen(&ask("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"))?;
/// assert_eq!(bitcoin.status, Status::NotCovered);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Screener {
    index: Arc<AddressIndex>,
    overlay: Arc<Overlay>,
    rules: Arc<dyn Decide>,
    /// What is covered beside index and overlay.
    more: Coverage,
    /// What is covered in all.
    coverage: Coverage,
    undecoded: Undecoded,
    has_evm: bool,
    knows_magic: bool,
    version: String,
}

impl Screener {
    /// A screener of an index, the lists beside it, and rules. `coverage` is what is covered
    /// beside these, such as a ledger in which nothing was exposed.
    pub fn new(
        index: Arc<AddressIndex>,
        overlay: Arc<Overlay>,
        rules: Arc<dyn Decide>,
        coverage: Coverage,
    ) -> Self {
        let mut all = index.coverage().clone();
        all.merge(overlay.coverage());
        all.merge(&coverage);
        let mut undecoded = Undecoded::new();
        let mut has_evm = false;
        for (chain, known) in all.chains() {
            has_evm |= chain.namespace() == "eip155";
            if chain.namespace() == "other" {
                undecoded.push((chain.clone(), known.shapes));
            }
        }
        let version = version(&index, &overlay, &*rules, &coverage);
        Self {
            index,
            overlay,
            rules,
            more: coverage,
            coverage: all,
            undecoded,
            has_evm,
            knows_magic: false,
            version,
        }
    }

    /// The same that also answers about [`magic`](crate::magic) addresses, for tests of those who
    /// ask. Its version is another one.
    #[must_use]
    pub fn with_magic_addresses(mut self) -> Self {
        if !self.knows_magic {
            self.version.push_str(MAGIC_VERSION);
        }
        self.knows_magic = true;
        self
    }

    /// Keeps knowing magic addresses, where it did before it changed.
    fn keeping_magic_of(self, before: &Self) -> Self {
        if before.knows_magic { self.with_magic_addresses() } else { self }
    }

    /// The same with other rules.
    #[must_use]
    pub fn with_rules(&self, rules: Arc<dyn Decide>) -> Self {
        let version = version(&self.index, &self.overlay, &*rules, &self.more);
        Self { rules, version, knows_magic: false, ..self.clone() }.keeping_magic_of(self)
    }

    /// The same with other lists beside the index.
    #[must_use]
    pub fn with_overlay(&self, overlay: Arc<Overlay>) -> Self {
        Self::new(Arc::clone(&self.index), overlay, Arc::clone(&self.rules), self.more.clone())
            .keeping_magic_of(self)
    }

    /// The index.
    pub fn index(&self) -> &Arc<AddressIndex> {
        &self.index
    }

    /// The lists beside the index.
    pub fn overlay(&self) -> &Arc<Overlay> {
        &self.overlay
    }

    /// The lists of everything that answers, by id.
    pub fn lists(&self) -> Vec<&Arc<ListInfo>> {
        let mut lists: Vec<_> = self.index.lists().iter().chain(self.overlay.lists()).collect();
        // Of a list in both the newest edition is told.
        lists.sort_by(|one, other| one.id.cmp(&other.id).then(other.edition.cmp(&one.edition)));
        lists.dedup_by(|one, other| one.id == other.id);
        lists
    }

    /// Rules about lists that are not among those that answer, and these lists: they apply to
    /// nothing, which may be a slip of the pen.
    pub fn rules_about_absent_lists(&self) -> Vec<(String, ListId)> {
        let lists = self.lists();
        let mut named = self.rules.lists_named();
        named.retain(|(_, id)| !lists.iter().any(|list| list.id == *id));
        named
    }

    /// The rules.
    pub fn rules(&self) -> &Arc<dyn Decide> {
        &self.rules
    }

    /// What is covered.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// What names index, lists and rules: the same version gives the same answers.
    pub fn data_version(&self) -> &str {
        &self.version
    }

    /// The chain that a name means: one that is known, or one that tags and lists at hand name so.
    pub fn chain_named(&self, name: &str) -> Option<ChainId> {
        let of_lists = || chain_of_files(name).filter(|chain| self.coverage.of(chain).is_some());
        chain_named(name).or_else(of_lists)
    }

    /// All that is known of an address, also what ended and what is to come.
    ///
    /// # Errors
    ///
    /// When the index cannot be read.
    pub fn facts(&self, account: &Account) -> Result<Facts, ScreenError> {
        let mut facts = self.index.facts(account)?;
        self.overlay.apply(account, &mut facts);
        Ok(facts)
    }

    /// The account that a text means, where it means one; what is listed is preferred where it
    /// could mean several.
    ///
    /// # Errors
    ///
    /// When the index cannot be read.
    pub fn account(
        &self,
        text: &str,
        chain: Option<&ChainId>,
    ) -> Result<Option<Account>, ScreenError> {
        match notation::read(text, chain, &self.undecoded) {
            Ok(reading) => {
                let known = self.known(&reading)?;
                let is_address = reading.doubt.is_none() || !known.facts.is_empty();
                Ok(is_address.then_some(known.account).flatten())
            }
            Err(_) => Ok(None),
        }
    }

    /// Answers a query.
    ///
    /// # Errors
    ///
    /// When the index cannot be read. Then nothing is known of the address, which is no answer.
    pub fn screen(&self, query: &Query) -> Result<Answer, ScreenError> {
        let reading = match notation::read(&query.address, query.chain.as_ref(), &self.undecoded) {
            Ok(reading) => reading,
            Err(reason) => return Ok(self.invalid(query, &reason)),
        };
        self.index.check_unchanged()?;
        let Known { account, mut facts } = self.known(&reading)?;
        let (Some(account), true) = (account, reading.doubt.is_none() || !facts.is_empty()) else {
            return Ok(self.invalid(query, reading.doubt.as_deref().unwrap_or("it is no address")));
        };
        if let Some(magic) = self.magic(&account) {
            return self.screen_magic(query, &account, magic);
        }
        let mut notes = reading.notes;
        if let Some(reason) = &reading.doubt {
            notes.push(format!("{reason}; all the same it stands on a list"));
        }
        if let Some(time) = query.as_of {
            at_time(&mut facts, time, &mut notes);
        }
        let chain = account.chain();
        let is_covered = match reading.has_chain {
            // Without a chain an EVM address is asked for on all of them.
            false if chain.namespace() == "eip155" => self.covers_evm(query.as_of),
            _ => self.coverage.covers(chain, query.as_of),
        };
        let status = match (facts.is_empty(), is_covered) {
            (false, _) => Status::Hit,
            (true, true) => Status::NotFound,
            (true, false) => Status::NotCovered,
        };
        self.note(&account, status, query, &facts, &mut notes);
        let decision = self.rules.decide(query, status, &facts);
        let totals = std::mem::take(&mut facts.totals);
        let matches = self.matches(facts)?;
        self.index.check_unchanged()?;
        Ok(Answer {
            asked: query.address.clone(),
            chain: Some(chain.clone()),
            account: Some(account),
            status,
            decision,
            matches,
            totals,
            as_of: query.as_of,
            data_version: self.version.clone(),
            notes,
        })
    }

    /// What is known of the accounts that a text can be.
    fn known(&self, reading: &Reading) -> Result<Known, ScreenError> {
        let mut known =
            Known { account: reading.accounts.first().cloned(), facts: Facts::default() };
        for account in &reading.accounts {
            let facts = self.facts(account)?;
            if facts.is_empty() {
                continue;
            }
            if known.facts.is_empty() {
                known.account = Some(match reading.has_chain {
                    true => account.clone(),
                    false => placed(account, &facts),
                });
                known.facts = facts;
            } else {
                known.facts.listings.extend(facts.listings);
                known.facts.exposure.extend(facts.exposure);
                known.facts.totals.extend(facts.totals);
                known.facts.listings.sort_by(Listing::cmp_rank);
                sort_exposure(&mut known.facts.exposure);
            }
        }
        Ok(known)
    }

    /// The magic address that an account is, where they are known.
    fn magic(&self, account: &Account) -> Option<Magic> {
        if self.knows_magic { Magic::of(account) } else { None }
    }

    /// Answers about a magic address, by the rules that are in force.
    fn screen_magic(
        &self,
        query: &Query,
        account: &Account,
        magic: Magic,
    ) -> Result<Answer, ScreenError> {
        if magic == Magic::Fails {
            return Err(ScreenError::Magic);
        }
        let MagicFacts { mut facts, path } = magic.facts(account).ok_or(ScreenError::Magic)?;
        let mut notes = vec![magic::NOTE.to_owned()];
        if let Some(time) = query.as_of {
            at_time(&mut facts, time, &mut notes);
        }
        let status = match (magic, facts.is_empty()) {
            (Magic::NotCovered, _) => Status::NotCovered,
            (_, true) => Status::NotFound,
            (_, false) => Status::Hit,
        };
        let decision = self.rules.decide(query, status, &facts);
        let listed = facts.listings.into_iter().map(Match::Listed);
        let exposed = facts.exposure.into_iter().map(|entry| Match::Exposed {
            entry,
            path: path.clone(),
            is_complete: true,
        });
        Ok(Answer {
            asked: query.address.clone(),
            chain: Some(account.chain().clone()),
            account: Some(account.clone()),
            status,
            decision,
            matches: listed.chain(exposed).collect(),
            totals: facts.totals,
            as_of: query.as_of,
            data_version: self.version.clone(),
            notes,
        })
    }

    fn covers_evm(&self, time: Option<Timestamp>) -> bool {
        let is_evm = |chain: &ChainId| chain.namespace() == "eip155";
        self.has_evm
            && self
                .coverage
                .chains()
                .any(|(chain, _)| is_evm(chain) && self.coverage.covers(chain, time))
    }

    /// The answer to what is no address, for a reason that is a sentence part. Whoever takes
    /// queries apart himself says so with it.
    pub fn invalid(&self, query: &Query, reason: &str) -> Answer {
        Answer {
            asked: query.address.clone(),
            account: None,
            chain: query.chain.clone(),
            status: Status::Invalid,
            decision: self.rules.decide(query, Status::Invalid, &Facts::default()),
            matches: Vec::new(),
            totals: Vec::new(),
            as_of: query.as_of,
            data_version: self.version.clone(),
            notes: vec![format!("no address: {reason}")],
        }
    }

    /// Says what a person must know of an answer.
    fn note(
        &self,
        account: &Account,
        status: Status,
        query: &Query,
        facts: &Facts,
        notes: &mut Vec<String>,
    ) {
        let chain = account.chain();
        let key = AddressKey::of(account);
        for listing in &facts.listings {
            let other = listing.account.chain();
            if other != chain {
                let is_same = AddressKey::of(&listing.account) == key;
                let what = match (is_same, chain.namespace()) {
                    (true, "eip155") => {
                        "the same key owns it on every EVM chain; a contract there may be another's"
                    }
                    (true, _) => "the same key owns it there",
                    (false, _) => "the same text is an address there too",
                };
                let note = format!(
                    "listed by {} on {} ({other}), and {chain} is the chain of this answer: {what}",
                    listing.list.id,
                    other.name(),
                );
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        if status == Status::NotCovered {
            let when = query.as_of.map_or(String::new(), |time| format!(" at {time}"));
            notes.push(format!(
                "no list, tag or ledger at hand speaks of addresses on {} ({chain}){when}: nothing \
                 can be said",
                chain.name()
            ));
        }
        notes.extend(self.coverage.notes().iter().cloned());
    }

    /// What is shown of facts, in their order, with the ways back.
    fn matches(&self, facts: Facts) -> Result<Vec<Match>, ScreenError> {
        let mut matches: Vec<Match> = facts.listings.into_iter().map(Match::Listed).collect();
        for entry in facts.exposure {
            let (path, is_complete) = match entry.path {
                Some(first) => self.index.path(first)?,
                None => (Vec::new(), false),
            };
            matches.push(Match::Exposed { entry, path, is_complete });
        }
        Ok(matches)
    }
}

/// What the version of a screener ends with that knows magic addresses.
const MAGIC_VERSION: &str = "+magic";

/// What is known of an account.
struct Known {
    account: Option<Account>,
    facts: Facts,
}

/// The account on a chain on which something is listed, where nobody said which chain is meant.
fn placed(account: &Account, facts: &Facts) -> Account {
    let listed = || facts.listings.iter().map(|listing| &listing.account);
    let is_here = listed().any(|other| other.chain() == account.chain())
        || !facts.exposure.is_empty()
        || facts.listings.is_empty();
    match listed().next() {
        Some(other) if !is_here => other.clone(),
        _ => account.clone(),
    }
}

/// Leaves out what was not known or had not happened at a time.
fn at_time(facts: &mut Facts, time: Timestamp, notes: &mut Vec<String>) {
    let mut count = |things: usize, what: &str| {
        if things > 0 {
            notes.push(format!("at {time}: {things} {what}"));
        }
    };
    let before = facts.listings.len();
    facts.listings.retain(|listing| listing.added.is_none_or(|added| added <= time));
    count(before - facts.listings.len(), "listings are younger and left out");
    let undated = facts.listings.iter().filter(|listing| listing.added.is_none()).count();
    count(undated, "listings say not since when they stand, and count as having stood");
    let before = facts.exposure.len();
    facts.exposure.retain(|entry| entry.first_time <= time);
    count(before - facts.exposure.len(), "entries of exposure are younger and left out");
    let later = |entry: &&ExposureEntry| entry.last_time > time;
    let straddling = facts.exposure.iter().filter(later).count();
    count(straddling, "entries of exposure are kept whole and hold what came later too");
    if facts.exposure.is_empty() {
        facts.totals.clear();
    } else {
        count(facts.totals.len(), "totals hold what came later too");
    }
}

fn version(index: &AddressIndex, overlay: &Overlay, rules: &dyn Decide, more: &Coverage) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(&index.checksum().to_le_bytes());
    hasher.update(&overlay.digest().to_le_bytes());
    hasher.update(rules.digest().as_bytes());
    // What is covered beside index and lists decides between not found and not covered.
    hasher.update(format!("{more:?}").as_bytes());
    hasher.finalize().to_hex()[..16].to_owned()
}

/// The address of an answer for people: what was understood, or what was asked.
impl Answer {
    /// The address as people read it.
    pub fn shown(&self) -> String {
        match &self.account {
            Some(account) => account.address_for_people(),
            None => Printable(&self.asked).to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
