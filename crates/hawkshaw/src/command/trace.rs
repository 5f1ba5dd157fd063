//! `hawkshaw trace`.

use std::path::Path;

use anyhow::anyhow;
use hawkshaw_model::Printable;
use hawkshaw_report::{Colour, Parameters, StopRule, TableStyle, to_files, to_json, to_table};
use hawkshaw_trace::Noise;

use crate::bundle;
use crate::cli::{StopsArgument, TraceArguments};
use crate::exit::Failure;
use crate::investigation::{Investigation, LedgerPlace, gather};
use crate::noise;
use crate::prices;
use crate::pursuit::{self, End, Pursued, Target, Wish};
use crate::screen::{self, Activity};
use crate::store::StoreInput;

pub(crate) fn run(arguments: &TraceArguments, quiet: bool) -> Result<(), Failure> {
    if let Some(folder) = &arguments.out {
        bundle::check_folder(folder)?;
    }
    let Some(url) = &arguments.pursuit.explorer else {
        if !Target::is_folder(&arguments.target) {
            let error = anyhow!(
                "`{}` is no case folder: to follow it, name an explorer with --explorer, or \
                 write a case (`hawkshaw case new`)",
                Printable(&arguments.target)
            );
            return Err(Failure::Usage(error));
        }
        return report(arguments, Path::new(&arguments.target), quiet);
    };
    let pursued = pursue(arguments, url, quiet)?;
    let folder = &pursued.folder;
    report(arguments, folder, quiet)?;
    let shown = folder.display();
    screen::say(
        quiet,
        &format!("the case is in {shown}: `hawkshaw trace {shown}` needs no explorer"),
    );
    match pursued.end {
        End::Closed | End::OutOfBudget => Ok(()),
        End::Stopped => Err(Failure::Interrupted(anyhow!(
            "interrupted: what was known by then is in {shown}, and the same command goes on"
        ))),
    }
}

/// Follows the money with an explorer.
fn pursue(arguments: &TraceArguments, url: &str, quiet: bool) -> Result<Pursued, Failure> {
    let interrupt = screen::interrupt()?;
    let asking = &arguments.pursuit;
    let parameters = parameters(arguments);
    let wish = Wish {
        target: &arguments.target,
        since: asking.since,
        budget: asking.budget,
        rows_max: asking.history_rows,
        case: asking.case.as_ref(),
        tags: &arguments.tags,
        parameters: &parameters,
        quiet,
    };
    pursuit::open(&wish, url, asking, &interrupt)
}

/// Traces a case and shows what came of it.
fn report(arguments: &TraceArguments, case: &Path, quiet: bool) -> Result<(), Failure> {
    let activity = Activity::start(quiet);
    activity.now("reading the case");
    let store = arguments.store.as_deref().map(StoreInput::open).transpose()?;
    let place = match store {
        Some(_) => LedgerPlace::Store,
        None => LedgerPlace::Files(&arguments.ledger),
    };
    let mut files = gather(case, place, &arguments.tags, quiet)?;
    files.extend(prices::gather(&arguments.prices, quiet)?);
    let investigation =
        Investigation::run(files, store.as_ref(), parameters(arguments), &activity)?;
    let written = match &arguments.out {
        Some(folder) => {
            activity.now("writing the report");
            let rendered = investigation.with_findings(to_files);
            Some((folder, bundle::write(folder, &rendered, &investigation.files)?))
        }
        None => None,
    };
    drop(activity);
    super::tags::say_defects(&investigation.tags, quiet);
    if let Some((folder, left_out)) = written {
        let page = folder.join("report.html");
        screen::say(quiet, &format!("report written: open {} in a browser", page.display()));
        let with = arguments.store.as_ref();
        let with = with.map_or_else(String::new, |store| format!(" --store {}", store.display()));
        screen::say(quiet, &format!("to check it: hawkshaw verify {}{with}", folder.display()));
        for file in left_out {
            screen::say(quiet, &format!("too large to copy into the report: {file}"));
        }
    }
    if arguments.json {
        return screen::answer(&investigation.with_findings(to_json));
    }
    let colour = if screen::is_colourful() { Colour::Ansi } else { Colour::None };
    let style = TableStyle { width: screen::width(), colour };
    screen::answer(investigation.with_findings(|found| to_table(found, style)).as_bytes())
}

fn parameters(arguments: &TraceArguments) -> Parameters {
    Parameters {
        policies: arguments.policy.clone(),
        stops: match arguments.stops {
            StopsArgument::Tagged => StopRule::Tagged,
            StopsArgument::Inferred => StopRule::Inferred,
        },
        floor: arguments.floor,
        noise: Noise::keeping(noise::kept(arguments.keep_noise.as_deref())),
        until: arguments.until,
    }
}
