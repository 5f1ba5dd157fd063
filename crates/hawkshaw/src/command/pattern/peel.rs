//! `hawkshaw pattern peel`.

mod as_json;
mod as_text;
mod book;
mod words;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use alloy_primitives::U256;
use anyhow::anyhow;
use hawkshaw_attribution::TagIndex;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, AssetList, ChainSummary, Ledger, LedgerKind, Printable, ReadError, TxIx, UtxoTx,
};
use hawkshaw_report::InputRole;
use hawkshaw_wallets::change::Surroundings;
use hawkshaw_wallets::peel::{
    Carried, Origin, PeelChain, PeelSettings, carried, follow, follow_transaction, origin,
    origin_of, starts_of,
};

use crate::cli::pattern::peel::PeelArguments;
use crate::exit::Failure;
use crate::input::{self, InputFile};
use crate::investigation;
use crate::screen::{self, Activity};
use crate::store;
use crate::target::Target;
use book::Book;

/// Outputs of an address that are looked at; beyond, it is said that there are more.
const OUTPUTS_MAX: usize = 20_000;
/// Chains of an address: those that begin with the most, so that dust hides none.
const STARTS_MAX: usize = 1_000;
/// Outputs of a transaction that chains are begun at.
const BRANCHES_MAX: usize = 100;
const DAY_SECONDS: u64 = 86_400;

/// What was found.
#[derive(Debug)]
struct Answer {
    /// The target as files hold it.
    target: String,
    settings: PeelSettings,
    chains: Vec<PeelChain>,
    /// Where the target came from, where that was asked.
    origin: Option<Origin>,
    limits: Vec<String>,
}

pub(crate) fn run(arguments: &PeelArguments, quiet: bool) -> Result<(), Failure> {
    let activity = Activity::start(quiet);
    activity.now("reading tags");
    let tags = read_tags(arguments)?;
    activity.now("reading the ledger");
    if let Some(path) = &arguments.store {
        let snapshot = store::open(path)?;
        let gaps = store::lacks(&snapshot);
        return answer(arguments, &snapshot, &tags, gaps, &activity);
    }
    let mut files = Vec::new();
    for path in &arguments.ledger {
        for file in input::ledger_files(path)? {
            files.push(InputFile::read(InputRole::Ledger, &file)?);
        }
    }
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(file.digest) && !crate::evidence::is_evidence(file));
    let named: Vec<_> = files.iter().map(|file| (file.shown(), &file.bytes)).collect();
    let named = named.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let (ledger, defects) = MemoryLedger::from_files(named).map_err(Failure::bad_data)?;
    let defects = defects.iter().map(|(reason, count)| format!("defect: {reason} ({count})"));
    answer(arguments, &ledger, &tags, defects.collect(), &activity)
}

fn read_tags(arguments: &PeelArguments) -> Result<TagIndex, Failure> {
    let mut files = Vec::new();
    for path in &arguments.tags {
        for file in input::tag_files(path)? {
            files.push(InputFile::read(InputRole::Tags, &file)?);
        }
    }
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(file.digest));
    investigation::read_tags(&mut files)
}

fn answer(
    arguments: &PeelArguments,
    ledger: &dyn Ledger,
    tags: &TagIndex,
    limits: Vec<String>,
    activity: &Activity,
) -> Result<(), Failure> {
    let (target, chain) = find(&arguments.target, ledger)?;
    activity.now("following the chain");
    let mix = |tx: &UtxoTx| hawkshaw_coinjoin::mix(ledger, tx);
    let stop = |account: &Account| tags.stop(account);
    let around = Surroundings { ledger, mix: &mix, stop: &stop };
    let settings = PeelSettings {
        hops_max: usize::try_from(arguments.hops).unwrap_or(usize::MAX),
        dwell_max: arguments.dwell_max.map(|days| u64::from(days) * DAY_SECONDS),
    };
    let search = Search { around, settings, backwards: arguments.backwards };
    let answer = search.answer(&target, limits).map_err(Failure::bad_data)?;
    let assets = AssetList::built_in();
    let book = Book { ledger, chain, tags, assets: &assets };
    let text = match arguments.json {
        true => as_json::render(&book, &answer),
        false => as_text::render(&book, &answer),
    };
    screen::answer(text.map_err(Failure::bad_data)?.as_bytes())
}

/// The target, and its chain, which is one of outputs.
fn find<'a>(text: &str, ledger: &'a dyn Ledger) -> Result<(Target, &'a ChainSummary), Failure> {
    let text = text.trim();
    if Target::is_folder(text) {
        return Err(Failure::Usage(anyhow!(
            "`{}` is no output (txid:vout), transaction or address",
            Printable(text)
        )));
    }
    let target = Target::find(text, ledger)?;
    let is_its = |chain: &&ChainSummary| target.chain() == Some(&chain.id);
    match ledger.chains().iter().find(is_its) {
        Some(chain) if chain.kind == LedgerKind::Outputs => Ok((target, chain)),
        Some(chain) => Err(Failure::Usage(anyhow!(
            "{} keeps balances: peel chains are of chains of outputs, such as Bitcoin",
            chain.id.name()
        ))),
        None => Err(Failure::Usage(anyhow!(
            "`{}` is no output (txid:vout), transaction or address",
            Printable(text)
        ))),
    }
}

