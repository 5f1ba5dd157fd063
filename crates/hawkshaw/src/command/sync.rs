//! `hawkshaw sync`.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use hawkshaw_ledger::store::{
    Reorganisation, StoreWriter, SyncError, SyncOptions, SyncProgress, SyncSummary, sync,
};
use hawkshaw_model::{ChainId, Ledger as _};
use hawkshaw_report::ledger::{
    ReorganisationNote, SyncAnswer, TrafficNote, to_reorganisation_text, to_sync_json, to_sync_text,
};
use hawkshaw_source::SourceError;

use crate::cli::sources::SyncArguments;
use crate::exit::Failure;
use crate::screen::{self, Meter};
use crate::source::{self, Source};
use crate::store::{self, failure};

pub(crate) fn run(arguments: &SyncArguments, quiet: bool) -> Result<(), Failure> {
    let started = Instant::now();
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from > to
    {
        return Err(Failure::Usage(anyhow!("--from {from} is after --to {to}")));
    }
    let interrupt = screen::interrupt()?;
    let source = source::connect(arguments, &interrupt)?;
    let mut writer = StoreWriter::open(&arguments.store).map_err(failure)?;
    let options = SyncOptions {
        from: arguments.from,
        to: arguments.to,
        confirmations: arguments.confirmations,
        depth_max: arguments.reorg_depth,
        batch_rows: arguments.batch_rows,
    };
    let run = Run { arguments, source: &source, interrupt: &interrupt, quiet };
    let mut sum = run.once(&mut writer, &options)?;
    if let (Some(from), Some(tip)) = (arguments.from, sum.tip)
        && from > tip
    {
        let text = format!("block {from} is above the tip {tip}: there is nothing to read yet");
        screen::say(quiet, &text);
    }
    if arguments.follow {
        run.follow(&mut writer, &options, &mut sum)?;
    }
    drop(writer);
    let answer = run.answer(&sum, started)?;
    if arguments.json {
        let text = format!("{:#}\n", to_sync_json(&answer));
        return screen::answer(screen::visible(&text).as_bytes());
    }
    screen::answer(to_sync_text(&answer).as_bytes())
}

/// A store that is brought to the tip.
struct Run<'a> {
    arguments: &'a SyncArguments,
    source: &'a Source,
    interrupt: &'a AtomicBool,
    quiet: bool,
}

impl Run<'_> {
    /// Reads what is missing.
    fn once(
        &self,
        writer: &mut StoreWriter,
        options: &SyncOptions,
    ) -> Result<SyncSummary, Failure> {
        let meter = Meter::rows(self.quiet, "reading");
        let started = Instant::now();
        let last = Cell::new(None);
        let mut watch = |progress: SyncProgress| {
            last.set(progress.at);
            let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
            meter.with(progress.done, progress.total, || {
                let rate = progress.done.saturating_mul(1000) / millis;
                let at = progress.at.unwrap_or(0);
                format!("at block {at}, {rate} blocks/s")
            });
            !self.interrupt.load(Ordering::Relaxed)
        };
        let done = sync(writer, self.source.blocks(), options, &mut watch);
        drop(meter);
        done.map_err(|error| self.stopped(error, writer))
    }

    /// Goes on with new blocks until somebody stops it.
    fn follow(
        &self,
        writer: &mut StoreWriter,
        options: &SyncOptions,
        sum: &mut SyncSummary,
    ) -> Result<(), Failure> {
        screen::say(self.quiet, "following the chain: Ctrl-C ends it");
        while self.waited() {
            match self.once(writer, options) {
                Ok(summary) => self.add(sum, summary),
                Err(Failure::Interrupted(_)) => break,
                // A node that is away for a while is asked again: it was there at the start.
                Err(Failure::Unavailable(error)) => {
                    screen::say(self.quiet, &format!("{error}: asking again"));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    fn add(&self, sum: &mut SyncSummary, later: SyncSummary) {
        for gone in &later.reorganisations {
            let text = to_reorganisation_text(&note(gone, self.chain()));
            screen::say(self.quiet, text.trim_end());
        }
        if later.blocks > 0
            && let Some(through) = later.through
        {
            let text = format!(
                "block {through}: {} movements in {} transactions",
                later.import.stored, later.import.txs
            );
            screen::say(self.quiet, &text);
        }
        sum.add(later);
    }

    /// Waits for the next look at the tip; `false` if somebody stops it.
    fn waited(&self) -> bool {
        const SLICE: Duration = Duration::from_millis(100);
        let until = Instant::now() + Duration::from_secs(self.arguments.every);
        while Instant::now() < until && !self.interrupt.load(Ordering::Relaxed) {
            std::thread::sleep(SLICE);
        }
        !self.interrupt.load(Ordering::Relaxed)
    }

    fn stopped(&self, error: SyncError<SourceError>, writer: &StoreWriter) -> Failure {
        let kept = match writer.covered(self.chain()).last() {
            Some([_, through]) => {
                format!("blocks through {through} are stored, and the same command goes on there")
            }
            None => "nothing is stored yet".to_owned(),
        };
        let is_stopped = self.interrupt.load(Ordering::Relaxed);
        match error {
            _ if is_stopped => Failure::Interrupted(anyhow!("interrupted: {kept}")),
            SyncError::Stopped => Failure::Interrupted(anyhow!("interrupted: {kept}")),
            SyncError::Source(error) => {
                screen::say(self.quiet, &kept);
                source::failure(error)
            }
            SyncError::Store(error) => failure(error),
            other => Failure::bad_data(other),
        }
    }

    fn chain(&self) -> &ChainId {
        self.source.blocks().chain()
    }

    fn answer(&self, sum: &SyncSummary, started: Instant) -> Result<SyncAnswer, Failure> {
        let snapshot = store::open(&self.arguments.store)?;
        let place = snapshot.chains().iter().position(|chain| chain.id == *self.chain());
        Ok(SyncAnswer {
            chain: self.chain().clone(),
            source: self.source.blocks().name().to_string(),
            blocks: sum.blocks,
            through: sum.through,
            tip: sum.tip,
            rows: sum.import.rows,
            stored: sum.import.stored,
            txs: sum.import.txs,
            events: sum.import.events,
            defects: self.source.defects(),
            left_out: self.source.left_out(),
            lacks: place.map_or_else(Vec::new, |place| store::lacks_of(&snapshot, place)),
            reorganisations: sum
                .reorganisations
                .iter()
                .map(|gone| note(gone, self.chain()))
                .collect(),
            traffic: self.source.traffic().map(|traffic| TrafficNote {
                requests: traffic.requests,
                retries: traffic.retries,
                bytes: traffic.bytes,
            }),
            bytes: snapshot.info().map_err(Failure::bad_data)?.bytes,
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }
}

fn note(gone: &Reorganisation, chain: &ChainId) -> ReorganisationNote {
    ReorganisationNote {
        common: gone.common,
        gone_to: gone.gone_to,
        txs: gone.txs,
        rows: gone.rows,
        returned: gone.returned,
        lost: gone.lost.iter().map(|tx| tx.on(chain)).collect(),
    }
}
