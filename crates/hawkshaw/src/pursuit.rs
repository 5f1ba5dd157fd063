//! Following money with an explorer: every address costs a request, so only what the money
//! reached is asked for, the largest part first.
//!
//! trace what is known → ask for the histories of the accounts where data end → trace again,
//! until nothing above the floor is open, the budget is spent, or somebody stops it. The case
//! folder that comes out needs no explorer any more.

mod book;
mod folder;
mod frontier;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::anyhow;
use hawkshaw_chains::Defects;
use hawkshaw_model::rows::Rows;
use hawkshaw_model::{
    Account, Address, AssetList, Case, CoverageClaim, Ledger, Printable, Stolen, Timestamp, TxHash,
    TxId,
};
use hawkshaw_report::Parameters;
use hawkshaw_source::{
    Cache, CacheMode, Explorer, History, SourceError, SourceFault, open_explorer,
};

use self::book::Book;
use self::folder::CaseFolder;
use self::frontier::Open;
use crate::cli::PursuitArguments;
use crate::draft::Draft;
use crate::exit::Failure;
use crate::investigation::{self, LedgerPlace};
use crate::screen::{self, Meter};
use crate::source::{self, failure};
use crate::target::{Target, short};

/// How many histories are asked for at once. It decides in which order they are asked for, so it
/// does not depend on the machine.
const AT_ONCE: usize = 4;
/// How many accounts in a row may be refused before it is rather the explorer that fails.
const REFUSALS_MAX: u32 = 3;
/// Shares are counted in parts of this.
const WHOLE: u64 = 1_000_000;
/// Requests a second, in thousandths, where the user names no rate: what explorers allow whoever
/// has a free key, with some room.
const RATE_MILLI: u32 = 3_000;

/// What is asked of an explorer.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    /// What the user typed.
    pub(crate) target: &'a str,
    /// From when on credits of a bare address count as stolen.
    pub(crate) since: Option<Timestamp>,
    /// How many histories may be asked for.
    pub(crate) budget: u64,
    /// How many rows a history may have.
    pub(crate) rows_max: u64,
    /// The case folder, where the user names one.
    pub(crate) case: Option<&'a PathBuf>,
    pub(crate) tags: &'a [PathBuf],
    pub(crate) parameters: &'a Parameters,
    pub(crate) quiet: bool,
}

/// Why a pursuit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing above the floor is open.
    Closed,
    /// The budget is spent.
    OutOfBudget,
    /// A person stopped it.
    Stopped,
}

/// What came of a pursuit.
#[derive(Debug)]
pub(crate) struct Pursued {
    /// The case folder, which holds all that the trace rests on.
    pub(crate) folder: PathBuf,
    pub(crate) end: End,
}

/// The folder of the case that a wish is about.
fn folder_of(wish: &Wish<'_>) -> PathBuf {
    match wish.case {
        Some(folder) => folder.clone(),
        None if Target::is_folder(wish.target) => PathBuf::from(wish.target),
        None => PathBuf::from(format!("case-{}", short(wish.target))),
    }
}

/// Opens the explorer at a URL and follows the money of a target with it.
pub(crate) fn open(
    wish: &Wish<'_>,
    url: &str,
    arguments: &PursuitArguments,
    interrupt: &Arc<AtomicBool>,
) -> Result<Pursued, Failure> {
    let mut asking = arguments.asking.clone();
    // What free keys are allowed.
    asking.rate = asking.rate.or(Some(RATE_MILLI));
    let client = source::client(url, &asking, interrupt)?;
    let folder = CaseFolder::open(&folder_of(wish))?;
    check_since(wish, &folder)?;
    let mode = if arguments.offline { CacheMode::Offline } else { CacheMode::AskForTheRest };
    folder::make(&folder.cache())?;
    let cache = Cache::open(&folder.cache().join("answers"), mode).map_err(failure)?;
    let options = source::explorer_options(&asking);
    let explorer = open_explorer(&client, Some(cache), &options).map_err(failure)?;
    let target = Target::parse(wish.target, explorer.chain())?;
    pursue(wish, &target, folder, &*explorer, interrupt)
}

