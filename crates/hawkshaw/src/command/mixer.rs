//! `hawkshaw mixer`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::anyhow;
use hawkshaw_mixers::{
    Defects, Hypothesis, KnownBatch, Pool, PoolError, Question, Report, Settings, demix,
    read_depositors,
};
use hawkshaw_model::{Printable, Timestamp};

use crate::cli::mixer::{MixerArguments, MixerCommand, TornadoArguments};
use crate::exit::Failure;
use crate::input;
use crate::screen::{self, Activity};

/// Recipients that are not claimed and shown all the same; JSON has all.
const OTHERS_SHOWN: usize = 20;

pub(crate) fn run(arguments: &MixerArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        MixerCommand::Tornado(arguments) => tornado(arguments, quiet),
    }
}

fn tornado(arguments: &TornadoArguments, quiet: bool) -> Result<(), Failure> {
    if arguments.deposits.len() != arguments.withdrawals.len() {
        return Err(Failure::Usage(anyhow!(
            "{} files of deposits and {} of withdrawals: give both of every pool, in one order",
            arguments.deposits.len(),
            arguments.withdrawals.len()
        )));
    }
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from > to
    {
        return Err(Failure::Usage(anyhow!("--from {from} is after --to {to}")));
    }
    let activity = Activity::start(quiet);
    activity.now("reading the pool");
    let mut pools = Vec::new();
    for (deposits, withdrawals) in arguments.deposits.iter().zip(&arguments.withdrawals) {
        pools.push(pool(deposits, withdrawals)?);
    }
    let mut defects = Defects::default();
    let batches = match &arguments.depositors {
        Some(path) => depositors(path, &mut defects)?,
        None => Vec::new(),
    };
    let Some((asked, others)) = pools.split_first_mut() else {
        return Err(Failure::Usage(anyhow!("no pool is given")));
    };
    asked.defects.add(&defects);
    for other in &*others {
        asked.defects.add(&other.defects);
    }
    activity.now("weighing recipients");
    let report = demix(&Question {
        pool: asked,
        pool_name: arguments.deposits.first().and_then(|path| pool_name(path)),
        other_pools: others,
        batches: &batches,
        from: arguments.from.map(Timestamp::to_unix),
        to: arguments.to.map(Timestamp::to_unix),
    })
    .map_err(refusal)?;
    drop(activity);
    if arguments.json {
        let json = serde_json::to_string_pretty(&report).map_err(Failure::bad_data)?;
        return screen::answer(screen::visible(&format!("{json}\n")).as_bytes());
    }
    screen::answer(shown(&report).as_bytes())
}

fn pool(deposits: &Path, withdrawals: &Path) -> Result<Pool, Failure> {
    let (put, taken) = (input::read(deposits)?, input::read(withdrawals)?);
    Pool::read(
        (&deposits.display().to_string(), &put),
        (&withdrawals.display().to_string(), &taken),
    )
    .map_err(refusal)
}

fn depositors(path: &Path, defects: &mut Defects) -> Result<Vec<KnownBatch>, Failure> {
    read_depositors(&path.display().to_string(), &input::read(path)?, defects).map_err(refusal)
}

fn refusal(error: PoolError) -> Failure {
    match error {
        PoolError::NothingToDo(_) => Failure::Usage(error.into()),
        _ => Failure::bad_data(error),
    }
}

/// What the name of a file says of its pool: `eth_100` of `deposits_eth_100.json.zip`.
fn pool_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let name = name.strip_suffix(".zip").unwrap_or(name);
    let name = name.strip_suffix(".json").unwrap_or(name).strip_prefix("deposits_")?;
    Some(Printable(name).to_string())
}

/// The answer for people.
fn shown(report: &Report) -> String {
    let mut text = String::new();
    let settings = &report.settings;
    heading(&mut text, settings);
    let claimed: Vec<&Hypothesis> = report.recipients.iter().filter(|own| own.claimed).collect();
    let others: Vec<&Hypothesis> = report.recipients.iter().filter(|own| !own.claimed).collect();
    let _ = writeln!(text, "\nClaimed: {}", counted(claimed.len()));
    table(&mut text, &claimed);
    if !others.is_empty() {
        let _ = writeln!(text, "\nListed, not claimed: {}", counted(others.len()));
        table(&mut text, &others[..others.len().min(OTHERS_SHOWN)]);
        if others.len() > OTHERS_SHOWN {
            let _ = writeln!(text, "  and {} more: see --json", others.len() - OTHERS_SHOWN);
        }
    }
    error(&mut text, settings);
    text
}

fn counted(recipients: usize) -> String {
    if recipients == 1 { "1 recipient".to_owned() } else { format!("{recipients} recipients") }
}

fn heading(text: &mut String, settings: &Settings) {
    let pool = &settings.pool;
    let name = pool.assumed.as_deref().unwrap_or("a pool without a name");
    let _ = writeln!(
        text,
        "{name} (from the name of the file): {} deposits, {} withdrawals to {}",
        pool.deposits,
        pool.withdrawals,
        counted(pool.recipients),
    );
    if settings.batches > 0 {
        let _ = writeln!(
            text,
            "Known batches: {}, with {} deposits",
            settings.batches, settings.batch_deposits
        );
    }
    let time = |seconds: i64| {
        Timestamp::from_unix(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
    };
    let window = settings.window;
    let _ = writeln!(text, "Looked at: {} to {}", time(window.from), time(window.to));
    for series in &settings.series {
        let _ = writeln!(
            text,
            "{}: {} runs with {} withdrawals, {} more with the same habits; fees: {}",
            if series.asked_about { "Series asked about" } else { "Another series" },
            series.runs,
            series.withdrawals,
            series.followers,
            series.pattern.name(),
        );
    }
    for (defect, count) in settings.defects.iter() {
        let _ = writeln!(text, "Defect: {} ({count})", defect.name());
    }
}

fn table(text: &mut String, recipients: &[&Hypothesis]) {
    if recipients.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "  {:<42}  {:>5}  {:<42}  {:>5}  {:>10}  rules",
        "recipient", "taken", "batch", "score", "candidates"
    );
    for own in recipients {
        let batch = own.batch.map_or_else(|| "-".to_owned(), |batch| format!("{batch:#x}"));
        let rules: Vec<&str> = own.rules.iter().map(|rule| rule.name()).collect();
        let _ = writeln!(
            text,
            "  {:<42}  {:>5}  {batch:<42}  {:>5.3}  {:>10}  {}",
            format!("{:#x}", own.recipient),
            own.withdrawals,
            own.score,
            own.candidates,
            rules.join(", "),
        );
    }
}

fn error(text: &mut String, settings: &Settings) {
    let error = &settings.error;
    if let Some(precision) = error.expected_precision {
        let _ = writeln!(
            text,
            "\nStated error: of {} claims {:.1} are expected to be wrong (precision {precision:.3}, \
             bound {}); {:.1} more are expected to be right and are not claimed.",
            error.claimed, error.expected_wrong, error.bound, error.expected_missed,
        );
    }
    for placebo in &error.placebos {
        let _ = writeln!(
            text,
            "Placebo: moved by {} days, where this thief put nothing in, {} would be claimed.",
            placebo.shift_days, placebo.claimed,
        );
    }
    let _ = writeln!(text, "A score is {}.", settings.score_meaning);
    for caveat in &settings.caveats {
        let _ = writeln!(text, "{caveat}");
    }
}
