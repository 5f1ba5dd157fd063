//! From a ledger and a case to the answer.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use alloy_primitives::U256;
use hawkshaw_model::{Case, Ledger, LedgerKind, Policy, ReadError, Stolen, TxIx};

use crate::assemble::{self, Outcome};
use crate::frozen::Frozen;
use crate::options::{Detail, Options, TraceError};
use crate::policy::{self, PolicyState};
use crate::program::Program;
use crate::replay::book::{HOLDINGS_MAX, Halt, Records};
use crate::replay::thefts::{self, Thefts};
use crate::replay::{Replay, chain_of, end_of, tx_text};
use crate::result::Trace;
use crate::scene::Scene;
use crate::units::Units;

/// Follows what a case lists as stolen through a ledger.
///
/// Nothing but the scene is asked: no file, no network, no clock. The same scene gives the same
/// answer, whatever the number of threads.
///
/// # Errors
///
/// When a stolen transfer is not in the ledger or brought nobody anything, when a policy does
/// not apply, when sums have more than 256 bits, or when the ledger is damaged where it is read.
///
/// # Panics
///
/// When the answer does not account for every stolen unit. That is a fault of this crate, and
/// no answer is better than a wrong one.
pub fn trace(scene: &Scene<'_>) -> Result<Trace, TraceError> {
    let policies = policies(scene.case, scene.options)?;
    let ledger = scene.ledger;
    match follow::<u128>(*scene, &policies) {
        Err(Failure::Halted(Halt::TooWide(_))) => {}
        outcome => return outcome.map_err(|failure| refusal(ledger, failure)),
    }
    follow::<U256>(*scene, &policies).map_err(|failure| refusal(ledger, failure))
}

/// Why there is no answer.
pub(crate) enum Failure {
    Refused(TraceError),
    Halted(Halt),
}

impl From<thefts::Finding> for Failure {
    fn from(finding: thefts::Finding) -> Self {
        match finding {
            thefts::Finding::Refused(error) => Self::Refused(error),
            thefts::Finding::Halted(halt) => Self::Halted(halt),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Halted(error.into())
    }
}

pub(crate) fn refusal(ledger: &dyn Ledger, failure: Failure) -> TraceError {
    match failure {
        Failure::Refused(error) => error,
        Failure::Halted(Halt::TooWide(tx)) => {
            tx_text(ledger, tx).map_or_else(TraceError::from, |tx| TraceError::Overflow { tx })
        }
        Failure::Halted(Halt::TooManyHoldings) => TraceError::TooManyHoldings(HOLDINGS_MAX),
        Failure::Halted(Halt::Ledger(error)) => error.into(),
    }
}

/// The policies asked for, or all that apply, each once and in the order of reports.
fn policies(case: &Case, options: &Options) -> Result<Vec<Policy>, TraceError> {
    let chain = |stolen: &Stolen| match stolen {
        Stolen::Transfer { tx, .. } => tx.chain().clone(),
        Stolen::Output(outpoint) => outpoint.tx().chain().clone(),
    };
    let on_accounts =
        case.stolen.iter().map(chain).find(|chain| chain.ledger_kind() == LedgerKind::Accounts);
    if let (Some(chain), true) = (&on_accounts, options.policies.contains(&Policy::Tiho)) {
        return Err(TraceError::TihoOnAccounts(chain.to_string()));
    }
    let asked = |policy: &Policy| {
        if options.policies.is_empty() {
            *policy != Policy::Tiho || on_accounts.is_none()
        } else {
            options.policies.contains(policy)
        }
    };
    Ok(Policy::ALL.into_iter().filter(asked).collect())
}

fn follow<U: Units + 'static>(scene: Scene<'_>, policies: &[Policy]) -> Result<Trace, Failure> {
    let ledger = scene.ledger;
    let ends: BTreeMap<u64, u64> = ledger
        .chains()
        .iter()
        .map(|chain| Ok((chain.txs.start, end_of(ledger, chain, scene.options.until)?.0)))
        .collect::<Result<_, ReadError>>()?;
    let is_looked_at = |tx: TxIx| {
        let end = chain_of(ledger, tx).and_then(|chain| ends.get(&chain.txs.start));
        end.is_some_and(|end| tx.0 < *end)
    };
    let thefts = Thefts::find::<U>(ledger, scene.case, &is_looked_at)?;
    if let (true, Some(until)) = (thefts.assets.is_empty(), scene.options.until) {
        return Err(Failure::Refused(TraceError::NothingYet(until)));
    }
    let records = match scene.options.detail {
        Detail::Totals => Records::Nothing,
        Detail::Full | Detail::Edges => Records::Kept,
    };
    let mut replay = Replay::<U>::new(scene, &thefts, records)?;
    let states = run_policies(&mut replay, policies, thefts.assets.len())?;
    let findings = std::mem::take(&mut replay.findings);
    let (noise, noise_limit) = replay.noise_found();
    let mix_limit = replay.mix_limit();
    let loans = std::mem::take(&mut replay.loans);
    let outcome = Outcome {
        frozen: Frozen::find(&scene)?,
        scene,
        thefts: &thefts,
        book: replay.book,
        states,
        findings,
        loans,
    };
    let mut trace = assemble::assemble(outcome)?;
    trace.noise.extend(noise);
    trace.limits.extend(noise_limit);
    trace.limits.extend(mix_limit);
    Ok(trace)
}

