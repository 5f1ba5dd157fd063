//! A server on loopback that answers as a test says, with whatever faults a test wants.
//!
//! A test includes it by `#[path = "../support/mod.rs"] mod support;`. [`Server::start`] takes a
//! function from what was [asked](Asked) to a [`Reply`]; the [`Manner`] of a reply says how its
//! bytes travel: whole, cut off, byte by byte, as a flood, or not at all. [`node`] makes such a
//! function of one that answers calls of JSON-RPC, in batches too.
#![allow(dead_code, reason = "no test uses all of it")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

/// How long a connection that says nothing is kept.
const IDLE_TIME_MAX: Duration = Duration::from_secs(20);

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// How many came before.
    pub(crate) number: usize,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Lines of the header in lower case, without that of the request.
    pub(crate) header: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// A parameter of the query, as it stands there.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(given, _)| *given == name).map(|(_, value)| value)
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    header: String,
    body: Vec<u8>,
    manner: Manner,
}

/// How an answer travels.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    Whole,
    /// The connection ends after so many bytes of the body, whose whole length was announced.
    Cut(usize),
    /// As [`Cut`](Self::Cut), and no length was announced.
    CutUnannounced(usize),
    /// Byte by byte with a pause between.
    Drip(Duration),
    /// The body, and then spaces until there are so many bytes.
    Flood(u64),
    /// As [`Flood`](Self::Flood), and no length is announced.
    Stream(u64),
    /// The body as the whole answer, without a header.
    Raw,
    /// Nothing is sent, and the connection stays open for a time.
    Silence(Duration),
    /// The connection ends at once.
    Hangup,
}

impl Reply {
    /// Status 200 with JSON.
    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200, body).header("Content-Type", "application/json")
    }

    pub(crate) fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, header: String::new(), body: body.into(), manner: Manner::Whole }
    }

    /// A web page with a status.
    pub(crate) fn page(status: u16) -> Self {
        let body = "<!DOCTYPE html>\n<html><body>Just a moment…</body></html>";
        Self::status(status, body).header("Content-Type", "text/html")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.header.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub(crate) fn manner(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }
}

/// A server that stops when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<Asked>>>,
    listens: Option<JoinHandle<()>>,
}

type Answers = dyn Fn(&Asked) -> Reply + Send + Sync;

impl Server {
    /// Serves on a free port of loopback. Requests may come from several threads at once.
    pub(crate) fn start(answers: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers: Arc<Answers> = Arc::new(answers);
        let (over, seen) = (Arc::clone(&is_over), Arc::clone(&asked));
        let listens = thread::spawn(move || {
            for connection in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(connection) = connection else { continue };
                let (seen, answers) = (Arc::clone(&seen), Arc::clone(&answers));
                // A broken connection is the client's business; the test sees what came of it.
                thread::spawn(move || drop(serve(connection, &seen, &*answers)));
            }
        });
        Self { address, is_over, asked, listens: Some(listens) }
    }

    /// The first reply for the first request and so on; the last for all that follow.
    pub(crate) fn in_turn(replies: Vec<Reply>) -> Self {
        Self::start(move |asked| replies[asked.number.min(replies.len() - 1)].clone())
    }

    /// Such as `http://127.0.0.1:40123`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // The listener wakes up only for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(listens) = self.listens.take() {
            drop(listens.join());
        }
    }
}

/// Answers the requests of a connection one after the other.
fn serve(connection: TcpStream, seen: &Mutex<Vec<Asked>>, answers: &Answers) -> io::Result<()> {
    connection.set_read_timeout(Some(IDLE_TIME_MAX))?;
    connection.set_write_timeout(Some(IDLE_TIME_MAX))?;
    connection.set_nodelay(true)?;
    let mut writer = connection.try_clone()?;
    let mut reader = BufReader::new(connection);
    while let Some(mut asked) = request(&mut reader)? {
        {
            let mut seen = seen.lock().unwrap();
            asked.number = seen.len();
            seen.push(asked.clone());
        }
        if !send(&mut writer, &answers(&asked))? {
            break;
        }
    }
    Ok(())
}

fn request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Asked>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut header = String::new();
    while !header.ends_with("\r\n\r\n") && header != "\r\n" {
        if reader.read_line(&mut header)? == 0 {
            return Ok(None);
        }
    }
    let header = header.to_lowercase();
    let length = header.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut words = first.split_whitespace();
    let mut word = || words.next().unwrap_or_default().to_owned();
    Ok(Some(Asked { number: 0, method: word(), target: word(), header, body }))
}

/// Whether the connection goes on.
fn send(writer: &mut TcpStream, reply: &Reply) -> io::Result<bool> {
    let Reply { status, header, body, manner } = reply;
    let announced = match manner {
        Manner::CutUnannounced(_) | Manner::Stream(_) => "Connection: close\r\n".to_owned(),
        Manner::Flood(length) => format!("Content-Length: {length}\r\n"),
        _ => format!("Content-Length: {}\r\n", body.len()),
    };
    let head = format!("HTTP/1.1 {status} Status\r\n{header}{announced}\r\n");
    match manner {
        Manner::Silence(time) => {
            thread::sleep(*time);
            return Ok(false);
        }
        Manner::Hangup => return Ok(false),
        Manner::Raw => {}
        _ => writer.write_all(head.as_bytes())?,
    }
    match manner {
        Manner::Whole => writer.write_all(body).map(|()| true),
        Manner::Cut(at) | Manner::CutUnannounced(at) => {
            writer.write_all(&body[..body.len().min(*at)]).map(|()| false)
        }
        Manner::Drip(pause) => {
            for byte in body {
                writer.write_all(&[*byte])?;
                thread::sleep(*pause);
            }
            Ok(true)
        }
        Manner::Raw => writer.write_all(body).map(|()| false),
        Manner::Flood(length) | Manner::Stream(length) => {
            writer.write_all(body)?;
            let rest = length.saturating_sub(body.len() as u64);
            io::copy(&mut io::repeat(b' ').take(rest), writer).map(|_| false)
        }
        Manner::Silence(_) | Manner::Hangup => Ok(false),
    }
}

/// An error of JSON-RPC: its code and message.
pub(crate) type Refusal = (i64, &'static str);

/// Answers of a node, from a function of method and parameters. Batches are answered in reverse
/// order, as hosts may.
pub(crate) fn node(
    answers: impl Fn(&str, &Value) -> Result<Value, Refusal> + Send + Sync + 'static,
) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
    move |asked| {
        let Ok(calls) = serde_json::from_slice::<Value>(&asked.body) else {
            return Reply::status(400, "not JSON");
        };
        let answer = |call: &Value| {
            let method = call["method"].as_str().unwrap_or_default();
            match answers(method, &call["params"]) {
                Ok(result) => json!({"jsonrpc": "2.0", "id": call["id"], "result": result}),
                Err((code, message)) => json!({
                    "jsonrpc": "2.0", "id": call["id"], "error": {"code": code, "message": message}
                }),
            }
        };
        let answered = match calls.as_array() {
            Some(calls) => calls.iter().rev().map(answer).collect(),
            None => answer(&calls),
        };
        Reply::json(answered.to_string())
    }
}
