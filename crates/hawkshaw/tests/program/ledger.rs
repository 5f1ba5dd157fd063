//! `ledger import` and what it stores: twice, interrupted, refused.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{
    BAD_DATA, DONE, EXCHANGE, HEADER, MULE, Said, THEFT, THIEF, UNAVAILABLE, USAGE, command,
    hawkshaw, row, rows, said, table,
};

/// A folder with a table and room for a store.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self { folder: TempDir::new().unwrap() };
        desk.write("transfers.csv", table(&rows()));
        desk
    }

    /// The small table, imported.
    pub(crate) fn imported() -> Self {
        let desk = Self::new();
        desk.import(&["transfers.csv"]).ended(DONE);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Imports into the store of the desk; names are those of its files.
    #[track_caller]
    pub(crate) fn import(&self, arguments: &[&str]) -> Said {
        let mut import = command();
        import.current_dir(self.folder.path()).args(["ledger", "import", "--store", "store"]);
        said(import.args(arguments))
    }

    /// Waits until the store of the desk has a segment.
    #[cfg(unix)]
    fn wait_for_a_batch(&self) {
        let manifest = self.path("store/manifest.json");
        let has_segment =
            || std::fs::read_to_string(&manifest).is_ok_and(|text| text.contains("segment-"));
        let begun = Instant::now();
        while !has_segment() && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Asks the store of the desk.
    #[track_caller]
    pub(crate) fn ask(&self, arguments: &[&str]) -> Said {
        let mut ask = command();
        ask.current_dir(self.folder.path()).env("HAWKSHAW_STORE", "store").arg("ledger");
        said(ask.args(arguments))
    }
}

#[test]
fn an_import_is_summed_up() {
    let desk = Desk::new();
    let said = desk.import(&["transfers.csv"]).ended(DONE);
    let said = said.explains("transfers.csv: canonical transfers, CSV");
    let said = said.answers("3 movements in 3 new transactions");
    said.answers("blocks 1 to 3").answers("on disk");
    let info = desk.ask(&["info"]).ended(DONE).answers("3 transactions, 3 movements");
    info.answers("bytes a transaction").answers("transfers.csv");
    let info = desk.ask(&["info", "--json"]).ended(DONE).json();
    assert_eq!(info["schema"], "hawkshaw.ledger.info/1");
    assert_eq!(info["chains"][0]["covered"], serde_json::json!([[1, 3]]));
    desk.ask(&["verify"]).ended(DONE).answers("Whole: ");
}

#[test]
fn the_same_file_again_changes_nothing() {
    let desk = Desk::imported();
    let before = desk.ask(&["info", "--json"]).json();
    let said = desk.import(&["transfers.csv"]).ended(DONE).answers("already stored, nothing to do");
    said.explains("already stored: transfers.csv");
    assert_eq!(desk.ask(&["info", "--json"]).json(), before);
    // By its bytes, whatever it is called.
    std::fs::copy(desk.path("transfers.csv"), desk.path("other.csv")).unwrap();
    desk.import(&["other.csv"]).ended(DONE).answers("nothing to do");
    // The same rows in another file are found row by row.
    let mut reversed = rows();
    reversed.reverse();
    desk.write("reversed.csv", table(&reversed));
    let said = desk.import(&["reversed.csv", "--json"]).ended(DONE).json();
    assert_eq!((&said["stored"], &said["duplicates"]), (&0.into(), &3.into()));
}

#[test]
fn the_same_file_read_in_another_way_is_read_again() {
    let desk = Desk::new();
    let (one, two) = ("01".repeat(20), "02".repeat(20));
    let text = format!(
        "hash,nonce,block_hash,block_number,transaction_index,from_address,to_address,value,gas,\
         gas_price,input,block_timestamp,max_fee_per_gas,max_priority_fee_per_gas,\
         transaction_type\n{THEFT},0,{THEFT},5,0,0x{one},0x{two},7,1,1,0xabcd,1600000000,,,0\n"
    );
    desk.write("transactions.csv", text);
    desk.import(&["transactions.csv"]).ended(DONE).answers("1 new transactions");
    desk.import(&["transactions.csv"]).ended(DONE).answers("nothing to do");
    for options in [&["--calldata"][..], &["--events", "all"], &["--format", "ethereum-etl"]] {
        let all = [&["transactions.csv"], options].concat();
        desk.import(&all).ended(DONE).answers("1 read");
        desk.import(&all).ended(DONE).answers("nothing to do");
    }
    let other = desk.import(&["transactions.csv", "--chain", "eip155:137"]).ended(DONE);
    other.answers("1 new transactions").answers("Polygon");
    let info = desk.ask(&["info", "--json"]).ended(DONE).json();
    assert_eq!(info["chains"].as_array().unwrap().len(), 2);
}

#[test]
fn folders_and_patterns_are_expanded() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path("tables/deep")).unwrap();
    desk.write("tables/a.csv", table(&rows()[..1]));
    desk.write("tables/deep/b.csv", table(&rows()[1..]));
    desk.write("tables/_SUCCESS", "");
    let said = desk.import(&["tables", "--json"]).ended(DONE).json();
    assert_eq!((&said["files"], &said["stored"]), (&2.into(), &3.into()));
    let other = Desk::new();
    other.write("a.csv", table(&rows()[..1]));
    other.write("b.csv", table(&rows()[1..]));
    let said = other.import(&["?.csv", "--json"]).ended(DONE).json();
    assert_eq!((&said["files"], &said["stored"]), (&2.into(), &3.into()));
    other.import(&["x*.csv"]).ended(USAGE).explains("no file matches x*.csv");
    other.import(&["absent.csv"]).ended(UNAVAILABLE).explains("absent.csv");
}

