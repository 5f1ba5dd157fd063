//! `hawkshaw sources`.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hawkshaw_chains::evm::Options;
use hawkshaw_model::rows::Rows;
use hawkshaw_model::{BlockRef, BlockSource, Lack, Timestamp};
use hawkshaw_report::{SourceAnswer, SourceFact, to_source_json, to_source_text};
use hawkshaw_source::{
    Capabilities, Client, ExplorerReport, SourceError, SourceFault, open_explorer,
};
use serde_json::{Value, json};

use crate::cli::sources::{AskingArguments, SourcesArguments, SourcesCommand};
use crate::exit::Failure;
use crate::screen::{self, Activity};
use crate::source::{self, Kind, Place, Source, failure};

/// How many blocks below the tip are read to see how fast it goes.
const SAMPLE_BLOCKS: u64 = 16;

pub(crate) fn run(arguments: &SourcesArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        SourcesCommand::Check { source, asking, json } => {
            let activity = Activity::start(quiet);
            activity.now("asking");
            let answer = check(source, asking)?;
            drop(activity);
            if *json {
                let text = format!("{:#}\n", to_source_json(&answer));
                return screen::answer(screen::visible(&text).as_bytes());
            }
            screen::answer(to_source_text(&answer).as_bytes())
        }
    }
}

fn check(text: &str, asking: &AskingArguments) -> Result<SourceAnswer, Failure> {
    let interrupt = screen::interrupt()?;
    let client = match source::place(text)? {
        Place::Folder(folder) => return node(&source::files(folder, asking)?),
        Place::Url => source::client(text, asking, &interrupt)?,
    };
    match source::node(&client, asking, Options::default()) {
        Ok(found) => node(&found),
        // It may be an explorer.
        Err(refused @ (Failure::Unavailable(_) | Failure::BadData(_))) => {
            match explorer(&client, asking) {
                Ok(answer) => Ok(answer),
                Err(error) if is_no_explorer(&error.fault) => Err(refused),
                Err(error) => Err(failure(error)),
            }
        }
        Err(error) => Err(error),
    }
}

fn is_no_explorer(fault: &SourceFault) -> bool {
    !matches!(fault, SourceFault::Unauthorised(_) | SourceFault::RateLimited(_))
}

fn explorer(client: &Client, asking: &AskingArguments) -> Result<SourceAnswer, SourceError> {
    let options = source::explorer_options(asking);
    let explorer = open_explorer(client, None, &options)?;
    let report: ExplorerReport = explorer.check()?;
    let has = |wanted: bool| {
        let names = report.lists.iter().filter(move |(_, has)| *has == wanted);
        names.map(|(name, _)| *name).collect::<Vec<_>>()
    };
    let mut facts = vec![tip(report.tip, report.tip_time)];
    facts.push(fact("lists", "lists", has(true).join(", "), json!(has(true))));
    if !has(false).is_empty() {
        facts.push(fact("lacks", "lacks", has(false).join(", "), json!(has(false))));
    }
    facts.push(latency(report.latency));
    Ok(SourceAnswer {
        source: explorer.name().to_string(),
        kind: format!("explorer: {}", report.kind),
        chain: report.chain.clone(),
        facts,
    })
}

fn node(source: &Source) -> Result<SourceAnswer, Failure> {
    let blocks = source.blocks();
    let (kind, mut facts) = match &source.kind {
        Kind::Evm(node) => ("node of an EVM chain", evm(&node.capabilities().map_err(failure)?)),
        Kind::Bitcoin(node) => {
            let status = node.status().map_err(failure)?;
            let mut facts = vec![fact(
                "client",
                "client",
                format!("version {}", status.version),
                json!(status.version),
            )];
            if status.is_catching_up || status.headers > status.blocks {
                let text = format!("at block {} of {}", status.blocks, status.headers);
                let value = json!({ "at": status.blocks, "of": status.headers });
                facts.push(fact("catching up", "syncing", text, value));
            }
            if let Some(height) = status.pruned_to {
                let text = format!("blocks below {height} are gone");
                facts.push(fact("pruned", "pruned_to", text, json!(height)));
            }
            ("Bitcoin node", facts)
        }
        Kind::Tron(_) => ("Tron node", Vec::new()),
        Kind::Files(files) => {
            let first = files.first_height();
            let fact = fact("first", "first", format!("block {first}"), json!(first));
            ("files of a Bitcoin node", vec![fact])
        }
    };
    if !matches!(source.kind, Kind::Evm(_)) {
        facts.extend(sampled(blocks)?);
    }
    let left_out = source.left_out();
    facts.push(fact("left out", "left_out", left_out.join("; "), json!(left_out)));
    facts.push(lacks(blocks.lacks()));
    Ok(SourceAnswer {
        source: blocks.name().to_string(),
        kind: kind.to_owned(),
        chain: blocks.chain().clone(),
        facts,
    })
}

