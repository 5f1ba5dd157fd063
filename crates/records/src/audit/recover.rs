//! What is found when the log is opened again.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hawkshaw_model::{Digest, Printable};
use serde_json::{Map, Value, json};

use super::error::AuditError;
use super::file;
use super::head::{AuditHead, stored_head};
use super::line;
use super::log::{Tail, create};
use crate::folder::private;

/// A file of the log that is read through may have so many bytes.
const FILE_MAX: u64 = 4 << 30;

/// The end of the chain, and what is to be said of it.
pub(crate) struct Recovered {
    pub(crate) tail: Tail,
    pub(crate) notes: Vec<(&'static str, Map<String, Value>)>,
}

/// What a file says.
struct Scanned {
    /// Its whole lines that continue the chain end here.
    good: u64,
    head: AuditHead,
    /// The lines in it that were known to be on the disk.
    known: Vec<AuditHead>,
    /// The first bytes behind the good ones, and how many there are.
    rest: Vec<u8>,
    /// Why the rest is not good.
    why: String,
}

/// Opens the end of the chain. `anchor` is a line that is known from elsewhere to have been on
/// the disk.
pub(crate) fn open(folder: &Path, anchor: Option<AuditHead>) -> Result<Recovered, AuditError> {
    let stored = stored_head(folder)?;
    let files = file::list(folder)?;
    let Some((number, path)) = files.last() else {
        if let Some(stored) = stored.filter(|stored| stored.lines > 0) {
            return Err(missing(folder, 0, stored));
        }
        return begin_anew(folder, anchor);
    };
    let known = known(&files, stored, anchor)?;
    // From the file that the first of them is in, and at least the one before the last: its end
    // tells with what the last one has to begin.
    let begin = holder(&files, known.first())?.min(files.len().saturating_sub(2));
    let mut scanned: Option<Scanned> = None;
    let mut found: Vec<AuditHead> = Vec::new();
    for (_, path) in files.get(begin..).unwrap_or_default() {
        if let Some(before) = scanned.as_ref().filter(|before| !before.rest.is_empty()) {
            return Err(AuditError::Broken(format!(
                "the file before {}, line {} of the log: {}",
                path.display(),
                before.head.lines + 1,
                before.why
            )));
        }
        let next = scan(path, scanned.map(|before| before.head), &known)?;
        found.extend(&next.known);
        scanned = Some(next);
    }
    let Some(scanned) = scanned else { return begin_anew(folder, anchor) };
    if let Some(lost) = known.iter().find(|head| !found.contains(head)) {
        return Err(missing(path, scanned.head.lines, *lost));
    }
    let (lines, is_headless) = (scanned.head.lines, stored.is_none());
    let mut recovered = mend(folder, (*number, path), scanned)?;
    if is_headless && lines > 0 {
        let note = Map::from_iter([("lines".to_owned(), json!(lines))]);
        recovered.notes.push(("audit.no-head", note));
    }
    Ok(recovered)
}

/// The lines that were known to be on the disk, the first one first. A line of files that were
/// moved away since is none that can be looked for.
fn known(
    files: &[(u64, PathBuf)],
    stored: Option<AuditHead>,
    anchor: Option<AuditHead>,
) -> Result<Vec<AuditHead>, AuditError> {
    let mut known: Vec<AuditHead> = stored.into_iter().filter(|head| head.lines > 0).collect();
    if let Some(anchor) = anchor.filter(|anchor| anchor.lines > 0 && !known.contains(anchor)) {
        let first = files.first().map(|(_, path)| first_line(path)).transpose()?.flatten();
        if first.is_none_or(|first| first <= anchor.lines) {
            known.push(anchor);
        }
    }
    known.sort_unstable_by_key(|head| head.lines);
    Ok(known)
}

/// The number of the line that a file begins with.
fn first_line(path: &Path) -> Result<Option<u64>, AuditError> {
    let failed = |error: std::io::Error| AuditError::disk("read", path, &error);
    let most = u64::try_from(line::LINE_MAX).unwrap_or(u64::MAX);
    let mut text = Vec::new();
    let file = File::open(path).map_err(failed)?;
    BufReader::new(file).take(most).read_until(b'\n', &mut text).map_err(failed)?;
    Ok(line::read(text.trim_ascii_end()).ok().map(|line| line.number))
}

/// Which file a line is in: the last that begins with it or before it.
fn holder(files: &[(u64, PathBuf)], known: Option<&AuditHead>) -> Result<usize, AuditError> {
    let Some(known) = known else { return Ok(files.len()) };
    for (place, (_, path)) in files.iter().enumerate().rev() {
        if first_line(path)?.is_some_and(|first| first <= known.lines) {
            return Ok(place);
        }
    }
    Ok(0)
}

fn missing(path: &Path, lines: u64, stored: AuditHead) -> AuditError {
    AuditError::Broken(format!(
        "{} ends with line {lines}, and line {} with the digest {} was on the disk",
        path.display(),
        stored.lines,
        stored.digest
    ))
}

/// The first file of a log. Where there was a log before, its first line says so.
fn begin_anew(folder: &Path, lost: Option<AuditHead>) -> Result<Recovered, AuditError> {
    let mut tail = Tail {
        folder: folder.to_path_buf(),
        file: create(folder, 1)?,
        number: 1,
        bytes: 0,
        head: AuditHead::start(),
    };
    tail.begin(None)?;
    let note = |lost: AuditHead| {
        let members = [("lines", json!(lost.lines)), ("digest", json!(lost.digest))];
        ("audit.lost", members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
    };
    let notes = lost.filter(|lost| lost.lines > 0).map(note).into_iter().collect();
    Ok(Recovered { tail, notes })
}

/// Cuts off what is not good, keeps it beside the log, and says so.
fn mend(
    folder: &Path,
    (number, path): (u64, &PathBuf),
    scanned: Scanned,
) -> Result<Recovered, AuditError> {
    let failed = |error: std::io::Error| AuditError::disk("open", path, &error);
    let file = File::options().append(true).read(true).open(path).map_err(failed)?;
    let mut notes = Vec::new();
    if !scanned.rest.is_empty() {
        let kept = keep(folder, &scanned.rest)?;
        file.set_len(scanned.good).and_then(|()| file.sync_all()).map_err(failed)?;
        let text = String::from_utf8_lossy(&scanned.rest);
        let note = json!({
            "file": file::name(number),
            "bytes": scanned.rest.len(),
            "sha256": Digest::of(&scanned.rest),
            "kept": kept,
            "begins": Printable(&text).to_string(),
            "why": scanned.why,
        });
        if let Value::Object(note) = note {
            notes.push(("audit.torn", note));
        }
    }
    let mut tail = Tail {
        folder: folder.to_path_buf(),
        file: Arc::new(file),
        number,
        bytes: scanned.good,
        head: scanned.head,
    };
    if scanned.good == 0 {
        let earlier = number.checked_sub(1).filter(|earlier| *earlier > 0).map(file::name);
        tail.begin(earlier.as_deref())?;
    }
    Ok(Recovered { tail, notes })
}

/// Keeps what is cut off under the name of its digest.
fn keep(folder: &Path, bytes: &[u8]) -> Result<String, AuditError> {
    let digest = Digest::of(bytes).to_string();
    let name = format!("torn-{}", digest.get(..16).unwrap_or(&digest));
    let path = folder.join(&name);
    let failed = |error: std::io::Error| AuditError::disk("write", &path, &error);
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    private(&mut options);
    let mut file = options.open(&path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(name)
}

/// Reads a file through. Without an expected head the first line says where the chain stands.
/// A break at or before a known line is an error: what was on the disk was changed.
fn scan(
    path: &Path,
    expected: Option<AuditHead>,
    known: &[AuditHead],
) -> Result<Scanned, AuditError> {
    let failed = |error: std::io::Error| AuditError::disk("read", path, &error);
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(failed)?.take(FILE_MAX);
    file.read_to_end(&mut bytes).map_err(failed)?;
    let mut head = expected;
    let mut good = 0;
    let mut seen = Vec::new();
    let mut why = "it has no end".to_owned();
    while let Some(length) = memchr_newline(&bytes[good..]) {
        let text = &bytes[good..good + length];
        match follow(text, head) {
            Ok(next) => {
                seen.extend(known.iter().filter(|one| **one == next));
                head = Some(next);
                good += length + 1;
            }
            Err(reason) => {
                why = reason;
                break;
            }
        }
    }
    let rest = bytes.split_off(good);
    let head = head.unwrap_or_else(AuditHead::start);
    let on_disk = known.last().map_or(0, |last| last.lines);
    if !rest.is_empty() && head.lines < on_disk {
        return Err(AuditError::Broken(format!(
            "{}, line {}: {why}; it was on the disk",
            path.display(),
            head.lines + 1
        )));
    }
    let good = u64::try_from(good).unwrap_or(u64::MAX);
    Ok(Scanned { good, head, known: seen, rest, why })
}

fn memchr_newline(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

/// The head behind a line that has to follow another.
pub(crate) fn follow(text: &[u8], before: Option<AuditHead>) -> Result<AuditHead, String> {
    let line = line::read(text)?;
    if let Some(before) = before {
        if line.previous != before.digest {
            return Err(format!(
                "it follows the digest {}, and the line before it has {}",
                line.previous, before.digest
            ));
        }
        if line.number != before.lines + 1 {
            return Err(format!("it has number {}, and {} comes", line.number, before.lines + 1));
        }
    }
    Ok(AuditHead { lines: line.number, digest: Digest::of(text) })
}
