//! A real Bitcoin node on regtest, on loopback, in a folder of its own.
//!
//! The program is the one that `HAWKSHAW_TEST_BITCOIND` names, or that
//! `scripts/servers/bitcoind.sh` put into `target/servers/bitcoind`. Where neither is there, the
//! tests say so and pass.

use std::ffi::OsString;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use hawkshaw_source::{Client, Endpoint, JsonRpc, Key, Limits, RpcCall};
use serde_json::Value;
use tempfile::TempDir;

/// How long a node may take to answer its first call, and to end.
const START_TIME_MAX: Duration = Duration::from_secs(60);
const STOP_TIME_MAX: Duration = Duration::from_secs(30);

/// How often another port is tried when somebody else takes the one that was free.
const PORTS_MAX: u32 = 3;

/// A node that is stopped when it is dropped.
pub(crate) struct Node {
    child: Child,
    dir: TempDir,
    port: u16,
}

#[expect(clippy::print_stderr, reason = "a test that is left out has to say so")]
fn program() -> Option<PathBuf> {
    let path = match std::env::var_os("HAWKSHAW_TEST_BITCOIND") {
        Some(named) => PathBuf::from(named),
        None => {
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/servers/bitcoind/bitcoind")
        }
    };
    if path.is_file() {
        return Some(path);
    }
    eprintln!("skipped: no Bitcoin node is there: scripts/servers/bitcoind.sh gets one");
    None
}

impl Node {
    /// A new chain, or nothing where there is no program to run it.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        let program = program()?;
        let mut trouble = String::new();
        for _ in 0..PORTS_MAX {
            match Self::try_start(&program, options) {
                Ok(node) => return Some(node),
                Err(why) => trouble = why,
            }
        }
        panic!("{} does not start: {trouble}", program.display());
    }

    fn try_start(program: &Path, options: &[&str]) -> Result<Self, String> {
        let dir = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = File::create(dir.path().join("output")).unwrap();
        let mut folder = OsString::from("-datadir=");
        folder.push(dir.path());
        let child = Command::new(program)
            .arg(folder)
            .args(["-regtest", "-listen=0", "-connect=0", "-dnsseed=0", "-discover=0"])
            .args(["-server=1", "-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1"])
            .args(["-fallbackfee=0.0001", "-acceptnonstdtxn=1", "-printtoconsole=1"])
            .arg(format!("-rpcport={port}"))
            .args(options)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut node = Self { child, dir, port };
        let begun = Instant::now();
        loop {
            if node.cookie().is_some() && node.try_call("getblockcount", "[]").is_ok() {
                return Ok(node);
            }
            let has_ended = node.child.try_wait().unwrap().is_some();
            if has_ended || begun.elapsed() > START_TIME_MAX {
                return Err(fs::read_to_string(node.dir.path().join("output")).unwrap());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The folder of the node's block files.
    pub(crate) fn blocks(&self) -> PathBuf {
        self.dir.path().join("regtest/blocks")
    }

    /// What the node wants to be shown: the text of its cookie file.
    fn cookie(&self) -> Option<String> {
        fs::read_to_string(self.dir.path().join("regtest/.cookie")).ok()
    }

    /// Asks with the key of the node.
    pub(crate) fn client(&self) -> Client {
        let key = Key::new(&self.cookie().unwrap()).unwrap();
        let endpoint = Endpoint::new(&format!("http://127.0.0.1:{}", self.port), Some(key));
        Client::new(endpoint.unwrap(), Limits { concurrent_max: 3, ..Limits::default() })
    }

    /// The URL with user and password in it.
    pub(crate) fn url_with_user(&self) -> String {
        format!("http://{}@127.0.0.1:{}", self.cookie().unwrap().trim(), self.port)
    }

    fn try_call(&self, method: &'static str, params: &str) -> Result<Value, String> {
        let client = self.client().with_auth(hawkshaw_source::Auth::Basic);
        let answer = JsonRpc::new(client, 10).call(&RpcCall::new(method, params, ""));
        let answer = answer.map_err(|error| error.to_string())?;
        serde_json::from_slice(answer.as_bytes()).map_err(|error| error.to_string())
    }

    /// Calls a method, which must succeed.
    pub(crate) fn call(&self, method: &'static str, params: &str) -> Value {
        let answer = self.try_call(method, params);
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Lets the node end in order, so that all its files are written.
    pub(crate) fn stop(mut self) -> TempDir {
        self.call("stop", "[]");
        let begun = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < STOP_TIME_MAX, "the node does not end");
            thread::sleep(Duration::from_millis(50));
        }
        std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