/// Refuses, before anybody is asked, a target that lacks its time or has no use for one.
fn check_since(wish: &Wish<'_>, folder: &CaseFolder) -> Result<(), Failure> {
    let is_address = !Target::is_folder(wish.target) && !Target::is_of_transaction(wish.target);
    let error = match (wish.since, is_address) {
        (None, true) if !folder.has_case() => anyhow!(
            "--since is missing: it says from when on what came to {} counts as stolen",
            Printable(wish.target)
        ),
        (Some(_), false) => anyhow!(
            "--since is for a bare address: {} says by itself what was stolen",
            Printable(wish.target)
        ),
        _ => return Ok(()),
    };
    Err(Failure::Usage(error))
}

/// Follows the money of a target and writes its case folder.
fn pursue(
    wish: &Wish<'_>,
    target: &Target,
    mut folder: CaseFolder,
    explorer: &dyn Explorer,
    interrupt: &Arc<AtomicBool>,
) -> Result<Pursued, Failure> {
    let book = Book::new(explorer.chain(), &folder.cache().join("ledger"))?;
    let mut pursuit = Pursuit {
        wish,
        explorer,
        interrupt,
        book,
        complete: BTreeSet::new(),
        lists: BTreeMap::new(),
        closed: BTreeSet::new(),
        limits: Vec::new(),
        lacks: BTreeSet::new(),
        defects: Defects::default(),
        asked: 0,
        refusals: 0,
    };
    let case = pursuit.begin(target, &mut folder)?;
    let end = pursuit.follow(&case, &folder);
    if let Err(failure) = &end {
        pursuit.limits.push(format!("the explorer was not asked further: {}", failure.reason()));
    }
    pursuit.doubt()?;
    pursuit.write(&folder)?;
    Ok(Pursued { end: end?, folder: folder.path })
}

/// A pursuit on its way.
struct Pursuit<'a> {
    wish: &'a Wish<'a>,
    explorer: &'a dyn Explorer,
    interrupt: &'a Arc<AtomicBool>,
    book: Book,
    /// Accounts whose histories are whole.
    complete: BTreeSet<Account>,
    /// The transactions that their histories list.
    lists: BTreeMap<Account, BTreeSet<TxHash>>,
    /// Accounts whose histories cannot be had.
    closed: BTreeSet<Account>,
    /// What every answer has to say.
    limits: Vec<String>,
    /// Lists that the explorer does not have.
    lacks: BTreeSet<&'static str>,
    /// What was left out of what the explorer told.
    defects: Defects,
    /// How many histories were asked for.
    asked: u64,
    /// How many of them were refused in a row.
    refusals: u32,
}

