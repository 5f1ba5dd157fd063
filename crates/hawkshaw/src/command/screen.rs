//! `hawkshaw screen`.

mod batch;
mod counts;
mod lines;
mod text;

use std::fs::File;
use std::io::{BufReader, Read};

use anyhow::{Context as _, anyhow};
use hawkshaw_model::{AssetList, Timestamp};
use hawkshaw_screening::{Category, Direction, Query, RuleSet, Screener, Severity, Status};

use self::batch::{Batch, Form};
use self::counts::Counts;
use crate::cli::screen::{DirectionArgument, ScreenArguments};
use crate::exit::Failure;
use crate::screen::Meter;
use crate::{screen, screening};

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

pub(crate) fn run(arguments: &ScreenArguments, quiet: bool) -> Result<(), Failure> {
    if arguments.categories {
        return screen::answer(categories().as_bytes());
    }
    if arguments.print_rules {
        return screen::answer(RuleSet::built_in_text().as_bytes());
    }
    let from_input = arguments.addresses.iter().filter(|text| *text == STANDARD_INPUT).count();
    if arguments.addresses.is_empty() && arguments.file.is_empty() {
        let error = anyhow!("name addresses, files of them with --file, or `-` for standard input");
        return Err(Failure::Usage(error));
    }
    if from_input > 1 {
        return Err(Failure::Usage(anyhow!("standard input (`-`) can be read once")));
    }
    let screener = screening::gather(&arguments.known, quiet)?;
    screening::say(&screener, quiet);
    let mut counts = Counts::default();
    answer_all(arguments, &screener, quiet, &mut counts)?;
    if counts.all > 1 || from_input > 0 || !arguments.file.is_empty() {
        screen::say(quiet, &counts.to_string());
    }
    if arguments.fail_on_hit { gate(&counts) } else { Ok(()) }
}

/// Whether what was asked for may pass: nothing is known of it, and all of it could be read.
fn gate(counts: &Counts) -> Result<(), Failure> {
    let invalid = counts.of(Status::Invalid);
    if counts.of(Status::Hit) > 0 {
        return Err(Failure::Hit);
    }
    if invalid > 0 {
        return Err(Failure::BadData(anyhow!("{invalid} of what was asked for is no address")));
    }
    Ok(())
}

fn answer_all(
    arguments: &ScreenArguments,
    screener: &Screener,
    quiet: bool,
    counts: &mut Counts,
) -> Result<(), Failure> {
    let asked = asked(arguments)?;
    let assets = AssetList::built_in();
    let form = if arguments.json { Form::JsonLines } else { Form::Lines };
    let batch = Batch { screener, asked: &asked, form };
    let mut is_first = true;
    for address in &arguments.addresses {
        if address == STANDARD_INPUT {
            let meter = Meter::bytes(quiet, "screening");
            batch.run(std::io::stdin().lock(), None, &meter, counts)?;
            continue;
        }
        let answer = screener.screen(&Query { address: address.clone(), ..asked.clone() });
        let answer = answer.map_err(Failure::bad_data)?;
        counts.add(&answer);
        if arguments.json {
            screen::answer(batch::json_line(&answer).as_bytes())?;
        } else {
            let gap = if is_first { "" } else { "\n" };
            screen::answer(format!("{gap}{}", text::render(&answer, &assets)).as_bytes())?;
        }
        is_first = false;
    }
    for path in &arguments.file {
        let meter = Meter::bytes(quiet, "screening");
        let unavailable = || format!("cannot read {}", path.display());
        let file = File::open(path).with_context(unavailable).map_err(Failure::Unavailable)?;
        let length = file.metadata().ok().filter(|kind| kind.is_file()).map(|kind| kind.len());
        batch.run(BufReader::with_capacity(1 << 20, file).by_ref(), length, &meter, counts)?;
    }
    Ok(())
}

/// What is asked of every address.
fn asked(arguments: &ScreenArguments) -> Result<Query, Failure> {
    let now = Timestamp::from_unix(jiff::Timestamp::now().as_second());
    Ok(Query {
        address: String::new(),
        chain: arguments.chain.clone(),
        direction: arguments.direction.map(|direction| match direction {
            DirectionArgument::Deposit => Direction::Received,
            DirectionArgument::Withdrawal => Direction::Sent,
        }),
        asset: arguments.asset.clone(),
        amount: arguments.amount,
        usd: arguments.usd,
        as_of: arguments.as_of,
        now: Some(now.context("the clock of this machine").map_err(Failure::Unavailable)?),
    })
}

fn categories() -> String {
    let mut text = String::from("id  category             severity\n");
    for category in Category::ALL {
        let severity = match category.severity() {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Severe => "severe",
        };
        text.push_str(&format!("{:>2}  {:<19}  {severity}\n", category.id(), category.name()));
    }
    text
}
