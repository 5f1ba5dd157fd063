//! What clusters are asked of: the ledger, the tags, and the accounts that are meant.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use hawkshaw_attribution::TagIndex;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_ledger::store::Snapshot;
use hawkshaw_model::{Account, AccountIx, ChainId, Ledger, LedgerKind, Printable};
use hawkshaw_report::InputRole;
use hawkshaw_report::ledger::coverage_text;
use hawkshaw_wallets::Marks;

use super::answer::Subject;
use crate::cli::cluster::ClusterArguments;
use crate::exit::Failure;
use crate::input::{self, InputFile};
use crate::{evidence, investigation, screen, store};

/// Tags below this level, as trust goes from 0 to 100, name no actor, just as they stop no trace.
const ACTOR_LEVEL_MIN: u8 = 20;

/// The ledger that is asked.
#[derive(Debug)]
pub(super) enum Ground {
    /// A store, and its folder.
    Store(Box<Snapshot>, PathBuf),
    /// Files, read into memory, and what was wrong with single rows.
    Files(Box<MemoryLedger>, Vec<String>),
}

impl Ground {
    pub(super) fn open(arguments: &ClusterArguments, quiet: bool) -> Result<Self, Failure> {
        if !arguments.ledger.is_empty() {
            return Self::of_files(&arguments.ledger, quiet);
        }
        let named = std::env::var_os("HAWKSHAW_STORE").filter(|store| !store.is_empty());
        match arguments.store.clone().or(named.map(PathBuf::from)) {
            Some(path) => Ok(Self::Store(Box::new(store::open(&path)?), path)),
            None => Err(Failure::Usage(anyhow!(
                "no ledger is named: give --store STORE or --ledger outputs.csv"
            ))),
        }
    }

    fn of_files(paths: &[PathBuf], quiet: bool) -> Result<Self, Failure> {
        let mut files: Vec<InputFile> = Vec::new();
        for path in paths {
            for file in input::ledger_files(path)? {
                let file = InputFile::read(InputRole::Ledger, &file)?;
                if files.iter().any(|known| known.digest == file.digest) {
                    screen::say(quiet, &format!("given twice, read once: {}", file.shown()));
                } else if !evidence::is_evidence(&file) {
                    files.push(file);
                }
            }
        }
        let named: Vec<_> = files.iter().map(|file| (file.shown(), &file.bytes)).collect();
        let named = named.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        let (ledger, defects) = MemoryLedger::from_files(named).map_err(Failure::bad_data)?;
        let defects = defects.iter().map(|(reason, count)| format!("{reason}: {count}")).collect();
        Ok(Self::Files(Box::new(ledger), defects))
    }

    pub(super) fn ledger(&self) -> &dyn Ledger {
        match self {
            Self::Store(snapshot, _) => snapshot.as_ref(),
            Self::Files(ledger, _) => ledger.as_ref(),
        }
    }

    /// The folder of the store.
    pub(super) fn store(&self) -> Option<&Path> {
        match self {
            Self::Store(_, path) => Some(path),
            Self::Files(..) => None,
        }
    }

    /// What marks the files of a store.
    pub(super) fn marks(&self, chain: usize) -> Marks {
        match self {
            Self::Store(snapshot, _) => {
                let (accounts, segments) = snapshot.file_marks(chain);
                Marks { accounts, segments }
            }
            Self::Files(..) => Marks::default(),
        }
    }

    /// What the ledger covers of a chain and what it lacks, as sentences.
    pub(super) fn coverage(&self, chain: usize) -> Vec<String> {
        let summary = &self.ledger().chains()[chain];
        match self {
            Self::Store(snapshot, _) => {
                let covered = snapshot.covered(chain);
                let covered = coverage_text(&summary.id, covered, summary.times);
                let mut said = vec![format!("The store covers {covered}.")];
                said.extend(store::lacks_of(snapshot, chain));
                said
            }
            Self::Files(_, defects) => {
                let (from, to) = summary.times;
                let txs = summary.txs.end - summary.txs.start;
                let name = summary.id.name();
                let mut said =
                    vec![format!("The files hold {txs} transactions of {name}, {from} to {to}.")];
                said.extend(defects.iter().map(|defect| format!("Mended or left out: {defect}.")));
                said
            }
        }
    }

