//! `hawkshaw verify`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, anyhow};
use hawkshaw_model::Printable;
use hawkshaw_report::{Manifest, to_files};

use crate::bundle::{self, TRACE_FILE};
use crate::cli::VerifyArguments;
use crate::exit::Failure;
use crate::input;
use crate::investigation::Investigation;
use crate::screen::{self, Activity};
use crate::store::{StoreInput, stored_in};

/// What was found of one file of a report.
enum Verdict {
    Agrees,
    Differs {
        at: usize,
    },
    Missing,
    /// It is no file of a report, so that there is nothing to compare it with.
    Stranger,
}

pub(crate) fn run(arguments: &VerifyArguments, quiet: bool) -> Result<(), Failure> {
    let folder = &arguments.report;
    if !bundle::is_plain_file(&folder.join(TRACE_FILE)) {
        let error = anyhow!("{} is no report: it has no {TRACE_FILE}", folder.display());
        return Err(Failure::Usage(error));
    }
    let activity = Activity::start(quiet);
    let stored = input::read(&folder.join(TRACE_FILE))?;
    let manifest = Manifest::from_trace_json(&stored)
        .with_context(|| format!("{TRACE_FILE} has no manifest to run again"))
        .map_err(Failure::BadData)?;
    let files = bundle::inputs(folder, &manifest, &arguments.input)?;
    let store = store(arguments, &manifest)?;
    let parameters = manifest.parameters().clone();
    let again = Investigation::run(files, store.as_ref(), parameters, &activity)?;
    let rendered = again.with_findings(to_files);
    let mut verdicts = BTreeMap::new();
    for (name, bytes) in &rendered {
        let path = folder.join(name);
        let verdict = if bundle::is_plain_file(&path) {
            let stored = input::read(&path)?;
            if stored == *bytes {
                Verdict::Agrees
            } else {
                Verdict::Differs { at: first_difference(&stored, bytes) }
            }
        } else {
            Verdict::Missing
        };
        verdicts.insert(name.clone(), verdict);
    }
    for name in bundle::strangers(folder, &rendered)? {
        verdicts.insert(name, Verdict::Stranger);
    }
    drop(activity);
    let (mut text, agrees) = summary(&manifest, &again.manifest, &verdicts);
    if let Some(change) = store.as_ref().and_then(StoreInput::change) {
        let _ = writeln!(text, "{change}");
    }
    screen::answer(text.as_bytes())?;
    if agrees {
        return Ok(());
    }
    Err(Failure::BadData(anyhow!("the report does not agree with what its inputs give")))
}

/// The store that a report rests on, if it rests on one.
fn store(arguments: &VerifyArguments, manifest: &Manifest) -> Result<Option<StoreInput>, Failure> {
    match (&arguments.store, stored_in(manifest)) {
        (None, None) => Ok(None),
        (Some(path), Some(input)) => StoreInput::of_report(path, input).map(Some),
        (None, Some(input)) => Err(Failure::Unavailable(anyhow!(
            "the report rests on a ledger store that was called {} (sha256 of its state: {}): \
             name it with --store PATH",
            Printable(&input.name),
            input.sha256
        ))),
        (Some(_), None) => {
            Err(Failure::Usage(anyhow!("the report rests on files alone: leave out --store")))
        }
    }
}

fn first_difference(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()))
}

fn summary(
    stored: &Manifest,
    again: &Manifest,
    verdicts: &BTreeMap<String, Verdict>,
) -> (String, bool) {
    let mut text = String::new();
    let mut agrees = true;
    for (name, verdict) in verdicts {
        let line = match verdict {
            Verdict::Agrees => "agrees".to_owned(),
            Verdict::Differs { at } => format!("DIFFERS from byte {at} on"),
            Verdict::Missing => "MISSING".to_owned(),
            Verdict::Stranger => "not part of the report: not checked".to_owned(),
        };
        agrees &= matches!(verdict, Verdict::Agrees | Verdict::Stranger);
        let _ = writeln!(text, "{:<16} {line}", Printable(name).to_string());
    }
    let inputs = stored.inputs().len();
    let _ = writeln!(text);
    if agrees {
        let _ = writeln!(
            text,
            "Every byte agrees: {} was run again from {inputs} inputs, whose digests are those \
             of the manifest.",
            stored.case()
        );
    } else if stored.engine() != again.engine() {
        let engine = Printable(stored.engine());
        let _ = writeln!(
            text,
            "The report was made by {engine} and run again by {}: use that version to compare.",
            again.engine()
        );
    }
    (text, agrees)
}