/// A policy and its state.
pub(crate) type Running<U> = (Policy, Box<dyn PolicyState<U>>);

/// Stretches of the program that may wait for a slow policy.
const STRETCHES_WAITING: usize = 4;

/// Runs the replay on this thread and the policies on two others, which follow it stretch by
/// stretch. Policies do not see each other, so the number of threads changes nothing.
fn run_policies<U: Units + 'static>(
    replay: &mut Replay<'_, U>,
    policies: &[Policy],
    stolen_assets: usize,
) -> Result<Vec<Running<U>>, Failure> {
    // By what they were measured to cost, so that both workers have about as much to do.
    let is_first = |policy: &Policy| {
        matches!(policy, Policy::Fifo | Policy::Lifo | Policy::CleanFirst | Policy::Poison)
    };
    let (first, second): (Vec<Policy>, Vec<Policy>) = policies.iter().partition(|p| is_first(p));
    let mut states = thread::scope(|scope| {
        let spawn = |policies: Vec<Policy>| {
            let (sender, receiver) = sync_channel(STRETCHES_WAITING);
            let states = policies
                .into_iter()
                .map(|policy| (policy, policy::start::<U>(policy, stolen_assets)))
                .collect();
            (sender, scope.spawn(move || interpret(&receiver, states)))
        };
        let (senders, workers): (Vec<SyncSender<Arc<Program<U>>>>, Vec<_>) =
            [first, second].map(spawn).into_iter().unzip();
        let mut flying: VecDeque<Arc<Program<U>>> = VecDeque::new();
        let outcome = replay.run(&mut |stretch| {
            let stretch = Arc::new(stretch);
            for sender in &senders {
                // A worker only ends when its sender does, or by a panic that `join` reports.
                let _ = sender.send(Arc::clone(&stretch));
            }
            flying.push_back(stretch);
            // What every worker is done with is written on again.
            let landed = flying.pop_front_if(|oldest| Arc::strong_count(oldest) == 1);
            landed.and_then(Arc::into_inner).map_or_else(Program::default, Program::cleared)
        });
        drop(senders);
        let mut states = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(done) => states.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        outcome.map(|()| states).map_err(Failure::Halted)
    })?;
    states.sort_by_key(|(policy, _)| *policy);
    Ok(states)
}

fn interpret<U: Units>(
    stretches: &Receiver<Arc<Program<U>>>,
    mut states: Vec<Running<U>>,
) -> Vec<Running<U>> {
    for stretch in stretches {
        for (_, state) in &mut states {
            state.run(&stretch);
        }
    }
    states
}
