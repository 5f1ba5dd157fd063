//! `hawkshaw trace`.

use std::path::Path;

use anyhow::anyhow;
use hawkshaw_model::{Ledger, Printable, Timestamp};
use hawkshaw_report::{Colour, Parameters, StopRule, TableStyle, to_files, to_json, to_table};
use hawkshaw_trace::Noise;

use crate::bundle;
use crate::cli::{StopsArgument, TraceArguments};
use crate::draft::Draft;
use crate::exit::Failure;
use crate::investigation::{Investigation, LedgerPlace, gather, gather_without_case};
use crate::noise;
use crate::prices;
use crate::pursuit::{self, End, Pursued, Wish};
use crate::screen::{self, Activity};
use crate::store::StoreInput;
use crate::target::Target;

pub(crate) fn run(arguments: &TraceArguments, quiet: bool) -> Result<(), Failure> {
    if let Some(folder) = &arguments.out {
        bundle::check_folder(folder)?;
    }
    let Some(url) = &arguments.pursuit.explorer else {
        check_target(arguments)?;
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

/// Refuses a target that cannot be followed without an explorer, or a time that it has no use for.
fn check_target(arguments: &TraceArguments) -> Result<(), Failure> {
    let target = Printable(&arguments.target);
    let is_folder = Target::is_folder(&arguments.target);
    let error = if !is_folder && arguments.store.is_none() && arguments.ledger.is_empty() {
        anyhow!(
            "`{target}` is no case folder: to follow it, name the ledger with --store or --ledger, \
             or an explorer with --explorer, or write a case (`hawkshaw case new`)"
        )
    } else if arguments.pursuit.since.is_some()
        && (is_folder || Target::is_of_transaction(&arguments.target))
    {
        anyhow!("--since is for a bare address: {target} says by itself what was stolen")
    } else {
        return Ok(());
    };
    Err(Failure::Usage(error))
}

/// The `case.toml` of a bare target on a ledger.
fn draft(
    ledger: &dyn Ledger,
    text: &str,
    since: Option<Timestamp>,
    quiet: bool,
) -> Result<String, Failure> {
    let target = Target::find(text, ledger)?;
    let draft = Draft::new(ledger, &target, text, since)?;
    let (listed, change) = (draft.found.thefts.len(), draft.found.change);
    let what = target.what();
    if listed == 0 {
        let since = since.map_or_else(String::new, |since| format!(" since {since}"));
        let change = if change > 0 { " but change" } else { "" };
        return Err(Failure::BadData(anyhow!(
            "the ledger holds nothing that came by {what}{since}{change}: there is nothing to follow"
        )));
    }
    let credits = if listed == 1 { "1 credit" } else { &format!("{listed} credits") };
    let mut said = format!(
        "assumed to be stolen: all that came by {what}, {credits}; write a case to be more exact \
         (`hawkshaw case new`)"
    );
    if change > 0 {
        let outputs = if change == 1 { "1 output" } else { &format!("{change} outputs") };
        said += &format!("; left out as change of who paid: {outputs}");
    }
    screen::say(quiet, &said);
    let word = "Everything below is assumed to be stolen. Remove the entries that are not.";
    Ok(draft.to_toml(None, word))
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
    let is_case = case.is_dir() || Target::is_folder(&arguments.target);
    let mut files = match is_case {
        true => gather(case, place, &arguments.tags, quiet)?,
        false => gather_without_case(place, &arguments.tags, quiet)?,
    };
    files.extend(prices::gather(&arguments.prices, quiet)?);
    let (store, parameters) = (store.as_ref(), parameters(arguments));
    let investigation = if is_case {
        Investigation::run(files, store, parameters, &activity)?
    } else {
        let since = arguments.pursuit.since;
        let toml = |ledger: &dyn Ledger| draft(ledger, &arguments.target, since, quiet);
        Investigation::run_drafted(files, store, toml, parameters, &activity)?
    };
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
