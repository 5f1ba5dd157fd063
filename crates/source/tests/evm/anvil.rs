//! Real nodes for development, started for a test and ended with it.
#![allow(dead_code, reason = "tests and the benchmark use different parts")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use hawkshaw_source::{
    Client, Endpoint, EvmNode, EvmNodeOptions, JsonRpc, Limits, RpcCall, SourceError, TraceChoice,
};
use serde_json::{Value, json};

/// How long a node may take to start.
const START_TIME_MAX: Duration = Duration::from_secs(60);

/// A running node.
pub(crate) struct Node {
    process: Child,
    url: String,
    rpc: JsonRpc,
}

/// The program of a variable of the environment, or one that `scripts/servers/anvil.sh` put
/// there. `None`, with the reason on standard error, where there is none.
pub(crate) fn program(variable: &str, name: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable) {
        return Some(PathBuf::from(named));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let own = root.join("target/servers").join(name).join(name);
    if own.exists() {
        return Some(own);
    }
    eprintln!("skipped: no {name}: run scripts/servers/anvil.sh, or name it in {variable}");
    None
}

impl Node {
    /// Starts anvil with more arguments, where it is there.
    pub(crate) fn anvil(arguments: &[&str]) -> Option<Self> {
        let program = program("HAWKSHAW_TEST_ANVIL", "anvil")?;
        let port = free_port();
        let mut command = Command::new(program);
        command.args(["--host", "127.0.0.1", "--silent", "--port", &port.to_string()]);
        command.args(arguments);
        Some(Self::start(command, port))
    }

    /// Starts Hardhat, where it is there.
    pub(crate) fn hardhat() -> Option<Self> {
        let program = program("HAWKSHAW_TEST_HARDHAT", "hardhat")?;
        let port = free_port();
        let mut command = Command::new(program);
        command.args(["--hostname", "127.0.0.1", "--port", &port.to_string()]);
        Some(Self::start(command, port))
    }

    fn start(mut command: Command, port: u16) -> Self {
        let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut process = silent.spawn().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let limits = Limits { attempts_max: 1, ..Limits::default() };
        let client = Client::new(Endpoint::new(&url, None).unwrap(), limits);
        let rpc = JsonRpc::new(client, 100);
        let begun = Instant::now();
        while rpc.call(&RpcCall::new("eth_chainId", "[]", "")).is_err() {
            if let Some(status) = process.try_wait().unwrap() {
                panic!("the node ended: {status}");
            }
            assert!(begun.elapsed() < START_TIME_MAX, "the node does not answer");
            thread::sleep(Duration::from_millis(20));
        }
        Self { process, url, rpc }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Calls a method, whose result it must give.
    pub(crate) fn call(&self, method: &'static str, params: Value) -> Value {
        let answer = self.rpc.call(&RpcCall::new(method, params.to_string(), "a test")).unwrap();
        serde_json::from_slice(answer.as_bytes()).unwrap()
    }

    /// Calls a method once for each of the parameters.
    pub(crate) fn batch(&self, method: &'static str, params: &[Value]) -> Vec<Value> {
        let calls: Vec<RpcCall> =
            params.iter().map(|params| RpcCall::new(method, params.to_string(), "")).collect();
        let answers = self.rpc.batch(&calls).unwrap();
        let value = |answer: Result<hawkshaw_source::RpcAnswer, SourceError>| {
            serde_json::from_slice(answer.unwrap().as_bytes()).unwrap()
        };
        answers.into_iter().map(value).collect()
    }

    /// Sends a transaction from an account that the node keeps; its hash.
    pub(crate) fn send(&self, tx: Value) -> String {
        self.call("eth_sendTransaction", json!([tx])).as_str().unwrap().to_owned()
    }

    /// The receipt of a transaction, once a block holds it.
    pub(crate) fn receipt(&self, hash: &str) -> Value {
        let begun = Instant::now();
        loop {
            let receipt = self.call("eth_getTransactionReceipt", json!([hash]));
            if !receipt.is_null() {
                return receipt;
            }
            assert!(begun.elapsed() < START_TIME_MAX, "{hash} stays out of blocks");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The node as Hawkshaw reads it.
    pub(crate) fn source(&self, traces: TraceChoice) -> EvmNode {
        let client = Client::new(Endpoint::new(&self.url, None).unwrap(), Limits::default());
        EvmNode::connect(client, EvmNodeOptions { traces, ..EvmNodeOptions::default() }).unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Only the process that was started here.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A port of loopback that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
