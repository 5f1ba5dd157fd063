//! Ledger stores, as commands open them and as a trace rests on them.

use std::path::Path;

use hawkshaw_ledger::store::{Snapshot, StoreError};
use hawkshaw_model::{Digest, Ledger, Printable};
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

    /// The blocks that it lacks between those that it covers, as sentences.
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
        gaps
    }
}

/// The store that a manifest names, where it names one.
pub(crate) fn stored_in(manifest: &Manifest) -> Option<&Input> {
    manifest.inputs().iter().find(|input| input.role == InputRole::Store)
}