    /// What addresses mean in this ledger, in their order.
    pub(super) fn subjects(&self, addresses: &[String]) -> Result<Vec<Subject>, Failure> {
        let mut subjects: Vec<Subject> = Vec::new();
        for text in addresses {
            for subject in self.subject(text.trim())? {
                let again = |known: &Subject| known.account == subject.account;
                if !subjects.iter().any(again) {
                    subjects.push(subject);
                }
            }
        }
        Ok(subjects)
    }

    /// What an address means: an account on each chain with outputs that has it, else on one that
    /// could.
    fn subject(&self, text: &str) -> Result<Vec<Subject>, Failure> {
        let ledger = self.ledger();
        if let Ok(account) = text.parse::<Account>() {
            let chain = ledger.chains().iter().position(|chain| chain.id == *account.chain());
            return Ok(vec![self.meant(account, chain)?]);
        }
        let (mut found, mut unknown, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
        for (place, chain) in ledger.chains().iter().enumerate() {
            match Account::parse(&chain.id, text) {
                Ok(account) if chain.kind == LedgerKind::Outputs => {
                    let subject = self.meant(account, Some(place))?;
                    let side = if subject.number.is_some() { &mut found } else { &mut unknown };
                    side.push(subject);
                }
                Ok(account) => reasons.push(no_outputs(&account)),
                Err(error) => reasons.push(error.to_string()),
            }
        }
        if found.is_empty() && unknown.is_empty() {
            // The ledger need not hold the chain that the address is of.
            let known = [ChainId::bitcoin(), ChainId::ethereum(), ChainId::tron()];
            for chain in known {
                if let Ok(account) = Account::parse(&chain, text) {
                    return Ok(vec![self.meant(account, None)?]);
                }
            }
            reasons.push(format!("`{}` is no address of a UTXO chain", Printable(text)));
            reasons.dedup();
            return Err(Failure::Usage(anyhow!("{}", reasons.join("\n"))));
        }
        unknown.truncate(1);
        Ok(if found.is_empty() { unknown } else { found })
    }

    fn meant(&self, account: Account, chain: Option<usize>) -> Result<Subject, Failure> {
        if account.chain().ledger_kind() != LedgerKind::Outputs {
            return Err(Failure::Usage(anyhow!("{}", no_outputs(&account))));
        }
        let number = self.ledger().find_account(&account).map_err(Failure::bad_data)?;
        Ok(Subject { account, place: chain, number })
    }

    /// The actors of the tagged accounts that the ledger has of a chain. Of several tags of an
    /// account the surest counts, of equally sure ones the first by its label.
    pub(super) fn actors(
        &self,
        chain: usize,
        tags: &TagIndex,
    ) -> Result<BTreeMap<AccountIx, String>, Failure> {
        actors(self.ledger(), chain, tags)
    }
}

/// The same of a chain of any ledger.
pub(super) fn actors(
    ledger: &dyn Ledger,
    chain: usize,
    tags: &TagIndex,
) -> Result<BTreeMap<AccountIx, String>, Failure> {
    let id = &ledger.chains()[chain].id;
    let mut actors = BTreeMap::new();
    for account in tags.accounts().filter(|account| account.chain() == id) {
        let sure = tags.tags_of(account).iter();
        let mut sure = sure.filter(|tag| tag.confidence.level >= ACTOR_LEVEL_MIN);
        let Some(actor) = sure.find_map(|tag| tag.actor.as_ref()) else { continue };
        if let Some(number) = ledger.find_account(account).map_err(Failure::bad_data)? {
            actors.insert(number, actor.to_string());
        }
    }
    Ok(actors)
}

fn no_outputs(account: &Account) -> String {
    format!(
        "{} is of {}, a chain with accounts: clusters of common inputs exist on UTXO chains such \
         as Bitcoin only",
        account.address_for_people(),
        account.chain().name()
    )
}

/// The tags of files and folders.
pub(super) fn read_tags(paths: &[PathBuf]) -> Result<TagIndex, Failure> {
    let mut files: Vec<InputFile> = Vec::new();
    for path in paths {
        for file in input::tag_files(path)? {
            let file = InputFile::read(InputRole::Tags, &file)?;
            if files.iter().all(|known| known.digest != file.digest) {
                files.push(file);
            }
        }
    }
    files.sort_by(|a, b| (&a.name, a.digest).cmp(&(&b.name, b.digest)));
    investigation::read_tags(&mut files)
}
