//! How the tests run the program, and a small case to run it on.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Done.
pub(crate) const DONE: i32 = 0;
/// Done, and the answer is a hit, where that was asked for.
pub(crate) const HIT: i32 = 1;
/// Wrong usage.
pub(crate) const USAGE: i32 = 2;
/// Bad data.
pub(crate) const BAD_DATA: i32 = 3;
/// A source cannot be read.
pub(crate) const UNAVAILABLE: i32 = 4;

/// Ctrl-C.
pub(crate) const INTERRUPTED: i32 = 130;

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// The same, once it is certain that the program ended as it should.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Checks that standard error holds a text.
    #[track_caller]
    pub(crate) fn explains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in: {}", self.stderr);
        self
    }

    /// Checks that standard output holds a text.
    #[track_caller]
    pub(crate) fn answers(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no `{text}` in: {}", self.stdout);
        self
    }

    /// Standard output, which is JSON and nothing else.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("standard output is one JSON value")
    }
}

/// The program, seeing no variable of whoever runs the tests.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hawkshaw"));
    command.env_remove("HAWKSHAW_STORE").env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// Runs the program. Whatever it is given, it never panics.
#[track_caller]
pub(crate) fn hawkshaw<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Said {
    said(command().args(arguments))
}

/// Runs a prepared command.
#[track_caller]
pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().expect("the program was built");
    let said = Said {
        code: output.status.code().expect("no signal ended the program"),
        stdout: String::from_utf8(output.stdout).expect("the answer is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    };
    let known = [DONE, HIT, USAGE, BAD_DATA, UNAVAILABLE, INTERRUPTED];
    assert!(known.contains(&said.code), "exit code {}: {}", said.code, said.stderr);
    said
}

/// A case that comes with the repository.
pub(crate) fn bundled(case: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("cases").join(case)
}

/// The transactions of the small case.
pub(crate) const THEFT: &str = "0x0000000000000000000000000000000000000000000000000000000000000001";
const VICTIM: &str = "0x00000000000000000000000000000000000b0b00";
pub(crate) const THIEF: &str = "0x00000000000000000000000000000000000a11ce";
pub(crate) const EXCHANGE: &str = "0x00000000000000000000000000000000000e8c00";
pub(crate) const MULE: &str = "0x0000000000000000000000000000000000000401";

/// The columns of `transfers.csv`.
pub(crate) const HEADER: &str = "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,\
                                 asset,from,to,amount";

/// A small case in a folder of its own: 100 wei are stolen, 60 go to an exchange, 40 to a mule.
#[derive(Debug)]
pub(crate) struct SmallCase {
    folder: TempDir,
}

impl SmallCase {
    pub(crate) fn new() -> Self {
        let case = Self { folder: TempDir::new().unwrap() };
        std::fs::create_dir(case.path().join("tags")).unwrap();
        case.write("case.toml", case_toml("small", THEFT));
        case.write("tags/services.yaml", tag_pack("Exchange"));
        case.write("transfers.csv", table(&rows()));
        case
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the case.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    /// The same case with another table.
    pub(crate) fn with_table(text: impl AsRef<[u8]>) -> Self {
        let case = Self::new();
        case.write("transfers.csv", text);
        case
    }

    /// Traces it.
    #[track_caller]
    pub(crate) fn trace(&self, options: &[&str]) -> Said {
        said(command().arg("trace").arg(self.path()).args(options))
    }

    /// Writes a report of it into a folder beside it.
    #[track_caller]
    pub(crate) fn report(&self) -> (TempDir, PathBuf) {
        let parent = TempDir::new().unwrap();
        let folder = parent.path().join("report");
        said(command().arg("trace").arg(self.path()).arg("--out").arg(&folder)).ended(DONE);
        (parent, folder)
    }
}

/// The rows of the small case.
pub(crate) fn rows() -> Vec<String> {
    vec![row(1, VICTIM, THIEF, "100"), row(2, THIEF, EXCHANGE, "60"), row(3, THIEF, MULE, "40")]
}

/// A movement of the native asset of Ethereum, alone in its block.
pub(crate) fn row(block: u64, from: &str, to: &str, amount: &str) -> String {
    let time = 1_700_000_000 + 12 * block;
    format!(
        "eip155:1,{block},{time},0,0,0x{block:064x},native,eip155:1/slip44:60,{from},{to},{amount}"
    )
}

/// A table of rows.
pub(crate) fn table(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

/// A `case.toml` with one stolen transaction.
pub(crate) fn case_toml(id: &str, tx: &str) -> String {
    format!(
        "id = \"{id}\"\ntitle = \"Small\"\nsummary = \"A small theft.\"\n\
         [[stolen]]\ntx = \"eip155:1:{tx}\"\nto = \"{THIEF}\"\n"
    )
}

/// A TagPack that calls the exchange by a name, given as the inside of a YAML string.
pub(crate) fn tag_pack(label: &str) -> String {
    format!(
        "title: t\ncreator: c\nnetwork: ETH\ncurrency: ETH\nconfidence: service_data\n\
         lastmod: 2023-11-14\nsource: https://example.org/\ntags:\n  \
         - address: '{EXCHANGE}'\n    label: \"{label}\"\n    concepts: [exchange]\n"
    )
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copied = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            std::fs::copy(&path, &copied).unwrap();
        }
    }
}
