//! `/v1/screen/batch`: many addresses, answered in pieces as they are found.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Polling, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use hawkshaw_model::ChainId;
use hawkshaw_records::Role;
use hawkshaw_screening::{Direction, Query, Screener};
use hyper::body::Frame;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::JoinHandle;

use crate::api::wire::{AddressText, Context, Text, Time};
use crate::app::App;
use crate::body::{parse_object, read_json};
use crate::client::Client;
use crate::limits::Limits;
use crate::problem::{Kind, Problem};

/// Addresses that are answered at once: a piece of the answer, and a line of the audit log.
const PIECE: usize = 500;

/// Pieces that wait for a slow reader.
const PIECES_WAITING: usize = 4;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/screen/batch", post(screen))
}

/// Questions about many addresses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Questions {
    addresses: Vec<One>,
    chain: Option<Text<ChainId>>,
    direction: Option<Text<Direction>>,
    as_of: Option<Time>,
}

/// An address, alone or with its chain.
#[derive(Debug)]
struct One {
    address: Text<AddressText>,
    chain: Option<Text<ChainId>>,
}

/// An address with its chain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Placed {
    address: Text<AddressText>,
    chain: Option<Text<ChainId>>,
}

impl<'de> Deserialize<'de> for One {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = One;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an address, or an object with `address` and `chain`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<One, E> {
                let address = text.parse().map_err(E::custom)?;
                Ok(One { address: Text(address), chain: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<One, A::Error> {
                let Placed { address, chain } =
                    Placed::deserialize(MapAccessDeserializer::new(map))?;
                Ok(One { address, chain })
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

async fn screen(
    State(app): State<Arc<App>>,
    client: Client,
    request: Request,
) -> Result<Response, Problem> {
    client.require(Role::Screen)?;
    let bytes = read_json(request, &app, app.limits().batch_bytes).await?;
    let busy = |_| Problem::new(Kind::Unavailable, "other batches are answered").retry_after(1);
    let place = app.batch_places.clone().try_acquire_owned().map_err(busy)?;
    let questions: Questions = parse_object(&bytes)?;
    drop(bytes);
    let most = app.limits().batch_addresses;
    let most = Limits::count(client.key.limits.batch.map_or(most, |own| most.min(own.into())));
    if !(1..=most).contains(&questions.addresses.len()) {
        let detail = format!("addresses: this key may send 1 to {most} of them");
        return Err(Problem::new(Kind::Unprocessable, detail));
    }
    // One and the same data answer all of it.
    let screener = app.screener()?;
    let queries = queries(questions);
    let mut batch = Batch { app, client, screener, queries, ahead: None, place };
    // The first piece is there before anything is said, so that a failure can still be told.
    let first = batch.next().await?.unwrap_or_default();
    let head = format!(
        "{{\"schema\":\"hawkshaw.screen-batch/1\",\"data_version\":{},\"answers\":[",
        json!(batch.screener.data_version())
    );
    let (sender, receiver) = mpsc::channel(PIECES_WAITING);
    tokio::spawn(batch.send(head, first, sender));
    let json = HeaderValue::from_static("application/json");
    Ok(([(CONTENT_TYPE, json)], Body::new(Pieces(receiver))).into_response())
}

fn queries(questions: Questions) -> std::vec::IntoIter<Query> {
    let Questions { addresses, chain, direction, as_of } = questions;
    let query = |one: One| {
        let One { address, chain: own } = one;
        let chain = own.or_else(|| chain.clone());
        let context = Context { chain, direction: direction.clone(), as_of, ..Context::default() };
        context.about(address.0.0)
    };
    addresses.into_iter().map(query).collect::<Vec<_>>().into_iter()
}

/// A batch that is being answered.
struct Batch {
    app: Arc<App>,
    client: Client,
    screener: Arc<Screener>,
    queries: std::vec::IntoIter<Query>,
    /// The piece behind the one that is asked for: it is worked on meanwhile.
    ahead: Option<JoinHandle<Result<Piece, Problem>>>,
    place: OwnedSemaphorePermit,
}

/// Answers as bytes with commas between them, and what the audit log is told of them.
struct Piece {
    bytes: Vec<u8>,
    told: Vec<Value>,
}

impl Batch {
    /// The bytes of the next piece, once their line is in the audit log.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let Some(piece) = self.ahead.take().or_else(|| self.begin()) else { return Ok(None) };
        self.ahead = self.begin();
        let piece = piece.await.map_err(|_| Problem::internal("a batch met a fault"))??;
        let count = u64::try_from(piece.told.len()).unwrap_or(u64::MAX);
        self.app.audit(&self.client, json!({ "batch": piece.told })).await?;
        self.app.metrics.screened.increment(count);
        Ok(Some(piece.bytes))
    }

    /// Has a piece worked on, away from the threads that serve; `None` behind the last one.
    fn begin(&mut self) -> Option<JoinHandle<Result<Piece, Problem>>> {
        let queries: Vec<Query> = self.queries.by_ref().take(PIECE).collect();
        if queries.is_empty() {
            return None;
        }
        let (app, screener) = (self.app.clone(), self.screener.clone());
        Some(tokio::task::spawn_blocking(move || Piece::of(&app, &screener, &queries)))
    }

    /// Sends all pieces. Where one fails the answer breaks off, so that nobody takes it for whole.
    async fn send(mut self, head: String, first: Vec<u8>, sender: mpsc::Sender<Part>) {
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&first);
        loop {
            if sender.send(Part::Piece(bytes.into())).await.is_err() {
                return;
            }
            bytes = match self.next().await {
                Ok(Some(piece)) => [b",".as_slice(), &piece].concat(),
                Ok(None) => break,
                Err(_) => {
                    let _ = sender.send(Part::Broken).await;
                    return;
                }
            };
        }
        let _ = sender.send(Part::Piece(Bytes::from_static(b"]}"))).await;
        drop(self.place);
    }
}

impl Piece {
    fn of(app: &App, screener: &Screener, queries: &[Query]) -> Result<Self, Problem> {
        let mut bytes = Vec::with_capacity(queries.len().saturating_mul(256));
        let mut told = Vec::with_capacity(queries.len());
        for query in queries {
            let answer = app.look_up(screener, query)?;
            if !bytes.is_empty() {
                bytes.push(b',');
            }
            serde_json::to_writer(&mut bytes, &answer).map_err(Problem::internal)?;
            told.push(json!([answer.asked, answer.status, answer.decision.action]));
        }
        Ok(Self { bytes, told })
    }
}

/// What is sent of an answer.
enum Part {
    Piece(Bytes),
    Broken,
}

/// The body of an answer that comes in pieces.
struct Pieces(mpsc::Receiver<Part>);

/// An answer that breaks off.
#[derive(Debug, thiserror::Error)]
#[error("the answer could not be finished")]
struct BrokenOff;

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Polling<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        self.0.poll_recv(context).map(|part| match part {
            Some(Part::Piece(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Part::Broken) => Some(Err(BrokenOff)),
            None => None,
        })
    }
}
