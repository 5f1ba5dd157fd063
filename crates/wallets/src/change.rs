//! Which output of a transaction goes back to whoever made it: the change.
//!
//! *Useful for* weighing outputs against each other, with every reason for and against.
//! *Not useful for* proving anything: it is evidence that adds up to a score, it never merges
//! accounts, and where outputs are close it abstains and says why.
//!
//! The rules are those of BlockSci (Kalodner and others, USENIX Security 2020, `src/heuristics`)
//! and of Meiklejohn and others, "A Fistful of Bitcoins" (IMC 2013), definition 4.3, each as it
//! was published, but for what needs a lock time; and the fingerprint of whoever spends an output
//! (Kappos and others, "How to Peel a Million", USENIX Security 2022). `docs/peel-chains.md` has
//! the points.

mod facts;
mod onward;
mod reason;
mod rules;
mod verdict;

use std::fmt;

use hawkshaw_model::{
    Account, AccountIx, Amount, Ledger, Mix, OutputIx, ReadError, ScriptKind, Stop, TxIx, UtxoTx,
};

use crate::fingerprint::Fingerprint;
use facts::Facts;
pub use onward::{MERGE_INPUTS, MERGE_SOURCES, Onward};
pub(crate) use onward::{is_merge, sources};
pub use reason::{Reason, Rule};
pub use rules::candidates;
pub use verdict::{Abstention, Verdict};

/// Says whether several people made a transaction together.
pub type MixRule<'a> = dyn Fn(&UtxoTx) -> Result<Option<Mix>, ReadError> + 'a;

/// Candidates beyond which a transaction is a batch of payments, and nothing is said of its
/// change; those that one transaction spends count once.
pub const OUTPUTS_MAX: usize = 10;

/// By how many points an output must be ahead of every other one, and of nothing.
pub const MARGIN: i32 = 2;

/// What is known around a transaction.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The chain.
    pub ledger: &'a dyn Ledger,
    /// What a transaction is taken for, where it mixes.
    pub mix: &'a MixRule<'a>,
    /// Whether an account is a tagged service, which is nobody's change.
    pub stop: &'a dyn Fn(&Account) -> Option<Stop>,
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").finish_non_exhaustive()
    }
}

/// Why an output is no candidate, or that it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may be the change.
    Open,
    /// It pays a tagged service.
    Service(Stop),
    /// Nobody can spend it.
    Unspendable,
    /// It holds nothing.
    Empty,
}

/// An output, and what speaks for and against its being the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// Its index in the transaction.
    pub vout: u32,
    /// Its number in the ledger.
    pub output: Option<OutputIx>,
    /// Who holds it.
    pub holder: Option<AccountIx>,
    /// How much it holds.
    pub amount: Amount,
    /// Its kind of script, where it has one.
    pub kind: Option<ScriptKind>,
    /// Whether it is a candidate.
    pub standing: Standing,
    /// The transaction that spends it.
    pub spender: Option<TxIx>,
    /// How its spender compares with this transaction; none where it is no candidate.
    pub onward: Onward,
    /// What speaks for and against it; nothing where it is no candidate.
    pub reasons: Vec<Reason>,
    /// The points of the reasons together.
    pub score: i32,
}

impl Weighed {
    /// The points of those reasons that were there when the transaction was made.
    pub fn early(&self) -> i32 {
        self.reasons.iter().filter(|reason| reason.rule.is_early()).map(|r| r.points).sum()
    }
}

/// The outputs of a transaction, weighed, and which of them is the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The transaction.
    pub tx: TxIx,
    /// What it gives away of its wallet.
    pub fingerprint: Fingerprint,
    /// Its outputs, in order.
    pub outputs: Vec<Weighed>,
    /// Which of them is the change.
    pub verdict: Verdict,
}

/// Weighs the outputs of a transaction.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn change(around: &Surroundings<'_>, tx: &UtxoTx) -> Result<Change, ReadError> {
    let facts = Facts::gather(around, tx)?;
    let outputs: Vec<Weighed> = (0..tx.outputs.len()).map(|at| weighed(&facts, at)).collect();
    let verdict = verdict::verdict(&facts, &outputs);
    Ok(Change { tx: tx.tx, fingerprint: facts.fingerprint, outputs, verdict })
}

fn weighed(facts: &Facts<'_>, at: usize) -> Weighed {
    let fact = &facts.outputs[at];
    let reasons = match fact.standing {
        Standing::Open if facts.is_weighed() => reason::reasons(facts, at),
        _ => Vec::new(),
    };
    Weighed {
        vout: u32::try_from(at).unwrap_or(u32::MAX),
        output: fact.leg.output,
        holder: fact.leg.holder,
        amount: fact.leg.amount,
        kind: fact.kind,
        standing: fact.standing.clone(),
        spender: fact.spender,
        onward: fact.onward,
        score: reasons.iter().map(|reason| reason.points).sum(),
        reasons,
    }
}