fn evm(found: &Capabilities) -> Vec<SourceFact> {
    let named = |block: Option<BlockRef>| block.map(|block| block.height);
    let height = |height: Option<u64>| {
        height.map_or_else(|| "it does not say".to_owned(), |height| format!("block {height}"))
    };
    let mut facts = vec![
        fact("client", "client", said(&found.client), json!(found.client)),
        fact("native", "native", found.native.to_string(), json!(found.native.as_str())),
        tip(found.tip.height, Some(found.tip.time)),
        fact("safe", "safe", height(named(found.safe)), json!(named(found.safe))),
        fact("final", "finalized", height(named(found.finalized)), json!(named(found.finalized))),
    ];
    if let Some(syncing) = found.syncing {
        let text = format!("at block {} of {}", syncing.at, syncing.of);
        let value = json!({ "at": syncing.at, "of": syncing.of });
        facts.push(fact("catching up", "syncing", text, value));
    }
    let (receipts, traces) = (found.receipts_by.to_string(), found.traces_by.to_string());
    let from = found.traces_from.map_or_else(String::new, |from| format!(", from block {from} on"));
    facts.push(fact("receipts", "receipts", receipts.clone(), json!(receipts)));
    facts.push(fact("traces", "traces", format!("{traces}{from}"), json!(traces)));
    facts.push(fact("", "traces_from", String::new(), json!(found.traces_from)));
    facts.push(fact(
        "batches",
        "batch",
        format!("{} calls", found.batch_max),
        json!(found.batch_max),
    ));
    facts.push(latency(found.latency));
    facts.push(speed(found.sample.blocks, found.sample.rows, found.sample.time));
    facts
}

fn said(text: &str) -> String {
    if text.is_empty() { "it does not say".to_owned() } else { text.to_owned() }
}

/// Tip and speed of what has no report of its own.
fn sampled(blocks: &dyn BlockSource<Error = SourceError>) -> Result<Vec<SourceFact>, Failure> {
    let begun = Instant::now();
    let highest = blocks.tip().map_err(failure)?;
    let answered = begun.elapsed();
    let begun = Instant::now();
    let lowest = blocks.first().map_err(failure)?;
    let first = highest.height.saturating_sub(SAMPLE_BLOCKS - 1).max(lowest);
    let (mut count, mut rows, mut last) = (0, 0, None);
    for block in blocks.blocks(first..=highest.height) {
        let block: Rows = block.map_err(failure)?;
        count += 1;
        rows += u64::try_from(block.len()).unwrap_or(u64::MAX);
        last = block.blocks.first().map(|header| header.time);
    }
    let time = begun.elapsed();
    Ok(vec![tip(highest.height, last), latency(answered), speed(count, rows, time)])
}

fn fact(name: &'static str, key: &'static str, text: String, value: Value) -> SourceFact {
    SourceFact { name, key, text, value }
}

fn tip(height: u64, time: Option<Timestamp>) -> SourceFact {
    let behind = time.and_then(age);
    let text = match (time, behind) {
        (Some(time), Some(seconds)) => format!("block {height} of {time}, {seconds} s ago"),
        (Some(time), None) => format!("block {height} of {time}"),
        (None, _) => format!("block {height}"),
    };
    let value = json!({
        "height": height,
        "time": time.map(Timestamp::to_unix),
        "seconds_behind": behind,
    });
    fact("tip", "tip", text, value)
}

/// How many seconds ago a time was.
fn age(time: Timestamp) -> Option<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    now.checked_sub(u64::try_from(time.to_unix()).ok()?)
}

fn latency(time: Duration) -> SourceFact {
    let micros = time.as_micros();
    let text = format!("{}.{:01} ms", micros / 1000, micros % 1000 / 100);
    fact("answers in", "latency_micros", text, json!(u64::try_from(micros).unwrap_or(u64::MAX)))
}

fn speed(blocks: u64, rows: u64, time: Duration) -> SourceFact {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    let per_second = |count: u64| count.saturating_mul(1000) / millis;
    let text = format!(
        "{} blocks with {} rows a second, by the last {blocks}",
        per_second(blocks),
        per_second(rows)
    );
    let value = json!({ "blocks": blocks, "rows": rows, "milliseconds": millis });
    fact("speed", "sample", text, value)
}

fn lacks(lacks: &[Lack]) -> SourceFact {
    let texts: Vec<String> = lacks.iter().map(Lack::to_string).collect();
    let names: Vec<&str> = lacks.iter().map(|lack| lack.name()).collect();
    let text = if texts.is_empty() { "nothing".to_owned() } else { texts.join(", ") };
    fact("lacks", "lacks", text, json!(names))
}
