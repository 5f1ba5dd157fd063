//! `hawkshaw audit`.

use std::collections::VecDeque;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;

use anyhow::anyhow;
use hawkshaw_model::Digest;
use hawkshaw_records::{
    AuditError, AuditFilter, AuditHead, Verified, read_audit, stored_head, verify_audit,
};
use serde_json::json;

use crate::cli::audit::{AuditArguments, AuditCommand};
use crate::exit::Failure;
use crate::screen;

pub(crate) fn run(arguments: &AuditArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        AuditCommand::Verify { folder, head, json } => verify(folder, head, *json),
        AuditCommand::Head { folder, json } => print_head(folder, *json),
        AuditCommand::Show { folder, since, until, event, field, last } => {
            let filter = AuditFilter {
                since: *since,
                until: *until,
                event: event.clone(),
                fields: field.clone(),
            };
            show(folder, &filter, *last, quiet)
        }
    }
}

fn failure(error: AuditError) -> Failure {
    match error {
        AuditError::Disk { .. } => Failure::Unavailable(error.into()),
        _ => Failure::bad_data(error),
    }
}

fn verify(folder: &Path, heads: &[Digest], is_json: bool) -> Result<(), Failure> {
    // The stored head first: what is written meanwhile only comes behind it.
    let stored = stored_head(folder).map_err(failure)?;
    let mut wanted = heads.to_vec();
    wanted.extend(stored.map(|stored| stored.digest));
    let verified = verify_audit(folder, &wanted).map_err(failure)?;
    if verified.files == 0 && wanted.is_empty() {
        let what = format!("{} holds no audit log", folder.display());
        return Err(Failure::Unavailable(anyhow!(what)));
    }
    // A state folder has a head beside its log; without one a missing end could not be seen. Files
    // of a log that were copied have none, and of them only the chain can be judged.
    let has_lost_head = wanted.is_empty() && folder.join("audit").is_dir();
    let is_whole = verified.is_whole() && !has_lost_head;
    let text = match is_json {
        true => in_json(&verified, stored, is_whole),
        false => in_words(&verified, stored, !wanted.is_empty()),
    };
    screen::answer(text.as_bytes())?;
    if is_whole {
        return Ok(());
    }
    if verified.is_whole() {
        let what = "the stored head of the audit log is gone, so that a missing end could not be seen: \
                    hand --head what `hawkshaw audit head` printed earlier";
        return Err(Failure::BadData(anyhow!(what)));
    }
    Err(Failure::BadData(anyhow!("the audit log of {} is not whole", folder.display())))
}

fn in_json(verified: &Verified, stored: Option<AuditHead>, is_whole: bool) -> String {
    let value = json!({
        "schema": "hawkshaw.audit-verify/1",
        "whole": is_whole,
        "files": verified.files,
        "first": verified.first,
        "lines": verified.lines,
        "head": verified.head,
        "stored_head": stored,
        "first_break": verified.first_break,
        "missing_heads": verified.missing_heads,
    });
    screen::visible(&format!("{value:#}\n"))
}

fn in_words(verified: &Verified, stored: Option<AuditHead>, has_head: bool) -> String {
    let mut text = format!(
        "{} lines in {} files continue the chain, from line {} to line {}\n{} {}\n",
        verified.lines,
        verified.files,
        verified.first,
        verified.head.lines,
        if verified.first_break.is_some() { "last good digest:" } else { "head:" },
        verified.head.digest
    );
    if verified.first > 1 {
        text.push_str("the files before the first line are not here\n");
    }
    if stored.is_none() {
        let seen = if has_head { "" } else { ", so that a missing end could not be seen" };
        text.push_str(&format!("no head is stored beside it{seen}\n"));
    }
    if let Some(found) = &verified.first_break {
        let file = found.file.display();
        text.push_str(&format!("broken: {file}, line {}: {}\n", found.line, found.why));
    }
    for head in &verified.missing_heads {
        text.push_str(&format!("missing: no line has the digest {head}\n"));
    }
    screen::visible(&text)
}

fn print_head(folder: &Path, is_json: bool) -> Result<(), Failure> {
    let Some(head) = stored_head(folder).map_err(failure)? else {
        let what = format!("{} holds no head of an audit log", folder.display());
        return Err(Failure::Unavailable(anyhow!(what)));
    };
    let text = match is_json {
        true => format!("{}\n", json!({ "lines": head.lines, "digest": head.digest })),
        false => format!("{} {}\n", head.lines, head.digest),
    };
    screen::answer(text.as_bytes())
}

fn show(
    folder: &Path,
    filter: &AuditFilter,
    last: Option<u32>,
    quiet: bool,
) -> Result<(), Failure> {
    let most = last.map_or(Ok(usize::MAX), usize::try_from).unwrap_or(usize::MAX);
    let mut kept: VecDeque<String> = VecDeque::new();
    let mut output = BufWriter::new(std::io::stdout().lock());
    let mut problem = None;
    let bad = read_audit(folder, filter, |_, text| {
        let text = screen::visible(text);
        if last.is_none() {
            problem = writeln!(output, "{text}").err();
            return problem.is_none();
        }
        if kept.len() == most {
            kept.pop_front();
        }
        kept.push_back(text);
        true
    })
    .map_err(failure)?;
    let rest = kept.iter().try_for_each(|text| writeln!(output, "{text}"));
    match problem.map_or(Ok(()), Err).and(rest).and_then(|()| output.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => return Err(Failure::OutputClosed),
        Err(error) => {
            let error = anyhow::Error::new(error).context("cannot write the answer");
            return Err(Failure::Unavailable(error));
        }
    }
    if bad > 0 {
        let text = format!("{bad} lines cannot be read: `hawkshaw audit verify` says where");
        screen::say(quiet, &text);
    }
    Ok(())
}