impl Pursuit<'_> {
    /// Brings in the thefts, and drafts the case where there is none.
    fn begin(&mut self, target: &Target, folder: &mut CaseFolder) -> Result<Case, Failure> {
        if let Some(case) = folder.case()? {
            self.go_on(target, folder)?;
            self.bring_thefts(&case)?;
            return Ok(case);
        }
        match target {
            Target::Case(path) => {
                let error = anyhow!("{} is no case folder: it has no case.toml", path.display());
                return Err(Failure::Usage(error));
            }
            Target::Account(account) => {
                self.bring_history(account)?;
                if !self.complete.contains(account) {
                    return Err(Failure::BadData(anyhow!("{}", self.limits.join("; "))));
                }
            }
            Target::Transaction(tx) => self.bring(tx)?,
            Target::Output(output) => self.bring(output.tx())?,
        }
        self.draft(target, folder)
    }

    /// Checks that a case that is there is the one that is meant, and asks first for what its
    /// draft was made of.
    fn go_on(&mut self, target: &Target, folder: &CaseFolder) -> Result<(), Failure> {
        let shown = folder.path.display();
        if let Some(wanted) = self.followed(target)
            && folder.followed().is_some_and(|followed| followed != wanted)
        {
            let error = anyhow!(
                "{shown} is the case of {}, and {wanted} was asked for: name another folder with \
                 --case, or trace the folder itself",
                folder.followed().unwrap_or_default()
            );
            return Err(Failure::Usage(error));
        }
        if !matches!(target, Target::Case(_)) {
            let text = format!("{shown}/case.toml is there: what it lists as stolen is followed");
            screen::say(self.wish.quiet, &text);
        }
        let drafted = folder.followed().and_then(|text| text.split(' ').next());
        let drafted = drafted.map(|text| Target::parse(text, self.explorer.chain())).transpose()?;
        if let Some(Target::Account(account)) = drafted {
            self.bring_history(&account)?;
        }
        Ok(())
    }

    /// What a case of a target is drafted from, as its folder holds it.
    fn followed(&self, target: &Target) -> Option<String> {
        let since = self.wish.since.map_or_else(String::new, |since| format!(" since {since}"));
        target.in_files().map(|text| text + &since)
    }

    fn bring_history(&mut self, account: &Account) -> Result<(), Failure> {
        self.asked += 1;
        let history = self.explorer.history(account.address(), self.wish.rows_max);
        self.take(account, Ok(history.map_err(failure)?))
    }

    /// Writes the case of a bare target.
    fn draft(&self, target: &Target, folder: &mut CaseFolder) -> Result<Case, Failure> {
        let since = self.wish.since;
        let explorer = self.explorer.name();
        let ledger = self.book.ledger()?;
        let draft = ledger
            .map(|ledger| Draft::new(&*ledger, target, self.wish.target, since))
            .transpose()?
            .filter(|draft| !draft.found.thefts.is_empty());
        let Some(draft) = draft else {
            let error = match since {
                Some(since) => anyhow!("{explorer} knows of nothing that came to it since {since}"),
                None => anyhow!("{explorer} knows of nothing that it brought anybody"),
            };
            return Err(Failure::BadData(error));
        };
        let word = "Everything below is assumed to be stolen. Remove the entries that are not, \
                    then run\nthe same command again: what the explorer said is kept in cache/.";
        let followed = self.followed(target).unwrap_or_default();
        folder.draft(draft.to_toml(Some(explorer), word), followed)?;
        let path = folder.path.join("case.toml");
        let text = format!(
            "{} credits are listed as stolen in {}: remove those that are not, and run the same \
             command again",
            draft.found.thefts.len(),
            path.display()
        );
        screen::say(self.wish.quiet, &text);
        match folder.case()? {
            Some(case) => Ok(case),
            None => Err(Failure::BadData(anyhow!("{} is gone", path.display()))),
        }
    }

    /// Brings in the transactions of the thefts of a case.
    fn bring_thefts(&mut self, case: &Case) -> Result<(), Failure> {
        let txs = case.stolen.iter().map(|stolen| match stolen {
            Stolen::Transfer { tx, to, .. } => (tx, to.clone()),
            Stolen::Output(output) => (output.tx(), None),
        });
        let mut ledger = self.book.ledger()?;
        for (tx, to) in txs {
            if tx.chain() != self.explorer.chain() {
                let error = anyhow!("{tx} is not on {}", self.explorer.chain());
                return Err(Failure::Usage(error));
            }
            if is_known(ledger.as_deref(), tx)? {
                continue;
            }
            // The history of whoever got it will be wanted anyway, and holds the theft.
            let to = to.filter(|to| !self.complete.contains(to) && !self.closed.contains(to));
            if let Some(to) = to {
                self.bring_history(&to)?;
                ledger = self.book.ledger()?;
            }
            if !is_known(ledger.as_deref(), tx)? {
                self.bring(tx)?;
                ledger = self.book.ledger()?;
            }
        }
        Ok(())
    }

    fn bring(&mut self, tx: &TxId) -> Result<(), Failure> {
        match self.explorer.transaction(&tx.hash()).map_err(failure)? {
            Some(told) => {
                let what = tx.hash().on(tx.chain());
                let gaps = told.gaps.iter().chain(&told.notes);
                let gaps = gaps.map(|gap| format!("of transaction {what} {gap}"));
                self.limits.extend(gaps);
                self.lacks.extend(told.lacks);
                self.defects.add(&told.defects);
                self.book.add(told.rows)
            }
            None => Err(Failure::BadData(anyhow!("{} knows no {tx}", self.explorer.name()))),
        }
    }

    /// Asks for what is open until nothing is.
    fn follow(&mut self, case: &Case, folder: &CaseFolder) -> Result<End, Failure> {
        let mut files =
            investigation::gather(&folder.path, LedgerPlace::Store, self.wish.tags, true)?;
        let tags = investigation::read_tags(&mut files)?;
        let mut assets = AssetList::built_in();
        case.assets.iter().for_each(|info| assets.add(info.clone()));
        let meter = Meter::rows(self.wish.quiet, "following");
        loop {
            let known = Case {
                coverage: CoverageClaim::Only(self.complete.iter().cloned().collect()),
                ..case.clone()
            };
            let Some(ledger) = self.book.ledger()? else { return Ok(End::Closed) };
            let stop = |account: &Account| tags.stop(account);
            let options = frontier::options(self.wish.parameters);
            let trace = hawkshaw_trace::trace(&hawkshaw_trace::Scene::new(
                &*ledger, &known, &assets, &stop, &options,
            ))
            .map_err(investigation::refusal)?;
            drop(ledger);
            let known = |account: &Account| {
                self.complete.contains(account) || self.closed.contains(account)
            };
            let open = frontier::open(&trace, &known, options.floor);
            let share: u64 = frontier::share(&trace);
            meter.with(WHOLE.saturating_sub(share), WHOLE, || {
                format!("{} histories, {} open", self.asked, frontier::percent(share))
            });
            let left = self.wish.budget.saturating_sub(self.asked);
            let count = AT_ONCE.min(usize::try_from(left).unwrap_or(usize::MAX));
            let next: Vec<Account> =
                open.iter().take(count).map(|open| open.account.clone()).collect();
            let end = match (open.is_empty(), self.interrupt.load(Ordering::Relaxed)) {
                (true, _) => End::Closed,
                (_, true) => End::Stopped,
                _ if next.is_empty() => End::OutOfBudget,
                _ => {
                    self.ask(&next)?;
                    continue;
                }
            };
            self.note_end(&end, share, &open);
            return Ok(end);
        }
    }

    /// Asks for histories side by side and takes them in their order.
    fn ask(&mut self, accounts: &[Account]) -> Result<(), Failure> {
        let (explorer, rows_max) = (self.explorer, self.wish.rows_max);
        let answers: Vec<Result<History, SourceError>> = std::thread::scope(|scope| {
            let asked: Vec<_> = accounts
                .iter()
                .map(|account| scope.spawn(move || explorer.history(account.address(), rows_max)))
                .collect();
            let join = |asked: std::thread::ScopedJoinHandle<'_, _>| {
                asked.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            asked.into_iter().map(join).collect()
        });
        for (account, answer) in accounts.iter().zip(answers) {
            self.asked += 1;
            self.take(account, answer)?;
        }
        Ok(())
    }

    /// Takes the history of an account, or notes why it cannot be had.
    fn take(
        &mut self,
        account: &Account,
        answer: Result<History, SourceError>,
    ) -> Result<(), Failure> {
        let address = account.address_for_people();
        let reason = match answer {
            Ok(history) if history.is_whole() && self.fits(account, &history.rows)?.is_none() => {
                self.refusals = 0;
                self.lacks.extend(&history.lacks);
                self.defects.add(&history.defects);
                let notes = history.notes.iter();
                self.limits.extend(notes.map(|note| format!("of the history of {address} {note}")));
                self.lists.insert(account.clone(), txs_in(&history.rows));
                self.book.add(history.rows)?;
                self.complete.insert(account.clone());
                return Ok(());
            }
            Ok(history) => {
                let gaps = history.gaps.iter().cloned();
                let gaps: Vec<String> = gaps.chain(self.fits(account, &history.rows)?).collect();
                format!("is not whole and was not taken: {}", gaps.join("; "))
            }
            Err(error) if is_of_one_account(&error.fault) && self.refusals < REFUSALS_MAX => {
                self.refusals += u32::from(matches!(error.fault, SourceFault::Refused(_)));
                format!("cannot be had: {}", error.fault)
            }
            // Asked again after a stop, it is still open.
            Err(error) if matches!(error.fault, SourceFault::Stopped) => return Ok(()),
            Err(error) => return Err(failure(error)),
        };
        self.limits.push(format!(
            "the history of {address} {reason}: value that reached it ends there as no-data"
        ));
        self.closed.insert(account.clone());
        Ok(())
    }

    /// Why a history is not the whole one of its account, where that can be seen.
    fn fits(&self, account: &Account, rows: &Rows) -> Result<Option<String>, Failure> {
        let is_own = |address: &Option<Address>| address.as_ref() == Some(account.address());
        let of_moves = rows
            .transfers
            .iter()
            .filter(|row| is_own(&row.from) || is_own(&row.to) || is_own(&row.sender))
            .map(|row| row.spot.tx);
        let of_legs = rows.legs.iter().filter(|leg| is_own(&leg.holder)).map(|leg| leg.spot.tx);
        // Who was created by a transaction takes part in it without being named.
        let of_calls = rows
            .calls
            .iter()
            .filter(|call| is_own(&call.sender) || is_own(&call.to) || call.to.is_none())
            .map(|call| call.spot.tx);
        let own: BTreeSet<TxHash> = of_moves.chain(of_legs).chain(of_calls).flatten().collect();
        let listed = txs_in(rows);
        let foreign = listed.difference(&own).count();
        if foreign > 0 {
            return Ok(Some(format!(
                "it lists {foreign} transactions that are not of the account"
            )));
        }
        self.lacks(account, &listed)
    }

    /// What a list of an account lacks that histories of others have.
    fn lacks(
        &self,
        account: &Account,
        listed: &BTreeSet<TxHash>,
    ) -> Result<Option<String>, Failure> {
        let known = self.book.txs_of(account)?;
        let mut missing = known.difference(listed);
        let count = missing.clone().count();
        Ok(missing.next().map(|first| {
            let first = first.on(account.chain());
            format!("it lacks {count} transactions that histories of others have, such as {first}")
        }))
    }

    /// Believes no list any more that lacks what histories that came later have.
    fn doubt(&mut self) -> Result<(), Failure> {
        let lists = std::mem::take(&mut self.lists);
        for (account, listed) in &lists {
            if let Some(reason) = self.lacks(account, listed)? {
                let address = account.address_for_people();
                self.limits.push(format!(
                    "the history of {address} is not whole: {reason}: value that reached it ends \
                     there as no-data"
                ));
                self.complete.remove(account);
            }
        }
        Ok(())
    }

    fn note_end(&mut self, end: &End, share: u64, open: &[Open]) {
        let because = match end {
            End::Closed => return,
            End::OutOfBudget => format!("the budget of {} histories was spent", self.wish.budget),
            End::Stopped => "it was stopped".to_owned(),
        };
        let next = open.first().map_or_else(String::new, |open| {
            format!(", next at {}", open.account.address_for_people())
        });
        self.limits.push(format!(
            "{because} while {} of the theft was still open{next}",
            frontier::percent(share)
        ));
    }

    fn write(&self, folder: &CaseFolder) -> Result<(), Failure> {
        let complete: Vec<Account> = self.complete.iter().cloned().collect();
        self.book.write(&folder.path)?;
        let defects = source::named(&self.defects).into_iter();
        let defects = defects.map(|(reason, count)| {
            format!("in what {} told: {count} × {reason}", self.explorer.name())
        });
        let lacks = self.lacks.iter().map(|list| {
            let name = self.explorer.name();
            format!("{name} has no list {list}: what it would say is missing from every history")
        });
        let limits: Vec<String> = self.limits.iter().cloned().chain(lacks).chain(defects).collect();
        folder.write(&complete, &limits)
    }
}

/// Whether a ledger holds a transaction.
fn is_known(ledger: Option<&dyn Ledger>, tx: &TxId) -> Result<bool, Failure> {
    match ledger {
        Some(ledger) => Ok(ledger.find_tx(tx).map_err(Failure::bad_data)?.is_some()),
        None => Ok(false),
    }
}

/// The transactions that rows are of.
fn txs_in(rows: &Rows) -> BTreeSet<TxHash> {
    let moves = rows.transfers.iter().map(|row| row.spot.tx);
    moves.chain(rows.legs.iter().map(|leg| leg.spot.tx)).flatten().collect()
}

/// Whether a fault says something of one account only, so that others can be asked for.
fn is_of_one_account(fault: &SourceFault) -> bool {
    matches!(fault, SourceFault::TooLarge(_) | SourceFault::TooSlow(_) | SourceFault::Refused(_))
}
