//! Ledger stores, as commands open them and as a trace rests on them.

use std::path::Path;

use hawkshaw_ledger::store::{Snapshot, StoreError};
use hawkshaw_model::{
    Account, Case, ChainId, CoverageClaim, Digest, Lack, Ledger, Printable, Stolen,
};
use hawkshaw_report::{Input, InputRole, Manifest};

use crate::exit::Failure;

/// Opens a store to ask it.
pub(crate) fn open(path: &Path) -> Result<Snapshot, Failure> {
    Snapshot::open(path).map_err(failure)
}

/// How a failure of a store ends the command.
pub(crate) fn failure(error: StoreError) -> Failure {
    match error {
        StoreError::NoStore(_) | StoreError::NotAStore(_) | StoreError::Unfit(_) => {
            Failure::Usage(error.into())
        }
        StoreError::Disk(_) | StoreError::Locked(_) => Failure::Unavailable(error.into()),
        _ => Failure::bad_data(error),
    }
}

/// What names the state of a store: the same as long as it holds the same files.
pub(crate) fn digest(snapshot: &Snapshot) -> Digest {
    Digest::of(snapshot.state_text().as_bytes())
}

/// A store that a trace rests on.
#[derive(Debug)]
pub(crate) struct StoreInput {
    snapshot: Snapshot,
    /// How the manifest names it.
    input: Input,
}

impl StoreInput {
    /// The store in a folder, as it is.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let snapshot = open(path)?;
        let name = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let name = name.file_name().map_or_else(|| "store".into(), |name| name.to_string_lossy());
        let input = Input {
            role: InputRole::Store,
            name: Printable(&name).to_string(),
            sha256: digest(&snapshot),
            bytes: snapshot.info().map_err(Failure::bad_data)?.bytes,
        };
        Ok(Self { snapshot, input })
    }

    /// The store in a folder, named as a report names it.
    pub(crate) fn of_report(path: &Path, input: &Input) -> Result<Self, Failure> {
        Ok(Self { snapshot: open(path)?, input: input.clone() })
    }

    /// What it holds.
    pub(crate) fn ledger(&self) -> &dyn Ledger {
        &self.snapshot
    }

    /// The snapshot itself, which also holds logs and calls.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// How the manifest names it.
    pub(crate) fn input(&self) -> &Input {
        &self.input
    }

    /// That it is not what the manifest names, as a sentence.
    pub(crate) fn change(&self) -> Option<String> {
        let now = digest(&self.snapshot);
        (now != self.input.sha256).then(|| {
            format!(
                "The store has changed since the report was made: its state was {} and is {now}. \
                 What differs can come from that.",
                self.input.sha256
            )
        })
    }

    /// For which accounts the data are complete, where a case does not say and the store has no
    /// whole blocks of any chain of the case: those whose histories were imported alone.
    pub(crate) fn claim(&self, case: &Case) -> Result<Option<CoverageClaim>, Failure> {
        let chains = stolen_chains(case);
        let partial = self.partial_chains(&chains)?;
        if case.coverage != CoverageClaim::Everything || partial.len() < chains.len() {
            return Ok(None);
        }
        let known = partial.into_iter().flat_map(|(chain, accounts)| {
            let account = move |text: String| Account::parse(chain, &text).ok();
            accounts.into_iter().filter_map(account)
        });
        Ok(Some(CoverageClaim::Only(known.collect())))
    }

    /// The chains of a case of which it has no whole blocks, as sentences.
    pub(crate) fn partial(&self, case: &Case) -> Result<Vec<String>, Failure> {
        let chains = stolen_chains(case);
        let partial = self.partial_chains(&chains)?;
        let is_claimed =
            case.coverage != CoverageClaim::Everything || partial.len() == chains.len();
        let sentence = |(chain, accounts): (&ChainId, Vec<String>)| {
            let histories = match accounts.len() {
                1 => "the history of 1 account".to_owned(),
                count => format!("the histories of {count} accounts"),
            };
            let rest = if is_claimed {
                "value that reached any other account ends there as no-data"
            } else {
                "value that reached any other account counts as held there and may have moved on"
            };
            format!(
                "the store has no whole blocks of {}, only {histories} that were imported alone: \
                 {rest}",
                chain.name()
            )
        };
        Ok(partial.into_iter().map(sentence).collect())
    }

    /// Of these chains, those of which no block is covered as a whole, with the accounts whose
    /// histories were imported alone.
    fn partial_chains<'a>(
        &self,
        chains: &[&'a ChainId],
    ) -> Result<Vec<(&'a ChainId, Vec<String>)>, Failure> {
        let info = self.snapshot.info().map_err(Failure::bad_data)?;
        let mut partial = Vec::new();
        for chain in chains {
            let known = info.chains.iter().find(|known| known.chain == **chain);
            if let Some(known) = known.filter(|known| known.covered.is_empty()) {
                let accounts = known.histories.iter().map(|(account, _)| account.clone());
                partial.push((*chain, accounts.collect()));
            }
        }
        Ok(partial)
    }

    /// The blocks that it lacks between those that it covers, and what is not known of those, as
    /// sentences.
    pub(crate) fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        for (place, chain) in self.snapshot.chains().iter().enumerate() {
            for pair in self.snapshot.covered(place).windows(2) {
                let (first, last) = (pair[0][1].saturating_add(1), pair[1][0].saturating_sub(1));
                gaps.push(format!(
                    "the store lacks the blocks {first} to {last} of {}: what moved in them is \
                     not followed",
                    chain.id.name()
                ));
            }
        }
        gaps.extend(lacks(&self.snapshot));
        gaps
    }
}

/// What the sources of a chain's blocks left out, as sentences.
pub(crate) fn lacks_of(snapshot: &Snapshot, chain: usize) -> Vec<String> {
    let name = snapshot.chains()[chain].id.name();
    let sentence = |(lack, heights): (Lack, Vec<[u64; 2]>)| {
        let shown = heights.iter().take(STRETCHES_MAX);
        let mut stretches: Vec<String> =
            shown.map(|[first, last]| format!("{first} to {last}")).collect();
        if heights.len() > STRETCHES_MAX {
            stretches.push(format!("{} more stretches", heights.len() - STRETCHES_MAX));
        }
        format!(
            "of the blocks {} of {name} the store has {lack}: their source does not give them",
            stretches.join(", ")
        )
    };
    snapshot.lacks(chain).into_iter().map(sentence).collect()
}

/// Stretches of blocks that a sentence names.
const STRETCHES_MAX: usize = 5;

/// What the sources of all blocks left out, as sentences.
pub(crate) fn lacks(snapshot: &Snapshot) -> Vec<String> {
    (0..snapshot.chains().len()).flat_map(|chain| lacks_of(snapshot, chain)).collect()
}

/// The chains on which a case begins, each once.
fn stolen_chains(case: &Case) -> Vec<&ChainId> {
    let chains = case.stolen.iter().map(|stolen| match stolen {
        Stolen::Transfer { tx, .. } => tx.chain(),
        Stolen::Output(outpoint) => outpoint.tx().chain(),
    });
    let mut chains: Vec<_> = chains.collect();
    chains.sort();
    chains.dedup();
    chains
}

/// The store that a manifest names, where it names one.
pub(crate) fn stored_in(manifest: &Manifest) -> Option<&Input> {
    manifest.inputs().iter().find(|input| input.role == InputRole::Store)
}