#[test]
fn one_unknown_file_refuses_the_whole_import() {
    let desk = Desk::new();
    desk.write("notes.csv", "who,what\nme,that\n");
    let refused = desk.import(&["transfers.csv", "notes.csv"]).ended(BAD_DATA);
    let refused = refused.explains("notes.csv").explains("who, what").explains("--skip-unknown");
    assert!(refused.stdout.is_empty());
    assert!(!desk.path("store").exists(), "nothing is written");
    let said = desk.import(&["transfers.csv", "notes.csv", "--skip-unknown"]).ended(DONE);
    said.explains("left out: notes.csv").answers("3 movements");
    desk.import(&["notes.csv", "--skip-unknown"]).ended(USAGE).explains("no file to import");
    desk.import(&["transfers.csv", "--format", "nonsense"]).ended(USAGE).explains("canonical");
    desk.import(&["transfers.csv", "--format", "cryo"]).ended(BAD_DATA).explains("transfers.csv");
}

#[test]
fn a_bad_row_is_named_and_stores_nothing() {
    let desk = Desk::new();
    desk.write("bad.csv", format!("{HEADER}\n{}\n{}\n", rows()[0], row(2, THIEF, MULE, "x")));
    let refused = desk.import(&["bad.csv"]).ended(BAD_DATA);
    refused.explains("bad.csv line 3, column `amount`").explains("nothing of it is stored");
    // A row that contradicts what is stored is refused, and what is stored stays.
    let desk = Desk::imported();
    desk.write("other.csv", table(&[row(2, THIEF, EXCHANGE, "61")]));
    desk.import(&["other.csv"]).ended(BAD_DATA).explains("other.csv");
    desk.ask(&["balance", EXCHANGE, "--json"]).ended(DONE).answers("\"balance\": \"60\"");
    desk.ask(&["verify"]).ended(DONE);
}

#[test]
fn a_store_is_asked_for_by_name() {
    let desk = Desk::new();
    desk.ask(&["info"]).ended(USAGE).explains("hawkshaw ledger import");
    hawkshaw(["ledger", "info"]).ended(USAGE).explains("--store");
    std::fs::create_dir(desk.path("full")).unwrap();
    desk.write("full/letter.txt", "mine");
    let mut import = command();
    import.args(["ledger", "import", "--store"]).arg(desk.path("full"));
    said(import.arg(desk.path("transfers.csv"))).ended(USAGE).explains("holds no store");
}

