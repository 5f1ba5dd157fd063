//! What tells one file from another: the BLAKE3 digest of its bytes, which nobody can forge and
//! which takes little of the time of an import, and the options that change what is read of it.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::anyhow;
use hawkshaw_ingest::ReadOptions;
use hawkshaw_ledger::store::InputFile;

use super::files::Table;
use crate::exit::Failure;
use crate::screen::Meter;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 128 << 10;

/// The digest of every file, with what is read of it.
pub(super) fn inputs(
    tables: &[Table],
    options: &ReadOptions,
    interrupt: &AtomicBool,
    quiet: bool,
) -> Result<Vec<InputFile>, Failure> {
    let length = |table: &Table| table.path.metadata().map_or(0, |found| found.len());
    let total = tables.iter().map(length).sum();
    let meter = Meter::bytes(quiet, "recognising");
    let reading = reading(options);
    let mut done = 0;
    let mut inputs = Vec::with_capacity(tables.len());
    for table in tables {
        let name = table.path.file_name().unwrap_or(table.path.as_os_str());
        let mut progress = |bytes: u64| {
            done += bytes;
            meter.at(done, total);
            !interrupt.load(Ordering::Relaxed)
        };
        let (digest, bytes) = of(&table.path, &mut progress)?;
        let digest = digest + &reading;
        inputs.push(InputFile { name: name.to_string_lossy().into_owned(), bytes, digest });
    }
    Ok(inputs)
}

/// The options that change what is read of a file, where they are not the usual ones.
fn reading(options: &ReadOptions) -> String {
    let usual = ReadOptions::default();
    let mut text = String::new();
    if let Some(chain) = &options.chain {
        text.push_str(&format!(" chain={chain}"));
    }
    if let Some(format) = options.format {
        text.push_str(&format!(" format={format}"));
    }
    if options.events != usual.events {
        text.push_str(&format!(" events={}", options.events));
    }
    if options.calldata != usual.calldata {
        text.push_str(" calldata");
    }
    text
}

fn of(path: &Path, progress: &mut dyn FnMut(u64) -> bool) -> Result<(String, u64), Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::Unavailable(
            anyhow::Error::new(error).context(format!("cannot read {}", path.display())),
        )
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut bytes = 0;
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        hasher.update(&buffer[..read]);
        bytes += read as u64;
        if !progress(read as u64) {
            return Err(Failure::Interrupted(anyhow!("interrupted: nothing was imported")));
        }
    }
    Ok((format!("blake3:{}", hasher.finalize().to_hex()), bytes))
}
