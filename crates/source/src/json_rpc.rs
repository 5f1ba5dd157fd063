//! JSON-RPC over HTTP: single calls and batches whose size fits the host.

mod envelope;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hawkshaw_chains::DecodeError;
use ureq::http::StatusCode;

pub use self::envelope::RpcAnswer;
use self::envelope::{Entry, Meaning, RpcError};
use crate::client::{Asked, Client};
use crate::error::{SourceError, SourceFault};

/// How often calls are asked anew that an answer leaves out, or an answer that is no JSON.
const ROUNDS_MAX: u32 = 4;

/// A call of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcCall {
    /// The method.
    pub method: &'static str,
    /// Its parameters as a JSON list.
    pub params: String,
    /// What errors say behind the method, such as `block 17`; empty for nothing.
    pub about: String,
}

impl RpcCall {
    /// A call.
    pub fn new(method: &'static str, params: impl Into<String>, about: impl Into<String>) -> Self {
        Self { method, params: params.into(), about: about.into() }
    }

    /// What errors call it.
    fn request(&self) -> String {
        match self.about.as_str() {
            "" => self.method.to_owned(),
            about => format!("{} of {about}", self.method),
        }
    }
}

/// Calls methods of one host. Clones share the client and what was learnt of the host.
#[derive(Debug, Clone)]
pub struct JsonRpc {
    client: Client,
    batch_max: Arc<AtomicUsize>,
}

/// What came of asking several calls at once.
enum Round {
    Entries(Vec<Entry>),
    /// The host does not take so many at once.
    TooMany(SourceFault),
    /// No JSON-RPC, or cut off: worth another attempt.
    Garbled(SourceFault),
}