/// A table of so many rows, one a block.
fn long_table(path: &Path, rows: u64) {
    use std::io::Write as _;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "{HEADER}").unwrap();
    for block in 1..=rows {
        let (from, to) = if block % 2 == 0 { (THIEF, MULE) } else { (MULE, THIEF) };
        writeln!(file, "{}", row(block, from, to, "7")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_killed_import_goes_on_where_it_stopped() {
    const ROWS: u64 = 120_000;
    let desk = Desk::new();
    long_table(&desk.path("long.csv"), ROWS);
    let import = || {
        let mut import = command();
        import.current_dir(desk.folder.path());
        import.args(["ledger", "import", "long.csv", "--store", "store", "--json"]);
        import.args(["--batch-rows", "10000"]);
        import
    };
    let mut child = import().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    desk.wait_for_a_batch();
    // SIGKILL: nothing can be tidied up.
    child.kill().unwrap();
    child.wait().unwrap();
    desk.ask(&["verify"]).ended(DONE);
    let said = said(&mut import()).ended(DONE);
    let json = said.json();
    let resumed = json["resumed"].as_u64().unwrap();
    if resumed > 0 {
        said.explains("goes on where it stopped");
        assert_eq!(json["stored"].as_u64().unwrap() + resumed, ROWS);
    }
    let info = desk.ask(&["info", "--json"]).json();
    assert_eq!(info["chains"][0]["movements"], ROWS);
    assert_eq!(info["chains"][0]["covered"], serde_json::json!([[1, ROWS]]));
    desk.ask(&["verify"]).ended(DONE);
}

#[cfg(unix)]
#[test]
fn ctrl_c_says_what_is_stored() {
    let desk = Desk::new();
    long_table(&desk.path("long.csv"), 400_000);
    let mut import = command();
    import.current_dir(desk.folder.path());
    import.args(["ledger", "import", "long.csv", "--store", "store", "--batch-rows", "10000"]);
    let child = import.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    desk.wait_for_a_batch();
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    if output.status.code() == Some(DONE) {
        // The machine was faster than the signal.
        return;
    }
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("interrupted: everything up to block "), "{stderr}");
    assert!(stderr.contains("the same command goes on there"), "{stderr}");
    desk.ask(&["verify"]).ended(DONE);
}

#[test]
fn a_second_writer_is_refused() {
    let desk = Desk::imported();
    let lock = std::fs::File::options().write(true).open(desk.path("store/lock")).unwrap();
    lock.try_lock().unwrap();
    desk.write("more.csv", table(&[row(4, THIEF, MULE, "1")]));
    desk.import(&["more.csv"]).ended(UNAVAILABLE).explains("another process is writing");
    // Readers do not mind.
    desk.ask(&["info"]).ended(DONE);
    drop(lock);
    desk.import(&["more.csv"]).ended(DONE).answers("1 movements in 1 new");
}

#[test]
fn a_flipped_bit_is_found_and_named() {
    let desk = Desk::imported();
    let store = std::fs::read_dir(desk.path("store")).unwrap();
    let files: Vec<PathBuf> = store
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "hks"))
        .collect();
    assert!(files.len() >= 3, "{files:?}");
    for path in &files {
        let bytes = std::fs::read(path).unwrap();
        let mut broken = bytes.clone();
        broken[bytes.len() / 2] ^= 1;
        std::fs::write(path, broken).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let refused = desk.ask(&["verify"]).ended(BAD_DATA);
        assert!(format!("{}{}", refused.stdout, refused.stderr).contains(name), "{refused:?}");
        std::fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
        let refused = desk.ask(&["verify"]).ended(BAD_DATA);
        assert!(format!("{}{}", refused.stdout, refused.stderr).contains(name), "{refused:?}");
        std::fs::write(path, bytes).unwrap();
    }
    desk.ask(&["verify"]).ended(DONE);
    desk.write("store/manifest.json", "{}");
    for verb in [&["info"][..], &["verify"], &["history", THIEF]] {
        desk.ask(verb).ended(BAD_DATA).explains("manifest.json");
    }
}

#[test]
fn unwinding_takes_blocks_back_and_they_can_come_again() {
    let desk = Desk::imported();
    let above = desk.ask(&["unwind", "--to", "99999999"]).ended(DONE);
    above.answers("Ethereum ends at block 3 already: nothing was taken back");
    let unwound = desk.ask(&["unwind", "--to", "1"]).ended(DONE);
    unwound.answers("Ethereum ends at block 1: 2 transactions with 2 movements");
    desk.ask(&["history", THIEF, "--csv"]).ended(DONE);
    let info = desk.ask(&["info", "--json"]).json();
    assert_eq!(info["chains"][0]["movements"], 1);
    let said = desk.import(&["transfers.csv", "--json"]).ended(DONE).json();
    assert_eq!((&said["stored"], &said["duplicates"]), (&2.into(), &1.into()));
    desk.ask(&["compact"]).ended(DONE).answers("segments became 1");
    desk.ask(&["verify"]).ended(DONE);
    desk.ask(&["unwind", "--to", "1", "--chain", "bitcoin"]).ended(USAGE).explains("holds nothing");
    desk.ask(&["tx", THEFT]).ended(DONE).answers(THEFT);
    desk.ask(&["unwind", "--to", "0"]).ended(DONE).answers("has no block left");
    desk.import(&["transfers.csv"]).ended(DONE).answers("3 movements in 3 new");
}
