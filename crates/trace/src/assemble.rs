//! From what the replay and the policies wrote down to the answer.

use std::collections::BTreeMap;

use hawkshaw_model::{
    Account, AccountIx, Amount, AssetId, AssetIx, ChainId, CoverageClaim, Ledger, OutputIx, Policy,
    ReadError, TerminalKind, Timestamp, TxIx,
};

use crate::bounds::{self, Sink};
use crate::engine::Running;
use crate::floor::{self, Below, Floor};
use crate::frozen::Frozen;
use crate::options::Detail;
use crate::policy::PolicyState;
use crate::program::{Place, Resolved};
use crate::replay::book::{Book, EDGES_MAX, HoldingKey, LinkNote, Side, TerminalKey};
use crate::replay::end_of;
use crate::replay::surroundings::LoanNote;
use crate::replay::thefts::Thefts;
use crate::result::{
    Balance, Bounds, Coverage, Edge, Finding, Link, OriginAmounts, Party, Secured, StolenAsset,
    Terminal, Trace,
};
use crate::runs::RUNS_MAX;
use crate::scene::Scene;
use crate::taint::OriginVector;
use crate::timeline;
use crate::units::Units;

/// All that a trace wrote down.
pub(crate) struct Outcome<'a, U> {
    pub(crate) scene: Scene<'a>,
    pub(crate) thefts: &'a Thefts,
    pub(crate) book: Book<U>,
    pub(crate) states: Vec<Running<U>>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) loans: Vec<LoanNote<U>>,
    pub(crate) frozen: Frozen<'a>,
}

/// A terminal before it has its row.
pub(crate) struct Draft {
    pub(crate) place: Place,
    pub(crate) terminal: Terminal,
}

/// What counts as frozen from a time on, under each policy.
pub(crate) struct FrozenPart {
    pub(crate) since: Timestamp,
    pub(crate) origins: Vec<Option<OriginAmounts>>,
}

/// Writes the answer.
pub(crate) fn assemble<U: Units>(outcome: Outcome<'_, U>) -> Result<Trace, ReadError> {
    let stolen = outcome.stolen()?;
    let visits = outcome.visits()?;
    let mut limits = outcome.limits();
    let floor = Floor::new(outcome.scene.options.floor, &stolen, outcome.policies());
    let (mut drafts, below) = outcome.drafts(&visits, &stolen, &floor)?;
    let mut findings = outcome.findings.clone();
    let frozen = outcome.frozen(&drafts, &mut findings);
    let balance = outcome.balance(&drafts, &below, &stolen);
    floor::sort(&mut drafts, &stolen);
    if outcome.scene.options.detail == Detail::Full {
        let all = drafts.len() as u64 + below.count();
        outcome.add_bounds(&mut drafts, all, &stolen, &mut limits);
    }
    let (drafts, rows) = floor::apply(drafts, below, &floor);
    let timeline = timeline::timeline(&outcome, &stolen, &frozen)?;
    let edges = outcome.edges(&rows)?;
    findings.sort();
    findings.dedup();
    let mut defects = BTreeMap::new();
    if outcome.book.unexplained > 0 {
        defects.insert("unexplained".to_owned(), outcome.book.unexplained);
    }
    Ok(Trace {
        policies: outcome.policies().collect(),
        stolen,
        terminals: drafts.into_iter().map(|draft| draft.terminal).collect(),
        edges,
        balance,
        timeline,
        coverage: outcome.coverage(),
        as_of: outcome.as_of()?,
        noise: BTreeMap::new(),
        defects,
        secured: outcome.secured()?,
        findings,
        limits,
        holdings: outcome.book.reached_count(),
    })
}

/// What is in a place under one policy: how much, and what it stands for.
type Content<U> = (U, Option<OriginVector<U>>);

/// When and how often taint came to a place.
#[derive(Debug, Clone, Copy)]
struct Visits {
    first: Timestamp,
    last: Timestamp,
    count: u64,
}