/// The groups that hold the most, in the order in which they came.
fn largest(groups: Vec<Vec<Carried>>) -> Vec<Vec<Carried>> {
    let sum = |group: &Vec<Carried>| {
        let amounts = group.iter().map(|one| one.amount.to_u256());
        amounts.fold(U256::ZERO, U256::saturating_add)
    };
    let mut groups: Vec<_> = groups.into_iter().enumerate().collect();
    groups.sort_by_key(|(place, group)| (Reverse(sum(group)), *place));
    groups.truncate(STARTS_MAX);
    groups.sort_by_key(|(place, _)| *place);
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What is done for a target.
struct Search<'a> {
    around: Surroundings<'a>,
    settings: PeelSettings,
    backwards: bool,
}

impl Search<'_> {
    fn answer(&self, target: &Target, limits: Vec<String>) -> Result<Answer, ReadError> {
        let ledger = self.around.ledger;
        let (chains, origin, mut more) = match target {
            Target::Output(output) => {
                let number = ledger.find_output(output)?;
                let start = number.map(|number| carried(ledger, number)).transpose()?.flatten();
                let origin = self.origin_of_output(start)?;
                let groups = start.into_iter().map(|one| vec![one]).collect();
                (self.follow_all(groups)?, origin, Vec::new())
            }
            Target::Transaction(tx) => {
                let found = ledger.find_tx(tx)?.map(|tx| ledger.utxo_tx(tx)).transpose()?.flatten();
                let (chains, limits) = self.of_transaction(found.as_ref())?;
                let origin = match found.filter(|_| self.backwards) {
                    Some(tx) => Some(origin_of(&self.around, &self.settings, &tx)?),
                    None => None,
                };
                (chains, origin, limits)
            }
            Target::Account(account) => {
                let number = ledger.find_account(account)?;
                let starts =
                    number.map(|number| starts_of(ledger, number, OUTPUTS_MAX)).transpose()?;
                let starts = starts.unwrap_or_default();
                let mut limits = Vec::new();
                if starts.is_cut {
                    limits.push(format!(
                        "the address was paid more than {OUTPUTS_MAX} outputs: the first \
                         {OUTPUTS_MAX} are looked at"
                    ));
                }
                let groups = starts.groups.len();
                let starts = largest(starts.groups);
                if starts.len() < groups {
                    limits.push(format!(
                        "{groups} chains begin at the address: the {STARTS_MAX} that begin with \
                         the most are followed"
                    ));
                }
                let first = starts.first().and_then(|group| group.first()).copied();
                let origin = self.origin_of_output(first)?;
                (self.follow_all(starts)?, origin, limits)
            }
            Target::Case(_) => <_>::default(),
        };
        more.extend(limits);
        let hops = chains.iter().filter(|chain| chain.end.as_str() == "hop-limit").count();
        if hops > 0 {
            more.push(format!(
                "{hops} of the chains go on beyond {} transactions: raise --hops",
                self.settings.hops_max
            ));
        }
        let target = target.in_files().unwrap_or_default();
        Ok(Answer { target, settings: self.settings, chains, origin, limits: more })
    }

    fn origin_of_output(&self, output: Option<Carried>) -> Result<Option<Origin>, ReadError> {
        let Some(output) = output.filter(|_| self.backwards) else { return Ok(None) };
        let ledger = self.around.ledger;
        let (maker, _) = ledger.maker(output.output)?;
        let Some(tx) = ledger.utxo_tx(maker)? else { return Ok(None) };
        origin(&self.around, &self.settings, &tx, &[output.output]).map(Some)
    }

    /// The chain that begins with a transaction, and, where it stops in it, those of its outputs.
    fn of_transaction(
        &self,
        tx: Option<&UtxoTx>,
    ) -> Result<(Vec<PeelChain>, Vec<String>), ReadError> {
        let Some(tx) = tx else { return Ok(<_>::default()) };
        let first = follow_transaction(&self.around, &self.settings, tx)?;
        let is_over = first.hops.len() <= 1 && first.end.as_str() == "unresolved";
        if !is_over {
            return Ok((vec![first], Vec::new()));
        }
        let mut limits = Vec::new();
        if first.rest.len() > BRANCHES_MAX {
            limits.push(format!(
                "the transaction has {} outputs that could be its change: the first \
                 {BRANCHES_MAX} are followed",
                first.rest.len()
            ));
        }
        let branches = first.rest.iter().take(BRANCHES_MAX).map(|one| vec![*one]).collect();
        let mut chains = vec![first];
        chains.extend(self.follow_all(branches)?);
        Ok((chains, limits))
    }

    /// The chains of some groups of outputs. A transaction is in one chain only.
    fn follow_all(&self, groups: Vec<Vec<Carried>>) -> Result<Vec<PeelChain>, ReadError> {
        let mut known: BTreeSet<TxIx> = BTreeSet::new();
        let mut passed = BTreeSet::new();
        let mut chains = Vec::new();
        for group in groups {
            // What an earlier chain carried is no beginning.
            if group.iter().all(|one| passed.contains(&one.output)) {
                continue;
            }
            let chain = follow(&self.around, &self.settings, &known, group)?;
            known.extend(chain.hops.iter().map(|hop| hop.tx));
            passed.extend(chain.hops.iter().flat_map(|hop| &hop.next).map(|one| one.output));
            chains.push(chain);
        }
        Ok(chains)
    }
}
