//! `hawkshaw pattern coinjoin`.

mod disorder;
mod json;
mod text;

use std::path::Path;

use hawkshaw_coinjoin::{Verdict, may_mix, verdict};
use hawkshaw_model::{Batch, ChainSummary, Ledger, OutputBatch, Transaction, TxIx};

use super::place::{self, Place};
use crate::cli::pattern::coinjoin::CoinjoinArguments;
use crate::exit::Failure;
use crate::screen::{Activity, Meter};

/// Transactions between two looks at the meter.
const METER_STEP: u64 = 4_096;

/// A transaction with what it is taken for.
#[derive(Debug)]
struct Entry<'a> {
    chain: &'a ChainSummary,
    header: Transaction,
    inputs: usize,
    outputs: usize,
    verdict: Verdict,
}

/// Takes transactions one after the other.
trait Sink {
    fn take(&mut self, entry: Entry<'_>) -> Result<(), Failure>;

    /// Everything was handed over.
    fn end(&mut self) -> Result<(), Failure>;
}

pub(super) fn run(arguments: &CoinjoinArguments, quiet: bool) -> Result<(), Failure> {
    let path = &arguments.ledger;
    let activity = Activity::start(quiet);
    activity.now("reading the ledger");
    let place = Place::open(path)?;
    let mut sink: Box<dyn Sink> = match arguments.json {
        true => Box::new(json::Json::default()),
        false => Box::new(text::Text::default()),
    };
    match place {
        Place::Store(snapshot) => {
            drop(activity);
            each(&*snapshot, path, quiet, &mut |entry| sink.take(entry))?;
        }
        Place::Tables(tables) => match place::ledger_of(&tables, quiet) {
            Ok(ledger) => {
                drop(activity);
                each(&ledger, path, quiet, &mut |entry| sink.take(entry))?;
            }
            Err(error) => {
                let Some(mended) = disorder::mend(&tables) else {
                    return Err(Failure::bad_data(error));
                };
                drop(activity);
                mended.each(path, quiet, &mut |entry| sink.take(entry))?;
            }
        },
    }
    sink.end()
}

/// Hands over every transaction of every chain of outputs, in chain order.
fn each(
    ledger: &dyn Ledger,
    path: &Path,
    quiet: bool,
    hand_over: &mut dyn FnMut(Entry<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let chains = place::output_chains(ledger, path)?;
    let meter = Meter::rows(quiet, "classifying");
    let total: u64 = chains.iter().map(|chain| chain.txs.end - chain.txs.start).sum();
    let mut done = 0;
    for chain in chains {
        let (first, end) = (TxIx(chain.txs.start), TxIx(chain.txs.end));
        for segment in ledger.segments(first, end) {
            let Batch::Outputs(batch) = segment.batch().map_err(Failure::bad_data)? else {
                continue;
            };
            for at in 0..batch.tx_count() {
                hand_over(entry(ledger, chain, &batch, at)?)?;
                done += 1;
                if done % METER_STEP == 0 {
                    meter.at(done, total);
                }
            }
        }
    }
    Ok(())
}

/// The transaction at a place of a batch. Its legs are read only where their numbers let it be
/// a mix.
fn entry<'a>(
    ledger: &dyn Ledger,
    chain: &'a ChainSummary,
    batch: &OutputBatch<'_>,
    at: usize,
) -> Result<Entry<'a>, Failure> {
    let count = |from: u32, to: u32| usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX);
    let inputs = count(batch.tx_rows[at], batch.tx_outputs[at]);
    let outputs = count(batch.tx_outputs[at], batch.tx_rows[at + 1]);
    let verdict = if may_mix(inputs, outputs) {
        let tx = batch.transaction(at).map_err(Failure::bad_data)?;
        verdict(ledger, &tx).map_err(Failure::bad_data)?
    } else {
        Verdict::PLAIN
    };
    let tx = TxIx(batch.tx_first.0 + at as u64);
    let header = ledger.transaction(tx).map_err(Failure::bad_data)?;
    Ok(Entry { chain, header, inputs, outputs, verdict })
}