impl<'a, U: Units> Outcome<'a, U> {
    pub(crate) fn ledger(&self) -> &'a dyn Ledger {
        self.scene.ledger
    }

    pub(crate) fn policies(&self) -> impl Iterator<Item = Policy> {
        self.states.iter().map(|(policy, _)| *policy)
    }

    fn time(&self, tx: TxIx) -> Result<Timestamp, ReadError> {
        Ok(self.ledger().transaction(tx)?.time)
    }

    fn account(&self, account: u32) -> Result<Account, ReadError> {
        self.ledger().account(AccountIx(account))
    }

    fn secured(&self) -> Result<Vec<Secured>, ReadError> {
        let secured = |LoanNote { tx, loan }: &LoanNote<U>| {
            let transaction = self.ledger().transaction(*tx)?;
            Ok(Secured {
                tx: transaction.hash,
                time: transaction.time,
                borrower: self.account(loan.borrower)?,
                lender: self.account(loan.lender)?,
                asset: self.ledger().asset(AssetIx(loan.asset)).clone(),
                amount: loan.amount.to_amount(),
                is_listed: loan.is_listed,
            })
        };
        self.loans.iter().map(secured).collect()
    }

    fn stolen(&self) -> Result<Vec<StolenAsset>, ReadError> {
        let assets = self.thefts.assets.iter().zip(self.book.stolen());
        assets
            .map(|(asset, (amount, first))| {
                let first_time = first.map(|tx| self.time(tx)).transpose()?;
                Ok(StolenAsset {
                    asset: self.ledger().asset(AssetIx(*asset)).clone(),
                    amount: amount.to_amount(),
                    first_time: first_time.unwrap_or_default(),
                })
            })
            .collect()
    }

    /// When value came to each place: tainted under a conserving policy, or poisoned where it
    /// is not under any.
    fn visits(&self) -> Result<BTreeMap<u64, Visits>, ReadError> {
        let conserving: Vec<&[U]> = self.tainted(Policy::is_conserving);
        let all: Vec<&[U]> = self.tainted(|_| true);
        let mut visits = BTreeMap::new();
        for tainted in [conserving, all] {
            let mut round: BTreeMap<u64, Visits> = BTreeMap::new();
            let mut clock = (TxIx(u64::MAX), Timestamp::default());
            for (index, edge) in self.book.edges.iter().enumerate() {
                if tainted.iter().all(|tainted| tainted[index].is_zero()) {
                    continue;
                }
                let Some(key) = place_key(edge.place) else {
                    continue;
                };
                if clock.0 != edge.tx {
                    clock = (edge.tx, self.time(edge.tx)?);
                }
                let time = clock.1;
                let visit = Visits { first: time, last: time, count: 0 };
                let seen = round.entry(key).or_insert(visit);
                seen.first = seen.first.min(time);
                seen.last = seen.last.max(time);
                seen.count += 1;
            }
            for (key, seen) in round {
                visits.entry(key).or_insert(seen);
            }
        }
        Ok(visits)
    }

    fn tainted(&self, wanted: impl Fn(Policy) -> bool) -> Vec<&[U]> {
        let states = self.states.iter().filter(|(policy, _)| wanted(*policy));
        states.map(|(_, state)| &state.totals().tainted[..]).collect()
    }

    /// One draft for each place that anything is in under any policy.
    fn drafts(
        &self,
        visits: &BTreeMap<u64, Visits>,
        stolen: &[StolenAsset],
        floor: &Floor<'_>,
    ) -> Result<(Vec<Draft>, Below), ReadError> {
        let mut drafts = Vec::new();
        let mut below = Below::default();
        for (number, key) in self.book.terminals.iter().enumerate() {
            let ended = |state: &dyn PolicyState<U>| match state.totals().ended.get(number) {
                Some(ended) => (ended.amount, ended.origin.clone()),
                None => (U::default(), None),
            };
            let place = Place::terminal(u32::try_from(number).unwrap_or(0));
            let contents = self.contents(&ended);
            drafts.extend(self.draft(place, key, contents, visits, stolen)?);
        }
        for (number, key) in self.book.holdings.iter().enumerate() {
            let (account, output, asset) = match *key {
                HoldingKey::Balance { account, asset } => (Some(account), None, asset),
                HoldingKey::Output { output, holder, asset } => {
                    // Spent outputs are most, and of the others most are small.
                    if self.is_spent_or_small(number, asset, (visits, stolen, floor), &mut below) {
                        continue;
                    }
                    ((holder != AccountIx::NONE).then_some(holder), Some(output), asset)
                }
                HoldingKey::Transit => continue,
            };
            let (kind, actor) = match self.frozen.at(account, asset) {
                Some(act) => (TerminalKind::Frozen, self.issuer(&act.asset)),
                None => (self.kind_of_held(account)?, None),
            };
            let key = TerminalKey { kind, actor, account, output, asset };
            let held = |state: &dyn PolicyState<U>| state.held(number);
            let place = Place::holding(u32::try_from(number).unwrap_or(0));
            let contents = self.contents(&held);
            drafts.extend(self.draft(place, &key, contents, visits, stolen)?);
        }
        Ok((drafts, below))
    }

    /// Whether nothing is in the holding of an output, or so little that it has no row of its
    /// own: it is added to the sum then, without its names being looked up.
    fn is_spent_or_small(
        &self,
        number: usize,
        asset: u32,
        (visits, stolen, floor): (&BTreeMap<u64, Visits>, &[StolenAsset], &Floor<'_>),
        below: &mut Below,
    ) -> bool {
        let contents = self.contents(&|state: &dyn PolicyState<U>| state.held(number));
        if contents.iter().all(|(amount, _)| amount.is_zero()) {
            return true;
        }
        let place = Place::holding(u32::try_from(number).unwrap_or(0));
        let key = TerminalKey {
            kind: TerminalKind::Held,
            actor: None,
            account: None,
            output: None,
            asset,
        };
        let terminal = self.terminal(place, &key, &contents, visits, stolen);
        if floor.is_above(&terminal.origins) {
            return false;
        }
        below.add(place, &terminal);
        true
    }

    /// What is in a place under each policy.
    fn contents(&self, content: &dyn Fn(&dyn PolicyState<U>) -> Content<U>) -> Vec<Content<U>> {
        self.states.iter().map(|(_, state)| content(&**state)).collect()
    }

    /// Who issues an asset, where the curated list says.
    fn issuer(&self, asset: &AssetId) -> Option<String> {
        self.scene.assets.get(asset)?.issuer.clone()
    }

    /// Says which holdings are frozen, and gives since when each of them counts as that.
    fn frozen(&self, drafts: &[Draft], findings: &mut Vec<Finding>) -> Vec<FrozenPart> {
        let mut parts = Vec::new();
        for draft in drafts {
            let Resolved::Holding(holding) = draft.place.resolve() else { continue };
            let HoldingKey::Balance { account, asset } = self.book.holdings[holding] else {
                continue;
            };
            let Some(act) = self.frozen.at(Some(account), asset) else { continue };
            findings.push(Frozen::finding(act));
            let since = Frozen::since(act, draft.terminal.last_time);
            parts.push(FrozenPart { since, origins: draft.terminal.origins.clone() });
        }
        parts
    }

    /// What is still in a holding is held, unless the data are not complete for it.
    fn kind_of_held(&self, account: Option<u32>) -> Result<TerminalKind, ReadError> {
        let is_covered = match (&self.scene.case.coverage, account) {
            (CoverageClaim::Everything, _) => true,
            (CoverageClaim::Only(covered), Some(account)) => {
                covered.contains(&self.account(account)?)
            }
            (CoverageClaim::Only(_), None) => false,
        };
        Ok(if is_covered { TerminalKind::Held } else { TerminalKind::NoData })
    }

    fn draft(
        &self,
        place: Place,
        key: &TerminalKey,
        contents: Vec<Content<U>>,
        visits: &BTreeMap<u64, Visits>,
        stolen: &[StolenAsset],
    ) -> Result<Option<Draft>, ReadError> {
        if contents.iter().all(|(amount, _)| amount.is_zero()) {
            return Ok(None);
        }
        let account = key.account.map(|account| self.account(account)).transpose()?;
        let output = key.output.map(|output| self.ledger().output(OutputIx(output))).transpose()?;
        let terminal = self.terminal(place, key, &contents, visits, stolen);
        Ok(Some(Draft { place, terminal: Terminal { account, output, ..terminal } }))
    }

    /// A terminal, but for the names of its account and output.
    fn terminal(
        &self,
        place: Place,
        key: &TerminalKey,
        contents: &[Content<U>],
        visits: &BTreeMap<u64, Visits>,
        stolen: &[StolenAsset],
    ) -> Terminal {
        let origin = |(policy, content): (Policy, &(U, Option<OriginVector<U>>))| {
            policy.is_conserving().then(|| origin_amounts(content.1.as_ref(), stolen.len()))
        };
        let asset = self.ledger().asset(AssetIx(key.asset)).clone();
        let theft = stolen.first().map_or_else(Timestamp::default, |stolen| stolen.first_time);
        let never = Visits { first: theft, last: theft, count: 0 };
        let visit = place_key(place).and_then(|key| visits.get(&key)).unwrap_or(&never);
        Terminal {
            kind: key.kind.clone(),
            actor: key.actor.clone(),
            chain: asset.chain(),
            account: None,
            output: None,
            asset,
            amounts: contents.iter().map(|(amount, _)| amount.to_amount()).collect(),
            origins: self.policies().zip(contents).map(origin).collect(),
            bounds: vec![None; stolen.len()],
            first_time: visit.first,
            last_time: visit.last,
            transfers: visit.count,
            summed: None,
        }
    }

    /// The balance statement. An answer that does not add up is never given.
    fn balance(
        &self,
        drafts: &[Draft],
        below: &Below,
        stolen: &[StolenAsset],
    ) -> Vec<Option<Vec<Balance>>> {
        let sum = |policy: usize, asset: usize| {
            let terminals = drafts.iter().map(|draft| &draft.terminal).chain(below.terminals());
            terminals.fold(Amount::ZERO, |sum, terminal| {
                let origins = terminal.origins[policy].as_ref();
                let part = origins.map_or(Amount::ZERO, |origins| origins[asset]);
                sum.checked_add(part).unwrap_or_else(|| panic!("origins sum beyond 256 bits"))
            })
        };
        let statement = |(number, policy): (usize, Policy)| {
            let balance = |asset: usize| {
                let StolenAsset { asset: id, amount, .. } = &stolen[asset];
                let balance = Balance { stolen: *amount, accounted: sum(number, asset) };
                assert_eq!(
                    balance.stolen, balance.accounted,
                    "{policy} does not account for every unit of {id}"
                );
                balance
            };
            policy.is_conserving().then(|| (0..stolen.len()).map(balance).collect())
        };
        self.policies().enumerate().map(|(number, policy)| statement((number, policy))).collect()
    }

    fn limits(&self) -> Vec<String> {
        let mut limits = Vec::new();
        if self.book.is_full() {
            limits.push(format!(
                "edges: the first {EDGES_MAX} are listed; the sums are complete, the timeline and \
                 the edges are not"
            ));
        }
        for (policy, state) in &self.states {
            if state.runs_merged() > 0 {
                limits.push(format!(
                    "runs: under {policy}, holdings with more than {RUNS_MAX} runs had their \
                     oldest tainted runs merged {} times",
                    state.runs_merged()
                ));
            }
        }
        if self.thefts.later > 0 {
            limits.push(format!(
                "until: {} stolen entries come later than the end that was asked for",
                self.thefts.later
            ));
        }
        limits
    }

    /// Adds the bounds of the largest terminals.
    fn add_bounds(
        &self,
        drafts: &mut [Draft],
        all: u64,
        stolen: &[StolenAsset],
        limits: &mut Vec<String>,
    ) {
        if self.book.flows.is_empty() {
            return;
        }
        if self.book.flows.len() > bounds::FLOWS_MAX || self.book.is_full() {
            limits.push(format!(
                "bounds: not computed, the traced graph has more than {} transfers",
                bounds::FLOWS_MAX
            ));
            return;
        }
        if all > bounds::TERMINALS_MAX as u64 {
            limits.push(format!(
                "bounds: computed for the {} largest of {all} terminals",
                bounds::TERMINALS_MAX,
            ));
        }
        let bounded = drafts.len().min(bounds::TERMINALS_MAX);
        let sinks: Vec<Sink> = drafts[..bounded].iter().map(|d| sink(d.place)).collect();
        for (asset, stolen) in stolen.iter().enumerate() {
            let number = u32::try_from(asset).unwrap_or(u32::MAX);
            let (answers, limited) = bounds::bounds(&self.book.flows, number, &sinks);
            for (draft, answer) in drafts[..bounded].iter_mut().zip(answers) {
                draft.terminal.bounds[asset] =
                    answer.map(|(lo, hi)| Bounds { lo: lo.to_amount(), hi: hi.to_amount() });
            }
            if limited {
                limits.push(format!(
                    "bounds: for {}, the search was ended before all terminals were bounded",
                    stolen.asset
                ));
            }
        }
    }

    fn edges(&self, rows: &BTreeMap<u64, usize>) -> Result<Vec<Edge>, ReadError> {
        let tainted = self.tainted(|_| true);
        let mut edges = Vec::new();
        for (index, note) in self.book.edges.iter().enumerate() {
            let parts: Vec<Amount> =
                tainted.iter().map(|tainted| tainted[index].to_amount()).collect();
            if parts.iter().all(|part| part.is_zero()) {
                continue;
            }
            let transaction = self.ledger().transaction(note.tx)?;
            let asset = self.ledger().asset(AssetIx(note.asset)).clone();
            let row = || place_key(note.place).and_then(|key| rows.get(&key)).copied();
            let stops = matches!(note.place.resolve(), Resolved::Terminal(_));
            let at = transaction.point.map(|mut point| {
                point.event_index = note.event.unwrap_or(0);
                point
            });
            edges.push(Edge {
                grade: note.grade,
                chain: asset.chain(),
                tx: transaction.hash,
                at,
                time: transaction.time,
                from: self.party(note.from)?,
                to: self.party(note.to)?,
                asset,
                amount: note.amount.to_amount(),
                tainted: parts,
                link: self.link(note.link),
                source: transaction.source,
                terminal: stops.then(row).flatten(),
            });
        }
        Ok(edges)
    }

    fn link(&self, note: LinkNote<U>) -> Option<Link> {
        match note {
            LinkNote::None => None,
            LinkNote::Theft => Some(Link::Theft),
            LinkNote::Swap { asset, amount } => Some(Link::Swap {
                asset: self.ledger().asset(AssetIx(asset)).clone(),
                amount: amount.to_amount(),
            }),
            LinkNote::BridgeIn { crossing } => {
                let crossing = self.scene.crossings.get(crossing as usize)?;
                Some(Link::BridgeIn {
                    bridge: crossing.bridge.clone(),
                    id: crossing.id.clone(),
                    destination: crossing.destination.clone(),
                })
            }
            LinkNote::BridgeOut { crossing, payout } => {
                let crossing = self.scene.crossings.get(crossing as usize)?;
                Some(Link::BridgeOut {
                    bridge: crossing.bridge.clone(),
                    id: crossing.id.clone(),
                    class: crossing.class,
                    candidates: crossing.candidates,
                    deposit: crossing.deposit.tx.clone(),
                    custody: crossing.deposit.account.clone(),
                    asset: crossing.deposit.asset.clone(),
                    amount: crossing.payouts.get(payout as usize)?.part,
                })
            }
        }
    }

    fn party(&self, side: Side) -> Result<Party, ReadError> {
        Ok(match side {
            Side::Account(number) => Party::Account(self.account(number)?),
            Side::Output { output, holder } if output != OutputIx::NONE => {
                let is_held = holder != AccountIx::NONE;
                Party::Output {
                    output: self.ledger().output(OutputIx(output))?,
                    account: is_held.then(|| self.account(holder)).transpose()?,
                }
            }
            Side::Output { holder, .. } if holder != AccountIx::NONE => {
                Party::Account(self.account(holder)?)
            }
            Side::Output { .. } | Side::Nobody => Party::Nobody,
            Side::Transaction => Party::Transaction,
        })
    }

    fn coverage(&self) -> BTreeMap<ChainId, Coverage> {
        let coverage = |chain: &hawkshaw_model::ChainSummary| {
            (chain.id.clone(), Coverage { heights: chain.heights, times: chain.times })
        };
        self.ledger().chains().iter().map(coverage).collect()
    }

    /// The time of the last transaction that was looked at.
    fn as_of(&self) -> Result<Timestamp, ReadError> {
        let mut latest = None;
        for chain in self.ledger().chains() {
            let end = end_of(self.ledger(), chain, self.scene.options.until)?.0;
            if end > chain.txs.start {
                latest = latest.max(Some(self.time(TxIx(end - 1))?));
            }
        }
        Ok(latest.unwrap_or_default())
    }

    /// The time of the transaction that is so many along the program.
    pub(crate) fn time_of_moment(&self, moment: u32) -> Result<Timestamp, ReadError> {
        let tx = self.book.moments.get(moment as usize);
        tx.map_or_else(|| Ok(Timestamp::default()), |tx| self.time(*tx))
    }
}

fn origin_amounts<U: Units>(origin: Option<&OriginVector<U>>, assets: usize) -> OriginAmounts {
    match origin {
        Some(origin) => origin.entries().iter().map(|entry| entry.to_amount()).collect(),
        None => vec![Amount::ZERO; assets],
    }
}

/// A place as a key; `None` for clean places.
pub(crate) fn place_key(place: Place) -> Option<u64> {
    match place.resolve() {
        Resolved::Clean => None,
        Resolved::Holding(holding) => Some(holding as u64),
        Resolved::Terminal(terminal) => Some(1 << 32 | terminal as u64),
    }
}

fn sink(place: Place) -> Sink {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    match place.resolve() {
        Resolved::Terminal(terminal) => Sink::Terminal(number(terminal)),
        Resolved::Holding(holding) => Sink::Held(number(holding)),
        Resolved::Clean => Sink::Held(u32::MAX),
    }
}