impl JsonRpc {
    /// Calls through a client, up to so many in a batch.
    pub fn new(client: Client, batch_max: usize) -> Self {
        Self { client, batch_max: Arc::new(AtomicUsize::new(batch_max.max(1))) }
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// How many calls go in one batch: fewer when the host refused larger ones.
    pub fn batch_max(&self) -> usize {
        self.batch_max.load(Ordering::Relaxed)
    }

    /// Calls a method.
    ///
    /// # Errors
    ///
    /// When the host does not answer, or answers with an error: one of
    /// [`SourceFault::Unable`] where it does not know the method or lacks the state for it.
    pub fn call(&self, call: &RpcCall) -> Result<RpcAnswer, SourceError> {
        let calls = std::slice::from_ref(call);
        let mut answers = self.batch(calls)?;
        let missing = || self.error(call, SourceFault::Decode(no_answer()));
        answers.pop().unwrap_or_else(|| Err(missing()))
    }

    /// Calls several methods in as few requests as the host allows. There is an outcome per
    /// call, in their order.
    ///
    /// # Errors
    ///
    /// When the host does not answer at all; the error names the first call that it concerns.
    pub fn batch(
        &self,
        calls: &[RpcCall],
    ) -> Result<Vec<Result<RpcAnswer, SourceError>>, SourceError> {
        let mut outcomes: Vec<Option<Result<RpcAnswer, SourceError>>> = Vec::new();
        outcomes.resize_with(calls.len(), || None);
        let mut open: Vec<usize> = (0..calls.len()).collect();
        let mut idle_rounds = 0;
        while !open.is_empty() {
            let size = self.batch_max().min(open.len());
            let part: Vec<(usize, &RpcCall)> =
                open.iter().take(size).filter_map(|at| Some((*at, calls.get(*at)?))).collect();
            let Some((_, first)) = part.first() else { break };
            match self.round(&part)? {
                Round::TooMany(_) if size > 1 => {
                    self.batch_max.fetch_min((size / 2).max(1), Ordering::Relaxed);
                }
                Round::TooMany(fault) => return Err(self.error(first, fault)),
                Round::Garbled(fault) => {
                    idle_rounds += 1;
                    self.pause(first, fault, idle_rounds)?;
                }
                Round::Entries(entries) => {
                    let again = self.settle(&part, entries, &mut outcomes);
                    let is_idle = again.as_ref().is_some_and(|(settled, _)| *settled == 0);
                    idle_rounds = if is_idle { idle_rounds + 1 } else { 0 };
                    open.retain(|at| outcomes.get(*at).is_some_and(Option::is_none));
                    if let Some((_, fault)) = again {
                        self.pause(first, fault, idle_rounds)?;
                    }
                }
            }
        }
        let missing = |at: usize| {
            let call = calls.get(at);
            let request = call.map(RpcCall::request).unwrap_or_default();
            Err(self.client.error(&request, SourceFault::Decode(no_answer())))
        };
        let outcomes = outcomes.into_iter().enumerate();
        Ok(outcomes.map(|(at, outcome)| outcome.unwrap_or_else(|| missing(at))).collect())
    }

    /// Waits before calls are asked anew, unless that was done often enough in vain.
    fn pause(&self, call: &RpcCall, fault: SourceFault, rounds: u32) -> Result<(), SourceError> {
        let rounds_max = match fault {
            SourceFault::Decode(_) => ROUNDS_MAX,
            _ => self.client.limits().attempts_max,
        };
        if rounds >= rounds_max {
            return Err(self.error(call, fault));
        }
        self.client.back_off(&call.request(), rounds.max(1)).map_err(|error| match error.fault {
            SourceFault::RateLimited(_) => self.error(call, fault),
            _ => error,
        })
    }

    /// Puts the entries of an answer to their calls. When calls are left to be asked anew, how
    /// many were settled and why the others were not.
    fn settle(
        &self,
        part: &[(usize, &RpcCall)],
        entries: Vec<Entry>,
        outcomes: &mut [Option<Result<RpcAnswer, SourceError>>],
    ) -> Option<(usize, SourceFault)> {
        let (mut settled, mut fault) = (0, None);
        for entry in entries {
            // A single call has a single answer, whatever it is numbered: some gateways
            // number answers anew.
            let id = if part.len() == 1 { Some(0) } else { entry.id };
            let Some((at, call)) = id.and_then(|id| part.get(id)) else { continue };
            let Some(slot) = outcomes.get_mut(*at).filter(|slot| slot.is_none()) else { continue };
            let outcome = match entry.outcome {
                Ok(answer) => Ok(answer),
                Err(error) => match self.meant(&error) {
                    (Meaning::TooMany | Meaning::Busy, why) => {
                        fault = Some(why);
                        continue;
                    }
                    (Meaning::TooLarge, _) if part.len() > 1 => {
                        // Fewer at once are something new to try.
                        self.batch_max.fetch_min((part.len() / 2).max(1), Ordering::Relaxed);
                        settled += 1;
                        continue;
                    }
                    (_, why) => Err(self.error(call, why)),
                },
            };
            *slot = Some(outcome);
            settled += 1;
        }
        let is_open = part.iter().any(|(at, _)| outcomes.get(*at).is_some_and(Option::is_none));
        is_open.then(|| (settled, fault.unwrap_or_else(|| SourceFault::Decode(no_answer()))))
    }

    /// Asks once for several calls; the client repeats what HTTP makes worth repeating.
    fn round(&self, part: &[(usize, &RpcCall)]) -> Result<Round, SourceError> {
        let bodies = part.iter().enumerate().map(|(id, (_, call))| {
            let (method, params) = (call.method, &call.params);
            format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#)
        });
        let is_batch = part.len() > 1;
        let body = bodies.collect::<Vec<_>>().join(",");
        let body = if is_batch { format!("[{body}]") } else { body };
        let request = request(part);
        let answer = self.client.ask(&Asked {
            request: &request,
            body: Some(body.as_bytes()),
            is_answer: envelope::is_answer,
            is_divisible: is_batch,
            ..Asked::PLAIN
        });
        let answer = match answer {
            Ok(answer) => answer,
            // What is too large or slow for many may be small and fast enough for one.
            Err(SourceError { fault, .. })
                if is_batch
                    && matches!(fault, SourceFault::TooLarge(_) | SourceFault::TooSlow(_)) =>
            {
                return Ok(Round::TooMany(fault));
            }
            Err(error) => return Err(error),
        };
        if answer.status != StatusCode::OK && !envelope::is_answer(&answer.body) {
            let fault = self.client.refusal(&answer);
            let is_size = matches!(answer.status.as_u16(), 400 | 413 | 422);
            return if is_batch && is_size {
                Ok(Round::TooMany(fault))
            } else {
                Err(self.client.error(&request, fault))
            };
        }
        let is_list = answer.body.trim_ascii_start().first() == Some(&b'[');
        let mut entries = match envelope::entries(answer.body) {
            Ok(entries) => entries,
            Err(error) => {
                let why = DecodeError::Malformed(self.client.shown(&error.to_string()));
                return Ok(Round::Garbled(SourceFault::Decode(why)));
            }
        };
        // geth sends the error of a whole batch as a list of one, others as the error alone.
        let is_whole = !is_list || matches!(entries[..], [Entry { id: None, outcome: Err(_) }]);
        if is_batch && is_whole {
            let error = entries.pop().and_then(|entry| entry.outcome.err());
            return Ok(self.whole(error));
        }
        Ok(Round::Entries(entries))
    }

    /// What a batch means that is answered by one entry instead of a list.
    fn whole(&self, error: Option<RpcError>) -> Round {
        let Some(error) = error else {
            let why = DecodeError::Malformed("one answer to a batch of calls".to_owned());
            return Round::TooMany(SourceFault::Decode(why));
        };
        let (meaning, fault) = self.meant(&error);
        match meaning {
            Meaning::TooMany | Meaning::Busy => Round::Garbled(fault),
            // Whatever else a host has against a batch, single calls tell what is wrong.
            Meaning::TooLarge | Meaning::Unable | Meaning::Refused => Round::TooMany(fault),
        }
    }

    /// What an error means, and as a fault.
    fn meant(&self, error: &RpcError) -> (Meaning, SourceFault) {
        let RpcError { code, message } = error;
        let shown = self.client.shown(message);
        let fault = match error.meaning() {
            Meaning::Refused | Meaning::TooLarge => {
                SourceFault::Refused(format!("{shown} (code {code})"))
            }
            Meaning::Unable => SourceFault::Unable(format!("it cannot do that: {shown}")),
            Meaning::TooMany => SourceFault::RateLimited(self.client.limits().attempts_max),
            Meaning::Busy => SourceFault::Unreachable(format!("it is busy: {shown}")),
        };
        (error.meaning(), fault)
    }

    fn error(&self, call: &RpcCall, fault: SourceFault) -> SourceError {
        self.client.error(&call.request(), fault)
    }
}

/// What errors call several calls: the first, and how many more there are.
fn request(part: &[(usize, &RpcCall)]) -> String {
    let first = part.first().map(|(_, call)| call.request()).unwrap_or_default();
    match part.len() {
        0 | 1 => first,
        count => format!("{first} and {} more calls", count - 1),
    }
}

fn no_answer() -> DecodeError {
    DecodeError::Malformed("it holds no answer to the call".to_owned())
}
